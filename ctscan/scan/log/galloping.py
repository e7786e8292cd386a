"""Finds the first place of a log where something holds again, with few questions. Knows nothing of logs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

WIDTH = 256  # places that are looked at are multiples of it
ONE_BY_ONE = 12


async def first_that(
    at: int, end: int, holds: Callable[[int], Awaitable[bool]], following: Callable[[int], int] | None = None
) -> int:
    """The first place behind `at` for which `holds`, known not to hold at `at` itself; `end` when there is none.

    The next ones are looked at one by one (`following` says which comes after which), for what is bad and what is
    good may alternate. Farther off everything is taken for bad up to where a growing step finds a good place, and the
    boundary is found by halving: `ONE_BY_ONE + 2 * log2((end - at) / WIDTH)` questions at most.
    """
    following = following or _next_multiple
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
