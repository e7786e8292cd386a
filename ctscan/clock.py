"""Clock: wall clock, monotonic clock and sleep as one value, which tests replace; and work that a stop ends in time."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Coroutine
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar

from msgspec import Struct

if TYPE_CHECKING:
    import asyncio

T = TypeVar("T")

LEAVE_WITHIN = 1.0
"""Seconds from a stop until work is cancelled: a command that is stopped ends within two seconds."""


def utc_now() -> datetime:
    """Read the wall clock, in UTC."""
    return datetime.now(UTC)


async def sleep(seconds: float) -> None:
    """Wait in the event loop."""
    import asyncio  # not at the top: a look-up needs no event loop

    await asyncio.sleep(seconds)


class Clock(Struct, frozen=True):
    """Clock of a use case: `now` for times to record, `monotonic` for seconds to measure, `sleep` to wait seconds."""

    now: Callable[[], datetime] = utc_now
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = sleep


async def unless_stopped(
    work: Coroutine[Any, Any, T], stop: asyncio.Event, within: float = LEAVE_WITHIN
) -> tuple[T] | None:
    """Await work, and cancel it `within` seconds after `stop` is set: nothing that doesn't answer delays the end.

    Returns:
        The result of the work; None where it was cancelled.
    """
    import asyncio

    working, stopping = asyncio.ensure_future(work), asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait([working, stopping], return_when=asyncio.FIRST_COMPLETED)
        await asyncio.wait([working], timeout=within)
        return (await working,) if working.done() else None
    finally:
        stopping.cancel()
        working.cancel()
        await asyncio.gather(working, stopping, return_exceptions=True)
