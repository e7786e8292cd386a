"""`ctscan rules`: what is looked for, and where that is specified."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ctscan.cli import options
from ctscan.cli.program import command

if TYPE_CHECKING:
    from ctscan.personal.rules import Rule


@command("rules", exits={0: "", 2: ""}, example="ctscan rules\nctscan rules --format json")
@options.output("table", "json", from_config=False)
@options.verbose
def COMMAND(format: str, verbose: int) -> None:  # noqa: N802 - the name by which the program finds it
    """List the kinds of personal data that are looked for, each with its category and citation."""
    from ctscan.personal.rules import all_rules

    rules = sorted(all_rules(), key=lambda rule: rule.id)
    if format == "json":
        from ctscan.cli.wiring import print_json

        print_json([_shape(rule) for rule in rules])
    else:
        from ctscan.cli.render import tables

        rows = [(rule.id, rule.looks_for, rule.category, "; ".join(rule.cites)) for rule in rules]
        tables.table(tables.console(), ("Rule", "Looks for", "Category", "Specified in"), rows)


def _shape(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "version": rule.version,
        "what": rule.looks_for,
        "category": rule.category,
        "kinds": list(rule.kinds),
        "citations": list(rule.cites),
    }
