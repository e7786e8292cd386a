"""Asks crt.sh one thing until it answers: certificates by number, and lists of them.

The client tries again for as long as it was told to, a minute by default. crt.sh needs more patience, and most of what
goes wrong there comes with status 200 or is a 404 that isn't true; so what fails there is asked for again here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

from ctscan.errors import BadAnswer, FormatError, Missing, Refused, SourceError
from ctscan.http.client import Client
from ctscan.http.rate_limit import Sleep
from ctscan.sources.repositories.crtsh.pages import (
    MAX_CERTIFICATE,
    MAX_LISTING,
    Listing,
    parse_certificate,
    parse_listing,
)

OPERATOR = "crt.sh"
WAITS = (30.0, 60.0, 120.0, 180.0, 210.0)
"""Seconds between tries: ten minutes in all, as long as the longest Retry-After that is heeded."""
_MISSING_IN_ALL = 3  # times that it says that there is no such thing, before it is believed
_MOMENT, _MOMENTS = 30.0, 20  # looks, while a Retry-After longer than the client's patience keeps it from asking

_JSON = "application/json, text/html;q=0.1"  # so that pages come through, to be told apart
_PEM = "application/pkix-cert, text/html;q=0.1"
_READ_BY_US = frozenset((403, 404))
_LARGE = 1 << 18  # bytes from which on a body is parsed in a thread
T = TypeVar("T")

BLOCKED = (
    "crt.sh refuses to serve this client (403 Forbidden): it blocks addresses and programs that ask too much. "
    "Wait a day, see that `contact` is yours, ask less often (rate), or use its database (crt.sh-sql)"
)


class Asker:
    """Asks at one address. Any method raises SourceError when no usable answer comes (BadAnswer, Missing: what came
    last), and Refused, at once, when crt.sh won't serve us. `said` is told of waits."""

    def __init__(self, client: Client, url: str, sleep: Sleep, said: Callable[[str], None]) -> None:
        self._client, self._sleep, self._said = client, sleep, said
        self._base = url.partition("?")[0].rstrip("/") + "/?"

    async def listing(self, query: str) -> Listing:
        """The certificates of a query string."""
        return await self._ask(query, _JSON, MAX_LISTING, parse_listing)

    async def certificate(self, id: int) -> bytes:
        """The DER of a certificate by its number."""
        return await self._ask(f"d={id}", _PEM, MAX_CERTIFICATE, parse_certificate)

    async def _ask(self, query: str, accept: str, limit: int, parse: Callable[[bytes], T]) -> T:
        patience = _Patience()
        while True:
            sent = self._client.requests
            try:
                return await self._once(query, accept, limit, parse)
            except Refused:
                raise
            except (SourceError, FormatError) as error:
                wait = patience.after(error, self._client.requests > sent)
            self._said(f"crt.sh: no usable answer; asking again in {wait:.0f} s")
            await self._sleep(wait)

    async def _once(self, query: str, accept: str, limit: int, parse: Callable[[bytes], T]) -> T:
        response = await self._client.get(
            self._base + query, operator=OPERATOR, limit=limit, accept=accept, statuses=_READ_BY_US
        )
        if response.status == 403:
            raise Refused(BLOCKED)
        if response.status == 404:
            raise Missing("not there (404 Not Found)")
        if len(response.body) > _LARGE:
            return await asyncio.to_thread(parse, response.body)
        return parse(response.body)


class _Patience:
    """How often one thing was asked for, and what that leaves."""

    def __init__(self) -> None:
        self._tries = self._missing = self._moments = 0

    def after(self, error: Exception, was_sent: bool) -> float:
        """Seconds to wait after a try that ended so. Raises what it comes to when there have been enough."""
        if not was_sent and self._moments < _MOMENTS:
            self._moments += 1
            return _MOMENT
        self._tries += 1
        self._missing += isinstance(error, Missing)
        if self._tries > len(WAITS) or self._missing == _MISSING_IN_ALL:
            kind = type(error) if isinstance(error, SourceError) else BadAnswer
            reason = str(error).removesuffix("; try again later")  # advice of the client, for logs
            raise kind(f"crt.sh gave no usable answer, asked {self._tries} times; last: {reason}") from None
        return WAITS[self._tries - 1]
