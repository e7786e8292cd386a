"""Texts, dates and numbers of a case as a handler types them, checked before anything is written.

A case is personal data: its texts may name people. They hold no character that steers a terminal or that nobody sees.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import TYPE_CHECKING

from ctscan.app.wiring import CLOCK
from ctscan.clock import Clock
from ctscan.errors import UsageError
from ctscan.model.case import CaseKind, CaseRequest
from ctscan.on_first_use import late_pattern
from ctscan.privacy.redaction import visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ctscan.model import Identifier

NUMBER = late_pattern(r"C-(\d{4})-(\d{4,9})")
"""Form of the number of a case."""

LINE_LIMIT = 200
TEXT_LIMIT = 10_000

FIRST_DAY = date(1990, 1, 1)
"""First day that a date of a case can mean: there were no certificates before."""

_DAY = late_pattern(r"\d{4}-\d\d-\d\d", re.ASCII)


def case_number(text: str) -> str:
    """Return the number of a case as the register writes it.

    Raises:
        UsageError: the text is no such number; it is not repeated, as it may name somebody.
    """
    number = text.strip().upper()
    if not (number.isascii() and NUMBER.fullmatch(number)):
        raise UsageError(
            f"case: expected the number of a case, such as C-2026-0017, got something else of {len(text)} characters; "
            "'ctscan case list --all' shows the numbers"
        )
    return number


def line_of(option: str, text: str, *, limit: int = LINE_LIMIT) -> str:
    """Check a text of one line, and return it without blanks at its ends.

    Raises:
        UsageError: it is too long, or has a character that steers a terminal or can't be seen.
    """
    line = text.strip()
    _check_characters(option, line, "a line of text")
    return _within(option, line, limit)


def text_of(option: str, text: str, *, limit: int = TEXT_LIMIT) -> str:
    """Check a text of any number of lines that has to say something, and return it without blanks at its ends.

    Raises:
        UsageError: it is empty or too long, or has a character that steers a terminal or can't be seen.
    """
    found = "\n".join(line.rstrip() for line in text.replace("\r\n", "\n").replace("\t", " ").split("\n")).strip()
    if not found:
        raise UsageError(f"{option}: expected a text, got none; say it in your words, it is kept with the case")
    _check_characters(option, found.replace("\n", " "), "text")
    return _within(option, found, limit)


def _within(option: str, text: str, limit: int) -> str:
    if len(text) > limit:
        raise UsageError(f"{option}: expected at most {limit:,} characters, got {len(text):,}; shorten the text")
    return text


def _check_characters(option: str, text: str, expected: str) -> None:
    shown = visible(text)
    if shown != text:
        at = next(place for place, (one, other) in enumerate(zip(text, shown, strict=False)) if one != other)
        raise UsageError(
            f"{option}: expected {expected} without control and invisible characters, got U+{ord(text[at]):04X} as "
            f"character {at + 1}; leave it out"
        )


def here(moment: datetime) -> datetime:
    """Return a moment with the offset of this machine's time zone from UTC: the day of an event is the day here."""
    return moment.astimezone()


def today(now: datetime) -> date:
    """Return the day of a moment in the time zone of this machine."""
    return here(now).date()


def day_of(option: str, text: str, now: datetime) -> date:
    """Read a date that is not in the future.

    Raises:
        UsageError: the text is no date of the calendar, or the day was not yet, or is long before all certificates.
    """
    typed = text.strip()
    try:
        found = date.fromisoformat(typed) if _DAY.fullmatch(typed) else None
    except ValueError:
        found = None
    if found is None:
        raise UsageError(
            f"{option}: expected a date such as 2026-01-31, got something else of {len(text)} characters, or a day "
            "that no calendar has"
        )
    return checked_day(option, found, now)


def checked_day(option: str, day: date, now: datetime) -> date:
    """Check that a day is not in the future, and not long ago.

    Raises:
        UsageError: it is.
    """
    if day > today(now):
        raise UsageError(f"{option}: expected a day up to today, got {day}, which lies in the future")
    if day < FIRST_DAY:
        raise UsageError(f"{option}: expected a day from {FIRST_DAY} on, got {day}; check the year")
    return day


def moment_of(option: str, text: str | None, now: datetime) -> datetime:
    """Read the moment of an event: a date, which means its beginning, or for today the present moment.

    Args:
        option: option that gave the text.
        text: date; None: now.
        now: the present moment.

    Raises:
        UsageError: as `day_of`.
    """
    if text is None:
        return here(now)
    day = day_of(option, text, now)
    return here(now) if day == today(now) else here(datetime(day.year, day.month, day.day))  # noqa: DTZ001 - of here


def case_request(
    identifiers: Sequence[Identifier],
    *,
    regime: str,
    received: str,
    kind: str = CaseKind.ACCESS,
    channel: str = "",
    requester: str = "",
    since: str | None = None,
    lang: str = "en",
    clock: Clock = CLOCK,
) -> CaseRequest:
    """Make a request of what a handler typed; `open_case` checks the rest.

    Raises:
        UsageError: a date or the kind can't be understood.
    """
    now = clock.now()
    if kind not in set(CaseKind):
        raise UsageError(f"--kind: expected one of {', '.join(CaseKind)}, got something else of {len(kind)} characters")
    return CaseRequest(
        tuple(identifiers),
        regime,
        day_of("--received", received, now),
        CaseKind(kind),
        channel,
        requester,
        None if since is None else day_of("--since", since, now),
        lang,
    )
