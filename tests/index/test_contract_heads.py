"""Heads that passes accepted: kept verbatim, thinned out as they grow old, and the times of a clock that ran ahead."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from msgspec.structs import replace
from support.kept import LOG, a_head, a_log, digest, later

from ctscan.errors import IndexFault
from ctscan.index.protocols import Index
from ctscan.model import FailureKind, SeenHead

RunScenario = Callable[[Callable], None]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NOON = later(0).replace(hour=12, minute=0, second=0, microsecond=0)


async def see(index: Index, at: datetime, number: int) -> None:
    """Record head `number`, another each time."""
    await index.record_seen(a_head(number, timestamp=1_900_000_000_000 + number), at)


async def times(index: Index) -> list[datetime]:
    return [seen.first_seen for seen in await index.heads_seen(LOG.id)]


def test_a_head_is_kept_verbatim_with_the_times_of_its_first_and_last_sight(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        await index.save_log(LOG)
        assert await index.heads_seen(LOG.id) == []
        odd = replace(a_head(7, timestamp=2**64 - 1), raw=b"\xff\0" * 9)
        for second in range(3):
            await index.record_seen(odd, later(second))
        again = replace(odd, signature=b"signed once more")
        await index.record_seen(again, later(4))
        assert await index.heads_seen(LOG.id) == [
            SeenHead(again, later(4), later(4)),
            SeenHead(odd, later(0), later(2)),
        ]
        assert await index.heads_seen(digest("another log")) == []
        with pytest.raises(IndexFault, match="not in this index"):
            await index.record_seen(a_head(1, log=a_log("Never saved")), later(0))

    scenario(work)


def test_the_first_head_of_each_hour_is_kept_and_the_newest(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        await index.save_log(LOG)
        for number in range(31):  # each six minutes, over three hours
            await see(index, NOON + number * HOUR / 10, number)
        await see(index, NOON + 3.5 * HOUR, 31)
        assert await times(index) == [NOON + hours * HOUR for hours in (3.5, 3, 2, 1, 0)]

    scenario(work)


def test_after_eight_days_the_first_head_of_each_day_is_kept_for_two_years(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        await index.save_log(LOG)
        for number in range(4 * 20):  # every six hours for twenty days
            await see(index, NOON + number * 6 * HOUR, number)
        newest = NOON + 79 * 6 * HOUR
        kept = await times(index)
        assert kept == sorted(kept, reverse=True)
        recent = [time for time in kept if time >= newest - 8 * DAY]
        old = [time for time in kept if time < newest - 8 * DAY]
        assert len(recent) == 8 * 4 + 1
        assert len(old) == len({time.date() for time in old}) == 13
        assert all(time == min(other for other in kept if other.date() == time.date()) for time in old)
        await see(index, NOON + 731 * DAY, 1000)
        assert [time for time in await times(index) if time < NOON + DAY] == []
        assert len(await times(index)) == 19 + 1  # each day of the twenty but the first, and today

    scenario(work)


def test_times_of_a_clock_that_ran_ahead_are_forgotten(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        other, third = a_log("Other log"), a_log("Third log")
        for log in (LOG, other, third):
            await index.save_log(log)
        await index.record_success(LOG.id, later(9), None)
        await index.record_success(other.id, later(5), None)
        await index.record_error(other.id, later(9), "timeout", FailureKind.UNPROVEN)
        await index.record_error(third.id, later(9), "timeout", FailureKind.UNAVAILABLE)
        await see(index, later(9), 1)
        await index.forget_times_after(later(9))  # nothing lies after it
        state = await index.log_state(LOG.id)
        assert state is not None and (state.last_success, state.last_check) == (later(9), later(9))
        await index.forget_times_after(later(7))
        first, second, last = [await index.log_state(log.id) for log in (LOG, other, third)]
        assert first is not None and (first.last_success, first.last_check) == (None, None)
        assert second is not None and (second.last_success, second.failing_since) == (later(5), later(5))
        assert (second.failure, second.last_check) == (FailureKind.UNPROVEN, later(5))  # the doubt stays
        assert last is not None and last.failing_since == later(7) - HOUR
        (seen,) = await index.heads_seen(LOG.id)
        assert (seen.first_seen, seen.last_seen) == (later(7), later(7))

    scenario(work)


def test_a_success_clears_an_error_that_is_dated_after_it(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        await index.save_log(LOG)
        await index.record_error(LOG.id, later(99), "timeout", FailureKind.UNAVAILABLE)
        await index.record_success(LOG.id, later(7), None, since=later(5))
        state = await index.log_state(LOG.id)
        assert state is not None and (state.last_error, state.failing_since, state.failure) == (None, None, None)

    scenario(work)
