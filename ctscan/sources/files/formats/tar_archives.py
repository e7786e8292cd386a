"""tar archives (POSIX ustar and pax, GNU's long names), by the standard library, as streams: member after member.

Nothing is written to disk. Links, devices and directories are skipped. Names are labels.
"""

from __future__ import annotations

import io
import tarfile
from collections.abc import Callable, Iterator
from typing import IO, Final

from ctscan.errors import FormatError
from ctscan.model import Problem
from ctscan.sources.files.file_format import FileFormat, Item
from ctscan.sources.files.labels import clean
from ctscan.sources.files.streams import buffered

_BLOCK: Final = 512
_PIECE: Final = 64 * 1024

Inside = Callable[[io.BufferedReader], Iterator[Item]]


def is_tar(head: bytes) -> bool:
    """Return whether the first block is the header of a member, by its checksum."""
    if len(head) < _BLOCK or not head[0]:
        return False
    try:
        tarfile.TarInfo.frombuf(head[:_BLOCK], "utf-8", "surrogateescape")
    except (tarfile.HeaderError, ValueError, OverflowError):
        return False
    return True


def read_tar(stream: io.BufferedReader, inside: Inside) -> Iterator[Item]:
    """Yield the content of the members, as `inside` reads it. Raises FormatError where the archive is damaged or cut
    off."""
    try:
        with tarfile.open(fileobj=stream, mode="r|", errorlevel=1, encoding="utf-8") as archive:
            for member in archive:
                archive.members = []  # type: ignore[attr-defined] # it would keep all of them
                if member.issparse():
                    problem = Problem("", "a sparse file, which ctscan can't read; extract it first")
                    yield f"!{_label(member)}", problem
                elif member.isreg():
                    yield from _member(archive, member, inside)
            yield from _behind(archive)
    except (tarfile.TarError, ValueError, OverflowError, EOFError) as error:
        raise _fault(error) from None


def _behind(archive: tarfile.TarFile) -> Iterator[Item]:
    """Yield a problem where other octets than padding follow the end of the archive."""
    while archive.fileobj is not None and (piece := archive.fileobj.read(_PIECE)):
        if piece.strip(b"\0"):
            yield "", Problem("", "other octets follow the end of the tar archive; unpack them by themselves")
            return


def _member(archive: tarfile.TarFile, member: tarfile.TarInfo, inside: Inside) -> Iterator[Item]:
    content = archive.extractfile(member)
    if content is None:
        return
    with content:
        for where, found in inside(buffered(_reader(content))):
            yield f"!{_label(member)}{where}", found


def _reader(content: IO[bytes]) -> Callable[[int], bytes]:
    def more(most: int) -> bytes:
        try:
            return content.read(most)
        except (tarfile.TarError, EOFError, ValueError) as error:
            raise _fault(error) from None

    return more


def _label(member: tarfile.TarInfo) -> str:
    return clean(member.name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace"))


def _fault(error: Exception) -> FormatError:
    if isinstance(error, tarfile.ReadError | EOFError) and "end of data" in str(error):
        return FormatError("the archive is cut off; get the file again")
    return FormatError("expected the header of a member of a tar archive, got something else; it is cut off or damaged")


FORMATS: Final = (FileFormat(is_tar, lambda stream, _, context: read_tar(stream, context.inside), rank=1),)
