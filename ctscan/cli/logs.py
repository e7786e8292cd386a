"""`ctscan logs`: how far each log was read, and whether it can be relied on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

import ctscan.app as app
from ctscan.cli import options
from ctscan.cli.logs_evidence import evidence
from ctscan.cli.logs_heads import heads
from ctscan.cli.program import SETTINGS, Group
from ctscan.config import load_settings

if TYPE_CHECKING:
    from ctscan.model.results import LogReport


@click.group(
    "logs",
    cls=Group,
    acts_alone=True,
    exits={0: "", 1: "the index can't be read", 2: ""},
    example="ctscan logs\nctscan logs --format json\nctscan logs heads --export heads.json",
    context_settings=SETTINGS,
)
@options.language()
@options.on_index("table", "json")
def COMMAND(verbose: int, **given: Any) -> None:  # noqa: N802 - the name by which the program finds it
    """Show how far each log was read, its health, its gaps, and evidence of its misbehaviour."""
    from ctscan.cli.process import run

    config = load_settings(**given)
    reports = run(app.logs(config))
    if config.format == "json":
        from ctscan.cli.output import print_json
        from ctscan.views import json

        print_json([json.log(report) for report in reports])
    else:
        _print_table(reports, config.lang)


def _print_table(reports: list[LogReport], lang: str) -> None:
    from ctscan.views import listings, tables
    from ctscan.views.say import Say
    from ctscan.views.text import texts

    say = texts(lang)
    out = tables.console()
    if not reports:
        tables.say(out, say(Say.NO_LOG_YET()))
        return
    tables.table(out, *listings.logs(reports, out.width, say))
    tables.below(out, [line for report in reports for line in listings.log_lines(report, say)])


COMMAND.add_command(evidence)
COMMAND.add_command(heads)
