"""Direct connections to a server, used where no proxy stands between.

Each request is sent once: a kept connection that broke meanwhile is the client's to judge. Connections are kept for
each server, and the newest is taken first. No cookies, no redirects, no settings of the environment.
"""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from functools import partial

from ctscan.http.answer_parser import AnswerParser
from ctscan.http.connection import Connection, Inbox
from ctscan.http.dialling import dial
from ctscan.http.transport import Request, Server, StreamedResponse, Timeouts, TransportError

_HIGHEST_PORT = 65535


class DirectTransport:
    """`Transport` over connections of its own. The system resolves names; `load_tls` gives the TLS settings with the
    trusted CAs, and is called in a thread when the first https connection is made. A connection that was unused for
    `idle` seconds is closed. Create it anywhere, use it in a single event loop."""

    def __init__(self, load_tls: Callable[[], ssl.SSLContext], timeouts: Timeouts, idle: float = 30.0) -> None:
        self._load_tls, self._timeouts, self._idle_time = load_tls, timeouts, idle
        self._idle: dict[Server, list[Connection]] = {}
        self._open: set[Connection] = set()
        self._tls: ssl.SSLContext | None = None
        self._inbox = Inbox()

    @asynccontextmanager
    async def send(self, request: Request) -> AsyncIterator[StreamedResponse]:
        """Send a request and yield the answer with an unread body; redirects are not followed. Raises
        TransportError."""
        octets = _encoded(request)
        server = request.address.server
        connection = (None if request.fresh else self._kept(server)) or await self._connect(server)
        try:
            connection.send(octets)
            yield _StreamedResponse(connection, await connection.receive_head())
        finally:
            if connection.finish() and not request.fresh and ("Connection", "close") not in request.headers:
                self._idle.setdefault(server, []).append(connection)
            else:
                connection.abort()

    async def aclose(self) -> None:
        """Close all connections."""
        closing = list(self._open)
        for connection in closing:
            connection.abort()
        for connection in closing:
            await connection.closed.wait()

    def _kept(self, server: Server) -> Connection | None:
        while kept := self._idle.get(server):
            connection = kept.pop()
            if not kept:
                del self._idle[server]
            if connection.is_ready:
                return connection
            connection.abort()
        return None

    async def _connect(self, server: Server) -> Connection:
        if server.port > _HIGHEST_PORT or server.host.startswith("."):
            raise TransportError("the address has an impossible host or port")
        try:
            async with asyncio.timeout(self._timeouts.connect):
                return await self._connected(server)
        except TimeoutError:
            raise TransportError(f"no connection within {self._timeouts.connect:g} s") from None
        except UnicodeError:  # from the system's resolver: the name can't be encoded
            raise TransportError("no connection: the host isn't a name") from None
        except OSError as error:
            raise TransportError(f"no connection: {_why(error)}") from None

    async def _connected(self, server: Server) -> Connection:
        tls = await self._settings() if server.scheme == "https" else None
        reached = await dial(server.host, server.port)
        _, connection = await asyncio.get_running_loop().create_connection(
            lambda: Connection(self._inbox, self._timeouts.read, self._idle_time, partial(self._forget, server)),
            sock=reached,
            ssl=tls,
            server_hostname=server.host.removesuffix(".") if tls is not None else None,
        )
        if not connection.closed.is_set():
            self._open.add(connection)
        return connection

    async def _settings(self) -> ssl.SSLContext:
        if self._tls is None:
            tls = await asyncio.to_thread(self._load_tls)
            tls.set_alpn_protocols(["http/1.1"])
            self._tls = tls
        return self._tls

    def _forget(self, server: Server, connection: Connection) -> None:
        self._open.discard(connection)
        kept = [other for other in self._idle.pop(server, ()) if other is not connection]
        if kept:
            self._idle[server] = kept


class _StreamedResponse:
    __slots__ = ("_connection", "headers", "status")

    def __init__(self, connection: Connection, answer: AnswerParser) -> None:
        self._connection = connection
        self.status = answer.status
        self.headers: Mapping[str, str] = answer.headers

    async def read(self, limit: int) -> bytes | None:
        return await self._connection.receive_body(limit)


def _encoded(request: Request) -> bytes:
    """Write a request (RFC 9112 section 3). Raises TransportError where a header would break its line."""
    address, content = request.address, request.content
    lines = [f"{request.method} {address.target} HTTP/1.1", *[f"{name}: {value}" for name, value in request.headers]]
    if address.authorization:
        lines.append(f"Authorization: {address.authorization}")
    if content is not None:
        lines.append(f"Content-Length: {len(content)}")
    text = "\r\n".join(lines)
    if text.count("\n") != len(lines) - 1 or text.count("\r") != len(lines) - 1 or "\0" in text:
        raise TransportError("the request can't be sent: a header holds a line break")
    try:
        head = f"{text}\r\n\r\n".encode("latin-1")
    except UnicodeEncodeError:
        raise TransportError("the request can't be sent: a header holds letters that no header can") from None
    return head + content if content else head


def _why(error: OSError) -> str:
    """Give the reason in words of our own; messages of the system and of TLS may quote the address."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the server's certificate is not trusted ({error.verify_message or type(error).__name__})"
    if isinstance(error, ssl.SSLError):
        return f"TLS failed ({error.reason or type(error).__name__})"
    if isinstance(error, ConnectionError) and error.errno is None:  # while TLS was set up
        return f"TLS failed ({type(error).__name__})"
    if error.errno is not None and error.errno > 0 and not isinstance(error, socket.gaierror):
        return os.strerror(error.errno).lower()
    return "the name can't be resolved, or none of its addresses answers"
