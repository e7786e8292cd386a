"""Progress of a scan: lines for a journal, bars for a terminal; neither shows an address."""

from __future__ import annotations

import io

import pytest

from ctscan.cli.progress import BarReporter, LineReporter, ending_line, reporter
from ctscan.scan.events import LogDone, LogStarted, Notice, Progress, Waiting
from ctscan.scan.request import LogOutcome, LogStatus
from ctscan.views.words import duration

LOG = b"l" * 32


class Clock:
    """Clock that a test sets."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Terminal(io.StringIO):
    """Stream that claims to be a terminal."""

    def isatty(self) -> bool:
        return True


def test_lines_at_intervals_with_rate_and_remaining_time() -> None:
    out, clock = io.StringIO(), Clock()
    shown = LineReporter(out, clock)
    with shown:
        shown.emit(LogStarted(LOG, "Example log", 10_000))
        for _ in range(12):
            clock.now += 1
            shown.emit(Progress(LOG, 500, 500, 1))
        shown.emit(LogDone(LogOutcome(LOG, "Example log", LogStatus.DONE)))
    assert out.getvalue().splitlines() == [
        "Example log: 10,000 entries to read",
        "Example log: 5,000 of 10,000 entries (50%), 500/s, 10 s left, 10 with personal data",
        "Example log: read to its head (6,000 entries read, 12 with personal data in scope)",
    ]


def test_rate_is_that_of_lately() -> None:
    out, clock = io.StringIO(), Clock()
    shown = LineReporter(out, clock)
    shown.emit(LogStarted(LOG, "Example log", 1_000_000))
    clock.now += 60
    shown.emit(Progress(LOG, 60_000, 60_000, 0))
    for _ in range(70):
        clock.now += 1
        shown.emit(Progress(LOG, 10, 60_000, 0))
    rates = [line.split(", ")[1] for line in out.getvalue().splitlines() if "/s" in line]
    assert rates[-1] != rates[0]
    assert int(rates[-1].removesuffix("/s").replace(",", "")) < int(rates[0].removesuffix("/s").replace(",", ""))


@pytest.mark.parametrize("terminal", [False, True])
def test_whatever_is_told_holds_no_address_and_steers_nothing(terminal: bool) -> None:
    out = Terminal() if terminal else io.StringIO()
    shown = BarReporter(out) if terminal else LineReporter(out)
    with shown:
        shown.emit(LogStarted(LOG, "Evil \x1b]0;x\x07[red] log", 10))
        shown.emit(Progress(LOG, 5, 5, 1))
        shown.emit(Progress(b"x" * 32, 5, 5, 1))  # of a log that never started
        shown.emit(Notice("see jane@example.org \x9b"))
        shown.emit(LogDone(LogOutcome(LOG, "Evil", LogStatus.MISBEHAVIOUR, "two roots, ask jane@example.org")))
    text = out.getvalue()
    assert "see <email> \\x9b" in text
    assert "Evil: MISBEHAVED (5 entries read, 1 with personal data in scope): two roots, ask <email>" in " ".join(
        text.split()
    )
    assert "jane" not in text
    assert not {"\x07", "\x9b"} & set(text)
    assert "\x1b]" not in text


def test_a_terminal_shows_at_once_that_a_log_is_waited_for_and_how_often_it_was_asked() -> None:
    out = Terminal()
    shown = BarReporter(out)
    with shown:
        shown.emit(Waiting(b"", "the log list"))
        assert "waiting for the log list …" in refreshed(shown, out)
        shown.emit(Waiting(LOG, "Example log"))
        shown.emit(Waiting(LOG, "Example log", 2))
        assert "waiting for Example log …, try 2" in refreshed(shown, out)
        shown.emit(LogStarted(LOG, "Example log", 10))
        now = refreshed(shown, out)
        assert "waiting" not in now and "Example log" in now
        shown.emit(Waiting(LOG, "Example log"))  # of another process that reads the log
        assert "waiting" not in refreshed(shown, out)
        shown.emit(Waiting(LOG, "Example log", 3))
        assert "waiting for Example log …, try 3" in refreshed(shown, out)
        shown.emit(Progress(LOG, 5, 5, 1))
        assert "waiting" not in refreshed(shown, out)
        shown.emit(Waiting(b"x" * 32, "Dead log"))
        shown.emit(LogDone(LogOutcome(b"x" * 32, "Dead log", LogStatus.INCOMPLETE, "nothing received for 15 s")))
        assert "waiting for Dead log" not in refreshed(shown, out)


def refreshed(shown: BarReporter, out: Terminal) -> str:
    """Return what a refresh of the bars writes."""
    before = len(out.getvalue())
    shown.refresh()
    return " ".join(out.getvalue()[before:].split())


@pytest.mark.parametrize("terminal", [False, True])
def test_a_head_of_the_largest_size_can_be_shown(terminal: bool) -> None:
    out, clock = Terminal() if terminal else io.StringIO(), Clock()
    shown = BarReporter(out, clock) if terminal else LineReporter(out, clock)
    with shown:
        shown.emit(LogStarted(LOG, "Endless log", (1 << 63) - 1))
        for _ in range(3):
            clock.now += 20
            shown.emit(Progress(LOG, 256, 256, 0))
        shown.emit(LogDone(LogOutcome(LOG, "Endless log", LogStatus.STOPPED)))
    assert "stopped" in out.getvalue()


def test_a_journal_gets_no_line_about_waits() -> None:
    out = io.StringIO()
    LineReporter(out).emit(Waiting(LOG, "Example log", 2))
    assert out.getvalue() == ""


def test_the_reporter_fits_the_stream() -> None:
    assert isinstance(reporter(io.StringIO()), LineReporter)
    assert isinstance(reporter(Terminal()), BarReporter)


@pytest.mark.parametrize(
    ("ending", "words"),
    [
        (LogStatus.DONE, "Example: read to its head"),
        (LogStatus.INCOMPLETE, "Example: not read to its head: time-out"),
        (LogStatus.STOPPED, "Example: stopped, everything so far is kept"),
    ],
)
def test_endings(ending: LogStatus, words: str) -> None:
    message = "time-out" if ending is LogStatus.INCOMPLETE else ""
    assert ending_line(LogOutcome(LOG, "Example", ending, message), 0, 0) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.4, "0 s"), (59, "59 s"), (60, "1 min"), (3599, "1 h 0 min"), (7260, "2 h 1 min"), (200_000, "2 d 7 h")],
)
def test_durations(seconds: float, words: str) -> None:
    assert duration(seconds) == words


def test_the_name_of_a_log_stands_once_in_its_ending() -> None:
    ended = LogOutcome(LOG, "Example", LogStatus.MISBEHAVIOUR, "Example: two roots for one size")
    assert ending_line(ended, 0, 0) == "Example: MISBEHAVED: two roots for one size"


def test_every_ending_has_its_words() -> None:
    for ending in LogStatus:
        assert ending_line(LogOutcome(bytes(32), "Example log", ending, "why"), 5, 1).count("why") == 1
    past = ending_line(LogOutcome(bytes(32), "Example log", LogStatus.DONE, "all entries from 0 to 9 are read"), 9, 1)
    assert past == "Example log: all entries from 0 to 9 are read (9 entries read, 1 with personal data in scope)"
