"""Clock: wall clock, monotonic clock and sleep as one value, which tests replace."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime


def utc_now() -> datetime:
    """Read the wall clock, in UTC."""
    return datetime.now(UTC)


async def sleep(seconds: float) -> None:
    """Wait in the event loop."""
    import asyncio  # not at the top: a look-up needs no event loop

    await asyncio.sleep(seconds)


@dataclass(frozen=True, slots=True)
class Clock:
    """Clock of a use case: `now` for times to record, `monotonic` for seconds to measure, `sleep` to wait seconds."""

    now: Callable[[], datetime] = utc_now
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = sleep
