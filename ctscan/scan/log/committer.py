"""Committer: writes the steps of a pass beside the reading, in their order. The reader goes on while a step is
written, and waits only behind `ROOM` waiting steps."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Generic, TypeVar

S = TypeVar("S")
ROOM = 2
"""Steps that may wait while another is written; each holds the results of half a second, or some 512 hits."""


class Committer(Generic[S]):
    """Bounded queue of steps, and the task that writes them with `write`.

    A step that fails ends the committer: no later step is written, and every later `put` and `wait_written` raises
    the error, so that it can't be overlooked. Use the committer as a context manager: at its end all queued steps
    are written, even when the reading failed.
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
        """Write all queued steps first, also when the reading is cancelled."""
        try:
            await self.drain()
        finally:
            if self._task is not None:
                self._task.cancel()
                await asyncio.gather(self._task, return_exceptions=True)
        if error is None:
            self._raise()

    async def put(self, step: S) -> None:
        """Queue a step; wait while there is no room."""
        self._raise()
        await self._steps.put(step)

    async def wait_written(self) -> None:
        """Wait until all queued steps are written; raise the error of a step."""
        await self.drain()
        self._raise()

    async def drain(self) -> None:
        """Wait until all queued steps are written or given up."""
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
            except Exception as error:  # raised in the reader by the next put
                self._error = error
            finally:
                self._steps.task_done()
