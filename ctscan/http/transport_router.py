"""Choice between the transports: direct, through a proxy, or a test's replacement of the network."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from ctscan.http.direct_transport import DirectTransport
from ctscan.http.transport import Timeouts, Transport
from ctscan.http.trusted_cas import TrustedCAs
from ctscan.http.urls import is_loopback

if TYPE_CHECKING:
    import httpx


class TransportRouter:
    """Choice of transport by host: direct by default; httpx where the environment names a proxy, or where a test's
    transport replaces the network. Loopback is always reached directly. httpx is imported when it is needed."""

    def __init__(self, transport: httpx.AsyncBaseTransport | None, trust_env: bool, timeouts: Timeouts) -> None:
        cas = TrustedCAs(trust_env)
        self._near: Transport = _replaced(transport, timeouts) if transport else DirectTransport(cas.load, timeouts)
        self._far = self._near
        if trust_env and not transport and _has_proxies():
            self._far = _proxied(cas, timeouts)

    def for_host(self, host: str) -> Transport:
        """Return the transport to a host."""
        return self._far if self._far is self._near or not is_loopback(host) else self._near

    async def aclose(self) -> None:
        """Close all connections."""
        for transport in {self._near, self._far}:
            await transport.aclose()


def _replaced(transport: httpx.AsyncBaseTransport, timeouts: Timeouts) -> Transport:
    from ctscan.http.httpx_transport import HttpxTransport

    return HttpxTransport(transport, None, False, timeouts)


def _proxied(cas: TrustedCAs, timeouts: Timeouts) -> Transport:
    from ctscan.http.httpx_transport import HttpxTransport

    return HttpxTransport(None, cas.load(), True, timeouts)


def _has_proxies() -> bool:
    """Return whether environment or system name a proxy."""
    is_named_elsewhere = sys.platform in ("darwin", "win32")
    if not is_named_elsewhere and not any(name.lower().endswith("_proxy") for name in os.environ):
        return False
    from urllib.request import getproxies

    return not getproxies().keys().isdisjoint(("http", "https", "all"))
