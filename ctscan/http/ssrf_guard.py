"""Guarded transport for URLs that strangers wrote: URLs from certificates lead nowhere but to the public internet.

    URL -> scheme, port, credentials, host name -> resolve once -> check every address -> connect to a checked address

The guard resolves the name itself and connects to the address that it checked, so a later change of the name's
addresses (DNS rebinding) has no effect; TLS still verifies the name. Every request has a connection of its own: a
connection that was verified for one name never serves another name at the same address. Proxies of the environment are
not used: a proxy resolves names itself, unchecked, and stands inside the very network that must stay out of reach. The
client follows no redirects.
"""

from __future__ import annotations

import asyncio
import ipaddress
import re
import socket
from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import Final

import httpx

from ctscan.errors import Refused, SourceError
from ctscan.http.public_addresses import is_public

PORTS: Final = (80, 443)
ADDRESSES_TRIED: Final = 4

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""`(host, port)` -> addresses as text, the best first; raises OSError when there are none."""

Allows = Callable[[str], bool]
"""Whether a connection to this address, as text, may be made."""

GuardedTransport = httpx.AsyncBaseTransport
"""Transport as `guarded_transport` builds it, by a name for other rooms."""

_LABEL: Final = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMBER: Final = re.compile(r"[0-9]+|0x[0-9a-f]*")
_LOCAL_NAMES: Final = frozenset(
    {"alt", "arpa", "corp", "home", "internal", "intranet", "invalid", "lan", "local", "localdomain", "localhost"}
    | {"mail", "onion", "private", "test"}
)
"""Last labels that name nothing on the public internet (RFC 6761, RFC 6762, RFC 8375, RFC 9476, and ICANN's list of
names that collide with private names)."""


def guarded_transport(
    *,
    resolve: Resolve | None = None,
    allows: Allows | None = None,
    ports: Collection[int] = PORTS,
    inner: httpx.AsyncBaseTransport | None = None,
) -> httpx.AsyncBaseTransport:
    """Build a transport for `Client(transport=…)` that connects to public addresses only.

    Args:
        resolve: resolves names; the system's resolver by default
        allows: decides about each address; `is_public` by default
        ports: allowed ports
        inner: makes the connections to addresses; it must not use one connection for two names

    Its requests raise Refused for a forbidden address, and SourceError for a name that doesn't exist.
    """
    return _Guarded(resolve or system_addresses, allows or is_public, ports, inner or _own_connections())


def check_url(url: httpx.URL, ports: Collection[int] = PORTS) -> None:
    """Raise Refused unless scheme, credentials, port and host name of a URL are allowed."""
    if url.scheme not in ("http", "https"):
        raise _refused(url, "only http and https are")
    if url.userinfo:
        raise _refused(url, "it holds credentials")
    if _port(url) not in ports:
        raise _refused(url, f"its port isn't {' or '.join(map(str, ports))}")
    if _literal(_host(url)) is None:
        _check_name(url, _host(url))


async def system_addresses(host: str, port: int) -> list[str]:
    """Resolve a host with the system's resolver."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(info[4][0]) for info in found]


class _Guarded(httpx.AsyncBaseTransport):
    """Transport that checks the URL, resolves it, checks the addresses, and hands the request to `inner` with an
    address in place of the name."""

    def __init__(
        self, resolve: Resolve, allows: Allows, ports: Collection[int], inner: httpx.AsyncBaseTransport
    ) -> None:
        self._resolve, self._allows, self._ports, self._inner = resolve, allows, ports, inner

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        check_url(request.url, self._ports)
        addresses = await self._addresses(request)
        for address in addresses[:-1]:
            try:
                return await self._send(request, address)
            except (httpx.ConnectError, httpx.ConnectTimeout):
                continue  # nothing was sent yet
        return await self._send(request, addresses[-1])

    async def _addresses(self, request: httpx.Request) -> list[str]:
        """Return the first few addresses of the host. Raises Refused when any address of the host is forbidden."""
        url, host = request.url, _host(request.url)
        literal = _literal(host)
        found = [literal] if literal else await self._resolved(request, host)
        if not all(self._allows(address) for address in found):
            raise _refused(url, "it leads to an address that isn't one of the public internet")
        return list(dict.fromkeys(found))[:ADDRESSES_TRIED]

    async def _resolved(self, request: httpx.Request, host: str) -> Sequence[str]:
        try:
            found = await self._resolve(host, _port(request.url))
        except UnicodeError:  # from the system's resolver: the name can't be encoded
            raise _refused(request.url, "its host isn't a name") from None
        except socket.gaierror as error:
            if error.errno == socket.EAI_AGAIN:
                raise httpx.ConnectError("the name can't be resolved now", request=request) from None
            found = ()
        except OSError:
            raise httpx.ConnectError("the name can't be resolved now", request=request) from None
        if not found:
            raise SourceError(f"{_shown(request.url)}: no host has this name")
        return found

    async def _send(self, request: httpx.Request, address: str) -> httpx.Response:
        headers = request.headers.copy()
        headers["Connection"] = "close"
        extensions = dict(request.extensions)
        if _literal(_host(request.url)) is None:
            extensions["sni_hostname"] = _host(request.url)
        return await self._inner.handle_async_request(
            httpx.Request(
                request.method,
                request.url.copy_with(host=address),
                headers=headers,
                stream=request.stream,
                extensions=extensions,
            )
        )

    async def aclose(self) -> None:
        await self._inner.aclose()


def _own_connections() -> httpx.AsyncBaseTransport:
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
    return httpx.AsyncHTTPTransport(verify=httpx.create_ssl_context(), limits=limits)


def _host(url: httpx.URL) -> str:
    """Return the host in lower case, IDNA-encoded, without the dot of the root and without brackets."""
    return url.raw_host.decode("ascii").lower().strip("[]").removesuffix(".")


def _port(url: httpx.URL) -> int:
    return url.port if url.port is not None else 443 if url.scheme == "https" else 80


def _literal(host: str) -> str | None:
    """Return the address in its usual form when the host is an address; None for a name."""
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        return None


def _check_name(url: httpx.URL, host: str) -> None:
    labels = host.split(".")
    if len(host) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise _refused(url, "its host isn't a name")
    if _NUMBER.fullmatch(labels[-1]):  # 2130706433, 0x7f.1, 0177.0.0.1: the system reads them as addresses
        raise _refused(url, "its host is a number")
    if len(labels) == 1 or labels[-1] in _LOCAL_NAMES:
        raise _refused(url, "its host isn't a name of the public internet")


def _refused(url: httpx.URL, why: str) -> Refused:
    return Refused(f"{_shown(url)}: not asked, {why}")


def _shown(url: httpx.URL) -> str:
    """Return scheme and host only: no message repeats the rest of a stranger's URL."""
    return f"{url.scheme[:10]}://{_host(url)[:100]}"
