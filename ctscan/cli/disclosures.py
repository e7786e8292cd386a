"""`ctscan disclosures`: who was told whom or what was looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ctscan.cli import options
from ctscan.cli.program import command

if TYPE_CHECKING:
    from ctscan.config import Config
    from ctscan.model import Disclosure


@command(
    "disclosures",
    exits={0: "", 1: "the index can't be read", 2: ""},
    example="ctscan disclosures --limit 5\nctscan disclosures --format json",
)
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True, help="How many, the newest first.")
@options.on_index("table", "json")
def COMMAND(limit: int, verbose: int, **given: Any) -> None:  # noqa: N802 - the name by which the program finds it
    """Show what was disclosed by asking: when, by whom, what kind of identifier, to whom, what for, by which command.

    The identifiers themselves are not recorded. Look-ups disclose nothing: they ask the index only.
    """
    from ctscan.cli.wiring import run

    config = options.settle(**given)
    made = run(_disclosures(config, limit))
    if config.format == "json":
        from ctscan.cli.wiring import print_json
        from ctscan.views.disclosures import disclosure

        print_json([disclosure(one) for one in made])
    else:
        _print_table(made)


async def _disclosures(config: Config, limit: int) -> list[Disclosure]:
    from ctscan.cli.wiring import existing_index

    async with existing_index(config) as index:
        return await index.disclosures(limit)


def _print_table(made: list[Disclosure]) -> None:
    from ctscan.views import tables
    from ctscan.views.words import KINDS, moment

    out = tables.console()
    if not made:
        tables.say(out, "Nothing was disclosed: nobody was asked about anybody.")
        return
    rows = [
        (d.id, moment(d.at), d.who, KINDS.get(d.kind, d.kind), d.recipient, d.purpose or "-", d.command) for d in made
    ]
    tables.table(out, ("No.", "When", "Who", "Kind of identifier", "Told to", "Purpose", "Command"), rows)
