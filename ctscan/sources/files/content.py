"""What a stream holds, told by how it begins, and who takes it apart.

packed (gzip, bzip2, xz) ─┐
archive (zip, tar) ───────┼─► content of the same kinds, a few levels deep
mail (message, mbox) ─────┘
JSON, LDIF ─► one value after the other
anything else ─► as a whole: PEM, DER, base64
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from ctscan.errors import FormatError
from ctscan.model import Problem
from ctscan.sources.files import json_values, ldif, mail, tar_archives, zip_archives
from ctscan.sources.files.blocks import BEGIN, Unpack, split_certificates
from ctscan.sources.files.streams import (
    BUFFER,
    BudgetExceeded,
    RawStream,
    UnpackBudget,
    Unpacker,
    bzip2_unpacker,
    gzip_unpacker,
    stream_of,
    unpacked,
    xz_unpacker,
)

MAX_FILE: Final = 64 * 1024 * 1024
"""Octets of what has to be in memory as a whole: PEM, DER, base64, and an archive within another. Forms that are read
piece by piece have no such limit."""

MAX_DEPTH: Final = 4
"""Packings and archives within each other: a .tar.gz has two."""

MAX_HELD: Final = 100

Item = tuple[str, bytes | Problem]
"""Where in the stream, to be appended to its name (`!member`, `:line`, `#number` or nothing), and what was found."""

_PACKED: Final[tuple[tuple[bytes, Callable[[], Unpacker]], ...]] = (
    (b"\x1f\x8b\x08", gzip_unpacker),
    (b"BZh", bzip2_unpacker),
    (b"\xfd7zXZ\0", xz_unpacker),
)
_BZIP2 = re.compile(rb"BZh[1-9](?:1AY&SY|\x17rE8P\x90)")


@dataclass(frozen=True, slots=True)
class StreamReader:
    """Reads streams. `named`: what is read was asked for by name, so that anything in DER is a certificate, and it is a
    problem when there is none."""

    unpack: Unpack
    budget: UnpackBudget
    named: bool = True
    depth: int = 0

    def read(self, stream: io.BufferedReader) -> Iterator[Item]:
        """All certificates in a stream, and what could not be used. Raises nothing but OSError, and TooMuch within
        another stream."""
        head = stream.peek(BUFFER)[:BUFFER]
        try:
            items = self._container(stream, head)
            if items is None:
                yield from self._whole(stream)
            elif self.named:
                yield from _with_something(items)
            else:
                yield from items
        except BudgetExceeded as fault:
            if self.depth:
                raise
            yield "", Problem("", str(fault))
        except FormatError as fault:
            yield "", Problem("", str(fault))

    def inside(self, stream: io.BufferedReader) -> Iterator[Item]:
        """What a member of this stream holds. FormatError when members are within each other too deep."""
        if self.depth == MAX_DEPTH:
            raise FormatError(f"expected files at most {MAX_DEPTH} deep within each other, got more; unpack it first")
        return replace(self, named=False, depth=self.depth + 1).read(stream)

    def _container(self, stream: io.BufferedReader, head: bytes) -> Iterator[Item] | None:
        """The reader of what the stream begins like; None when it is to be read as a whole."""
        for magic, begin in _PACKED:
            if head.startswith(magic) and (magic != b"BZh" or _BZIP2.match(head)):
                return self._unpacked(stream, begin)
        if zip_archives.is_zip(head):
            return zip_archives.read_zip(self._from_anywhere(stream), self.inside, self.budget)
        if tar_archives.is_tar(head):
            return tar_archives.read_tar(stream, self.inside)
        return self._text(stream, head)

    def _text(self, stream: io.BufferedReader, head: bytes) -> Iterator[Item] | None:
        items = None
        if json_values.is_json(head):
            items = json_values.read_json(stream, head, self.unpack)
        elif mail.is_mbox(head):
            items = mail.read_mbox(stream, self._attached, self.unpack)
        elif mail.is_message(head):
            items = mail.read_mail(stream, self._attached, self.unpack)
        elif ldif.is_ldif(head):
            items = ldif.read_ldif(stream, self.unpack)
        return items if items is None or self.named else _only_with_certificates(items)

    def _unpacked(self, stream: io.BufferedReader, begin: Callable[[], Unpacker]) -> Iterator[Item]:
        if self.depth == MAX_DEPTH:
            raise FormatError(f"expected files at most {MAX_DEPTH} deep within each other, got more; unpack it first")
        deeper = replace(self, depth=self.depth + 1)
        yield from deeper.read(unpacked(stream.read1, begin, self.budget))

    def _attached(self, data: bytes) -> Iterator[bytes | Problem]:
        """What a part of a message holds."""
        return (found for _, found in self.inside(stream_of(data)))

    def _from_anywhere(self, stream: io.BufferedReader) -> io.BufferedIOBase | io.RawIOBase:
        """The stream as a file that can be read from any place: itself, or a copy in memory."""
        raw = stream.raw
        if isinstance(raw, RawStream) and raw.file is not None:
            return raw.file
        data, fault = _read_whole(stream)
        if fault:
            raise fault
        if len(data) > MAX_FILE:
            raise FormatError(f"expected a zip archive of at most {MAX_FILE} octets here, got more; unpack it first")
        return io.BytesIO(data)

    def _whole(self, stream: io.BufferedReader) -> Iterator[Item]:
        data, fault = _read_whole(stream)
        if len(data) > MAX_FILE:
            if self.named or BEGIN.search(data, 0, 65536):
                yield "", Problem("", f"expected at most {MAX_FILE} octets, got more; split the file")
            return
        position = 0
        for position, found in enumerate(split_certificates(data, self.unpack, named=self.named), 1):
            yield "" if position == 1 else f"#{position}", found
        if fault:
            yield "", Problem("", str(fault))
        elif self.named and position == 0:
            yield "", Problem("", _no_certificate(data))


def _read_whole(stream: io.BufferedReader) -> tuple[bytes, FormatError | None]:
    """Up to one octet more than MAX_FILE, and why it is not all. TooMuch is raised."""
    data = bytearray()
    try:
        while len(data) <= MAX_FILE and (piece := stream.read1(MAX_FILE + 1 - len(data))):
            data += piece
    except BudgetExceeded:
        raise
    except FormatError as fault:
        return bytes(data), fault
    return bytes(data), None


def _no_certificate(data: bytes) -> str:
    if not data:
        return "expected certificates (PEM, DER, PKCS#7, an archive or another known format), got an empty file"
    if BEGIN.search(data):
        return "expected a PEM block CERTIFICATE or PKCS7, got other blocks only"
    octets = f"{len(data):,} octet{'' if len(data) == 1 else 's'}"
    return (
        f"expected certificates (PEM, DER, PKCS#7, an archive or another known format), got {octets} of something else"
    )


def _with_something(items: Iterator[Item]) -> Iterator[Item]:
    """The items, or a problem when there are none."""
    item = None
    for item in items:
        yield item
    if item is None:
        yield "", Problem("", "expected certificates, got none in what the file holds")


def _only_with_certificates(items: Iterator[Item]) -> Iterator[Item]:
    """Problems of a text that nobody asked for count only if there is a certificate in it: else it is something else.
    The first of them are held back until then."""
    held: list[Item] = []
    is_certain = False
    for item in items:
        is_certain = is_certain or isinstance(item[1], bytes) or bool(item[1].unread)
        if is_certain:
            yield from held
            held.clear()
            yield item
        elif len(held) < MAX_HELD:
            held.append(item)
