"""HTTP server in process that takes webhooks, and fails in every way that it is asked to.

with webhook_server("500", "hang") as server: ...     # then 200; server.url, server.received
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from support.smtp_server import running

REASONS = {
    "200": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
    "204": b"HTTP/1.1 204 No Content\r\n\r\n",
    "half": b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok",
    "garbage": b"\x00\x01\x02 no HTTP\r\n\r\n",
    "html": b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\nok",
    "huge": b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n",
    "redirect": b"HTTP/1.1 307 Elsewhere\r\nLocation: http://127.0.0.1:9/secret\r\nContent-Length: 0\r\n\r\n",
}


@dataclass
class Received:
    """Request that came whole."""

    target: str
    headers: dict[str, str]
    body: bytes


@dataclass
class WebhookServer:
    """Server as a test sees it. `behaviours` are used up in turn; afterwards each answer is 200."""

    behaviours: list[str]
    port: int = 0
    scheme: str = "http"
    received: list[Received] = field(default_factory=list)

    @property
    def url(self) -> str:
        """URL with a path and a query that are secrets."""
        return f"{self.scheme}://127.0.0.1:{self.port}/hook/token-of-nobody?key=another-token"

    @property
    def keys(self) -> list[str]:
        """Idempotency-Key of each request."""
        return [one.headers["idempotency-key"] for one in self.received]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take one request, and answer as the next behaviour says."""
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            pairs = [line.partition(":") for line in lines[1:] if line]
            headers = {name.lower(): value.strip() for name, _, value in pairs}
            body = await reader.readexactly(int(headers["content-length"]))
            self.received.append(Received(lines[0].split(" ")[1], headers, body))
            await self._answer(self.behaviours.pop(0) if self.behaviours else "200", writer)
        writer.close()

    async def _answer(self, behaviour: str, writer: asyncio.StreamWriter) -> None:
        status, _, after = behaviour.partition(" ")
        if behaviour == "close":
            return
        if behaviour == "hang":
            await asyncio.sleep(60)
        elif behaviour == "slow":
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
            for _ in range(1000):
                writer.write(b".")
                await writer.drain()
                await asyncio.sleep(0.1)
        elif behaviour in REASONS:
            writer.write(REASONS[behaviour])
        else:
            wait = f"Retry-After: {after}\r\n" if after else ""
            writer.write(f"HTTP/1.1 {status} Answer\r\n{wait}Content-Length: 12\r\n\r\nsecret words".encode())
        await writer.drain()


@contextmanager
def webhook_server(*behaviours: str, tls: ssl.SSLContext | None = None) -> Iterator[WebhookServer]:
    """Serve webhooks from a thread of its own. A behaviour is a status (`500`, `429 3` with Retry-After), `hang`,
    `close`, `slow`, or a name of `REASONS`."""
    state = WebhookServer(list(behaviours), scheme="https" if tls else "http")

    async def start(loop: asyncio.AbstractEventLoop) -> asyncio.Server:
        return await asyncio.start_server(state.serve, "127.0.0.1", 0, ssl=tls)

    with running(start) as port:
        state.port = port
        yield state
