"""Notes on a case: the facts behind its deadlines that the handler has to know or to check. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from ctscan.dsar.case_clock import CaseClock, answer_end, day_of
from ctscan.dsar.day_counting import IsHoliday, PlaceHolidays, add_months
from ctscan.model.case import Case, CaseAction
from ctscan.model.duty import CaseNote
from ctscan.model.message import Message
from ctscan.model.regime import (
    Certainty,
    ClockStart,
    ComplaintFirst,
    Extension,
    PauseCount,
    PauseGround,
    PauseReason,
    Period,
    PeriodUnit,
    Promptness,
    Regime,
    RegimeFact,
    Source,
)

_Fact = Source | Period | Extension | PauseGround | ComplaintFirst | None


def notes_of(case: Case, regime: Regime, clock: CaseClock, is_holiday: IsHoliday | None) -> tuple[Message, ...]:
    """Derive the notes of a case.

    Args:
        case: the case with its history.
        regime: its regime, before `Regime.at`.
        clock: its clock.
        is_holiday: public holidays of the controller's place; None: only weekends are free.
    """
    rule = regime.at(case.received)
    return (
        *([CaseNote.PSEUDONYMOUS()] if case.is_pseudonymous else []),
        *_of_change(case, regime),
        *_of_time(rule),
        *_of_identity(case, rule),
        *_of_pause(case, rule, clock, is_holiday),
        *_of_holidays(rule, is_holiday),
        *_of_certainty(case, rule),
        *_of_records(case, rule),
    )


def _of_change(case: Case, regime: Regime) -> Iterator[Message]:
    if regime.earlier and case.received < regime.earlier.before:
        yield CaseNote.EARLIER_RULE(before=regime.earlier.before)


def _of_time(regime: Regime) -> Iterator[Message]:
    if regime.answer is None:
        yield CaseNote.NO_NUMBER(promptness=regime.promptness) if regime.promptness else CaseNote.NO_TIME()
        if regime.customary:
            yield CaseNote.CUSTOMARY(article=regime.customary.article)
    elif regime.promptness is Promptness.AT_ONCE and regime.promptness_source:
        yield CaseNote.AT_ONCE(article=regime.promptness_source.article)


def _of_identity(case: Case, regime: Regime) -> Iterator[Message]:
    asked, found = case.of(CaseAction.CODE_MADE), case.of(CaseAction.IDENTIFIED)
    if regime.start is ClockStart.LATEST and asked and not found and not case.of(CaseAction.CLOSED):
        yield CaseNote.AWAITS_IDENTITY(asked=day_of(asked[0]))
    events = case.of(CaseAction.IDENTIFIED, CaseAction.IDENTIFIER_ADDED)
    if found and events[-1].action is CaseAction.IDENTIFIER_ADDED:
        yield CaseNote.IDENTITY_AGAIN()


def _of_pause(case: Case, regime: Regime, clock: CaseClock, is_holiday: IsHoliday | None) -> Iterator[Message]:
    grounds = {str(ground.code): ground for ground in regime.pauses_of(case.kind)}
    for event in case.of(CaseAction.PAUSED)[:1]:
        ground = grounds.get(event.get("reason"))
        if ground and ground.code is PauseReason.IDENTITY:
            yield CaseNote.PAUSE_FOR_IDENTITY(article=ground.article)
    if clock.paused is None or case.of(CaseAction.CLOSED):
        return
    since, ground = day_of(clock.paused), grounds.get(clock.paused.get("reason"))
    last = answer_end(case, regime, clock, is_holiday)
    if ground and ground.count is PauseCount.ANEW:
        yield CaseNote.CLOCK_ANEW(since=since)
    elif ground and last:
        yield CaseNote.CLOCK_STOPPED(since=since, count=days_left(ground, since, last.raw))


def days_left(ground: PauseGround, since: date, last: date) -> int:
    """Count the days of a period behind the first day of a pause, with this day where the pause takes it out."""
    first = since if ground.count is PauseCount.BOTH_ENDS else since + timedelta(days=1)
    return max(0, (last - first).days + 1)


def _of_holidays(regime: Regime, is_holiday: IsHoliday | None) -> Iterator[Message]:
    """Say which days are free, where the regime counts working days."""
    extended = regime.extension.total if regime.extension else None
    periods = [period for period in (regime.confirm, regime.first, extended) if period]
    if not any(period.rolls or period.unit is PeriodUnit.BUSINESS_DAYS for period in periods):
        return
    if is_holiday is None:
        yield CaseNote.WEEKENDS_ONLY()
    elif isinstance(is_holiday, PlaceHolidays):
        yield CaseNote.HOLIDAYS_OF(place=is_holiday.place)


def _of_certainty(case: Case, regime: Regime) -> Iterator[Message]:
    facts: tuple[tuple[RegimeFact, _Fact], ...] = (
        (RegimeFact.START, regime.start_source),
        (RegimeFact.CONFIRM, regime.confirm),
        (RegimeFact.ANSWER, regime.answer),
        (RegimeFact.CUSTOMARY, regime.customary),
        (RegimeFact.PROMPTNESS, regime.promptness_source),
        (RegimeFact.EXTENSION, regime.extension),
        *((RegimeFact.PAUSES, pause) for pause in regime.pauses),
        (RegimeFact.RECORDS, regime.records_source),
        (RegimeFact.COMPLAINT_FIRST, regime.complaint_first),
    )
    for name, fact in facts:
        if fact and fact.certainty is Certainty.TO_BE_CHECKED:
            yield CaseNote.TO_BE_CHECKED(fact=name, article=fact.article)
    articles = _unchecked_articles(case, regime)
    if articles:
        yield CaseNote.ARTICLES_UNCHECKED(articles="; ".join(articles))


def _unchecked_articles(case: Case, regime: Regime) -> list[str]:
    """Return the articles to be checked behind the claimed right, and behind the grounds of decisions."""
    grounds = (regime.refusal(event.get("ground")) for event in case.of(CaseAction.DECIDED))
    cited = [fact for fact in (regime.article(case.kind), *grounds) if fact]
    return sorted({fact.article for fact in cited if fact.certainty is Certainty.TO_BE_CHECKED})


def _of_records(case: Case, regime: Regime) -> Iterator[Message]:
    for event in case.of(CaseAction.CLOSED)[:1]:
        if regime.records_months and regime.records_source:
            until = add_months(day_of(event), regime.records_months)
            yield CaseNote.KEEP_RECORDS(until=until, article=regime.records_source.article)
