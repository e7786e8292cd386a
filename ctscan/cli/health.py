"""`ctscan health`: one line for each log that answers speak of, for cron, systemd and Nagios."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

import ctscan.app as app
from ctscan.cli import options
from ctscan.cli.program import command
from ctscan.config import load_settings
from ctscan.errors import CtscanError

if TYPE_CHECKING:
    from ctscan.config import Config
    from ctscan.model.health import HealthReport

UNKNOWN = 3
"""Exit code of a plug-in that can't tell."""


@command(
    "health",
    exits={
        0: "every log is read and fresh",
        1: "a log is failing or was never read, or the index can't be read",
        2: "",
        3: "a log misbehaved",
        4: "a log is stale, behind, has gaps, is held by a process that makes no progress, or the index is damaged",
    },
    example="ctscan health\nctscan health --format json\nctscan health --nagios",
)
@click.option(
    "--nagios",
    is_flag=True,
    help="Print one line with performance data, and exit as a plug-in: 0 OK, 1 warning, 2 critical, 3 unknown.",
)
@options.language()
@options.on_index("table", "json")
def COMMAND(nagios: bool, verbose: int, **given: Any) -> int:  # noqa: N802 - the name by which the program finds it
    """Check every log that answers speak of: whether it is read, fresh and well.

    Each log has a line with its worst condition. Other logs of the log list and of the index are named as outside; they
    don't count. No log is asked: a log is as well as the last scan found it.
    """
    if nagios:
        return _plug_in(given)
    config = load_settings(**given)
    report = _checked(config)
    if config.format == "json":
        from ctscan.cli.output import print_json
        from ctscan.views import json

        print_json(json.health(report))
    else:
        _print_table(report, config.lang)
    return report.exit_code


def _checked(config: Config) -> HealthReport:
    from ctscan.cli.process import run

    return run(app.health(config))


def _print_table(report: HealthReport, lang: str) -> None:
    from ctscan.views import tables
    from ctscan.views.health import health_lines
    from ctscan.views.say import Say
    from ctscan.views.text import texts

    say = texts(lang)
    out = tables.console()
    if not report.logs:
        tables.say(out, say(Say.NO_LOG_YET()))
    for line, colour in health_lines(report, say):
        tables.say(out, line, colour)


def _plug_in(given: dict[str, Any]) -> int:
    """Print the line of a plug-in. Whatever keeps the check from its answer is UNKNOWN, with the reason."""
    from ctscan.views.health import status_line, unknown_line

    try:
        report = _checked(load_settings(**given))
    except CtscanError as error:
        click.echo(unknown_line(str(error)))
        return UNKNOWN
    line, code = status_line(report)
    click.echo(line)
    return code
