"""Issuing CA of a certificate: found by its key, never by its name."""

from __future__ import annotations

import subprocess
import sys
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st
from support.certs import ECDSA_SHA256, bit_string, make_certificate, make_tbs, name, oid, tlv
from support.revoking import KINDS, make_ca, make_key, signed

from ctscan.errors import FormatError, ProofError
from ctscan.model import Issuer, Name, StatusReason
from ctscan.x509.certificate import read_certificate, read_tbs
from ctscan.x509.der_reader import DerReader
from ctscan.x509.general_names import read_name
from ctscan.x509.issuer_lookup import Issuers, find_issuers, is_issued_by, issuer_of, read_signer, same_name
from ctscan.x509.signatures import Unsupported, verify


def found(der: bytes, *candidates: Issuer) -> Issuers:
    return find_issuers(read_certificate(der), der, (), candidates)


def test_hashes_of_an_issuer_match_its_certificates() -> None:
    ca = make_ca("a")
    issuer = ca.issuer("AIA")
    assert issuer.subject_hash == sha256(read_certificate(ca.issue()).issuer.raw).digest()
    assert issuer.key_hash == sha256(ca.key.spki).digest()
    assert (issuer.sha256, issuer.der, issuer.origin) == (sha256(ca.der).digest(), ca.der, "AIA")


@pytest.mark.parametrize("der", [b"", b"\x30\x00", make_certificate([("CN", "a")], spki=b"")])
def test_certificates_without_a_key_are_no_issuers(der: bytes) -> None:
    with pytest.raises(FormatError):
        issuer_of(der, "file")


@pytest.mark.parametrize("kind", KINDS)
def test_the_signing_key_decides_between_equal_names(kind: str) -> None:
    right, wrong = make_ca("a", kind=kind), make_ca("b", kind=kind)
    der = right.issue()
    assert found(der, wrong.issuer(), right.issuer()) == Issuers((right.issuer(),))
    assert found(der, wrong.issuer()) == Issuers((), StatusReason.SIGNATURE_WRONG())


def test_all_certificates_of_the_key_are_found() -> None:
    ca, parent = make_ca("a"), make_ca("root", subject=[("O", "Example Root")])
    crossed = make_ca("a", parent=parent)
    assert crossed.key == ca.key
    assert found(ca.issue(), ca.issuer(), crossed.issuer()).found == (ca.issuer(), crossed.issuer())


def test_another_name_is_another_ca_even_with_the_same_key() -> None:
    ca = make_ca("a")
    other = make_ca("a", subject=[("O", "Example Other")])
    assert found(ca.issue(), other.issuer()) == Issuers((), StatusReason.ISSUER_UNKNOWN())
    assert found(ca.issue()).why == StatusReason.ISSUER_UNKNOWN()


def test_the_key_that_the_log_names_decides_for_a_precertificate() -> None:
    right, wrong = make_ca("a"), make_ca("b")
    leaf, _ = right.precertificate()
    both = [wrong.issuer(), right.issuer()]
    assert find_issuers(read_tbs(leaf), leaf, {right.issuer().key_hash}, both) == Issuers((right.issuer(),))
    why = StatusReason.ISSUER_KEY_UNKNOWN()
    assert find_issuers(read_tbs(leaf), leaf, {bytes(32)}, both) == Issuers((), why)


def test_without_a_log_the_key_identifier_decides_for_a_precertificate() -> None:
    right, wrong = make_ca("a"), make_ca("b")
    leaf, _ = right.precertificate()
    assert find_issuers(read_tbs(leaf), leaf, (), [wrong.issuer(), right.issuer()]).found == (right.issuer(),)
    assert find_issuers(read_tbs(leaf), leaf, (), [wrong.issuer()]).found == ()


def test_a_certificate_that_was_fetched_needs_more_than_a_key_identifier() -> None:
    """An attacker on the way to a caIssuers URL can make a certificate with any name and key identifier."""
    ca = make_ca("a")
    leaf, _ = ca.precertificate()
    why = StatusReason.ISSUER_NAME_ONLY()
    assert find_issuers(read_tbs(leaf), leaf, (), [ca.issuer("AIA")]) == Issuers((), why)
    assert find_issuers(read_tbs(leaf), leaf, (), [ca.issuer("AIA"), ca.issuer("log")]).found == (ca.issuer("log"),)
    assert find_issuers(read_tbs(leaf), leaf, {ca.issuer().key_hash}, [ca.issuer("AIA")]).found == (ca.issuer("AIA"),)


def test_the_signature_of_a_submitted_precertificate_decides_without_a_log() -> None:
    ca, other = make_ca("a"), make_ca("b")
    leaf, submitted = ca.precertificate()
    _, of_another = ca.precertificate(serial=2)
    both = [other.issuer("AIA"), ca.issuer("AIA")]
    assert find_issuers(read_tbs(leaf), leaf, (), both, (of_another, submitted)).found == (ca.issuer("AIA"),)
    assert find_issuers(read_tbs(leaf), leaf, (), both, (of_another, b"", submitted[:-1])).found == ()


def test_a_false_signature_does_not_hide_the_issuer_key_hash() -> None:
    """A repository or a file may hold a certificate with the TBS of a logged precertificate and another signature."""
    ca, other = make_ca("a"), make_ca("b")
    der = ca.issue()
    der = der[:-1] + bytes((der[-1] ^ 1,))
    both = [other.issuer(), ca.issuer("AIA")]
    why = StatusReason.SIGNATURE_WRONG()
    assert find_issuers(read_certificate(der), der, {ca.issuer().key_hash}, both).found == (ca.issuer("AIA"),)
    assert find_issuers(read_certificate(der), der, {bytes(32)}, both) == Issuers((), why)


def test_certificates_without_key_identifiers_are_not_taken_for_each_other() -> None:
    ca = make_ca("a")
    without = issuer_of(make_certificate(subject=ca.subject, extensions=[]), "file")
    leaf = make_tbs([("CN", "a")], issuer=ca.subject, extensions=[])
    why = StatusReason.ISSUER_NAME_ONLY()
    assert find_issuers(read_tbs(leaf), leaf, (), [without]) == Issuers((), why)


def test_unsupported_signatures_are_reported_as_unsupported() -> None:
    ca = make_ca("a")
    outer = ca.issue()
    body = outer[4 : 4 + 4 + int.from_bytes(outer[6:8])]
    der = tlv(0x30, body, tlv(0x30, oid("1.2.156.10197.1.501")), bit_string(b"\1" * 64))
    assert found(der, ca.issuer()).why == StatusReason.SIGNATURE_UNSUPPORTED(
        detail="the certificate is signed in a way that isn't supported (1.2.156.10197.1.501)"
    )


def test_md5_is_not_accepted() -> None:
    key = make_key("a", "rsa")
    with pytest.raises(Unsupported, match="isn't supported"):
        verify(b"x", tlv(0x30, oid("1.2.840.113549.1.1.4")), key.sign(b"x"), key.spki, "list")


@pytest.mark.parametrize("spki", [b"", b"\x30\x00", bytes(9000), make_certificate()])
def test_broken_keys_are_reported_and_not_trusted(spki: bytes) -> None:
    with pytest.raises(Unsupported):
        verify(b"x", ECDSA_SHA256, b"\x30\x06\x02\x01\x01\x02\x01\x01", spki, "list")


def test_keys_that_are_too_small_are_not_trusted() -> None:
    small = ec.derive_private_key(5, ec.SECP192R1())
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    spki = small.public_key().public_bytes(serialization.Encoding.DER, form)
    with pytest.raises(ProofError, match="too small"):
        verify(b"x", ECDSA_SHA256, small.sign(b"x", ec.ECDSA(hashes.SHA256())), spki, "list")


@pytest.mark.parametrize("parameters", [b"", b"\x05\x00", tlv(0x30), tlv(0x30, tlv(0xA2, tlv(2, b"\x7f\xff\xff\xff")))])
def test_parameters_of_pss_are_part_of_the_signature(parameters: bytes) -> None:
    key = make_key("a", "rsa-pss")
    with pytest.raises(ProofError):
        verify(b"x", tlv(0x30, oid("1.2.840.113549.1.1.10"), parameters), key.sign(b"x"), key.spki, "list")


@given(st.binary(max_size=40), st.binary(max_size=40))
def test_no_algorithm_or_signature_raises_another_error(algorithm: bytes, signature: bytes) -> None:
    key = make_key("a", "ed25519")
    with pytest.raises(ProofError):
        verify(b"x", algorithm, signature, key.spki, "list")


def test_certificates_changed_in_one_octet_have_no_issuer() -> None:
    ca = make_ca("a", kind="ed25519")
    der = ca.issue()
    assert is_issued_by(der, ca.key.spki)
    for at in range(len(der)):
        changed = der[:at] + bytes((der[at] ^ 0x01,)) + der[at + 1 :]
        assert not is_issued_by(changed, ca.key.spki), at


def of(element: bytes) -> Name:
    return read_name(DerReader(element), "", (0x30, 0, 2, len(element), len(element)))


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        ([("C", "XX"), ("O", "Example Trust")], True),
        ([("C", "XX"), ("O", "Example Trust", "printable")], True),
        ([("C", "xx"), ("O", " example  TRUST ")], True),
        ([("C", "XX"), ("O", "Example Trusted")], False),
        ([("O", "Example Trust"), ("C", "XX")], False),
        ([[("C", "XX"), ("O", "Example Trust")]], False),
        ([], False),
    ],
)
def test_names_are_the_same_but_for_case_spaces_and_string_types(other: list[tuple[str, str]], expected: bool) -> None:
    assert same_name(of(name([("C", "XX"), ("O", "Example Trust")])), of(name(other))) is expected


def test_key_usage_of_a_signer_is_read() -> None:
    assert read_signer(make_ca("a").der).signs_lists is True
    assert read_signer(make_ca("a", usage=None).der).signs_lists is None
    assert read_signer(make_certificate([("CN", "a")])).signs_lists is False
    assert read_signer(make_ca("a").der).key_id == make_key("a").id


def test_cryptography_is_imported_lazily() -> None:
    names = "access_locations, crl, crl_check, issuer_lookup, ocsp, precertificate, signatures"
    code = f"import sys; from ctscan.x509 import {names}; sys.exit('cryptography' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("kind", KINDS)
def test_a_key_of_another_kind_is_a_wrong_one(kind: str) -> None:
    der = make_ca("a", kind=kind).issue()
    others = [make_ca("b", kind=other).issuer() for other in KINDS if other[:3] != kind[:3]]
    assert found(der, *others).why == StatusReason.SIGNATURE_WRONG()


def test_signed_bodies_have_to_be_whole() -> None:
    key = make_key("a")
    assert not is_issued_by(signed(tlv(0x30), key)[:-1], key.spki)
