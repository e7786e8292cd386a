"""Ranges of bytes of large files: on this machine, or over HTTP (RFC 9110 section 14)."""

from __future__ import annotations

import asyncio
import re
import stat
from collections import OrderedDict
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol
from urllib.parse import urljoin, urlsplit

from ctscan.errors import BadAnswer, Missing, SourceError
from ctscan.http.public_addresses import is_public
from ctscan.http.urls import is_loopback, shown_url
from ctscan.on_first_use import late_pattern

if TYPE_CHECKING:
    from ctscan.http.client import Client, Response

PIECE: Final = 4 * 1024 * 1024
"""Bytes of a request: neighbouring members of an archive come with each other."""

_KEPT: Final = 8  # pieces
_HOPS: Final = 5
_PARTIAL: Final = 206
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_CONTENT_RANGE: Final = late_pattern(r"bytes (\d{1,18})-(\d{1,18})/(\d{1,18})", re.ASCII)


class ByteRanges(Protocol):
    """File of which ranges can be read."""

    name: str
    """For messages."""

    async def tail(self, most: int) -> tuple[int, bytes]:
        """Return the size of the file, and its last bytes. Raises Missing where there is no file, SourceError where it
        can't be read."""
        ...

    async def read(self, start: int, end: int) -> bytes:
        """Return `[start, end)`. Errors: as `tail`; BadAnswer for fewer bytes."""
        ...


class LocalFile:
    """File on this machine, opened for each range."""

    def __init__(self, path: Path) -> None:
        self._path, self.name = path, str(path)

    async def tail(self, most: int) -> tuple[int, bytes]:
        """Return the size of the file, and its last bytes."""
        size = await asyncio.to_thread(self._size)
        return size, await self.read(max(0, size - most), size)

    async def read(self, start: int, end: int) -> bytes:
        """Return `[start, end)`."""
        found = await asyncio.to_thread(self._range, start, end - start)
        if len(found) != end - start:
            raise BadAnswer(f"{self.name}: expected {end} bytes, got fewer; get the file again")
        return found

    def _size(self) -> int:
        try:
            status = self._path.stat()
        except (FileNotFoundError, NotADirectoryError):
            raise Missing(f"{self.name}: not there") from None
        except OSError as error:
            raise SourceError(f"{self.name}: can't be read ({error.strerror})") from None
        if not stat.S_ISREG(status.st_mode):
            raise SourceError(f"{self.name}: expected a regular file")
        return status.st_size

    def _range(self, start: int, length: int) -> bytes:
        try:
            with self._path.open("rb", buffering=0) as file:
                file.seek(start)
                return file.read(length) or b""
        except OSError as error:
            raise SourceError(f"{self.name}: can't be read ({error.strerror})") from None


class RemoteFile:
    """File on a web server. Pieces of `PIECE` bytes are fetched once and kept for a while.

    Redirects are followed here, up to five, over https only: archives hand each file on to a machine that holds it.
    """

    def __init__(self, url: str, client: Client, operator: str) -> None:
        self.name = shown_url(url)
        self._first = self._url = url
        self._client, self._operator = client, operator
        self._size = -1
        self._kept: OrderedDict[int, bytes] = OrderedDict()
        self._fetching: dict[int, asyncio.Lock] = {}

    async def tail(self, most: int) -> tuple[int, bytes]:
        """Return the size of the file, and its last bytes."""
        response = await self._ask(f"bytes=-{most}", most)
        start, end, self._size = self._range_of(response)
        if end != self._size:
            raise BadAnswer(f"{self.name}: expected the end of the file, got another part")
        self._check(response, start, end)
        return self._size, response.body

    async def read(self, start: int, end: int) -> bytes:
        """Return `[start, end)`."""
        pieces = [await self._piece(index) for index in range(start // PIECE, (end - 1) // PIECE + 1)]
        first = start // PIECE * PIECE
        return b"".join(pieces)[start - first : end - first]

    async def _piece(self, index: int) -> bytes:
        """Return a piece. Callers that want the same one at once wait for one request."""
        async with self._fetching.setdefault(index, asyncio.Lock()):
            piece = self._kept.get(index)
            if piece is None:
                piece = self._kept[index] = await self._fetch(index)
            self._kept.move_to_end(index)
        self._fetching.pop(index, None)
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return piece

    async def _fetch(self, index: int) -> bytes:
        start, end = index * PIECE, min(self._size, (index + 1) * PIECE)
        response = await self._ask(f"bytes={start}-{end - 1}", end - start)
        self._check(response, start, end)
        return response.body

    async def _ask(self, wanted: str, limit: int) -> Response:
        """Ask for a range, at the address that the last redirect gave; once more at the first address where that one
        fails."""
        try:
            return await self._follow(wanted, limit)
        except SourceError:
            if self._url == self._first:
                raise
        self._url = self._first
        return await self._follow(wanted, limit)

    async def _follow(self, wanted: str, limit: int) -> Response:
        for _ in range(_HOPS):
            response = await self._client.get(
                self._url,
                operator=self._operator,
                limit=limit,
                headers={"Range": wanted},
                statuses=_REDIRECTS | {_PARTIAL},
            )
            if response.status == _PARTIAL:
                return response
            if response.status not in _REDIRECTS:
                raise BadAnswer(f"{self.name}: expected a server that gives parts of a file, got the whole of it")
            self._url = self._next(response)
        raise BadAnswer(f"{self.name}: more than {_HOPS} redirects")

    def _next(self, response: Response) -> str:
        try:
            url = urljoin(self._url, response.headers.get("location", ""))
            parts = urlsplit(url)
        except ValueError:
            raise BadAnswer(f"{self.name}: answered with a redirect to something that is no URL") from None
        host, first = parts.hostname or "", urlsplit(self._first).hostname or ""
        is_own = is_loopback(host) and is_loopback(first)
        if not host or (parts.scheme != "https" and not is_own):
            raise BadAnswer(f"{self.name}: answered with a redirect to another place than https")
        if _is_inside(host) and not _is_inside(first):
            raise BadAnswer(f"{self.name}: answered with a redirect into the network of this machine")
        return url

    def _range_of(self, response: Response) -> tuple[int, int, int]:
        found = _CONTENT_RANGE.fullmatch(response.headers.get("content-range", ""))
        if found is None:
            raise BadAnswer(f"{self.name}: expected the header Content-Range, got none that can be read")
        return int(found[1]), int(found[2]) + 1, int(found[3])

    def _check(self, response: Response, start: int, end: int) -> None:
        """Check that an answer holds these bytes of the file that was opened."""
        if self._range_of(response) != (start, end, self._size) or len(response.body) != end - start:
            raise BadAnswer(f"{self.name}: expected bytes {start} to {end - 1} of {self._size}, got others; try again")


def _is_inside(host: str) -> bool:
    """Return whether a host is this machine, or an address that isn't one of the public internet. A name isn't
    resolved: the answer of its server would have to be an archive, by its certificate."""
    try:
        return not is_public(str(ip_address(host)))
    except ValueError:
        return is_loopback(host)
