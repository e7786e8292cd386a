"""Reminders: which case comes first, what is near, and how long an objection restricts."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from msgspec.structs import replace
from support.case_events import case_event, holidays_in, paused, request_case

from ctscan.dsar.regimes import regime
from ctscan.dsar.reminders import register_on, reminder_of, restricted_since
from ctscan.dsar.standing import standing
from ctscan.model.case import Case, CaseAction, CaseKind, DecisionKind
from ctscan.model.case_report import CaseReport

EASTER = request_case("eu", "2026-03-03", number="C-2026-0001")  # Good Friday is the last raw day


def report(case: Case) -> CaseReport:
    rules = regime(case.regime)
    return CaseReport(case, rules, standing(case, rules, holidays_in("DE-BE")))


def test_a_reminder_uses_the_day_before_the_roll_over_and_overdue_the_day_of_the_law() -> None:
    found = report(EASTER)
    assert found.standing.due is not None
    assert (found.standing.due.warn_on, found.standing.due.on) == (date(2026, 4, 3), date(2026, 4, 7))
    for today, near, days in (("2026-03-26", False, 12), ("2026-03-27", True, 11), ("2026-04-05", True, 2)):
        on = date.fromisoformat(today)
        reminder = reminder_of(found, on)
        assert reminder is not None and (reminder.days, reminder.is_overdue) == (days, False)
        assert bool(register_on(on, [found], within=7).entries) == near
    for days in (0, 1, 200):
        reminder = reminder_of(found, date(2026, 4, 7) + timedelta(days=days))
        assert reminder is not None and reminder.is_overdue == (days > 0)
        assert register_on(date(2026, 4, 7) + timedelta(days=days), [found], within=0).entries


def test_the_most_urgent_case_comes_first_and_closed_ones_last() -> None:
    closed = case_event("2026-03-10", CaseAction.CLOSED, outcome="sent")
    reports = [
        report(request_case("eu", "2026-03-01", closed, number="C-2026-0001")),
        report(request_case("uk", "2026-03-05", *paused("2026-03-06", None, "clarification"), number="C-2026-0002")),
        report(request_case("eu", "2026-03-09", number="C-2026-10000")),
        report(request_case("eu", "2026-03-09", number="C-2026-9999")),
        report(request_case("eu", "2026-02-01", number="C-2026-0005")),
    ]
    found = register_on(date(2026, 3, 20), reports)
    numbers = ["C-2026-0005", "C-2026-9999", "C-2026-10000", "C-2026-0002", "C-2026-0001"]
    assert [one.case.number for one, _ in found.entries] == numbers
    assert [one.number for one in found.reminders] == numbers[:3]


def test_nothing_is_near_where_nothing_is_due() -> None:
    stopped = report(request_case("uk", "2026-03-05", *paused("2026-03-06", None, "clarification")))
    assert register_on(date(2030, 1, 1), [stopped], within=3650).entries == ()


# --- restriction ---------------------------------------------------------------------------------------------------

OPENED = case_event("2026-03-02", CaseAction.OPENED)


@pytest.mark.parametrize("kind", CaseKind)
def test_only_an_objection_restricts_and_from_its_opening_on(kind: CaseKind) -> None:
    case = request_case("eu", "2026-03-01", OPENED, kind=kind)
    assert restricted_since(case) == (OPENED.at if kind is CaseKind.OBJECTION else None)


@pytest.mark.parametrize(
    ("decisions", "is_restricted"),
    [
        ([(DecisionKind.OBJECTION_REJECTED, "2026-03-09")], False),
        ([(DecisionKind.OBJECTION_REJECTED, "")], True),
        ([(DecisionKind.OBJECTION_UPHELD, "")], True),
        ([(DecisionKind.OBJECTION_UPHELD, ""), (DecisionKind.OBJECTION_REJECTED, "2026-03-09")], False),
        ([(DecisionKind.OBJECTION_REJECTED, "2026-03-09"), (DecisionKind.OBJECTION_UPHELD, "")], True),
        ([(DecisionKind.REFUSED, "")], True),
    ],
)
def test_a_rejection_that_the_person_was_told_of_ends_the_restriction(
    decisions: list[tuple[DecisionKind, str]], is_restricted: bool
) -> None:
    events = [
        case_event("2026-03-09", CaseAction.DECIDED, decision=decision, told=told) for decision, told in decisions
    ]
    case = request_case("eu", "2026-03-01", OPENED, *events, kind=CaseKind.OBJECTION)
    assert (restricted_since(case) is not None) == is_restricted
    assert restricted_since(replace(case, events=())) is None
