"""Output of commands on stdout: JSON, whole or item by item, and answers to look-ups."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING

import click

from ctscan.errors import CtscanError
from ctscan.model.lookup_counts import LookupCounts

if TYPE_CHECKING:
    from ctscan.model import Answer, AnswerPart


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
        self._is_begun = False  # an answer that comes in parts
        self._are_none = True  # of its certificates were printed

    def add(self, shape: object) -> None:
        """Print one item."""
        text = self._text(shape)
        if self._is_array:
            click.echo(self._before() + text, nl=False)
        else:
            click.echo(text)  # with its line end: a reader of lines waits for it

    def add_part(self, part: AnswerPart) -> None:
        """Print an answer, or a part of one: the text is that of the whole answer."""
        from ctscan.model import Answer, AnswerBegun
        from ctscan.views import json

        if isinstance(part, Answer) and not self._is_begun:
            self.add(json.answer(part))
        elif isinstance(part, AnswerBegun):
            head = json.answer_frame(part.answer, self._text)[0]
            click.echo((self._before() if self._is_array else "") + head, nl=False)
            self._is_begun, self._are_none = True, True
        elif isinstance(part, Answer):
            end = "" if self._are_none or self._indent is None else "\n  "
            click.echo(end + json.answer_frame(part, self._text)[1], nl=not self._is_array)
            self._is_begun = False
        else:
            for found in part.matches:
                self._add_match(json.match(found))

    def _add_match(self, shape: object) -> None:
        """Print a certificate inside of an answer."""
        text = self._text(shape)
        before = "" if self._are_none else ","
        if self._indent is not None:
            between = "\n" + " " * (2 * self._indent)
            text = between + text.replace("\n", between)  # inside of strings a line end is escaped
        elif before:
            before = ", "
        click.echo(before + text, nl=False)
        self._are_none = False

    def _text(self, shape: object) -> str:
        from ctscan.views.json import to_json

        return to_json(shape, indent=self._indent, ascii_only=self._ascii_only)

    def _before(self) -> str:
        """Return the text in front of an item of the array."""
        before = "[\n" if self._is_empty else ",\n"
        self._is_empty = False
        return before

    def end(self) -> None:
        """Print the end of the array."""
        if self._is_array:
            click.echo("[]" if self._is_empty else "\n]")


async def print_answers(
    answers: AsyncIterator[AnswerPart], format: str, lang: str, *, is_single: Callable[[], bool]
) -> LookupCounts:
    """Print answers as they come, also in parts; tables in a language. Returns their sums.

    Args:
        is_single: is asked when the answers are one, or one that comes in parts has begun: only one identifier was
            given, so that JSON is an object, no array.
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


async def _counted(answers: AsyncIterator[AnswerPart], counts: LookupCounts) -> AsyncIterator[AnswerPart]:
    from ctscan.model import Answer

    async for given in answers:
        if isinstance(given, Answer):
            counts.add(given)
        yield given


async def _print_json(answers: AsyncIterator[AnswerPart], items: JsonItems) -> None:
    async for given in answers:
        items.add_part(given)
    items.end()


async def _print_whole_json(answers: AsyncIterator[AnswerPart], is_single: Callable[[], bool]) -> None:
    """Print an object or an array. The first answer waits for the second one, or for the end, unless it comes in
    parts."""
    from ctscan.model import Answer

    first: AnswerPart | None = await anext(answers, None)
    second: AnswerPart | None = await anext(answers, None) if isinstance(first, Answer) else None
    items = JsonItems(is_array=second is not None or first is None or not is_single(), indent=2)
    for given in (first, second):
        if given is not None:
            items.add_part(given)
    await _print_json(answers, items)


async def _print_report(answers: AsyncIterator[AnswerPart], format: str) -> None:
    """Print a report: its bytes as they are, whatever the encoding of stdout."""
    from ctscan.views.reports import report_format

    out = sys.stdout.buffer
    async for piece in report_format(format).render(_whole(answers)):
        out.write(piece)
        out.flush()


async def _whole(answers: AsyncIterator[AnswerPart]) -> AsyncIterator[Answer]:
    """Iterate over answers that come whole: reports have the verdict in every row."""
    from ctscan.model import Answer

    async for given in answers:
        if isinstance(given, Answer):
            yield given


async def _print_tables(answers: AsyncIterator[AnswerPart], lang: str) -> None:
    """Print answers for readers. Of limits and coverage that equal those of the answer above, only that is said."""
    from ctscan.model import AnswerBegun, MatchPage
    from ctscan.views import tables
    from ctscan.views.text import texts

    out = tables.console()
    above: Answer | None = None
    parts: tables.AnswerInParts | None = None
    try:
        async for given in answers:
            if isinstance(given, MatchPage):
                if parts is not None:
                    parts.page(given)
                continue
            if above is not None and parts is None:
                tables.rule(out)
            if isinstance(given, AnswerBegun):
                parts = tables.AnswerInParts(out, given.answer, texts(lang))
                continue
            if parts is None:
                tables.answer(out, given, texts(lang), above=above)
            else:
                parts.end(given, above=above)
            above, parts = given, None
    except CtscanError:
        if parts is not None:
            parts.break_off()
        raise


def _is_ascii_only() -> bool:
    return (sys.stdout.encoding or "ascii").lower().replace("-", "") not in ("utf8", "utf16", "utf32")
