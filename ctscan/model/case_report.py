"""Reports on cases: a case with the standing that follows from it, and the deadlines that come near."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ctscan.model.case import Case, CaseStanding, Deadline
    from ctscan.model.regime import Regime


@dataclass(frozen=True, slots=True)
class CaseReport:
    """Case with its regime and its standing. `restricted_since`: moment since when the processing is restricted because
    of an objection; None where it isn't."""

    case: Case
    regime: Regime
    standing: CaseStanding
    restricted_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Reminder:
    """Open deadline of a case on a day. `days`: days from that day until the last day of the deadline; negative where
    it has passed."""

    number: str
    deadline: Deadline
    days: int

    @property
    def is_overdue(self) -> bool:
        """True where the last day has passed."""
        return self.days < 0


@dataclass(frozen=True, slots=True)
class Register:
    """Cases on a day, the overdue ones first, with the next reminder of each; None where nothing is due."""

    today: date
    entries: tuple[tuple[CaseReport, Reminder | None], ...]

    @property
    def reminders(self) -> tuple[Reminder, ...]:
        """Reminders, the most urgent first."""
        return tuple(reminder for _, reminder in self.entries if reminder)
