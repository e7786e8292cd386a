"""Throughput of logs during a scan: measured, saved, and reported where a log grows faster. The tests set the time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from support.kept import AT, LOG, a_head, save_head, started
from support.patience import FakeTime
from support.scanning import Heard

from ctscan.index.open import open_index
from ctscan.index.protocols import Index
from ctscan.scan.events import Event, HeadAccepted, LogDone, LogStarted, Notice, Progress
from ctscan.scan.request import LogOutcome, LogStatus
from ctscan.scan.workers.throughput import ThroughputMonitor

NOON = 1_900_000_800_000
DONE = LogOutcome(LOG.id, LOG.name, LogStatus.DONE)


class Story:
    """Throughput monitor beside an index that knows LOG, which grows by 120 entries a second."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self.time = FakeTime()
        self.heard = Heard()
        self.monitor = ThroughputMonitor(self.heard.emit, self.time.clock)

    async def advance(self, entries: int, seconds: float) -> float | None:
        """Commit `entries` after `seconds`, and return the rate known then."""
        self.time.now += seconds
        self.monitor.hear(Progress(LOG.id, entries, 0, 0))
        return await self.rate()

    async def rate(self) -> float | None:
        for _ in range(5):  # reads use the same thread as the earlier writes
            await asyncio.sleep(0)
            (state,) = await self.index.log_states()
        return state.rate


def tell(path: Path, work: Callable[[Story], Awaitable[None]]) -> list[str]:
    async def main() -> list[str]:
        async with await open_index(path / "db", create=True) as index:
            await started(index)
            await save_head(index, a_head(1_000_000, NOON), AT)
            await save_head(index, a_head(1_432_000, NOON + 3_600_000), AT)
            story = Story(index)
            keeping = asyncio.create_task(story.monitor.run(index))
            try:
                await work(story)
            finally:
                keeping.cancel()
                await asyncio.gather(keeping, return_exceptions=True)
            return story.heard.notices

    return asyncio.run(main())


def test_what_is_heard_is_passed_on() -> None:
    heard: list[Event] = []
    monitor = ThroughputMonitor(heard.append, FakeTime().clock)
    events = [
        HeadAccepted("Example log", a_head(5)), LogStarted(LOG.id, LOG.name, 5), Progress(LOG.id, 5, 5, 0),
        Notice("something"), LogDone(DONE),
    ]  # fmt: skip
    for event in events:
        monitor.hear(event)
    assert heard == events


def test_rates_are_kept_once_a_minute_while_a_log_is_read(tmp_path: Path) -> None:
    async def work(story: Story) -> None:
        story.monitor.hear(LogStarted(LOG.id, LOG.name, 1_000_000))
        assert await story.advance(10_000, 59) is None
        assert await story.advance(2_000, 1) == 200.0
        assert await story.advance(6_000, 30) == 200.0
        assert await story.advance(6_000, 30) == 200.0
        assert await story.advance(60_000, 120) == 500.0

    assert tell(tmp_path, work) == []


def test_time_in_which_nothing_is_read_does_not_count(tmp_path: Path) -> None:
    async def work(story: Story) -> None:
        story.monitor.hear(LogStarted(LOG.id, LOG.name, 9_000))
        await story.advance(9_000, 40)
        story.monitor.hear(LogDone(DONE))
        story.time.now += 1000
        story.monitor.hear(LogStarted(LOG.id, LOG.name, 1))
        assert await story.rate() == 225.0
        await story.advance(10, 1)
        story.monitor.hear(LogDone(DONE))
        story.time.now += 100
        story.monitor.hear(LogStarted(LOG.id, LOG.name, 1))
        assert await story.rate() == 225.0, "one second says little of a log's rate"

    assert tell(tmp_path, work) == []


def test_a_log_that_grows_faster_than_it_is_read_is_told_once_in_six_hours(tmp_path: Path) -> None:
    async def work(story: Story) -> None:
        story.monitor.hear(LogStarted(LOG.id, LOG.name, 1_000_000))
        for _ in range(3):
            await story.advance(4_800, 60)
        assert len(story.heard.notices) == 1
        story.time.now += 6 * 3600
        await story.advance(80 * 6 * 3600, 0)
        assert len(story.heard.notices) == 2
        await story.advance(12_000, 60)

    speeds = "grows by 120 entries/s and is read at 80/s"
    todo = "raise its rate where its operator allows that, use --jobs, or read fewer logs"
    assert tell(tmp_path, work) == [f"{LOG.name} {speeds}: it falls behind; {todo}"] * 2
