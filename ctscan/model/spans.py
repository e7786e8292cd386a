"""Spans: half-open ranges `(start, end)` of offsets or entry indices."""

from __future__ import annotations

Span = tuple[int, int]
"""`(start, end)` with `end` excluded: offsets into a buffer, or indices of entries."""
