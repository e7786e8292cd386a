"""Heads of an audit log: C2SP checkpoints (tlog-checkpoint) with an Ed25519 signature (signed-note, type 0x01).

    ctscan-audit/<id of the trail, 32 hexadecimal digits>\\n       origin, and name of the key
    <size>\\n
    <base64 root>\\n
    older <number>\\n                                               only where events are older than the log: how many
    \\n
    — <key name> <base64 of: key ID[4] | Ed25519 signature[64]>\\n

    vkey:    <key name>+<key ID, 8 hexadecimal digits>+<base64 of: 0x01 | public key[32]>
    key ID:  SHA-256(<key name> | 0x0a | 0x01 | public key)[:4]

Nothing is signed here: a caller with the key signs the text of a head.
"""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from ctscan.ct.note import signature_lines
from ctscan.ct.strict_json import base64_bytes
from ctscan.errors import FormatError, ProofError
from ctscan.on_first_use import late_pattern

if TYPE_CHECKING:
    from ctscan.model.audit_log import LogIdentity

_TYPE: Final = 0x01
_KEY: Final = 32  # bytes of an Ed25519 public key
_SIGNATURE: Final = 64  # bytes
_CONTEXT: Final = "head of an audit log"
_VKEY: Final = late_pattern(r"(ctscan-audit/([0-9a-f]{32}))\+([0-9a-f]{8})\+([A-Za-z0-9+/]+=*)", re.ASCII)
_TEXT: Final = late_pattern(
    r"ctscan-audit/([0-9a-f]{32})\n(0|[1-9][0-9]{0,17})\n([A-Za-z0-9+/]{43}=)\n(?:older ([1-9][0-9]{0,17})\n)?",
    re.ASCII,
)
NOTE: Final = late_pattern(rb"ctscan-audit/[^\n]*\n(?:[^\n]+\n)+\n(?:\xe2\x80\x94 [^\n]+\n)+")
"""Pattern of a head in a file of heads."""


class Verifier(Struct, frozen=True):
    """Verifier key of an audit log: the name, the ID of the key, and the Ed25519 public key."""

    name: str
    key_id: bytes
    key: bytes


class AuditHead(Struct, frozen=True):
    """Head of an audit log, read from a note. `older` events are older than the log."""

    size: int
    root: bytes
    older: int


def origin_of_log(id: bytes) -> str:
    """Name the origin of the log of a trail: it is the name of its key, too."""
    return f"ctscan-audit/{id.hex()}"


def vkey_text(name: str, public: bytes) -> str:
    """Write the verifier key of an Ed25519 public key of 32 bytes."""
    material = bytes((_TYPE,)) + public
    return f"{name}+{_key_id(name, material).hex()}+{b64encode(material).decode()}"


def parse_vkey(vkey: str) -> Verifier:
    """Parse the verifier key of an audit log.

    Raises:
        FormatError: it has another form, another type of signature, or the ID of another key.
    """
    context = "verifier key of an audit log"
    found = _VKEY.fullmatch(vkey)
    if found is None:
        raise FormatError(
            f"{context}: expected ctscan-audit/<32 hexadecimal digits>+<8 hexadecimal digits>+<base64>, got a text of "
            f"{len(vkey)} characters"
        )
    material = base64_bytes(found[4], context)
    if len(material) != 1 + _KEY or material[0] != _TYPE:
        raise FormatError(f"{context}: expected type 1 (Ed25519) and a key of {_KEY} bytes, got another")
    expected = _key_id(found[1], material)
    if bytes.fromhex(found[3]) != expected:
        raise FormatError(f"{context}: expected the key ID {expected.hex()}, got {found[3]}; copy the key again")
    return Verifier(found[1], expected, material[1:])


def _key_id(name: str, material: bytes) -> bytes:
    return sha256(name.encode() + b"\n" + material).digest()[:4]


def head_text(identity: LogIdentity, size: int, root: bytes) -> bytes:
    """Write the text of a head, which its signature covers."""
    older = f"older {identity.older}\n" if identity.older else ""
    return f"{origin_of_log(identity.id)}\n{size}\n{b64encode(root).decode()}\n{older}".encode()


def head_note(identity: LogIdentity, size: int, root: bytes, signature: bytes) -> bytes:
    """Write a head with its signature as a note.

    Raises:
        FormatError: the verifier key in `identity` has another form.
    """
    verifier = parse_vkey(identity.vkey)
    line = f"\n\u2014 {verifier.name} {b64encode(verifier.key_id + signature).decode()}\n"
    return head_text(identity, size, root) + line.encode()


def verify_note(note: bytes, verifier: Verifier) -> AuditHead:
    """Parse a head and verify its signature. Lines of other keys (of witnesses) are passed over.

    Raises:
        FormatError: `note` is no head of an audit log.
        ProofError: the head is of another log, or the key didn't sign it.
    """
    text, lines = signature_lines(note)
    found = _TEXT.fullmatch(text.decode())
    if found is None:
        raise FormatError(f"{_CONTEXT}: expected origin, size, root and perhaps a line `older <number>`, got others")
    if origin_of_log(bytes.fromhex(found[1])) != verifier.name:
        raise ProofError(f"{_CONTEXT}: expected one of {verifier.name}, got one of another log")
    own = [value[4:] for name, value in lines if name == verifier.name and value[:4] == verifier.key_id]
    if len(own) != 1:
        raise ProofError(f"{_CONTEXT}: expected one signature line of the key, got {len(own)}")
    if len(own[0]) != _SIGNATURE:
        raise FormatError(f"{_CONTEXT}: expected a signature of {_SIGNATURE} bytes, got {len(own[0])}")
    if not verifies(verifier, text, own[0]):
        raise ProofError(f"{_CONTEXT}: its signature doesn't verify with the key")
    return AuditHead(int(found[2]), base64_bytes(found[3], _CONTEXT), int(found[4] or 0))


def verifies(verifier: Verifier, text: bytes, signature: bytes) -> bool:
    """Return whether the key signed the text of a head."""
    from cryptography.exceptions import InvalidSignature  # here: most commands verify no head of an audit log
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(verifier.key).verify(signature, text)
    except (InvalidSignature, ValueError):  # ValueError: the key is no point of the curve
        return False
    return True
