"""Requests to crt.sh, repeated until it answers: certificates by number, and lists of certificates.

The HTTP client retries for a minute by default (`give_up`). crt.sh needs more patience, and most of its failures come
with status 200 or as a false 404; so failed requests are repeated here, for five times as long. Requests that fail one
after the other share that time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, TypeVar

from ctscan.errors import BadAnswer, FormatError, Missing, Refused, SourceError
from ctscan.sources.repositories.crtsh.pages import (
    MAX_CERTIFICATE,
    MAX_LISTING,
    parse_certificate,
    parse_listing,
)

if TYPE_CHECKING:
    from ctscan.http.client import Client
    from ctscan.http.rate_limit import Sleep
    from ctscan.sources.repositories.crtsh.pages import (
        Listing,
    )

OPERATOR = "crt.sh"
WAITS = (30.0, 60.0, 120.0, 180.0, 210.0)
"""Seconds between tries, within the patience."""

PATIENCE: Final = 5
"""Time for which crt.sh may fail, in multiples of the time for which a request of the HTTP client may."""

_LEAST: Final = 1 / 5  # of the patience: with less left, no further try begins
_MISSING_IN_ALL = 3  # answers 404 before "missing" is believed
_MOMENT, _MOMENTS = 30.0, 20  # seconds and number of looks, while a long Retry-After keeps the client from asking

_JSON = "application/json, text/html;q=0.1"  # accept HTML too, to recognise error pages
_PEM = "application/pkix-cert, text/html;q=0.1"
_READ_BY_US = frozenset((403, 404))
_LARGE = 1 << 18  # bytes; larger bodies are parsed in a thread
T = TypeVar("T")

BLOCKED = (
    "crt.sh refuses to serve this client (403 Forbidden): it blocks addresses and programs with too many requests. "
    "Wait a day, check that `contact` is yours, ask less often (rate), or use its database (crt.sh-sql)"
)


class CrtshClient:
    """Client of crt.sh at a given address.

    Any method raises SourceError when no usable answer comes (BadAnswer, Missing: the last answer), and Refused, at
    once, when crt.sh refuses to serve us. `progress` receives texts about waits.
    """

    def __init__(self, client: Client, url: str, sleep: Sleep, progress: Callable[[str], None]) -> None:
        self._client, self._sleep, self._progress = client.watched(self._retried), sleep, progress
        self._most = PATIENCE * client.patience.seconds
        self._failing_since: float | None = None  # first request after the last usable answer
        self._base = url.partition("?")[0].rstrip("/") + "/?"

    async def listing(self, query: str) -> Listing:
        """Fetch the list of certificates for a query string."""
        return await self._fetch(query, _JSON, MAX_LISTING, parse_listing)

    async def certificate(self, id: int) -> bytes:
        """Fetch the DER of a certificate by its number."""
        return await self._fetch(f"d={id}", _PEM, MAX_CERTIFICATE, parse_certificate)

    def _retried(self, attempt: int) -> None:
        self._progress(f"crt.sh: no answer yet; try {attempt}, {self._at_most()}")

    def _at_most(self) -> str:
        """Say how long it takes until crt.sh is given up."""
        left = self._left()
        return f"for {left / 60:.0f} more minutes at most" if left >= 90 else f"for {left:.0f} more seconds at most"

    def _left(self) -> float:
        since = self._failing_since
        return self._most if since is None else max(0.0, self._most - (self._client.clock() - since))

    async def _fetch(self, query: str, accept: str, limit: int, parse: Callable[[bytes], T]) -> T:
        tries = _Tries()
        while True:
            sent, began = self._client.requests, self._client.clock()
            if self._failing_since is None:
                self._failing_since = began
            try:
                answer = await self._once(query, accept, limit, parse)
            except Refused:
                raise
            except (SourceError, FormatError) as error:
                was_sent = self._client.requests > sent
                wait = tries.after(error, was_sent, self._left(), self._most)
            else:
                self._failing_since = None
                return answer
            if was_sent:
                self._progress(f"crt.sh: no usable answer; asking again in {wait:.0f} s, {self._at_most()}")
            else:
                self._progress(f"crt.sh: it asks us to come back later; looking again in {wait:.0f} s")
            await self._sleep(wait)
            if not was_sent:  # a wait that crt.sh asked for is none of its failures
                self._failing_since += self._client.clock() - began

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


class _Tries:
    """Count of the tries for a request, and of the looks while crt.sh keeps us waiting."""

    def __init__(self) -> None:
        self._tries = self._missing = self._moments = 0

    def after(self, error: Exception, was_sent: bool, left: float, most: float) -> float:
        """Return the seconds to wait after a failed try, of the `left` seconds of `most`. Raises the final error after
        enough tries."""
        if not was_sent and self._moments < _MOMENTS:
            self._moments += 1
            return _MOMENT
        self._tries += 1
        self._missing += isinstance(error, Missing)
        if left < _LEAST * most or self._tries > len(WAITS) or self._missing == _MISSING_IN_ALL:
            kind = type(error) if isinstance(error, SourceError) else BadAnswer
            reason = str(error).removesuffix("; try again later")  # the client's advice, meant for logs
            raise kind(f"crt.sh gave no usable answer, asked {self._tries} times; last: {reason}") from None
        return min(WAITS[self._tries - 1], left)
