"""Reports on cases: a case with the standing that follows from it, and the deadlines that come near."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from ctscan.model.case import Case, CaseStanding, Deadline
    from ctscan.model.regime import Regime


class CaseReport(Struct, frozen=True):
    """Case with its regime and its standing. `restricted_since`: moment since when the processing is restricted because
    of an objection; None where it isn't."""

    case: Case
    regime: Regime
    standing: CaseStanding
    restricted_since: datetime | None = None


class Reminder(Struct, frozen=True):
    """Open deadline of a case on a day. `days`: days from that day until the last day of the deadline; negative where
    it has passed."""

    number: str
    deadline: Deadline
    days: int

    @property
    def is_overdue(self) -> bool:
        """True where the last day has passed."""
        return self.days < 0


class Register(Struct, frozen=True):
    """Cases on a day, the overdue ones first, with the next reminder of each; None where nothing is due."""

    today: date
    entries: tuple[tuple[CaseReport, Reminder | None], ...]

    @property
    def reminders(self) -> tuple[Reminder, ...]:
        """Reminders, the most urgent first."""
        return tuple(reminder for _, reminder in self.entries if reminder)
