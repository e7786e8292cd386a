"""Asynchronous iteration that can be stopped. Independent of repositories."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from types import TracebackType
from typing import Generic, Self, TypeVar

T = TypeVar("T")

AHEAD = 64  # items that may wait for the consumer


class InterruptibleStream(Generic[T]):
    """Items of an iterator that runs in a task of its own, so the consumer is never interrupted while it handles an
    item. When `stop` is set, waiting for the next item ends; items that have arrived are still returned.

        async with InterruptibleStream(items, stop) as stream:
            async for item in stream: ...

    An error of the iterator is raised after the items before it.
    """

    def __init__(self, items: AsyncIterator[T], stop: asyncio.Event) -> None:
        self.was_stopped = False
        self._items, self._stop = items, stop
        self._queue: asyncio.Queue[tuple[T] | None] = asyncio.Queue()
        self._room = asyncio.Semaphore(AHEAD)

    async def __aenter__(self) -> Self:
        self._filling = asyncio.create_task(self._fill())
        self._filling.add_done_callback(lambda _: self._queue.put_nowait(None))
        self._watching = asyncio.create_task(self._watch())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._watching.cancel()
        self._filling.cancel()
        await asyncio.gather(self._watching, self._filling, return_exceptions=True)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> T:
        item = await self._queue.get()
        if item is None:
            if not self._filling.cancelled():
                self._filling.result()
            raise StopAsyncIteration
        self._room.release()
        return item[0]

    async def _fill(self) -> None:
        try:
            async for item in self._items:
                await self._room.acquire()
                self._queue.put_nowait((item,))
        finally:
            close = getattr(self._items, "aclose", None)  # async generators have it, other iterators may not
            if close is not None:
                await close()

    async def _watch(self) -> None:
        await self._stop.wait()
        self.was_stopped = self._filling.cancel()
