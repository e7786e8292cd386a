"""Heads of an audit log: vectors by the C2SP specifications, keys and notes that are refused."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from ctscan.ct import audit_head
from ctscan.errors import FormatError, ProofError
from ctscan.model.audit_log import LogIdentity

PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = PRIVATE.public_key().public_bytes_raw()
NAME = "ctscan-audit/" + "0a" * 16
VKEY = audit_head.vkey_text(NAME, PUBLIC)
ROOT = bytes(range(100, 132))


def signed(size: int = 7, older: int = 0, name: str = NAME, private: Ed25519PrivateKey = PRIVATE) -> bytes:
    identity = LogIdentity(bytes.fromhex(name[-32:]), older, audit_head.vkey_text(name, PUBLIC))
    text = audit_head.head_text(identity, size, ROOT)
    return audit_head.head_note(identity, size, ROOT, private.sign(text))


def test_a_verifier_key_has_the_form_of_a_signed_note() -> None:
    name, digits, material = VKEY.split("+", 2)
    assert (name, material) == (NAME, b64encode(b"\x01" + PUBLIC).decode())
    assert bytes.fromhex(digits) == sha256(NAME.encode() + b"\n\x01" + PUBLIC).digest()[:4]
    assert audit_head.parse_vkey(VKEY) == audit_head.Verifier(NAME, bytes.fromhex(digits), PUBLIC)


def test_a_head_is_a_checkpoint() -> None:
    lines = signed(7, older=3).decode().split("\n")
    assert lines[:5] == [NAME, "7", b64encode(ROOT).decode(), "older 3", ""]
    assert lines[5].startswith(f"\u2014 {NAME} ") and lines[6:] == [""]
    assert b"older" not in signed(7)


@given(size=st.integers(0, 10**17), older=st.integers(0, 10**17))
def test_a_head_is_read_as_it_was_written(size: int, older: int) -> None:
    found = audit_head.verify_note(signed(size, older), audit_head.parse_vkey(VKEY))
    assert found == audit_head.AuditHead(size, ROOT, older)


def test_lines_of_witnesses_are_passed_over() -> None:
    note = signed() + f"\u2014 witness.example.org {b64encode(bytes(76)).decode()}\n".encode()
    assert audit_head.verify_note(note, audit_head.parse_vkey(VKEY)).size == 7


@pytest.mark.parametrize(
    "note",
    [
        signed().replace(b"\n7\n", b"\n8\n"),
        signed(7, older=3).replace(b"older 3", b"older 4"),
        signed(name="ctscan-audit/" + "0b" * 16),
        signed(private=Ed25519PrivateKey.from_private_bytes(bytes(32))),
        signed() + signed().rpartition(b"\n\n")[2],
    ],
)
def test_a_head_that_the_key_did_not_sign_is_refused(note: bytes) -> None:
    with pytest.raises(ProofError):
        audit_head.verify_note(note, audit_head.parse_vkey(VKEY))


@pytest.mark.parametrize(
    "note",
    [
        b"",
        signed()[:-30],
        signed().replace(b"\n7\n", b"\n07\n"),
        signed(7, older=3).replace(b"older 3", b"older 0"),
        signed(7, older=3).replace(b"older 3", b"younger 3"),
        signed().replace(b"\n7\n", b"\n7\n7\n"),
        signed().replace(b"ctscan-audit/", b"ctscan-other/"),
    ],
)
def test_a_note_of_another_form_is_refused(note: bytes) -> None:
    with pytest.raises(FormatError):
        audit_head.verify_note(note, audit_head.parse_vkey(VKEY))


@pytest.mark.parametrize(
    "vkey",
    ["", NAME, VKEY[:-4], VKEY.replace("+A", "+B"), VKEY.replace("0a0a", "0b0b"), VKEY + "\n", VKEY.replace("+", " ")],
)
def test_a_verifier_key_of_another_form_is_refused(vkey: str) -> None:
    with pytest.raises(FormatError):
        audit_head.parse_vkey(vkey)
