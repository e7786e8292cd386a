"""Signatures of heads and lists: two schemes, exactly framed; everything else is refused."""

from __future__ import annotations

import hashlib
import json

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from msgspec.structs import replace
from support.logs import LogBuilder, ecdsa_key, rsa_key, sign_list

from ctscan.ct.api import parse_sth, sth_message
from ctscan.ct.key_ids import key_id, log_id_of
from ctscan.ct.signature import read_key, verify_head, verify_list
from ctscan.errors import FormatError, ProofError
from ctscan.model import TreeHead

PublicKey = ec.EllipticCurvePublicKey | rsa.RSAPublicKey | ed25519.Ed25519PublicKey


def der(key: PublicKey) -> bytes:
    return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def pem(key: PublicKey) -> bytes:
    return key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def signed_head(*, use_rsa: bool = False) -> tuple[LogBuilder, TreeHead]:
    log = LogBuilder("Signed", use_rsa=use_rsa)
    log.fill(4)
    return log, parse_sth(log.sth(), log.id)


# --- derived from the key -----------------------------------------------------------------------------------------


def test_log_id_is_the_hash_of_the_key() -> None:
    log, _ = signed_head()
    assert log_id_of(log.key) == hashlib.sha256(log.key).digest() == log.id


def test_key_id_of_a_known_log() -> None:
    """Let's Encrypt's log Willow 2025h1b marks its lines with 19871bb8: a public fact."""
    key = serialization.load_pem_public_key(
        b"-----BEGIN PUBLIC KEY-----\n"
        b"MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEbNmWXyYsF2pohGOAiNELea6UL4/X\n"
        b"ioI3w6ChE5Udlos0HUqM7KOHIP9qBuWCVs6VAdtDXrvanmxKq52Whh2+2w==\n"
        b"-----END PUBLIC KEY-----\n"
    )
    assert isinstance(key, ec.EllipticCurvePublicKey)
    assert key_id("willow.ct.letsencrypt.org/2025h1b", log_id_of(der(key))).hex() == "19871bb8"


@pytest.mark.parametrize(
    "key",
    [
        b"",
        b"not a key",
        der(ecdsa_key("trailing").public_key()) + b"\0",
        der(ecdsa_key("cut").public_key())[:-1],
        pem(ecdsa_key("pem").public_key()),
        der(ec.derive_private_key(7, ec.SECP384R1()).public_key()),
        der(ec.derive_private_key(7, ec.SECP256K1()).public_key()),
        der(ed25519.Ed25519PrivateKey.from_private_bytes(b"\x07" * 32).public_key()),
        der(rsa.RSAPublicNumbers(65537, (1 << 1023) | 12345).public_key()),
        b"\x30" * 5000,
    ],
)
def test_key_that_no_log_may_have(key: bytes) -> None:
    with pytest.raises(FormatError, match="log key: expected"):
        read_key(key)
    head = TreeHead(log_id_of(key), 1, b"\0" * 32, 1, b"\x04\x03\0\0", b"")
    with pytest.raises(ProofError, match="log key: expected"):
        verify_head(head, key)


# --- tree heads ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("use_rsa", [False, True])
def test_head_verifies_and_no_other_does(use_rsa: bool) -> None:
    log, head = signed_head(use_rsa=use_rsa)
    verify_head(head, log.key)
    for changed in (
        replace(head, size=head.size + 1),
        replace(head, timestamp=head.timestamp - 1),
        replace(head, root=b"\x01" * 32),
        replace(head, signature=head.signature[:-1] + bytes((head.signature[-1] ^ 1,))),
    ):
        with pytest.raises(ProofError, match="doesn't verify with the key"):
            verify_head(changed, log.key)


@pytest.mark.parametrize("use_rsa", [False, True])
def test_digitally_signed_is_read_exactly(use_rsa: bool) -> None:
    log, head = signed_head(use_rsa=use_rsa)
    good = head.signature
    other = b"\x04\x03" if use_rsa else b"\x04\x01"
    for signature, reason in [
        (b"", "expected a DigitallySigned, got 0 bytes"),
        (good[:3], "expected a DigitallySigned, got 3 bytes"),
        (good[:4], "bytes of signature, got 0"),
        (good[:-1], "bytes of signature"),
        (good + b"\0", "bytes of signature"),
        (good[4:], "expected hash 4"),
        (b"\x02" + good[1:], "got 2 and"),
        (b"\x05" + good[1:], "got 5 and"),
        (other + good[2:], "expected hash 4 and scheme"),
        (good[:2] + b"\0\0", "doesn't verify"),
        (good[:2] + b"\0\x05" + b"\0" * 5, "doesn't verify"),
    ]:
        with pytest.raises(ProofError, match=reason):
            verify_head(replace(head, signature=signature), log.key)


def test_head_of_another_log() -> None:
    log, head = signed_head()
    other = LogBuilder("Other")
    with pytest.raises(ProofError, match="expected the key of log"):
        verify_head(head, other.key)
    with pytest.raises(ProofError, match="doesn't verify"):
        verify_head(replace(head, log_id=other.id), other.key)
    with pytest.raises(ProofError, match="expected the key of log"):
        verify_head(replace(head, log_id=b""), log.key)


def test_signature_in_raw_form_is_refused() -> None:
    """ECDSA signatures are DER (r, s), not the two numbers side by side."""
    log, head = signed_head()
    with pytest.raises(ProofError, match="doesn't verify"):
        verify_head(replace(head, signature=b"\x04\x03\0\x40" + b"\x11" * 64), log.key)


def test_signature_with_another_hash_or_padding_is_refused() -> None:
    log, head = signed_head(use_rsa=True)
    key = log.private_key
    assert isinstance(key, rsa.RSAPrivateKey)
    message = sth_message(head)
    pss = padding.PSS(padding.MGF1(hashes.SHA256()), 32)
    for signature in (key.sign(message, padding.PKCS1v15(), hashes.SHA512()), key.sign(message, pss, hashes.SHA256())):
        with pytest.raises(ProofError, match="doesn't verify"):
            verify_head(replace(head, signature=b"\x04\x01\x01\0" + signature), log.key)


def test_head_that_fits_no_message() -> None:
    log, head = signed_head()
    with pytest.raises(ProofError, match="expected a root of 32 bytes"):
        verify_head(replace(head, root=b""), log.key)


# --- log lists ----------------------------------------------------------------------------------------------------

LIST = json.dumps({"operators": [], "version": "1.0"}).encode()


def test_list_verifies_over_its_exact_bytes() -> None:
    signature, key = sign_list(LIST)
    verify_list(LIST, signature, key)
    for raw, sig in [
        (LIST + b"\n", signature),
        (LIST.replace(b" ", b""), signature),
        (LIST, signature[:-1]),
        (LIST, signature + b"\0"),
        (LIST, b""),
        (LIST, bytes(256)),
        (b"", signature),
    ]:
        with pytest.raises(ProofError, match="signature of the log list: it doesn't verify"):
            verify_list(raw, sig, key)


def test_list_signed_with_another_key_or_padding() -> None:
    _, key = sign_list(LIST)
    other, _ = sign_list(LIST, "another list key")
    pss = rsa_key("list key").sign(LIST, padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256())
    for signature in (other, pss):
        with pytest.raises(ProofError, match="doesn't verify"):
            verify_list(LIST, signature, key)


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        (b"", "expected a PEM public key"),
        (der(rsa_key("list key").public_key()), "expected a PEM public key"),
        (pem(ecdsa_key("list").public_key()), "expected an RSA key"),
        (pem(rsa.RSAPublicNumbers(65537, (1 << 1023) | 12345).public_key()), "RSA of 2048 bits or more"),
        (pem(ed25519.Ed25519PrivateKey.from_private_bytes(b"\x07" * 32).public_key()), "RSA of 2048 bits or more"),
    ],
)
def test_key_that_signs_no_list(key: bytes, reason: str) -> None:
    signature, _ = sign_list(LIST)
    with pytest.raises(ProofError, match=reason):
        verify_list(LIST, signature, key)
