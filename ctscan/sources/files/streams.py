"""Streams of bytes of any size: files and pipes, decompression, and the budget of decompressed octets."""

from __future__ import annotations

import bz2
import io
import lzma
import sys
import zlib
from collections.abc import Callable
from typing import Final, Protocol

from msgspec import Struct

from ctscan.errors import FormatError

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

BUFFER: Final = 128 * 1024
"""Octets that can be peeked at before they are read."""

FREE: Final = 64 * 1024 * 1024
MAX_RATIO: Final = 200
"""Most octets of output per octet of input. Text is compressed to a twentieth, rarely less; a bomb that shall fill a
disk, to a thousandth."""

_PIECE: Final = 64 * 1024
_MAX_LZMA: Final = 128 * 1024 * 1024  # octets of its dictionary; xz -9 needs 65 MiB
_ZSTD_WINDOW: Final = 27  # as a power of two: the most that zstd takes without a special option


class BudgetExceeded(FormatError):
    """A file decompresses to more octets than allowed; reading of it ends."""


class UnpackBudget(Struct):
    """Count of decompressed octets of one file of `packed` octets (of a pipe: octets read so far)."""

    packed: int = 0
    unpacked: int = 0

    def spend(self, octets: int) -> None:
        """Count octets. Raises BudgetExceeded above `FREE` and `MAX_RATIO` times the packed size, more than a file of
        certificates ever holds."""
        self.unpacked += octets
        if self.unpacked > FREE + MAX_RATIO * self.packed:
            raise BudgetExceeded(
                f"the compressed file expands to more than {MAX_RATIO} times its size; unpack it first"
            )


class _Buffer(Protocol):
    """Object that a memoryview can wrap; `collections.abc.Buffer` from Python 3.12 on."""

    def __buffer__(self, flags: int, /) -> memoryview: ...


class RawStream(io.RawIOBase):
    """Raw side of a buffered stream over a function that returns at most the requested number of octets, and none at
    the end.

    Octets that arrive before a fault are returned before the fault is raised. `file`: random access to the same
    content, for archives that need it.
    """

    def __init__(self, more: Callable[[int], bytes], file: io.BufferedIOBase | io.RawIOBase | None = None) -> None:
        super().__init__()
        self._more = more
        self._fault: FormatError | None = None
        self.file = file

    def readable(self) -> bool:
        """Return True; called by io."""
        return True

    def readinto(self, buffer: _Buffer, /) -> int:
        """Fill the buffer unless the end is reached, so that one peek shows as much as possible; called by io."""
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
    """Return a stream that can be peeked at, over the function `more`."""
    return io.BufferedReader(RawStream(more, file), BUFFER)


def stream_of(data: bytes) -> io.BufferedReader:
    """Return a stream over bytes in memory."""
    whole = io.BytesIO(data)
    return buffered(whole.read, whole)


def substream(stream: io.BufferedReader, size: int) -> io.BufferedReader:
    """Return the next `size` octets of a stream as a stream. Reading it raises FormatError when the outer stream ends
    early."""
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
    """Decompressor of one stream: `bz2.BZ2Decompressor`, `lzma.LZMADecompressor`, or `Inflater`."""

    @property
    def eof(self) -> bool: ...

    @property
    def needs_input(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


class Inflater:
    """zlib's decompressor with the interface of bz2 and lzma. `bits`: 31 for gzip, -15 for members of zip files."""

    def __init__(self, bits: int) -> None:
        self._inner = zlib.decompressobj(bits)

    @property
    def eof(self) -> bool:
        """Whether the end of the compressed stream was reached."""
        return self._inner.eof

    @property
    def needs_input(self) -> bool:
        """Whether no output can come before more input."""
        return not self._inner.unconsumed_tail

    @property
    def unused_data(self) -> bytes:
        """Octets after the compressed stream."""
        return self._inner.unused_data

    def decompress(self, data: bytes, max_length: int, /) -> bytes:
        """Return at most `max_length` octets."""
        return self._inner.decompress(self._inner.unconsumed_tail + data, max_length)


def gzip_unpacker() -> Unpacker:
    """Return a decompressor for gzip (RFC 1952)."""
    return Inflater(31)


def deflate_unpacker() -> Unpacker:
    """Return a decompressor for deflate (RFC 1951)."""
    return Inflater(-15)


def bzip2_unpacker() -> Unpacker:
    """Return a decompressor for bzip2."""
    return bz2.BZ2Decompressor()


def xz_unpacker() -> Unpacker:
    """Return a decompressor for xz, with bounded memory."""
    return lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_MAX_LZMA)


def zstd_unpacker() -> Unpacker:
    """Return a decompressor for zstd (RFC 8878), with bounded memory."""
    return zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: _ZSTD_WINDOW})


def unpacked(
    read: Callable[[int], bytes], begin: Callable[[], Unpacker], budget: UnpackBudget, *, several: bool = True
) -> io.BufferedReader:
    """Return the decompressed content of a stream. Several compressed streams in a row count as one.

    Args:
        read: returns at most the requested number of compressed octets
        begin: makes a decompressor
        budget: counts the output
        several: whether several compressed streams may follow each other

    Reading raises FormatError for damaged or truncated data, and BudgetExceeded when the budget is spent.
    """
    unpacker = begin()

    def more(most: int) -> bytes:
        nonlocal unpacker
        while True:
            data = b""
            if unpacker.eof:
                data = unpacker.unused_data or read(_PIECE)
                while data and not data.strip(b"\0"):  # padding, of any length
                    data = read(_PIECE)
                if not several or not data:
                    return b""
                data = data.lstrip(b"\0")
                unpacker = begin()
            elif unpacker.needs_input:
                data = read(_PIECE)
            piece = _decompress(unpacker, data, most)
            budget.spend(len(piece))
            if piece:
                return piece
            if not data and not unpacker.eof:
                raise FormatError("the compressed data is cut off; get the file again")

    return buffered(more)


def _decompress(unpacker: Unpacker, data: bytes, most: int) -> bytes:
    try:
        return unpacker.decompress(data, most)
    except (zlib.error, lzma.LZMAError, zstd.ZstdError, OSError, EOFError, ValueError) as error:
        raise FormatError("the compressed data is damaged; get the file again") from error
