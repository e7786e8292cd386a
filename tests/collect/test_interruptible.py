"""Interruptible iteration: a stop ends the reading, items that have arrived are still given, the iterator is closed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from ctscan.collect.interruptible import AHEAD, InterruptibleStream


class Source:
    """Iterator that records its own state: items given, and whether it was closed."""

    def __init__(self, count: int, *, waits_at: int | None = None, fails: bool = False) -> None:
        self.count, self.waits_at, self.fails = count, waits_at, fails
        self.given, self.closed = 0, False

    async def items(self) -> AsyncIterator[int]:
        try:
            for number in range(self.count):
                if number == self.waits_at:
                    await asyncio.Event().wait()
                self.given += 1
                yield number
            if self.fails:
                raise ValueError("broken")
        finally:
            self.closed = True


def test_all_items_come_in_order() -> None:
    async def run() -> None:
        source = Source(3 * AHEAD)
        async with InterruptibleStream(source.items(), asyncio.Event()) as stream:
            assert [item async for item in stream] == list(range(3 * AHEAD))
        assert (stream.was_stopped, source.closed) == (False, True)

    asyncio.run(run())


def test_no_more_items_wait_than_there_is_room_for() -> None:
    async def run() -> None:
        source = Source(10 * AHEAD)
        async with InterruptibleStream(source.items(), asyncio.Event()) as stream:
            for _ in range(20 * AHEAD):
                await asyncio.sleep(0)
            assert source.given == AHEAD + 1
            assert await anext(stream) == 0
        assert source.closed

    asyncio.run(run())


def test_stopping_still_returns_the_items_that_arrived() -> None:
    async def run() -> None:
        stop, source = asyncio.Event(), Source(100, waits_at=7)
        async with InterruptibleStream(source.items(), stop) as stream:
            for _ in range(50):
                await asyncio.sleep(0)
            stop.set()
            assert [item async for item in stream] == list(range(7))
        assert (stream.was_stopped, source.closed) == (True, True)

    asyncio.run(run())


def test_an_end_before_the_stop_is_no_stop() -> None:
    async def run() -> None:
        stop, source = asyncio.Event(), Source(3)
        async with InterruptibleStream(source.items(), stop) as stream:
            for _ in range(50):
                await asyncio.sleep(0)
            stop.set()
            assert [item async for item in stream] == [0, 1, 2]
        assert not stream.was_stopped

    asyncio.run(run())


def test_an_error_comes_after_the_items_before_it() -> None:
    async def run() -> None:
        taken = []
        with pytest.raises(ValueError, match="broken"):
            async with InterruptibleStream(Source(5, fails=True).items(), asyncio.Event()) as stream:
                async for item in stream:
                    taken.append(item)
        assert taken == [0, 1, 2, 3, 4]

    asyncio.run(run())


def test_leaving_early_closes_the_iterator() -> None:
    async def run() -> None:
        source = Source(100, waits_at=50)
        with pytest.raises(KeyError):
            async with InterruptibleStream(source.items(), asyncio.Event()) as stream:
                await anext(stream)
                raise KeyError
        assert source.closed
        assert len(asyncio.all_tasks()) == 1

    asyncio.run(run())
