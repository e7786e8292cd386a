"""Measures how fast logs are read while they are read, and tells when one grows faster than that.

    what a scan reports ──► Meter ──► what the user hears
                              └─► every minute: rates into the index

It stands behind `joint.py`, where what several processes read of one log adds up.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from math import inf

from ctscan.ct import coverage
from ctscan.errors import IndexFault
from ctscan.index.protocols import Index
from ctscan.model import TreeHead
from ctscan.scan.request import LogOutcome, Reporter

EVERY = 60.0  # seconds between two measurements
LEAST = 30.0  # of them that a log has to be read, or its rate is that of a few answers
SILENT = 6 * 3600.0  # seconds until it is told again that a log falls behind


@dataclass(slots=True)
class _Reading:
    """One log since the last measurement."""

    name: str
    since: float | None = None  # when the pass under way began, or the last measurement was
    seconds: float = 0.0  # read before that
    entries: int = 0
    told: float = -inf

    def end(self, now: float) -> None:
        if self.since is not None:
            self.seconds += now - self.since
        self.since = None

    def take(self, now: float) -> float | None:
        """Entries a second while it was read; None where that was too short a time. Begins anew."""
        is_read = self.since is not None
        self.end(now)
        entries, seconds, self.entries, self.seconds = self.entries, self.seconds, 0, 0.0
        self.since = now if is_read else None
        return entries / seconds if seconds >= LEAST else None


class Meter:
    """A `Reporter` that passes everything on to another. `keep` beside the scan does the rest. `clock` in seconds."""

    def __init__(self, reporter: Reporter, clock: Callable[[], float] = time.monotonic) -> None:
        self._reporter, self._clock = reporter, clock
        self._readings: dict[bytes, _Reading] = {}
        self._measured = clock()
        self._due = asyncio.Event()

    # --- what it hears ---

    def tree_head(self, name: str, head: TreeHead) -> None:
        self._reporter.tree_head(name, head)

    def log_started(self, log_id: bytes, name: str, entries: int) -> None:
        self._readings.setdefault(log_id, _Reading(name)).since = self._now()
        self._reporter.log_started(log_id, name, entries)

    def advanced(self, log_id: bytes, entries: int, position: int, found: int) -> None:
        self._now()
        if reading := self._readings.get(log_id):
            reading.entries += entries
        self._reporter.advanced(log_id, entries, position, found)

    def log_done(self, outcome: LogOutcome) -> None:
        now = self._now()
        if reading := self._readings.get(outcome.log_id):
            reading.end(now)
        self._reporter.log_done(outcome)

    def notice(self, text: str) -> None:
        self._reporter.notice(text)

    def _now(self) -> float:
        """The clock; whether a measurement is due is looked at whenever something is heard."""
        now = self._clock()
        if now - self._measured >= EVERY:
            self._due.set()
        return now

    # --- what it tells ---

    async def keep(self, index: Index) -> None:
        """Until cancelled: about once a minute, as long as anything is read, keep how fast each log is."""
        while True:
            await self._due.wait()
            self._due.clear()
            now = self._measured = self._clock()
            for log_id, reading in list(self._readings.items()):
                if (rate := reading.take(now)) is not None:
                    with suppress(IndexFault):  # the scan itself meets with it, and says so
                        await self._keep_rate(index, log_id, reading, rate, now)

    async def _keep_rate(self, index: Index, log_id: bytes, reading: _Reading, rate: float, now: float) -> None:
        await index.record_rate(log_id, rate)
        state = await index.log_state(log_id)
        if state is None or coverage.catch_up(state) != inf or now - reading.told < SILENT:
            return
        reading.told = now
        speeds = f"grows by {_number(state.growth or 0.0)} entries/s and is read at {_number(rate)}/s"
        todo = "raise its rate where its operator allows that, use --jobs, or read fewer logs"
        self._reporter.notice(f"{reading.name} {speeds}: it falls behind; {todo}")


def _number(rate: float) -> str:
    return f"{rate:.2g}" if rate < 10 else f"{rate:,.0f}"
