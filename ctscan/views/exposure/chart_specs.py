"""Specifications of charts in the grammar of Vega-Lite, as plain values.

Every place of a text follows from numbers here, none from the width of a text: widths depend on the fonts of a machine,
and one report has to give the same bytes everywhere. Colours never carry a meaning alone: series differ in shape, bars
and cells have their number beside or in them, so that a chart reads in grey and for the colour-blind.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from math import sqrt
from typing import Any, Final
from unicodedata import combining, east_asian_width

from msgspec import Struct

Spec = dict[str, Any]
Layer = dict[str, Any]

WIDTH: Final = 440
"""Units of width: a phone shows them nearly one to one, so that texts stay readable."""

INK: Final = "#1c2733"
BAR: Final = "#2a7ab0"
TRACK: Final = "#e3e8ec"
STEPS: Final = (("#e4eef6", INK), ("#bcd6ea", INK), ("#7fb2d8", INK), ("#2f74ab", "#ffffff"), ("#123f66", "#ffffff"))
"""Colours of the cells of a matrix, from few to many, each with that of its text."""

_FONT: Final = "system-ui, 'Libertinus Serif', sans-serif"
_SIZE: Final = 15  # of texts: 11 pixels on a phone
_ROW: Final = 39
_NUMBER: Final = 96  # room for the number behind the longest bar
_PANEL: Final = 170
_LEFT: Final = 70
_RIGHT: Final = 24
_CELL: Final = 28
_HEAD: Final = 136
_LONGEST: Final = 50
_COLUMN: Final = 20  # characters of the name of a column, for which _HEAD has room
_LAST_COLUMN: Final = 18  # and of the last one, for which _TAIL has room
_BEHIND_LATIN: Final = "\u0250"
_WIDEST: Final = 90
_TAIL: Final = 70  # room for the name of the last column


class Chart(Struct, frozen=True):
    """Chart to be drawn. `title`: its name; `text`: its content in words, for those who don't see it."""

    title: str
    text: str
    spec: Spec


class Bar(Struct, frozen=True):
    """Bar with its label, its number, and the number as text."""

    label: str
    count: int
    text: str


class Period(Struct, frozen=True):
    """Month or year of a time line: its name, whether an axis names it, and the counts of the two series."""

    name: str
    is_named: bool
    column: int
    line: int


class Matrix(Struct, frozen=True):
    """Counts by row and column. `texts`: the numbers as texts, by row."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]
    texts: tuple[tuple[str, ...], ...]


def bars(found: Sequence[Bar], most: int = 0) -> Spec:
    """Draw a bar in each row, with its label above and its number behind it.

    Args:
        found: bars.
        most: number of the longest bar, which all bars are parts of; 0: the greatest number.
    """
    values = [
        {"at": at, "label": short(one.label), "count": one.count, "text": one.text} for at, one in enumerate(found)
    ]
    longest = max([most, 1, *(one.count for one in found)])
    y = {"field": "at", "type": "ordinal", "axis": None, "scale": {"padding": 0}}
    x = _across(longest)
    end: Layer = {"datum": most} if most else {"field": "count"}
    bar = {"type": "bar", "height": 13, "yOffset": 8}
    track: list[Layer] = [
        {"mark": {**bar, "fill": TRACK}, "encoding": {"x": {"datum": 0, **x}, "x2": {"datum": most}, "y": y}}
    ]
    drawn: list[Layer] = [
        {"mark": _text(yOffset=-9), "encoding": {"x": {"value": 0}, "y": y, "text": {"field": "label"}}},
        {"mark": {**bar, "fill": BAR}, "encoding": {"x": {"field": "count", **x}, "y": y}},
        {
            "mark": _text(yOffset=8, xOffset=6),
            "encoding": {"x": {**end, **x}, "y": y, "text": {"field": "text"}},
        },
    ]
    return _spec(values, len(values) * _ROW, [*(track if most else []), *drawn])


def _across(longest: int) -> Layer:
    return {"type": "quantitative", "axis": None, "scale": {"domain": [0, longest], "range": [0, WIDTH - _NUMBER]}}


def months(found: Sequence[Period], column: str, line: str, thousands: str) -> Spec:
    """Draw two series over time: columns, and a line with a point for each period; a legend above names both.

    Args:
        found: periods without a gap.
        column, line: names of the series.
        thousands: sign between thousands of the numbers beside the axis.
    """
    values = [{"at": one.name, "column": one.column, "line": one.line} for one in found]
    marks = ticks(max((max(one.column, one.line) for one in found), default=0))
    named = [one.name for one in found if one.is_named]
    has_years = all(name.endswith("-01") for name in named)
    x = {
        "field": "at",
        "type": "ordinal",
        "scale": {"paddingInner": 0.25, "paddingOuter": 0.1},
        "axis": {
            "title": None, "values": named, "labelAngle": 0,
            "labelExpr": "slice(datum.value, 0, 4)" if has_years else "datum.value",
        },
    }  # fmt: skip
    y = {"type": "quantitative", "scale": {"domain": [0, marks[-1]], "nice": False}}
    grouped = f"replace(format(datum.value, ',d'), regexp(',', 'g'), {json.dumps(thousands)})"
    axis = {"title": None, "values": marks, "labelExpr": grouped, "domain": False, "ticks": False}
    point = {"type": "line", "stroke": INK, "strokeWidth": 1.6, "point": {"fill": INK, "stroke": None, "size": 14}}
    layers: list[Layer] = [
        {"mark": {"type": "bar", "fill": BAR}, "encoding": {"x": x, "y": {"field": "column", **y, "axis": axis}}},
        {"mark": point, "encoding": {"x": x, "y": {"field": "line", **y, "axis": axis}}},
        *_legend(column, line),
    ]
    spec = _spec(values, _PANEL, layers)
    return spec | {
        "width": WIDTH - _LEFT - _RIGHT,
        "padding": {"left": _LEFT, "right": _RIGHT, "top": 34, "bottom": 26},
    }


def ticks(most: int) -> list[int]:
    """Choose round whole numbers for an axis from 0 to a number or somewhat more: at most six of them."""
    steps = (digit * 10**power for power in range(len(str(most))) for digit in (1, 2, 5))
    apart = next(one for one in steps if most <= one * 5)
    return list(range(0, max(most, 1) + apart, apart))


def _legend(column: str, line: str) -> list[Layer]:
    """Name the series above the panel, each behind a sample of its mark."""
    half = (WIDTH - _LEFT) // 2

    def at(x: int, mark: Layer, **more: Layer) -> Layer:
        return {"data": {"values": [{}]}, "mark": mark, "encoding": {"x": {"value": x}, "y": {"value": -20}, **more}}

    return [
        at(6, {"type": "point", "shape": "square", "filled": True, "fill": BAR, "opacity": 1, "size": 130}),
        at(18, _text(text=short(column, 22))),
        at(half - 4, {"type": "rule", "stroke": INK, "strokeWidth": 1.6}, x2={"value": half + 14}),
        at(half + 5, {"type": "point", "shape": "circle", "filled": True, "fill": INK, "opacity": 1, "size": 24}),
        at(half + 20, _text(text=short(line, 22))),
    ]


def matrix(found: Matrix) -> Spec:
    """Draw a cell for each row and column: the darker, the more (by square root), with its number in it."""
    most = max((count for counts in found.counts for count in counts), default=0)
    cells = [
        {"row": at, "column": place, "text": text, "step": step(count, most)}
        for at, (counts, texts) in enumerate(zip(found.counts, found.texts, strict=True))
        for place, (count, text) in enumerate(zip(counts, texts, strict=True))
        if count
    ]
    column, height = min(_WIDEST, (WIDTH - _TAIL) // max(1, len(found.columns))), _CELL + 24

    def placed(name: str, size: int) -> Layer:
        return {"field": name, "type": "quantitative", "axis": None, "scale": {"domain": [0, 1], "range": [0, size]}}

    x, y = placed("column", column), placed("row", height)
    middle = {"xOffset": column / 2, "yOffset": height - _CELL / 2 - 4}
    cell = {"type": "rect", "width": column - 3, "height": _CELL, **middle}
    number = _text(align="center", **middle)
    slanted = {"angle": -38, "xOffset": column / 2 - 6}
    columns = [
        *(short(one, _COLUMN) for one in found.columns[:-1]),
        *(short(one, _LAST_COLUMN) for one in found.columns[-1:]),
    ]
    layers: list[Layer] = [
        {"mark": cell, "encoding": {"x": x, "y": y, "fill": _stepped(at=0)}},
        {"mark": number, "encoding": {"x": x, "y": y, "text": {"field": "text"}, "fill": _stepped(at=1)}},
        _named(found.rows, _LONGEST, {"x": {"value": 0}, "y": placed("at", height)}, yOffset=10),
        _named(columns, _COLUMN, {"x": placed("at", column), "y": {"value": -8}}, **slanted),
    ]
    spec = _spec(cells, len(found.rows) * height, layers)
    return spec | {"width": WIDTH - _TAIL, "padding": {"left": 0, "right": _TAIL, "top": _HEAD, "bottom": 2}}


def step(count: int, most: int) -> int:
    """Return the number of the colour of a cell, by the square root of its share of the greatest count."""
    return min(len(STEPS) - 1, int(sqrt(count / most) * len(STEPS))) if most > 0 else 0


def _stepped(at: int) -> Layer:
    scale = {"domain": list(range(len(STEPS))), "range": [one[at] for one in STEPS]}
    return {"field": "step", "type": "ordinal", "legend": None, "scale": scale}


def _named(names: Sequence[str], longest: int, encoding: Layer, **mark: object) -> Layer:
    values = [{"at": at, "name": short(name, longest)} for at, name in enumerate(names)]
    return {"data": {"values": values}, "mark": _text(**mark), "encoding": {**encoding, "text": {"field": "name"}}}


def short(label: str, longest: int = _LONGEST) -> str:
    """Shorten a label to the width of a number of Latin letters."""
    ends = list(accumulate(map(_width, label)))
    if not ends or ends[-1] <= longest:
        return label
    return f"{label[: bisect_right(ends, longest - 1)]}…"


def _width(character: str) -> float:
    """Estimate the width of a character in Latin letters, by its kind: letters of other scripts are wider."""
    if combining(character):
        return 0.0
    if character < _BEHIND_LATIN:
        return 1.0
    return 1.8 if east_asian_width(character) in "WF" else 1.2


def _text(**more: object) -> Layer:
    return {"type": "text", "align": "left", "baseline": "middle", "fill": INK, **more}


def _spec(values: Sequence[Layer], height: int, layers: Sequence[Layer]) -> Spec:
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "data": {"values": list(values)},
        "width": WIDTH,
        "height": max(1, height),
        "autosize": "none",
        "padding": 0,
        "background": None,
        "resolve": {"scale": {"fill": "independent"}},
        "config": {
            "aria": False,
            "font": _FONT,
            "view": {"stroke": None},
            "text": {"fontSize": _SIZE},
            "axis": {
                "labelFontSize": _SIZE - 1, "labelColor": INK, "labelLimit": 0, "labelOverlap": False,
                "labelBound": False, "gridColor": TRACK, "tickColor": INK, "domainColor": INK,
            },
        },
        "layer": list(layers),
    }  # fmt: skip
