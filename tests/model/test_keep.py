"""Periods of the calendar, and the moments that follow from the rules of [keep]."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from ctscan.config.keep_checks import keep, period
from ctscan.errors import UsageError
from ctscan.model.keep import Keep, KeepKind, KeptRule, Limits, Period, Unit

NOW = datetime(2032, 3, 31, 12, 30, 15, 250_000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "before"),
    [
        ("1d", "2032-03-30T12:30:15"),
        ("400 days", "2031-02-25T12:30:15"),
        ("1 month", "2032-02-29T12:30:15"),  # no 31st: the last day
        ("13 months", "2031-02-28T12:30:15"),
        ("12 months", "2031-03-31T12:30:15"),
        ("3y", "2029-03-31T12:30:15"),
        ("1 year", "2031-03-31T12:30:15"),
        ("99999y", "0001-01-01T00:00:00"),
        ("99999 months", "0001-01-01T00:00:00"),
    ],
)
def test_a_period_is_counted_back_by_the_calendar(text: str, before: str) -> None:
    assert period(text, "[keep]").before(NOW) == datetime.fromisoformat(before).replace(tzinfo=UTC)


def test_a_period_is_the_same_in_every_zone() -> None:
    there = NOW.astimezone(timezone(timedelta(hours=14)))
    assert Period(1, Unit.MONTHS).before(there) == Period(1, Unit.MONTHS).before(NOW)
    assert Period(1, Unit.YEARS).before(datetime(2032, 2, 29, tzinfo=UTC)) == datetime(2031, 2, 28, tzinfo=UTC)
    assert Period(4, Unit.YEARS).before(datetime(2104, 2, 29, tzinfo=UTC)) == datetime(2100, 2, 28, tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "0d", "12", "12m", "24h", "1.5 years", "-1d", "d", "٣ days", 12, True, ["1d"]])
def test_anything_else_is_no_period(text: object) -> None:
    with pytest.raises(UsageError, match=r'^here: expected a period such as "12 months", "400d" or "3 years", got '):
        period(text, "here")


def test_a_period_is_written_as_it_can_be_typed() -> None:
    for text in ("1 day", "400 days", "1 month", "12 months", "1 year", "3 years"):
        assert str(period(text, "here")) == text


def test_an_unknown_kind_is_an_error_that_names_it() -> None:
    with pytest.raises(UsageError, match=r"unknown key 'expird'; did you mean 'expired'"):
        keep({"expird": "1y"}, "ctscan.toml: keep")


def test_what_has_no_rule_is_kept_but_for_people_in_closed_cases() -> None:
    none = Keep()
    assert none.limits(NOW) == Limits()
    assert [none.before(kind, NOW) for kind in KeepKind] == [None] * len(KeepKind)
    assert none.case_identifiers_before("eu", NOW) == Period(12, Unit.MONTHS).before(NOW)
    assert none.case_identifiers_before("ccpa", NOW) == Period(24, Unit.MONTHS).before(NOW)


@pytest.mark.parametrize(("given", "ccpa"), [("1 month", "24 months"), ("3 years", "3 years")])
def test_a_regime_that_asks_for_longer_records_gets_them(given: str, ccpa: str) -> None:
    rules = keep({"case_identifiers": given}, "here")
    assert rules.case_identifiers_before("eu", NOW) == period(given, "").before(NOW)
    assert rules.case_identifiers_before("ccpa", NOW) == period(ccpa, "").before(NOW)


def test_a_period_says_all_unless_the_clock_went_back() -> None:
    rule = KeptRule(KeepKind.EXPIRED, Period(12, Unit.MONTHS), Period(12, Unit.MONTHS).before(NOW))
    assert rule.holds_by_period(NOW)
    assert rule.holds_by_period(NOW + timedelta(days=900))
    assert not rule.holds_by_period(NOW - timedelta(days=1))
