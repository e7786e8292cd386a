"""Interface between the reader of streams and the formats of files."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import Protocol

from msgspec import Struct

from ctscan.model import Problem
from ctscan.sources.files.blocks import Unpack
from ctscan.sources.files.streams import UnpackBudget, Unpacker

Item = tuple[str, bytes | Problem]
"""Place in the stream, to be appended to its name (`!member`, `:line`, `#number` or nothing), and the DER of a
certificate or a problem."""


class Absence(Problem):
    """Problem of a file that the user named and that holds no certificate, nor anything that may hide one."""

    __slots__ = ()


class Doubt(Problem):
    """Problem of a text whose form is only assumed. It counts where the user named the file, or beside a
    certificate."""

    __slots__ = ()


class FormatContext(Protocol):
    """Services for a format that reads a stream."""

    @property
    def unpack(self) -> Unpack:
        """Function that takes PKCS#7, CMS and PKCS#12 structures apart."""
        ...

    @property
    def budget(self) -> UnpackBudget:
        """Count of decompressed octets of the whole file."""
        ...

    def inside(self, stream: io.BufferedReader) -> Iterator[Item]:
        """Yield the content of a member of this stream. Raises FormatError when streams are nested too deep."""
        ...

    def decompressed(self, stream: io.BufferedReader, begin: Callable[[], Unpacker]) -> Iterator[Item]:
        """Yield the content of a compressed stream, as if it were not compressed. Raises FormatError as `inside`."""
        ...

    def seekable(self, stream: io.BufferedReader) -> io.BufferedIOBase | io.RawIOBase:
        """Return the stream as a file with random access: itself, or a copy in memory. Raises FormatError when it is
        too large."""
        ...


class FileFormat(Struct, frozen=True):
    """Form of a file.

    `matches`: first octets -> whether they begin this form; `read`: stream, first octets and context -> certificates
    and problems. Forms of a lower `rank` are tried first. `is_text`: text of this form is everywhere, so in a file that
    the user didn't name each `Doubt` counts only beside a certificate.
    """

    matches: Callable[[bytes], bool]
    read: Callable[[io.BufferedReader, bytes, FormatContext], Iterator[Item]]
    rank: int
    is_text: bool = False
