"""Parts of a log that are still to be read: each is leased against every other reader while it is read.

    unread ranges -> parts -> for each: lease -> still unread? -> read, prove, commit -> release
                       ^---- several parts without an entry: look for the next entry far off, leave a gap up to it

So any number of processes work on one log and never do the same work: they meet in the index, where their proven ranges
join. Each part is proven by itself against a signed tree head, at any place of the tree.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import AsyncExitStack, suppress
from typing import TYPE_CHECKING, Final

from ctscan.ct.coverage import edge_known_at, unavailable, unread
from ctscan.errors import Locked, SourceError
from ctscan.model import GapReason, ScanStep, Span
from ctscan.model.spans import count_pieces, merge, split_at, split_every, subtract
from ctscan.scan.log.availability import next_available, reason_of
from ctscan.scan.stream import NOTHING, Known

if TYPE_CHECKING:
    from ctscan.model import LogState, VerifiedRange
    from ctscan.scan.log.session import LogSession

PART: Final = 65_536
"""Entries in a part, aligned: a level-1 tile authenticates as many, and an inclusion proof covers them elsewhere."""

SMALL: Final = 8_192
"""Entries in the last parts where several processes read: no process waits long for another at the end."""

ReadSpan = Callable[[Span, Known], Awaitable[bool]]
"""Read, prove and commit a span; False when stopped before its end."""


MISSING_PARTS: Final = 4
"""Parts without a single entry in sequence, behind which the next entry is looked for far off: a log that lost its
entries, or signed more than it has, would cost some fifteen requests for each part."""


class Parts(Iterator[Span]):
    """Parts of spans, in the order of reading. They are made one by one: a log may sign a tree of 2^63 - 1 entries.

    Args:
        spans: the spans to read.
        marks: further indexes where a part begins.
        readers: processes that read the log; with several the last parts are small.
        newest_first: begin with the last part.
    """

    def __init__(
        self, spans: Iterable[Span], *, marks: Sequence[int] = (), readers: int = 1, newest_first: bool = False
    ) -> None:
        self.newest_first = newest_first
        self._spans, self._marks, self._readers = merge(spans), marks, readers
        self._parts = self._cut()

    def __next__(self) -> Span:
        return next(self._parts)

    def _cut(self) -> Iterator[Span]:
        """Cut the spans: the last `2 * readers` parts are small where several processes read."""
        left = sum(count_pieces(span, PART) for span in self._spans)
        few = 2 * self._readers if self._readers > 1 else 0
        for span in self._spans[::-1] if self.newest_first else self._spans:
            for part in split_every(span, PART, last_first=self.newest_first):
                width = PART if left > few else SMALL
                left -= 1
                for piece in split_every(part, width, last_first=self.newest_first):
                    yield from _split_at_all(piece, self._marks)[:: -1 if self.newest_first else 1]

    def behind(self, part: Span) -> Span:
        """Return the rest of the span that `part` was cut from: the entries that are read after the part."""
        for start, end in self._spans:
            if start <= part[0] and part[1] <= end:
                return (start, part[0]) if self.newest_first else (part[1], end)
        return part[1], part[1]

    def skip(self, span: Span) -> None:
        """Leave out a span behind the newest part, and everything before it in the order of reading."""
        passed = (span[0], self._spans[-1][1]) if self.newest_first else (0, span[1])
        self._spans = [piece for one in self._spans for piece in subtract(one, [passed])]
        self._parts = self._cut()


def _split_at_all(span: Span, marks: Iterable[int]) -> list[Span]:
    pieces = [span]
    for mark in marks:
        pieces = [piece for one in pieces for piece in split_at(one, mark)]
    return pieces


class PartsReader:
    """Reader of the parts of a log within a pass.

    Args:
        session: the pass.
        read: reads a span.
        counts: returns True for a verified range that needn't be read again.
        can_resume: a pending range can be taken up where an interrupted pass left it.
    """

    def __init__(
        self, session: LogSession, read: ReadSpan, counts: Callable[[VerifiedRange], bool], *, can_resume: bool = False
    ) -> None:
        self._session, self._read_span, self._counts, self._can_resume = session, read, counts, can_resume
        self.held: list[Span] = []  # parts that another reader held to the end

    async def read(self, parts: Parts) -> bool:
        """Read every part that no other reader holds, and held parts once more at the end: by then their reader may
        have finished, or be gone. False when stopped before the end."""
        missing = 0  # parts without an entry in sequence
        for part in parts:
            self._session.missing.clear()
            if not await self._read_unless_held(part):
                return False
            missing = missing + 1 if subtract(part, self._session.missing) == [] else 0
            if missing >= MISSING_PARTS:
                await self._look_far(parts, part)
        tried, self.held = self.held, []
        for part in tried:
            if not await self._read_unless_held(part):
                return False
        return True

    async def _look_far(self, parts: Parts, part: Span) -> None:
        """Leave a gap from a part without entries to the next entry that the log gives."""
        session = self._session
        behind, head = parts.behind(part), session.head
        try:
            skipped, error = await next_available(session.source, head.size, behind, newest_first=parts.newest_first)
        except SourceError:
            return  # the next part meets the failure
        if error is None:
            return
        with suppress(Locked):  # another reader is at work there; the next part shows how far it came
            async with session.leasing(skipped):
                for span in await self._still_unread(skipped):
                    gaps = unavailable(span, str(error), session.known_gaps, reason_of(error))
                    await session.commit(ScanStep(session.log.id, session.now(), gaps=tuple(gaps)), span[0])
                await session.wait_written()
            parts.skip(skipped)

    async def _read_unless_held(self, part: Span) -> bool:
        async with AsyncExitStack() as holding:
            try:
                await holding.enter_async_context(self._session.leasing(part))
            except Locked:
                self.held.append(part)
                return True
            return await self._read(part)

    async def _read(self, part: Span) -> bool:
        for span in await self._still_unread(part):
            if not await self._read_span(span, await self._known_at(span[0], part[1])):
                return False
        await self._session.wait_written()
        return True

    async def _known_at(self, index: int, end: int) -> Known:
        """Collect the knowledge of the index at the start of a span; a pending range of no use is given up.

        So is a pending range beyond `end`, the end of the leased part: a pass with larger parts left it. Another reader
        may hold the entries there and commit them as pending itself. When it gives them up, they must not be proven.
        """
        session = self._session
        if session.state is None:
            return NOTHING
        proven = edge_known_at(session.state, index)
        pending = next((p for p in session.state.pending if p.start == index), None)
        if pending and not (self._can_resume and session.can_prove(pending) and pending.end <= end):
            await session.rewind(index)
            pending = None
        hashes = pending.hashes if pending else b""
        return Known(proven.edge if proven else None, hashes, session.known_gaps)

    async def _still_unread(self, part: Span) -> list[Span]:
        """Find the unread spans of a part, without gaps that were found since this pass began; older gaps are tried
        again. A pending range begins a span of its own, and so does a gap at which the log failed."""
        session = self._session
        session.state = state = await session.index.log_state(session.log.id)
        if state is None:
            return [part]
        spans = unread(state, part, self._counts)
        tried = self._tried(state)
        left = [piece for span in spans for piece in subtract(span, tried)]
        marks = [pending.start for pending in state.pending] + self._failing_edges(part)
        return [piece for span in left for piece in _split_at_all(span, marks)]

    def _failing_edges(self, part: Span) -> list[int]:
        """Find the ends of gaps at which the log failed in earlier passes: these entries are tried by themselves,
        without the patience that other entries have."""
        failing = (gap for gap in self._session.known_gaps if gap.reason is GapReason.FAILING)
        return [edge for gap in failing for edge in gap.span if part[0] < edge < part[1]]

    def _tried(self, state: LogState) -> list[Span]:
        """Find the gaps that appeared since this pass began."""
        older = [gap.span for gap in self._session.known_gaps]
        return [piece for gap in state.gaps for piece in subtract(gap.span, older)]
