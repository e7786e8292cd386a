"""How a scan tells what it does, on stderr: bars on a terminal, a line every few seconds otherwise.

Both implement `scan.Reporter`. Names of logs come from a log list, so they are made harmless before they are printed.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self, TextIO

from ctscan.model import TreeHead
from ctscan.privacy.redaction import one_line, without_addresses
from ctscan.scan.request import Ending, LogOutcome, Reporter
from ctscan.views.words import duration

if TYPE_CHECKING:
    from rich.progress import TaskID

INTERVAL = 10.0  # seconds between two lines about one log
WINDOW = 30.0  # seconds over which the rate of a line is measured


class Shown(Reporter, AbstractContextManager["Shown"], Protocol):
    """A reporter that is shown while it is entered."""


def reporter(stream: TextIO | None = None) -> Shown:
    """The reporter that fits stderr."""
    out = stream or sys.stderr
    return BarReporter(out) if out.isatty() else LineReporter(out)


def ending_line(outcome: LogOutcome, entries: int, found: int) -> str:
    """The last line about one log in a pass."""
    words = {
        Ending.DONE: "read to its head",
        Ending.INCOMPLETE: "not read to its head",
        Ending.SHARED: "not all of it read by this scan",
        Ending.MISBEHAVIOUR: "MISBEHAVED",
        Ending.STOPPED: "stopped, everything so far is kept",
    }
    if outcome.ending is Ending.DONE and outcome.message:
        words[Ending.DONE] = outcome.message
    message = f": {outcome.message}" if outcome.message and outcome.ending is not Ending.DONE else ""
    sums = f" ({entries:,} entries read, {found:,} with personal data in scope)" if entries else ""
    return f"{outcome.name}: {words[outcome.ending]}{sums}{message}"


def harmless(text: str) -> str:
    """A line that holds no address and can't steer the terminal."""
    return one_line(without_addresses(text))


@dataclass(slots=True)
class _Pace:
    """How one log comes on in this pass."""

    name: str
    entries: int  # to be read in this pass
    began: float
    told: float
    done: int = 0
    found: int = 0
    window: tuple[float, int] = (0.0, 0)  # when the window before this one began, and what was done then
    newest: tuple[float, int] = (0.0, 0)  # the same of this one

    def __post_init__(self) -> None:
        self.window = self.newest = (self.began, 0)

    def advance(self, entries: int, found: int, now: float) -> None:
        self.done += entries
        self.found += found
        if now - self.newest[0] > WINDOW:
            self.window, self.newest = self.newest, (now, self.done)

    def rate(self, now: float) -> float:
        """Entries a second over the last one or two windows."""
        began, done = self.window
        return (self.done - done) / max(now - began, 0.001)

    def line(self, now: float) -> str:
        rate = self.rate(now)
        left = max(0, self.entries - self.done)
        remaining = f", {duration(left / rate)} left" if rate > 0 and left else ""
        share = f" ({self.done / self.entries:.0%})" if self.entries else ""
        return (
            f"{self.name}: {self.done:,} of {self.entries:,} entries{share}, {rate:,.0f}/s{remaining}, "
            f"{self.found:,} with personal data"
        )


class LineReporter:
    """Lines for a file, a journal or a pipe: the beginning and the end of each log, and how it goes every
    `INTERVAL` seconds."""

    def __init__(self, out: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        self._out, self._clock = out, clock
        self._paces: dict[bytes, _Pace] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._out.flush()

    def tree_head(self, name: str, head: TreeHead) -> None:
        """Called by the scan; see `scan.Reporter`. Nothing to show: what is to be read follows."""

    def log_started(self, log_id: bytes, name: str, entries: int) -> None:
        """Called by the scan; see `scan.Reporter`."""
        now = self._clock()
        self._paces[log_id] = _Pace(name, entries, began=now, told=now)
        if entries:
            self._say(f"{name}: {entries:,} entries to read")

    def advanced(self, log_id: bytes, entries: int, position: int, found: int) -> None:
        """Called by the scan; see `scan.Reporter`."""
        pace, now = self._paces.get(log_id), self._clock()
        if pace is None:
            return
        pace.advance(entries, found, now)
        if now - pace.told >= INTERVAL:
            pace.told = now
            self._say(pace.line(now))

    def log_done(self, outcome: LogOutcome) -> None:
        """Called by the scan; see `scan.Reporter`."""
        pace = self._paces.pop(outcome.log_id, None)
        self._say(ending_line(outcome, pace.done if pace else 0, pace.found if pace else 0))

    def notice(self, text: str) -> None:
        """Called by the scan; see `scan.Reporter`."""
        self._say(text)

    def _say(self, line: str) -> None:
        self._out.write(harmless(line) + "\n")
        self._out.flush()


class BarReporter:
    """A bar for each log that is being read, above it the lines about those that are done."""

    def __init__(self, out: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        self._clock = clock
        self._console = Console(file=out, stderr=True, highlight=False, markup=False, emoji=False)
        self._bars = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=20),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}", markup=False),
            TimeRemainingColumn(compact=True),
            console=self._console,
            refresh_per_second=4,
            redirect_stdout=False,
        )
        self._paces: dict[bytes, tuple[_Pace, TaskID]] = {}

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bars.stop()

    def tree_head(self, name: str, head: TreeHead) -> None:
        """Called by the scan; see `scan.Reporter`. Nothing to show: what is to be read follows."""

    def log_started(self, log_id: bytes, name: str, entries: int) -> None:
        """Called by the scan; see `scan.Reporter`."""
        self._drop(log_id)
        now = self._clock()
        pace = _Pace(name, entries, began=now, told=now)
        self._paces[log_id] = (pace, self._bars.add_task(harmless(name), total=entries, rate=""))

    def advanced(self, log_id: bytes, entries: int, position: int, found: int) -> None:
        """Called by the scan; see `scan.Reporter`."""
        if log_id not in self._paces:
            return
        pace, task = self._paces[log_id]
        now = self._clock()
        pace.advance(entries, found, now)
        self._bars.update(task, completed=pace.done, rate=f"{pace.rate(now):,.0f}/s")

    def log_done(self, outcome: LogOutcome) -> None:
        """Called by the scan; see `scan.Reporter`."""
        pace = self._drop(outcome.log_id)
        self.notice(ending_line(outcome, pace.done if pace else 0, pace.found if pace else 0))

    def notice(self, text: str) -> None:
        """Called by the scan; see `scan.Reporter`."""
        self._console.print(harmless(text))

    def _drop(self, log_id: bytes) -> _Pace | None:
        pace, task = self._paces.pop(log_id, (None, None))
        if task is not None:
            self._bars.remove_task(task)
        return pace
