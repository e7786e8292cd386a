"""tar archives (POSIX ustar and pax, GNU's long names) as streams: member after member, nothing written to disk.

The standard library's reader takes a name or a pax header of any size into memory; this reader bounds both, and skips
links, devices and directories. Names are labels.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from ctscan.errors import FormatError
from ctscan.model import Problem
from ctscan.sources.files.file_format import FileFormat, Item
from ctscan.sources.files.labels import decoded
from ctscan.sources.files.streams import drain, substream

MAX_MEMBERS: Final = 1_000_000
MAX_LONG_NAME: Final = 64 * 1024
MAX_PAX: Final = 1024 * 1024

_BLOCK: Final = 512
_FILES: Final = b"0\x007"
_LONG_NAME, _LONG_LINK, _PAX, _GLOBAL, _SPARSE = b"L", b"K", b"x", b"g", b"S"
_WITHOUT_DATA: Final = b"123456"  # links, devices, directories, pipes

Inside = Callable[[io.BufferedReader], Iterator[Item]]


@dataclass(slots=True)
class _ExtendedHeader:
    """Values of extended headers for the next member."""

    name: bytes | None = None
    size: int | None = None


def is_tar(head: bytes) -> bool:
    """Return whether the first block is the header of a member, by its checksum."""
    return len(head) >= _BLOCK and head[0] != 0 and _is_header(head[:_BLOCK])


def read_tar(stream: io.BufferedReader, inside: Inside) -> Iterator[Item]:
    """Yield the content of the members, as `inside` reads it. Raises FormatError where the archive is damaged or cut
    off."""
    extended = _ExtendedHeader()
    members = 0
    while any(block := stream.read(_BLOCK)):
        if len(block) < _BLOCK:
            raise FormatError("the archive is cut off; get the file again")
        if not _is_header(block):
            raise FormatError("expected the header of a member of a tar archive, got something else; it is damaged")
        members += 1
        if members > MAX_MEMBERS:
            raise FormatError(f"expected at most {MAX_MEMBERS} members in a tar archive, got more; split it")
        kind, size = block[156:157], _number(block[124:136])
        if kind in (_LONG_NAME, _PAX):
            _read_extended(stream, kind, size, extended)
            continue
        if kind not in (_LONG_LINK, _GLOBAL):
            size = size if extended.size is None else extended.size
            name, extended = extended.name or _name(block), _ExtendedHeader()
            if kind in _FILES:
                yield from _member(stream, size, decoded(name), inside)
                continue
            if kind == _SPARSE:
                yield f"!{decoded(name)}", Problem("", "a sparse file, which ctscan can't read; extract it first")
                _skip_sparse_map(stream, block)
        if kind not in _WITHOUT_DATA:
            _skip(stream, size)


def _member(stream: io.BufferedReader, size: int, label: str, inside: Inside) -> Iterator[Item]:
    content = substream(stream, size)
    for where, found in inside(content):
        yield f"!{label}{where}", found
    drain(content)
    _skip(stream, -size % _BLOCK, exactly=False)


def _read_extended(stream: io.BufferedReader, kind: bytes, size: int, extended: _ExtendedHeader) -> None:
    """Read a long name of GNU's, or path and size of a pax header."""
    limit = MAX_LONG_NAME if kind == _LONG_NAME else MAX_PAX
    if size > limit:
        raise FormatError(f"expected a header of at most {limit} octets in a tar archive, got {size}; it is damaged")
    data = stream.read(size + -size % _BLOCK)[:size]
    if kind == _LONG_NAME:
        extended.name = data.rstrip(b"\0")
        return
    for key, value in _pax_records(data):
        if key == b"path":
            extended.name = value
        elif key == b"size":
            extended.size = _decimal(value)


def _pax_records(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield key and value of records `length key=value\\n`; the length is that of the whole record in decimal."""
    at = 0
    while at < len(data):
        digits, blank, _ = data[at : at + 10].partition(b" ")
        size = _decimal(digits)
        if not blank or size <= len(digits) + 2 or at + size > len(data):
            raise FormatError("expected a pax header in a tar archive, got something else; it is damaged")
        key, _, value = data[at + len(digits) + 1 : at + size - 1].partition(b"=")
        yield key, value
        at += size


def _skip(stream: io.BufferedReader, size: int, *, exactly: bool = True) -> None:
    """Skip octets; the padding of the last member may be missing."""
    try:
        if size:
            drain(substream(stream, size + (-size % _BLOCK if exactly else 0)))
    except FormatError:
        if exactly:
            raise


def _skip_sparse_map(stream: io.BufferedReader, block: bytes) -> None:
    is_extended = block[482] == 1
    while is_extended and len(more := stream.read(_BLOCK)) == _BLOCK:
        is_extended = more[504] == 1


# --- fields of a header --------------------------------------------------------------------------------------------


def _is_header(block: bytes) -> bool:
    """Compare the checksum: the sum of all octets, with those of the checksum itself as blanks."""
    try:
        claimed = _number(block[148:156])
    except FormatError:
        return False
    return claimed == sum(block) - sum(block[148:156]) + 8 * 0x20


def _number(text: bytes) -> int:
    """Parse an octal number, or (GNU) a binary number in base 256."""
    if text[0] == 0x80:
        return int.from_bytes(text[1:])
    digits = text.strip(b" \0").partition(b"\0")[0]
    if not all(0x30 <= digit <= 0x37 for digit in digits):
        raise FormatError("expected a number in a tar archive, got something else; it is damaged")
    return int(digits or b"0", 8)


def _decimal(text: bytes) -> int:
    if not (text.isdigit() and len(text) <= 20):
        raise FormatError("expected a number in a tar archive, got something else; it is damaged")
    return int(text)


def _name(block: bytes) -> bytes:
    name = block[:100].partition(b"\0")[0]
    prefix = block[345:500].partition(b"\0")[0] if block[257:263] == b"ustar\0" else b""
    return prefix + b"/" + name if prefix else name


FORMATS: Final = (FileFormat(is_tar, lambda stream, _, context: read_tar(stream, context.inside), rank=1),)
