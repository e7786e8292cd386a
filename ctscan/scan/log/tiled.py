"""Reads a range of a tiled log: every tile is proven by hash tiles before a byte of it is used.

fetch tile -> hash leaves -> prove against the signed root -> examine -> gather -> commit
"""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import dataclass

from ctscan.ct.merkle import batch_hashes
from ctscan.ct.tiles import WIDTH
from ctscan.errors import BadAnswer, CutError, FormatError, Misbehaviour, Missing, ProofError, Refused, SourceError
from ctscan.model import Batch, CompactRange, Gap, GapReason, InclusionProof, ScanStep, Span, VerifiedRange
from ctscan.model.compact_range import EMPTY
from ctscan.scan.log.prefetch import Fetched, fetch_ahead
from ctscan.scan.log.session import Gathered, LogPass, first_available
from ctscan.scan.log.trust import TileTrust
from ctscan.sources.logs.tile_reader import slice_batch


@dataclass(frozen=True, slots=True)
class _Proven:
    """A batch of the signed tree with its leaf hashes; `root` where it is a whole tile."""

    batch: Batch
    hashes: list[bytes]
    root: bytes | None


class TiledReader:
    """Reads ranges of one tiled log within one pass."""

    def __init__(self, lp: LogPass, trust: TileTrust) -> None:
        self._lp = lp
        self._trust = trust
        self._start = self._at = self._end = 0
        self._edge = EMPTY  # of [0, at)
        self._gathered = Gathered()
        self._bad_before = False  # was the tile before this one no tile at all?

    async def read(self, span: Span, edge: CompactRange | None) -> bool:
        """Read and commit `[start, end)`; False when told to stop before. SourceError when the log can't be reached.
        However it ends, what was read and proven is committed."""
        self._end = span[1]
        await self._begin(span[0], edge)
        try:
            while self._at < span[1] and not self._lp.stop.is_set():
                await self._read_until_gap((self._at, span[1]))
        finally:
            await self._flush()
        return self._at >= span[1]

    async def _begin(self, at: int, edge: CompactRange | None = None) -> None:
        self._start = self._at = at
        if at < self._end:  # behind the end nothing is read, and no edge needed
            self._edge = await self._trust.edge_at(at) if edge is None else edge

    async def _read_until_gap(self, span: Span) -> None:
        """To the end, until asked to stop, or to the next place that is there after one that is missing."""
        lp = self._lp
        async with aclosing(fetch_ahead(lp.source, span, lp.head.size, lp.window)) as answers:
            async for part, fetched in answers:
                await self._take(part, fetched)
                if lp.stop.is_set() or self._at != part[1]:
                    break

    async def _take(self, part: Span, fetched: Fetched) -> None:
        pauses = iter(self._lp.pauses(part))
        while True:
            if isinstance(fetched, Missing | Refused):
                return await self._skip(part, fetched)
            if isinstance(fetched, SourceError):
                return await self._bear(part, fetched)
            proven = await self._prove(fetched)
            if isinstance(proven, _Proven):
                return await self._use(proven)
            if isinstance(proven, SourceError):
                return await self._leave_out(part, proven)
            pause = next(pauses, None)
            if pause is None:
                return await self._quarantine(part, proven)
            await self._flush()
            if await self._lp.stopped_within(pause):
                return None
            fetched = await self._lp.ask_again(part)

    async def _bear(self, part: Span, error: SourceError) -> None:
        """One tile that can't be read as one (too large, garbage) while its neighbours can is quarantined; any other
        failure ends the pass."""
        await self._flush()
        if not isinstance(error, BadAnswer) or self._bad_before:
            raise error
        self._bad_before = True
        await self._quarantine(part, CutError(str(error), b""))

    async def _prove(self, fetched: list[Batch] | FormatError) -> _Proven | CutError | SourceError:
        """The batch as one of the tree; or why it contradicts the signed tree, with its raw bytes; or why the hash
        tile that would tell is no use."""
        if isinstance(fetched, CutError):
            return fetched
        if not isinstance(fetched, list):
            raise fetched
        (batch,) = fetched
        hashes = batch_hashes(batch)
        try:
            root = await self._trust.prove(batch, hashes)
        except ProofError as error:
            return CutError(str(error), batch.raw)
        except (Missing, Refused, BadAnswer) as error:
            if not self._trust.is_rooted:
                raise  # without its right edge nothing of this tree can be proven
            return error
        return _Proven(batch, hashes, root)

    async def _use(self, proven: _Proven) -> None:
        self._bad_before = False
        batch, hashes = proven.batch, proven.hashes
        end = min(batch.start + len(hashes), self._end)
        fresh = slice_batch(batch, self._at, end)
        if fresh is batch and proven.root is not None:
            edge = self._edge.append_subtree(8, proven.root)
        else:
            edge = self._edge.append(hashes[self._at - batch.start : end - batch.start])
        if end == self._lp.head.size and edge.root() != self._lp.head.root:
            raise Misbehaviour(
                f"{self._lp.log.name}: the entries don't hash to the root of size {end}", (self._lp.head.raw,)
            )
        kept = self._gathered.add(await self._lp.analyse(fresh))
        paths = self._trust.paths(batch, hashes, kept)
        self._gathered.proofs += [InclusionProof(i, self._lp.head, path) for i, path in zip(kept, paths, strict=True)]
        self._at, self._edge = end, edge
        if self._gathered.is_due(self._lp.clock.commit_every):
            await self._flush()

    async def _flush(self, *holes: Gap, raw: bytes | None = None) -> None:
        """Commit what was gathered, with the holes that follow it. `raw`: the bytes that belong into the hole."""
        done, self._gathered = self._gathered, Gathered()
        lp = self._lp
        verified = (
            VerifiedRange(self._start, self._at, lp.scope, lp.rules, self._edge) if self._at > self._start else None
        )
        if verified is None and not holes:
            return
        advance = ScanStep(
            lp.log.id,
            lp.now(),
            verified=verified,
            result=done.result,
            proofs=tuple(done.proofs),
            gaps=holes,
            quarantine=tuple((*hole.span, raw) for hole in holes) if raw is not None else (),
        )
        self._start = self._at
        await lp.commit(advance, self._at)

    async def _quarantine(self, part: Span, error: CutError) -> None:
        """Three answers contradicted the signed tree: a hole; the log goes on over proven hash tiles."""
        hole = Gap(self._at, part[1], GapReason.QUARANTINED, str(error), tries=1)
        await self._flush(hole, raw=error.raw)
        self._lp.reporter.notice(f"{self._lp.log.name}: entries {hole.start} to {hole.end} quarantined: {error}")
        await self._begin(part[1])

    async def _skip(self, part: Span, error: Missing | Refused) -> None:
        resume = await first_available(self._lp, (part[0], self._end))
        await self._flush(*self._lp.gaps((self._at, resume), error))
        await self._begin(resume)

    async def _leave_out(self, part: Span, error: SourceError) -> None:
        """A hash tile is missing or garbled: what it covers can't be proven, whether it is there or not."""
        covered = WIDTH if part[1] % WIDTH else WIDTH * WIDTH
        gap = (part[0], min(self._end, (part[0] // covered + 1) * covered))
        if isinstance(error, Missing | Refused):
            await self._flush(*self._lp.gaps(gap, error))
            await self._begin(gap[1])
        else:
            await self._quarantine(gap, CutError(str(error), b""))
