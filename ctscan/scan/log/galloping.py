"""Galloping search for the first place of a log where something holds again, with few questions."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

WIDTH = 256  # tested places are multiples of it
ONE_BY_ONE = 12


async def first_true(
    start: int, end: int, holds: Callable[[int], Awaitable[bool]], following: Callable[[int], int] | None = None
) -> int:
    """Find the first place after `start` where `holds` is True; `end` when there is none.

    The next places are tested one by one (`following` returns the place after a place), for good and bad places may
    alternate. Farther off all places are taken for bad up to a good place that a growing step finds, and halving finds
    the boundary: `ONE_BY_ONE + 2 * log2((end - start) / WIDTH)` tests at most.

    Args:
        start: a place where `holds` is known to be False.
        end: the end of the search, not tested.
        holds: the test.
        following: the next place to test; by default the next multiple of `WIDTH`.
    """
    following = following or _next_multiple
    at = start
    for _ in range(ONE_BY_ONE):
        at = following(at)
        if at >= end:
            return end
        if await holds(at):
            return at
    bad, good, step = at, _next_multiple(at), 2
    while good < end and not await holds(good):
        bad, good, step = good, good + step * WIDTH, step * 2
    if good >= end:
        good = (end - 1) // WIDTH * WIDTH
        if good <= bad or not await holds(good):
            return end
    return await _boundary(bad, good, holds)


async def end_of_row(bad: int, end: int, holds: Callable[[int], Awaitable[bool]]) -> int:
    """Find the first place after a row of bad places, taken for a row without a break; `end` when there is none.

    A growing step finds a good place, and halving the exact boundary: `2 * log2(end - bad)` tests at most.

    Args:
        bad: a place where `holds` is known to be False.
        end: the end of the search, not tested.
        holds: the test.
    """
    good, step = bad, 16
    while True:
        good = min(bad + step, end - 1)
        if good <= bad:
            return end
        if await holds(good):
            break
        bad, step = good, 2 * step
    while good - bad > 1:
        middle = (bad + good) // 2
        if await holds(middle):
            good = middle
        else:
            bad = middle
    return good


async def _boundary(bad: int, good: int, holds: Callable[[int], Awaitable[bool]]) -> int:
    while good - bad > WIDTH:
        middle = (bad + good) // 2 // WIDTH * WIDTH
        if middle <= bad:
            break
        if await holds(middle):
            good = middle
        else:
            bad = middle
    return good


def _next_multiple(at: int) -> int:
    return (at // WIDTH + 1) * WIDTH
