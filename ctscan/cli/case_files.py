"""`ctscan case export` and `case calendar`: a case, or the deadlines of all, as a file."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

import ctscan.app as app
from ctscan.cli import case_options, options
from ctscan.cli.program import command
from ctscan.cli.wrapping import hint
from ctscan.config import load_settings


@command(
    "export",
    exits={0: "the file is written", 1: "the index can't be read, or the file can't be written", 2: ""},
    example="ctscan case export --case C-2026-0017 -o C-2026-0017.json",
)
@case_options.number
@click.option("-o", "--output", "path", metavar="FILE", required=True, help="Write this new file, for you alone.")
@options.config
@options.db
@options.verbose
def export(number: str, path: str, verbose: int, **given: Any) -> None:
    """Write all that is kept of a case into a file of JSON, with its events in the audit trail.

    The file names the person and everything about the request. The export stands in the history of the case.
    """
    from ctscan.cli.process import account, run

    config = load_settings(**given)
    report = run(app.export_case(config, number, Path(path).expanduser(), who=account()))
    hint(f"Wrote {path}: case {report.case.number} with {len(report.case.events):,} events.")
    case_options.say_what_is_due(config)


@command(
    "calendar",
    exits={0: "", 1: "the index can't be read, or the file can't be written", 2: ""},
    example="ctscan case calendar -o deadlines.ics",
)
@click.option("-o", "--output", "path", metavar="FILE", help="Write this file, in place of an older one.")
@options.language()
@options.config
@options.db
@options.verbose
def calendar(path: str | None, verbose: int, **given: Any) -> None:
    """Write the open deadlines of all cases as a calendar (iCalendar): numbers and duties, no names.

    Needs the extra dossier.
    """
    from ctscan.cli.process import account, run

    config = load_settings(**given)
    rendered = run(app.case_calendar(config, config.lang, who=account()))
    if path is None:
        sys.stdout.buffer.write(rendered)
    else:
        app.write_calendar(Path(path).expanduser(), rendered)
        hint(f"Wrote {path}.")
    case_options.say_what_is_due(config)
