"""Direct connections to a server, by aiohttp.

Used where no proxy stands between. Fetching a tile takes a fifth of the time that httpx needs; httpx spends most of it
parsing in Python.
"""

from __future__ import annotations

import os
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import aiohttp
from yarl import URL

from ctscan.http.transport import Request, StreamedResponse, Timeouts, TransportError

_IDLE = 30.0  # seconds until an unused connection is closed
_BUFFER = 256 * 1024  # bytes of an answer that may wait to be read


class AiohttpTransport:
    """`Transport` over aiohttp. The system resolves names; `tls` holds the trusted CAs. Create it anywhere, use it in a
    single event loop."""

    def __init__(self, tls: ssl.SSLContext, timeouts: Timeouts) -> None:
        tls.set_alpn_protocols(["http/1.1"])
        self._tls, self._timeouts = tls, timeouts
        self._sessions: dict[bool, aiohttp.ClientSession] = {}  # by whether each request gets a new connection

    @asynccontextmanager
    async def send(self, request: Request) -> AsyncIterator[StreamedResponse]:
        """Send a request and yield the answer with an unread body; redirects are not followed. Raises
        TransportError."""
        session = self._sessions.get(request.fresh)
        if session is None:
            session = self._sessions[request.fresh] = self._open(is_fresh=request.fresh)
        try:
            async with session.request(
                request.method,
                _url(request.address.url),
                headers=request.headers,
                data=request.content,
                allow_redirects=False,
            ) as response:
                yield _StreamedResponse(response)
        except (aiohttp.ClientError, _Once) as error:
            cause = error.error if isinstance(error, _Once) else error
            raise TransportError(_explain(cause, self._timeouts)) from None

    async def aclose(self) -> None:
        """Close all connections."""
        for session in self._sessions.values():
            await session.close()

    def _open(self, *, is_fresh: bool) -> aiohttp.ClientSession:
        """Open a session; needs a running event loop. In a fresh session no connection serves a second request."""
        resolver = aiohttp.ThreadedResolver()
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(ssl=self._tls, limit=0, force_close=True, resolver=resolver)
            if is_fresh
            else aiohttp.TCPConnector(ssl=self._tls, limit=0, keepalive_timeout=_IDLE, resolver=resolver),
            timeout=aiohttp.ClientTimeout(total=None, connect=self._timeouts.connect, sock_read=self._timeouts.read),
            cookie_jar=aiohttp.DummyCookieJar(),  # keeps none
            trust_env=False,  # no proxies, and no passwords of ~/.netrc
            auto_decompress=False,
            read_bufsize=_BUFFER,
            middlewares=(_send_once,),
        )


def _url(url: str) -> URL:
    try:
        parsed = URL(url, encoded=True)
        _ = parsed.raw_host, parsed.port  # parsed on first access, then cached: errors show here
        return parsed
    except ValueError:
        raise TransportError("the address has an impossible host or port") from None


class _Once(Exception):
    """Error after which aiohttp would send the request a second time, past the rate limit."""

    def __init__(self, error: aiohttp.ClientError) -> None:
        super().__init__()
        self.error = error


async def _send_once(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    try:
        return await handler(request)
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        raise _Once(error) from None
    except UnicodeError:  # from the system's resolver: the name can't be encoded
        raise TransportError("no connection: the host isn't a name") from None


class _StreamedResponse:
    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self._response = response
        self.status = response.status
        self.headers: Mapping[str, str] = response.headers

    async def read(self, limit: int) -> bytes | None:
        chunks: list[bytes] = []
        size = 0
        content = self._response.content
        while chunk := await content.readany():
            size += len(chunk)
            if size > limit:
                return None
            chunks.append(chunk)
        return chunks[0] if len(chunks) == 1 else b"".join(chunks)


def _explain(error: aiohttp.ClientError, timeouts: Timeouts) -> str:
    """Give the reason in words of our own; messages of libraries may quote the server's answer."""
    match error:
        case aiohttp.ConnectionTimeoutError():
            return f"no connection within {timeouts.connect:g} s"
        case aiohttp.ServerTimeoutError():
            return f"nothing received for {timeouts.read:g} s"
        case aiohttp.ClientConnectorCertificateError():
            return f"no connection: {_why_not_trusted(error.certificate_error)}"
        case aiohttp.ClientConnectorError():
            return f"no connection: {_system_reason(error.os_error)}"
        case aiohttp.ClientResponseError() | aiohttp.ClientPayloadError() | aiohttp.ServerDisconnectedError():
            return "the connection broke off, or the answer is no HTTP"
        case aiohttp.ClientConnectionError():
            return "the connection broke"
        case _:
            return f"the request failed ({type(error).__name__})"


def _why_not_trusted(error: Exception) -> str:
    reason = error.verify_message if isinstance(error, ssl.SSLCertVerificationError) else ""
    return f"the server's certificate is not trusted ({reason or type(error).__name__})"


def _system_reason(error: OSError) -> str:
    """Give the system's reason without the address, which asyncio repeats in strerror."""
    if isinstance(error, ssl.SSLError):
        return f"TLS failed ({error.reason or type(error).__name__})"
    if error.errno is not None and error.errno > 0:
        return os.strerror(error.errno).lower()
    return "the name can't be resolved, or none of its addresses answers"
