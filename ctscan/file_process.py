"""Process that takes files apart: archives, mail, structures, everything that is untrusted and no certificate.

It has no way to files, network or other processes: octets come by its standard input when it asks for them, and what it
finds goes to its standard output (`sources/files/frames.py`). `sources/files/bounded_reader.py` starts it, watches it,
and goes on with a fresh one where a file breaks a limit.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from typing import BinaryIO, Final

from ctscan.errors import FormatError
from ctscan.model import Problem
from ctscan.sources.files.content import StreamReader, load_everything
from ctscan.sources.files.file_format import Item
from ctscan.sources.files.frames import (
    Kind,
    item_frame,
    parse_begin,
    parse_passwords,
    read_frame,
    want_payload,
    write_frame,
)
from ctscan.sources.files.process_limits import MEMORY, CpuLimit, confine
from ctscan.sources.files.streams import UnpackBudget, buffered
from ctscan.x509.containers import certificate_extractor, load_ciphers

_PIECE: Final = 1024 * 1024  # octets of a message


class _Gone(Exception):
    """The parent is gone."""


class _Parent:
    """Pipes to the parent."""

    def __init__(self, orders: BinaryIO, results: BinaryIO, limit: CpuLimit) -> None:
        self._orders, self._results, self._limit = orders, results, limit

    def passwords(self) -> tuple[str, ...]:
        """Wait for the passwords, which come before the first file."""
        return parse_passwords(self._receive(Kind.PASSWORDS))

    def next_file(self) -> tuple[bool, bool, int]:
        """Wait for the next file."""
        return parse_begin(self._receive(Kind.BEGIN))

    def octets(self, most: int, at: int | None = None) -> bytes:
        """Ask for octets of the file: the next ones, or those at a place; `_PIECE` of them at most."""
        most = min(most, _PIECE)
        write_frame(self._results, Kind.WANTS if at is None else Kind.WANTS_AT, want_payload(most, at))
        found = self._receive(Kind.OCTETS)
        self._limit.read(len(found))
        return found

    def tell(self, item: Item) -> None:
        """Send a certificate or a problem."""
        write_frame(self._results, *item_frame(item))

    def end(self) -> None:
        """End a file."""
        write_frame(self._results, Kind.END)

    def _receive(self, kind: Kind) -> bytes:
        frame = read_frame(self._orders)
        if frame is None or frame[0] is not kind:
            raise _Gone
        return frame[1]


class _RemoteFile(io.RawIOBase):
    """File with random access that the parent holds."""

    def __init__(self, parent: _Parent, size: int) -> None:
        super().__init__()
        self._parent, self._size, self._at = parent, size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        self._at = max(0, offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence])
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]
        found = self._parent.octets(len(buffer), self._at)
        buffer[: len(found)] = found
        self._at += len(found)
        return len(found)


def main() -> None:
    """Take files apart until the parent is gone."""
    limit = CpuLimit()
    load_everything()
    load_ciphers()
    parent = _Parent(sys.stdin.buffer, sys.stdout.buffer, limit)
    confine()
    try:
        unpack = certificate_extractor(passwords=parent.passwords())
        while True:
            is_named, has_random_access, size = parent.next_file()
            limit.begin(size)
            budget = UnpackBudget(size)
            reader = StreamReader(unpack, budget, is_named)
            for item in _bounded(reader, _stream(parent, budget, size, has_random_access=has_random_access)):
                parent.tell(item)
            parent.end()
    except (_Gone, BrokenPipeError, FormatError):
        return


def _stream(parent: _Parent, budget: UnpackBudget, size: int, *, has_random_access: bool) -> io.BufferedReader:
    """Return the file as a stream. A file of unknown size counts its octets as they come."""

    def more(most: int) -> bytes:
        found = parent.octets(min(most, _PIECE))
        budget.packed += 0 if size else len(found)
        return found

    return buffered(more, io.BufferedReader(_RemoteFile(parent, size)) if has_random_access else None)


def _bounded(reader: StreamReader, stream: io.BufferedReader) -> Iterator[Item]:
    """Yield the items of a stream; a problem where memory doesn't suffice for the rest of it."""
    try:
        yield from reader.read(stream)
    except MemoryError:
        yield "", Problem("", f"needs more than {MEMORY >> 20} MiB of memory to be taken apart; take it apart first")
    except RecursionError:
        yield "", Problem("", "is nested too deep to be taken apart; take it apart first")


if __name__ == "__main__":
    main()
