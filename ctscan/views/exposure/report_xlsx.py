"""Spreadsheet of a report of exposure: a sheet for the main figures and one for each table, with charts of months.

Texts are written as texts, so that no spreadsheet runs them as formulas or follows them as links. The only module that
uses xlsxwriter.
"""

from __future__ import annotations

import io
from typing import Any

from ctscan.extras import missing_extra
from ctscan.model.exposure import ExposureReport
from ctscan.privacy.redaction import visible
from ctscan.views.exposure.report_words import PageText
from ctscan.views.exposure.sections import Section, basis_lines, headline, intro_lines, sections
from ctscan.views.text import Texts

_LONGEST = 32_000  # characters of a cell
_WIDEST, _NARROWEST = 70, 14  # characters of a column; longer texts go on in further lines of their cell
_MOST_ROWS = 1_000_000
_PLAIN = {"strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False, "in_memory": True}


def check_installed() -> None:
    """Check that the extra is there. UsageError, which names the remedy, without it."""
    _xlsxwriter()


def render_xlsx(found: ExposureReport, say: Texts) -> bytes:
    """Render a report."""
    out = io.BytesIO()
    book = _xlsxwriter().Workbook(out, _PLAIN)
    book.set_properties({"title": say(PageText.TITLE()), "created": found.made_at.replace(tzinfo=None)})
    bold, wrapped = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
    _first(book.add_worksheet("report"), found, say, bold)
    for one in sections(found, say):
        _sheet(book, one, bold, wrapped)
    book.close()
    return out.getvalue()


def _first(sheet: Any, found: ExposureReport, say: Texts, bold: Any) -> None:
    sheet.set_column(0, 0, 60)
    lines = [say(PageText.TITLE()), *intro_lines(found, say), *basis_lines(found, say)]
    for at, line in enumerate(lines):
        sheet.write_string(at, 0, _text(line), bold if at == 0 else None)
    for at, (count, label) in enumerate(headline(found, say), len(lines) + 1):
        sheet.write_string(at, 0, label)
        sheet.write_number(at, 1, count)
    for at, message in enumerate(found.advice, len(lines) + 8):
        sheet.write_string(at, 0, _text(say(message)))


def _sheet(book: Any, one: Section, bold: Any, wrapped: Any) -> None:
    sheet = book.add_worksheet(one.id)
    sheet.freeze_panes(1, 0)
    for at, header in enumerate(one.headers):
        sheet.set_column(at, at, max(45, _width(one, at)) if at == 0 else _width(one, at))
        sheet.write_string(0, at, _text(header), bold)
    for row, cells in enumerate(one.rows[:_MOST_ROWS], 1):
        for at, cell in enumerate(cells):
            if isinstance(cell, int):
                sheet.write_number(row, at, cell, wrapped)
            else:
                sheet.write_string(row, at, _text(cell), wrapped)
    if one.is_drawn:
        _draw(book, sheet, one)


def _width(one: Section, at: int) -> int:
    """Return the width of a column in characters: as its longest text, within bounds."""
    longest = max(len(str(row[at])) for row in (one.headers, *one.rows))
    return min(_WIDEST, max(_NARROWEST, longest + 2))


def _draw(book: Any, sheet: Any, one: Section) -> None:
    is_months = one.id.startswith("by_month")
    last = len(one.rows) if is_months else min(len(one.rows), 20)
    chart = book.add_chart({"type": "column" if is_months else "bar"})
    chart.add_series(
        {
            "name": _text(one.title),
            "categories": [one.id, 1, 0, last, 0],
            "values": [one.id, 1, 1, last, 1],
            "fill": {"color": "#0072B2"},
        }
    )
    chart.set_legend({"none": True})
    if not is_months:
        chart.set_y_axis({"reverse": True})
    sheet.insert_chart(1, 4, chart, {"description": _text(one.title)})


def _text(text: str) -> str:
    return visible(text)[:_LONGEST]


def _xlsxwriter() -> Any:
    try:
        import xlsxwriter
    except ImportError:
        raise missing_extra("report --format xlsx", "reports", "xlsxwriter") from None
    return xlsxwriter
