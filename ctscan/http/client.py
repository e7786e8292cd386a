"""The one HTTP client of ctscan: GET, and POST that is safe to repeat. It names a contact, keeps a rate per operator,
and caps every size and time.

A request goes: wait for the operator's token bucket -> send -> cap -> decompress -> let the caller validate. On failure
it backs off and tries again, for a minute at most (`patience.py`); where no answer came, over a new connection. The
result is a `Response` or an error of `ctscan.errors`. Exceptions of the HTTP libraries never leave this room, and no
message holds the query of a URL, a header or a sent body. The client follows no redirects and keeps no cookies.
"""

from __future__ import annotations

import asyncio
import logging
import random as random_module
import time
from collections.abc import Awaitable, Callable, Mapping
from copy import copy
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeVar, cast

from msgspec import Struct
from msgspec.structs import replace

from ctscan.errors import BadAnswer, FormatError, Missing, Refused, SourceError, Throttled, UsageError
from ctscan.http.contact import NO_CONTACT, check_contact
from ctscan.http.decoding import decode_body
from ctscan.http.patience import Budget, Patience
from ctscan.http.rate_limit import Clock, ConcurrencyWindow, RateLimited, Sleep, TokenBucket, retry_after
from ctscan.http.server_dates import ServerDates
from ctscan.http.transport import Request, StreamedResponse, TransportError, address_of
from ctscan.http.transport_router import TransportRouter
from ctscan.http.urls import is_loopback
from ctscan.resources import version

if TYPE_CHECKING:
    import httpx

DEFAULT_RATE = 5.0  # requests a second, for operators without a configured rate
_RETRIED_4XX = (408, 425)
_SLOW_DOWN = (429, 503)
_KNOWN_STATUSES = frozenset(HTTPStatus)
T = TypeVar("T")

TakeTurn = Callable[[str, float], Awaitable[float]]
"""`(operator, requests a second)` -> seconds until the operator's next free turn, which is taken."""

OnRetry = Callable[[int], None]
"""Listener to repeated requests: receives the number of the try, from 2."""


class Response(Struct, frozen=True):
    """Answer that was read whole. `headers` have lower-case names; `body` is decompressed."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    parsed: Any = None


class _Call(Struct, frozen=True):
    """Request and the rules for its answer; the same in every try."""

    request: Request
    limit: int
    accept: str
    statuses: frozenset[int]
    packed: bool
    validate: Callable[[bytes], object] | None

    @property
    def where(self) -> str:
        """URL for messages."""
        return self.request.address.shown


class _Failure(Exception):
    """Failure of a single try; another try may succeed. `wait`: seconds of Retry-After. `is_silent`: no whole answer
    came, so that the next try needs another connection."""

    def __init__(
        self, reason: str, kind: type[SourceError] = SourceError, wait: float | None = None, *, is_silent: bool = False
    ) -> None:
        super().__init__(reason)
        self.reason, self.kind, self.wait, self.is_silent = reason, kind, wait, is_silent


def quiet_libraries() -> None:
    """Switch off the loggers of the HTTP libraries: they write URLs with their queries."""
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)


class Client:
    """HTTP client. Made once per process and used by all sources; safe for concurrent use in one event loop.

    `clock`, `wall`, `sleep` and `random` are replaced in tests; `transport` replaces the network. Proxies and CA
    bundles come from the environment (HTTPS_PROXY, NO_PROXY, SSL_CERT_FILE); loopback addresses bypass proxies.

    Three tries of a silent server fit into `give_up_after` (`patience.py`). A server that sends a byte now and then is
    cut off after `whole_timeout`.
    """

    def __init__(
        self,
        contact: str | None = None,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        clock: Clock = time.monotonic,
        wall: Clock = time.time,
        sleep: Sleep = asyncio.sleep,
        random: Callable[[], float] = random_module.random,
        trust_env: bool = True,
        give_up_after: float = 60.0,
        connect_timeout: float | None = None,
        read_timeout: float | None = None,
        whole_timeout: float = 120.0,
    ) -> None:
        quiet_libraries()
        self.contact = check_contact(contact or "")
        named = f" (+{self.contact})" if self.contact else ""
        self.user_agent = f"ctscan/{version()}{named}"
        self.requests = 0  # sent so far; every try counts
        self.dates = ServerDates(wall)
        self.clock, self._wall, self._sleep, self._random = clock, wall, sleep, random
        self._whole_timeout = whole_timeout
        self._buckets: dict[tuple[str, bool], TokenBucket] = {}
        self._rates: dict[str, float] = {}
        self._take_turn: TakeTurn | None = None
        self._on_retry: OnRetry | None = None
        self._budget: Budget | None = None
        self.patience = Patience(give_up_after)
        timeouts = self.patience.timeouts(connect_timeout, read_timeout)
        self._transports = TransportRouter(transport, trust_env, timeouts)

    def pace(self, operator: str, rate: float) -> None:
        """Set the configured rate of an operator, in requests a second."""
        self._rates[operator] = rate
        if bucket := self._buckets.get((operator, False)):
            bucket.set_rate(rate)

    def take_turns(self, take_turn: TakeTurn) -> None:
        """Share the operators' rates with other processes: ask `take_turn` for the next free turn before each
        request."""
        self._take_turn = take_turn

    def watched(self, on_retry: OnRetry) -> Client:
        """Return this client with a listener: it shares connections and rates, and counts its own requests. Call it
        after `take_turns`."""
        client = copy(self)
        client._on_retry = on_retry
        return client

    def impatient(self) -> Client:
        """Return this client with a single short try for each request, for a search among requests that fail.

        All failures of the returned client together take no longer than a request may fail (`patience.Budget`); after
        that it raises PatienceSpent and sends nothing. It shares connections and rates.
        """
        client = copy(self)
        client._budget = budget = self.patience.budget()
        client._whole_timeout = min(self._whole_timeout, budget.longest_try)
        return client

    def current_rate(self, operator: str) -> float:
        """Return the current rate of an operator in requests a second: the configured rate, less any slow-down."""
        bucket = self._buckets.get((operator, False))
        return bucket.rate if bucket else self._rates.get(operator, DEFAULT_RATE)

    async def get(
        self,
        url: str,
        *,
        operator: str,
        limit: int,
        accept: str = "*/*",
        headers: Mapping[str, str] | None = None,
        keep_alive: bool = True,
        statuses: frozenset[int] = frozenset(),
        packed: bool = False,
        validate: Callable[[bytes], object] | None = None,
        window: ConcurrencyWindow | None = None,
    ) -> Response:
        """GET a URL, with retries.

        Args:
            operator: name under which the rate is kept
            limit: most bytes of the body, compressed and decompressed
            statuses: statuses besides 200 that the caller understands (304, say); such answers are returned as they are
            packed: leave the gzip that a header announces to `validate`
            validate: raises FormatError for a bad body; the request is then repeated, as after a 5xx
            window: is informed of each try's success, and of the seconds from sending until the body was read

        Raises:
            Missing: status 404 or 410
            Throttled: the server asks us to come back later than we wait, or keeps answering 429
            BadAnswer: bad bodies persist, or the answer is a redirect
            SourceError: the server can't be reached or keeps failing
            Refused: any other 4xx
            UsageError: the URL is invalid, or a contact is missing
        """
        call = self._prepare(url, limit, accept, headers, keep_alive, statuses, packed, validate)
        return await self._send(call, operator, window)

    async def post(
        self,
        url: str,
        content: bytes,
        *,
        content_type: str,
        operator: str,
        limit: int,
        accept: str = "*/*",
        headers: Mapping[str, str] | None = None,
        statuses: frozenset[int] = frozenset(),
        validate: Callable[[bytes], object] | None = None,
        window: ConcurrencyWindow | None = None,
    ) -> Response:
        """POST `content`, with the retries, caps and errors of `get`.

        Use it only for requests that may be repeated without harm, such as a search or an OCSP request.
        """
        typed = {"Content-Type": content_type, **(headers or {})}
        call = self._prepare(url, limit, accept, typed, True, statuses, False, validate)
        posted = replace(call.request, method="POST", content=content)
        return await self._send(replace(call, request=posted), operator, window)

    async def read(
        self,
        url: str,
        parse: Callable[[bytes], T],
        *,
        operator: str,
        limit: int,
        accept: str = "*/*",
        keep_alive: bool = True,
        packed: bool = False,
        window: ConcurrencyWindow | None = None,
    ) -> T:
        """GET a body and parse it. When `parse` raises FormatError, the request is repeated (see `get`)."""
        response = await self.get(
            url, operator=operator, limit=limit, accept=accept, keep_alive=keep_alive, packed=packed, validate=parse,
            window=window,
        )  # fmt: skip
        return cast(T, response.parsed)

    async def aclose(self) -> None:
        """Close all connections."""
        await self._transports.aclose()

    # --- one request ---

    async def _send(self, call: _Call, operator: str, window: ConcurrencyWindow | None) -> Response:
        """Try until an answer comes, or the time for this request is used up."""
        bucket = self._bucket(operator, call.request.address.host)
        if self._budget is not None:  # a single try doesn't hang on a connection that the server closed meanwhile
            call = replace(call, request=replace(call.request, fresh=True))
        failures, since = 0, 0.0
        while True:
            if failures and self._on_retry is not None:
                self._on_retry(failures + 1)
            asked = self.clock()
            if self._budget is not None:
                self._budget.check(call.where)
            await self._wait_for_turn(bucket, operator, call)
            sent = self.clock()
            try:
                response = await self._send_once(call, bucket)
            except _Failure as failure:
                if window is not None and failure.kind is not BadAnswer:  # a garbled answer is no sign of load
                    window.back_off(self.clock())
                if self._budget is not None:
                    self._budget.spend(self.clock() - asked)
                    raise failure.kind(f"{call.where}: failed, {failure.reason}") from failure.__cause__
                failures += 1
                since = since if failures > 1 else sent
                await self._wait_before_retry(failure, failures, since, call)
                call = replace(call, request=replace(call.request, fresh=failure.is_silent))
            else:
                bucket.succeed()
                if window is not None:
                    now = self.clock()
                    window.succeed(now - sent, now)
                return response

    def _prepare(
        self,
        url: str,
        limit: int,
        accept: str,
        headers: Mapping[str, str] | None,
        keep_alive: bool,
        statuses: frozenset[int],
        packed: bool,
        validate: Callable[[bytes], object] | None,
    ) -> _Call:
        address = address_of(url)
        if not self.contact and not is_loopback(address.host):
            raise UsageError(NO_CONTACT)
        sent = [("Host", address.netloc), ("User-Agent", self.user_agent), ("Accept", accept)]
        sent += [("Accept-Encoding", "gzip, identity"), ("Connection", "keep-alive" if keep_alive else "close")]
        sent += (headers or {}).items()
        return _Call(Request("GET", address, sent), limit, accept, statuses, packed, validate)

    def _bucket(self, operator: str, host: str) -> TokenBucket:
        key = (operator, is_loopback(host))
        if key not in self._buckets:
            rate = None if key[1] else self._rates.get(operator, DEFAULT_RATE)
            self._buckets[key] = TokenBucket(rate, self.clock, self._sleep)
        return self._buckets[key]

    async def _wait_for_turn(self, bucket: TokenBucket, operator: str, call: _Call) -> None:
        if self._take_turn is not None and bucket.configured is not None:
            wait = await self._take_turn(operator, bucket.configured)
            if wait > 0:
                await self._sleep(wait)
        try:  # last: the bucket may have been paused while other processes took their turns
            await bucket.acquire(self.patience.seconds)
        except RateLimited as limited:
            raise _come_back_later(call, limited.seconds) from None

    async def _wait_before_retry(self, failure: _Failure, failures: int, since: float, call: _Call) -> None:
        """Sleep before the next try. Raises when the time for this request is used up."""
        spent = self.clock() - since
        left = self.patience.seconds - spent
        if failure.wait is not None:  # Retry-After: the bucket is paused for that time and makes us wait
            if failure.wait > left:
                raise _come_back_later(call, failure.wait, f" ({failure.reason})")
            return
        wait = self.patience.wait(failures, self._random)
        if wait >= left:
            times = "once" if failures == 1 else f"{failures} times in {spent:.0f} s"
            reason = f"{call.where}: failed {times}, last: {failure.reason}; try again later"
            raise failure.kind(reason) from failure.__cause__
        await self._sleep(wait)

    async def _send_once(self, call: _Call, bucket: TokenBucket) -> Response:
        """Send once. Raises _Failure when another try may help."""
        self.requests += 1
        transport = self._transports.for_host(call.request.address.host)
        try:
            async with asyncio.timeout(self._whole_timeout), transport.send(call.request) as answer:
                return await self._read_response(call, answer, bucket)
        except TimeoutError:
            bucket.fail()
            raise _Failure(f"no whole answer within {self._whole_timeout:g} s", is_silent=True) from None
        except TransportError as error:
            bucket.fail()
            raise _Failure(error.reason, is_silent=True) from None

    async def _read_response(self, call: _Call, answer: StreamedResponse, bucket: TokenBucket) -> Response:
        self.dates.hear(call.request.address.host, answer.headers)
        status = answer.status
        if status != 200 and status not in call.statuses:
            raise self._refusal(call, answer, bucket)
        kind = answer.headers.get("content-type", "")
        if status == 200 and kind.lower().startswith("text/html") and "html" not in call.accept:
            raise _Failure("got an HTML page instead of the expected answer", BadAnswer)
        try:
            raw = await _read_capped(answer, call.limit)
            body = decode_body(raw, answer.headers.get("content-encoding", ""), call.limit, packed=call.packed)
            parsed = call.validate(body) if status == 200 and call.validate else None
        except FormatError as error:
            raise _Failure(f"a bad answer: {error}", BadAnswer) from error
        return Response(status, answer.headers, body, parsed)

    def _refusal(self, call: _Call, answer: StreamedResponse, bucket: TokenBucket) -> Exception:
        """Make the exception for a status that carries no answer."""
        status = answer.status
        named = f"{status} {HTTPStatus(status).phrase}" if status in _KNOWN_STATUSES else str(status)
        if status in (404, 410):
            return Missing(f"{call.where}: not there ({named})")
        if 300 <= status < 400:
            return BadAnswer(f"{call.where}: answered with a redirect ({named}), which is not followed")
        wait = None
        if status in _SLOW_DOWN:
            bucket.back_off()
            wait = retry_after(answer.headers.get("retry-after"), answer.headers.get("date"), self._wall)
            if wait is not None:
                bucket.pause_for(wait)
        elif 400 <= status < 500 and status not in _RETRIED_4XX:
            return Refused(f"{call.where}: refused ({named})")
        elif status >= 400:
            bucket.fail()
        kind = Throttled if status == 429 or wait is not None else SourceError
        return _Failure(f"status {named}", BadAnswer if status < 300 else kind, wait)


async def _read_capped(answer: StreamedResponse, limit: int) -> bytes:
    """Read the raw body. Raises FormatError as soon as it is announced or grows larger than `limit` bytes."""
    announced = answer.headers.get("content-length", "")
    if announced.isdigit() and int(announced[:20]) > limit:
        raise FormatError(f"announced as {announced[:20]} bytes, expected at most {limit}")
    body = await answer.read(limit)
    if body is None:
        raise FormatError(f"larger than {limit} bytes")
    return body


def _come_back_later(call: _Call, seconds: float, reason: str = "") -> Throttled:
    return Throttled(f"{call.where}: asked us to come back in {seconds:.0f} s{reason}; try again later", seconds)
