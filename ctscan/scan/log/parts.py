"""Parts of a log that are still to be read: each is leased against every other reader while it is read.

    unread ranges -> parts -> for each: lease -> still unread? -> read, prove, commit -> release

So any number of processes work on one log and never do the same work: they meet in the index, where their proven ranges
join. Each part is proven by itself against a signed tree head, at any place of the tree.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import AsyncExitStack
from typing import Final

from ctscan.ct.coverage import edge_known_at, unread
from ctscan.errors import Locked
from ctscan.model import LogState, Span, VerifiedRange
from ctscan.model.spans import merge, split_at, split_every, subtract
from ctscan.scan.log.session import LogSession
from ctscan.scan.stream import NOTHING, Known

PART: Final = 65_536
"""Entries in a part, aligned: a level-1 tile authenticates as many, and an inclusion proof covers them elsewhere."""

SMALL: Final = 8_192
"""Entries in the last parts where several processes read: no process waits long for another at the end."""

ReadSpan = Callable[[Span, Known], Awaitable[bool]]
"""Read, prove and commit a span; False when stopped before its end."""


def parts_of(
    spans: Iterable[Span], *, marks: Sequence[int] = (), readers: int = 1, newest_first: bool = False
) -> list[Span]:
    """Cut spans into parts, in the order of reading.

    Args:
        spans: the spans to read.
        marks: further indexes where a part begins.
        readers: processes that read the log; with several the last parts are small.
        newest_first: begin with the last part.
    """
    order = -1 if newest_first else 1
    parts = [part for span in merge(spans) for part in split_every(span, PART)][::order]
    if readers > 1:
        large = max(0, len(parts) - 2 * readers)
        parts[large:] = [piece for part in parts[large:] for piece in split_every(part, SMALL)[::order]]
    return [piece for part in parts for piece in _split_at_all(part, marks)[::order]]


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

    async def read(self, parts: Sequence[Span]) -> bool:
        """Read every part that no other reader holds, and held parts once more at the end: by then their reader may
        have finished, or be gone. False when stopped before the end."""
        for again in (False, True):
            tried, self.held = self.held if again else parts, []
            for part in tried:
                if not await self._read_unless_held(part):
                    return False
        return True

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
        again. A pending range begins a span of its own."""
        session = self._session
        session.state = state = await session.index.log_state(session.log.id)
        if state is None:
            return [part]
        spans = unread(state, part, self._counts)
        tried = self._tried(state)
        left = [piece for span in spans for piece in subtract(span, tried)]
        marks = [pending.start for pending in state.pending]
        return [piece for span in left for piece in _split_at_all(span, marks)]

    def _tried(self, state: LogState) -> list[Span]:
        """Find the gaps that appeared since this pass began."""
        older = [gap.span for gap in self._session.known_gaps]
        return [piece for gap in state.gaps for piece in subtract(gap.span, older)]
