"""Requests by way of httpx: through proxies of the environment, and over transports that take the place of the network.

Connections come in small pools: as many as there are requests under way, used again, and closed when nobody needs them.
The pool of the library looks at all of its connections several times for each request, and above its limit for idle
ones it closes what is about to be used again, for it counts the busy ones too. With one pool for a hundred connections
a request costs more than what it fetches. So each server has pools of its own, of a few connections.
"""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpx

from ctscan.errors import UsageError
from ctscan.http.transport import Answer, Broken, Request, Timeouts

WIDTH = 8
"""Requests at a time in one pool; further ones to the same server open another."""

_LIMITS = httpx.Limits(max_connections=None, max_keepalive_connections=WIDTH, keepalive_expiry=30.0)


@dataclass(slots=True)
class _Pool:
    http: httpx.AsyncClient
    busy: int = 0


class Pools:
    """A `Way`. UsageError when the environment (with `trust_env`) names a proxy that can't be used. `transport`
    replaces the network (of all pools)."""

    def __init__(
        self, transport: httpx.AsyncBaseTransport | None, tls: ssl.SSLContext, trust_env: bool, timeouts: Timeouts
    ) -> None:
        self._transport, self._tls, self._trust_env = transport, tls, trust_env
        self._timeouts = timeouts
        per_request = {"connect": timeouts.connect, "read": timeouts.read, "write": timeouts.read, "pool": None}
        self._extensions = {"timeout": per_request}
        self._spare: _Pool | None = self._open()  # now, so that unusable settings are told at once
        self._pools: dict[tuple[str, bytes], list[_Pool]] = {}

    @asynccontextmanager
    async def send(self, request: Request) -> AsyncIterator[Answer]:
        """The answer with its body still to be read; redirects are not followed."""
        try:
            asked = httpx.Request(
                request.method,
                request.address.url,
                headers=request.headers,
                content=request.content,
                extensions=dict(self._extensions),
            )
            pool = self._pool_for(asked.url)
            pool.busy += 1
            try:
                response = await pool.http.send(asked, stream=True, follow_redirects=False)
                try:
                    yield _Answer(response)
                finally:
                    await response.aclose()
            finally:
                pool.busy -= 1
        except (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL) as error:
            raise Broken(_explain(error, self._timeouts)) from None

    async def aclose(self) -> None:
        """Close all connections."""
        for pool in [self._spare, *(pool for pools in self._pools.values() for pool in pools)]:
            if pool is not None:
                await pool.http.aclose()

    def _pool_for(self, url: httpx.URL) -> _Pool:
        """The first pool of the server with room, so that those opened for a rush fall idle after it."""
        pools = self._pools.setdefault((url.scheme, url.netloc), [])
        for pool in pools:
            if pool.busy < WIDTH:
                return pool
        pool, self._spare = self._spare or self._open(), None
        pools.append(pool)
        return pool

    def _open(self) -> _Pool:
        try:
            return _Pool(
                httpx.AsyncClient(
                    verify=self._tls,
                    transport=self._transport,
                    trust_env=self._trust_env,
                    limits=_LIMITS,
                    cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),  # keeps none
                )
            )
        except (httpx.InvalidURL, ValueError):
            raise UsageError("a proxy setting (HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY) is no URL") from None
        except ImportError:
            raise UsageError("a SOCKS proxy is set (ALL_PROXY); ctscan speaks to HTTP proxies only") from None


class _Answer:
    def __init__(self, response: httpx.Response) -> None:
        self._response = response
        self.status = response.status_code
        self.headers: Mapping[str, str] = response.headers

    async def read(self, limit: int) -> bytes | None:
        chunks: list[bytes] = []
        size = 0
        if not isinstance(self._response.stream, httpx.AsyncByteStream):
            raise Broken("an answer that can't be read")
        async for chunk in self._response.stream:  # raw, as aiter_raw() gives it
            size += len(chunk)
            if size > limit:
                return None
            chunks.append(chunk)
        return chunks[0] if len(chunks) == 1 else b"".join(chunks)


def _explain(error: Exception, timeouts: Timeouts) -> str:
    """A reason in our words; texts of libraries may hold what the server sent."""
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
    """Text of a library in one printable line."""
    return "".join(c if c.isprintable() else " " for c in text)[:120] or "no reason given"
