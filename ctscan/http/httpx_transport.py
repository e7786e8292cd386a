"""Connections by httpx: through proxies of the environment, and over transports that replace the network in tests.

Connections live in small pools: as many as there are concurrent requests, reused, and closed when idle. The pool of
httpx looks at all of its connections several times for each request. Above its limit for idle connections it closes
some that are about to be reused, because it counts the busy ones too. With one pool of a hundred connections a request
costs more than its answer. So each server has pools of its own, of a few connections each.
"""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpx
from msgspec import Struct

from ctscan.errors import UsageError
from ctscan.http.transport import Request, StreamedResponse, Timeouts, TransportError

WIDTH = 8
"""Concurrent requests of one pool; further requests to the same server open another pool."""

_LIMITS = httpx.Limits(max_connections=None, max_keepalive_connections=WIDTH, keepalive_expiry=30.0)
_NONE_KEPT = httpx.Limits(max_connections=None, max_keepalive_connections=0)


class _Pool(Struct):
    http: httpx.AsyncClient
    busy: int = 0


class HttpxTransport:
    """`Transport` over httpx. Raises UsageError when the environment (with `trust_env`) names an unusable proxy.
    `transport` replaces the network of all pools, which then need no `tls`."""

    def __init__(
        self,
        transport: httpx.AsyncBaseTransport | None,
        tls: ssl.SSLContext | None,
        trust_env: bool,
        timeouts: Timeouts,
    ) -> None:
        self._transport, self._tls, self._trust_env = transport, tls, trust_env
        self._timeouts = timeouts
        per_request = {"connect": timeouts.connect, "read": timeouts.read, "write": timeouts.read, "pool": None}
        self._extensions = {"timeout": per_request}
        self._spare: _Pool | None = self._open()  # opened now, so that unusable settings fail at once
        self._pools: dict[tuple[str, bytes], list[_Pool]] = {}
        self._fresh: _Pool | None = None  # keeps no connection

    @asynccontextmanager
    async def send(self, request: Request) -> AsyncIterator[StreamedResponse]:
        """Send a request and yield the answer with an unread body; redirects are not followed. Raises
        TransportError."""
        try:
            asked = httpx.Request(
                request.method,
                request.address.url,
                headers=request.headers,
                content=request.content,
                extensions=dict(self._extensions),
            )
            pool = self._fresh_pool() if request.fresh else self._pool_for(asked.url)
            pool.busy += 1
            try:
                response = await pool.http.send(asked, stream=True, follow_redirects=False)
                try:
                    yield _StreamedResponse(response)
                finally:
                    await response.aclose()
            finally:
                pool.busy -= 1
        except (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL) as error:
            raise TransportError(_explain(error, self._timeouts)) from None

    async def aclose(self) -> None:
        """Close all connections."""
        for pool in [self._spare, self._fresh, *(pool for pools in self._pools.values() for pool in pools)]:
            if pool is not None:
                await pool.http.aclose()

    def _pool_for(self, url: httpx.URL) -> _Pool:
        """Return the first pool of the server with room, so that pools opened for a rush fall idle after it."""
        pools = self._pools.setdefault((url.scheme, url.netloc), [])
        for pool in pools:
            if pool.busy < WIDTH:
                return pool
        pool, self._spare = self._spare or self._open(), None
        pools.append(pool)
        return pool

    def _fresh_pool(self) -> _Pool:
        if self._fresh is None:
            self._fresh = self._open(_NONE_KEPT)
        return self._fresh

    def _open(self, limits: httpx.Limits = _LIMITS) -> _Pool:
        try:
            return _Pool(
                httpx.AsyncClient(
                    verify=self._tls or True,
                    transport=self._transport,
                    trust_env=self._trust_env,
                    limits=limits,
                    cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),  # keeps none
                )
            )
        except (httpx.InvalidURL, ValueError):
            raise UsageError("a proxy setting (HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY) is no URL") from None
        except ImportError:
            raise UsageError("a SOCKS proxy is set (ALL_PROXY); ctscan speaks to HTTP proxies only") from None


class _StreamedResponse:
    def __init__(self, response: httpx.Response) -> None:
        self._response = response
        self.status = response.status_code
        self.headers: Mapping[str, str] = response.headers

    async def read(self, limit: int) -> bytes | None:
        chunks: list[bytes] = []
        size = 0
        if not isinstance(self._response.stream, httpx.AsyncByteStream):
            raise TransportError("the answer can't be read")
        async for chunk in self._response.stream:  # raw, as aiter_raw() gives it
            size += len(chunk)
            if size > limit:
                return None
            chunks.append(chunk)
        return chunks[0] if len(chunks) == 1 else b"".join(chunks)


def _explain(error: Exception, timeouts: Timeouts) -> str:
    """Give the reason in words of our own; messages of libraries may quote the server's answer."""
    match error:
        case httpx.ConnectTimeout():
            return f"no connection within {timeouts.connect:g} s"
        case httpx.TimeoutException():
            return f"nothing received for {timeouts.read:g} s"
        case httpx.ProxyError():
            return "the proxy refused (see HTTPS_PROXY)"
        case httpx.ConnectError():
            return f"no connection: {first_line(str(error))}"
        case httpx.RemoteProtocolError():
            return "the connection broke off, or the answer is no HTTP"
        case httpx.NetworkError():
            return "the connection broke"
        case _:
            return f"the request failed ({type(error).__name__})"


def first_line(text: str) -> str:
    """Reduce a library's message to one printable line of at most 120 characters."""
    return "".join(c if c.isprintable() else " " for c in text)[:120] or "no reason given"
