"""Speed of reading, measured while logs are read, with a warning for a log that grows faster.

    events of a scan ──► ThroughputMonitor ──► receiver of the events
                              └─► every minute: rates into the index

The monitor stands behind `aggregate.py`, where the progress of several processes on a log adds up.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from math import inf
from typing import TYPE_CHECKING

from msgspec import Struct

from ctscan.ct import coverage
from ctscan.errors import IndexFault
from ctscan.scan.events import LogDone, LogStarted, Notice, Progress

if TYPE_CHECKING:
    from ctscan.index.protocols import LogStore
    from ctscan.scan.events import Emit, Event

EVERY = 60.0  # seconds between two measurements
LEAST = 30.0  # seconds of reading for a measurement: fewer give the rate of a few answers
SILENT = 6 * 3600.0  # seconds until the next warning about the same log


class _Reading(Struct):
    """Reading of a log since the last measurement."""

    name: str
    since: float | None = None  # start of the running pass, or the last measurement in it
    seconds: float = 0.0  # read before that
    entries: int = 0
    warned: float = -inf

    def end(self, now: float) -> None:
        if self.since is not None:
            self.seconds += now - self.since
        self.since = None

    def take(self, now: float) -> float | None:
        """Return the entries per second of reading and start the next measurement; None after too short a time."""
        is_read = self.since is not None
        self.end(now)
        entries, seconds, self.entries, self.seconds = self.entries, self.seconds, 0, 0.0
        self.since = now if is_read else None
        return entries / seconds if seconds >= LEAST else None


class ThroughputMonitor:
    """Monitor between a scan and the receiver of its events. `clock` in seconds."""

    def __init__(self, emit: Emit, clock: Callable[[], float] = time.monotonic) -> None:
        self._emit, self._clock = emit, clock
        self._readings: dict[bytes, _Reading] = {}
        self._measured = clock()
        self._due = asyncio.Event()

    def hear(self, event: Event) -> None:
        """Count an event and pass it on; each event checks whether a measurement is due."""
        now = self._clock()
        if now - self._measured >= EVERY:
            self._due.set()
        match event:
            case LogStarted(log_id, name):
                self._readings.setdefault(log_id, _Reading(name)).since = now
            case Progress(log_id, entries) if reading := self._readings.get(log_id):
                reading.entries += entries
            case LogDone(outcome) if reading := self._readings.get(outcome.log_id):
                reading.end(now)
        self._emit(event)

    async def run(self, index: LogStore) -> None:
        """Record the rate of each log about once a minute while logs are read, until cancelled."""
        while True:
            await self._due.wait()
            self._due.clear()
            now = self._measured = self._clock()
            for log_id, reading in list(self._readings.items()):
                if (rate := reading.take(now)) is not None:
                    with suppress(IndexFault):  # the scan itself meets it, and reports it
                        await self._record(index, log_id, reading, rate, now)

    async def _record(self, index: LogStore, log_id: bytes, reading: _Reading, rate: float, now: float) -> None:
        await index.record_rate(log_id, rate)
        state = await index.log_state(log_id)
        if state is None or coverage.catch_up(state) != inf or now - reading.warned < SILENT:
            return
        reading.warned = now
        speeds = f"grows by {_number(state.growth or 0.0)} entries/s and is read at {_number(rate)}/s"
        todo = "raise its rate where its operator allows that, use --jobs, or read fewer logs"
        self._emit(Notice(f"{reading.name} {speeds}: it falls behind; {todo}"))


def _number(rate: float) -> str:
    return f"{rate:.2g}" if rate < 10 else f"{rate:,.0f}"
