"""Drawing of charts as SVG by vl-convert, the compiler of Vega-Lite: no script, no font and no address in it, and the
same bytes for the same numbers. The only module that uses vl_convert.

One drawing serves pages and PDF. Texts stay texts, so that they can be searched and scale. Values out of certificates
are data of a specification, never a part of its expressions.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any, Final

from msgspec import Struct

from ctscan.on_first_use import late_pattern
from ctscan.views.exposure.chart_specs import Chart

PACKAGE: Final = "vl-convert-python"
_VERSION: Final = "6.4"

_TAG: Final = late_pattern(r"<[^>]*>")
_UNUSED: Final = late_pattern(r' (?:class|role|aria-roledescription|aria-hidden|pointer-events)="[^"]*"')
_SIZE: Final = late_pattern(r'^<svg\b[^>]* viewBox="0 0 (\d+) (\d+)">')


class Drawing(Struct, frozen=True):
    """Chart as SVG, with its title, and its text for those who don't see it."""

    svg: str
    title: str
    text: str


Drawings = Mapping[str, Drawing]
"""Drawings by the section that each belongs to."""


def drawn(charts: Mapping[str, Chart]) -> dict[str, Drawing]:
    """Draw charts, each under its name.

    Raises:
        ImportError: the package isn't installed.
    """
    import vl_convert

    return {name: Drawing(_svg(vl_convert, name, one), one.title, one.text) for name, one in charts.items()}


def _svg(drawer: Any, name: str, chart: Chart) -> str:
    """Draw a chart: keep its size and its marks, and give it a name and a text of its own."""
    made = drawer.vegalite_to_svg(chart.spec, vl_version=_VERSION, allowed_base_urls=[])
    size = _SIZE.match(made)
    if size is None:
        raise ValueError("vl-convert: expected an SVG with a view box in whole numbers")
    marks = _TAG.sub(lambda tag: _UNUSED.sub("", tag[0]), made[size.end() : made.rindex("</svg>")])
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size[1]} {size[2]}" role="img" '
        f'aria-labelledby="{name}-title {name}-text"><title id="{name}-title">{escape(chart.title)}</title>'
        f'<desc id="{name}-text">{escape(chart.text)}</desc>{marks}</svg>'
    )
