"""Tables and answers on stdout, drawn with rich. Only this module and the progress bars import it.

Every text goes through `visible`, so that a certificate can't write to the terminal. Colours appear only on a terminal,
and not with NO_COLOR. Where a table would be too narrow to read, its rows become blocks of lines.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Collection, Iterable, Sequence
from typing import Any, TextIO, cast

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ctscan.model import Answer, AuthorityList, Finding, IdentifierKind, LogCoverage, Match, Message
from ctscan.privacy.redaction import visible
from ctscan.views.certificates import certificate_line, owner_lines, repository_line, sighting_line, status_words
from ctscan.views.text import Texts
from ctscan.views.words import (
    answer_lines,
    by_person,
    count,
    coverage_row,
    doubts,
    is_of_authority,
    person,
    shown_value,
    verdict,
    what,
)

PIPE_WIDTH = 160  # columns when nobody said how wide the output is
NARROW = 12  # columns for each column of a table; with less, rows become blocks
SHOWN = 20  # sightings of one certificate, and places of one value; JSON has them all
SHOWN_VALUES = 200  # of one person in one certificate


class _Trimmed:
    """stdout without the blanks with which rich fills up lines: a pipe has no use for them."""

    def write(self, rendered: str) -> int:
        return sys.stdout.write(re.sub(r" +(?=\n)", "", rendered))

    def __getattr__(self, name: str) -> Any:
        return getattr(sys.stdout, name)


def console() -> Console:
    """Make the console for stdout. `COLUMNS` sets the width, also of a pipe."""
    if sys.stdout.isatty():
        return Console(file=sys.stdout, highlight=False, markup=False, emoji=False)
    width = None if os.environ.get("COLUMNS", "").isdigit() else PIPE_WIDTH
    return Console(file=cast(TextIO, _Trimmed()), width=width, highlight=False, markup=False, emoji=False)


def text(value: object, style: str = "") -> Text:
    """Make a text that can't steer the terminal."""
    return Text(visible(str(value)), style=style, overflow="fold")


def say(out: Console, line: str, style: str = "", indent: int = 0) -> None:
    """Print a line, wrapped at the width of the terminal."""
    out.print(Padding(text(line, style), (0, 0, 0, indent), expand=False))


def table(out: Console, headers: Sequence[str], rows: Iterable[Sequence[object]], whole: Collection[str] = ()) -> None:
    """Print rows under headers, or each row as a block of lines where the terminal is too narrow for that.

    Args:
        whole: headers of columns with short values that are never folded.
    """
    cells = [[text(value) for value in row] for row in rows]
    if out.width < NARROW * len(headers):
        _blocks(out, headers, cells)
        return
    grid = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1), header_style="bold", show_edge=False)
    longest = max((row[0].cell_len for row in cells), default=0)
    for number, header in enumerate(headers):
        # the first column says what a row is about: it is folded last
        is_whole = header in whole or (number == 0 and longest <= out.width // 2)
        grid.add_column(text(header), overflow="fold", no_wrap=is_whole)
    for row in cells:
        grid.add_row(*row)
    out.print(grid)


def _blocks(out: Console, headers: Sequence[str], cells: Iterable[Sequence[Text]]) -> None:
    for row in cells:
        for header, value in zip(headers, row, strict=True):
            out.print(text(f"{header}: ", "bold"), value, sep="")
        out.print()


# --- parts --------------------------------------------------------------------------------------------------------


def findings(out: Console, found: Sequence[Finding], texts: Texts) -> None:
    """Print the findings of a certificate by person: each value once, with its category, the reasons and all places.

    The heading is left out where every finding is about the subject.
    """
    groups = by_person(found)
    for word, theirs in groups.items():
        if list(groups) != ["subject"]:
            say(out, person(word), "bold", indent=4)
        indent = 4 if list(groups) == ["subject"] else 6
        values = list(_values(theirs).items())
        for (value, about), places in values[:SHOWN_VALUES]:
            line = Text.assemble(text(value, "bold"), "  ", text(about))
            out.print(Padding(line, (0, 0, 0, indent), expand=False))
            for why, where in places.items():
                say(out, f"{texts(why)}; in {_places(where)}", "dim", indent=indent + 4)
        if len(values) > SHOWN_VALUES:
            rest = count(len(values) - SHOWN_VALUES, "more value")
            say(out, f"and {rest}; --format json shows them all", indent=indent)


def _places(where: Sequence[str]) -> str:
    more = f" and {count(len(where) - SHOWN, 'more place')}" if len(where) > SHOWN else ""
    return ", ".join(where[:SHOWN]) + more


def _values(found: Iterable[Finding]) -> dict[tuple[str, str], dict[Message, list[str]]]:
    """Group findings by value and category, then by reason; the inner lists hold the places."""
    values: dict[tuple[str, str], dict[Message, dict[str, None]]] = {}
    for f in found:
        values.setdefault((shown_value(f), what(f)), {}).setdefault(f.why, {})[f.path] = None
    return {key: {why: list(where) for why, where in reasons.items()} for key, reasons in values.items()}


def coverage(out: Console, logs: Sequence[LogCoverage]) -> None:
    """Print the coverage of an answer, log by log."""
    table(out, ("Log", "Searched", "Not searched", "Last check"), [coverage_row(log) for log in logs])


# --- look-ups -----------------------------------------------------------------------------------------------------


def answer(out: Console, given: Answer, texts: Texts, *, with_coverage: bool = True) -> None:
    """Print an answer: verdict, certificates, coverage. Coverage that equals the coverage of the answer above may be
    left out."""
    say(out, given.identifier.value, "bold")
    say(out, verdict(given), "green" if given.complete else "yellow")
    for line in (*doubts(given, texts), *map(texts, given.remarks)):
        say(out, f"- {line}", indent=2)
    for line in answer_lines(given):
        say(out, f"- {line}", indent=2)
    for variant in given.identifier.variants:
        say(out, f"- not looked up, but perhaps the same: {variant}", indent=2)
    for number, match in enumerate(given.matches, 1):
        out.print()
        say(out, _heading(match, number, given), "bold")
        _match(out, match, given.authorities, texts)
    out.print()
    if with_coverage and given.coverage:
        coverage(out, given.coverage)


def _heading(match: Match, number: int, given: Answer) -> str:
    score = f", agreement {match.score:.0%}" if given.identifier.kind == IdentifierKind.NAME else ""
    authority = ", of a certification authority" if is_of_authority(match) else ""
    return f"Certificate {number} of {len(given.matches)}{authority}{score}"


def _match(out: Console, match: Match, authorities: AuthorityList | None, texts: Texts) -> None:
    say(out, certificate_line(match.certificate), indent=2)
    fingerprint = (
        match.certificate.sha256.hex() if match.certificate.sha256 else "not seen itself, only its precertificate"
    )
    say(out, f"SHA-256 {fingerprint}", indent=2)
    if match.certificate.also:
        say(out, f"probably the same: {', '.join(identity.hex() for identity in match.certificate.also)}", indent=2)
    if match.status is not None:
        say(out, f"status: {status_words(match.status, texts)}", indent=2)
    for line in owner_lines(match, authorities):
        say(out, line, indent=2)
    seen = [sighting_line(s) for s in match.sightings] + [repository_line(s) for s in match.repositories]
    for line in seen[:SHOWN]:
        say(out, line, indent=2)
    if len(seen) > SHOWN:
        say(out, f"and {count(len(seen) - SHOWN, 'more sighting')}; --format json shows them all", indent=2)
    findings(out, match.findings, texts)
