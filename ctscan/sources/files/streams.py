"""Bytes as they come: files and pipes of any size, what is packed in them, and how much may come out of that."""

from __future__ import annotations

import bz2
import io
import lzma
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from ctscan.errors import FormatError

BUFFER: Final = 128 * 1024
"""Octets that can be looked at before they are read."""

FREE: Final = 64 * 1024 * 1024
MAX_RATIO: Final = 200
"""Packed text comes out twenty times its size, rarely more; what is made to fill a disk, a thousand times."""

_PIECE: Final = 64 * 1024
_MAX_LZMA: Final = 128 * 1024 * 1024  # memory of its dictionary; xz -9 needs 65 MiB


class TooMuch(FormatError):
    """More comes out of a file than it may: nothing more is read of it."""


@dataclass(slots=True)
class Budget:
    """What may come out of one file of `packed` octets (of a pipe: so many were read so far)."""

    packed: int = 0
    unpacked: int = 0

    def spend(self, octets: int) -> None:
        """TooMuch when it is more than a file of certificates ever holds."""
        self.unpacked += octets
        if self.unpacked > FREE + MAX_RATIO * self.packed:
            raise TooMuch(f"expected at most {MAX_RATIO} times its size in the packed file, got more; unpack it first")


class _Buffer(Protocol):
    """What a memoryview can be made of; `collections.abc.Buffer` from Python 3.12 on."""

    def __buffer__(self, flags: int, /) -> memoryview: ...


class Raw(io.RawIOBase):
    """The raw side of a buffered stream, from a function that gives at most as many octets as it is asked for, and none
    at the end. What came before a fault is given before the fault is raised. `file`: where it can be read from any
    place, for archives that have to be."""

    def __init__(self, more: Callable[[int], bytes], file: io.BufferedIOBase | io.RawIOBase | None = None) -> None:
        super().__init__()
        self._more = more
        self._fault: FormatError | None = None
        self.file = file

    def readable(self) -> bool:
        """Called by io."""
        return True

    def readinto(self, buffer: _Buffer, /) -> int:
        """Called by io. Fills the buffer unless the end is reached, so that one look shows all there is to see."""
        if self._fault:
            raise self._fault
        view = memoryview(buffer).cast("B")
        filled = 0
        try:
            while filled < len(view) and (piece := self._more(len(view) - filled)):
                view[filled : filled + len(piece)] = piece
                filled += len(piece)
        except FormatError as fault:
            if not filled:
                raise
            self._fault = fault
        return filled


def buffered(more: Callable[[int], bytes], file: io.BufferedIOBase | io.RawIOBase | None = None) -> io.BufferedReader:
    """A stream that can be looked at, of what `more` gives."""
    return io.BufferedReader(Raw(more, file), BUFFER)


def of_bytes(data: bytes) -> io.BufferedReader:
    """A stream of what is in memory already."""
    whole = io.BytesIO(data)
    return buffered(whole.read, whole)


def section(stream: io.BufferedReader, size: int) -> io.BufferedReader:
    """The next `size` octets of a stream as a stream of their own. FormatError when it ends before."""
    left = size

    def more(most: int) -> bytes:
        nonlocal left
        piece = stream.read1(min(most, left)) if left else b""
        if left and not piece:
            raise FormatError("the archive is cut off; get the file again")
        left -= len(piece)
        return piece

    return buffered(more)


def drain(stream: io.BufferedReader) -> None:
    """Read to the end."""
    while stream.read1(_PIECE):
        pass


# --- unpacking -----------------------------------------------------------------------------------------------------


class Unpacker(Protocol):
    """One compressed stream: `bz2.BZ2Decompressor`, `lzma.LZMADecompressor`, or `Inflater`."""

    @property
    def eof(self) -> bool: ...

    @property
    def needs_input(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


class Inflater:
    """zlib's object with the interface of the others. `bits`: 31 for gzip, -15 for what is in zip files."""

    def __init__(self, bits: int) -> None:
        self._inner = zlib.decompressobj(bits)

    @property
    def eof(self) -> bool:
        """Whether the end of the compressed stream was reached."""
        return self._inner.eof

    @property
    def needs_input(self) -> bool:
        """Whether nothing can come out before more goes in."""
        return not self._inner.unconsumed_tail

    @property
    def unused_data(self) -> bytes:
        """What follows the compressed stream."""
        return self._inner.unused_data

    def decompress(self, data: bytes, max_length: int, /) -> bytes:
        """At most `max_length` octets."""
        return self._inner.decompress(self._inner.unconsumed_tail + data, max_length)


def gzip_unpacker() -> Unpacker:
    """RFC 1952."""
    return Inflater(31)


def deflate_unpacker() -> Unpacker:
    """RFC 1951."""
    return Inflater(-15)


def bzip2_unpacker() -> Unpacker:
    """bzip2."""
    return bz2.BZ2Decompressor()


def xz_unpacker() -> Unpacker:
    """xz, with bounded memory."""
    return lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_MAX_LZMA)


def unpacked(
    read: Callable[[int], bytes], begin: Callable[[], Unpacker], budget: Budget, *, several: bool = True
) -> io.BufferedReader:
    """What comes out of a compressed stream, several of them in a row being one. FormatError when it is damaged or cut
    off, TooMuch when the budget is spent."""
    unpacker = begin()

    def more(most: int) -> bytes:
        nonlocal unpacker
        while True:
            data = b""
            if unpacker.eof:
                data = unpacker.unused_data or read(_PIECE)
                if not several or not data.strip(b"\0"):
                    return b""
                unpacker = begin()
            elif unpacker.needs_input:
                data = read(_PIECE)
            piece = _decompress(unpacker, data, most)
            budget.spend(len(piece))
            if piece:
                return piece
            if not data and not unpacker.eof:
                raise FormatError("the packed data is cut off; get the file again")

    return buffered(more)


def _decompress(unpacker: Unpacker, data: bytes, most: int) -> bytes:
    try:
        return unpacker.decompress(data, most)
    except (zlib.error, lzma.LZMAError, OSError, EOFError, ValueError) as error:
        raise FormatError("the packed data is damaged; get the file again") from error
