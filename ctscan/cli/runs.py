"""`ctscan runs`: the record of all scans."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ctscan.cli import options
from ctscan.cli.program import command

if TYPE_CHECKING:
    from ctscan.config import Config
    from ctscan.model import Run


@command(
    "runs",
    exits={0: "", 1: "the index can't be read", 2: ""},
    example="ctscan runs --limit 5",
)
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True, help="How many, the newest first.")
@options.on_index("table", "json")
def COMMAND(limit: int, verbose: int, **given: Any) -> None:  # noqa: N802 - the name by which the program finds it
    """Show who scanned when, for what purpose and within which scope, and how each scan ended."""
    from ctscan.cli.wiring import run

    config = options.settle(**given)
    runs = run(_runs(config, limit))
    if config.format == "json":
        from ctscan.cli.render import shapes
        from ctscan.cli.wiring import print_json

        print_json([shapes.run(done) for done in runs])
    else:
        _print_table(runs)


async def _runs(config: Config, limit: int) -> list[Run]:
    from ctscan.cli.wiring import existing_index

    async with existing_index(config) as index:
        return await index.runs(limit)


def _print_table(runs: list[Run]) -> None:
    from ctscan.cli.render import tables
    from ctscan.cli.render.words import moment

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
