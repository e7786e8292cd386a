"""Progress of a log that several processes read: their passes become a single pass, from the first start to the last
end."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING

from ctscan.scan.events import LogDone, LogStarted
from ctscan.scan.request import LogStatus

if TYPE_CHECKING:
    from ctscan.scan.events import Emit, Event
    from ctscan.scan.request import LogOutcome

_SEVERITY = (
    LogStatus.MISBEHAVIOUR, LogStatus.INCOMPLETE, LogStatus.WRONG_ORIGIN, LogStatus.STOPPED, LogStatus.GAPS,
    LogStatus.DONE, LogStatus.SHARED,
)  # fmt: skip


def join(outcomes: Iterable[LogOutcome]) -> list[LogOutcome]:
    """Reduce the outcomes of several processes to one per log: the most severe wins, but DONE beats SHARED.

    A process that found a part held by another leaves it: when any process found all entries read, they are read.
    """
    joined: dict[bytes, LogOutcome] = {}
    for outcome in sorted(outcomes, key=lambda outcome: _SEVERITY.index(outcome.status)):
        joined.setdefault(outcome.log_id, outcome)
    return list(joined.values())


class ProgressAggregator:
    """Aggregator of the events of all processes for `emit`. `on_misbehaviour` gets the id of a log that any process
    found to misbehave."""

    def __init__(self, emit: Emit, on_misbehaviour: Callable[[bytes], None] = lambda _: None) -> None:
        self._emit = emit
        self._on_misbehaviour = on_misbehaviour
        self._readers: dict[bytes, frozenset[int]] = {}
        self._passes: dict[bytes, dict[int, LogOutcome | None]] = {}  # by log and process; None: the pass goes on

    def expect(self, log_id: bytes, readers: frozenset[int]) -> None:
        """Register the processes that read a log."""
        self._readers[log_id] = readers

    def emitter(self, process: int) -> Emit:
        """Return the receiver of the events of a process."""
        return partial(self._hear, process)

    def gone(self, process: int) -> None:
        """Stop waiting for a process that ended."""
        for log_id, readers in self._readers.items():
            self._readers[log_id] = readers - {process}
            self._end_pass(log_id)

    def _hear(self, process: int, event: Event) -> None:
        match event:
            case LogStarted(log_id):
                if log_id not in self._passes:
                    self._passes[log_id] = {}
                    self._emit(event)
                self._passes[log_id][process] = None
            case LogDone(outcome):
                self._passes.setdefault(outcome.log_id, {})[process] = outcome
                if outcome.status is LogStatus.MISBEHAVIOUR:
                    self._on_misbehaviour(outcome.log_id)
                self._end_pass(outcome.log_id)
            case _:
                self._emit(event)

    def _end_pass(self, log_id: bytes) -> None:
        by_process = self._passes.get(log_id, {})
        outcomes = [outcome for outcome in by_process.values() if outcome is not None]
        has_all = self._readers.get(log_id, frozenset()) <= by_process.keys()
        if outcomes and len(outcomes) == len(by_process) and has_all:
            del self._passes[log_id]
            self._emit(LogDone(join(outcomes)[0]))
