"""Screens of the register of cases: what `ctscan case` draws on stdout with `tables`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctscan.views import cases, tables

if TYPE_CHECKING:
    from ctscan.model.case_report import CaseReport, Register, Reminder
    from ctscan.views.console import Console
    from ctscan.views.text import Texts


def summary(out: Console, report: CaseReport, reminder: Reminder | None, texts: Texts) -> None:
    """Print title and facts of a case."""
    tables.say(out, cases.title(report, texts), "bold")
    for line in cases.facts(report, reminder, texts):
        tables.say(out, line, indent=2)


def case(out: Console, report: CaseReport, reminder: Reminder | None, texts: Texts) -> None:
    """Print a case: title and facts, deadlines, notes, history."""
    summary(out, report, reminder, texts)
    out.blank()
    if report.standing.deadlines:
        tables.table(out, *cases.deadlines(report, texts))
        out.blank()
    for note in report.standing.notes:
        tables.say(out, f"{tables.BULLET}{texts(note)}")
    if report.standing.notes:
        out.blank()
    tables.table(out, *cases.history(report.case.events, texts))


def register(out: Console, found: Register, nothing: str, texts: Texts, *, names: bool = True) -> None:
    """Print a list of cases, with `names` of requesters, or the line that there are none."""
    if found.entries:
        tables.table(out, *cases.register(found, out.width, texts, names=names))
    else:
        tables.say(out, nothing)
