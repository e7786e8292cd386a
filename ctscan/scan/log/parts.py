"""What is still to be read of one log, in parts: each is held against every other reader while it is read.

    unread ranges -> parts -> for each: hold it -> still unread? -> read, prove, commit -> let it go

So any number of processes work on one log and never do the same work: they meet in the index, where what they have
proven joins. Each part is proven by itself against a signed tree head, wherever it lies in the tree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import AsyncExitStack
from typing import Final, Protocol

from ctscan.ct.coverage import edge_known_at, unread
from ctscan.errors import Locked
from ctscan.model import CompactRange, Span, VerifiedRange
from ctscan.model.spans import merge, split_at, split_every, subtract
from ctscan.scan.log.session import LogPass

PART: Final = 65_536
"""Entries in a part, aligned: what one level-1 tile authenticates, and one inclusion proof proves of other logs."""

SMALL: Final = 8_192
"""Entries in the last parts where several processes read: none waits long for another at the end."""


def parts_of(
    spans: Iterable[Span], *, marks: Sequence[int] = (), readers: int = 1, newest_first: bool = False
) -> list[Span]:
    """The parts in which spans are read, in order. `marks`: where a part has to begin besides. With several `readers`
    the last parts are small."""
    order = -1 if newest_first else 1
    parts = [part for span in merge(spans) for part in split_every(span, PART)][::order]
    if readers > 1:
        large = max(0, len(parts) - 2 * readers)
        parts[large:] = [piece for part in parts[large:] for piece in split_every(part, SMALL)[::order]]
    for mark in marks:
        parts = [piece for part in parts for piece in split_at(part, mark)[::order]]
    return parts


class RangeReader(Protocol):
    """`TiledReader` or `UntiledReader`."""

    async def read(self, span: Span, edge: CompactRange | None) -> bool:
        """Read, prove and commit `span`; `edge` is the compact range before it, if known. False when stopped early."""
        ...


class PartsReader:
    """Reads parts of one log within one pass. `counts` says which ranges needn't be read again."""

    def __init__(self, lp: LogPass, reader: RangeReader, counts: Callable[[VerifiedRange], bool]) -> None:
        self._lp, self._reader, self._counts = lp, reader, counts
        self.held: list[Span] = []  # by others, to the end

    async def read(self, parts: Sequence[Span]) -> bool:
        """Read every part that nobody else holds; those that somebody does, once more at the end: then he may be done,
        or gone. False when told to stop before the end."""
        for again in (False, True):
            tried, self.held = self.held if again else parts, []
            for part in tried:
                if not await self._read_unless_held(part):
                    return False
        return True

    async def _read_unless_held(self, part: Span) -> bool:
        async with AsyncExitStack() as holding:
            try:
                await holding.enter_async_context(self._lp.leasing(part))
            except Locked:
                self.held.append(part)
                return True
            return await self._read(part)

    async def _read(self, part: Span) -> bool:
        for span in await self._still_unread(part):
            state = self._lp.state
            known = edge_known_at(state, span[0]) if state else None
            if not await self._reader.read(span, known.edge if known else None):
                return False
        await self._lp.settle()
        return True

    async def _still_unread(self, part: Span) -> list[Span]:
        """What of a part is unread now, but for the holes that were found since this pass began: those that are older
        are tried once more."""
        lp = self._lp
        lp.state = state = await lp.index.log_state(lp.log.id)
        if state is None:
            return [part]
        older = [hole.span for hole in lp.holes]
        tried = [piece for hole in state.gaps for piece in subtract(hole.span, older)]
        spans = unread(state, part, self._counts)
        left = [piece for span in spans for piece in subtract(span, tried)]
        for start, end in (piece for span in spans for piece in subtract(span, left)):
            lp.incomplete.append(f"entries {start} to {end} couldn't be had by another process")
        return left
