"""Zip files that are read in place: their directory, and single members by their ranges of bytes. Pure.

`zipfile` reads the directory over the pieces of a file that were fetched; a piece that it lacks is asked for. A member
is read at once, in one range:

    u32 "PK 3 4" | 22 bytes | u16 length of the name | u16 length of the extra field | name | extra field | packed data
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from ctscan.errors import FormatError

TAIL: Final = 66 * 1024
"""Bytes at the end of a zip file that hold its end records: a comment has up to 64 KiB."""

DIRECTORY_LIMIT: Final = 24 * 1024 * 1024
"""Bytes of a directory at most. That of a volume of 16.7 million entries has some 10 MiB; reading it takes ten times as
much memory."""

_LOCAL: Final = struct.Struct("<4s22xHH")
_SIGNATURE: Final = b"PK\x03\x04"
_EXTRA: Final = 128  # bytes of an extra field that are fetched with a member
_STORED, _DEFLATED = 0, 8
_IS_ENCRYPTED = 1

Range = tuple[int, int]
"""Start and end of bytes in a file."""


class Member(Struct, frozen=True):
    """Member of a zip file. `at`: its local header; `packed`, `size`: octets as they lie there, and unpacked."""

    name: str
    at: int
    packed: int
    size: int
    crc: int
    method: int

    def range(self, end: int, limit: int) -> Range:
        """Return the bytes that hold the member, in a file that ends at `end`.

        Raises:
            FormatError: by the directory, the content has more than `limit` octets, or lies outside the file.
        """
        if self.size > limit or self.packed > limit + limit // 64 + 1024:  # what doesn't shrink grows a little
            raise FormatError(f"larger than {limit} bytes")
        if not 0 <= self.at < end:
            raise FormatError("expected a member within the file, got a place outside; get the file again")
        return self.at, min(end, self.at + _LOCAL.size + len(self.name.encode()) + _EXTRA + self.packed)


class _Lacking(Exception):
    """Bytes that have to be fetched first."""

    def __init__(self, span: Range) -> None:
        super().__init__(span)
        self.span = span


class _Pieces(io.RawIOBase):
    """File of which only some pieces are there. Reading others raises _Lacking."""

    def __init__(self, size: int, pieces: Mapping[int, bytes]) -> None:
        super().__init__()
        self._size, self._pieces, self._at = size, pieces, 0

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        if base + offset < 0:
            raise OSError("before the start of the file")
        self._at = base + offset
        return self._at

    def read(self, size: int | None = -1, /) -> bytes:
        start = self._at
        end = self._size if size is None or size < 0 else min(self._size, start + size)
        if end <= start:
            return b""
        for first, piece in self._pieces.items():
            if first <= start and end <= first + len(piece):
                self._at = end
                return piece[start - first : end - first]
        raise _Lacking((start, end))


def read_directory(size: int, pieces: Mapping[int, bytes]) -> dict[str, Member] | Range:
    """Read the directory of a zip file.

    Args:
        size: of the file.
        pieces: bytes of the file by their start; at first its last `TAIL` bytes.

    Returns:
        Its members by name, or the range of bytes that is needed besides.

    Raises:
        FormatError: the file is no zip file, is damaged, or its directory is too long.
    """
    try:
        with zipfile.ZipFile(_Pieces(size, pieces)) as archive:
            return {one.filename: _member(one) for one in archive.infolist()}
    except _Lacking as lacking:
        start, end = lacking.span
        if end - start > DIRECTORY_LIMIT:
            raise FormatError(
                f"expected a directory of at most {DIRECTORY_LIMIT} bytes, got {end - start}; unpack the archive"
            ) from None
        return lacking.span
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, struct.error, OverflowError) as error:
        raise FormatError(
            f"expected a zip file, got a damaged or another one ({type(error).__name__}); get the file again"
        ) from None


def _member(info: zipfile.ZipInfo) -> Member:
    method = -1 if info.flag_bits & _IS_ENCRYPTED else info.compress_type
    return Member(info.filename, info.header_offset, info.compress_size, info.file_size, info.CRC, method)


def unpack(member: Member, raw: bytes) -> bytes | Range:
    """Unpack a member.

    Args:
        member: the member.
        raw: the bytes of `member.range`, or more from the same start on.

    Returns:
        Its content, or the range of bytes that is needed besides.

    Raises:
        FormatError: the member is damaged, encrypted, or packed in another way.
    """
    if len(raw) < _LOCAL.size:
        raise FormatError("expected a member of a zip file, got its end")
    signature, name, extra = _LOCAL.unpack_from(raw)
    if signature != _SIGNATURE:
        raise FormatError("expected a member of a zip file, got something else; get the file again")
    start = _LOCAL.size + name + extra
    if start + member.packed > len(raw):
        return member.at, member.at + start + member.packed
    content = _content(member, raw[start : start + member.packed])
    if len(content) != member.size or zlib.crc32(content) != member.crc:
        raise FormatError("the checksum of the member is wrong; get the file again")
    return content


def _content(member: Member, packed: bytes) -> bytes:
    if member.method == _STORED:
        return packed
    if member.method != _DEFLATED:
        raise FormatError("expected a member that is stored or deflated, got an encrypted or another one; unpack it")
    try:
        return zlib.decompressobj(-15).decompress(packed, member.size + 1)
    except zlib.error:
        raise FormatError("the member is damaged; get the file again") from None
