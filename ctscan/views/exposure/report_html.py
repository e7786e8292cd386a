"""HTML of a report of exposure: one self-contained file, without script, for screens, phones and print.

Every value is made visible and escaped. A policy in the head forbids all loading, so that even a mistake in escaping
could fetch nothing. Charts stand in the page; where they can't be drawn, the tables have the same numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from ctscan.model.exposure import ExposureReport
from ctscan.privacy.redaction import visible
from ctscan.views.exposure.chart_drawing import Drawing, Drawings
from ctscan.views.exposure.report_words import PageText
from ctscan.views.exposure.sections import Cell, Section, basis_lines, headline, intro_lines, number, sections
from ctscan.views.text import Texts

MOST_ROWS = 100
"""Rows of a table; JSON, CSV and spreadsheets have all."""

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"

_STYLE = """
:root{color-scheme:light;--ink:#1c2733;--quiet:#4a5763;--line:#c9d1d8;--tint:#f1f4f6;--accent:#1f4e79;--warn:#8a3800}
*{box-sizing:border-box}body{margin:0;background:#fff;color:var(--ink);font:16px/1.5 system-ui,sans-serif;
overflow-wrap:anywhere}
main{max-width:66rem;margin:0 auto;padding:1.5rem 1rem 4rem}h1{color:var(--accent);line-height:1.2;margin:0 0 .5rem}
h2{color:var(--accent);margin:2.5rem 0 .5rem;font-size:1.25rem}p{margin:.3rem 0}.quiet{color:var(--quiet)}
.basis{border-left:.3rem solid var(--accent);background:var(--tint);padding:.6rem 1rem;margin:1rem 0}
.basis.open{border-color:var(--warn)}
dl.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(9rem,1fr));gap:1rem;margin:1.5rem 0}
dl.figures div{border-top:.2rem solid var(--accent);padding-top:.4rem;display:flex;flex-direction:column-reverse;
justify-content:flex-end}
dl.figures dd{margin:0;font-size:1.8rem;font-variant-numeric:tabular-nums;line-height:1.2}
h3{font-size:1rem;margin:.8rem 0 .3rem}.drawn{display:grid;gap:0 2rem}.drawn>*{min-width:0}
@media screen and (min-width:62rem){.drawn{grid-template-columns:30rem minmax(0,1fr)}
.drawn>:first-child{position:sticky;top:1rem;align-self:start}}
.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;margin:.5rem 0}
th,td{text-align:left;vertical-align:top;padding:.35rem .5rem;border-bottom:1px solid var(--line)}
thead th{background:var(--tint)}tbody th{font-weight:normal}th,td{min-width:6rem}.wide th,.wide td{min-width:9rem}
.wide .n,.n{min-width:4rem}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
svg{width:100%;height:auto;max-width:30rem;display:block;margin:.8rem 0;overflow:visible}li{margin:.4rem 0}
@page{margin:15mm}
@media print{*{print-color-adjust:exact}body{font-size:10pt}main{max-width:none;padding:0}h2,h3,h2+p{break-after:avoid}
thead tr,tbody tr:nth-child(-n+2){break-after:avoid}tr,svg{break-inside:avoid}
svg{max-width:12cm}thead{display:table-header-group}.scroll{overflow:visible}}
"""


def render_html(found: ExposureReport, say: Texts, drawings: Drawings) -> bytes:
    """Render a report with its drawings, where there are any."""
    return "\n".join(_lines(found, say, drawings)).encode("utf-8", "replace")


def _lines(found: ExposureReport, say: Texts, drawings: Drawings) -> Iterator[str]:
    title = text_of(say(PageText.TITLE()))
    yield f'<!DOCTYPE html>\n<html lang="{escape(say.lang)}">\n<head>\n<meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{escape(_POLICY)}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield '<meta name="robots" content="noindex">'
    yield f"<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>"
    yield from (f'<p class="quiet">{text_of(line)}</p>' for line in intro_lines(found, say))
    made = sections(found, say)
    yield from _basis(found, [one for one in made if one.id == "not_covered"], say)
    yield f'<h2>{text_of(say(PageText.FIGURES()))}</h2>\n<dl class="figures">'
    yield from (
        f"<div><dt>{text_of(label)}</dt><dd>{number(say, count)}</dd></div>" for count, label in headline(found, say)
    )
    yield "</dl>"
    yield from _advice(found, say)
    for one in made:
        if one.id != "not_covered":
            yield from _section(one, drawings.get(one.id), say)
    yield "</main>\n</body>\n</html>\n"


def _basis(found: ExposureReport, missing: Sequence[Section], say: Texts) -> Iterator[str]:
    """Say on the first page what was not read."""
    yield f'<div class="basis{"" if found.basis.complete else " open"}">'
    yield from (f"<p>{text_of(line)}</p>" for line in basis_lines(found, say))
    for one in missing:
        yield from _table(one, say)
    yield "</div>"


def _advice(found: ExposureReport, say: Texts) -> Iterator[str]:
    if found.advice:
        yield f"<h2>{text_of(say(PageText.ADVICE()))}</h2>\n<ol>"
        yield from (f"<li>{text_of(say(one))}</li>" for one in found.advice)
        yield "</ol>"


def _section(one: Section, drawing: Drawing | None, say: Texts) -> Iterator[str]:
    yield f'<h2 id="{one.id}">{text_of(one.title)}</h2>'
    if one.note:
        yield f'<p class="quiet">{text_of(one.note)}</p>'
    if drawing is None:
        yield from _table(one, say)
        return
    heading = "" if drawing.title == one.title else f"<h3>{text_of(drawing.title)}</h3>"
    yield f'<div class="drawn"><div>{heading}{drawing.svg}</div><div>'
    yield from _table(one, say)
    yield "</div></div>"


def _table(one: Section, say: Texts) -> Iterator[str]:
    shown = one.rows[:MOST_ROWS] if not one.id.startswith("by_month") else one.rows[-MOST_ROWS:]
    wide = ' class="wide"' if len(one.headers) > 2 and one.id != "not_covered" else ""
    numeric = [isinstance(cell, int) for cell in one.rows[0]]
    heads = zip(one.headers, numeric, strict=True)
    yield f'<div class="scroll" role="region" tabindex="0" aria-label="{text_of(one.title)}"><table{wide}>'
    yield "<thead><tr>"
    yield "".join(f'<th scope="col"{_class(is_number)}>{text_of(head)}</th>' for head, is_number in heads)
    yield "</tr></thead>\n<tbody>"
    for first, *rest in shown:
        yield f'<tr><th scope="row">{_cell(first, say)}</th>' + "".join(_td(cell, say) for cell in rest) + "</tr>"
    yield "</tbody></table></div>"
    if len(shown) < len(one.rows):
        yield f'<p class="quiet">{text_of(say(PageText.MORE(count=len(one.rows) - len(shown))))}</p>'


def _td(cell: Cell, say: Texts) -> str:
    return f"<td{_class(isinstance(cell, int))}>{_cell(cell, say)}</td>"


def _class(is_number: bool) -> str:
    return ' class="n"' if is_number else ""


def _cell(cell: Cell, say: Texts) -> str:
    return number(say, cell) if isinstance(cell, int) else text_of(cell)


def text_of(text: str) -> str:
    """Make a text safe for HTML: control and bidirectional characters visible, markup escaped."""
    return escape(visible(text))
