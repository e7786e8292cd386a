"""Bar charts as SVG text, without a library: the same bytes for the same numbers, no script, and readable in print.

A chart has a title and a description for readers of screens; its table stands beside it. Bars have one colour that
colour-blind people tell from the ground, and each has its number in text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

_WIDTH: Final = 640
_ROW: Final = 24
_LABEL: Final = 240
_NUMBER: Final = 70
_LONGEST: Final = 32
_HEIGHT: Final = 180
_MOST_BARS: Final = 25
_MOST_COLUMNS: Final = 60
_MONTH: Final = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])", re.ASCII)


@dataclass(frozen=True, slots=True)
class Chart:
    """Identifier of a chart in its page, its title, and its description. `number` formats a number."""

    id: str
    title: str
    description: str
    number: Callable[[int], str]


def bars(chart: Chart, rows: Sequence[tuple[str, int]], most: int = 0) -> str:
    """Draw a bar a row, from left to right; `most` is the number of the longest bar, 0: the greatest of all."""
    shown = rows[:_MOST_BARS]
    most = max([most, *(count for _, count in shown)]) or 1
    room = _WIDTH - _LABEL - _NUMBER
    parts = []
    for at, (label, count) in enumerate(shown):
        y, width = at * _ROW, max(1 if count else 0, count * room // most)
        parts.append(
            f'<text x="{_LABEL - 8}" y="{y + 16}" text-anchor="end">{escape(_short(label))}</text>'
            f'<rect x="{_LABEL}" y="{y + 4}" width="{width}" height="{_ROW - 8}" class="bar"/>'
            f'<text x="{_LABEL + width + 6}" y="{y + 16}">{chart.number(count)}</text>'
        )
    return _svg(chart, len(shown) * _ROW, "".join(parts))


def columns(chart: Chart, rows: Sequence[tuple[str, int]]) -> str:
    """Draw a column for each of the last months, also for those without a row; the first and the last are named."""
    shown = _every_month(rows)[-_MOST_COLUMNS:]
    most = max((count for _, count in shown), default=0) or 1
    step = (_WIDTH - 60) / max(1, len(shown))
    parts = [
        f'<text x="50" y="14" text-anchor="end">{chart.number(most)}</text>',
        f'<text x="50" y="{_HEIGHT}" text-anchor="end">0</text>',
    ]
    for at, (label, count) in enumerate(shown):
        height = max(1 if count else 0, count * (_HEIGHT - 10) // most)
        x = 58 + at * step
        parts.append(
            f'<rect x="{x:.1f}" y="{_HEIGHT - height}" width="{max(1.0, step - 2):.1f}" height="{height}" class="bar">'
            f"<title>{escape(label)}: {chart.number(count)}</title></rect>"
        )
    if shown:
        parts.append(f'<text x="58" y="{_HEIGHT + 18}">{escape(shown[0][0])}</text>')
        parts.append(f'<text x="{_WIDTH}" y="{_HEIGHT + 18}" text-anchor="end">{escape(shown[-1][0])}</text>')
    return _svg(chart, _HEIGHT + 26, "".join(parts))


def _every_month(rows: Sequence[tuple[str, int]]) -> list[tuple[str, int]]:
    """Return the months from the first to the last (`2026-01`), with 0 for those between that have no row."""
    counts = {name: count for name, count in rows if _MONTH.fullmatch(name)}
    numbers = [int(name[:4]) * 12 + int(name[5:]) - 1 for name in counts]
    if not numbers:
        return []
    names = [f"{at // 12:04}-{at % 12 + 1:02}" for at in range(max(min(numbers), max(numbers) - 600), max(numbers) + 1)]
    return [(name, counts.get(name, 0)) for name in names]


def _svg(chart: Chart, height: int, content: str) -> str:
    id = chart.id
    return (
        f'<svg role="img" aria-labelledby="{id}-t {id}-d" viewBox="0 0 {_WIDTH} {max(height, 1)}" '
        f'xmlns="http://www.w3.org/2000/svg"><title id="{id}-t">{escape(chart.title)}</title>'
        f'<desc id="{id}-d">{escape(chart.description)}</desc>{content}</svg>'
    )


def _short(label: str) -> str:
    return label if len(label) <= _LONGEST else f"{label[: _LONGEST - 1]}…"
