"""Fetches ahead of the reader: several requests at once, their answers in order. The network never waits for the
reader, nor for the index behind it, before the buffer between them is full."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from functools import partial

from ctscan.errors import CutError, FormatError, SourceError
from ctscan.http.rate_limit import Window
from ctscan.model import Batch, Span
from ctscan.sources import LogSource

ROUNDS = 2  # times the limit of the window: so many requests may be under way or wait for the reader
MOST_BYTES = 4 * 1024 * 1024  # of answers to them, for each of the logs that are read side by side; see `_has_room`

Fetched = list[Batch] | SourceError | FormatError
"""The batches that make up one span, or why they could not be had."""


async def fetch_span(source: LogSource, span: Span, size: int) -> list[Batch]:
    """All of `span`; an answer that is short is continued where it ends. Where that fails, only what came: whoever
    goes on from there learns what is wrong with the rest."""
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


async def attempt(source: LogSource, span: Span, size: int) -> Fetched:
    """As `fetch_span`, its failure as a value."""
    try:
        return await fetch_span(source, span, size)
    except (SourceError, FormatError) as error:
        return error


async def fetch_ahead(
    source: LogSource, span: Span, size: int, window: Window
) -> AsyncGenerator[tuple[Span, Fetched], None]:
    """The requests that make up `span`, in order, as many of them under way as the window allows, whatever the reader
    does meanwhile. Close it (aclosing) to cancel those."""
    ahead = _Ahead(source, span, size, window)
    try:
        while ahead.refill():
            yield await ahead.first()
            ahead.drop_first()
    finally:
        await ahead.aclose()


@dataclass(slots=True)
class _Part:
    """One request, under way or answered. `octets`: what its answer takes in memory, 0 until it came."""

    span: Span
    task: asyncio.Task[Fetched]
    octets: int = 0
    failed: bool = False


class _Ahead:
    """Asks again whenever a request ends, as long as what the reader has not done with stays within bounds: so many
    answers and so many bytes, and none behind a failure, of which the reader decides whether to go on."""

    def __init__(self, source: LogSource, span: Span, size: int, window: Window) -> None:
        self._source, self._size, self._window = source, size, window
        self._at, self._end = span
        self._parts: deque[_Part] = deque()  # in order of their spans; the reader may have the first in hand
        self._under_way = 0
        self._failures = 0  # answers among the parts that are none
        self._octets = 0  # of all answers among the parts
        self._latest = 0  # of the newest answer: so much is expected of those under way

    def refill(self) -> bool:
        """Send what there is room for. True if there is a part for the reader."""
        while self._has_room():
            span = self._source.next_range(self._at, self._end)
            part = _Part(span, asyncio.create_task(attempt(self._source, span, self._size)))
            part.task.add_done_callback(partial(self._ended, part))
            self._parts.append(part)
            self._under_way += 1
            self._at = span[1]
        return bool(self._parts)

    def _has_room(self) -> bool:
        if self._at >= self._end or self._failures or self._under_way >= self._window.size:
            return False
        # one answer may go beyond: large ones would else never be asked for two at a time
        octets = self._octets + max(0, self._under_way - 1) * self._latest
        return not self._parts or (octets < MOST_BYTES and len(self._parts) <= ROUNDS * self._window.limit)

    async def first(self) -> tuple[Span, Fetched]:
        """The first part with its answer."""
        part = self._parts[0]
        if part.task.done():
            await asyncio.sleep(0)  # so that requests end and begin beside a reader that never has to wait
        return part.span, await part.task

    def drop_first(self) -> None:
        """The reader has done with the first part."""
        part = self._parts.popleft()
        self._octets -= part.octets
        self._failures -= part.failed

    def _ended(self, part: _Part, task: asyncio.Task[Fetched]) -> None:
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
        """Cancel what is under way, and wait for its end."""
        self._at = self._end
        tasks = [part.task for part in self._parts]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _octets(fetched: Fetched | None) -> int:
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
