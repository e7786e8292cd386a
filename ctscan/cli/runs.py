"""`ctscan runs`: the record of all scans, and of what repositories were asked and files read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ctscan.cli import options
from ctscan.cli.program import command

if TYPE_CHECKING:
    from ctscan.config import Config
    from ctscan.model import Run, Search


@command(
    "runs",
    exits={0: "", 1: "the index can't be read", 2: ""},
    example="ctscan runs --limit 5\nctscan runs --searches",
)
@click.option("--searches", is_flag=True, help="Show searches of repositories and imports of files instead.")
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True, help="How many, the newest first.")
@options.on_index("table", "json")
def COMMAND(searches: bool, limit: int, verbose: int, **given: Any) -> None:  # noqa: N802 - the name by which the program finds it
    """Show who scanned when, for what purpose and within which scope, and how each scan ended.

    With --searches: who asked which repository or read which files. Of a question that named a person only its kind is
    recorded.
    """
    from ctscan.cli.wiring import run

    config = options.settle(**given)
    if searches:
        _show_searches(run(_searches(config, limit)), config.format)
    else:
        _show_runs(run(_runs(config, limit)), config.format)


async def _runs(config: Config, limit: int) -> list[Run]:
    from ctscan.cli.wiring import existing_index

    async with existing_index(config) as index:
        return await index.runs(limit)


async def _searches(config: Config, limit: int) -> list[Search]:
    from ctscan.cli.wiring import existing_index

    async with existing_index(config) as index:
        return await index.newest_searches(limit)


def _show_runs(runs: list[Run], format: str) -> None:
    from ctscan.cli.wiring import print_json
    from ctscan.views import json as shapes

    if format == "json":
        print_json([shapes.run(done) for done in runs])
    else:
        _print_table(runs)


def _show_searches(searches: list[Search], format: str) -> None:
    from ctscan.cli.wiring import print_json
    from ctscan.views import json as shapes

    if format == "json":
        print_json([shapes.search(done) for done in searches])
    else:
        _print_searches(searches)


def _print_searches(searches: list[Search]) -> None:
    from ctscan.views import tables
    from ctscan.views.words import moment

    out = tables.console()
    if not searches:
        tables.say(out, "No repository was asked and no file imported yet: see 'ctscan sources'.")
        return
    rows = [
        (
            s.id,
            s.who,
            moment(s.started),
            moment(s.ended) if s.ended else "-",
            s.repository,
            s.question or s.kind,
            s.outcome,
            f"{s.results:,}",
            f"{s.certificates:,}",
            s.scope,
            s.purpose or "-",
        )
        for s in searches
    ]
    headers = ("Search", "Who", "Started", "Ended", "Source", "Asked for", "Outcome", "Given", "New", "Kept", "Purpose")
    tables.table(out, headers, rows)


def _print_table(runs: list[Run]) -> None:
    from ctscan.views import tables
    from ctscan.views.words import moment

    out = tables.console()
    if not runs:
        tables.say(out, "Nothing was scanned yet: run 'ctscan scan'.")
        return
    rows = [
        (
            r.id,
            r.who,
            moment(r.started),
            moment(r.ended) if r.ended else "-",
            r.outcome,
            f"{r.entries:,}",
            f"{r.certificates:,}",
            r.scope,
            r.purpose or "-",
        )
        for r in runs
    ]
    headers = ("Run", "Who", "Started", "Ended", "Outcome", "Entries", "Certificates", "Scope", "Purpose")
    tables.table(out, headers, rows)
