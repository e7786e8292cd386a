"""Moments of messages: quiet hours in nights in which the clock changes, digests, rates, further tries."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctscan.alerts.timing import LONGEST_WAIT, allowed, next_try, quiet_until, wait_of, zone_of
from ctscan.errors import UsageError
from ctscan.model.alert_channel import ChannelSettings, Quiet

NIGHT = Quiet(time(22), time(7))
BERLIN = ZoneInfo("Europe/Berlin")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "quiet", "end"),
    [
        ("2031-05-06T21:59:59+02:00", NIGHT, None),
        ("2031-05-06T22:00:00+02:00", NIGHT, "2031-05-07T07:00:00+02:00"),
        ("2031-05-07T00:00:00+02:00", NIGHT, "2031-05-07T07:00:00+02:00"),
        ("2031-05-07T06:59:59+02:00", NIGHT, "2031-05-07T07:00:00+02:00"),
        ("2031-05-07T07:00:00+02:00", NIGHT, None),
        ("2031-05-07T12:30:00+02:00", Quiet(time(12), time(13)), "2031-05-07T13:00:00+02:00"),
        ("2031-05-07T13:00:00+02:00", Quiet(time(12), time(13)), None),
        # summer time begins on 2031-03-30: the night is an hour shorter
        ("2031-03-29T22:00:00+01:00", NIGHT, "2031-03-30T07:00:00+02:00"),
        ("2031-03-30T01:59:00+01:00", Quiet(time(1), time(2, 30)), "2031-03-30T02:30:00+01:00"),
        ("2031-03-30T04:00:00+02:00", Quiet(time(1), time(2, 30)), None),
        # it ends on 2031-10-26: the clock shows 02:30 twice, and the first time counts
        ("2031-10-25T22:00:00+02:00", NIGHT, "2031-10-26T07:00:00+01:00"),
        ("2031-10-26T02:00:00+02:00", Quiet(time(1), time(2, 30)), "2031-10-26T02:30:00+02:00"),
        ("2031-10-26T02:15:00+01:00", Quiet(time(1), time(2, 30)), None),
    ],
)
def test_quiet_hours_are_those_of_the_clock_on_the_wall(now: str, quiet: Quiet, end: str | None) -> None:
    assert quiet_until(at(now), quiet, BERLIN) == (at(end) if end else None)


@given(
    st.datetimes(datetime(2031, 1, 1), datetime(2031, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001 - of UTC
    st.times(timezones=st.none()).map(lambda t: t.replace(second=0, microsecond=0)),
    st.times(timezones=st.none()).map(lambda t: t.replace(second=0, microsecond=0)),
)
def test_quiet_hours_always_end_within_a_day_and_their_end_is_not_quiet(now: datetime, start: time, end: time) -> None:
    if start == end:
        return
    until = quiet_until(now, Quiet(start, end), BERLIN)
    if until is not None:
        assert now < until <= now + timedelta(hours=25)
        assert quiet_until(until, Quiet(start, end), BERLIN) is None


def test_zones_have_names() -> None:
    assert zone_of("") is None
    assert zone_of("Europe/Berlin") == BERLIN
    for name in ("Europe/Nowhere", "../../etc/passwd", "/etc/passwd", "x" * 500):
        with pytest.raises(UsageError, match="expected the name of a time zone"):
            zone_of(name)


def test_a_digest_that_ends_in_quiet_hours_waits_for_their_end() -> None:
    settings = ChannelSettings("x", "mail", digest=timedelta(hours=2), quiet=NIGHT)
    evening = at("2031-05-06T21:00:00+02:00")
    assert wait_of(settings, evening, evening, BERLIN) == at("2031-05-07T07:00:00+02:00")
    assert wait_of(settings, evening, at("2031-05-07T07:00:00+02:00"), BERLIN) is None
    noon = at("2031-05-06T12:00:00+02:00")
    assert wait_of(settings, noon, noon + timedelta(hours=1), BERLIN) == noon + timedelta(hours=2)
    assert wait_of(settings, noon, noon + timedelta(hours=2), BERLIN) is None
    assert wait_of(settings, noon + timedelta(days=900), noon, BERLIN) is None  # the clock was set back


def test_a_rate_is_shared_by_the_messages_of_an_hour() -> None:
    assert [allowed(ChannelSettings("x", "mail", rate=5), sent, 100) for sent in (0, 3, 5, 9)] == [5, 2, 0, 0]
    assert allowed(ChannelSettings("x", "mail"), 10_000, 100) == 100
    assert allowed(ChannelSettings("x", "mail", rate=500), 0, 100) == 100


@given(st.integers(1, 10_000), st.none() | st.floats(0, 600), st.floats(0, 1, exclude_max=True))
def test_tries_are_further_and_further_apart_within_bounds(tries: int, wait: float | None, number: float) -> None:
    found = next_try(tries, wait, lambda: number)
    assert timedelta(seconds=max(30, wait or 0)) <= found <= LONGEST_WAIT
    assert next_try(tries + 1, None, lambda: 0.0) >= next_try(tries, None, lambda: 0.0)
