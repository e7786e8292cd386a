"""Time for tests of waiting: a clock that moves only in a sleep."""

from __future__ import annotations

import asyncio


class FakeTime:
    """Time with `clock`, `wall` and `sleep` as arguments for the code under test. `naps` are the requested sleeps."""

    def __init__(self, now: float = 1000.0, wall: float = 1_767_225_600.0) -> None:
        self.now = now
        self.naps: list[float] = []
        self._wall_ahead = wall - now

    def clock(self) -> float:
        """Return seconds, monotonic."""
        return self.now

    def wall(self) -> float:
        """Return seconds since 1970."""
        return self.now + self._wall_ahead

    async def sleep(self, seconds: float) -> None:
        """Let so many seconds pass at once."""
        self.naps.append(seconds)
        self.now += max(0.0, seconds)
        await asyncio.sleep(0)

    @property
    def slept(self) -> float:
        """Return the seconds slept in all."""
        return sum(self.naps)
