"""Use cases that show the register: the standing of cases, what is due, and files of one case or of all."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ctscan.app.cases import add_events, case, cases, new_event
from ctscan.app.case_texts import today
from ctscan.app.recording import record_reading, recorded
from ctscan.app.wiring import CLOCK, opened_trail, trail_path
from ctscan.clock import Clock
from ctscan.model import AuditAction
from ctscan.model.case import CaseAction, CaseState

if TYPE_CHECKING:
    from ctscan.config import Config
    from ctscan.model import AuditEvent
    from ctscan.model.case import Case
    from ctscan.model.case_report import CaseReport, Register


def case_report(config: Config, found: Case) -> CaseReport:
    """Derive the standing of a case from its regime and the holidays of the controller's place.

    Raises:
        UsageError: there is no such regime any longer, or no calendar of that place.
    """
    from ctscan.app.holidays_of_place import holidays_of
    from ctscan.dsar.regimes import regime
    from ctscan.dsar.reminders import restricted_since
    from ctscan.dsar.standing import standing
    from ctscan.model.case_report import CaseReport

    rules = regime(found.regime)
    place = config.controller.place if config.controller else ""
    return CaseReport(found, rules, standing(found, rules, holidays_of(place)), restricted_since(found))


async def register(
    config: Config, *, every: bool = False, within: int | None = None, clock: Clock = CLOCK
) -> Register:
    """Return the register as of today: open cases, the overdue ones first.

    Args:
        every: closed cases, too, at the end.
        within: days; only cases with something due within as many days, or overdue. None: all.
    """
    from ctscan.dsar.reminders import register_on

    reports = [case_report(config, found) for found in await cases(config)]
    shown = [one for one in reports if every or one.standing.state is not CaseState.CLOSED or one.standing.due]
    return register_on(today(clock.now()), shown, within)


def register_of(config: Config, found: Sequence[Case], clock: Clock = CLOCK) -> Register:
    """Return the register of some cases, for those that a search found."""
    from ctscan.dsar.reminders import register_on

    return register_on(today(clock.now()), [case_report(config, one) for one in found])
