"""Reminders: the next deadline of each case, the overdue ones first. Pure.

A reminder uses the day before any roll-over (`Deadline.warn_on`): a letter that is sent on the Friday before doesn't
depend on a holiday. A deadline is overdue when the last day as the law counts it has passed.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from ctscan.model.case import Case, CaseAction, CaseKind, CaseState, DecisionKind
from ctscan.model.case_report import CaseReport, Register, Reminder


def register_on(today: date, reports: Iterable[CaseReport], within: int | None = None) -> Register:
    """Order cases by their next deadline.

    Args:
        today: the day.
        reports: cases.
        within: days; only cases whose next deadline comes within as many days, or has passed. None: all.
    """
    found = ((report, reminder_of(report, today)) for report in reports)
    kept = (entry for entry in found if within is None or _is_near(entry[1], today, within))
    return Register(today, tuple(sorted(kept, key=_urgency)))


def reminder_of(report: CaseReport, today: date) -> Reminder | None:
    """Return the reminder of the next open deadline; None where nothing is due."""
    due = report.standing.due
    return None if due is None else Reminder(report.case.number, due, (due.on - today).days)


def _is_near(reminder: Reminder | None, today: date, within: int) -> bool:
    return reminder is not None and (min(reminder.deadline.warn_on, reminder.deadline.on) - today).days <= within


def _urgency(entry: tuple[CaseReport, Reminder | None]) -> tuple[bool, bool, date, int, str]:
    report, reminder = entry
    is_closed = report.standing.state is CaseState.CLOSED
    on = reminder.deadline.on if reminder else date.max
    return is_closed, reminder is None, on, len(report.case.number), report.case.number


def restricted_since(case: Case) -> datetime | None:
    """Return the moment since when an objection restricts the processing: from its receipt on, while the grounds are
    weighed. It ends where the person was told so (GDPR article 18(3)): by a rejection that has this day, or by a
    lifting. An objection that is upheld later restricts again; a rejection alone ends nothing, nor shows anything."""
    if case.kind is not CaseKind.OBJECTION or not case.events:
        return None
    ended = False
    for event in case.of(CaseAction.DECIDED, CaseAction.NOTED):
        if event.get("told"):
            ended = True
        elif event.get("decision") == DecisionKind.OBJECTION_UPHELD:
            ended = False
    return None if ended else case.events[0].at
