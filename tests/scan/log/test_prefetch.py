"""Prefetching: batches come in order, within the window and the buffer, and no request outlives the reader."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import aclosing
from typing import Self

import pytest

from ctscan.errors import CutError, Missing, SourceError
from ctscan.http.rate_limit import ConcurrencyWindow
from ctscan.model import Batch, Log, LogProtocol, Span, TreeHead
from ctscan.scan.log.prefetch import MOST_BYTES, FetchResult, prefetch
from ctscan.sources import LogSource

LOG = Log(bytes(32), b"", "Example log", "Example", LogProtocol.STATIC_CT)
STEP = 10  # entries per request


class Held:
    """LogSource that holds its answers back until a test releases them.

    `asked` lists the starts in request order, `octets` is the size of an answer, `fails` holds the starts that fail.
    """

    def __init__(self, octets: int = 100) -> None:
        self.log = LOG
        self.window = ConcurrencyWindow(4)
        self.octets = octets
        self.asked: list[int] = []
        self.under_way = 0
        self.most = 0
        self.cancelled = 0
        self.fails: dict[int, Exception] = {}
        self.gates: dict[int, asyncio.Event] = {}
        self.opened = False

    batch_limit: int | None = None

    def impatient(self) -> Self:
        return self

    def limit_batch(self, entries: int) -> None:
        """Do nothing: the batches of this source don't shrink."""

    def next_range(self, start: int, end: int) -> Span:
        return start, min(end, start + STEP)

    async def entries(self, start: int, end: int, size: int) -> Batch:
        self.asked.append(start)
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        try:
            await asyncio.sleep(0)
            if not self.opened:
                await self.gates.setdefault(start, asyncio.Event()).wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        finally:
            self.under_way -= 1
        if start in self.fails:
            raise self.fails[start]
        data = bytes(self.octets)
        spans = [(0, 0)] * (end - start)
        return Batch(LOG.id, start, data, spans, spans, [False] * len(spans), data, spans, "tile", data)

    async def answer(self, *starts: int) -> None:
        """Release the answers of these starts."""
        for start in starts:
            self.gates.setdefault(start, asyncio.Event()).set()
        await settle()

    async def head(self) -> TreeHead:
        raise NotImplementedError

    async def issuer(self, fingerprint: bytes) -> bytes:
        raise NotImplementedError

    async def aclose(self) -> None:
        """Do nothing: this source holds no resources."""


async def settle() -> None:
    """Run the event loop until every task waits or has ended."""
    for _ in range(20):
        await asyncio.sleep(0)


def run(work: Callable[[Held], Coroutine[None, None, None]], source: Held | None = None) -> None:
    """Run a scenario and assert that it leaves neither a task nor an exception."""

    async def main() -> None:
        complaints: list[object] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
        await work(source or Held())
        await settle()
        assert asyncio.all_tasks() == {asyncio.current_task()}
        assert complaints == []

    asyncio.run(main())


def starts_of(source: LogSource, end: int, window: ConcurrencyWindow) -> Coroutine[None, None, list[int]]:
    async def read() -> list[int]:
        async with aclosing(prefetch(source, (0, end), end, window)) as answers:
            return [part[0] async for part, fetched in answers if isinstance(fetched, list)]

    return read()


def test_answers_are_in_order_whatever_order_they_come_in() -> None:
    async def work(source: Held) -> None:
        reading = asyncio.create_task(starts_of(source, 60, ConcurrencyWindow(4, 4)))
        await settle()
        await source.answer(30, 10, 20)
        assert not reading.done()
        await source.answer(0, 50, 40)
        assert await reading == [0, 10, 20, 30, 40, 50]
        assert source.most == 4

    run(work)


def test_requests_go_on_while_the_reader_is_busy() -> None:
    async def work(source: Held) -> None:
        async with aclosing(prefetch(source, (0, 1000), 1000, ConcurrencyWindow(2, 2))) as answers:
            reading = asyncio.ensure_future(anext(answers))
            await source.answer(0)
            assert (await reading)[0] == (0, 10)
            await source.answer(10)
            assert source.asked == [0, 10, 20, 30], "the reader still has the first in hand"
            await source.answer(20, 30)
            assert source.under_way == 1, "two rounds of answers wait or are under way, besides the one in hand"
            await source.answer(40)
            assert (source.under_way, source.asked[-1]) == (0, 40)
            assert (await anext(answers))[0] == (10, 20)
            await settle()
            assert (source.under_way, source.asked[-1]) == (1, 50)

    run(work)


def test_a_window_that_changes_is_followed_at_once() -> None:
    async def work(source: Held) -> None:
        window = ConcurrencyWindow(4, 4)
        reading = asyncio.create_task(starts_of(source, 1000, window))
        await settle()
        assert source.under_way == 4
        window.back_off(100.0)
        await source.answer(0, 10)
        assert source.under_way == 2
        await source.answer(20)
        assert source.under_way == 2
        for _ in range(40):
            window.succeed(0.1, 200.0)
        await source.answer(30)
        assert source.under_way == 4
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading

    run(work)


def test_what_waits_is_bounded_in_bytes() -> None:
    third = MOST_BYTES // 3 + 1

    async def work(source: Held) -> None:
        async with aclosing(prefetch(source, (0, 1000), 1000, ConcurrencyWindow(8, 1))) as answers:
            reading = asyncio.ensure_future(anext(answers))
            await source.answer(0)
            await reading
            await source.answer(10)
            await source.answer(20)
            assert (source.under_way, source.asked[-1]) == (0, 20)
            reading = asyncio.ensure_future(anext(answers))
            await settle()
            assert (source.under_way, source.asked[-1]) == (1, 30)
            await reading

    run(work, Held(third))


def test_an_answer_larger_than_the_buffer_is_let_through() -> None:
    source = Held(MOST_BYTES + 1)
    source.opened = True

    async def work(source: Held) -> None:
        assert await starts_of(source, 100, ConcurrencyWindow(4, 1)) == list(range(0, 100, 10))
        assert source.most == 1, "one at a time"

    run(work, source)


def test_behind_a_failure_nothing_is_asked_before_the_reader_goes_on() -> None:
    source = Held()
    source.fails = {10: Missing("not there"), 20: CutError("garbled", bytes(5))}

    async def work(source: Held) -> None:
        seen: list[tuple[int, FetchResult]] = []
        async with aclosing(prefetch(source, (0, 60), 60, ConcurrencyWindow(3, 3))) as answers:
            reading = asyncio.ensure_future(anext(answers))
            await source.answer(10, 20)
            await source.answer(0)
            seen.append(((await reading)[0][0], []))
            for _ in range(2):
                part, fetched = await anext(answers)
                seen.append((part[0], fetched))
                await settle()
                assert source.asked == [0, 10, 20], "the reader has a failure in hand"
            source.opened = True
            seen += [(part[0], []) async for part, _ in answers]
        assert [start for start, _ in seen] == [0, 10, 20, 30, 40, 50]
        assert [type(fetched) for _, fetched in seen[1:3]] == [Missing, CutError]

    run(work, source)


def test_closed_or_cancelled_it_leaves_nothing_behind() -> None:
    async def closed(source: Held) -> None:
        source.fails = {20: SourceError("nobody reads this")}
        async with aclosing(prefetch(source, (0, 1000), 1000, ConcurrencyWindow(4, 4))) as answers:
            reading = asyncio.ensure_future(anext(answers))
            await source.answer(20)
            await source.answer(0)
            await reading
        assert (source.under_way, source.cancelled) == (0, 2)

    async def cancelled(source: Held) -> None:
        reading = asyncio.create_task(starts_of(source, 1000, ConcurrencyWindow(4, 4)))
        await settle()
        await source.answer(10)
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
        assert (source.under_way, source.cancelled) == (0, 4)

    run(closed)
    run(cancelled)


def test_what_is_no_failure_of_the_log_is_raised_in_its_turn() -> None:
    source = Held()
    source.fails = {10: ZeroDivisionError("a mistake of ours"), 20: ZeroDivisionError("another")}
    source.opened = True

    async def work(source: Held) -> None:
        seen: list[int] = []
        with pytest.raises(ZeroDivisionError, match="a mistake"):
            async with aclosing(prefetch(source, (0, 100), 100, ConcurrencyWindow(4, 4))) as answers:
                async for part, _ in answers:
                    seen.append(part[0])
        assert seen == [0]

    run(work, source)
