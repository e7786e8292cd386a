"""zip archives (PKWARE's APPNOTE, with zip64): members in the order of the directory, nothing written to disk.

The standard library's reader takes the whole directory into memory, which a hostile archive makes as large as it likes;
this reader goes through it entry by entry. Names are labels. Members may be stored, or compressed by deflate, bzip2 or
xz.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from ctscan.errors import FormatError
from ctscan.model import Problem
from ctscan.sources.files.file_format import FileFormat, Item
from ctscan.sources.files.labels import decoded
from ctscan.sources.files.streams import (
    BudgetExceeded,
    UnpackBudget,
    Unpacker,
    buffered,
    bzip2_unpacker,
    deflate_unpacker,
    unpacked,
    xz_unpacker,
)

MAX_MEMBERS: Final = 1_000_000

_MEMBER, _EMPTY = b"PK\x03\x04", b"PK\x05\x06"
_END: Final = struct.Struct("<4s4H2LH")
_END_64: Final = struct.Struct("<4sQ2H2L4Q")
_LOCATOR_64: Final = struct.Struct("<4sLQL")
_ENTRY: Final = struct.Struct("<4s6H3L5H2L")
_LOCAL: Final = struct.Struct("<4s5H3L2H")
_MAX_COMMENT: Final = 0xFFFF
_IN_ZIP64: Final = 0xFFFFFFFF
_STORED: Final = 0
_UNPACKERS: Final[dict[int, Callable[[], Unpacker]]] = {8: deflate_unpacker, 12: bzip2_unpacker, 95: xz_unpacker}

Inside = Callable[[io.BufferedReader], Iterator[Item]]
File = io.BufferedIOBase | io.RawIOBase


@dataclass(frozen=True, slots=True)
class _Entry:
    name: bytes
    is_encrypted: bool
    method: int
    crc: int
    packed: int
    at: int  # of the local header, from the beginning of the archive


def is_zip(head: bytes) -> bool:
    """Return whether the octets begin with a member, or are an archive without members."""
    return head.startswith((_MEMBER, _EMPTY))


def read_zip(file: File, inside: Inside, budget: UnpackBudget) -> Iterator[Item]:
    """Yield the content of the members, as `inside` reads it; a damaged member is a problem. Raises FormatError when
    the directory can't be read."""
    start, size, shift = _directory(file)
    for count, entry in enumerate(_entries(file, start, size), 1):
        if count > MAX_MEMBERS:
            raise FormatError(f"expected at most {MAX_MEMBERS} members in a zip archive, got more; split it")
        label = f"!{decoded(entry.name)}"
        try:
            for where, found in _member(file, entry, shift, inside, budget):
                yield label + where, found
        except BudgetExceeded:
            raise
        except FormatError as fault:
            yield label, Problem("", str(fault))


def _member(file: File, entry: _Entry, shift: int, inside: Inside, budget: UnpackBudget) -> Iterator[Item]:
    if entry.is_encrypted:
        raise FormatError("a password protects this member; extract it first")
    if entry.method != _STORED and entry.method not in _UNPACKERS:
        raise FormatError(f"packed by method {entry.method}, which can't be read here; extract it first")
    if not entry.packed:
        return
    at = entry.at + shift
    local = _LOCAL.unpack(_exactly(file, at, _LOCAL.size))
    if local[0] != _MEMBER:
        raise FormatError("expected a member of a zip archive, got something else; it is damaged")
    read = _spent(_from(file, at + _LOCAL.size + local[9] + local[10], entry.packed), budget)
    packed = (
        buffered(read) if entry.method == _STORED else unpacked(read, _UNPACKERS[entry.method], budget, several=False)
    )
    yield from inside(_checked(packed, entry.crc))


def _from(file: File, at: int, size: int) -> Callable[[int], bytes]:
    """Read `[at, at + size)`, independent of the file's own position."""
    end = at + size

    def read(most: int) -> bytes:
        nonlocal at
        file.seek(at)
        piece = file.read(min(most, end - at)) or b""
        at += len(piece)
        return piece

    return read


def _spent(read: Callable[[int], bytes], budget: UnpackBudget) -> Callable[[int], bytes]:
    """Count compressed input too: members may overlap, and may decompress to nothing."""

    def more(most: int) -> bytes:
        piece = read(most)
        budget.spend(len(piece))
        return piece

    return more


def _checked(stream: io.BufferedReader, crc: int) -> io.BufferedReader:
    """Return the same stream; it raises FormatError at its end when the checksum is wrong."""
    sum_so_far = 0

    def more(most: int) -> bytes:
        nonlocal sum_so_far
        piece = stream.read1(most)
        sum_so_far = zlib.crc32(piece, sum_so_far)
        if not piece and sum_so_far != crc:
            raise FormatError("the checksum of this member is wrong; get the file again")
        return piece

    return buffered(more)


# --- the directory -------------------------------------------------------------------------------------------------


def _directory(file: File) -> tuple[int, int, int]:
    """Return start and size of the directory, and the shift of the archive's offsets (an archive may follow other
    data)."""
    length = file.seek(0, io.SEEK_END)
    at = max(0, length - _END.size - _MAX_COMMENT)
    tail = _exactly(file, at, length - at)
    found = tail.rfind(_EMPTY)
    if found < 0 or len(tail) - found < _END.size:
        raise FormatError("expected the directory at the end of a zip archive, got none; it is cut off or damaged")
    end = at + found
    *_, size, offset, _ = _END.unpack_from(tail, found)
    if _IN_ZIP64 in (size, offset) or 0xFFFF in _END.unpack_from(tail, found)[3:5]:
        end, size, offset = _directory_64(file, end) or (end, size, offset)
    start = end - size
    if start < 0 or start < offset:
        raise FormatError("expected the directory of a zip archive before its end, got none; it is damaged")
    return start, size, start - offset


def _directory_64(file: File, end: int) -> tuple[int, int, int] | None:
    """Return the start of the zip64 record, and the directory's size and offset in it; None when there is no record."""
    if end < _LOCATOR_64.size:
        return None
    mark, _, at, _ = _LOCATOR_64.unpack(_exactly(file, end - _LOCATOR_64.size, _LOCATOR_64.size))
    if mark != b"PK\x06\x07":
        return None
    for place in (at, end - _LOCATOR_64.size - _END_64.size):  # the second, where other data precedes the archive
        if 0 <= place <= end - _END_64.size:
            record = _END_64.unpack(_exactly(file, place, _END_64.size))
            if record[0] == b"PK\x06\x06":
                return place, record[8], record[9]
    raise FormatError("expected the zip64 directory of a zip archive, got none; it is damaged")


def _entries(file: File, start: int, size: int) -> Iterator[_Entry]:
    """Yield the directory's entries, with one read of the file for many of them."""
    stream = buffered(_from(file, start, size))
    while True:
        fixed = stream.read(_ENTRY.size)
        if not fixed.startswith(b"PK\x01\x02"):
            if fixed and not fixed.startswith((b"PK\x05\x05", b"PK\x06\x06")):
                raise FormatError("expected an entry in the directory of a zip archive, got something else")
            return
        if len(fixed) < _ENTRY.size:
            raise FormatError("the directory of the zip archive is cut off; get the file again")
        values = _ENTRY.unpack(fixed)
        name_size, extra_size, comment_size = values[10:13]
        rest = stream.read(name_size + extra_size + comment_size)
        packed, at = _in_zip64(rest[name_size : name_size + extra_size], values)
        yield _Entry(rest[:name_size], bool(values[3] & 1), values[4], values[7], packed, at)


def _in_zip64(extra: bytes, values: tuple[int, ...]) -> tuple[int, int]:
    """Return compressed size and offset of an entry. The zip64 field holds size, compressed size and offset in this
    order, but only values for which the entry has no room."""
    size, packed, at = values[9], values[8], values[16]
    if _IN_ZIP64 not in (size, packed, at):
        return packed, at
    field = _extra_field(extra, 1)
    numbers = iter([int.from_bytes(field[i : i + 8], "little") for i in range(0, len(field) // 8 * 8, 8)])
    _, packed, at = (next(numbers, 0) if value == _IN_ZIP64 else value for value in (size, packed, at))
    return packed, at


def _extra_field(extra: bytes, wanted: int) -> bytes:
    at = 0
    while at + 4 <= len(extra):
        kind, size = struct.unpack_from("<2H", extra, at)
        if kind == wanted:
            return extra[at + 4 : at + 4 + size]
        at += 4 + size
    return b""


def _exactly(file: File, at: int, size: int) -> bytes:
    file.seek(at)
    data = bytearray()
    while len(data) < size and (piece := file.read(size - len(data))):
        data += piece
    if len(data) < size:
        raise FormatError("the zip archive is cut off; get the file again")
    return bytes(data)


FORMATS: Final = (
    FileFormat(
        is_zip,
        lambda stream, _, context: read_zip(context.seekable(stream), context.inside, context.budget),
        rank=0,
    ),
)
