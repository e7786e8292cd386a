"""Progress of a scan on stderr: bars on a terminal, a line every few seconds otherwise.

Both reporters receive the events of `scan.events`. Names of logs come from a log list, so they are made harmless before
they are printed.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self, TextIO

from msgspec import Struct

from ctscan.privacy.redaction import one_line, without_addresses
from ctscan.scan.events import LogDone, LogStarted, Notice, Progress, Waiting
from ctscan.scan.request import LogStatus
from ctscan.views.endings import ending_text
from ctscan.views.text import ENGLISH, texts
from ctscan.views.words import duration

if TYPE_CHECKING:
    from rich.progress import TaskID

    from ctscan.scan.events import Event
    from ctscan.scan.request import LogOutcome

INTERVAL = 10.0  # seconds between two lines about one log
WINDOW = 30.0  # seconds over which the rate of a line is measured


class Reporter(AbstractContextManager["Reporter"], Protocol):
    """Display of the events of a scan, shown while it is entered."""

    def emit(self, event: Event) -> None:
        """Show an event."""
        ...


def reporter(stream: TextIO | None = None) -> Reporter:
    """Choose the reporter that fits the stream; stderr by default."""
    out = stream or sys.stderr
    return BarReporter(out) if out.isatty() else LineReporter(out)


def ending_line(outcome: LogOutcome, entries: int, found: int) -> str:
    """Render the last line about one log in a pass."""
    words = {
        LogStatus.DONE: "read to its head",
        LogStatus.GAPS: "done with gaps",
        LogStatus.INCOMPLETE: "not read to its head",
        LogStatus.SHARED: "not all of it read by this scan",
        LogStatus.MISBEHAVIOUR: "MISBEHAVED",
        LogStatus.WRONG_ORIGIN: "not read, the log list is wrong",
        LogStatus.STOPPED: "stopped, everything so far is kept",
    }
    message = ending_text(outcome.message, outcome.notes, outcome.gaps, texts(ENGLISH))
    if outcome.status is LogStatus.DONE and message:
        words[LogStatus.DONE] = message
    told = message.removeprefix(f"{outcome.name}: ")  # errors of a log begin with its name
    reason = f": {told}" if told and outcome.status is not LogStatus.DONE else ""
    sums = f" ({entries:,} entries read, {found:,} with personal data in scope)" if entries else ""
    return f"{outcome.name}: {words[outcome.status]}{sums}{reason}"


def waiting_line(event: Waiting) -> str:
    """Render the wait for an answer."""
    attempt = f", try {event.attempt}" if event.attempt > 1 else ""
    return harmless(f"waiting for {event.name} …{attempt}")


def harmless(text: str) -> str:
    """Remove addresses and terminal control characters from a line."""
    return one_line(without_addresses(text))


class _Pace(Struct):
    """Progress of one log in this pass."""

    name: str
    entries: int  # to be read in this pass
    began: float
    shown: float  # when the last line was shown
    done: int = 0
    found: int = 0
    window: tuple[float, int] = (0.0, 0)  # start of the window before this one, and the entries done then
    newest: tuple[float, int] = (0.0, 0)  # the same of this one

    def __post_init__(self) -> None:
        self.window = self.newest = (self.began, 0)

    def advance(self, entries: int, found: int, now: float) -> None:
        self.done += entries
        self.found += found
        if now - self.newest[0] > WINDOW:
            self.window, self.newest = self.newest, (now, self.done)

    def rate(self, now: float) -> float:
        """Compute entries per second over the last one or two windows."""
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
    """Lines for a file, a journal or a pipe: start and end of each log, and its progress every `INTERVAL` seconds."""

    def __init__(self, out: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        self._out, self._clock = out, clock
        self._paces: dict[bytes, _Pace] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._out.flush()

    def emit(self, event: Event) -> None:
        """Show an event. Tree heads and waits need no line: the number of entries to read follows."""
        match event:
            case LogStarted():
                self._start(event)
            case Progress():
                self._advance(event)
            case LogDone(outcome):
                pace = self._paces.pop(outcome.log_id, None)
                self._say(ending_line(outcome, pace.done if pace else 0, pace.found if pace else 0))
            case Notice(text):
                self._say(text)

    def _start(self, event: LogStarted) -> None:
        now = self._clock()
        self._paces[event.log_id] = _Pace(event.name, event.entries, began=now, shown=now)
        if event.entries:
            self._say(f"{event.name}: {event.entries:,} entries to read")

    def _advance(self, event: Progress) -> None:
        pace, now = self._paces.get(event.log_id), self._clock()
        if pace is None:
            return
        pace.advance(event.entries, event.found, now)
        if now - pace.shown >= INTERVAL:
            pace.shown = now
            self._say(pace.line(now))

    def _say(self, line: str) -> None:
        self._out.write(harmless(line) + "\n")
        self._out.flush()


class BarReporter:
    """Progress bar for each log that is being read; lines about finished logs stand above the bars."""

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
        self._waits: dict[bytes, TaskID] = {}  # logs that gave no answer yet

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bars.stop()

    def emit(self, event: Event) -> None:
        """Show an event. Tree heads need no line: the bar with the number of entries to read follows."""
        match event:
            case Waiting():
                self._wait(event)
                return
            case LogStarted():
                self._start(event)
            case Progress():
                self._advance(event)
            case LogDone(outcome):
                pace = self._drop(outcome.log_id)
                self._print(ending_line(outcome, pace.done if pace else 0, pace.found if pace else 0))
            case Notice(text):
                self._print(text)
        self._end_wait(b"")  # the log list has come

    def refresh(self) -> None:
        """Draw the bars now; they are drawn four times a second anyway."""
        self._bars.refresh()

    def _wait(self, event: Waiting) -> None:
        """Show at once that an answer is waited for: a log may be down."""
        text = waiting_line(event)
        if event.log_id in self._paces:
            if event.attempt > 1:
                self._bars.update(self._paces[event.log_id][1], description=text)
        elif event.log_id in self._waits:
            self._bars.update(self._waits[event.log_id], description=text)
        else:
            self._waits[event.log_id] = self._bars.add_task(text, total=None, rate="")

    def _end_wait(self, log_id: bytes) -> None:
        task = self._waits.pop(log_id, None)
        if task is not None:
            self._bars.remove_task(task)

    def _start(self, event: LogStarted) -> None:
        self._drop(event.log_id)
        now = self._clock()
        pace = _Pace(event.name, event.entries, began=now, shown=now)
        task = self._bars.add_task(harmless(event.name), total=event.entries, rate="")
        self._paces[event.log_id] = (pace, task)

    def _advance(self, event: Progress) -> None:
        if event.log_id not in self._paces:
            return
        pace, task = self._paces[event.log_id]
        now = self._clock()
        pace.advance(event.entries, event.found, now)
        rate = f"{pace.rate(now):,.0f}/s"
        self._bars.update(task, completed=pace.done, rate=rate, description=harmless(pace.name))

    def _print(self, text: str) -> None:
        self._console.print(harmless(text))

    def _drop(self, log_id: bytes) -> _Pace | None:
        self._end_wait(log_id)
        pace, task = self._paces.pop(log_id, (None, None))
        if task is not None:
            self._bars.remove_task(task)
        return pace
