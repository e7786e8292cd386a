"""`ctscan rules`: the kinds of personal data that are looked for, and the treatment of every known type of value."""

from __future__ import annotations

import click

import ctscan.app as app
from ctscan.cli import options
from ctscan.cli.program import command


@command(
    "rules", exits={0: "", 2: ""}, example="ctscan rules\nctscan rules --types\nctscan rules --types --format json"
)
@click.option("--types", is_flag=True, help="List the known types of values instead, each with the rules that read it.")
@options.output("table", "json", from_config=False)
@options.verbose
def COMMAND(types: bool, format: str, verbose: int) -> None:  # noqa: N802 - the name by which the program finds it
    """List the kinds of personal data that are looked for, each with its category and citation.

    With --types: every type of attribute, otherName and extension (OID) known to hold personal data somewhere or to
    identify the subject of a certificate, with the rules that read it, or the reason why none has to.
    """
    if format == "json":
        from ctscan.cli.output import print_json
        from ctscan.views import json

        found = app.known_types() if types else ()
        print_json([json.known_type(one) for one in found] if types else [json.rule(rule) for rule in app.rules()])
    elif types:
        _print_types()
    else:
        from ctscan.views import listings, tables
        from ctscan.views.text import ENGLISH, texts

        tables.table(tables.console(), *listings.rules(app.rules(), texts(ENGLISH)))


def _print_types() -> None:
    from ctscan.views import listings, tables

    out, types = tables.console(), app.known_types()
    tables.table(out, *listings.known_types(types))
    out.blank()
    tables.say(out, listings.known_types_line(types))
