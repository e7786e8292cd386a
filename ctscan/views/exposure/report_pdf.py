"""PDF of a report of exposure: PDF/UA-1, set by the template of dossiers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ctscan.model.exposure import ExposureReport
from ctscan.views.dossier import blocks
from ctscan.views.dossier.phrases import DossierText
from ctscan.views.dossier.typesetting import Content, typeset, unshown_characters, with_numbers
from ctscan.views.exposure.chart_drawing import Drawing, Drawings
from ctscan.views.exposure.report_words import PageText
from ctscan.views.exposure.sections import Section, basis_lines, headline, intro_lines, number, sections
from ctscan.views.text import Texts

MOST_ROWS = 60
"""Rows of a table; JSON, CSV and spreadsheets have all."""


def render_pdf(found: ExposureReport, say: Texts, drawings: Drawings) -> bytes:
    """Render a report with its drawings, where there are any.

    Raises:
        UsageError: the extra isn't installed.
    """
    content = _content(found, say, drawings)
    unshown = unshown_characters(content, "")
    if unshown:
        content["notice"] = say(PageText.NO_GLYPHS(count=len(unshown)))
        content = with_numbers(content, unshown)
    return typeset(content, found.made_at, "")


def _content(found: ExposureReport, say: Texts, drawings: Drawings) -> Content:
    title = say(PageText.TITLE())
    return {
        "title": title,
        "author": "ctscan",
        "lang": say.lang,
        "paper": "a4",
        "running": f"{title} · {found.made_at:%Y-%m-%d}",
        "page": say(DossierText.PAGE(page="{page}", pages="{pages}")),
        "header": [],
        "logo": [],
        "logo_format": "",
        "notice": "",
        "blocks": list(_blocks(found, say, drawings)),
    }


def _blocks(found: ExposureReport, say: Texts, drawings: Drawings) -> Iterator[blocks.Block]:
    made = sections(found, say)
    yield blocks.text(*intro_lines(found, say))
    first, *others = basis_lines(found, say)
    yield blocks.note(first)
    if others:
        yield blocks.items(others)
    yield from (block for one in made if one.id == "not_covered" for block in _section(one, say))
    yield blocks.figures((number(say, count), label) for count, label in headline(found, say))
    if found.advice:
        yield blocks.heading(2, say(PageText.ADVICE()))
        yield blocks.items(map(say, found.advice), is_numbered=True)
    for one in made:
        if one.id != "not_covered":
            yield from _section(one, say, drawings.get(one.id))


def _section(one: Section, say: Texts, drawing: Drawing | None = None) -> Iterator[blocks.Block]:
    is_of_months = one.id.startswith("by_month")
    shown = one.rows[-MOST_ROWS:] if is_of_months else one.rows[:MOST_ROWS]
    yield blocks.heading(2, one.title)
    if one.note:
        yield blocks.text(one.note, is_sticky=True)
    if drawing is not None:
        if drawing.title != one.title:
            yield blocks.heading(3, drawing.title)
        yield blocks.drawing(drawing.svg, drawing.text)
    cells = [[_cell(cell, say) for cell in row] for row in shown]
    yield blocks.table(one.headers, cells, _widths(one.rows[0]), [isinstance(cell, int) for cell in one.rows[0]])
    if len(shown) < len(one.rows):
        yield blocks.text(say(PageText.MORE(count=len(one.rows) - len(shown))))


def _cell(cell: str | int, say: Texts) -> str:
    return number(say, cell) if isinstance(cell, int) else cell


def _widths(row: Sequence[str | int]) -> list[int]:
    return [2 if isinstance(cell, int) else 5 for cell in row]
