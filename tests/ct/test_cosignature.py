"""Cosignatures of witnesses: a real checkpoint with the real key of a witness, and everything that doesn't verify."""

from __future__ import annotations

import struct
from base64 import b64decode, b64encode
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec.structs import replace
from support.logs import LogBuilder

from ctscan.ct.cosignature import Witness, cosignatures, parse_witness
from ctscan.errors import FormatError
from ctscan.model import Cosignature

REMORA = "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2"
"""Verifier key of a public witness, as its operator publishes it."""

CHECKPOINT = (
    "arche2025h1.staging.ct.transparency.dev\n"
    "1432088532\n"
    "U7WM79jrzyhGZ5/GUBTpM7NzwdyfFx61t3RovgcC4Ro=\n"
    "\n"
    "— arche2025h1.staging.ct.transparency.dev zTM8sQAAAZ5W0WdjBAMARjBEAiBjW5IQf9pvsYLfQFX6hoGREPMHbdQ3urbllzalApkpt"
    "QIgIpwtEroeW2BXaHAI4kJXFbon5Ch9MNL5zRNZ55lvGt0=\n"
    "— witness1.smartit.nu/witness1 pIyCDwAAAABqEiEghIp82KWebrw7/oHQwlTAm3g2RKS4+eebl8eO0WH+/iEcxZ75W3u5hNI7TOQtmJbq"
    "mNWVuE0tgh0XwzdZsDsUAQ==\n"
    "— remora.n621.de 2net5wAAAABqEiEgPlfF3V06o0Y+fHM+J5J9s27wgxxcOVSpZ/2g/KSiXCg9DEZI+aVCIobWX9sXTynk5XeU/zZ0WBxtqB"
    "0DrAWfBw==\n"
).encode()
"""Checkpoint that a public log of a test instance signed, and two witnesses cosigned."""

PRIVATE = Ed25519PrivateKey.from_private_bytes(sha256(b"witness").digest())
TIME = 1_770_000_000


def witness(name: str = "witness.example.org/w1") -> Witness:
    material = b"\x04" + PRIVATE.public_key().public_bytes_raw()
    return Witness(name, sha256(name.encode() + b"\n" + material).digest()[:4], material[1:])


def vkey(of: Witness, key_id: bytes | None = None, kind: int = 4) -> str:
    return f"{of.name}+{(key_id or of.key_id).hex()}+{b64encode(bytes([kind]) + of.key).decode()}"


def checkpoint() -> bytes:
    builder = LogBuilder("Example log")
    builder.fill(5)
    return builder.checkpoint()


def cosigned(raw: bytes, of: Witness, time: int = TIME, message: bytes | None = None, extra: bytes = b"") -> bytes:
    text = raw.rpartition(b"\n\n")[0] + b"\n"
    signed = b"cosignature/v1\ntime %d\n" % time + text if message is None else message
    value = of.key_id + struct.pack(">Q", time) + PRIVATE.sign(signed) + extra
    return raw + f"— {of.name} {b64encode(value).decode()}\n".encode()


def test_a_real_cosignature_verifies() -> None:
    remora = parse_witness(REMORA)
    assert (remora.name, remora.key_id.hex()) == ("remora.n621.de", "da77ade7")
    assert cosignatures(CHECKPOINT, [remora]) == (Cosignature("remora.n621.de", 1_779_573_024),)


@pytest.mark.parametrize(
    "change", [(b"1432088532", b"1432088531"), (b"U7WM", b"V7WM"), (b"arche2025h1", b"arche2025h2")]
)
def test_a_changed_checkpoint_does_not_verify(change: tuple[bytes, bytes]) -> None:
    changed = CHECKPOINT.replace(*change)
    assert cosignatures(changed, [parse_witness(REMORA)]) == (Cosignature("remora.n621.de", None),)


def test_the_signed_message_is_header_time_and_text() -> None:
    raw = checkpoint()
    assert cosignatures(cosigned(raw, witness()), [witness()]) == (Cosignature(witness().name, TIME),)
    text = raw.rpartition(b"\n\n")[0] + b"\n"
    for message in (
        text,
        b"cosignature/v1\ntime %d\n" % (TIME + 1) + text,
        b"cosignature/v1\ntime 0%d\n" % TIME + text,
    ):
        assert cosignatures(cosigned(raw, witness(), message=message), [witness()]) == (
            Cosignature(witness().name, None),
        )


def test_a_time_has_63_bits_and_nothing_follows_the_signature() -> None:
    raw, last = checkpoint(), 2**63 - 1
    assert cosignatures(cosigned(raw, witness(), last), [witness()]) == (Cosignature(witness().name, last),)
    assert cosignatures(cosigned(raw, witness(), 2**63), [witness()]) == (Cosignature(witness().name, None),)
    assert cosignatures(cosigned(raw, witness(), extra=b"\0"), [witness()]) == (Cosignature(witness().name, None),)


def test_lines_of_unknown_keys_say_nothing() -> None:
    raw = cosigned(checkpoint(), witness())
    other = witness("witness.example.org/w2")
    for of in (other, replace(witness(), key_id=b"\0\0\0\0"), replace(other, key_id=witness().key_id)):
        assert cosignatures(raw, [of]) == ()
    assert cosignatures(raw, []) == ()
    assert cosignatures(raw, [other, witness()]) == (Cosignature(witness().name, TIME),)


def test_a_key_that_is_no_point_of_the_curve_verifies_nothing() -> None:
    broken = replace(witness(), key=b"\xff" * 32)
    assert cosignatures(cosigned(checkpoint(), witness()), [broken]) == (Cosignature(witness().name, None),)


@pytest.mark.parametrize("raw", [b"", b"{}", LogBuilder("Example log").sth(), b"\xff\n\n\xe2\x80\x94 a AAAAAAAA\n"])
def test_heads_of_other_forms_have_no_cosignatures(raw: bytes) -> None:
    assert cosignatures(raw, [witness()]) == ()


def test_a_verifier_key_is_read_back() -> None:
    assert parse_witness(vkey(witness())) == witness()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "expected <name>"),
        ("witness.example.org", "expected <name>"),
        ("witness.example.org+12345678", "expected <name>"),
        ("+12345678+AAAA", "expected <name>"),
        ("a witness+12345678+AAAA", "expected <name>"),
        (REMORA.replace("da77ade7", "DA77ADE7"), "expected <name>"),
        (REMORA.replace("da77ade7", "da77ade"), "expected <name>"),
        (REMORA.replace("da77ade7", "da77ade8"), "expected the key ID da77ade7, got da77ade8"),
        (REMORA.replace("remora", "Remora"), "expected the key ID"),
        (REMORA + "=", "expected standard base64"),
        (REMORA[:-4], "expected type 4"),
        (vkey(witness(), kind=1), "expected type 4"),
        (vkey(witness(), kind=6), "expected type 4"),
    ],
)
def test_a_bad_verifier_key_is_refused(text: str, words: str) -> None:
    with pytest.raises(FormatError, match=words):
        parse_witness(text)


def test_base64_may_hold_a_plus() -> None:
    assert "+" in b64encode(b64decode("++++")).decode()
    for number in range(200):
        key = sha256(b"%d" % number).digest()
        name = "witness.example.org"
        made = Witness(name, sha256(name.encode() + b"\n\x04" + key).digest()[:4], key)
        assert parse_witness(vkey(made)) == made
