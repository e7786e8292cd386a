"""Choice between the transports: direct, through a proxy, or a test's replacement of the network."""

from __future__ import annotations

import ssl
from urllib.request import getproxies

import httpx

from ctscan.errors import UsageError
from ctscan.http.aiohttp_transport import AiohttpTransport
from ctscan.http.httpx_transport import HttpxTransport
from ctscan.http.transport import Timeouts, Transport
from ctscan.http.urls import is_loopback


class TransportRouter:
    """Choice of transport by host: direct (aiohttp) by default; httpx where the environment names a proxy, or where a
    test's transport replaces the network. Loopback is always reached directly."""

    def __init__(self, transport: httpx.AsyncBaseTransport | None, trust_env: bool, timeouts: Timeouts) -> None:
        try:
            tls = httpx.create_ssl_context(trust_env=trust_env)
        except (OSError, ssl.SSLError):
            raise UsageError("the CA certificates named by SSL_CERT_FILE or SSL_CERT_DIR can't be read") from None
        self._near: Transport = (
            HttpxTransport(transport, tls, trust_env, timeouts) if transport else AiohttpTransport(tls, timeouts)
        )
        has_proxies = trust_env and not transport and not getproxies().keys().isdisjoint(("http", "https", "all"))
        self._far: Transport = HttpxTransport(None, tls, trust_env, timeouts) if has_proxies else self._near

    def for_host(self, host: str) -> Transport:
        """Return the transport to a host."""
        return self._far if self._far is self._near or not is_loopback(host) else self._near

    async def aclose(self) -> None:
        """Close all connections."""
        for transport in {self._near, self._far}:
            await transport.aclose()
