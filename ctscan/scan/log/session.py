"""Session of a pass over a log: its facts, its analyser, and the commits.

Use a `LogSession` as a context manager: at its end all steps are written.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self

from ctscan.index.protocols import Leases, Ledger, LogStore
from ctscan.model import EMPTY_RESULT
from ctscan.personal.batch import PART
from ctscan.scan.events import Progress
from ctscan.scan.log.committer import Committer
from ctscan.scan.log.issuer_certificates import IssuerReader
from ctscan.scan.request import ScanClock

if TYPE_CHECKING:
    from ctscan.index.protocols import Lease
    from ctscan.model import Batch, BatchResult, Gap, Log, LogState, PendingRange, ScanStep, Span, TreeHead
    from ctscan.personal.batch import BatchAnalyser
    from ctscan.personal.scope import Scope
    from ctscan.scan.events import Emit
    from ctscan.sources import LogSource


class LogIndex(LogStore, Ledger, Leases, Protocol):
    """Roles of the index that the pass over a log uses."""


@dataclass(slots=True)
class LogSession:
    """Facts of a pass over a log, and the steps that it commits."""

    log: Log
    head: TreeHead
    source: LogSource
    index: LogIndex
    run_id: int
    analyser: BatchAnalyser
    scope: Scope
    rules: str
    emit: Emit
    stop: asyncio.Event
    state: LogState | None = None  # at the start of the part that is being read
    clock: ScanClock = field(default_factory=ScanClock)
    entries: int = 0  # committed in this pass
    who: str = ""  # account that runs the scan
    known_gaps: tuple[Gap, ...] = ()  # of earlier passes
    missing: list[Span] = field(default_factory=list)  # entries of this part that the log didn't give
    scope_text: str = field(init=False)
    issuers: IssuerReader = field(init=False)
    lease: Lease | None = None  # of the part that is being read
    _batch: int | None = None  # as the index knows it
    _committer: Committer[tuple[ScanStep, int, Lease]] = field(init=False)

    def __post_init__(self) -> None:
        self.scope_text = self.scope.text
        self.issuers = IssuerReader(self.log.name, self.source, self.analyser, self.emit)
        self.known_gaps = self.state.gaps if self.state else ()
        self._committer = Committer(self._write)
        self._batch = self.state.batch if self.state else None

    async def __aenter__(self) -> Self:
        await self._committer.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._committer.__aexit__(kind, error, trace)

    @asynccontextmanager
    async def leasing(self, span: Span) -> AsyncIterator[None]:
        """Hold a span against every other reader. At the end all steps are written before another reader can hold it,
        also after an error.

        Raises:
            Locked: another reader holds a part of the span.
        """
        async with self.index.lease(self.log.id, *span, who=self.who, at=self.now()) as self.lease:
            try:
                yield
            finally:
                await self._committer.drain()
                self.lease = None
                await self._note_batch()

    async def _note_batch(self) -> None:
        """Record the most entries that the log gives in an answer, where the source has learnt another number."""
        learnt = self.source.batch_limit
        if learnt != self._batch:
            await self.index.record_batch(self.log.id, learnt)
            self._batch = learnt

    async def commit(self, step: ScanStep, position: int) -> None:
        """Queue a step of the leased span, to be written in one transaction after the steps before it while the reading
        goes on. An error of an earlier step is raised here."""
        await self._committer.put((step, position, self._leased()))

    async def wait_written(self) -> None:
        """Wait until every step is written, so that the index is up to date; raise the error of a step."""
        await self._committer.wait_written()

    def _leased(self) -> Lease:
        assert self.lease is not None  # noqa: S101  nothing is committed outside `leasing`
        return self.lease

    async def _write(self, queued: tuple[ScanStep, int, Lease]) -> None:
        step, position, lease = queued
        await self.index.commit(self.run_id, step, lease)
        self.entries += step.result.entries
        self.emit(Progress(self.log.id, step.result.entries, position, len(step.result.hits)))

    async def rewind(self, start: int) -> None:
        """Give up the pending range that begins at `start`, with all its steps."""
        await self.wait_written()
        await self.index.rewind(self.log.id, start, self._leased())

    def can_prove(self, pending: PendingRange) -> bool:
        """Return True for a pending range of this scope and these rules that lies in the tree of this pass."""
        return (pending.scope, pending.rules) == (self.scope_text, self.rules) and pending.end <= self.head.size

    async def analyse(self, batch: Batch) -> BatchResult:
        """Analyse a batch and fetch the issuers of its hits. Cancelled, the analysis leaves nothing behind."""
        result = EMPTY_RESULT
        for part in self.analyser.analyse_in_parts(batch):
            result += part
            if result.candidates >= PART:
                await asyncio.sleep(0)  # meanwhile answers come in, and other logs are read
        return await self.issuers.complete(result)

    def now(self) -> datetime:
        """Return the time that goes into the index."""
        return self.clock.now()
