"""Clock of a case: its start, the days on which it stood, and the last days that follow. Pure.

The day of an event is its day in the offset from UTC with which its time is stated.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import NamedTuple

from ctscan.dsar.day_counting import IsHoliday, LastDay, last_day
from ctscan.errors import InputError
from ctscan.model.case import Case, CaseAction, CaseEvent
from ctscan.model.regime import ClockStart, PauseCount, PauseGround, Period, Regime


class CaseClock(NamedTuple):
    """Clock of a case.

    Attributes:
        start: day from which periods run; it is not counted.
        stopped: days of ended pauses that don't count.
        paused: event that began the pause that lasts; None while the clock runs.
    """

    start: date
    stopped: int
    paused: CaseEvent | None


class _Pause(NamedTuple):
    ground: PauseGround
    start: date
    end: date


def day_of(event: CaseEvent) -> date:
    """Return the day of an event."""
    return event.at.date()


def day_in(case: Case, event: CaseEvent, key: str) -> date | None:
    """Read the day in a detail of an event; None where there is none.

    Raises:
        InputError: the detail is no day.
    """
    text = event.get(key)
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).date()
    except ValueError:
        raise InputError(f"case {case.number}: {event.action}: {key}: expected a day such as 2026-03-31") from None


def clock_of(case: Case, regime: Regime, is_holiday: IsHoliday | None, until: date | None = None) -> CaseClock:
    """Derive the clock of a case.

    Args:
        case: the case with its history.
        regime: regime as it applies to the day of receipt (`Regime.at`).
        is_holiday: public holidays; None: weekends only.
        until: day on which a pause that lasts is taken to end; None: it ends when the case is closed.
    """
    start, stopped, counted, begun = start_of(case, regime), 0, date.min, None
    for event in case.of(CaseAction.PAUSED, CaseAction.RESUMED):
        if event.action is CaseAction.PAUSED:
            begun = begun or event
        elif begun:
            start, stopped, counted = _after(case, regime, is_holiday, begun, day_of(event), (start, stopped, counted))
            begun = None
    until = until or next((day_of(event) for event in case.of(CaseAction.CLOSED)), None)
    if begun and until:
        start, stopped, counted = _after(case, regime, is_holiday, begun, until, (start, stopped, counted))
        begun = None
    return CaseClock(start, stopped, begun)


def start_of(case: Case, regime: Regime) -> date:
    """Find the day that starts the clock: receipt, or the latest of receipt, requested identity information and fee.

    Identity counts where the case shows that it was asked for (a code was made, or `asked` stands in the detail), so
    that a note of the handler's doesn't move a date of the law.
    """
    if regime.start is ClockStart.RECEIPT:
        return case.received
    identified = [day_of(event) for event in case.of(CaseAction.IDENTIFIED) if _was_asked(case, event)][:1]
    paid = [day_of(event) for event in case.of(CaseAction.FEE_PAID)][:1]
    return max([case.received, *identified, *paid])


def _was_asked(case: Case, event: CaseEvent) -> bool:
    made = case.of(CaseAction.CODE_MADE)
    return bool(event.get("asked")) or any(day_of(code) <= day_of(event) for code in made)


def _after(
    case: Case,
    regime: Regime,
    is_holiday: IsHoliday | None,
    begun: CaseEvent,
    end: date,
    before: tuple[date, int, date],
) -> tuple[date, int, date]:
    """Add a pause to start, stopped days and the last day counted among these. A pause without a ground of the regime,
    or after the last day, changes nothing; a day of two pauses counts once."""
    start, stopped, counted = before
    ground = next((one for one in regime.pauses_of(case.kind) if one.code == begun.get("reason")), None)
    last = answer_end(case, regime, CaseClock(start, stopped, None), is_holiday)
    if ground is None or last is None or day_of(begun) > last.on:
        return before
    if ground.count is PauseCount.ANEW:
        return max(start, end), 0, end
    first = day_of(begun) + timedelta(days=0 if ground.count is PauseCount.BOTH_ENDS else 1)
    first = max(first, start + timedelta(days=1), counted + timedelta(days=1))
    return start, stopped + max(0, (end - first).days + 1), max(counted, end)


def answer_end(case: Case, regime: Regime, clock: CaseClock, is_holiday: IsHoliday | None) -> LastDay | None:
    """Find the last day to answer, with the extension that was told; None where no number is known."""
    return extended_end(case, regime, clock, is_holiday) or first_end(regime, clock, is_holiday)


def first_end(regime: Regime, clock: CaseClock, is_holiday: IsHoliday | None) -> LastDay | None:
    """Find the last day to answer without an extension, which is also the last day to tell of one."""
    return _end(regime.first, clock, is_holiday)


def extended_end(case: Case, regime: Regime, clock: CaseClock, is_holiday: IsHoliday | None) -> LastDay | None:
    """Find the last day of the extension: as told, and no later than the law permits; None without an extension."""
    events = case.of(CaseAction.EXTENDED)
    if not events or regime.extension is None:
        return None
    limit, told = _end(regime.extension.total, clock, is_holiday), day_in(case, events[-1], "until")
    if told is None or (limit and told >= limit.on):
        return limit
    return LastDay(min(told, limit.raw) if limit else told, told)


def _end(period: Period | None, clock: CaseClock, is_holiday: IsHoliday | None) -> LastDay | None:
    return last_day(clock.start, period, is_holiday, clock.stopped) if period else None
