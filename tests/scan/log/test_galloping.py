"""Galloping search for the next good entry: correct for nearby islands and pruned beginnings, with few requests."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from ctscan.scan.log.galloping import ONE_BY_ONE, WIDTH, first_true


def search(at: int, end: int, is_good: Callable[[int], bool], asked: list[int] | None = None) -> int:
    async def holds(place: int) -> bool:
        assert at < place < end
        if asked is not None:
            asked.append(place)
        return is_good(place)

    return asyncio.run(first_true(at, end, holds))


@given(st.integers(0, 1 << 40), st.integers(1, 1 << 40), st.integers(0, 1 << 40))
def test_a_pruned_beginning_is_found_exactly_with_few_questions(at: int, length: int, pruned: int) -> None:
    end, asked = at + length, list[int]()
    found = search(at, end, lambda place: place >= at + pruned, asked)
    good = [place for place in ((at + max(pruned, 1) + WIDTH - 1) // WIDTH * WIDTH,) if place < end]
    assert found == (good[0] if good else end)
    assert len(asked) <= ONE_BY_ONE + 2 * (length // WIDTH).bit_length() + 2


@given(st.sets(st.integers(1, 100)), st.integers(0, 200))
def test_islands_nearby_are_found_whatever_is_around_them(good: set[int], at: int) -> None:
    end = 100 * WIDTH
    nearby = [tile for tile in sorted(good) if at < tile * WIDTH <= at + (ONE_BY_ONE - 1) * WIDTH and tile < 100]
    found = search(at, end, lambda place: place // WIDTH in good)
    if nearby:
        assert found == nearby[0] * WIDTH
    else:
        assert found == end or found // WIDTH in good


def test_a_million_missing_entries_cost_a_few_dozen_questions() -> None:
    asked: list[int] = []
    assert search(0, 1_000_000, lambda _: False, asked) == 1_000_000
    assert len(asked) < 50
