"""Search among entries that a log didn't give: the entries that it gives after all, and the others, in order.

    a range failed, for as long as a request may fail
      ├─ with tiles: the tile is lost; the next tiles are tried          (`galloping`)
      └─ else: its halves are tried, down to single entries              (`halving`)
    an entry fails: does the log give any other?    no: it is down, and the first failure is raised

Requests of a search are tried once, for a short time. All their failures together take no longer than the first one,
so an entry that is lost costs twice that time at most. Where the time is used up, the rest of the range is left for the
next pass. A log that fails at many entries but gives few at a time is asked for few from then on.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING

from msgspec import Struct

from ctscan.errors import CutError, FormatError, PatienceSpent, SourceError, Throttled, WrongCount
from ctscan.scan.log.availability import failure_at, gives_any, is_definite, reason_of
from ctscan.scan.log.galloping import end_of_row, first_true
from ctscan.scan.log.halving import ROW, Halving
from ctscan.scan.log.prefetch import fetch

if TYPE_CHECKING:
    from ctscan.model import Batch, Span
    from ctscan.sources import LogSource


class Found(Struct, frozen=True):
    """Entries that the log gives, or an answer that can't be cut into the entries of `span`."""

    span: Span
    answer: list[Batch] | CutError


class Lost(Struct, frozen=True):
    """Entries that the log doesn't give, and its answer."""

    span: Span
    error: SourceError


class Search:
    """Search in the tree of `size` entries, up to the entry before `end`.

    Args:
        source: the log; an impatient source where `is_known`.
        size: size of the tree.
        end: end of the entries to be read.
        grain: entries that come and fail together: 1, with tiles 256.
        is_known: the log failed at these entries in an earlier pass, so it needn't be asked whether it is down.
    """

    def __init__(self, source: LogSource, size: int, end: int, grain: int, *, is_known: bool) -> None:
        self._log, self._size, self._end, self._grain = source, size, end, grain
        self._source = source if is_known else source.impatient()
        self._is_known = self._is_alive = is_known

    async def run(self, failed: Span, error: SourceError) -> AsyncGenerator[Found | Lost]:
        """Yield the entries from the start of `failed` on, at least up to its end, in order, without overlap.

        Raises:
            SourceError: the log is down; `error` where it gives no entry at all.
        """
        if self._grain == 1:
            async for outcome in self._halve(failed, error):
                yield outcome
            return
        await self._check_alive(failed, error, error)
        end = await self._end_of_tiles(failed, error)
        await self._check_still_alive((failed[0], end), error, error)
        yield Lost((failed[0], end), error)

    async def _check_alive(self, failed: Span, failure: SourceError, first: SourceError) -> None:
        """Raise `first` where the log gives no other entry either. An answer that asks for fewer requests is no sign of
        a lost entry unless another entry comes right after it."""
        if is_definite(failure) or (self._is_alive and not isinstance(failure, Throttled)):
            return
        if not await gives_any(self._source, self._size, failed, self._grain):
            raise first
        self._is_alive = True

    async def _check_still_alive(self, lost: Span, failure: SourceError, first: SourceError) -> None:
        """Raise `first` where the log went down since: then a row of entries that failed is none."""
        if self._is_known or is_definite(failure) or lost[1] - lost[0] <= self._grain:
            return
        if not await gives_any(self._log.impatient(), self._size, lost, self._grain):
            raise first

    # --- tiles ---

    async def _end_of_tiles(self, failed: Span, error: SourceError) -> int:
        """Find the next tile that the log gives, or at which it fails in another way."""
        at, grain = failed[0], self._grain
        sure = failed[1]  # end of the tiles that were tried in sequence

        async def is_other(index: int) -> bool:
            nonlocal sure
            is_there = await self._is_other(index, error)
            if not is_there and index == sure:
                sure = min(self._end, (index // grain + 1) * grain)
            return is_there

        try:
            return await first_true(at, self._end, is_other, lambda index: min(self._end, (index // grain + 1) * grain))
        except (PatienceSpent, Throttled):
            return sure

    async def _is_other(self, index: int, error: SourceError) -> bool:
        failure = await failure_at(self._source, index, self._size)
        return failure is None or is_definite(failure) != is_definite(error)

    # --- single entries ---

    async def _halve(self, failed: Span, first: SourceError) -> AsyncGenerator[Found | Lost]:
        plan, why, at = Halving(failed, self._end), first, failed[0]
        while (asked := plan.asked) is not None:
            answer = await self._ask(asked)
            if isinstance(answer, PatienceSpent):
                rest = at, max(asked[0], failed[1])
                await self._check_still_alive(rest, why, first)
                yield Lost(rest, why)
                return
            if isinstance(answer, SourceError):
                if asked[1] - asked[0] == 1:
                    await self._check_alive(asked, answer, first)
                    if plan.row and reason_of(answer) is not reason_of(why):
                        yield Lost((at, asked[0]), why)
                        at = asked[0]
                    why = first if reason_of(answer) is reason_of(first) else answer
                plan.failed()
                continue
            if plan.row:
                yield Lost((at, asked[0]), why)
            at = asked[1] if isinstance(answer, CutError) else answer[-1].start + len(answer[-1].leaves)
            yield Found((asked[0], at), answer)
            plan.came(at)
        if plan.limit:
            self._log.limit_batch(plan.limit)
        elif plan.row:
            end = await self._end_of_row(plan, why)
            await self._check_still_alive((at, end), why, first)
            yield Lost((at, end), why)

    async def _ask(self, span: Span) -> list[Batch] | SourceError | CutError:
        """Ask for a span. Raises WrongCount, and FormatErrors that no source gives."""
        answer = await fetch(self._source, span, self._size)
        if isinstance(answer, WrongCount) or (isinstance(answer, FormatError) and not isinstance(answer, CutError)):
            raise answer
        return answer

    async def _end_of_row(self, plan: Halving, error: SourceError) -> int:
        """Find the end of a row of lost entries."""
        if plan.row < ROW:
            return plan.row_end

        async def is_other(index: int) -> bool:
            return await self._is_other(index, error)

        try:
            return await end_of_row(plan.row_end - 1, self._end, is_other)
        except (PatienceSpent, Throttled):
            return plan.row_end
