"""Watch on the clock of this machine: logs of two operators whose clocks contradict it show that it is wrong."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING

from msgspec.structs import replace

from ctscan.ct.freshness import span_text
from ctscan.scan.events import LogDone, Notice

if TYPE_CHECKING:
    from ctscan.scan.events import Emit, Event
    from ctscan.scan.request import LogOutcome

OPERATORS = 2  # that have to agree; one may have a wrong clock of its own


class ClockWatch:
    """Receiver of the events of a scan that hands them on to `emit`, and says once when this machine's clock is wrong.

    The end of each pass gives the difference between the clock of the log and ours (`LogOutcome.skew`), so the watch
    works for all processes of a scan. The newest pass over any log of an operator counts.
    """

    def __init__(self, emit: Emit) -> None:
        self._emit = emit
        self._skews: dict[str, float] = {}
        self._names: dict[str, str] = {}
        self._is_told = False

    def hear(self, event: Event) -> None:
        """Receive an event."""
        self._emit(event)
        if isinstance(event, LogDone):
            self._note(event.outcome)
            error = self.error
            if error and not self._is_told:
                self._emit(Notice(f"{error}; set it right, then scan again"))
            self._is_told = bool(error)

    def _note(self, outcome: LogOutcome) -> None:
        if outcome.skew is None:
            self._skews.pop(outcome.operator, None)
        else:
            self._skews[outcome.operator], self._names[outcome.operator] = outcome.skew, outcome.name

    @property
    def error(self) -> str:
        """Sentence about the clock of this machine; empty while fewer than two operators contradict it alike."""
        for word, sign in (("behind", 1), ("ahead", -1)):
            against = {operator: sign * skew for operator, skew in self._skews.items() if sign * skew > 0}
            if len(against) >= OPERATORS:
                names = " and ".join(sorted(self._names[operator] for operator in against)[:OPERATORS])
                span = span_text(timedelta(seconds=min(against.values())))
                return f"this machine's clock is {word} by {span} or more, as {names} show"
        return ""

    def with_error(self, outcomes: Iterable[LogOutcome]) -> list[LogOutcome]:
        """Say in the outcomes of the logs that contradict the clock that the clock is wrong."""
        error = self.error
        return [
            replace(outcome, message="; ".join(filter(None, (outcome.message, error))))
            if error and outcome.skew is not None
            else outcome
            for outcome in outcomes
        ]
