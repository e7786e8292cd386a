"""Connections in small pools: as many as there are requests under way, used again, and closed when nobody needs them.

The pool of the HTTP library looks at all of its connections several times for each request, and above its limit for
idle ones it closes what is about to be used again, for it counts the busy ones too. With one pool for a hundred
connections a request costs more than what it fetches. So each server has pools of its own, of a few connections.
Knows nothing of retries, paces and bodies.
"""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpx

from ctscan.errors import UsageError

WIDTH = 8
"""Requests at a time in one pool; further ones to the same server open another."""

_LIMITS = httpx.Limits(max_connections=None, max_keepalive_connections=WIDTH, keepalive_expiry=30.0)


@dataclass(slots=True)
class _Pool:
    http: httpx.AsyncClient
    busy: int = 0


class Pools:
    """Sends requests. UsageError when the environment (with `trust_env`) names a proxy or CA certificates that can't be
    used. `transport` replaces the network (of all pools)."""

    def __init__(self, transport: httpx.AsyncBaseTransport | None, trust_env: bool) -> None:
        self._transport, self._trust_env = transport, trust_env
        try:
            self._tls = httpx.create_ssl_context(trust_env=trust_env)
        except (OSError, ssl.SSLError):
            raise UsageError("the CA certificates named by SSL_CERT_FILE or SSL_CERT_DIR can't be read") from None
        self._spare: _Pool | None = self._open()  # now, so that unusable settings are told at once
        self._pools: dict[tuple[str, bytes], list[_Pool]] = {}

    @asynccontextmanager
    async def send(self, request: httpx.Request) -> AsyncIterator[httpx.Response]:
        """The answer with its body still to be read; redirects are not followed. Raises what httpx raises."""
        pool = self._pool_for(request.url)
        pool.busy += 1
        try:
            response = await pool.http.send(request, stream=True, follow_redirects=False)
            try:
                yield response
            finally:
                await response.aclose()
        finally:
            pool.busy -= 1

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
        # None: straight, even where the environment names a proxy
        direct: dict[str, httpx.AsyncBaseTransport | None] = dict.fromkeys(
            ("all://127.0.0.1", "all://*localhost", "all://[::1]")
        )
        try:
            return _Pool(
                httpx.AsyncClient(
                    verify=self._tls,
                    transport=self._transport,
                    trust_env=self._trust_env,
                    limits=_LIMITS,
                    mounts=None if self._transport else direct,
                    cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),  # keeps none
                )
            )
        except (httpx.InvalidURL, ValueError):
            raise UsageError("a proxy setting (HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY) is no URL") from None
        except ImportError:
            raise UsageError("a SOCKS proxy is set (ALL_PROXY); ctscan speaks to HTTP proxies only") from None
