"""zip archives, by the standard library: members in the order of the directory, nothing written to disk.

Names are labels. The process that takes files apart has limits, so a directory may have any size.
"""

from __future__ import annotations

import io
import lzma
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from typing import IO, Final

from ctscan.errors import FormatError
from ctscan.model import Problem
from ctscan.sources.files.file_format import FileFormat, Item
from ctscan.sources.files.labels import clean
from ctscan.sources.files.streams import BudgetExceeded, UnpackBudget, buffered

_BEGINNINGS: Final = (b"PK\x03\x04", b"PK\x05\x06")
_IS_ENCRYPTED: Final = 1
_LOCAL: Final = struct.Struct("<26xHH")
_DESCRIPTOR: Final = 24
_DAMAGED: Final = "the compressed data is damaged or cut off; get the file again"
_FAULTS: Final = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError, OverflowError)

Inside = Callable[[io.BufferedReader], Iterator[Item]]
File = io.BufferedIOBase | io.RawIOBase


def is_zip(head: bytes) -> bool:
    """Return whether the octets begin with a member, or are an archive without members."""
    return head.startswith(_BEGINNINGS)


def read_zip(file: File, inside: Inside, budget: UnpackBudget) -> Iterator[Item]:
    """Yield the content of the members, as `inside` reads it; a damaged member is a problem. Raises FormatError when
    the directory can't be read."""
    try:
        archive = zipfile.ZipFile(file)
    except (*_FAULTS, NotImplementedError) as error:
        raise FormatError(
            f"expected the directory of a zip archive, got a damaged one ({type(error).__name__}); get the file again"
        ) from None
    with archive:
        for info in archive.infolist():
            label = f"!{clean(info.filename)}"
            try:
                for where, found in _member(archive, info, inside, budget):
                    yield label + where, found
            except BudgetExceeded:
                raise
            except FormatError as fault:
                yield label, Problem("", str(fault))
        for start, end in _unnamed(archive, file):
            budget.spend(end - start)
            for where, found in inside(buffered(_reader(file, start, end))):
                yield f"!{where}", found


def _unnamed(archive: zipfile.ZipFile, file: File) -> Iterator[tuple[int, int]]:
    """Yield the spans before the directory that no member of it covers: another archive or a program in front, a member
    that the directory doesn't name. A descriptor of up to 24 octets may follow each member (APPNOTE 4.3.9).

        u32 "PK 3 4" | 22 octets | u16 length of the name | u16 length of the extra field | name | extra field | data
    """
    at = 0
    placed = (one for one in archive.infolist() if one.header_offset >= 0)  # a damaged directory may say anything
    for info in sorted(placed, key=lambda one: one.header_offset):
        if info.header_offset - at > _DESCRIPTOR:
            yield at, info.header_offset
        file.seek(info.header_offset)
        head = file.read(_LOCAL.size) or b""
        lengths = sum(_LOCAL.unpack(head)) if len(head) == _LOCAL.size else 0
        at = max(at, info.header_offset + _LOCAL.size + lengths + info.compress_size)
    if archive.start_dir - at > _DESCRIPTOR:
        yield at, archive.start_dir


def _reader(file: File, start: int, end: int) -> Callable[[int], bytes]:
    """Return a reader of a span, whatever else reads the file."""
    at = start

    def more(most: int) -> bytes:
        nonlocal at
        file.seek(at)
        piece = file.read(min(most, end - at)) or b""
        at += len(piece)
        return piece

    return more


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, inside: Inside, budget: UnpackBudget) -> Iterator[Item]:
    if info.flag_bits & _IS_ENCRYPTED:
        raise FormatError("a password protects this member; extract it first")
    if not info.compress_size:
        if info.file_size:  # the directory lies: its member isn't passed over without a word
            raise FormatError(_DAMAGED)
        return
    budget.spend(info.compress_size)  # members may overlap, and may decompress to nothing
    expected, info.CRC = info.CRC, None  # type: ignore[assignment] # ours comes behind the octets, not in place of them
    try:
        member = archive.open(info)
    except NotImplementedError:
        raise FormatError(
            f"packed by method {info.compress_type}, which can't be read here; extract it first"
        ) from None
    except _FAULTS:
        raise FormatError(_DAMAGED) from None
    with member:
        yield from inside(buffered(_checked(member, expected, budget)))


def _checked(member: IO[bytes], expected: int, budget: UnpackBudget) -> Callable[[int], bytes]:
    """Return a reader of a member that counts its octets. It raises FormatError where the member is damaged, and at its
    end where its checksum is another."""
    sum_so_far = 0

    def more(most: int) -> bytes:
        nonlocal sum_so_far
        try:
            piece = member.read(most)
        except _FAULTS:
            raise FormatError(_DAMAGED) from None
        budget.spend(len(piece))
        sum_so_far = zlib.crc32(piece, sum_so_far)
        if not piece and sum_so_far != expected:
            raise FormatError("the checksum of this member is wrong; get the file again")
        return piece

    return more


FORMATS: Final = (
    FileFormat(
        is_zip,
        lambda stream, _, context: read_zip(context.seekable(stream), context.inside, context.budget),
        rank=0,
    ),
)
