"""Prefetching: several requests at once, their answers in order. The network waits for the reader, and for the index
behind it, only when the buffer between them is full."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator
from functools import partial
from typing import TYPE_CHECKING

from msgspec import Struct

from ctscan.errors import CutError, FormatError, SourceError
from ctscan.model import Batch

if TYPE_CHECKING:
    from ctscan.http.rate_limit import ConcurrencyWindow
    from ctscan.model import Span
    from ctscan.sources import LogSource

ROUNDS = 2  # requests under way and answers that wait for the reader, in multiples of the window's limit
MOST_BYTES = 4 * 1024 * 1024  # bytes of waiting answers of a log; see `_has_room`

FetchResult = list[Batch] | SourceError | FormatError
"""Batches that make up a span, or the failure."""


async def _fetch_all(source: LogSource, span: Span, size: int) -> list[Batch]:
    """Fetch all of `span`; a short answer is continued at its end.

    When a continuation fails, return the batches before it: the next request begins there and meets the failure.
    """
    batches: list[Batch] = []
    at = span[0]
    while at < span[1]:
        try:
            batch = await source.entries(at, span[1], size)
        except (SourceError, FormatError):
            if not batches:
                raise
            break
        batches.append(batch)
        at = batch.start + len(batch.leaves)
    return batches


async def fetch(source: LogSource, span: Span, size: int) -> FetchResult:
    """Fetch the entries of `span` in the tree of `size`, as far as they come in one answer after another; failures are
    values."""
    try:
        return await _fetch_all(source, span, size)
    except (SourceError, FormatError) as error:
        return error


async def prefetch(
    source: LogSource, span: Span, size: int, window: ConcurrencyWindow
) -> AsyncGenerator[tuple[Span, FetchResult], None]:
    """Yield the answers to the requests that make up `span`, in order, with as many requests under way as the window
    allows. Close the generator (`aclosing`) to cancel them."""
    prefetcher = _Prefetcher(source, span, size, window)
    try:
        while prefetcher.refill():
            yield await prefetcher.first()
            prefetcher.drop_first()
    finally:
        await prefetcher.aclose()


class _Part(Struct):
    """Request, under way or answered. `octets`: memory of its answer, 0 before it came."""

    span: Span
    task: asyncio.Task[FetchResult]
    octets: int = 0
    failed: bool = False


class _Prefetcher:
    """Prefetcher that sends the next request when a request ends, within bounds of answers and bytes that the reader
    has not handled. Behind a failure nothing is asked: the reader decides whether to go on."""

    def __init__(self, source: LogSource, span: Span, size: int, window: ConcurrencyWindow) -> None:
        self._source, self._size, self._window = source, size, window
        self._at, self._end = span
        self._parts: deque[_Part] = deque()  # in order of their spans; the reader may have the first in hand
        self._under_way = 0
        self._failures = 0  # failures among the parts
        self._octets = 0  # of all answers among the parts
        self._latest = 0  # of the newest answer: the estimate for each request under way

    def refill(self) -> bool:
        """Send requests while there is room; return True when there is a part for the reader."""
        while self._has_room():
            span = self._source.next_range(self._at, self._end)
            part = _Part(span, asyncio.create_task(fetch(self._source, span, self._size)))
            part.task.add_done_callback(partial(self._ended, part))
            self._parts.append(part)
            self._under_way += 1
            self._at = span[1]
        return bool(self._parts)

    def _has_room(self) -> bool:
        if self._at >= self._end or self._failures or self._under_way >= self._window.size:
            return False
        # a single answer may exceed the bound, or large answers would never be under way two at a time
        octets = self._octets + max(0, self._under_way - 1) * self._latest
        return not self._parts or (octets < MOST_BYTES and len(self._parts) <= ROUNDS * self._window.limit)

    async def first(self) -> tuple[Span, FetchResult]:
        """Wait for the answer of the first part."""
        part = self._parts[0]
        if part.task.done():
            await asyncio.sleep(0)  # lets requests end and begin beside a reader that never waits
        return part.span, await part.task

    def drop_first(self) -> None:
        """Forget the first part: the reader has handled it."""
        part = self._parts.popleft()
        self._octets -= part.octets
        self._failures -= part.failed

    def _ended(self, part: _Part, task: asyncio.Task[FetchResult]) -> None:
        self._under_way -= 1
        fetched = None if task.cancelled() or task.exception() else task.result()
        part.octets = _octets(fetched)
        self._octets += part.octets
        if isinstance(fetched, list):
            self._latest = part.octets
        else:
            part.failed = True
            self._failures += 1
        self.refill()

    async def aclose(self) -> None:
        """Cancel the requests under way, and wait for their end."""
        self._at = self._end
        tasks = [part.task for part in self._parts]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _octets(fetched: FetchResult | None) -> int:
    if not isinstance(fetched, list):
        return len(fetched.raw) if isinstance(fetched, CutError) else 0
    octets = 0
    for batch in fetched:
        raw, data, extra = batch.raw, batch.data, batch.extra
        octets += (
            len(raw)
            + (len(data) if data is not raw else 0)
            + (len(extra) if extra is not raw and extra is not data else 0)
        )
    return octets
