"""A connection in a thread of its own, for programs that do other things meanwhile.

Work runs as a whole in that thread, so that a transaction costs one hop between threads, no other task comes between
its statements, and a cancelled task leaves no transaction open.
"""

from __future__ import annotations

import asyncio
from typing import Any, TypeVar, cast

import aiosqlite

from ctscan.index.sqlite.connection import Work

T = TypeVar("T")


class ThreadSession(aiosqlite.Connection):
    """An aiosqlite connection that can run a function in its thread.

    The public methods of aiosqlite cross to the thread once for each statement; `_execute` is what all of them are
    made of, and this class is the only place that knows it.
    """

    async def open(self) -> None:
        """Connect. When that fails, the thread has ended before the error is raised: it would outlive the event loop
        otherwise, and complain about it."""
        try:
            await self
        except BaseException:
            await asyncio.to_thread(self._thread.join)
            raise

    async def run(self, work: Work[T]) -> T:
        """`work(connection)` in the thread of the connection."""
        outcome: Any = await self._execute(work, self._conn)  # type: ignore[no-untyped-call]
        return cast(T, outcome)
