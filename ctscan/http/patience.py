"""Patience with a server: time-outs of a try, and waits between tries, such that several tries fit.

A request that gets no answer may fail for `seconds` in all. A silent server gets a quarter of that time in a try, 15 s
at most, and the first two waits take a fifth of it each at most: `2 / 4 + 2 / 5 < 1`, so that a third try begins.
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf

from msgspec import Struct

from ctscan.errors import PatienceSpent
from ctscan.http.rate_limit import backoff
from ctscan.http.transport import Timeouts

IDLE = 15.0  # seconds without a byte, the first one included, after which a try ends
CONNECT = 10.0  # seconds until a connection is established
_TRY = 1 / 4
_SHORT_WAIT = 1 / 5
_SHORT_WAITS = 2
_SEARCH = 3 / 4
_SEARCH_TRY = 1 / 16


class Patience(Struct, frozen=True):
    """Seconds for which a request may fail. Without any, there is a single try with the longest time-outs."""

    seconds: float

    def timeouts(self, connect: float | None, read: float | None) -> Timeouts:
        """Return the time-outs of a try: as given, by default so short that three tries of a silent server fit."""
        most = self.seconds * _TRY or inf
        return Timeouts(connect or min(CONNECT, most), read or min(IDLE, most))

    def budget(self) -> Budget:
        """Return the time for a search among requests that fail."""
        return Budget(self.seconds)

    def wait(self, failures: int, random: Callable[[], float]) -> float:
        """Return the seconds to wait after `failures` (1 and up) in a row."""
        wait = backoff(failures, random)
        return min(wait, self.seconds * _SHORT_WAIT) if failures <= _SHORT_WAITS else wait


class Budget:
    """Seconds that the failing requests of a search may take in all; unlimited without patience.

    They are three quarters of the time for which a request may fail, in tries of a sixteenth each: a silent server can
    fail twelve times."""

    def __init__(self, seconds: float) -> None:
        self._left = seconds * _SEARCH or inf
        self.longest_try = seconds * _SEARCH_TRY or inf

    def check(self, where: str) -> None:
        """Raise PatienceSpent when nothing is left."""
        if self._left <= 0:
            raise PatienceSpent(f"{where}: not asked for, the time for failing requests is used up; try again later")

    def spend(self, seconds: float) -> None:
        """Count the seconds of a request that failed."""
        self._left -= seconds
