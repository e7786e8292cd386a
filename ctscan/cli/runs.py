"""`ctscan runs`: the record of all scans, and of questions to repositories and files read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

import ctscan.app as app
from ctscan.cli import options
from ctscan.cli.program import command
from ctscan.config import load_settings

if TYPE_CHECKING:
    from ctscan.model import Run, Search


@command(
    "runs",
    exits={0: "", 1: "the index can't be read", 2: ""},
    example="ctscan runs --limit 5\nctscan runs --searches",
)
@click.option("--searches", is_flag=True, help="Show searches of repositories and imports of files instead.")
@options.limit
@options.on_index("table", "json")
def COMMAND(searches: bool, limit: int, verbose: int, **given: Any) -> None:  # noqa: N802 - the name by which the program finds it
    """Show the scans: account, time, purpose and scope of each, and how it ended.

    With --searches: the questions to repositories and the imports of files. Of a question that named a person only its
    kind is recorded.
    """
    from ctscan.cli.process import run

    config = load_settings(**given)
    if searches:
        _print_searches(run(app.searches(config, limit)), config.format)
    else:
        _print_runs(run(app.runs(config, limit)), config.format)


def _print_runs(runs: list[Run], format: str) -> None:
    if format == "json":
        from ctscan.cli.output import print_json
        from ctscan.views import json

        print_json([json.run(done) for done in runs])
        return
    from ctscan.views import records, tables

    out = tables.console()
    if runs:
        tables.table(out, *records.runs(runs))
    else:
        tables.say(out, "Nothing was scanned yet: run 'ctscan scan'.")


def _print_searches(searches: list[Search], format: str) -> None:
    if format == "json":
        from ctscan.cli.output import print_json
        from ctscan.views import json

        print_json([json.search(done) for done in searches])
        return
    from ctscan.views import records, tables

    out = tables.console()
    if searches:
        tables.table(out, *records.searches(searches))
    else:
        tables.say(out, "No repository was asked and no file imported yet: see 'ctscan sources'.")
