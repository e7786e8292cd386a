"""`ctscan disclosures`: the record of which third party learned of which kind of question."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ctscan.app as app
from ctscan.cli import options
from ctscan.cli.program import command
from ctscan.config import load_settings

if TYPE_CHECKING:
    from ctscan.model import Disclosure


@command(
    "disclosures",
    exits={0: "", 1: "the index can't be read", 2: ""},
    example="ctscan disclosures --limit 5\nctscan disclosures --format json",
)
@options.limit
@options.on_index("table", "json")
def COMMAND(limit: int, verbose: int, **given: Any) -> None:  # noqa: N802 - the name by which the program finds it
    """Show the disclosures to third parties: time, account, kind of identifier, recipient, purpose and command.

    Identifiers themselves are not recorded. Look-ups disclose nothing: they ask the index only.
    """
    from ctscan.cli.process import run

    config = load_settings(**given)
    made = run(app.disclosures(config, limit))
    if config.format == "json":
        from ctscan.cli.output import print_json
        from ctscan.views import json

        print_json([json.disclosure(one) for one in made])
    else:
        _print_table(made)


def _print_table(made: list[Disclosure]) -> None:
    from ctscan.views import records, tables

    out = tables.console()
    if made:
        tables.table(out, *records.disclosures(made))
    else:
        tables.say(out, "Nothing was disclosed: nobody was asked about anybody.")
