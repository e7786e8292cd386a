"""HTTP server of a single page, for a monitor on the same machine.

It is no web server, and gives a stranger little to hold: one request on a connection, GET of one path, a head of at
most `HEAD_LIMIT` octets within `PATIENCE` seconds, no body, at most `MOST` connections at a time. Further connections
are closed at once. Whatever a client does stays in its own connection.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

from msgspec import Struct

HEAD_LIMIT = 8 << 10  # octets of a request line with its headers
PATIENCE = 5.0  # seconds for a request to come, and for its answer to be taken
MOST = 8  # connections at a time
ACCEPT_LIMIT = 1_000  # characters of an Accept header

_REQUEST = re.compile(rb"([A-Z]{1,16}) (/[!-~]{0,1023}) HTTP/1\.[01]")
_REASONS = {
    200: "OK",
    400: "Bad Request",
    404: "Not Found",
    405: "Method Not Allowed",
    431: "Request Header Fields Too Large",
    503: "Service Unavailable",
}


class Page(Struct, frozen=True):
    """Answer to a request: status, media type and body."""

    status: int
    media_type: str
    body: bytes


Make = Callable[[str], Awaitable[Page]]
"""Maker of the page: takes the Accept header of the request, empty without one. Any exception of it becomes a 503."""


@asynccontextmanager
async def serve_page(host: str, port: int, path: str, make: Make, patience: float = PATIENCE) -> AsyncIterator[int]:
    """Serve a page until the end of the block, beside everything else in the event loop.

    Args:
        host: IP address to listen on.
        port: port; 0 takes a free one.
        path: path of the page; every other is not found.
        make: makes the page.
        patience: seconds for a request to come, and for its answer to be taken.

    Yields:
        The port.

    Raises:
        OSError: the address can't be listened on.
    """
    serving = _Serving(path, make, patience)
    server = await asyncio.start_server(serving.connected, host, port, limit=HEAD_LIMIT)
    try:
        yield int(server.sockets[0].getsockname()[1])
    finally:
        server.close()
        await serving.end()


class _Serving:
    """Connections of a server."""

    def __init__(self, path: str, make: Make, patience: float) -> None:
        self._path = path.encode("ascii")
        self._make = make
        self._patience = patience
        self._open: set[asyncio.Task[None]] = set()

    def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take a connection, or close it where there are too many."""
        if len(self._open) >= MOST:
            writer.transport.abort()
            return
        task = asyncio.get_running_loop().create_task(self._serve(reader, writer))
        self._open.add(task)
        task.add_done_callback(self._open.discard)

    async def end(self) -> None:
        """Close all connections."""
        for task in self._open:
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve a connection. Nothing can be done for a client that is gone or too slow."""
        with suppress(OSError, TimeoutError):
            await self._converse(reader, writer)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            page = await self._answer(reader)
            if page is not None:
                writer.write(_encoded(page))
                await asyncio.wait_for(writer.drain(), self._patience)
                writer.write_eof()
                await asyncio.wait_for(reader.read(1), self._patience)  # until the client closes: a reset loses octets
        finally:
            writer.transport.abort()

    async def _answer(self, reader: asyncio.StreamReader) -> Page | None:
        """Read a request and make its answer; None where no whole request came."""
        try:
            head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), self._patience)
        except asyncio.LimitOverrunError:
            return _plain(431)
        except asyncio.IncompleteReadError:
            return None
        first, *headers = head[:-4].split(b"\r\n")
        found = _REQUEST.fullmatch(first)
        if found is None:
            return _plain(400)
        if found[2].partition(b"?")[0] != self._path:
            return _plain(404)
        if found[1] != b"GET":
            return _plain(405)
        try:
            return await self._make(_accept(headers))
        except Exception:  # a fault of the page ends no more than this connection
            return _plain(503)


def _accept(headers: list[bytes]) -> str:
    """Return the Accept header; empty where there is none, or where it is too long."""
    for line in headers:
        name, _, value = line.partition(b":")
        if name.lower() == b"accept":
            return value.strip().decode("latin-1") if len(value) <= ACCEPT_LIMIT else ""
    return ""


def _plain(status: int) -> Page:
    return Page(status, "text/plain; charset=utf-8", f"{status} {_REASONS[status]}\n".encode())


def _encoded(page: Page) -> bytes:
    """Encode an answer. Browsers are told not to guess, keep or frame it."""
    lines = [
        f"HTTP/1.1 {page.status} {_REASONS[page.status]}",
        f"Content-Type: {page.media_type}",
        f"Content-Length: {len(page.body)}",
        "Connection: close",
        "Cache-Control: no-store",
        "X-Content-Type-Options: nosniff",
        *(["Allow: GET"] if page.status == 405 else []),
    ]
    return "\r\n".join([*lines, "", ""]).encode("ascii") + page.body
