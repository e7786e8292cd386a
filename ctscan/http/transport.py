"""Interface between the client and the libraries that carry its requests.

A `Transport` sends one request once: no retries, no redirects, no cookies, no decoding. It raises `TransportError`, in
words of our own, for everything that keeps an answer from arriving; no exception of its library leaves it.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple, Protocol

from msgspec import Struct

from ctscan.hidden_fields import repr_without
from ctscan.http.urls import is_ipv4, parse_url, show

if TYPE_CHECKING:
    import httpx


class TransportError(Exception):
    """No whole answer arrived. `reason` is fit for a message: it quotes nothing that was sent or received."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Timeouts(Struct, frozen=True):
    """Seconds until a connection must be established, and seconds without a byte received or sent."""

    connect: float
    read: float


class Server(NamedTuple):
    """Server of an address. `host` is a name in ASCII, or an IP address without brackets; `port` is never left out."""

    scheme: str
    host: str
    port: int


@repr_without("url", "target", "authorization")
class Address(Struct, frozen=True):
    """URL that may be requested: as sent, as shown in messages (without query and credentials), its host, and the parts
    of a request (RFC 9112 section 3) that follow from it. `authorization`: of the URL's credentials, empty without."""

    url: str
    shown: str
    host: str
    server: Server
    netloc: str  # for the Host header
    target: str
    authorization: str = ""


@repr_without("headers", "content")
class Request(Struct, frozen=True):
    """Request to send. `headers` are complete, save the headers that describe the body. `fresh`: use a new connection,
    because no answer came over the one before."""

    method: str
    address: Address
    headers: list[tuple[str, str]]
    content: bytes | None = None
    fresh: bool = False


class StreamedResponse(Protocol):
    """Answer with an unread body. `headers` are found by their lower-case names."""

    @property
    def status(self) -> int: ...

    @property
    def headers(self) -> Mapping[str, str]: ...

    async def read(self, limit: int) -> bytes | None:
        """Read the raw body; None as soon as it grows larger than `limit` bytes."""
        ...


class Transport(Protocol):
    """Carrier of requests; safe for concurrent use in one event loop."""

    def send(self, request: Request) -> AbstractAsyncContextManager[StreamedResponse]:
        """Send a request and yield the answer, whose body may be left unread. Raises TransportError."""
        ...

    async def aclose(self) -> None:
        """Close all connections."""
        ...


# Nothing to escape, no dot segments, no query: most requests are like this, and a URL parser takes 50 µs for each
_PLAIN = re.compile(r"(https?://[a-z0-9.-]+(?::[0-9]{1,5})?)((?:/(?!\.\.?(?:/|$))[A-Za-z0-9_.~-]*)+)")
_DEFAULT_PORTS = {"http": 80, "https": 443}


def address_of(url: str) -> Address:
    """Parse an http or https URL. Raises UsageError for anything else, without repeating it."""
    if (plain := _PLAIN.fullmatch(url)) and (found := _plain_server(plain[1])):
        server, netloc = found
        text = f"{server.scheme}://{netloc}{plain[2]}"
        return Address(text, text, server.host, server, netloc, plain[2])
    return _address(parse_url(url))


@lru_cache(maxsize=1024)
def _plain_server(origin: str) -> tuple[Server, str] | None:
    """Return the server of scheme, host and port, and its name for the Host header. None for numbers that are no
    address and for names in other letters, which the URL parser judges."""
    scheme, _, place = origin.partition("://")
    host, _, digits = place.partition(":")
    port = int(digits) if digits else _DEFAULT_PORTS[scheme]
    if (host.replace(".", "").isdigit() and not is_ipv4(host)) or "xn--" in host:
        return None
    return Server(scheme, host, port), host if port == _DEFAULT_PORTS[scheme] else f"{host}:{port}"


def _address(parsed: httpx.URL) -> Address:
    port = _DEFAULT_PORTS[parsed.scheme] if parsed.port is None else parsed.port
    server = Server(parsed.scheme, parsed.raw_host.decode("ascii"), port)
    return Address(
        str(parsed), show(parsed), parsed.host, server, parsed.netloc.decode("ascii"), parsed.raw_path.decode("ascii"),
        _basic(parsed.username, parsed.password) if parsed.userinfo else "",
    )  # fmt: skip


def _basic(user: str, password: str) -> str:
    """Encode credentials (RFC 7617)."""
    return "Basic " + b64encode(f"{user}:{password}".encode()).decode("ascii")
