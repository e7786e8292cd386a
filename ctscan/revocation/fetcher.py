"""Network access of a refresh: CRLs, issuers and OCSP answers, from URLs that strangers wrote.

The client needs a guarded transport (`http.ssrf_guard`). Messages name hosts only.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from ctscan.errors import BadAnswer, Missing, Refused, SourceError, UsageError
from ctscan.http.client import Client, Response
from ctscan.http.urls import shown_url
from ctscan.revocation.budget import Budget, RefreshLimits
from ctscan.x509.access_locations import is_web

CRL_LIMIT = 64 * 1024 * 1024
SMALL_LIMIT = 1024 * 1024  # certificates and OCSP answers
RATE = 2.0  # requests a second to one host
AT_ONCE = 2  # requests under way to one host
ENOUGH = 3
"""Failures in a row of an unresponsive host, after which it is skipped for the rest of the run."""


def host_of(url: str) -> str:
    """Return the host of a URL, for messages and rate limits; "no host" where it has none."""
    try:
        return (urlsplit(url).hostname or "").removesuffix(".") or "no host"
    except ValueError:
        return "no host"


class Fetcher:
    """Polite fetcher: few concurrent requests to a host, and none to a host that keeps failing or has used up its
    budget."""

    def __init__(
        self, client: Client, limits: RefreshLimits | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._client, self._clock = client, clock
        self._budget = Budget(limits or RefreshLimits())
        self._turns: defaultdict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(AT_ONCE))
        self._failures: Counter[str] = Counter()

    async def crl(self, url: str) -> bytes:
        """Fetch a CRL: DER or PEM octets. Raises SourceError with a message that leaves out the URL's path."""
        return await self._get(url, CRL_LIMIT, "application/pkix-crl, */*")

    async def certificates(self, url: str) -> bytes:
        """Fetch the file that caIssuers names: DER, PEM or PKCS#7."""
        return await self._get(url, SMALL_LIMIT, "application/pkix-cert, application/pkcs7-mime, */*")

    async def ocsp(self, url: str, request: bytes) -> bytes:
        """Fetch a responder's answer to an OCSP request. It is sent by POST: GET would put the serial number into the
        URL, and thus into logs."""

        async def ask(host: str) -> Response:
            return await self._client.post(
                url,
                request,
                content_type="application/ocsp-request",
                accept="application/ocsp-response",
                operator=host,
                limit=SMALL_LIMIT,
            )

        return await self._ask(url, ask, is_file=False)

    async def _get(self, url: str, limit: int, accept: str) -> bytes:
        async def ask(host: str) -> Response:
            return await self._client.get(url, operator=host, limit=limit, accept=accept, keep_alive=False)

        return await self._ask(url, ask, is_file=True)

    async def _ask(self, url: str, ask: Callable[[str], Awaitable[Response]], *, is_file: bool) -> bytes:
        host = host_of(url)
        if not is_web(url):
            raise Refused("not fetched: only http and https URLs are")
        async with self._turns[host]:
            if self._failures[host] >= ENOUGH:
                raise SourceError("skipped for the rest of this run: it kept failing")
            why = self._budget.refusal_reason(host, is_file=is_file)
            if why:
                raise SourceError(why)
            self._client.pace(host, RATE)
            self._budget.begin(host, is_file=is_file)
            began, octets = self._clock(), 0
            try:
                response = await ask(host)
                octets = len(response.body) if is_file else 0
            except UsageError:
                if not self._client.contact:
                    raise
                raise Refused("not fetched: the certificate names an invalid URL") from None
            except SourceError as error:
                answered = isinstance(error, Missing | Refused | BadAnswer)
                self._failures[host] = 0 if answered else self._failures[host] + 1
                raise type(error)(_without_url(str(error), url)) from None
            finally:
                self._budget.end(host, self._clock() - began, octets)
        self._failures[host] = 0
        return response.body


def _without_url(message: str, url: str) -> str:
    """Remove the URL from the start of a client's message: paths may hold anything."""
    shown = shown_url(url)
    _, found, reason = message.partition(f"{shown}: ")
    if found:
        return reason
    return message.rpartition(f"//{host_of(url)}: ")[2] if f"//{host_of(url)}: " in message else "can't be fetched"
