"""Fetches ahead of the reader: several requests at once, their answers in order."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator

from ctscan.errors import FormatError, SourceError
from ctscan.model import Batch, Span
from ctscan.sources import LogSource
from ctscan.sources.pace import Window

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
    """The requests that make up `span`, in order, as many of them under way as the window allows. Close it (aclosing)
    to cancel those."""
    under_way: deque[tuple[Span, asyncio.Task[Fetched]]] = deque()
    at = span[0]
    try:
        while at < span[1] or under_way:
            while at < span[1] and len(under_way) < window.size:
                part = source.next_range(at, span[1])
                under_way.append((part, asyncio.create_task(attempt(source, part, size))))
                at = part[1]
            part, task = under_way[0]
            fetched = await task
            under_way.popleft()
            yield part, fetched
    finally:
        for _, task in under_way:
            task.cancel()
        await asyncio.gather(*(task for _, task in under_way), return_exceptions=True)
