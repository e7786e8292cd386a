"""Rate limits of operators: requests come no faster than configured, slower on demand, and never before Retry-After."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from email.utils import format_datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.patience import FakeTime

from ctscan.http.rate_limit import ConcurrencyWindow, RateLimited, TokenBucket, backoff, retry_after


def bucket_of(rate: float | None) -> tuple[TokenBucket, FakeTime]:
    time = FakeTime()
    return TokenBucket(rate, time.clock, time.sleep), time


async def pass_through(bucket: TokenBucket, count: int, patience: float = 60.0) -> None:
    for _ in range(count):
        await bucket.acquire(patience)


@pytest.mark.parametrize("rate", [0.1, 0.5, 1.0, 8.0, 40.0])
def test_the_rate_holds_over_time(rate: float) -> None:
    bucket, time = bucket_of(rate)
    asyncio.run(pass_through(bucket, 200))
    burst = max(1.0, min(10.0, rate))
    assert time.slept == pytest.approx((200 - burst) / rate, rel=0.01)


def test_the_rate_holds_for_concurrent_requests_in_their_order() -> None:
    bucket, time = bucket_of(2.0)
    passed: list[tuple[int, float]] = []

    async def one(number: int) -> None:
        await bucket.acquire(60.0)
        passed.append((number, time.now))

    async def main() -> None:
        await asyncio.gather(*(one(n) for n in range(20)))

    asyncio.run(main())
    assert [number for number, _ in passed] == list(range(20))
    assert passed[-1][1] - 1000.0 == pytest.approx(9.0, rel=0.01)


def test_a_pause_allows_a_burst_and_no_more() -> None:
    bucket, time = bucket_of(4.0)
    time.now += 3600
    asyncio.run(pass_through(bucket, 4))
    assert time.naps == []
    asyncio.run(pass_through(bucket, 1))
    assert time.slept == pytest.approx(0.25)


def test_loopback_is_not_slowed_down() -> None:
    bucket, time = bucket_of(None)
    bucket.back_off()
    asyncio.run(pass_through(bucket, 1000))
    assert time.naps == []


def test_backing_off_halves_at_most_once_a_second_and_not_below_the_slowest_rate() -> None:
    bucket, time = bucket_of(8.0)
    bucket.back_off()
    bucket.back_off()
    assert bucket.rate == 4.0
    for expected in (2.0, 1.0, 0.5, 0.5, 0.5):
        time.now += 1.0
        bucket.back_off()
        assert bucket.rate == expected


def test_a_rate_configured_below_the_floor_stays_there() -> None:
    bucket, time = bucket_of(0.2)
    time.now += 5
    bucket.back_off()
    assert bucket.rate == 0.2


def test_the_rate_grows_back_step_by_step_and_not_further() -> None:
    bucket, time = bucket_of(8.0)
    bucket.back_off()
    bucket.succeed()
    assert bucket.rate == 4.0, "no growth within the same second"
    rates = []
    for _ in range(15):
        time.now += 1.0
        bucket.succeed()
        bucket.succeed()
        rates.append(bucket.rate)
    assert rates[:3] == pytest.approx([4.4, 4.8, 5.2])
    assert rates[-1] == 8.0


def test_a_paused_bucket_makes_every_request_wait() -> None:
    bucket, time = bucket_of(5.0)
    bucket.pause_for(30)
    asyncio.run(pass_through(bucket, 1))
    assert time.slept == pytest.approx(30)


def test_a_paused_bucket_refuses_impatient_requests() -> None:
    for rate in (5.0, None):
        bucket, time = bucket_of(rate)
        bucket.pause_for(300)
        with pytest.raises(RateLimited) as refused:
            asyncio.run(bucket.acquire(60))
        assert refused.value.seconds == pytest.approx(300)
        assert time.naps == []


def test_pausing_a_bucket_refuses_queued_requests_too() -> None:
    bucket, _ = bucket_of(1.0)
    outcomes: list[str] = []

    async def one() -> None:
        try:
            await bucket.acquire(60)
        except RateLimited:
            outcomes.append("refused")
        else:
            outcomes.append("passed")
            bucket.pause_for(500)

    async def main() -> None:
        await asyncio.gather(*(one() for _ in range(4)))

    asyncio.run(main())
    assert outcomes == ["passed", "refused", "refused", "refused"]


def test_a_cancelled_request_doesnt_block_the_bucket() -> None:
    async def main() -> None:
        bucket = TokenBucket(0.5, asyncio.get_running_loop().time, asyncio.sleep)
        await bucket.acquire(60)
        waiting = asyncio.create_task(bucket.acquire(60))
        await asyncio.sleep(0.01)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        bucket.set_rate(1000.0)
        bucket.rate = 1000.0
        await asyncio.wait_for(bucket.acquire(60), 1)

    asyncio.run(main())


def test_setting_the_rate_again_keeps_a_reduction() -> None:
    bucket, _ = bucket_of(8.0)
    bucket.set_rate(16.0)
    assert bucket.rate == 16.0
    bucket.back_off()
    bucket.set_rate(12.0)
    assert bucket.rate == 8.0


def test_failures_in_a_row_lower_the_rate_and_a_single_failure_does_not() -> None:
    bucket, time = bucket_of(10.0)
    rates = []
    for _ in range(4):
        bucket.fail()
        rates.append(bucket.rate)
        time.now += 1.0
    assert rates == pytest.approx([10.0, 7.0, 4.9, 3.43])
    bucket.succeed()
    lowered = bucket.rate
    bucket.fail()
    assert bucket.rate == lowered, "the first after a success"
    for _ in range(20):
        time.now += 1.0
        bucket.fail()
    assert bucket.rate == 0.5


def test_simultaneous_failures_reduce_the_rate_once() -> None:
    bucket, _ = bucket_of(10.0)
    for _ in range(8):
        bucket.fail()
    bucket.back_off()
    assert bucket.rate == 7.0


# --- the window ---------------------------------------------------------------------------------------------------


def answers(window: ConcurrencyWindow, count: int, seconds: float, now: float = 0.0) -> float:
    """Report `count` good answers, with as many at a time as the window allows; return the time of the last answer."""
    for _ in range(count):
        now += seconds / window.size
        window.succeed(seconds, now)
    return now


@pytest.mark.parametrize(("limit", "first"), [(1, 1), (2, 1), (3, 1), (8, 4), (64, 32)])
def test_a_window_begins_at_half_its_limit(limit: int, first: int) -> None:
    assert ConcurrencyWindow(limit).size == first
    assert ConcurrencyWindow(limit, limit).size == limit


def test_a_window_grows_by_one_in_a_round_trip_and_not_over_its_limit() -> None:
    window, sizes = ConcurrencyWindow(8), []
    for _ in range(6):
        answers(window, window.size, 0.1)
        sizes.append(window.size)
    assert sizes[-1] == 8 and all(0 <= after - before <= 1 for before, after in pairwise(sizes))
    answers(window, 1000, 0.1)
    assert window.size == 8


def test_a_window_is_halved_at_most_once_a_second_and_holds_one() -> None:
    window = ConcurrencyWindow(8, 8)
    for _ in range(8):
        window.back_off(100.0)
    assert window.size == 4
    sizes = []
    for second in range(1, 5):
        window.back_off(100.0 + second)
        sizes.append(window.size)
    assert sizes == [2, 1, 1, 1]
    answers(window, 1, 0.1, 200.0)
    assert window.size == 2


def test_where_answers_take_longer_than_a_second_a_window_is_halved_once_in_that_time() -> None:
    window = ConcurrencyWindow(8, 8)
    now = answers(window, 20, 5.0)
    window.back_off(now)
    window.back_off(now + 4.9)
    assert window.size == 4
    window.back_off(now + 5.1)
    assert window.size == 2


def test_a_log_that_gets_slow_is_asked_for_less_until_it_is_quick_again() -> None:
    window = ConcurrencyWindow(8)
    now = answers(window, 100, 0.2)
    now = answers(window, 3, 1.9, now)
    assert window.size == 8, "not slow enough to be a reason"
    now = answers(window, 30, 6.0, now)
    assert window.size < 4
    answers(window, 60, 0.2, now)
    assert window.size == 8


def test_a_log_that_always_was_slow_is_read_at_its_limit() -> None:
    window = ConcurrencyWindow(4)
    answers(window, 20, 30.0)
    assert window.size == 4


def test_a_log_that_stays_slow_is_not_held_back_for_ever() -> None:
    window = ConcurrencyWindow(4)
    now = answers(window, 100, 0.2)
    now = answers(window, 25, 10.0, now)
    assert window.size == 1
    answers(window, 100, 10.0, now)
    assert window.size == 4


@given(st.integers(1, 64), st.lists(st.tuples(st.floats(0, 600), st.booleans())))
def test_a_window_never_leaves_its_bounds(limit: int, tries: list[tuple[float, bool]]) -> None:
    window, now = ConcurrencyWindow(limit), 0.0
    for seconds, is_good in tries:
        now += seconds
        if is_good:
            window.succeed(seconds, now)
        else:
            window.back_off(now)
        assert 1 <= window.size <= limit


# --- Retry-After --------------------------------------------------------------------------------------------------

NOW = datetime(2026, 1, 1, tzinfo=UTC)
WALL = NOW.timestamp()


def http_date(seconds: float) -> str:
    return format_datetime(datetime.fromtimestamp(WALL + seconds, UTC), usegmt=True)


@pytest.mark.parametrize(
    ("value", "date", "expected"),
    [
        ("7", None, 7.0),
        (" 7 ", None, 7.0),
        ("0", None, None),  # at once? the caller backs off as usual
        ("86400", None, 600.0),
        ("9" * 400, None, 600.0),
        (http_date(20), None, 20.0),
        (http_date(-20), None, None),
        (http_date(0), None, None),
        (http_date(20), http_date(30), None),  # past, by the clock of the server
        (http_date(7200), None, 600.0),
        (http_date(3620), http_date(3600), 20.0),  # the server's clock is an hour ahead
        (http_date(20), "yesterday", 20.0),
        (None, None, None),
        ("", None, None),
        ("-5", None, None),
        ("1.5", None, None),
        ("soon", None, None),
        ("\u0667", None, None),
        ("Thu, 99 Jan 2026 00:00:00 GMT", None, None),
    ],
)
def test_retry_after_as_number_and_as_date(value: str | None, date: str | None, expected: float | None) -> None:
    assert retry_after(value, date, lambda: WALL) == expected


@given(st.text(max_size=60))
def test_any_retry_after_is_none_or_within_bounds(value: str) -> None:
    found = retry_after(value, None, lambda: WALL)
    assert found is None or 0.25 <= found <= 600.0


def test_backoff_doubles_to_thirty_seconds_with_full_jitter() -> None:
    assert [backoff(n, lambda: 1.0) for n in range(1, 9)] == [0.5, 1, 2, 4, 8, 16, 30, 30]
    assert backoff(10_000, lambda: 0.5) == 15
    assert backoff(3, lambda: 0.0) == 0
