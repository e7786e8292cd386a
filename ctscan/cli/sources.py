"""`ctscan sources`: where certificates can come from, what each can and can't find, and whether it is ready here."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from ctscan.cli import options
from ctscan.cli.program import command

if TYPE_CHECKING:
    from ctscan.views.repositories import Source


@command("sources", exits={0: "", 2: ""}, example="ctscan sources\nctscan sources --format json")
@options.output("table", "json", from_config=False)
@options.verbose
def COMMAND(format: str, verbose: int) -> None:  # noqa: N802 - the name by which the program finds it
    """List the sources of certificates: what each can and can't find, what it needs, and who learns of a question.

    Nothing is asked. Tokens are looked for in the environment, and never shown.
    """
    from ctscan.cli.wiring import run
    from ctscan.views.repositories import FILES, LOGS, shape

    found = [LOGS, *run(_repositories(os.environ)), FILES]
    if format == "json":
        from ctscan.cli.wiring import print_json

        print_json([shape(one) for one in found])
    else:
        _print(found)


async def _repositories(environ: Mapping[str, str]) -> list[Source]:
    """All repositories; opening one tells what it lacks here, and asks nothing."""
    from ctscan.errors import UsageError
    from ctscan.http.client import Client
    from ctscan.sources.repositories import Opening, open_repository, repositories
    from ctscan.views.repositories import source_of

    found = []
    client = Client()
    try:
        for repository in repositories():
            lacks = ""
            try:
                await open_repository(repository.name, Opening(client, environ)).aclose()
            except UsageError as error:
                lacks = str(error)
            found.append(source_of(repository, lacks))
    finally:
        await client.aclose()
    return found


def _print(found: list[Source]) -> None:
    from ctscan.views import tables
    from ctscan.views.repositories import lines

    out = tables.console()
    rows = [(one.name, one.title, ", ".join(one.finds), "no" if one.lacks else "yes") for one in found]
    tables.table(out, ("Source", "What it is", "Finds by", "Ready here"), rows)
    for one in found:
        out.print()
        tables.say(out, f"{one.name}: {one.title}", "bold")
        for line in lines(one):
            tables.say(out, line, indent=2)
