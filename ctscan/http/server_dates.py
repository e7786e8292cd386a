"""Clocks of servers, as their Date headers show them: a clock of ours that many servers contradict is wrong."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ctscan.http.rate_limit import Clock, http_date

_MOST_HOSTS = 1024  # a client that follows addresses out of certificates meets any number of hosts


class ServerDates:
    """Difference between the clock of each server and ours, from the newest answer of that server.

    `wall` is our clock, in seconds since 1970. A header is parsed only where it differs from the one before.
    """

    def __init__(self, wall: Clock) -> None:
        self._wall = wall
        self._seen: dict[str, tuple[str, float]] = {}

    def hear(self, host: str, headers: Mapping[str, str]) -> None:
        """Take the Date header of an answer. The Age header tells how long a cache has kept the answer
        (RFC 9111 section 5.1)."""
        date = headers.get("date", "")
        known = self._seen.get(host)
        if not date or (known is not None and known[0] == date) or (known is None and len(self._seen) >= _MOST_HOSTS):
            return
        then, age = http_date(date), headers.get("age", "0").strip()
        if then is not None and re.fullmatch("[0-9]{1,9}", age):
            self._seen[host] = date, then + int(age) - self._wall()

    def skew(self, host: str) -> float | None:
        """Return the seconds by which the clock of a server is ahead of ours; None where it never gave a date."""
        known = self._seen.get(host)
        return None if known is None else known[1]
