"""Verified stream: the entries of a range of a log with their proofs, by the same rules for every protocol.

    source ──► prefetch ──► verified(source, verifier, span) ──► consumer

    Proven        entries that belong to the signed tree: to be committed as verified
    Provisional   entries that a later proof covers: to be committed as pending
    Retracted     provisional entries contradict the tree: to be given up; the stream reads them again
    Gap           entries that the log doesn't give, or that can't be proven because a hash tile is lost
    Quarantined   entries that contradict the tree after three tries, with the bytes as received

Every index of the range comes once, in a Proven, Gap or Quarantined, in order. `Verifier.proves_later` makes the
only difference between the protocols:

    False (hash tiles)            each answer is proven before the next:       fetch -> prove -> Proven
    True (proofs on request)      a proof at its end covers the range:         fetch -> Provisional ... prove -> Proven
                                  where it fails, each answer is proven alone: Retracted, fetch -> prove -> Proven ...

An answer that contradicts the tree is asked for three times, because caches and proxies garble answers, and then is
quarantined. An entry that the log doesn't give, or at which it fails while it gives others, is a gap
(`log/entry_search.py`). A log that gives nothing any more ends the stream; its last events stand.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING, Final, TypeGuard

from msgspec import Struct

from ctscan.ct.coverage import unavailable
from ctscan.ct.merkle import batch_hashes
from ctscan.ct.trust import PAUSES
from ctscan.errors import BadAnswer, CutError, PatienceSpent, ProofError, SourceError, Unproven, WrongCount
from ctscan.model import Gap, GapDetail, GapReason
from ctscan.model.hashes import HASH_SIZE, split_hashes
from ctscan.model.spans import subtract
from ctscan.scan.log.availability import gives_any, grain_of, is_definite, reason_of
from ctscan.scan.log.entry_search import Found, Lost, Search
from ctscan.scan.log.prefetch import fetch, prefetch
from ctscan.scan.log.verifier import Unprovable
from ctscan.sources.logs.tile_reader import slice_batch

if TYPE_CHECKING:
    from ctscan.ct.trust import AuditPaths
    from ctscan.model import Batch, CompactRange, Span
    from ctscan.scan.log.prefetch import FetchResult
    from ctscan.scan.log.verifier import Sleep, Verifier
    from ctscan.sources import LogSource


class Proven(Struct, frozen=True):
    """Entries from `start` to `upto.size` that belong to the signed tree.

    `batches` is empty for entries that came as Provisional before. `tree` computes audit paths; only until the next
    event is asked for, because hash tiles are forgotten.
    """

    start: int
    upto: CompactRange
    batches: tuple[Batch, ...]
    tree: AuditPaths


class Provisional(Struct, frozen=True):
    """Batch that is not proven yet. `after` is the proven compact range before the first provisional entry; `hashes`
    holds the leaf hashes of the batch, 32 bytes each."""

    after: CompactRange
    batch: Batch
    hashes: bytes


class Retracted(Struct, frozen=True):
    """All provisional entries, from `start` on, contradict the signed tree."""

    start: int


class Quarantined(Struct, frozen=True):
    """Gap of entries that contradict the signed tree. `raw` holds the last answer as received; empty when there was
    nothing to keep."""

    gap: Gap
    raw: bytes


StreamEvent = Proven | Provisional | Retracted | Gap | Quarantined


class Known(Struct, frozen=True):
    """Knowledge of the index that a stream starts with.

    `before`: proven compact range before the span; the log is asked for it otherwise. `pending`: leaf hashes of entries
    from the start of the span on that an interrupted pass read and didn't prove. `gaps` of earlier passes: they decide
    whether an entry is missing for the first time.
    """

    before: CompactRange | None = None
    pending: bytes = b""
    gaps: Sequence[Gap] = ()


NOTHING: Final = Known()
"""Knowledge about entries that were never read."""


def verified(
    source: LogSource, verifier: Verifier, span: Span, known: Known = NOTHING, *, sleep: Sleep = asyncio.sleep
) -> AsyncGenerator[StreamEvent, None]:
    """Yield the entries of `span` with their proofs, in order. Close the generator (`aclosing`) to cancel requests.

    Args:
        source: the open log.
        verifier: verifier against the signed tree head; the span lies in its tree. With `proves_later` the leaf hashes
            of the whole span are kept until its end, 32 bytes each.
        span: the entries to read.
        known: knowledge of the index about them.
        sleep: waits between two tries.

    Raises:
        SourceError: the log can't be reached, or keeps giving garbage.
        Unproven: the log contradicts its signed head; provisional entries can't be proven any more.
    """
    return _Reader(source, verifier, span, known.gaps, sleep).read(known.before, known.pending)


class _Reader:
    """State of a stream: all entries before `_at` were yielded, and `_unproven` of them are provisional."""

    def __init__(
        self, source: LogSource, verifier: Verifier, span: Span, known_gaps: Iterable[Gap], sleep: Sleep
    ) -> None:
        self._verifier, self._sleep = verifier, sleep
        self._at, self._end = span
        self._known_gaps = tuple(known_gaps)
        failing = (gap.span for gap in self._known_gaps if gap.reason is GapReason.FAILING)
        self._is_known = not subtract(span, failing)  # the log failed at all of these entries in an earlier pass
        self._source = source.impatient() if self._is_known else source
        self._grain = grain_of(proves_later=verifier.proves_later)
        self._proven: CompactRange | None = None  # before the first unproven entry; None: to be asked for
        self._unproven: list[bytes] = []  # leaf hashes of provisional batches, back to back
        self._one_by_one_until = 0  # index up to which each answer is proven alone
        self._was_bad = False  # the answer before was a BadAnswer
        self._has_begun = False  # something was given, or the log was seen to give anything

    async def read(self, before: CompactRange | None, pending: bytes) -> AsyncGenerator[StreamEvent, None]:
        """Yield the events of the stream."""
        self._proven = before
        if pending:
            await self._find_range()
            self._unproven = [pending]
            self._at += len(pending) // HASH_SIZE
            self._end = max(self._end, self._at)
            yield await self._settle()
        while self._at < self._end:
            if self._at < self._one_by_one_until:
                async for event in self._prove(self._source.next_range(self._at, self._one_by_one_until)):
                    yield event
                continue
            async with aclosing(self._prefetch()) as answers:
                async for part, answer in answers:
                    self._raise_fatal(answer)
                    if self._unproven and not isinstance(answer, list):
                        yield await self._settle()
                    async for event in self._take(part, answer):
                        yield event
                    if self._at != part[1]:
                        break  # to begin anew where the reading stands
            if self._unproven and self._at >= self._end:
                yield await self._settle()

    def _prefetch(self) -> AsyncGenerator[tuple[Span, FetchResult], None]:
        size = self._verifier.head.size
        return prefetch(self._source, (self._at, self._end), size, self._source.window)

    async def _find_range(self) -> CompactRange:
        """Ask for the proven compact range before `_at`, unless it is known."""
        if self._proven is None:
            self._proven = await self._verifier.range_at(self._at)
        return self._proven

    def _raise_fatal(self, answer: FetchResult) -> None:
        """Raise the failures that end the stream. A garbled tile between good tiles does not."""
        if isinstance(answer, WrongCount):
            raise Unproven(f"{self._source.log.name}: {answer}") from answer
        if isinstance(answer, list | CutError) or self._is_lost(answer):
            return
        if self._was_bad or not isinstance(answer, BadAnswer):
            raise answer

    def _is_lost(self, answer: FetchResult) -> TypeGuard[SourceError]:
        """Return True for a failure that may be of some entries only. A garbled tile can't be asked for in parts."""
        return isinstance(answer, SourceError) and (self._grain == 1 or not isinstance(answer, BadAnswer))

    async def _take(self, part: Span, answer: FetchResult) -> AsyncGenerator[StreamEvent, None]:
        if self._at != part[0]:
            return  # entries before it were retracted
        is_alone = self._at < self._one_by_one_until or not self._verifier.proves_later
        if isinstance(answer, list) and not is_alone:
            self._was_bad = False
            after = await self._find_range()
            for batch in answer:
                yield self._provisional(after, batch)
            return
        async for event in self._prove(part, answer):
            yield event

    def _provisional(self, after: CompactRange, batch: Batch) -> Provisional:
        hashes = b"".join(batch_hashes(batch))
        self._unproven.append(hashes)
        self._at = batch.start + len(batch.leaves)
        return Provisional(after, batch, hashes)

    async def _settle(self) -> Proven | Retracted:
        """Prove all provisional entries together; where they contradict the tree, read them again answer by answer."""
        before, hashes = await self._find_range(), split_hashes(b"".join(self._unproven))
        start, end = before.size, before.size + len(hashes)
        try:
            proof = await self._verifier.prove(start, hashes, before, end)
        except ProofError:
            self._unproven = []
            self._at, self._one_by_one_until = start, end
            return Retracted(start)
        self._unproven = []
        self._proven = proof.upto
        return Proven(start, proof.upto, (), proof.tree)

    async def _prove(self, part: Span, answer: FetchResult | None = None) -> AsyncGenerator[StreamEvent, None]:
        """Prove an answer; ask again after each pause while the answers contradict the tree."""
        pauses = iter(self._pauses(part))
        while True:
            if answer is None:
                answer = await fetch(self._source, part, self._verifier.head.size)
                self._raise_fatal(answer)
            if self._is_lost(answer):
                async for event in self._search(part, answer):
                    yield event
                return
            if isinstance(answer, BadAnswer):
                self._was_bad = True
                yield self._quarantine(part[1], str(answer), b"")
                return
            try:
                yield await self._prove_answer(answer)
                return
            except Unprovable as error:
                async for event in self._leave_out(part, error):
                    yield event
                return
            except (CutError, ProofError) as error:
                contradiction = error
            pause = next(pauses, None)
            if pause is None:
                yield self._quarantine(part[1], str(contradiction), _raw(answer))
                return
            self._verifier.avoid(part[0])
            await self._sleep(pause)
            answer = None

    async def _prove_answer(self, answer: list[Batch] | Exception) -> Proven:
        if not isinstance(answer, list):
            raise answer
        before = await self._find_range()
        start, hashes = answer[0].start, [leaf for batch in answer for leaf in batch_hashes(batch)]
        end = min(start + len(hashes), self._end)
        proof = await self._verifier.prove(start, hashes, before, end)
        fresh = tuple(
            slice_batch(batch, max(batch.start, self._at), min(batch.start + len(batch.leaves), end))
            for batch in answer
        )
        event = Proven(self._at, proof.upto, fresh, proof.tree)
        self._at, self._proven, self._was_bad = end, proof.upto, False
        return event

    def _pauses(self, part: Span) -> tuple[float, ...]:
        """Seconds before each further try. Entries that were quarantined before are asked for once more, without a
        wait: many such places would take hours of every pass."""
        quarantined = (gap.span for gap in self._known_gaps if gap.reason is GapReason.QUARANTINED)
        return PAUSES if subtract(part, quarantined) else (0.0,)

    def _quarantine(self, end: int, detail: str, raw: bytes) -> Quarantined:
        gap = Gap(self._at, end, GapReason.QUARANTINED, GapDetail.QUARANTINED(detail=detail), tries=1)
        self._at, self._proven = end, None
        return Quarantined(gap, raw)

    # --- entries that the log doesn't give ---

    async def _search(self, part: Span, error: SourceError) -> AsyncGenerator[StreamEvent, None]:
        """Take the entries from `part` on that the log gives after all, and leave gaps for the others."""
        if self._is_known and (isinstance(error, PatienceSpent) or part[1] - part[0] <= self._grain):
            for gap in self._leave(self._end if isinstance(error, PatienceSpent) else part[1], error):
                yield gap
            return
        search = Search(self._source, self._verifier.head.size, self._end, self._grain, is_known=self._is_known)
        async with aclosing(search.run(part, error)) as outcomes:
            async for outcome in outcomes:
                if self._unproven and not (isinstance(outcome, Found) and isinstance(outcome.answer, list)):
                    yield await self._settle()
                if self._at != outcome.span[0]:
                    return  # entries before it were retracted
                if isinstance(outcome, Lost):
                    await self._check_begun(outcome.error)
                    for gap in self._leave(outcome.span[1], outcome.error):
                        yield gap
                    continue
                async for event in self._take(outcome.span, outcome.answer):
                    yield event

    async def _check_begun(self, error: SourceError) -> None:
        """Raise the failure of a log that gives no first entry, no proof for its place, and nothing else."""
        if self._has_begun or self._proven is not None or not is_definite(error):
            return
        self._has_begun = True
        try:
            await self._find_range()
        except SourceError:
            if not await gives_any(self._source.impatient(), self._verifier.head.size, (self._at, self._at + 1), 1):
                raise

    def _leave(self, end: int, error: SourceError) -> Sequence[Gap | Quarantined]:
        """Leave the entries up to `end` out."""
        if isinstance(error, BadAnswer):
            return [self._quarantine(end, str(error), b"")]
        span = self._at, end
        self._at, self._proven = end, None
        return unavailable(span, str(error), self._known_gaps, reason_of(error))

    async def _leave_out(self, part: Span, error: Unprovable) -> AsyncGenerator[StreamEvent, None]:
        """Leave out the entries that a hash tile covers, which can't be had."""
        cause, size = error.cause, self._verifier.head.size
        is_sure = self._is_known or isinstance(cause, BadAnswer) or is_definite(cause)
        if not is_sure and not await gives_any(self._source.impatient(), size, part, self._grain):
            raise cause
        for event in self._leave(min(self._end, error.end), cause):
            yield event


def _raw(answer: FetchResult) -> bytes:
    """Join the bytes of an answer as received."""
    if isinstance(answer, CutError):
        return answer.raw
    return b"".join(bytes(batch.raw) for batch in answer) if isinstance(answer, list) else b""
