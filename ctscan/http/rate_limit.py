"""Rate limits: a token bucket per operator, a window of concurrent requests per log, Retry-After, and backoff with
jitter.

Bucket and window start at or below the configured value, grow by adding and shrink by multiplying, as TCP does (RFC
5681 section 3.1), and never exceed the configured value. This module knows neither HTTP clients nor URLs; clock, sleep
and randomness are passed in.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC
from email.utils import parsedate_to_datetime

SLOWEST = 0.5  # requests a second: backing off never goes below, save for Retry-After
_HALF = 0.5  # factor after 429 or 503
_AFTER_FAILURES = 0.7  # factor of the rate after failures that don't mention it
_AFTER_SLOWNESS = 0.75  # factor of a window when answers get slow
_AT_MOST_EVERY = 1.0  # seconds between two reductions: requests under way repeat the same signal
_BURST = 10.0  # requests that may follow each other at once after a pause
_GROWTH = 0.05  # of the configured rate, for each second with a success
_SLOW = 2.0  # seconds: a faster answer never reduces the window
_SLOWER = 3.0  # times the best time seen: an answer that takes longer has got slow
_SMOOTHING = 1 / 8  # weight of an answer in the smoothed time (RFC 6298 section 2)
_FORGETTING = 1 / 64  # of the best time seen, with each answer that takes longer
_RETRY_AFTER_MIN, _RETRY_AFTER_MAX = 0.25, 600.0
_BACKOFF_FIRST, _BACKOFF_MAX = 0.5, 30.0

Clock = Callable[[], float]
Sleep = Callable[[float], Awaitable[None]]


class RateLimited(Exception):
    """The bucket is paused for `seconds`, longer than the caller would wait."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.seconds = seconds


class TokenBucket:
    """Token bucket of one operator. `rate` is in requests a second; None: unlimited (loopback), but it can still be
    paused."""

    def __init__(self, rate: float | None, clock: Clock, sleep: Sleep) -> None:
        self.configured = rate
        self.rate = rate or 0.0
        self._clock, self._sleep = clock, sleep
        self._tokens = self._burst()
        self._filled_at = self._lowered_at = self._grown_at = clock()
        self._lowered_at -= _AT_MOST_EVERY
        self._paused_until = 0.0
        self._failures = 0  # in a row
        self._turn = asyncio.Lock()  # first come, first served

    def _burst(self) -> float:
        return max(1.0, min(_BURST, self.rate))

    def set_rate(self, rate: float) -> None:
        """Set the configured rate; a rate that was reduced stays reduced."""
        if self.configured is not None and rate != self.configured:
            self.rate = rate if self.rate >= self.configured else min(self.rate, rate)
            self.configured = rate

    async def acquire(self, patience: float) -> None:
        """Wait for permission to send one request. Raises RateLimited when the wait is longer than `patience`
        seconds."""
        if self.configured is None and self._clock() >= self._paused_until:
            return
        self._check_not_paused(patience)
        async with self._turn:
            while (wait := self._wait()) > 0:
                self._check_not_paused(patience)
                await self._sleep(wait)
            self._tokens -= 1

    def _check_not_paused(self, patience: float) -> None:
        left = self._paused_until - self._clock()
        if left > patience:
            raise RateLimited(left)

    def _wait(self) -> float:
        now = self._clock()
        if self.configured is None:
            return self._paused_until - now
        self._tokens = min(self._burst(), self._tokens + (now - self._filled_at) * self.rate)
        self._filled_at = now
        # with a small tolerance: a sleep that ends a rounding error early must not spin
        missing = 0.0 if self._tokens > 1 - 1e-6 else (1 - self._tokens) / self.rate
        return max(missing, self._paused_until - now)

    def back_off(self) -> None:
        """Halve the rate after 429 or 503, at most once a second."""
        self._lower(_HALF)

    def fail(self) -> None:
        """Record another 5xx, or no whole answer. From the second in a row on, lower the rate by a third, at most once
        a second; a single failure is a hiccup."""
        self._failures += 1
        if self._failures > 1:
            self._lower(_AFTER_FAILURES)

    def _lower(self, factor: float) -> None:
        now = self._clock()
        if self.configured is not None and now - self._lowered_at >= _AT_MOST_EVERY:
            self.rate = max(min(SLOWEST, self.configured), self.rate * factor)
            self._tokens = min(self._tokens, 0.0)
            self._lowered_at = self._grown_at = now

    def pause_for(self, seconds: float) -> None:
        """Let no request pass for this many seconds (Retry-After)."""
        self._paused_until = max(self._paused_until, self._clock() + seconds)

    def succeed(self) -> None:
        """Record a good answer: grow back, step by step."""
        self._failures = 0
        if self.configured is None or self.rate >= self.configured:
            return
        now = self._clock()
        if now - self._grown_at >= 1:
            self.rate = min(self.configured, self.rate + _GROWTH * self.configured)
            self._grown_at = now


class ConcurrencyWindow:
    """Number of concurrent requests for entries of one log: from 1 to `limit`, half of it to begin with. `now` is in
    seconds of any monotonic clock.

    The window grows by one with every `size` good answers. It is halved when the log returns 429 or 5xx or fails, and
    lowered by a quarter when answers get slow: when their smoothed time is above 2 s and three times the best seen. The
    best time is forgotten slowly, so that a log which has become slow for good isn't held back for ever.
    """

    __slots__ = ("_best", "_lowered_at", "_size", "_smoothed", "limit")

    def __init__(self, limit: int, size: int | None = None) -> None:
        self.limit = limit
        self._size = max(1.0, limit / 2 if size is None else size)
        self._best = self._smoothed = -1.0  # seconds; none yet
        self._lowered_at = float("-inf")

    @property
    def size(self) -> int:
        """Requests that may be under way now."""
        return int(self._size)

    def succeed(self, seconds: float, now: float) -> None:
        """Record a good answer that took `seconds` from sending."""
        if self._best < 0:
            self._best = self._smoothed = seconds
        smoothed = self._smoothed = self._smoothed + (seconds - self._smoothed) * _SMOOTHING
        if smoothed > self._best:
            self._best += (smoothed - self._best) * _FORGETTING
        else:
            self._best = smoothed
        if smoothed > _SLOW and smoothed > _SLOWER * self._best:
            self._lower(_AFTER_SLOWNESS, now)
        elif self._size < self.limit:
            self._size = min(self.limit, self._size + 1 / self._size)

    def back_off(self, now: float) -> None:
        """Halve the window after 429, 5xx, or no whole answer: at most once a second or, where answers take longer,
        once in that time."""
        self._lower(_HALF, now)

    def _lower(self, factor: float, now: float) -> None:
        if now - self._lowered_at >= max(_AT_MOST_EVERY, self._smoothed):
            self._size = max(1.0, self._size * factor)
            self._lowered_at = now


def retry_after(value: str | None, date: str | None, wall: Clock) -> float | None:
    """Return the seconds of a Retry-After header (RFC 9110 section 10.2.3), given as number or as date, clamped to 0.25
    s ... 600 s.

    A date is compared with the server's own Date where given. None when the header is missing or unreadable, or names
    no time to come: 0 and a date in the past don't permit the next request at once, the caller backs off as usual.
    """
    if value is None:
        return None
    value = value.strip()
    if value.isascii() and value.isdigit():
        seconds = float(value[:12])
    elif (then := http_date(value)) is not None:
        now = http_date(date) if date else None
        seconds = then - (wall() if now is None else now)
    else:
        return None
    return min(max(seconds, _RETRY_AFTER_MIN), _RETRY_AFTER_MAX) if seconds > 0 else None


def http_date(text: str) -> float | None:
    """Parse an HTTP date (RFC 9110 section 5.6.7) into seconds since 1970; None for anything else."""
    try:
        found = parsedate_to_datetime(text)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def backoff(failures: int, random: Callable[[], float]) -> float:
    """Return the seconds to wait after `failures` (1 and up) in a row: exponential to 30 s, with full jitter."""
    return random() * min(_BACKOFF_MAX, _BACKOFF_FIRST * 2.0 ** min(failures - 1, 10))
