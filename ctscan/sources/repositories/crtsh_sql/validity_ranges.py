"""Ranges of the end of validity (notAfter), by which a question is halved until its answer is whole. Pure.

crt.sh's table of certificates is partitioned by that time: by year, by quarter for the years ahead. A narrower range is
faster as long as it excludes whole partitions.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct

_FIRST, _LAST = 2012 * 4, 2032 * 4  # quarters assumed for open ends


class Range(Struct, frozen=True):
    """Half-open range `[low, high)` in UTC without a zone, as the server stores times; None: open."""

    low: datetime | None = None
    high: datetime | None = None

    def split(self, at: datetime) -> tuple[Range, Range]:
        """Return both parts, the later first."""
        return Range(at, self.high), Range(self.low, at)

    def halved(self, seen: Iterable[datetime]) -> tuple[Range, Range] | None:
        """Split for an answer that was cut: in the middle of the times seen, with at least one time on either side.
        None when all times are equal."""
        times = sorted(seen)
        later = [time for time in times if time > times[0]]
        return self.split(max(times[len(times) // 2], later[0])) if later else None

    def halved_by_calendar(self) -> tuple[Range, Range] | None:
        """Split for an answer that took too long: at the quarter in the middle. None when no quarter begins within."""
        low = _FIRST if self.low is None else _quarter(self.low)
        high = _LAST if self.high is None else _quarter(self.high)
        middle = (low + high) // 2
        if not low < middle < high:
            return None
        at = datetime(middle // 4, middle % 4 * 3 + 1, 1)  # noqa: DTZ001 - as the server keeps them
        return self.split(at)

    @property
    def dates(self) -> str:
        """Write both ends: `2020-01-01/2021-01-01`; `..` for an open end."""
        low, high = (f"{at:%Y-%m-%d}" if at else ".." for at in (self.low, self.high))
        return f"{low}/{high}"

    def __str__(self) -> str:
        if self.low is None and self.high is None:
            return "of any end of validity"
        low = f"from {self.low:%Y-%m-%d} " if self.low else ""
        return f"whose validity ends {low}{f'until {self.high:%Y-%m-%d}' if self.high else 'on'}"


def _quarter(time: datetime) -> int:
    return time.year * 4 + (time.month - 1) // 3
