"""The plan of a search: every entry is decided once, in order, with few requests; and the end of a row."""

from __future__ import annotations

import asyncio
from math import log2

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctscan.scan.log.galloping import end_of_row
from ctscan.scan.log.halving import ROW, Halving


def run(bad: set[int], start: int, width: int, end: int, limit: int, short: int) -> tuple[set[int], int, int, Halving]:
    """Follow the plan against a log that gives at most `limit` entries at a time, `short` in an answer.

    Returns:
        The entries found to be bad, the index reached, the number of requests, and the plan.
    """
    plan, at, found, requests = Halving((start, start + width), end), start, set[int](), 0
    while (asked := plan.asked) is not None:
        requests += 1
        assert asked[0] == at and at < asked[1] <= end  # in order, none twice
        if asked[1] - asked[0] > limit or not bad.isdisjoint(range(*asked)):
            plan.failed()
            if asked[1] - asked[0] == 1:
                found.add(at)
                at += 1
            continue
        at = min(asked[1], at + short)
        plan.came(at)
    return found, at, requests, plan


@given(
    bad=st.sets(st.integers(0, 299), max_size=12),
    start=st.integers(0, 40),
    width=st.integers(1, 256),
    short=st.sampled_from([1, 5, 64, 300]),
)
def test_every_entry_of_the_range_is_decided(bad: set[int], start: int, width: int, short: int) -> None:
    found, at, requests, plan = run(bad, start, width, 300, limit=300, short=short)
    assert found == {index for index in bad if start <= index < at}
    if plan.limit is None and plan.row < ROW:
        assert at >= start + width
    pieces = width / min(short, width)
    assert requests <= 4 + len(found) * (2 * log2(max(2, width)) + 3) + 2 * pieces + 2 * log2(max(2, width))


@given(limit=st.integers(1, 200), width=st.integers(2, 256))
def test_a_limit_is_found_where_halves_come_and_their_whole_fails(limit: int, width: int) -> None:
    found, _, requests, plan = run(set(), 0, width, 300, limit=limit, short=300)
    assert not found and requests <= 2 * log2(width) + 4
    if width > limit + 1:
        assert plan.limit is not None and plan.limit <= limit < 2 * plan.limit + 2


@given(st.integers(12, 5000), st.integers(12, 5000))
def test_the_end_of_a_row_is_exact(row: int, end: int) -> None:
    asked: list[int] = []

    async def holds(index: int) -> bool:
        asked.append(index)
        return index >= row

    found = asyncio.run(end_of_row(11, end, holds))
    assert found == (row if row < end else max(end, 12))
    assert len(asked) <= 2 * log2(max(2, end)) + 2 and all(11 < index < end for index in asked)


@pytest.mark.parametrize("end", [13, 2**62])
def test_a_row_without_an_end_costs_little(end: int) -> None:
    asked: list[int] = []

    async def never(index: int) -> bool:
        asked.append(index)
        return False

    assert asyncio.run(end_of_row(11, end, never)) == end and len(asked) <= 130
