"""Servers that send any bytes, and a direct transport that has to leave nothing behind."""

from __future__ import annotations

import asyncio
import gc
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

from ctscan.http.direct_transport import DirectTransport
from ctscan.http.transport import Request, Timeouts, address_of

PATIENT = Timeouts(connect=5.0, read=20.0)
OK = b"HTTP/1.1 200 OK\r\n"
FOUR = OK + b"Content-Length: 4\r\n\r\n"

Serve = Callable[["Server", asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
Use = Callable[[DirectTransport, str], Awaitable[None]]


class Server:
    """Server on loopback that runs `serve` for each connection. `connections` counts them; `lines` are the first lines
    of the requests that `next_request` read; `asked` is set then, `gone` when a client has closed a connection."""

    def __init__(self, serve: Serve) -> None:
        self._serve = serve
        self.connections = 0
        self.lines: list[bytes] = []
        self.gone, self.asked = asyncio.Event(), asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()

    async def next_request(self, reader: asyncio.StreamReader) -> bytes:
        head = await reader.readuntil(b"\r\n\r\n")
        self.lines.append(head.split(b"\r\n")[0])
        self.asked.set()
        return head

    async def until_gone(self, reader: asyncio.StreamReader) -> None:
        with suppress(ConnectionError):
            while await reader.read(1 << 16):
                pass
        self.gone.set()

    async def _run(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError):
                await self._serve(self, reader, writer)
        finally:
            writer.transport.abort()

    @asynccontextmanager
    async def running(self, tls: ssl.SSLContext | None = None) -> AsyncIterator[str]:
        running = await asyncio.start_server(self._run, "127.0.0.1", 0, ssl=tls)
        scheme, host = ("https", "localhost") if tls else ("http", "127.0.0.1")
        try:
            yield f"{scheme}://{host}:{running.sockets[0].getsockname()[1]}/x"
        finally:
            running.close()
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)


def sending(*pieces: bytes, pause: float = 0.0) -> Serve:
    """Return a server that answers each request with these pieces, and keeps the connection."""

    async def serve(server: Server, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError):
            while await server.next_request(reader):
                for piece in pieces:
                    writer.write(piece)
                    await writer.drain()
                    await asyncio.sleep(pause)
        server.gone.set()

    return serve


def closing(data: bytes) -> Serve:
    """Return a server that answers one request and closes the connection."""

    async def serve(server: Server, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await server.next_request(reader)
        writer.write(data)
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    return serve


def request_to(url: str, method: str = "GET", content: bytes | None = None, fresh: bool = False) -> Request:
    address = address_of(url)
    return Request(method, address, [("Host", address.netloc)], content, fresh)


async def ask(transport: DirectTransport, url: str, limit: int = 1000, **options: Any) -> bytes | None:
    async with transport.send(request_to(url, **options)) as answer:
        assert answer.status == 200
        return await answer.read(limit)


@asynccontextmanager
async def opened(timeouts: Timeouts = PATIENT, trusted: ssl.SSLContext | None = None) -> AsyncIterator[DirectTransport]:
    """Open a transport. After it nothing may be left."""
    transport = DirectTransport(lambda: trusted or ssl.create_default_context(), timeouts)
    try:
        yield transport
    finally:
        await transport.aclose()
        await asyncio.sleep(0)
        assert not transport._open and not transport._idle


def run(server: Server, use: Use, timeouts: Timeouts = PATIENT) -> None:
    """Use a transport with a running server; no task is left behind."""

    async def main() -> None:
        async with server.running() as url, opened(timeouts) as transport:
            await use(transport, url)
        for _ in range(5):
            await asyncio.sleep(0)
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(main())
    gc.collect()  # shows sockets and transports that were not closed
