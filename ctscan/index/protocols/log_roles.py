"""Roles of an index that concern logs: runs, the basis, coverage, rows and leases."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct

if TYPE_CHECKING:
    from ctscan.model import (
        Basis,
        FailureKind,
        Holder,
        Log,
        LogListEdition,
        LogState,
        RuleSet,
        Run,
        RunState,
        ScanStep,
        SeenHead,
        SkippedLog,
        Span,
        TreeHead,
    )
    from ctscan.model.health import ListFailure


class Lease(Struct, frozen=True):
    """The exclusive right to read and commit the entries `[start, end)` of one log.

    `end` None: without an end. `token` grows with each lease of a database that has to check it; 0 where the operating
    system holds the range for this process. `holder`: number of the record of who holds the range; 0 without one.
    """

    log_id: bytes
    start: int
    end: int | None
    token: int = 0
    holder: int = 0


class Runs(Protocol):
    """Scans: their beginning and end, the logs that they read, the rule sets that they read with."""

    async def start_run(self, run: Run, rules: RuleSet, selected: Sequence[Log], skipped: Sequence[SkippedLog]) -> int:
        """Record the start of a scan.

        Args:
            run: the scan; `run.id` is ignored.
            rules: the rule set of the scan.
            selected: logs that the scan reads; they are saved as by `LogStore.save_log`.
            skipped: logs of the list that the scan leaves out.

        Returns:
            The id of the run.
        """

    async def extend_run(self, run_id: int, selected: Sequence[Log], skipped: Sequence[SkippedLog]) -> None:
        """Add a changed log list to a running scan: `selected` joins, `skipped` replaces the entries of its logs."""

    async def end_run(self, run_id: int, ended: datetime, outcome: RunState) -> None:
        """Record the end and the outcome of a scan."""

    async def runs(self, limit: int) -> list[Run]:
        """Return the newest runs, newest first."""

    async def rule_sets(self) -> dict[str, RuleSet]:
        """Return every rule set that a range was read with, by version."""


class BasisStore(Protocol):
    """The basis: the logs that answers speak of, in recorded revisions."""

    async def basis(self) -> Basis | None:
        """Return the newest revision; None before the first scan."""

    async def basis_history(self) -> list[Basis]:
        """Return all revisions, newest first."""

    async def save_basis(self, revision: Basis) -> bool:
        """Record a revision. Returns False, with nothing written, unless its number follows the newest one: another
        process recorded a revision meanwhile."""

    async def list_failure(self) -> ListFailure | None:
        """Return since when, and why, the log list of the basis can't be read; None while it can."""

    async def record_list(self, at: datetime, error: str | None) -> None:
        """Record that the log list of the basis was read (None), or the reason why not."""

    async def note_edition(self, revision: int, edition: LogListEdition) -> None:
        """Record the edition of the log list that the newest revision follows now, with the same logs. Nothing is
        written where `revision` is the newest no longer."""


class LogStore(Protocol):
    """Logs: their list entries, tree heads, coverage and errors."""

    async def log_states(self) -> list[LogState]:
        """Return all known logs, by name."""

    async def log_state(self, log_id: bytes) -> LogState | None:
        """Return one log; None for an unknown one."""

    async def save_log(self, log: Log) -> None:
        """Insert a log, or update its entry of the log list."""

    async def save_head(self, head: TreeHead, at: datetime, known: TreeHead | None) -> None:
        """Save a verified tree head by compare-and-set.

        The head becomes the log's head when it is the largest, or as large and newer. Signed heads give the growth of
        the log.

        Args:
            head: a head that is proven consistent with `known`.
            at: the time of saving.
            known: the head that the caller compared with; None: the log had none.

        Raises:
            HeadChanged: another process saved another head meanwhile. Nothing is written; the error carries that head,
                and the caller compares with it before the next try.
        """

    async def record_seen(self, head: TreeHead, at: datetime) -> None:
        """Record a signed tree head that a pass accepted, verbatim. Earlier heads are thinned out: the first of each
        hour stays for 8 days, the first of each day for two years."""

    async def heads_seen(self, log_id: bytes) -> list[SeenHead]:
        """Return the recorded heads of a log, newest first."""

    async def forget_times_after(self, at: datetime) -> None:
        """Forget the times of checks of any log that lie after `at`: a clock that ran ahead wrote them. A success of
        such a time is forgotten; a failure stays, with an earlier time."""

    async def record_success(
        self, log_id: bytes, at: datetime, rate: float | None, since: datetime | None = None
    ) -> None:
        """Record that a log was read to its head, and clear its last error.

        Args:
            log_id: the log.
            at: the time of success.
            rate: entries per second; None keeps the rate before.
            since: start of the pass; errors that another process recorded between it and `at` stay. None clears any
                error.
        """

    async def record_rate(self, log_id: bytes, rate: float) -> None:
        """Record the speed of reading a log, in entries per second."""

    async def record_batch(self, log_id: bytes, entries: int | None) -> None:
        """Record the most entries that a log gives in an answer; None: as many as are configured."""

    async def record_error(self, log_id: bytes, at: datetime, error: str, kind: FailureKind) -> None:
        """Record why a log could not be read to its head, and of which kind the failure is. The first failure after a
        success begins `LogState.failing_since`. A doubt (`FailureKind.is_doubt`) stays until a success."""


class Ledger(Protocol):
    """Positions, coverage and rows of logs, which move together in one transaction."""

    async def commit(self, run_id: int, step: ScanStep, lease: Lease) -> None:
        """Write position, edge, coverage, rows, gaps, proofs and issuers of one step in one transaction.

        Committing a step twice changes nothing the second time.

        Args:
            run_id: the run that counts the entries.
            step: the step; its ranges lie in the lease.
            lease: a lease of the step's log.

        Raises:
            Locked: the lease was lost; nothing is written.
        """

    async def rewind(self, log_id: bytes, start: int, lease: Lease) -> None:
        """Give up the pending range that begins at `start`: delete its sightings, and certificates that no other entry
        and no repository shows.

        Raises:
            Locked: the lease was lost; nothing is deleted.
        """

    async def unproven(self, log_id: bytes, start: int, end: int) -> list[int]:
        """Return indexes in `[start, end)`, in order, of sightings that are pending or have no inclusion proof."""

    async def certificates_in(self, ranges: Sequence[tuple[bytes, Span]]) -> int:
        """Count the certificates that entries in these ranges of logs hold, each once."""

    async def purge_quarantine(self, before: datetime) -> int:
        """Delete raw quarantined bytes older than `before`; return the number of deleted ranges."""


class Leases(Protocol):
    """Turns of several processes: ranges of logs, and requests to an operator."""

    def lease(
        self, log_id: bytes, start: int, end: int | None, *, who: str = "", at: datetime | None = None
    ) -> AbstractAsyncContextManager[Lease]:
        """Hold `[start, end)` of a log against every other reader with this index, without waiting.

        A killed process holds nothing for long. An empty range (`end == start`) conflicts with no other.

        Args:
            log_id: the log.
            start: first entry.
            end: entry after the last; None: without an end.
            who: account of the reader, for the record of holders.
            at: time from which the reader holds the range; None takes the clock of this machine.

        Raises:
            Locked: another reader holds a part of the range.
        """

    async def holders(self, before: datetime) -> list[Holder]:
        """Return the readers that hold a part of any log and committed nothing since `before`, longest first. Readers
        that were killed hold nothing."""

    async def take_turn(self, operator: str, rate: float) -> float:
        """Take the next free turn for a request to an operator, and return the seconds until the turn.

        All processes with this index share the turns, `rate` per second.
        """
