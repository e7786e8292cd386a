"""`ctscan sources`: the sources of certificates, and whether each is ready here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ctscan.app as app
from ctscan.cli import options
from ctscan.cli.program import command

if TYPE_CHECKING:
    from ctscan.model import Source


@command("sources", exits={0: "", 2: ""}, example="ctscan sources\nctscan sources --format json")
@options.output("table", "json", from_config=False)
@options.verbose
def COMMAND(format: str, verbose: int) -> None:  # noqa: N802 - the name by which the program finds it
    """List the sources of certificates: their abilities, limits and needs, and who learns of a question.

    No request is sent. Tokens are looked for in the environment, and never shown.
    """
    from ctscan.cli.process import run

    found = run(app.sources())
    if format == "json":
        from ctscan.cli.output import print_json
        from ctscan.views import json

        print_json([json.source(one) for one in found])
    else:
        _print(found)


def _print(found: list[Source]) -> None:
    from ctscan.views import listings, tables

    out = tables.console()
    tables.table(out, *listings.sources(found))
    for one in found:
        out.blank()
        tables.say(out, f"{one.name}: {one.title}", "bold")
        for line in listings.source_lines(one):
            tables.say(out, line, indent=2)
