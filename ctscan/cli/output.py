"""Output of commands on stdout: JSON, whole or item by item, and answers to look-ups."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING

import click

from ctscan.model.lookup_counts import LookupCounts

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

        text = to_json(shape, indent=self._indent, ascii_only=self._ascii_only)
        if self._is_array:
            click.echo(("[\n" if self._is_empty else ",\n") + text, nl=False)
        else:
            click.echo(text)  # with its line end: a reader of lines waits for it
        self._is_empty = False

    def end(self) -> None:
        """Print the end of the array."""
        if self._is_array:
            click.echo("[]" if self._is_empty else "\n]")


async def print_answers(
    answers: AsyncIterator[Answer], format: str, lang: str, *, is_single: Callable[[], bool]
) -> LookupCounts:
    """Print answers as they come; tables in a language. Returns their sums.

    Args:
        is_single: is asked after the last answer, where there was one: only one identifier was given, so that JSON is
            an object, no array.
    """
    counts = LookupCounts()
    counted = _counted(answers, counts)
    if format == "table":
        await _print_tables(counted, lang)
    elif format == "json":
        await _print_whole_json(counted, is_single)
    elif format == "jsonl":
        await _print_json(counted, JsonItems(is_array=False))
    else:
        await _print_report(counted, format)
    return counts


async def _counted(answers: AsyncIterator[Answer], counts: LookupCounts) -> AsyncIterator[Answer]:
    async for given in answers:
        counts.add(given)
        yield given


async def _print_json(answers: AsyncIterator[Answer], items: JsonItems) -> None:
    from ctscan.views.json import answer

    async for given in answers:
        items.add(answer(given))
    items.end()


async def _print_whole_json(answers: AsyncIterator[Answer], is_single: Callable[[], bool]) -> None:
    """Print an object or an array. The first answer waits for the second one, or for the end."""
    from ctscan.views.json import answer

    first = await anext(answers, None)
    second = await anext(answers, None) if first is not None else None
    items = JsonItems(is_array=second is not None or first is None or not is_single(), indent=2)
    for given in filter(None, (first, second)):
        items.add(answer(given))
    await _print_json(answers, items)


async def _print_report(answers: AsyncIterator[Answer], format: str) -> None:
    """Print a report: its bytes as they are, whatever the encoding of stdout."""
    from ctscan.views.reports import report_format

    out = sys.stdout.buffer
    async for piece in report_format(format).render(answers):
        out.write(piece)
        out.flush()


async def _print_tables(answers: AsyncIterator[Answer], lang: str) -> None:
    """Print answers for readers. Of limits and coverage that equal those of the answer above, only that is said."""
    from ctscan.views import tables
    from ctscan.views.text import texts

    out = tables.console()
    above: Answer | None = None
    async for given in answers:
        if above is not None:
            tables.rule(out)
        tables.answer(out, given, texts(lang), above=above)
        above = given


def _is_ascii_only() -> bool:
    return (sys.stdout.encoding or "ascii").lower().replace("-", "") not in ("utf8", "utf16", "utf32")
