"""Recognition of a stream's form by its first bytes, and the reading of streams within streams.

a format of `formats/` (archive, compression, mail, JSON, LDIF) ─► its items, which may be streams again
anything else ─► as a whole: PEM, DER, base64
"""

from __future__ import annotations

import codecs
import io
from collections.abc import Callable, Iterator
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from ctscan.errors import FormatError
from ctscan.model import Problem
from ctscan.sources.files.blocks import BEGIN, Unpack, split_certificates
from ctscan.sources.files.file_format import Absence, Doubt, FileFormat, Item
from ctscan.sources.files.formats import file_formats
from ctscan.sources.files.streams import BUFFER, BudgetExceeded, RawStream, UnpackBudget, Unpacker, stream_of, unpacked
from ctscan.sources.files.sweep import first_trace, sweep

MAX_FILE: Final = 64 * 1024 * 1024
"""Octets of content that is read as a whole: PEM, DER, any text. A longer one is swept window by window. An archive
within another may not have more. Forms that are read piece by piece have no such limit."""

MAX_DEPTH: Final = 4
"""Compressions and archives within each other: a .tar.gz has two."""

MAX_HELD: Final = 100

_WINDOW: Final = 16 * 1024 * 1024
_OVERLAP: Final = 2 * 1024 * 1024
"""Octets of a window that are looked at again with the next one: a certificate of the longest kind, in base64."""

_ENCODINGS: Final = (
    "ascii", "latin-1", "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "idna", "punycode", "cp437",
)  # fmt: skip

_SAMPLES: Final = tuple(
    b"MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: %b\n\nx" % encoding
    for encoding in (b"base64", b"quoted-printable", b"x-uuencode")
)
"""Messages: the standard library loads what decodes their parts when it meets them."""

TakeApart = Callable[[io.BufferedReader, UnpackBudget, bool], Iterator[Item]]
"""Stream, its budget, and whether the user named it -> its certificates and problems."""

_TOO_DEEP: Final = f"expected files at most {MAX_DEPTH} deep within each other, got more; unpack it first"


class StreamReader(Struct, frozen=True):
    """Reader of streams, and the `FormatContext` of the formats.

    `named`: the user named the stream, so any DER counts as a certificate, and a stream without certificates is a
    problem.
    """

    unpack: Unpack
    budget: UnpackBudget
    named: bool = True
    depth: int = 0

    def read(self, stream: io.BufferedReader) -> Iterator[Item]:
        """Yield all certificates of a stream, and its problems. Raises only OSError, and BudgetExceeded within another
        stream."""
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
        """Yield the content of a member of this stream. Raises FormatError when streams are nested too deep."""
        if self.depth == MAX_DEPTH:
            raise FormatError(_TOO_DEEP)
        return replace(self, named=False, depth=self.depth + 1).read(stream)

    def decompressed(self, stream: io.BufferedReader, begin: Callable[[], Unpacker]) -> Iterator[Item]:
        """Yield the content of a compressed stream, as if it were not compressed. Raises FormatError as `inside`."""
        if self.depth == MAX_DEPTH:
            raise FormatError(_TOO_DEEP)
        deeper = replace(self, depth=self.depth + 1)
        yield from deeper.read(unpacked(stream.read1, begin, self.budget))

    def _container(self, stream: io.BufferedReader, head: bytes) -> Iterator[Item] | None:
        """Return the items of a recognised form; None when the stream is to be read as a whole."""
        for form in file_formats():
            if form.matches(head):
                return self._of_text(form, stream, head) if form.is_text else form.read(stream, head, self)
        return None

    def _of_text(self, form: FileFormat, stream: io.BufferedReader, head: bytes) -> Iterator[Item]:
        """Return the items of a text. A small one without a certificate at the places of its form is swept."""
        items = form.read(stream, head, self)
        if len(head) < BUFFER:
            items = _or_swept(items, head, self.unpack)
        return items if self.named else _only_with_certificates(items)

    def seekable(self, stream: io.BufferedReader) -> io.BufferedIOBase | io.RawIOBase:
        """Return the stream as a file with random access: itself, or a copy in memory."""
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
        is_long, position = len(data) > MAX_FILE, 0
        split = _in_windows(data, stream, self.unpack) if is_long else self._parts(data)
        for position, found in enumerate(split, 1):
            yield "" if position == 1 else f"#{position}", found
        if fault:
            yield "", Problem("", str(fault))
        elif self.named and position == 0:
            yield "", Absence("", _NOTHING if is_long else _no_certificate(data))

    def _parts(self, data: bytes) -> Iterator[bytes | Problem]:
        return split_certificates(data, self.unpack, named=self.named)


def in_this_process(unpack: Unpack) -> TakeApart:
    """Return a `TakeApart` without limits of CPU time and memory."""
    return lambda stream, budget, is_named: StreamReader(unpack, budget, is_named).read(stream)


def load_everything() -> None:
    """Load all that the formats load when they are used: a process that gave up its files can't do so later."""
    for name in _ENCODINGS:
        codecs.lookup(name)
    for sample in _SAMPLES:
        for _ in in_this_process(lambda _: ())(stream_of(sample), UnpackBudget(), True):
            pass


def _read_whole(stream: io.BufferedReader) -> tuple[bytes, FormatError | None]:
    """Read up to one octet more than MAX_FILE; return the error that ended it early, if any. BudgetExceeded is
    raised."""
    data = bytearray()
    try:
        while len(data) <= MAX_FILE and (piece := stream.read1(MAX_FILE + 1 - len(data))):
            data += piece
    except BudgetExceeded:
        raise
    except FormatError as fault:
        return bytes(data), fault
    return bytes(data), None


_NOTHING: Final = "expected certificates (PEM, DER, PKCS#7, an archive or another known format), found none in the file"


def _in_windows(data: bytes, stream: io.BufferedReader, unpack: Unpack) -> Iterator[bytes | Problem]:
    """Yield the certificates in a file of any size, window after window: what may begin near the end of a window is
    read with the next one."""
    is_over = False
    while not is_over:
        cut = first_trace(data, max(0, len(data) - _OVERLAP))
        yield from sweep(data[:cut], unpack)
        rest = bytearray(data[cut:])
        while len(rest) < _WINDOW and (piece := stream.read1(_WINDOW - len(rest))):
            rest += piece
        data, is_over = bytes(rest), len(rest) < _WINDOW
    yield from sweep(data, unpack)


def _no_certificate(data: bytes) -> str:
    if not data:
        return "expected certificates (PEM, DER, PKCS#7, an archive or another known format), got an empty file"
    if BEGIN.search(data):
        return "expected a PEM block CERTIFICATE, CERTIFICATE REQUEST or PKCS7, got other blocks only"
    octets = f"{len(data):,} octet{'' if len(data) == 1 else 's'}"
    return (
        f"expected certificates (PEM, DER, PKCS#7, an archive or another known format), got {octets} of something else"
    )


def _with_something(items: Iterator[Item]) -> Iterator[Item]:
    """Yield the items, or a problem when there are none."""
    item = None
    for item in items:
        yield item
    if item is None:
        yield "", Absence("", "expected certificates, found none in the file")


def _or_swept(items: Iterator[Item], text: bytes, unpack: Unpack) -> Iterator[Item]:
    """Yield the items of a text; without a certificate among them, the certificates that stand anywhere in it."""
    is_empty = True
    for item in items:
        is_empty = is_empty and isinstance(item[1], Problem) and not item[1].unread
        yield item
    if is_empty:
        for position, found in enumerate(sweep(text, unpack), 1):
            yield "" if position == 1 else f"#{position}", found


def _only_with_certificates(items: Iterator[Item]) -> Iterator[Item]:
    """Yield each doubt about a text that the user didn't name only if it holds a certificate: else it is something
    else. The first MAX_HELD doubts are held back until then."""
    held: list[Item] = []
    is_certain = False
    for item in items:
        is_certain = is_certain or isinstance(item[1], bytes)
        if is_certain or not isinstance(item[1], Doubt):
            if is_certain:
                yield from held
                held.clear()
            yield item
        elif len(held) < MAX_HELD:
            held.append(item)
