"""Counting of days: periods in months, days and business days, and the roll-over to a working day. Pure.

Day 0, the day of the event, is not counted (Regulation 1182/71 article 3(1)). A period in months ends on the same date
of the last month, or on its last day where the month lacks that date (article 3(2)(c); case 152/85, Misset). A last day
on a Saturday, a Sunday or a holiday moves to the following working day (article 3(4)). Dates have no hours, so a change
of the clocks in the night changes nothing.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable
from datetime import date, timedelta
from typing import NamedTuple

from msgspec import Struct

from ctscan.model.regime import Period, PeriodUnit

IsHoliday = Callable[[date], bool]
"""Predicate of the public holidays of a place."""

_DAY = timedelta(days=1)
_SATURDAY = 5


class PlaceHolidays(Struct, frozen=True):
    """Public holidays of a place, as a predicate that knows its place (`DE-BE`)."""

    place: str
    is_holiday: IsHoliday

    def __call__(self, day: date) -> bool:
        """Return whether a day is a public holiday."""
        return self.is_holiday(day)


class LastDay(NamedTuple):
    """Last day of a period: `raw` before any roll-over, `on` as the law counts it."""

    raw: date
    on: date


def add_months(day: date, months: int) -> date:
    """Find the same date some months later, or the last day of that month where it lacks the date."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def is_working_day(day: date, is_holiday: IsHoliday | None) -> bool:
    """Return whether a day is neither Saturday nor Sunday nor a holiday."""
    return day.weekday() < _SATURDAY and not (is_holiday is not None and is_holiday(day))


def roll_over(day: date, is_holiday: IsHoliday | None) -> date:
    """Find the first working day from a day on: the day itself, or a later one."""
    while not is_working_day(day, is_holiday):
        day += _DAY
    return day


def add_business_days(day: date, count: int, is_holiday: IsHoliday | None) -> date:
    """Find the last of some working days after a day, which is not counted itself."""
    for _ in range(count):
        day = roll_over(day + _DAY, is_holiday)
    return day


def last_day(start: date, period: Period, is_holiday: IsHoliday | None, stopped: int = 0) -> LastDay:
    """Find the last day of a period.

    Args:
        start: day of the event that starts the period.
        period: the period.
        is_holiday: public holidays of the place; None: weekends only.
        stopped: days on which the clock stood.

    Returns:
        The last day. In business days `raw` counts holidays as working days, so it is never the later of the two.
    """
    pause = timedelta(days=stopped)
    if period.unit is PeriodUnit.BUSINESS_DAYS:
        return LastDay(
            add_business_days(start, period.count, None) + pause,
            roll_over(add_business_days(start, period.count, is_holiday) + pause, is_holiday),
        )
    months = period.unit is PeriodUnit.MONTHS
    raw = (add_months(start, period.count) if months else start + timedelta(days=period.count)) + pause
    return LastDay(raw, roll_over(raw, is_holiday) if period.rolls else raw)
