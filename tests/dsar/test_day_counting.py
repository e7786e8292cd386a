"""Counting of days: Regulation 1182/71, days, business days, by table."""

from __future__ import annotations

from datetime import date

import pytest
from support.case_events import HOLIDAYS, holidays_in

from ctscan.app.holidays_of_place import holidays_of
from ctscan.dsar.day_counting import add_business_days, add_months, is_working_day, last_day, roll_over
from ctscan.model.regime import Certainty, Period, PeriodUnit


def period(count: int, unit: PeriodUnit, *, rolls: bool = False) -> Period:
    return Period(count, unit, rolls, "Art. 1", Certainty.TEXT)


ONE_MONTH, THREE_MONTHS = (period(count, PeriodUnit.MONTHS, rolls=True) for count in (1, 3))

VECTORS = [
    # received      1 month raw   rolled        3 months rolled 30 days     45 days       90 days
    ("2026-01-30", "2026-02-28", "2026-03-02", "2026-04-30", "2026-03-01", "2026-03-16", "2026-04-30"),
    ("2026-01-31", "2026-02-28", "2026-03-02", "2026-04-30", "2026-03-02", "2026-03-17", "2026-05-01"),
    ("2026-03-04", "2026-04-04", "2026-04-06", "2026-06-04", "2026-04-03", "2026-04-18", "2026-06-02"),
    ("2026-08-31", "2026-09-30", "2026-09-30", "2026-11-30", "2026-09-30", "2026-10-15", "2026-11-29"),
    ("2026-11-29", "2026-12-29", "2026-12-29", "2027-03-01", "2026-12-29", "2027-01-13", "2027-02-27"),
    ("2026-12-31", "2027-01-31", "2027-02-01", "2027-03-31", "2027-01-30", "2027-02-14", "2027-03-31"),
    ("2028-01-31", "2028-02-29", "2028-02-29", "2028-05-01", "2028-03-01", "2028-03-16", "2028-04-30"),
]


@pytest.mark.parametrize("row", VECTORS, ids=lambda row: row[0])
def test_periods_from_a_day_of_receipt_with_weekends(row: tuple[str, ...]) -> None:
    received = date.fromisoformat(row[0])
    month = last_day(received, ONE_MONTH, None)
    days = [last_day(received, period(count, PeriodUnit.DAYS), None) for count in (30, 45, 90)]
    assert all(one.raw == one.on for one in days)
    found = (received, *month, last_day(received, THREE_MONTHS, None).on, *(one.on for one in days))
    assert tuple(map(str, found)) == row


BY_PLACE = [
    # received      period        DE-BE         DE-BY         ES-MD         GB-ENG
    ("2026-03-04", ONE_MONTH, "2026-04-07", "2026-04-07", "2026-04-06", "2026-04-07"),  # Easter Monday
    ("2025-12-06", ONE_MONTH, "2026-01-06", "2026-01-07", "2026-01-07", "2026-01-06"),  # Epiphany
    ("2026-11-25", ONE_MONTH, "2026-12-28", "2026-12-28", "2026-12-28", "2026-12-29"),  # Boxing Day on a Saturday
    ("2028-01-31", THREE_MONTHS, "2028-05-02", "2028-05-02", "2028-05-03", "2028-05-02"),  # 1 May, 2 May in Madrid
    ("2026-02-08", ONE_MONTH, "2026-03-09", "2026-03-09", "2026-03-09", "2026-03-09"),  # 8 March is a Sunday, too
    ("2026-03-03", ONE_MONTH, "2026-04-07", "2026-04-07", "2026-04-06", "2026-04-07"),  # Good Friday to Easter Monday
]


@pytest.mark.parametrize("row", BY_PLACE, ids=lambda row: row[0])
def test_holidays_of_the_place_move_the_last_day(row: tuple[str, Period, str, str, str, str]) -> None:
    received, counted, *expected = row
    for place, on in zip(HOLIDAYS, expected, strict=True):
        assert str(last_day(date.fromisoformat(received), counted, holidays_in(place)).on) == on, place


@pytest.mark.parametrize("row", BY_PLACE, ids=lambda row: row[0])
def test_the_library_has_the_same_holidays(row: tuple[str, Period, str, str, str, str]) -> None:
    received, counted, *expected = row
    for place, on in zip(HOLIDAYS, expected, strict=True):
        assert str(last_day(date.fromisoformat(received), counted, holidays_of(place)).on) == on, place


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        ("2024-01-31", 1, "2024-02-29"),
        ("2023-01-31", 1, "2023-02-28"),
        ("2100-01-31", 1, "2100-02-28"),  # a century without a leap day
        ("2000-01-31", 1, "2000-02-29"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2024-02-29", 48, "2028-02-29"),
        ("2026-10-31", 1, "2026-11-30"),
        ("2026-11-30", 3, "2027-02-28"),
        ("2026-12-31", 2, "2027-02-28"),
        ("2026-05-15", 0, "2026-05-15"),
        ("2026-12-15", 1, "2027-01-15"),
    ],
)
def test_months_end_on_the_same_date_or_the_last_day_of_the_month(day: str, months: int, expected: str) -> None:
    assert str(add_months(date.fromisoformat(day), months)) == expected


@pytest.mark.parametrize("day", ["2026-03-28", "2026-03-29", "2026-10-25", "2026-10-26"])
def test_a_change_of_the_clocks_moves_no_day(day: str) -> None:
    """Summer time begins in Europe on 29 March 2026, and ends on 25 October."""
    start = date.fromisoformat(day)
    assert (last_day(start, period(30, PeriodUnit.DAYS), None).on - start).days == 30
    assert last_day(start, ONE_MONTH, None).raw.day == start.day


@pytest.mark.parametrize(
    ("day", "count", "place", "expected"),
    [
        ("2026-03-02", 10, None, "2026-03-16"),  # Monday to Monday, over two weekends
        ("2026-03-06", 10, None, "2026-03-20"),  # the Friday of receipt isn't counted
        ("2026-03-07", 10, None, "2026-03-20"),  # received on a Saturday
        ("2026-03-30", 5, None, "2026-04-06"),
        ("2026-03-30", 5, "DE-BE", "2026-04-08"),  # without Good Friday and Easter Monday
        ("2026-12-24", 1, "GB-ENG", "2026-12-29"),
    ],
)
def test_business_days(day: str, count: int, place: str | None, expected: str) -> None:
    start, is_holiday = date.fromisoformat(day), holidays_in(place) if place else None
    assert str(add_business_days(start, count, is_holiday)) == expected
    found = last_day(start, period(count, PeriodUnit.BUSINESS_DAYS), is_holiday)
    assert (str(found.on), found.raw) == (expected, add_business_days(start, count, None))


def test_days_of_a_pause_come_before_the_roll_over() -> None:
    start = date(2026, 3, 10)
    assert tuple(map(str, last_day(start, ONE_MONTH, None, stopped=1))) == ("2026-04-11", "2026-04-13")
    assert tuple(map(str, last_day(start, ONE_MONTH, None, stopped=3))) == ("2026-04-13", "2026-04-13")


def test_a_working_day_is_no_weekend_and_no_holiday() -> None:
    berlin = holidays_in("DE-BE")
    days = [date(2026, 4, day) for day in range(2, 9)]
    assert [is_working_day(day, berlin) for day in days] == [True, False, False, False, False, True, True]
    assert [roll_over(day, berlin).day for day in days] == [2, 7, 7, 7, 7, 7, 8]
    assert [roll_over(day, None).day for day in days] == [2, 3, 6, 6, 6, 7, 8]
