"""What a request and its answer are to the client, whichever library carries them.

A `Way` sends one request once: no retries, no redirects, no cookies, nothing decoded. It raises `Broken`, in words of
ours, for whatever keeps an answer from arriving; no exception of its library leaves it.
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


class Broken(Exception):
    """No (whole) answer came. `reason` is fit for a message: nothing of what was sent or received is in it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds: until a connection stands, and without a byte received or sent."""

    connect: float
    read: float


@dataclass(frozen=True, slots=True)
class Address:
    """A URL that may be asked: as it is sent, as messages show it (without query and credentials), and its server."""

    url: str = field(repr=False)
    shown: str
    host: str
    netloc: str  # for the Host header


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent. `headers` are all that there will be, save what belongs to a body."""

    method: str
    address: Address
    headers: list[tuple[str, str]] = field(repr=False)
    content: bytes | None = field(default=None, repr=False)


class Answer(Protocol):
    """An answer whose body is still to be read. `headers` are found by their lower-case names."""

    @property
    def status(self) -> int: ...

    @property
    def headers(self) -> Mapping[str, str]: ...

    async def read(self, limit: int) -> bytes | None:
        """The raw body; None as soon as it grows larger than `limit` bytes."""
        ...


class Way(Protocol):
    """Carries requests; safe for concurrent use in one event loop."""

    def send(self, request: Request) -> AbstractAsyncContextManager[Answer]:
        """The answer, whose body may be left unread. Broken as told above."""
        ...

    async def aclose(self) -> None:
        """Close all connections."""
        ...


# Nothing to escape, no dot segments, no query: most of what is asked for, and an URL parser takes 50 µs for it
_PLAIN = re.compile(r"(https?://[a-z0-9.-]+(?::[0-9]+)?)((?:/(?!\.\.?(?:/|$))[A-Za-z0-9_.~-]*)+)")


def address_of(url: str) -> Address:
    """UsageError for what is no http or https URL, without repeating it."""
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
