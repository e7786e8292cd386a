"""Blocks of a document: the values that the template of a PDF draws. All are plain text; the template has no words.

`data/dossier/dossier.typ` draws each kind. Text is made visible (control and bidirectional characters become escapes),
so that no value can hide or reorder another.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from ctscan.privacy.redaction import visible

Block = dict[str, Any]

LONGEST = 600
"""Characters of a value in a PDF; JSON and CSV have all of them."""


def shown(text: object) -> str:
    """Make a text fit for a cell: visible, with its middle left out where it is very long."""
    found = visible(str(text))
    return found if len(found) <= LONGEST else f"{found[: LONGEST - 60]} … {found[-50:]}"


def heading(level: int, text: str, tag: str = "") -> Block:
    """Make a heading; `tag` is a short reference beside it, such as an article."""
    return {"kind": "heading", "level": level, "text": shown(text), "tag": shown(tag)}


def text(*paragraphs: str, is_sticky: bool = False) -> Block:
    """Make paragraphs; sticky ones stay on the page of the block behind them."""
    return {"kind": "text", "paragraphs": [shown(one) for one in paragraphs if one], "sticky": is_sticky}


def items(found: Iterable[str], *, is_numbered: bool = False) -> Block:
    """Make a list."""
    return {"kind": "list", "items": [shown(one) for one in found], "numbered": is_numbered}


def facts(rows: Iterable[tuple[str, Iterable[str]]]) -> Block:
    """Make labels with their values, each of which has lines; a row without a line is left out."""
    found = ((label, [shown(line) for line in lines if line]) for label, lines in rows)
    return {"kind": "facts", "rows": [{"label": shown(label), "lines": lines} for label, lines in found if lines]}


def table(
    headers: Sequence[str], rows: Iterable[Sequence[object]], widths: Sequence[int], numbers: Sequence[bool] = ()
) -> Block:
    """Make a table with a row of headers; `widths` are shares of the width, `numbers` says which columns are numbers.

    A short table of numbers stays on one page.
    """
    cells = [[shown(cell) for cell in row] for row in rows]
    heads = [shown(one) for one in headers]
    return {"kind": "table", "headers": heads, "rows": cells, "widths": list(widths), "numbers": list(numbers)}


def figures(found: Iterable[tuple[int | str, str]]) -> Block:
    """Make large numbers with a label each."""
    return {"kind": "figures", "items": [[str(number), shown(label)] for number, label in found]}


def note(text: str) -> Block:
    """Make a text that stands out."""
    return {"kind": "note", "text": shown(text)}


def drawing(svg: str, text: str) -> Block:
    """Make a drawing; `text` says its content to those who don't see it."""
    return {"kind": "drawing", "svg": svg, "text": shown(text)}


def page_break() -> Block:
    """Make a page break."""
    return {"kind": "break"}
