"""Output of commands on stdout: JSON, whole or item by item, and answers to look-ups."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from ctscan.model import Answer


def print_json(shape: object, *, indent: int | None = 2) -> None:
    """Print JSON, in ASCII where stdout can't show more."""
    from ctscan.views.json import to_json

    click.echo(to_json(shape, indent=indent, ascii_only=_is_ascii_only()))


class JsonItems:
    """Printer of JSON items as they come: as one array, or each as an object of its own."""

    def __init__(self, *, is_array: bool, indent: int | None = None) -> None:
        self._is_array = is_array
        self._indent = indent
        self._ascii_only = _is_ascii_only()
        self._is_empty = True

    def add(self, shape: object) -> None:
        """Print one item."""
        from ctscan.views.json import to_json

        first, between = ("[\n", ",\n") if self._is_array else ("", "\n")
        text = to_json(shape, indent=self._indent, ascii_only=self._ascii_only)
        click.echo((first if self._is_empty else between) + text, nl=False)
        self._is_empty = False

    def end(self) -> None:
        """Print the end of the array or of the last line."""
        if self._is_empty:
            click.echo("[]\n" if self._is_array else "", nl=False)
        else:
            click.echo("\n]\n" if self._is_array else "\n", nl=False)


async def print_answers(answers: AsyncIterator[Answer], format: str, lang: str, *, is_single: bool) -> bool:
    """Print answers as they come; tables in a language. Returns True when all of them are complete."""
    if format == "table":
        return await _print_tables(answers, lang)
    from ctscan.views.json import answer

    items = JsonItems(is_array=format == "json" and not is_single, indent=None if format == "jsonl" else 2)
    complete = True
    async for given in answers:
        complete &= given.complete
        items.add(answer(given))
    items.end()
    return complete


async def _print_tables(answers: AsyncIterator[Answer], lang: str) -> bool:
    """Print answers for readers. Limits and coverage that equal those of the answer above are left out."""
    from ctscan.views import tables
    from ctscan.views.text import texts

    out = tables.console()
    complete = True
    above: Answer | None = None
    async for given in answers:
        if above is not None:
            tables.rule(out)
        complete &= given.complete
        tables.answer(out, given, texts(lang), above=above)
        above = given
    return complete


def _is_ascii_only() -> bool:
    return (sys.stdout.encoding or "ascii").lower().replace("-", "") not in ("utf8", "utf16", "utf32")
