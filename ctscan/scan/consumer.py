"""Consumer of a verified stream: analyses batches and commits results together with the position.

    Proven        analyse -> gather -> half a second later, a step: verified range, findings, inclusion proofs
    Provisional   analyse -> gather -> half a second later, a step: pending range, findings
    (then) Proven                      a step: verified range in place of the pending range, inclusion proofs
    Retracted     rewind the pending range
    Gap, Quarantined                   a step: the gap, behind all results before it

Position, coverage and findings move in one transaction, so that a crash loses nothing and doubles nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import aclosing
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from ctscan.errors import Unproven
from ctscan.model import (
    EMPTY_RESULT,
    Gap,
    GapReason,
    InclusionProof,
    PendingRange,
    ScanStep,
    VerifiedRange,
)
from ctscan.model.hashes import HASH_SIZE
from ctscan.scan.events import Notice
from ctscan.scan.stream import Proven, Provisional, Quarantined, Retracted, verified

if TYPE_CHECKING:
    from ctscan.ct.trust import AuditPaths
    from ctscan.model import (
        Batch,
        BatchResult,
        CompactRange,
        Span,
    )
    from ctscan.scan.log.session import LogSession
    from ctscan.scan.log.verifier import Verifier
    from ctscan.scan.request import ScanClock
    from ctscan.scan.stream import Known, StreamEvent

COMMIT_HITS = 1024
"""Hits that are committed before the half second is over. Their rows change pages all over the index, eight for each
hit of 512 and six of 1,024: the more, the more often two of them change one page. With 2,048 it would be little more
than four, but a step would hold twice the certificates in memory, and the half second is mostly over before."""


async def consume(session: LogSession, verifier: Verifier, span: Span, known: Known) -> bool:
    """Read, prove, analyse and commit the entries of `span`.

    All that was proven before an error, a stop or a cancellation is committed, and so are provisional entries: the next
    pass proves them. Provisional entries that contradict the tree are given up.

    Returns:
        False when the session was stopped before the end.

    Raises:
        SourceError: the log can't be reached, or keeps giving garbage.
        Unproven: the log contradicts its signed head.
    """
    if session.stop.is_set():
        return False
    consumer = _Consumer(session, span[0])
    if known.pending:
        await consumer.take_up(known.pending)
    try:
        async with aclosing(verified(session.source, verifier, span, known, sleep=session.clock.sleep)) as events:
            async for event in events:
                await consumer.handle(event)
                if session.stop.is_set():
                    break
    except Unproven:
        await consumer.retract()
        raise
    finally:
        await consumer.flush()
    return consumer.at >= span[1]


class _Gathered(Struct):
    """Results since the last commit. `since` in seconds of the monotonic clock."""

    since: float
    result: BatchResult = EMPTY_RESULT
    proofs: list[InclusionProof] = field(default_factory=list)
    is_empty: bool = True

    def add(self, result: BatchResult, proofs: Iterable[InclusionProof] = ()) -> None:
        self.result += result
        self.proofs += proofs
        self.is_empty = False

    def is_due(self, clock: ScanClock) -> bool:
        """Return True when there is enough to commit, or the last commit is long ago."""
        hits = len(self.result.hits) + len(self.result.chain_hits)
        return hits >= COMMIT_HITS or clock.monotonic() - self.since >= clock.commit_every


class _Pending(Struct):
    """Provisional entries from `start` on: their leaf hashes, and the indexes that need an inclusion proof."""

    start: int
    after: CompactRange | None = None
    hashes: list[bytes] = field(default_factory=list)
    kept: list[int] = field(default_factory=list)


class _Consumer:
    """State of a stream: all entries before `at` are proven or in a gap, and are committed up to `_committed`."""

    def __init__(self, session: LogSession, start: int) -> None:
        self._session = session
        self.at = self._committed = start
        self._upto: CompactRange | None = None  # of [0, at)
        self._gathered = self._new()
        self._pending: _Pending | None = None
        self._counted = start  # entries before it count once, although retracted entries are read again

    def _new(self) -> _Gathered:
        return _Gathered(self._session.clock.monotonic())

    async def take_up(self, hashes: bytes) -> None:
        """Take up the pending range of an interrupted pass, which the stream proves first."""
        session, end = self._session, self.at + len(hashes) // HASH_SIZE
        await session.wait_written()
        kept = await session.index.unproven(session.log.id, self.at, end)
        self._pending, self._counted = _Pending(self.at, kept=kept), end

    async def handle(self, event: StreamEvent) -> None:
        """Handle an event of the stream.

        Raises:
            ValueError: the event leaves entries out, or comes out of order: a range behind it would cover entries that
                nobody read.
        """
        self._check_order(event)
        match event:
            case Proven(batches=()):
                await self._confirm(event)
            case Proven():
                await self._accept(event)
            case Provisional():
                await self._hold(event)
            case Retracted():
                await self.retract()
            case Gap():
                await self._leave(event)
            case Quarantined(gap, raw):
                await self._leave(gap, raw)

    def _check_order(self, event: StreamEvent) -> None:
        if isinstance(event, Provisional | Retracted):
            return
        start = event.gap.start if isinstance(event, Quarantined) else event.start
        settles = isinstance(event, Proven) and not event.batches
        if start != self.at or (self._pending is not None and not settles):
            raise ValueError(f"expected an event of the stream for entry {self.at}, got one for entry {start}")

    async def _accept(self, event: Proven) -> None:
        """Analyse proven batches."""
        result = EMPTY_RESULT
        for batch in event.batches:
            result += await self._analyse(batch)
        self._gathered.add(result, self._proofs(_kept(result), event.tree))
        self.at, self._upto = event.upto.size, event.upto
        if self._gathered.is_due(self._session.clock):
            await self.flush()

    async def _hold(self, event: Provisional) -> None:
        """Analyse a provisional batch."""
        if self._pending is None:
            await self.flush()
            self._pending = _Pending(event.after.size, event.after)
        result = await self._analyse(event.batch)
        self._gathered.add(result)
        self._pending.hashes.append(event.hashes)
        self._pending.kept += _kept(result)
        if self._gathered.is_due(self._session.clock):
            await self.flush()

    async def _confirm(self, event: Proven) -> None:
        """Commit the pending entries as verified."""
        await self.flush()
        kept = self._pending.kept if self._pending else []
        self._pending = None
        proofs = tuple(self._proofs(kept, event.tree))
        end = event.upto.size
        covered = self._range(event.start, event.upto)
        step = replace(self._step(), verified=covered, clear_pending=event.start, proofs=proofs)
        self.at = self._committed = end
        await self._session.commit(step, end)

    async def retract(self) -> None:
        """Give up the pending entries, and all that was learnt from them."""
        if self._pending is None:
            return
        self._counted -= self._gathered.result.entries  # never committed, so never counted
        start, self._pending, self._gathered = self._pending.start, None, self._new()
        self._session.analyser.forget()
        await self._session.rewind(start)

    async def _leave(self, gap: Gap, raw: bytes | None = None) -> None:
        """Commit a gap behind the results before it."""
        session = self._session
        quarantine = ((*gap.span, raw),) if raw is not None else ()
        step = replace(self._take(), gaps=(gap,), quarantine=quarantine)
        self.at = self._committed = gap.end
        await session.commit(step, gap.start)
        if raw is None and gap.reason is not GapReason.FAILING:  # a log that fails may give the next entry
            session.missing.append(gap.span)
        if gap.reason is GapReason.QUARANTINED:
            text = f"{session.log.name}: entries {gap.start} to {gap.end} quarantined: {gap.cause}"
            session.emit(Notice(text))

    async def flush(self) -> None:
        """Commit the results since the last commit."""
        if self._pending is not None:
            if not self._gathered.is_empty:
                await self._commit_pending(self._pending)
        elif self.at > self._committed:
            step = self._take()
            self._committed = self.at
            await self._session.commit(step, self.at)

    async def _commit_pending(self, pending: _Pending) -> None:
        assert pending.after is not None  # noqa: S101  only a run that was taken up has none, and it gathers nothing
        session, hashes = self._session, b"".join(pending.hashes)
        held = PendingRange(pending.start, session.scope_text, session.rules, pending.after, hashes)
        done, self._gathered = self._gathered, self._new()
        await session.commit(replace(self._step(), pending=held, result=done.result), held.end)

    def _take(self) -> ScanStep:
        """Make the step of the proven results since the last commit."""
        done, self._gathered = self._gathered, self._new()
        if self.at == self._committed or self._upto is None:
            return self._step()
        verified_range = self._range(self._committed, self._upto)
        return replace(self._step(), verified=verified_range, result=done.result, proofs=tuple(done.proofs))

    def _step(self) -> ScanStep:
        return ScanStep(self._session.log.id, self._session.now())

    def _range(self, start: int, upto: CompactRange) -> VerifiedRange:
        return VerifiedRange(start, upto.size, self._session.scope_text, self._session.rules, upto)

    def _proofs(self, indexes: list[int], tree: AuditPaths) -> list[InclusionProof]:
        head = self._session.head
        return [InclusionProof(i, head, path) for i, path in zip(indexes, tree.paths(indexes), strict=True)]

    async def _analyse(self, batch: Batch) -> BatchResult:
        """Analyse a batch; entries that were counted before don't count again."""
        result = await self._session.analyse(batch)
        end = batch.start + len(batch.leaves)
        uncounted = max(0, end - max(batch.start, self._counted))
        self._counted = max(self._counted, end)
        return result if uncounted == result.entries else replace(result, entries=uncounted)


def _kept(result: BatchResult) -> list[int]:
    """List the indexes of the entries that are kept, and need an inclusion proof."""
    return [hit.entry.index for hit in result.hits] + [one.index for one in result.unreadable if one.entry]
