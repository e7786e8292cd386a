"""Reads a range of a log without hash tiles (RFC 6962, hybrid): read first, proven every 65,536 entries.

    fetch batch -> hash leaves -> examine -> commit as pending ... -> one inclusion proof -> commit as verified

The audit path of the last entry read carries the right edge of the log's own tree there. If it equals the edge of
what was read, all of it is proven, and the path gives the evidence for every finding. If not, the pending rows are
taken back and the range is read once more, proven batch by batch, so that the batch at fault is found.
"""

from __future__ import annotations

from asyncio import CancelledError
from contextlib import aclosing
from dataclasses import replace

from ctscan.ct.merkle import batch_hashes
from ctscan.ct.partial_tree import PartialTree
from ctscan.errors import BadAnswer, CutError, Misbehaviour, Missing, Refused, SourceError, WrongCount
from ctscan.model import (
    Batch,
    CompactRange,
    Gap,
    GapReason,
    InclusionProof,
    PendingRange,
    ScanStep,
    Span,
    VerifiedRange,
)
from ctscan.model.compact_range import EMPTY
from ctscan.model.hashes import HASH_SIZE, split_hashes
from ctscan.scan.log.prefetch import Fetched, fetch_ahead
from ctscan.scan.log.session import Gathered, LogPass, first_available
from ctscan.scan.log.trust import Anchor, ProofTrust
from ctscan.sources.logs.tile_reader import slice_batch

PROVE_EVERY = 65_536  # entries


class UntiledReader:
    """Reads ranges of one log within one pass."""

    def __init__(self, lp: LogPass, trust: ProofTrust) -> None:
        self._lp = lp
        self._trust = trust
        self._start = self._end = 0  # proven up to here, to be read up to there
        self._edge = EMPTY  # of [0, start)
        self._hashes = bytearray()  # of the leaves [start, at), back to back: as objects they take twice the room
        self._kept: list[int] = []  # indexes in it that need evidence
        self._gathered = Gathered()
        self._bad_before = False  # was the batch before this one no batch at all?
        self._counted = 0  # entries below were counted when they were first read

    @property
    def _at(self) -> int:
        return self._start + len(self._hashes) // HASH_SIZE

    async def read(self, span: Span, edge: CompactRange | None) -> bool:
        """Read, prove and commit `[start, end)`; False when told to stop before. SourceError when the log can't be
        reached: what was read is committed, and proven by the next pass."""
        self._end = span[1]
        try:
            await self._begin(span[0], edge)
            while self._at < span[1] and not self._lp.stop.is_set():
                await self._read_until_gap((self._at, span[1]))
        except Misbehaviour:
            await self._take_back()  # what can't be proven any more isn't kept
            raise
        except CancelledError:
            await self._commit_pending()
            raise
        await self._commit_pending()  # leave at once; the next pass proves it
        return self._start >= span[1]

    async def _begin(self, at: int, edge: CompactRange | None = None) -> None:
        self._start, self._hashes, self._kept = at, bytearray(), []
        if at < self._end:  # behind the end nothing is read, and no edge needed
            self._edge = await self._trust.edge_at(at) if edge is None else edge
            await self._resume()

    async def _resume(self) -> None:
        """Take up what an interrupted pass read here but could not prove any more."""
        pending = next((p for p in self._lp.state.pending if p.start == self._start), None) if self._lp.state else None
        if pending is None:
            return
        end = pending.end
        if (pending.scope, pending.rules) != (self._lp.scope, self._lp.rules) or end > self._lp.head.size:
            await self._lp.rewind(self._start)
            return
        await self._lp.settle()
        self._hashes += pending.hashes
        self._kept = await self._lp.index.unproven(self._lp.log.id, self._start, self._at)
        await self._settle()

    async def _read_until_gap(self, span: Span) -> None:
        """To the end, all of it proven; or until asked to stop; or to where reading goes on after what is missing or
        was taken back."""
        lp = self._lp
        async with aclosing(fetch_ahead(lp.source, span, lp.head.size, lp.window)) as answers:
            async for part, fetched in answers:
                if isinstance(fetched, Missing | Refused):
                    await self._skip((part[0], span[1]), fetched)
                else:
                    await self._take(part, fetched)
                if lp.stop.is_set() or self._at != part[1]:
                    return
        await self._settle()

    async def _take(self, part: Span, fetched: Fetched) -> None:
        if isinstance(fetched, list):
            for batch in fetched:
                await self._keep(batch)
            if self._at // PROVE_EVERY > self._start // PROVE_EVERY:
                await self._settle()
        elif isinstance(fetched, SourceError):
            await self._commit_pending()
            await self._bear(part, fetched)
        else:
            await self._settle()
            await self._read_carefully(part)

    async def _bear(self, part: Span, error: SourceError) -> None:
        """One batch that can't be read as one while its neighbours can is quarantined; a log that keeps giving none
        or too many entries misbehaves; any other failure ends the pass."""
        if isinstance(error, WrongCount):
            raise Misbehaviour(f"{self._lp.log.name}: {error}", (self._lp.head.raw,)) from error
        if not isinstance(error, BadAnswer) or self._bad_before:
            raise error
        await self._settle()
        if self._at == part[0]:
            self._bad_before = True
            await self._quarantine(part, CutError(str(error), b""))

    async def _keep(self, batch: Batch) -> None:
        self._bad_before = False
        fresh = slice_batch(batch, max(self._at, batch.start), batch.start + len(batch.leaves))
        result = await self._lp.analyse(fresh)
        self._hashes += b"".join(batch_hashes(fresh))
        self._kept += self._gathered.add(result)
        if self._gathered.is_due(self._lp.clock.commit_every):
            await self._commit_pending()

    async def _commit_pending(self) -> None:
        done, self._gathered = self._gathered, Gathered()
        if not done.result.entries:
            return
        lp = self._lp
        entries = max(0, min(done.result.entries, self._at - self._counted))
        self._counted = max(self._counted, self._at)
        pending = PendingRange(self._start, lp.scope, lp.rules, self._edge, bytes(self._hashes))
        await lp.commit(
            ScanStep(
                lp.log.id,
                lp.now(),
                pending=pending,
                result=replace(done.result, entries=entries),
            ),
            self._at,
        )

    async def _settle(self) -> None:
        """Commit and prove what was read; where it contradicts the signed tree, read it again batch by batch."""
        await self._commit_pending()
        if not self._hashes:
            return
        if not await self._prove():
            span = (self._start, self._at)
            await self._take_back()
            await self._read_carefully(span)

    def _leaf_hashes(self) -> list[bytes]:
        return split_hashes(bytes(self._hashes))

    async def _prove(self) -> bool:
        """Is the edge of what was read the log's own? Then it is verified from now on."""
        head, edge = self._lp.head, self._edge.append(self._leaf_hashes())
        anchor = Anchor(edge, ())
        if self._at < head.size:
            anchor = await self._trust.anchor(self._at)
            if edge != anchor.edge:
                return False
        elif edge.root() != head.root:
            await self._trust.confirm(self._start, self._at)
            return False
        await self._commit_verified(anchor)
        return True

    async def _commit_verified(self, anchor: Anchor) -> None:
        lp, kept, edge = self._lp, self._kept, anchor.edge
        verified = VerifiedRange(self._start, self._at, lp.scope, lp.rules, edge)
        proofs: tuple[InclusionProof, ...] = ()
        if kept:
            known = [*self._leaf_hashes(), *anchor.beyond]
            tree = PartialTree(self._edge, known, lp.head.size, anchor.path)
            proofs = tuple(InclusionProof(i, lp.head, tree.path(i)) for i in kept)
        at = self._at
        await lp.commit(ScanStep(lp.log.id, lp.now(), verified=verified, clear_pending=self._start, proofs=proofs), at)
        self._start, self._edge, self._hashes, self._kept = at, edge, bytearray(), []

    async def _take_back(self) -> None:
        await self._lp.rewind(self._start)
        self._lp.analyser.forget()
        self._hashes, self._kept, self._gathered = bytearray(), [], Gathered()

    async def _read_carefully(self, span: Span) -> None:
        """Each batch is proven by itself before the next; one that contradicts three times is quarantined. Ends early
        where told to stop, and where entries can't be had any more."""
        while self._at < span[1] and not self._lp.stop.is_set():
            part = self._lp.source.next_range(self._at, span[1])
            error = await self._try_batch(part)
            for pause in self._lp.pauses(part):
                if not isinstance(error, CutError):
                    break
                if await self._lp.stopped_within(pause):
                    return
                error = await self._try_batch(part)
            if isinstance(error, CutError):
                await self._quarantine(part, error)
            elif error is not None:
                return

    async def _try_batch(self, part: Span) -> CutError | Missing | Refused | None:
        answer = await self._lp.ask_again(part)
        if isinstance(answer, CutError | Missing | Refused):
            return answer
        if not isinstance(answer, list):
            raise answer
        for batch in answer:
            await self._keep(batch)
        await self._commit_pending()
        if await self._prove():
            return None
        await self._take_back()
        self._trust.distrust(part[0])
        return CutError(
            f"entries {part[0]} to {part[1]} don't hash to the signed tree", b"".join(b.raw for b in answer)
        )

    async def _quarantine(self, part: Span, error: CutError) -> None:
        lp = self._lp
        hole = Gap(*part, GapReason.QUARANTINED, str(error), tries=1)
        await lp.commit(ScanStep(lp.log.id, lp.now(), gaps=(hole,), quarantine=((*part, error.raw),)), part[1])
        lp.reporter.notice(f"{lp.log.name}: entries {part[0]} to {part[1]} quarantined: {error}")
        await self._begin(part[1])

    async def _skip(self, span: Span, error: Missing | Refused) -> None:
        await self._settle()
        if self._at != span[0]:
            return  # something before it was taken back
        resume = await first_available(self._lp, span)
        lp = self._lp
        await lp.commit(ScanStep(lp.log.id, lp.now(), gaps=lp.gaps((span[0], resume), error)), resume)
        await self._begin(resume)
