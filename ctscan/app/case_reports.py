"""Use cases that show the register: the standing of cases, what is due, and files of one case or of all."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ctscan.app.case_register import case, cases, new_event
from ctscan.app.case_rules import check_events, rules_of
from ctscan.app.case_texts import today
from ctscan.app.recording import record_reading, recorded
from ctscan.app.wiring import CLOCK, opened_index, opened_trail
from ctscan.clock import Clock
from ctscan.model import AuditAction
from ctscan.model.case import CaseAction, CaseState

if TYPE_CHECKING:
    from ctscan.config import Config
    from ctscan.model import AuditEvent
    from ctscan.model.case import Case
    from ctscan.model.case_report import CaseReport, Register, Reminder


def case_report(config: Config, found: Case) -> CaseReport:
    """Derive the standing of a case from its regime and the holidays of the controller's place.

    Raises:
        UsageError: there is no such regime any longer, or no calendar of that place.
    """
    from ctscan.dsar.reminders import restricted_since
    from ctscan.dsar.standing import standing
    from ctscan.model.case_report import CaseReport

    rules, is_holiday = rules_of(config, found.regime)
    return CaseReport(found, rules, standing(found, rules, is_holiday), restricted_since(found))


def reminder(report: CaseReport, clock: Clock = CLOCK) -> Reminder | None:
    """Return the reminder of the next deadline of a case, as of today; None where nothing is due."""
    from ctscan.dsar.reminders import reminder_of

    return reminder_of(report, today(clock.now()))


async def register(config: Config, *, every: bool = False, within: int | None = None, clock: Clock = CLOCK) -> Register:
    """Return the register as of today: open cases, the overdue ones first.

    Args:
        every: closed cases, too, at the end.
        within: days; only cases with something due within as many days, or overdue. None: all.
    """
    from ctscan.dsar.reminders import register_on

    wanted = [found for found in await cases(config) if every or _may_need_work(found)]
    reports = [case_report(config, found) for found in wanted]
    shown = [one for one in reports if every or one.standing.state is not CaseState.CLOSED or one.standing.due]
    return register_on(today(clock.now()), shown, within)


def _may_need_work(found: Case) -> bool:
    """Return whether a case is open, or has letters whose answers may be awaited. Most cases of a register are neither,
    and their standing is not derived."""
    return not found.of(CaseAction.CLOSED) or bool(found.of(CaseAction.LETTER_WRITTEN))


def register_of(config: Config, found: Sequence[Case], clock: Clock = CLOCK) -> Register:
    """Return the register of some cases, for those that a search found."""
    from ctscan.dsar.reminders import register_on

    return register_on(today(clock.now()), [case_report(config, one) for one in found])


async def export_case(config: Config, number: str, path: Path, *, who: str, clock: Clock = CLOCK) -> CaseReport:
    """Write everything that is kept of a case into a file of JSON: its history, its standing, and its events in the
    audit trail. The export is an event of the case.

    Args:
        path: place of a new file, which only its owner can read.

    Raises:
        InputError: the file exists, or can't be written.
    """
    from ctscan.privacy.whole_files import write_whole
    from ctscan.views import json

    found = await case(config, number)
    event = new_event(CaseAction.EXPORTED, who, clock.now())
    check_events(config, found, [event])
    async with (
        opened_index(config) as index,
        recorded(config, AuditAction.CASE, who=who, case=found.number, clock=clock) as change,
    ):
        change.detail = str(CaseAction.EXPORTED)
        report = case_report(config, found)
        shape = json.exported_case(report, await _audit_events(config, found.number), clock.now())
        write_whole(path, f"{json.to_json(shape)}\n".encode(), "-o")
        while not await index.add_events(found.number, len(found.events), [event]):
            found = await case(config, found.number)  # another command was faster: it was exported all the same
    return report


async def _audit_events(config: Config, number: str) -> list[AuditEvent]:
    async with opened_trail(config) as trail:
        return await trail.events_about(number, ())


async def case_calendar(config: Config, lang: str, *, who: str, clock: Clock = CLOCK) -> bytes:
    """Render the open deadlines of all cases as iCalendar, without names and identifiers.

    Raises:
        UsageError: icalendar isn't installed.
    """
    from ctscan.views.case_calendar import render_calendar
    from ctscan.views.text import texts

    found = await register(config, clock=clock)
    standings = [(report.case.number, report.standing) for report, _ in found.entries]
    rendered = render_calendar(standings, texts(lang), clock.now())
    await record_reading(config, AuditAction.CASE, "calendar", who=who, clock=clock)
    return rendered


def write_calendar(path: Path, calendar: bytes) -> None:
    """Write a calendar in place of an older one. InputError where that fails."""
    from ctscan.privacy.whole_files import write_whole

    write_whole(path, calendar, "-o", replace=True)
