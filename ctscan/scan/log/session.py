"""One pass over one log: what every reader needs, and the steps that it commits.

Use a `LogPass` as a context manager: at its end all steps are written.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from types import TracebackType
from typing import Self

from ctscan.errors import BadAnswer, FormatError, Missing, Refused
from ctscan.http.rate_limit import Window
from ctscan.index.protocols import Index, Lease
from ctscan.model import (
    EMPTY_RESULT,
    Batch,
    BatchResult,
    Gap,
    GapReason,
    InclusionProof,
    Log,
    LogState,
    ScanStep,
    Span,
    TreeHead,
)
from ctscan.model.spans import subtract
from ctscan.personal.batch import PART, BatchAnalyser
from ctscan.scan.log.committer import Committer
from ctscan.scan.log.galloping import first_that
from ctscan.scan.log.issuer_certificates import IssuerReader
from ctscan.scan.log.prefetch import Fetched, attempt
from ctscan.scan.log.trust import ASK_AGAIN
from ctscan.scan.request import Reporter, ScanClock
from ctscan.sources import LogSource

COMMIT_HITS = 256
_NOT_GIVEN = (GapReason.NOT_READ, GapReason.PRUNED, GapReason.REFUSED)


@dataclass(slots=True)
class LogPass:
    """What the readers of one log share during one pass."""

    log: Log
    head: TreeHead
    source: LogSource
    index: Index
    run_id: int
    analyser: BatchAnalyser
    scope: str
    rules: str
    reporter: Reporter
    stop: asyncio.Event
    window: Window
    state: LogState | None = None  # as it was when the part that is being read began
    clock: ScanClock = field(default_factory=ScanClock)
    entries: int = 0  # committed in this pass
    incomplete: list[str] = field(default_factory=list)  # why the head wasn't reached, in plain words
    holes: tuple[Gap, ...] = ()  # that were known when the pass began
    issuers: IssuerReader = field(init=False)
    lease: Lease | None = None  # of the part that is being read
    _committer: Committer[tuple[ScanStep, int, Lease]] = field(init=False)

    def __post_init__(self) -> None:
        self.issuers = IssuerReader(self.log.name, self.source, self.analyser, self.reporter.notice)
        self.holes = self.state.gaps if self.state else ()
        self._committer = Committer(self._write)

    async def __aenter__(self) -> Self:
        await self._committer.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._committer.__aexit__(kind, error, trace)

    @asynccontextmanager
    async def leasing(self, span: Span) -> AsyncIterator[None]:
        """Hold a span against every other reader. At its end all steps are written, however the reading ended, before
        anybody else can hold it. Locked when another reader holds a part of the span."""
        async with self.index.lease(self.log.id, *span) as self.lease:
            try:
                yield
            finally:
                await self.drain()
                self.lease = None

    async def commit(self, advance: ScanStep, position: int) -> None:
        """Have one step of the leased span written as one transaction, after those before it, while the reading goes
        on. An error of an earlier step is raised here."""
        await self._committer.put((advance, position, self._leased()))

    async def settle(self) -> None:
        """Wait until every step is written: what the index says of this log is up to date then."""
        await self._committer.settle()

    async def drain(self) -> None:
        """As `settle`, when something else is being raised already."""
        await self._committer.drain()

    def _leased(self) -> Lease:
        assert self.lease is not None  # noqa: S101  nothing is committed outside `leasing`
        return self.lease

    async def _write(self, step: tuple[ScanStep, int, Lease]) -> None:
        """One transaction, then the news of it."""
        advance, position, lease = step
        await self.index.commit(self.run_id, advance, lease)
        result = advance.result
        self.entries += result.entries
        self.reporter.advanced(self.log.id, result.entries, position, len(result.hits))

    async def rewind(self, start: int) -> None:
        """Take back the pending range that begins at `start`, with all steps of it."""
        await self.settle()
        await self.index.rewind(self.log.id, start, self._leased())

    async def analyse(self, batch: Batch) -> BatchResult:
        """What a batch holds, with the issuers of what is kept. Cancelled, it leaves nothing behind."""
        result = EMPTY_RESULT
        for part in self.analyser.analyse_in_parts(batch):
            result += part
            if result.candidates >= PART:
                await asyncio.sleep(0)  # meanwhile answers are taken in, and other logs read
        return await self.issuers.complete(result)

    async def ask_again(self, span: Span) -> Fetched:
        """An answer contradicted the signed tree: ask for the same entries once more."""
        return await attempt(self.source, span, self.head.size)

    def pauses(self, span: Span) -> tuple[float, ...]:
        """Seconds before each further try of an answer that contradicts the tree. What was quarantined before is
        asked for once more, and waited for no longer: many such places would take hours of every pass."""
        quarantined = (h.span for h in self.holes if h.reason is GapReason.QUARANTINED)
        return ASK_AGAIN if subtract(span, quarantined) else (0.0,)

    def now(self) -> datetime:
        """The time that goes into the index."""
        return self.clock.now()

    async def stopped_within(self, seconds: float) -> bool:
        """Wait; True as soon as told to stop."""
        return await stopped_within(self.stop, self.clock.sleep(seconds))

    def gaps(self, span: Span, error: Missing | Refused) -> tuple[Gap, ...]:
        """The holes that entries leave which the log doesn't give: pruned (404, 410) or refused (other 4xx) where an
        earlier pass saw the same, else only not read yet."""
        fresh = subtract(span, (h.span for h in self.holes if h.reason in _NOT_GIVEN and h.tries))
        again = subtract(span, fresh)
        if fresh or isinstance(error, Refused):
            self.incomplete.append(f"entries {span[0]} to {span[1]} can't be had: {error}")
        reason = GapReason.REFUSED if isinstance(error, Refused) else GapReason.PRUNED
        return (
            *(Gap(*part, GapReason.NOT_READ, str(error), tries=1) for part in fresh),
            *(Gap(*part, reason, str(error), tries=2) for part in again),
        )


async def stopped_within(stop: asyncio.Event, pause: Awaitable[None]) -> bool:
    """Wait for the pause to end; True as soon as told to stop."""
    waiting = [asyncio.ensure_future(pause), asyncio.ensure_future(stop.wait())]
    try:
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in waiting:
            task.cancel()
    return stop.is_set()


@dataclass(slots=True)
class Gathered:
    """What was examined since the last commit."""

    result: BatchResult = EMPTY_RESULT
    proofs: list[InclusionProof] = field(default_factory=list)
    since: float = field(default_factory=time.monotonic)

    def add(self, result: BatchResult) -> list[int]:
        """What a batch held; returns the indexes of the entries that are kept."""
        self.result += result
        return [h.entry.index for h in result.hits] + [u.index for u in result.unreadable if u.entry]

    def is_due(self, every: float) -> bool:
        """Enough to commit, or `every` seconds old."""
        hits = len(self.result.hits) + len(self.result.chain_hits)
        return hits >= COMMIT_HITS or time.monotonic() - self.since >= every


async def first_available(lp: LogPass, span: Span) -> int:
    """Where in a span that begins with missing entries some can be had again; `span[1]`: nowhere. Other failures than
    4xx are raised."""
    return await first_that(*span, partial(_is_there, lp), lambda at: lp.source.next_range(at, span[1])[1])


async def _is_there(lp: LogPass, index: int) -> bool:
    try:
        await lp.source.entries(*lp.source.next_range(index, lp.head.size), lp.head.size)
    except (Missing, Refused):
        return False
    except (FormatError, BadAnswer):
        return True  # garbled, but there
    return True
