"""Answers for eyes, on stdout. The only user of rich besides the progress bars.

Every text goes through `visible`: a certificate must not be able to write to the terminal. Colour only on a terminal
(and not with NO_COLOR). Where a table would be too narrow to read, its rows become blocks of lines.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ctscan.cli.privacy import visible
from ctscan.cli.render.shapes import timestamp_text
from ctscan.cli.render.words import count, coverage_row, day, doubts, verdict
from ctscan.model import Answer, CertificateSummary, Finding, LogCoverage, Match, Sighting

PIPE_WIDTH = 160  # columns when nobody said how wide the output is
NARROW = 12  # columns for each column of a table; with less, rows become blocks
SHOWN = 20  # sightings of one certificate; JSON has them all


def console() -> Console:
    """Where answers are printed. `COLUMNS` sets the width, also of a pipe."""
    width = None if sys.stdout.isatty() or os.environ.get("COLUMNS", "").isdigit() else PIPE_WIDTH
    return Console(file=sys.stdout, width=width, highlight=False, markup=False, emoji=False)


def text(value: object, style: str = "") -> Text:
    """A value that can't steer the terminal."""
    return Text(visible(str(value)), style=style, overflow="fold")


def say(out: Console, line: str, style: str = "") -> None:
    """One line, wrapped at the width of the terminal."""
    out.print(text(line, style))


def table(out: Console, headers: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Rows under headers, or each row as a block of lines when the terminal is too narrow for that."""
    if out.width < NARROW * len(headers):
        for row in rows:
            for header, value in zip(headers, row, strict=True):
                out.print(text(f"{header}: ", "bold"), text(value), sep="")
            out.print()
        return
    grid = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1), header_style="bold", show_edge=False)
    for header in headers:
        grid.add_column(text(header), overflow="fold")
    for row in rows:
        grid.add_row(*(text(value) for value in row))
    out.print(grid)


# --- parts --------------------------------------------------------------------------------------------------------


def findings(out: Console, found: Iterable[Finding]) -> None:
    """Personal data in one certificate."""
    rows = [(f.value, f.category, f.where, f"{f.subject_kind} ({f.confidence})") for f in found]
    table(out, ("Value", "Category", "Where", "Whose"), rows)


def certificate_line(summary: CertificateSummary) -> str:
    """Serial number, issuer and validity."""
    valid = f"valid {day(summary.not_before)} to {day(summary.not_after)}"
    return f"serial {summary.serial}, issued by {summary.issuer or '(no name)'}, {valid}"


def coverage(out: Console, logs: Sequence[LogCoverage]) -> None:
    """What was searched, log by log."""
    table(out, ("Log", "Searched", "Not searched", "Last check"), [coverage_row(log) for log in logs])


# --- look-ups -----------------------------------------------------------------------------------------------------


def answer(out: Console, given: Answer, *, with_coverage: bool = True) -> None:
    """One look-up: the verdict, what was found, what was searched. The coverage may be left out where it is the same
    as above."""
    say(out, given.identifier.value, "bold")
    say(out, verdict(given), "green" if given.complete else "yellow")
    for line in (*doubts(given), *given.remarks):
        say(out, f"  - {line}")
    for variant in given.identifier.variants:
        say(out, f"  - not looked up, but perhaps the same: {variant}")
    for number, match in enumerate(given.matches, 1):
        out.print()
        _match(out, match, number, len(given.matches), is_ranked=given.identifier.kind == "name")
    out.print()
    if with_coverage and given.coverage:
        coverage(out, given.coverage)


def _match(out: Console, match: Match, number: int, total: int, *, is_ranked: bool) -> None:
    score = f", agreement {match.score:.0%}" if is_ranked else ""
    say(out, f"Certificate {number} of {total}{score}", "bold")
    say(out, f"  {certificate_line(match.certificate)}")
    fingerprint = (
        match.certificate.sha256.hex() if match.certificate.sha256 else "not seen itself, only its precertificate"
    )
    say(out, f"  SHA-256 {fingerprint}")
    if match.certificate.also:
        say(out, f"  probably the same: {', '.join(identity.hex() for identity in match.certificate.also)}")
    for seen in match.sightings[:SHOWN]:
        say(out, f"  {sighting_line(seen)}")
    if len(match.sightings) > SHOWN:
        say(out, f"  and {count(len(match.sightings) - SHOWN, 'more sighting')}; --format json shows them all")
    findings(out, match.findings)


def sighting_line(seen: Sighting) -> str:
    """Where and when a certificate was logged."""
    proven = "proven to be in the log" if seen.verified else "not yet proven to be in the log"
    return f"logged in {seen.log}, entry {seen.index:,} ({seen.kind}), {logged_at(seen.timestamp)}, {proven}"


def logged_at(milliseconds: int) -> str:
    """A log's timestamp for eyes."""
    return timestamp_text(milliseconds) or "at an impossible time"
