"""Messages between ctscan and the process that takes files apart, over two pipes.

    u8 kind | u32 length | payload                     big endian, in both directions

    B  begin a file        u8 is named | u8 has random access | u64 its octets, 0 where nobody knows
    D  octets              as asked for; none at the end
    R  wants octets        u32 how many at most
    A  wants octets at     u64 place | u32 how many at most
    C  certificate         u16 length of its place | its place | DER
    P  problem             u16 length of its place | its place | u16 length of the reason | reason | octets given up
    N  no certificate      as P: a file that the user named holds none
    E  end of the file
    K  keys                n x (u16 length | password), before the first file

Nothing of it is unpickled: what comes back was made from a hostile file.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from enum import Enum
from typing import IO, Final

from ctscan.errors import FormatError
from ctscan.model import Problem
from ctscan.sources.files.file_format import Absence, Item

MOST: Final = 32 * 1024 * 1024
"""Octets of a message: certificates and structures are smaller."""

_HEAD: Final = struct.Struct(">cI")
_BEGIN: Final = struct.Struct(">??Q")
_AT: Final = struct.Struct(">QI")
_LENGTH: Final = struct.Struct(">H")
_COUNT: Final = struct.Struct(">I")
_MAX_TEXT: Final = 0xFFFF


class Kind(Enum):
    """Kind of a message."""

    BEGIN = b"B"
    OCTETS = b"D"
    WANTS = b"R"
    WANTS_AT = b"A"
    CERTIFICATE = b"C"
    PROBLEM = b"P"
    ABSENCE = b"N"
    END = b"E"
    PASSWORDS = b"K"


Frame = tuple[Kind, bytes]


def write_frame(pipe: IO[bytes], kind: Kind, payload: bytes = b"") -> None:
    """Write a message. Raises OSError where the other side is gone."""
    pipe.write(_HEAD.pack(kind.value, len(payload)) + payload)
    pipe.flush()


def read_frame(pipe: IO[bytes]) -> Frame | None:
    """Read a message; None where the other side is gone.

    Raises:
        FormatError: the message is none of these, or too long.
    """
    head = pipe.read(_HEAD.size)
    if len(head) < _HEAD.size:
        return None
    letter, length = _HEAD.unpack(head)
    if length > MOST:
        raise FormatError(f"a message of {length} octets; expected at most {MOST}")
    try:
        kind = Kind(letter)
    except ValueError:
        raise FormatError("a message of an unknown kind") from None
    payload = pipe.read(length)
    return (kind, payload) if len(payload) == length else None


def begin_payload(*, is_named: bool, has_random_access: bool, size: int) -> bytes:
    """Pack the beginning of a file."""
    return _BEGIN.pack(is_named, has_random_access, size)


def parse_begin(payload: bytes) -> tuple[bool, bool, int]:
    """Return whether the file is named, whether it has random access, and its size."""
    is_named, has_random_access, size = _BEGIN.unpack(payload)
    return is_named, has_random_access, size


def want_payload(most: int, at: int | None = None) -> bytes:
    """Pack a wish for octets."""
    return _COUNT.pack(most) if at is None else _AT.pack(at, most)


def parse_want(payload: bytes) -> int:
    """Return the octets that are wanted at most."""
    return int(_COUNT.unpack(payload)[0])


def parse_want_at(payload: bytes) -> tuple[int, int]:
    """Return the place of the octets that are wanted, and their number at most."""
    at, most = _AT.unpack(payload)
    return at, most


def item_frame(item: Item) -> Frame:
    """Pack a certificate or a problem."""
    place, found = item
    if isinstance(found, bytes):
        return Kind.CERTIFICATE, _text(place) + found
    kind = Kind.ABSENCE if isinstance(found, Absence) else Kind.PROBLEM
    return kind, _text(place) + _text(found.what) + found.unread


def parse_item(kind: Kind, payload: bytes) -> Item:
    """Unpack a certificate or a problem. Raises FormatError for another payload."""
    place, rest = _split_text(payload)
    if kind is Kind.CERTIFICATE:
        return place, rest
    what, unread = _split_text(rest)
    return place, (Absence if kind is Kind.ABSENCE else Problem)("", what, unread)


def passwords_payload(passwords: Sequence[str]) -> bytes:
    """Pack passwords."""
    return b"".join(map(_text, passwords))


def parse_passwords(payload: bytes) -> tuple[str, ...]:
    """Unpack passwords. Raises FormatError for another payload."""
    found: list[str] = []
    while payload:
        password, payload = _split_text(payload)
        found.append(password)
    return tuple(found)


def _text(text: str) -> bytes:
    raw = text.encode("utf-8", "replace")[:_MAX_TEXT]
    return _LENGTH.pack(len(raw)) + raw


def _split_text(payload: bytes) -> tuple[str, bytes]:
    if len(payload) < _LENGTH.size:
        raise FormatError("a message without its text")
    end = _LENGTH.size + int(_LENGTH.unpack_from(payload)[0])
    return payload[_LENGTH.size : end].decode("utf-8", "replace"), payload[end:]
