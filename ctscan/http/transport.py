"""Interface between the client and the libraries that carry its requests.

A `Transport` sends one request once: no retries, no redirects, no cookies, no decoding. It raises `TransportError`, in
words of our own, for everything that keeps an answer from arriving; no exception of its library leaves it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Protocol

import httpx

from ctscan.http.urls import parse_url, show


class TransportError(Exception):
    """No whole answer arrived. `reason` is fit for a message: it quotes nothing that was sent or received."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds until a connection must be established, and seconds without a byte received or sent."""

    connect: float
    read: float


@dataclass(frozen=True, slots=True)
class Address:
    """URL that may be requested: as sent, as shown in messages (without query and credentials), and its server."""

    url: str = field(repr=False)
    shown: str
    host: str
    netloc: str  # for the Host header


@dataclass(frozen=True, slots=True)
class Request:
    """Request to send. `headers` are complete, save the headers that describe the body. `fresh`: use a new connection,
    because no answer came over the one before."""

    method: str
    address: Address
    headers: list[tuple[str, str]] = field(repr=False)
    content: bytes | None = field(default=None, repr=False)
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
_PLAIN = re.compile(r"(https?://[a-z0-9.-]+(?::[0-9]+)?)((?:/(?!\.\.?(?:/|$))[A-Za-z0-9_.~-]*)+)")


def address_of(url: str) -> Address:
    """Parse an http or https URL. Raises UsageError for anything else, without repeating it."""
    if plain := _PLAIN.fullmatch(url):
        scheme, netloc, host = _server(plain[1])
        text = f"{scheme}://{netloc}{plain[2]}"
        return Address(text, text, host, netloc)
    return _address(parse_url(url))


@lru_cache(maxsize=1024)
def _server(origin: str) -> tuple[str, str, str]:
    parsed = parse_url(origin)
    return parsed.scheme, parsed.netloc.decode("ascii"), parsed.host


def _address(parsed: httpx.URL) -> Address:
    return Address(str(parsed), show(parsed), parsed.host, parsed.netloc.decode("ascii"))
