"""Span arithmetic: half-open ranges `(start, end)` of offsets or entry indices, and operations on sets of them.

A span with `start >= end` is empty. Functions leave empty spans out, but for `split_at`, which returns an empty span as
it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

Span = tuple[int, int]
"""`(start, end)` with `end` excluded: offsets into a buffer, or indices of entries."""


def merge(spans: Iterable[Span]) -> list[Span]:
    """Merge spans that overlap or touch; the result is sorted and covers the same points."""
    found: list[Span] = []
    for start, end in sorted(span for span in spans if span[0] < span[1]):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def subtract(span: Span, covered: Iterable[Span]) -> list[Span]:
    """Subtract the `covered` spans from `span`; the result is sorted and disjoint."""
    left: list[Span] = []
    at, end = span
    for low, high in merge(covered):
        if low >= end:
            break
        if low > at:
            left.append((at, low))
        at = max(at, high)
    if at < end:
        left.append((at, end))
    return left


def clip(span: Span, limits: Span) -> Span:
    """Clip `span` to `limits`; the result is empty where they don't overlap."""
    return max(span[0], limits[0]), min(span[1], limits[1])


def total(spans: Iterable[Span]) -> int:
    """Count the points that the spans cover, each once."""
    return sum(end - start for start, end in merge(spans))


def split_at(span: Span, at: int) -> list[Span]:
    """Split `span` in two where `at` lies inside it."""
    start, end = span
    return [(start, at), (at, end)] if start < at < end else [span]


def split_every(span: Span, width: int, *, last_first: bool = False) -> Iterator[Span]:
    """Split `span` at the multiples of `width` that lie inside it; the pieces are made one by one."""
    start, end = span
    blocks = range(start // width, -(-end // width)) if start < end else range(0)
    for block in reversed(blocks) if last_first else blocks:
        yield max(start, block * width), min(end, (block + 1) * width)


def count_pieces(span: Span, width: int) -> int:
    """Count the pieces that `split_every` makes."""
    start, end = span
    return -(-end // width) - start // width if start < end else 0
