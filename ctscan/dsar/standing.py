"""Standing of a case: state, deadlines and notes, derived from its history and the rules of its regime. Pure.

An answer is done when the case is closed: until then nothing says that it was sent. While the clock stands, the answer
has no last day, so the case has no such deadline; a note says how many days are left. The expiry of a code is listed,
and never `due`: nobody fails in a duty when a code expires.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time

from ctscan.dsar.case_clock import CaseClock, answer_end, clock_of, day_in, extended_end, first_end
from ctscan.dsar.case_notes import notes_of
from ctscan.dsar.day_counting import IsHoliday, LastDay, last_day
from ctscan.model.case import Case, CaseAction, CaseEvent, CaseStanding, CaseState, Deadline
from ctscan.model.duty import Duty
from ctscan.model.message import Message
from ctscan.model.regime import Regime


def standing(case: Case, regime: Regime, is_holiday: IsHoliday | None) -> CaseStanding:
    """Derive the standing of a case.

    Args:
        case: the case with its history.
        regime: its regime.
        is_holiday: public holidays of the controller's place; None: only weekends are free.

    Raises:
        InputError: the detail of an event is no day where a day is expected.
    """
    rule = regime.at(case.received)
    clock = clock_of(case, rule, is_holiday)
    deadlines = tuple(sorted(_deadlines(case, rule, clock, is_holiday), key=lambda one: (one.on, one.what.code)))
    open_duties = (one for one in deadlines if one.done_at is None and one.what.code != Duty.CODE_EXPIRES)
    extended = None if clock.paused else extended_end(case, rule, clock, is_holiday)
    return CaseStanding(
        state=state_of(case),
        deadlines=deadlines,
        due=next(open_duties, None),
        extended_until=extended.on if extended else None,
        paused_since=clock.paused.at.date() if clock.paused else None,
        is_identity_settled=is_identity_settled(case),
        notes=notes_of(case, regime, clock, is_holiday),
    )


def state_of(case: Case) -> CaseState:
    """Derive the state. A decision on a part leaves the case open."""
    pauses = case.of(CaseAction.PAUSED, CaseAction.RESUMED)
    if case.of(CaseAction.CLOSED):
        return CaseState.CLOSED
    if pauses and pauses[-1].action is CaseAction.PAUSED:
        return CaseState.PAUSED
    is_decided = any(not event.get("certificate") for event in case.of(CaseAction.DECIDED))
    return CaseState.DECIDED if is_decided else CaseState.OPEN


def is_identity_settled(case: Case) -> bool:
    """Return whether the identity was settled, and no identifier was added since: the new one may be another's."""
    events = case.of(CaseAction.IDENTIFIED, CaseAction.IDENTIFIER_ADDED)
    return bool(events) and events[-1].action is CaseAction.IDENTIFIED


def _deadlines(case: Case, regime: Regime, clock: CaseClock, is_holiday: IsHoliday | None) -> Iterator[Deadline]:
    if regime.confirm:
        confirmed = _first(case, CaseAction.CONFIRMED_RECEIPT, CaseAction.CLOSED)
        yield _deadline(Duty.CONFIRM(), last_day(case.received, regime.confirm, is_holiday), confirmed)
    if not clock.paused:
        yield from _of_answer(case, regime, clock, is_holiday)
    yield from _follow_ups(case)
    yield from _code_expiry(case)


def _of_answer(case: Case, regime: Regime, clock: CaseClock, is_holiday: IsHoliday | None) -> Iterator[Deadline]:
    first, last = first_end(regime, clock, is_holiday), answer_end(case, regime, clock, is_holiday)
    if first is None or last is None:
        return
    closed = _first(case, CaseAction.CLOSED)
    extensions = case.of(CaseAction.EXTENDED) if regime.extension else ()
    if extensions:
        yield _deadline(Duty.TELL_EXTENSION(), first, _told(case, extensions[-1]))
        yield _deadline(Duty.ANSWER_EXTENDED(), last, closed)
    else:
        yield _deadline(Duty.ANSWER() if regime.answer else Duty.ANSWER_CUSTOMARY(), first, closed)


def _deadline(what: Message, last: LastDay, done: datetime | None) -> Deadline:
    return Deadline(what, on=last.on, warn_on=last.raw, done_at=done)


def _first(case: Case, *actions: CaseAction) -> datetime | None:
    return next((event.at for event in case.of(*actions)), None)


def _told(case: Case, extension: CaseEvent) -> datetime:
    told = day_in(case, extension, "told")
    return datetime.combine(told, time(), extension.at.tzinfo) if told else extension.at


def _follow_ups(case: Case) -> Iterator[Deadline]:
    """Yield the follow-up of the last letter of each kind to each CA. The letter states the date, rolled over by the
    CA's holidays."""
    written: dict[tuple[str, str], CaseEvent] = {}
    settled: dict[tuple[str, str], datetime | None] = {}
    for event in case.of(CaseAction.LETTER_WRITTEN, CaseAction.LETTER_SETTLED):
        letter = event.get("ca"), event.get("kind")
        if event.action is CaseAction.LETTER_WRITTEN:
            written[letter], settled[letter] = event, None
        else:
            settled[letter] = settled.get(letter) or event.at
    for letter, event in written.items():
        on = day_in(case, event, "follow_up")
        if on:
            yield Deadline(Duty.FOLLOW_UP(ca=letter[0]), on=on, warn_on=on, done_at=settled[letter])


def _code_expiry(case: Case) -> Iterator[Deadline]:
    """Yield the expiry of the newest code."""
    for event in case.of(CaseAction.CODE_MADE)[-1:]:
        on = day_in(case, event, "expires")
        later = case.events[case.events.index(event) :]
        done = (one.at for one in later if one.action in (CaseAction.IDENTIFIED, CaseAction.CLOSED))
        if on:
            yield Deadline(Duty.CODE_EXPIRES(), on=on, warn_on=on, done_at=next(done, None))


def is_overdue(deadline: Deadline, today: date) -> bool:
    """Return whether a deadline passed and is open."""
    return deadline.done_at is None and deadline.on < today
