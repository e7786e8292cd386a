"""Archives of retired logs: a static-ct tree in zip files, read in place, on this machine or over HTTP.

    000.zip, 001.zip, …    volume N: entries [N << 24, (N + 1) << 24), and their hash tiles of the levels 0, 1 and 2
    in each of them        checkpoint, log.v3.json, issuer/*, the higher hash tiles, the partial ones of the right edge

The form is that of ct-archive (github.com/geomys/ct-archive, "Archival Format"). A volume that isn't there makes a gap.
A zip file of another name holds a whole tree.
"""

from __future__ import annotations

import asyncio
import re
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from ctscan.ct.log_list import OBJECT_LIMIT, parse_log_object
from ctscan.errors import BadAnswer, CutError, FormatError, InputError, Missing, SourceError, UsageError
from ctscan.http.rate_limit import ConcurrencyWindow
from ctscan.http.urls import shown_url
from ctscan.on_first_use import late_pattern
from ctscan.sources.logs.byte_ranges import ByteRanges, LocalFile, RemoteFile
from ctscan.sources.logs.directory import DESCRIPTION, directory_of
from ctscan.sources.logs.tile_reader import TiledSource
from ctscan.sources.logs.zip_volume import TAIL, read_directory, unpack

if TYPE_CHECKING:
    from ctscan.http.client import Client
    from ctscan.model import Log
    from ctscan.sources.logs.tuning import Tuning
    from ctscan.sources.logs.zip_volume import Member

VOLUME_BITS: Final = 24
"""A volume has 2 to the power of this entries: one hash tile of level 2."""

_OPEN: Final = 2  # volumes at once: reading moves on from one to the next; the directory of one takes some 40 MB
_VOLUME: Final = late_pattern(r"(.*/)(\d{3})\.zip", re.DOTALL | re.ASCII)
_TILE: Final = late_pattern(r"tile/(data|\d)/((?:x\d{3}/)*\d{3})(?:\.p/\d+)?", re.ASCII)
_LEVELS: Final = 3  # of the hash tiles that only one volume has
_OPERATOR: Final = "archive"  # its rate, until the description names the operator
T = TypeVar("T")

OpenFile = Callable[[str], ByteRanges]
"""Address of a zip file -> its bytes."""


def is_archive(url: str) -> bool:
    """Return whether an address leads to a zip file."""
    return url.removesuffix("/").endswith(".zip")


def is_remote_archive(url: str) -> bool:
    """Return whether an address leads to an archive on the network."""
    return url.startswith(("http://", "https://")) and is_archive(url)


def volume_of(path: str) -> int | None:
    """Return the volume that holds a resource; None for a resource that each volume holds."""
    found = _TILE.fullmatch(path)
    level = 0 if found is None or found[1] == "data" else int(found[1])
    if found is None or level >= _LEVELS:
        return None
    index = int(found[2].replace("/", "").replace("x", ""))
    return index >> (VOLUME_BITS - 8 - 8 * level)


class ZipVolume:
    """Zip file with the names of its members."""

    def __init__(self, file: ByteRanges, size: int, members: dict[str, Member]) -> None:
        self._file, self._size, self._members = file, size, members

    @classmethod
    async def open(cls, file: ByteRanges) -> ZipVolume:
        """Read the directory of a zip file.

        Raises:
            Missing: there is no such file.
            SourceError: it can't be read; BadAnswer: it is no zip file.
        """
        size, tail = await file.tail(TAIL)
        pieces = {size - len(tail): tail}
        for _ in range(4):  # the end records, those of zip64, and the directory
            try:
                found = await asyncio.to_thread(read_directory, size, pieces)
            except FormatError as error:
                raise BadAnswer(f"{file.name}: {error}") from error
            if isinstance(found, dict):
                return cls(file, size, found)
            pieces[found[0]] = await file.read(*found)
        raise BadAnswer(f"{file.name}: expected the directory of a zip file, got another form")

    async def read(self, name: str, limit: int) -> bytes:
        """Read a member of at most `limit` bytes. Raises Missing, SourceError, or BadAnswer for a damaged one."""
        member = self._members.get(name)
        if member is None:
            raise Missing(f"{self._file.name}!{name}: not there")
        try:
            span = member.range(self._size, limit)
            while True:
                found = unpack(member, await self._file.read(*span))
                if isinstance(found, bytes):
                    return found
                if found[1] > self._size or found == span:
                    raise FormatError("reaches beyond the end of the file; get it again")
                span = found
        except FormatError as error:
            raise BadAnswer(f"{self._file.name}!{name}: {error}") from error


class ArchiveSource(TiledSource):
    """`TileSource` over the zip files of an archive. Asking again doesn't change a file, so a bad member is a BadAnswer
    at once."""

    def __init__(self, log: Log, open_file: OpenFile, concurrency: int = 4) -> None:
        self._url = log.monitoring_url.removesuffix("/")
        self._volume_of = _VOLUME.fullmatch(self._url)
        self._open_file = open_file
        self._volumes: OrderedDict[str, ZipVolume] = OrderedDict()
        self._opening = asyncio.Lock()
        super().__init__(log, self._read, ConcurrencyWindow(concurrency, concurrency))

    async def _read(self, path: str, limit: int, parse: Callable[[bytes], T], *, packed: bool = False) -> T:
        url = self._url_of(path)
        raw = await (await self._volume(url)).read(path, limit)
        try:
            return parse(raw)
        except CutError:
            raise
        except FormatError as error:
            raise BadAnswer(f"{shown_url(url)}!{path}: {error}") from error

    def _url_of(self, path: str) -> str:
        """Return the address of the zip file that holds a resource: the volume that the user named, where any does."""
        number = volume_of(path)
        if self._volume_of is None or number is None:
            return self._url
        return f"{self._volume_of[1]}{number:03d}.zip"

    async def _volume(self, url: str) -> ZipVolume:
        """Open a volume, and forget the one that was used longest ago."""
        async with self._opening:
            volume = self._volumes.get(url)
            if volume is None:
                volume = self._volumes[url] = await ZipVolume.open(self._open_file(url))
            self._volumes.move_to_end(url)
            while len(self._volumes) > _OPEN:
                self._volumes.popitem(last=False)
            return volume


def open_archive(log: Log, client: Client, tuning: Tuning) -> ArchiveSource:
    """Open a log in zip files, without a request."""
    return ArchiveSource(log, _opener(client, log.operator), tuning.concurrency)


def _opener(client: Client | None, operator: str) -> OpenFile:
    def open_file(url: str) -> ByteRanges:
        if url.startswith("file:"):
            return LocalFile(directory_of(url))
        assert client is not None  # noqa: S101 - only archives on this machine are opened without one
        return RemoteFile(url, client, operator)

    return open_file


async def read_archive_log(url: str, client: Client | None = None) -> Log:
    """Read the description of the log in an archive from the volume that the address names.

    Args:
        url: of a volume, `file:` or `https:`.
        client: for an archive on the network.

    Raises:
        UsageError: the file is missing, is no zip file, or doesn't describe a log.
        SourceError: the network doesn't give it; InputError: what it gave describes no log.
    """
    is_local = client is None
    try:
        volume = await ZipVolume.open(_opener(client, _OPERATOR)(url))
        return parse_log_object(await volume.read(DESCRIPTION, OBJECT_LIMIT), url)
    except Missing as error:
        hint = f"expected {DESCRIPTION}, checkpoint and tile/ in it"
        raise (UsageError if is_local else SourceError)(f"{error}; {hint}") from None
    except SourceError as error:
        if is_local:
            raise UsageError(str(error)) from error
        raise
    except FormatError as error:
        place = f"{shown_url(url)}!{DESCRIPTION}"
        raise (UsageError if is_local else InputError)(f"{place}: {error}") from error


def first_volume(directory: Path) -> Path | None:
    """Return the first volume of an archive in a folder; None where there is none."""
    return next((path for path in sorted(directory.glob("[0-9][0-9][0-9].zip")) if path.is_file()), None)
