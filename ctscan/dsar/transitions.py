"""Transitions of a case: the events that its state, its dates and its regime permit. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from ctscan.dsar.case_clock import answer_end, clock_of, day_in, day_of, first_end
from ctscan.dsar.day_counting import IsHoliday, last_day
from ctscan.dsar.standing import state_of
from ctscan.errors import UsageError
from ctscan.model.case import Case, CaseAction, CaseEvent, CaseKind, CaseState, DecisionKind
from ctscan.model.regime import RefusalReason, Regime

AFTER_CLOSING = frozenset({CaseAction.NOTED, CaseAction.EXPORTED, CaseAction.LETTER_WRITTEN, CaseAction.LETTER_SETTLED})
"""Events of a closed case. Letters go on: they are the person's own, and their follow-ups outlive our answer."""

_IN_ORDER = (CaseAction.EXTENDED, CaseAction.PAUSED, CaseAction.RESUMED, CaseAction.DECIDED, CaseAction.CLOSED)
_NEEDS_GROUND = (DecisionKind.REFUSED, DecisionKind.PARTIAL)
_ONLY_FOR = {
    DecisionKind.OBJECTION_UPHELD: CaseKind.OBJECTION,
    DecisionKind.OBJECTION_REJECTED: CaseKind.OBJECTION,
    DecisionKind.RECTIFIED: CaseKind.RECTIFICATION,
}

_Rule = Callable[[Case, CaseEvent, Regime, IsHoliday | None], None]


def check_event(case: Case, event: CaseEvent, regime: Regime, is_holiday: IsHoliday | None) -> None:
    """Check an event against the case to which it is added.

    Args:
        case: the case without the event.
        event: the event; `recorded` is now, in the offset of the controller's place from UTC.
        regime: regime of the case.
        is_holiday: public holidays of the controller's place; None: only weekends are free.

    Raises:
        UsageError: the event is impossible, or the regime doesn't permit it.
    """
    _check_dates(case, event)
    if state_of(case) is CaseState.CLOSED and event.action not in AFTER_CLOSING:
        raise _wrong(case, f"closed on {day_of(case.of(CaseAction.CLOSED)[0])}: expected a note, an export or a letter")
    rule = _RULES.get(event.action)
    if rule:
        rule(case, event, regime.at(case.received), is_holiday)


def _wrong(case: Case, problem: str) -> UsageError:
    return UsageError(f"case {case.number}: {problem}" if case.number else problem)


def _check_dates(case: Case, event: CaseEvent) -> None:
    day = day_of(event)
    if case.received > event.recorded.date():
        raise _wrong(case, f"received on {case.received}, which lies in the future: expected today or a day before")
    if event.at > event.recorded:
        raise _wrong(case, f"{event.action} on {day}, which lies in the future: expected today or a day before")
    if day < case.received:
        raise _wrong(case, f"{event.action} on {day}: expected a day from the receipt on, {case.received}")
    earlier = case.of(*_IN_ORDER)
    if event.action in _IN_ORDER and earlier and day < day_of(earlier[-1]):
        last = earlier[-1]
        raise _wrong(
            case, f"{event.action} on {day}: expected {day_of(last)}, the day of '{last.action}', or a later one"
        )


def _check_opened(case: Case, event: CaseEvent, regime: Regime, is_holiday: IsHoliday | None) -> None:
    if case.of(CaseAction.OPENED):
        raise _wrong(case, "opened already")


def _check_extended(case: Case, event: CaseEvent, regime: Regime, is_holiday: IsHoliday | None) -> None:
    law = regime.name("en")
    if regime.extension is None:
        raise _wrong(case, f"{law} permits no extension; answer in time")
    if case.of(CaseAction.EXTENDED):
        raise _wrong(case, f"extended already; {law} permits one extension")
    if not event.get("reason").strip():
        raise _wrong(case, f"extension: expected the reason that the requester was told ({regime.extension.article})")
    told = day_in(case, event, "told") or day_of(event)
    if not case.received <= told <= event.recorded.date():
        raise _wrong(case, f"extension told on {told}: expected a day from the receipt, {case.received}, until today")
    _check_in_time(case, told, regime, is_holiday)
    _check_until(case, event, regime, is_holiday)


def _check_in_time(case: Case, told: date, regime: Regime, is_holiday: IsHoliday | None) -> None:
    first = first_end(regime, clock_of(case, regime, is_holiday, until=told), is_holiday)
    if regime.extension and regime.extension.tell_within_first and first and told > first.on:
        raise _wrong(
            case,
            f"extension told on {told}: expected {first.on} at the latest ({regime.extension.article}); answer now",
        )


def _check_until(case: Case, event: CaseEvent, regime: Regime, is_holiday: IsHoliday | None) -> None:
    until, total = day_in(case, event, "until"), regime.extension.total if regime.extension else None
    clock = clock_of(case, regime, is_holiday, until=day_of(event))
    first = first_end(regime, clock, is_holiday)
    if until is None and total is None:
        raise _wrong(case, f"extension: expected the day until which it lasts: {regime.name('en')} sets none")
    if until and first and until <= first.on:
        raise _wrong(case, f"extension until {until}: expected a day after {first.on}, when the answer is due anyway")
    limit = last_day(clock.start, total, is_holiday, clock.stopped) if total else None
    if until and limit and until > limit.on:
        raise _wrong(case, f"extension until {until}: expected {limit.on} at the latest ({limit_article(regime)})")


def limit_article(regime: Regime) -> str:
    """Return the article of the longest extension."""
    return regime.extension.total.article if regime.extension and regime.extension.total else ""


def _check_paused(case: Case, event: CaseEvent, regime: Regime, is_holiday: IsHoliday | None) -> None:
    grounds, reason = [str(ground.code) for ground in regime.pauses_of(case.kind)], event.get("reason")
    clock = clock_of(case, regime, is_holiday)
    if clock.paused:
        raise _wrong(case, f"paused already, since {day_of(clock.paused)}; resume it first")
    if not grounds:
        raise _wrong(case, f"{regime.name('en')} knows no pause for a request of {case.kind}; the clock runs on")
    if reason not in grounds:
        raise _wrong(case, f"pause: expected one of the grounds {', '.join(grounds)}, got {ascii(reason)[:40]}")
    last = answer_end(case, regime, clock, is_holiday)
    if last and day_of(event) > last.on:
        raise _wrong(case, f"pause from {day_of(event)}: the time to answer ended on {last.on}; answer now")


def _check_resumed(case: Case, event: CaseEvent, regime: Regime, is_holiday: IsHoliday | None) -> None:
    if clock_of(case, regime, is_holiday).paused is None:
        raise _wrong(case, "not paused: there is nothing to resume")


def _check_decided(case: Case, event: CaseEvent, regime: Regime, is_holiday: IsHoliday | None) -> None:
    decision, ground = event.get("decision"), event.get("ground")
    if decision not in set(DecisionKind):
        raise _wrong(case, f"decision: expected one of {', '.join(DecisionKind)}, got {ascii(decision)[:40]}")
    only = _ONLY_FOR.get(DecisionKind(decision), case.kind)
    if only is not case.kind:
        raise _wrong(case, f"decision '{decision}': expected a request of {only}, and this is one of {case.kind}")
    known = [str(one.code) for one in regime.refusals]
    known += [] if RefusalReason.OTHER in known else [str(RefusalReason.OTHER)]
    if (not ground and decision in _NEEDS_GROUND) or (ground and ground not in known):
        raise _wrong(case, f"ground: expected one of {', '.join(known)}, got {ascii(ground)[:40]}")


def _check_closed(case: Case, event: CaseEvent, regime: Regime, is_holiday: IsHoliday | None) -> None:
    if not event.get("outcome").strip():
        raise _wrong(case, "close: expected the outcome")


_RULES: Mapping[CaseAction, _Rule] = {
    CaseAction.OPENED: _check_opened,
    CaseAction.EXTENDED: _check_extended,
    CaseAction.PAUSED: _check_paused,
    CaseAction.RESUMED: _check_resumed,
    CaseAction.DECIDED: _check_decided,
    CaseAction.CLOSED: _check_closed,
}
