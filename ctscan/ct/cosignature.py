"""Cosignatures of witnesses on checkpoints (C2SP tlog-cosignature, version 1: Ed25519).

A witness states that the checkpoint belongs to the largest tree of the log that it has seen, at a moment, and that this
tree extends the trees before:

    — <name of the witness> <base64 of: key ID[4] | u64 seconds since 1970 | Ed25519 signature[64]>

    signed:  cosignature/v1\\n
             time <seconds>\\n
             <text of the note, its last newline included>

    vkey:    <name>+<key ID, 8 hexadecimal digits>+<base64 of: 0x04 | public key[32]>        (C2SP signed-note)
    key ID:  SHA-256(<name> | 0x0a | 0x04 | public key)[:4]

Only witnesses that the configuration names count. Lines of other keys say nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from hashlib import sha256
from typing import Final

from msgspec import Struct

from ctscan.ct.note import signature_lines
from ctscan.ct.strict_json import NUMBER_LIMIT, base64_bytes
from ctscan.errors import FormatError
from ctscan.model import Cosignature

_TYPE: Final = 0x04
_KEY: Final = 32  # bytes of an Ed25519 public key
_LENGTH: Final = 4 + 8 + 64  # key ID, time, signature


class Witness(Struct, frozen=True):
    """Witness whose cosignatures count: its name, the ID of its key, and its Ed25519 public key."""

    name: str
    key_id: bytes
    key: bytes


def parse_witness(vkey: str) -> Witness:
    """Parse the verifier key of a witness.

    Raises:
        FormatError: it has another form, another type of signature, or the ID of another key.
    """
    context = "verifier key of a witness"
    name, plus, rest = vkey.partition("+")
    digits, second, encoded = rest.partition("+")
    if not name or not plus or not second or any(map(str.isspace, name)) or not re.fullmatch("[0-9a-f]{8}", digits):
        raise FormatError(f"{context}: expected <name>+<8 hexadecimal digits>+<base64>, got {len(vkey)} characters")
    material = base64_bytes(encoded, context)
    if len(material) != 1 + _KEY or material[0] != _TYPE:
        raise FormatError(f"{context}: expected type 4 (Ed25519 cosignature) and a key of {_KEY} bytes, got another")
    expected = sha256(name.encode() + b"\n" + material).digest()[:4]
    if bytes.fromhex(digits) != expected:
        raise FormatError(f"{context}: expected the key ID {expected.hex()}, got {digits}; copy the key again")
    return Witness(name, expected, material[1:])


def cosignatures(raw: bytes, witnesses: Sequence[Witness]) -> tuple[Cosignature, ...]:
    """Verify the cosignatures of these witnesses on a checkpoint; bytes that are no checkpoint have none.

    The log's own signature is not looked at: `raw` is a checkpoint that was verified before.
    """
    try:
        text, lines = signature_lines(raw)
    except FormatError:
        return ()
    known = {(witness.name, witness.key_id): witness for witness in witnesses}
    found = [(known.get((name, value[:4])), value) for name, value in lines]
    return tuple(_cosignature(text, witness, value) for witness, value in found if witness is not None)


def _cosignature(text: bytes, witness: Witness, value: bytes) -> Cosignature:
    time = int.from_bytes(value[4:12], "big")
    is_valid = len(value) == _LENGTH and time < NUMBER_LIMIT and _verifies(text, witness, time, value[12:])
    return Cosignature(witness.name, time if is_valid else None)


def _verifies(text: bytes, witness: Witness, time: int, signature: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature  # here: most commands verify no cosignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(witness.key).verify(signature, b"cosignature/v1\ntime %d\n%s" % (time, text))
    except (InvalidSignature, ValueError):  # ValueError: the key is no point of the curve
        return False
    return True
