"""`ctscan export`: writes a view of exposure to a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

import ctscan.app as app
from ctscan.cli import options
from ctscan.cli.program import command
from ctscan.cli.wrapping import hint
from ctscan.config import load_settings
from ctscan.model.exposure import EXPOSURE_VIEWS


@command(
    "export",
    exits={0: "the file is written", 1: "the index or the file can't be used, or the export can't be recorded", 2: ""},
    example="ctscan export --view exposure_findings --format jsonl -o findings.jsonl\n"
    "ctscan export --view exposure_certificates --format parquet -o certificates.parquet",
)
@click.option(
    "--view",
    type=click.Choice(EXPOSURE_VIEWS),
    required=True,
    metavar="NAME",
    help=f"Name of the view: {', '.join(EXPOSURE_VIEWS)}.",
)
@click.option("--format", "form", type=click.Choice(app.EXPORT_FORMS), required=True, help="Format of the file.")
@click.option("-o", "--output", "path", metavar="FILE", required=True, help="Write the rows into this file.")
@options.purpose("with the export")
@options.config
@options.db
@options.verbose
def COMMAND(view: str, form: str, path: str, verbose: int, **given: Any) -> None:  # noqa: N802 - the name by which the program finds it
    """Write the rows of a view of exposure to a file: findings, persons, addresses, certificates, sightings, hosts or
    coverage.

    The file holds personal data, and the audit trail records who exported which view. Cells of CSV that a spreadsheet
    would run as formulas begin with an apostrophe. Parquet needs the extra parquet.
    """
    from ctscan.cli.process import account, run

    config = load_settings(**given)
    count = run(app.export_view(config, view, form, Path(path).expanduser(), who=account()))
    hint(f"{view}: {count:,} rows")
