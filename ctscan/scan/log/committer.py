"""Writes the steps of one pass beside the reading, in their order: the reader goes on while a step is written, and
waits only when `ROOM` of them stand before it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Generic, TypeVar

S = TypeVar("S")
ROOM = 2
"""Steps that may wait while another is written; each holds what was found in half a second, or some 256 hits."""


class Committer(Generic[S]):
    """A bounded queue of steps and the one task that writes them. `write` writes one step.

    A step that fails ends it: nothing behind it is written, and its error is raised by every `put` and `settle` that
    follows, so that it can't be overlooked. Use it as a context manager: at the end what was put is written, however
    the reading ended.
    """

    def __init__(self, write: Callable[[S], Awaitable[None]]) -> None:
        self._write = write
        self._steps: asyncio.Queue[S] = asyncio.Queue(ROOM)
        self._error: BaseException | None = None
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Committer[S]:
        self._task = asyncio.create_task(self._work())
        return self

    async def __aexit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        """What was put is written first, also when the reading is cancelled."""
        try:
            await self.drain()
        finally:
            if self._task is not None:
                self._task.cancel()
                await asyncio.gather(self._task, return_exceptions=True)
        if error is None:
            self._raise()

    async def put(self, step: S) -> None:
        """Hand a step over; waits while there is no room."""
        self._raise()
        await self._steps.put(step)

    async def settle(self) -> None:
        """Wait until everything that was put is written."""
        await self.drain()
        self._raise()

    async def drain(self) -> None:
        """Wait until nothing that was put is waiting any longer, whether it could be written or not."""
        await self._steps.join()

    def _raise(self) -> None:
        if self._error is not None:
            raise self._error

    async def _work(self) -> None:
        while True:
            step = await self._steps.get()
            try:
                if self._error is None:
                    await self._write(step)
            except Exception as error:  # told to the reader, whose pass it is
                self._error = error
            finally:
                self._steps.task_done()
