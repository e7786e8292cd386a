"""The one polite HTTP client of ctscan: GET, and POST that is safe to repeat; named with a contact, paced per operator,
capped in every direction.

One request is: wait for the operator's gate -> send -> cap -> decompress -> let the caller validate; on trouble back
off and try again, for a minute at most. What comes out is a `Response`, or an error of `ctscan.errors`: exceptions of
the libraries that carry it never get here, and no message holds the query of a URL, a header or a body that was sent.
It follows no redirects and keeps no cookies.
"""

from __future__ import annotations

import asyncio
import logging
import random as random_module
import ssl
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any, TypeVar, cast
from urllib.request import getproxies

import httpx

from ctscan.errors import BadAnswer, FormatError, Missing, Refused, SourceError, UsageError
from ctscan.http.aiohttp_transport import Straight
from ctscan.http.decoding import decode_body
from ctscan.http.httpx_transport import Pools
from ctscan.http.rate_limit import Clock, Closed, Gate, Sleep, Window, backoff, retry_after
from ctscan.http.transport import Answer, Broken, Request, Timeouts, Way, address_of
from ctscan.http.urls import is_loopback
from ctscan.resources import version

DEFAULT_RATE = 5.0  # requests a second for an operator that nobody configured
_CONTACT_LIMIT = 200
_RETRIED_4XX = (408, 425)
_SLOW_DOWN = (429, 503)
T = TypeVar("T")

TakeTurn = Callable[[str, float], Awaitable[float]]
"""Takes the next free turn of an operator that may be asked so often in a second; the seconds until then."""

NO_CONTACT = (
    "a contact is needed before anything is read over the network: set `contact` in ctscan.toml, give --contact or "
    "set CTSCAN_CONTACT (an e-mail address or a URL at which operators reach you; it is sent in the User-Agent)"
)


@dataclass(frozen=True, slots=True)
class Response:
    """An answer that was read whole. `headers` have lower-case names; `body` is decompressed; `parsed` is the value of
    `validate`, if there was one and the status is 200."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    parsed: Any = None


@dataclass(frozen=True, slots=True)
class _Ask:
    """What is asked for, the same in every try."""

    request: Request
    limit: int
    accept: str
    statuses: frozenset[int]
    sniff: bool
    validate: Callable[[bytes], object] | None

    @property
    def where(self) -> str:
        """The URL for messages."""
        return self.request.address.shown


class _Failure(Exception):
    """One try failed in a way that another may not."""

    def __init__(self, reason: str, kind: type[SourceError] = SourceError, wait: float | None = None) -> None:
        super().__init__(reason)
        self.reason, self.kind, self.wait = reason, kind, wait


def quiet_libraries() -> None:
    """Switch off the loggers of the libraries: they write URLs with their queries."""
    for name in ("httpx", "httpcore", "aiohttp"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)


def check_contact(contact: str) -> str:
    """The contact, fit for a header. UsageError for anything but printable ASCII without parentheses."""
    contact = contact.strip()
    bad = next((c for c in contact if not " " <= c <= "~" or c in "()\\"), None)
    if bad is not None:
        raise UsageError(
            f"contact: character U+{ord(bad):04X} can't stand in a User-Agent header; "
            "give an e-mail address or URL in printable ASCII without parentheses and backslashes"
        )
    if len(contact) > _CONTACT_LIMIT:
        raise UsageError(f"contact: {len(contact)} characters, at most {_CONTACT_LIMIT} are sent")
    return contact


class Client:
    """Reads URLs. Made once per process, used by all sources; safe for concurrent use in one event loop.

    `clock`, `wall`, `sleep` and `random` are seams for tests; `transport` replaces the network. Proxies and CA
    bundles come from the environment (HTTPS_PROXY, NO_PROXY, SSL_CERT_FILE); loopback addresses bypass proxies.
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
        connect_timeout: float = 10.0,
        read_timeout: float = 60.0,
        whole_timeout: float = 120.0,
    ) -> None:
        quiet_libraries()
        self.contact = check_contact(contact or "")
        named = f" (+{self.contact})" if self.contact else ""
        self.user_agent = f"ctscan/{version()}{named}"
        self.requests = 0  # sent so far, tries counted one by one
        self._clock, self._wall, self._sleep, self._random = clock, wall, sleep, random
        self._give_up_after, self._whole_timeout = give_up_after, whole_timeout
        self._gates: dict[tuple[str, bool], Gate] = {}
        self._rates: dict[str, float] = {}
        self._take_turn: TakeTurn | None = None
        self._ways = _Ways(transport, trust_env, Timeouts(connect_timeout, read_timeout))

    def pace(self, operator: str, rate: float) -> None:
        """Set the configured rate of an operator, requests a second."""
        self._rates[operator] = rate
        if gate := self._gates.get((operator, False)):
            gate.configure(rate)

    def take_turns(self, take_turn: TakeTurn) -> None:
        """From now on, ask besides when the operator may be asked: other processes ask it too."""
        self._take_turn = take_turn

    def current_rate(self, operator: str) -> float:
        """The rate an operator is asked at now: the configured one, less what we gave way."""
        gate = self._gates.get((operator, False))
        return gate.rate if gate else self._rates.get(operator, DEFAULT_RATE)

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
        sniff: bool = False,
        validate: Callable[[bytes], object] | None = None,
        window: Window | None = None,
    ) -> Response:
        """GET, with retries. `limit` caps the body in bytes, compressed and decompressed.

        `statuses`: answers besides 200 that the caller understands (304, say); returned as they come. `sniff`: undo
        gzip that nothing announces. `validate` raises FormatError for a body that is asked for again like after a 5xx.
        `window` hears how each try went, and how long a good one took from sending until the body was read.

        Missing on 404/410. BadAnswer when bad bodies persist, and on any redirect. SourceError when the server can't
        be reached or keeps failing, Refused on other 4xx. UsageError when the URL is none, or a contact is missing.
        """
        ask = self._ask(url, limit, accept, headers, keep_alive, statuses, sniff, validate)
        return await self._send(ask, operator, window)

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
        window: Window | None = None,
    ) -> Response:
        """POST, with the retries, caps and errors of `get`: only for what may be asked for twice without harm, such as
        a search or an OCSP request."""
        typed = {"Content-Type": content_type, **(headers or {})}
        ask = self._ask(url, limit, accept, typed, True, statuses, False, validate)
        posted = replace(ask.request, method="POST", content=content)
        return await self._send(replace(ask, request=posted), operator, window)

    async def read(
        self,
        url: str,
        parse: Callable[[bytes], T],
        *,
        operator: str,
        limit: int,
        accept: str = "*/*",
        keep_alive: bool = True,
        sniff: bool = False,
        window: Window | None = None,
    ) -> T:
        """GET a body and parse it; one that `parse` refuses with FormatError is asked for again (see `get`). The
        BadAnswer of one that is refused to the end has the last FormatError as its cause."""
        response = await self.get(
            url, operator=operator, limit=limit, accept=accept, keep_alive=keep_alive, sniff=sniff, validate=parse,
            window=window,
        )  # fmt: skip
        return cast(T, response.parsed)

    async def aclose(self) -> None:
        """Close all connections."""
        await self._ways.aclose()

    # --- one request ---

    async def _send(self, ask: _Ask, operator: str, window: Window | None) -> Response:
        """Try until there is an answer, or the time for this request is used up."""
        gate = self._gate(operator, ask.request.address.host)
        failures, since = 0, 0.0
        while True:
            await self._enter(gate, operator, ask)
            sent = self._clock()
            try:
                response = await self._try(ask, gate)
            except _Failure as failure:
                if window is not None and failure.kind is not BadAnswer:  # what is garbled says nothing of load
                    window.give_way(self._clock())
                failures += 1
                since = since if failures > 1 else sent
                await self._back_off(failure, failures, since, ask)
            else:
                gate.succeed()
                if window is not None:
                    now = self._clock()
                    window.succeed(now - sent, now)
                return response

    def _ask(
        self,
        url: str,
        limit: int,
        accept: str,
        headers: Mapping[str, str] | None,
        keep_alive: bool,
        statuses: frozenset[int],
        sniff: bool,
        validate: Callable[[bytes], object] | None,
    ) -> _Ask:
        address = address_of(url)
        if not self.contact and not is_loopback(address.host):
            raise UsageError(NO_CONTACT)
        sent = [("Host", address.netloc), ("User-Agent", self.user_agent), ("Accept", accept)]
        sent += [("Accept-Encoding", "gzip, identity"), ("Connection", "keep-alive" if keep_alive else "close")]
        sent += (headers or {}).items()
        return _Ask(Request("GET", address, sent), limit, accept, statuses, sniff, validate)

    def _gate(self, operator: str, host: str) -> Gate:
        key = (operator, is_loopback(host))
        if key not in self._gates:
            rate = None if key[1] else self._rates.get(operator, DEFAULT_RATE)
            self._gates[key] = Gate(rate, self._clock, self._sleep)
        return self._gates[key]

    async def _enter(self, gate: Gate, operator: str, ask: _Ask) -> None:
        if self._take_turn is not None and gate.configured is not None:
            wait = await self._take_turn(operator, gate.configured)
            if wait > 0:
                await self._sleep(wait)
        try:  # last, for it may have been closed while others took their turns
            await gate.enter(self._give_up_after)
        except Closed as closed:
            raise _come_back(ask, closed.seconds) from None

    async def _back_off(self, failure: _Failure, failures: int, since: float, ask: _Ask) -> None:
        """Sleep before the next try, or raise when the time for this request is used up."""
        spent = self._clock() - since
        left = self._give_up_after - spent
        if failure.wait is not None:  # Retry-After: the gate is closed for so long and makes us wait
            if failure.wait > left:
                raise _come_back(ask, failure.wait, f" ({failure.reason})")
            return
        wait = backoff(failures, self._random)
        if wait >= left:
            times = "once" if failures == 1 else f"{failures} times in {spent:.0f} s"
            reason = f"{ask.where}: failed {times}, last: {failure.reason}; try again later"
            raise failure.kind(reason) from failure.__cause__
        await self._sleep(wait)

    async def _try(self, ask: _Ask, gate: Gate) -> Response:
        """Send once. _Failure when another try may help."""
        self.requests += 1
        way = self._ways.to(ask.request.address.host)
        try:
            async with asyncio.timeout(self._whole_timeout), way.send(ask.request) as answer:
                return await self._judge(ask, answer, gate)
        except TimeoutError:
            gate.fail()
            raise _Failure(f"no whole answer within {self._whole_timeout:g} s") from None
        except Broken as broken:
            gate.fail()
            raise _Failure(broken.reason) from None

    async def _judge(self, ask: _Ask, answer: Answer, gate: Gate) -> Response:
        status = answer.status
        if status != 200 and status not in ask.statuses:
            raise self._refusal(ask, answer, gate)
        kind = answer.headers.get("content-type", "")
        if status == 200 and kind.lower().startswith("text/html") and "html" not in ask.accept:
            raise _Failure("an HTML page instead of an answer", BadAnswer)
        try:
            raw = await _read_capped(answer, ask.limit)
            body = decode_body(raw, answer.headers.get("content-encoding", ""), ask.limit, sniff=ask.sniff)
            parsed = ask.validate(body) if status == 200 and ask.validate else None
        except FormatError as error:
            raise _Failure(f"a bad answer: {error}", BadAnswer) from error
        return Response(status, answer.headers, body, parsed)

    def _refusal(self, ask: _Ask, answer: Answer, gate: Gate) -> Exception:
        """The exception for a status that is no answer."""
        status = answer.status
        named = f"{status} {_phrase(status)}".strip()
        if status in (404, 410):
            return Missing(f"{ask.where}: not there ({named})")
        if 300 <= status < 400:
            return BadAnswer(f"{ask.where}: answered with a redirect ({named}), which is not followed")
        wait = None
        if status in _SLOW_DOWN:
            gate.give_way()
            wait = retry_after(answer.headers.get("retry-after"), answer.headers.get("date"), self._wall)
            if wait is not None:
                gate.close_for(wait)
        elif 400 <= status < 500 and status not in _RETRIED_4XX:
            return Refused(f"{ask.where}: refused ({named})")
        elif status >= 400:
            gate.fail()
        return _Failure(f"status {named}", BadAnswer if status < 300 else SourceError, wait)


class _Ways:
    """How a server is reached: straight; but through httpx where the environment names a proxy, or where a transport
    takes the place of the network. Loopback is reached straight whatever the environment says."""

    def __init__(self, transport: httpx.AsyncBaseTransport | None, trust_env: bool, timeouts: Timeouts) -> None:
        try:
            tls = httpx.create_ssl_context(trust_env=trust_env)
        except (OSError, ssl.SSLError):
            raise UsageError("the CA certificates named by SSL_CERT_FILE or SSL_CERT_DIR can't be read") from None
        self._near: Way = Pools(transport, tls, trust_env, timeouts) if transport else Straight(tls, timeouts)
        has_proxies = trust_env and not transport and not getproxies().keys().isdisjoint(("http", "https", "all"))
        self._far: Way = Pools(None, tls, trust_env, timeouts) if has_proxies else self._near

    def to(self, host: str) -> Way:
        """The way to a host."""
        return self._far if self._far is self._near or not is_loopback(host) else self._near

    async def aclose(self) -> None:
        """Close all connections."""
        for way in {self._near, self._far}:
            await way.aclose()


async def _read_capped(answer: Answer, limit: int) -> bytes:
    """The raw body. FormatError as soon as it is announced or grows larger than `limit` bytes."""
    announced = answer.headers.get("content-length", "")
    if announced.isdigit() and int(announced[:20]) > limit:
        raise FormatError(f"announced as {announced[:20]} bytes, expected at most {limit}")
    body = await answer.read(limit)
    if body is None:
        raise FormatError(f"larger than {limit} bytes")
    return body


def _come_back(ask: _Ask, seconds: float, reason: str = "") -> SourceError:
    return SourceError(f"{ask.where}: asked us to come back in {seconds:.0f} s{reason}; try again later")


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
