"""Several processes read one log, and whoever watches hears of one pass: it begins when the first of them begins, and
ends when the last one has ended."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ctscan.model import TreeHead
from ctscan.scan.request import Ending, LogOutcome, Reporter

_WORST_FIRST = (Ending.MISBEHAVIOUR, Ending.INCOMPLETE, Ending.STOPPED, Ending.DONE, Ending.SHARED)


def join(outcomes: Iterable[LogOutcome]) -> list[LogOutcome]:
    """One outcome for each log: the worst. Who left parts to others did so because they read them: where one of all
    readers found everything read, it is."""
    joined: dict[bytes, LogOutcome] = {}
    for outcome in sorted(outcomes, key=lambda outcome: _WORST_FIRST.index(outcome.ending)):
        joined.setdefault(outcome.log_id, outcome)
    return list(joined.values())


class Joint:
    """Passes on to `inner` what each process tells of it. `accuse` is called when one of several found a log out."""

    def __init__(self, inner: Reporter, accuse: Callable[[bytes], None] = lambda _: None) -> None:
        self.inner = inner
        self._accuse = accuse
        self._readers: dict[bytes, frozenset[int]] = {}
        self._rounds: dict[bytes, dict[int, LogOutcome | None]] = {}  # by process; None: it is at it

    def expect(self, log_id: bytes, readers: frozenset[int]) -> None:
        """These processes read a log."""
        self._readers[log_id] = readers

    def of(self, process: int) -> Reporter:
        """The reporter of one process."""
        return _Voice(self, process)

    def gone(self, process: int) -> None:
        """A process ended: nobody waits for it any longer."""
        for log_id, readers in self._readers.items():
            self._readers[log_id] = readers - {process}
            self._end_round(log_id)

    def started(self, process: int, log_id: bytes, name: str, entries: int) -> None:
        """A process begins a pass."""
        if log_id not in self._rounds:
            self._rounds[log_id] = {}
            self.inner.log_started(log_id, name, entries)
        self._rounds[log_id][process] = None

    def done(self, process: int, outcome: LogOutcome) -> None:
        """A process ended its pass."""
        self._rounds.setdefault(outcome.log_id, {})[process] = outcome
        if outcome.ending is Ending.MISBEHAVIOUR:
            self._accuse(outcome.log_id)
        self._end_round(outcome.log_id)

    def _end_round(self, log_id: bytes) -> None:
        told = self._rounds.get(log_id, {})
        outcomes = [outcome for outcome in told.values() if outcome is not None]
        if outcomes and len(outcomes) == len(told) and self._readers.get(log_id, frozenset()) <= told.keys():
            del self._rounds[log_id]
            self.inner.log_done(join(outcomes)[0])


class _Voice:
    """A Reporter: see `scan.job`."""

    def __init__(self, joint: Joint, process: int) -> None:
        self._joint, self._process = joint, process
        self.tree_head: Callable[[str, TreeHead], None] = joint.inner.tree_head
        self.advanced: Callable[[bytes, int, int, int], None] = joint.inner.advanced
        self.notice: Callable[[str], None] = joint.inner.notice

    def log_started(self, log_id: bytes, name: str, entries: int) -> None:
        self._joint.started(self._process, log_id, name, entries)

    def log_done(self, outcome: LogOutcome) -> None:
        self._joint.done(self._process, outcome)
