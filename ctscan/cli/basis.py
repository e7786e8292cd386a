"""`ctscan basis`: the logs that answers speak of, and the decisions about them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import click

import ctscan.app as app
from ctscan.cli import options, scan_options
from ctscan.cli.program import SETTINGS, Group, command
from ctscan.config import load_settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ctscan.model import Basis


@click.group(
    "basis",
    cls=Group,
    exits={0: "", 1: "the index or the log list can't be read, or nothing was scanned yet", 2: ""},
    example="ctscan basis show --history\n"
    "ctscan basis set --log-list /srv/logs.json --reason 'our own list'\n"
    "ctscan basis drop 'Example 2024' --reason 'retired, its archive is read'",
    context_settings=SETTINGS,
)
def COMMAND() -> None:  # noqa: N802 - the name by which the program finds it
    """Show and decide which logs answers speak of: an answer is complete only when each of them was read whole.

    The first scan records the basis: the logs that the keys logs and log_list of the configuration select (CTSCAN_LOG,
    CTSCAN_LOGS and CTSCAN_LOG_LIST in the environment), else those of its command line, else all logs of Google's list.
    An edit of these keys or a new edition of the log list makes a new revision. A log that vanishes stays in the basis
    until it is dropped. Scans with --log or --log-list change nothing.
    """


@command(
    "show",
    exits={0: "", 1: "the index can't be read, or nothing was scanned yet", 2: ""},
    example="ctscan basis show\nctscan basis show --history",
)
@click.option("--history", is_flag=True, help="Show all revisions: when, by whom, and why.")
@options.on_index("table", "json")
def show(history: bool, verbose: int, **given: Any) -> None:
    """Show the logs of the basis, the logs outside of it with the reasons, and the changes."""
    from ctscan.cli.process import run_inline

    config = load_settings(**given)
    found = run_inline(app.basis_history(config, inline=True))
    if config.format == "json":
        from ctscan.cli.output import print_json
        from ctscan.views import json

        print_json(json.basis_history(found) if history else json.recorded_basis(found[0]))
    elif history:
        _print_history(found)
    else:
        _print_basis(found[0])


@command(
    "set",
    exits={0: "the choice is recorded", 1: "the log list can't be fetched, or has no log to read", 2: ""},
    example="ctscan basis set --log-list /srv/logs.json --reason 'our own list'\n"
    "ctscan basis set --reason 'back to the configuration'",
)
@scan_options.which_logs
@click.option("--reason", metavar="TEXT", required=True, help="State the reason; it is recorded.")
@options.contact("operators of log lists")
@options.on_index("table", "json")
def set_(reason: str, verbose: int, **given: Any) -> None:
    """Choose the logs of the basis: by --log-list and --log, else by the configuration, else all of Google's list.

    Logs that were dropped and are chosen come back. Logs of the basis that are not chosen stay in it, named as no
    longer chosen, until 'ctscan basis drop' drops them. The network is needed only for a log list that lies there.
    """
    from ctscan.cli.logging import set_up
    from ctscan.cli.process import account, run

    config = load_settings(**given)
    set_up(verbose, os.environ)
    _print_changed(run(app.set_basis(config, who=account(), reason=reason)), config.format)


@command(
    "drop",
    exits={0: "the logs are dropped", 1: "the index can't be written", 2: ""},
    example="ctscan basis drop 'Example 2024' --reason 'shut down, its entries are in our archive'",
)
@click.argument("logs", metavar="LOG...", nargs=-1, required=True)
@click.option("--reason", metavar="TEXT", required=True, help="State the reason; it is recorded.")
@options.on_index("table", "json")
def drop(logs: tuple[str, ...], reason: str, verbose: int, **given: Any) -> None:
    """Drop logs from the basis, by name, id (base64) or address.

    Answers no longer wait for a dropped log: they name it as not covered. Scans don't read it until 'ctscan basis set'
    chooses it again. Certificates from it stay.
    """
    from ctscan.cli.logging import set_up
    from ctscan.cli.process import account, run

    config = load_settings(**given)
    set_up(verbose, os.environ)
    _print_changed(run(app.drop_from_basis(config, logs, who=account(), reason=reason)), config.format)


def _print_changed(found: Basis, format: str) -> None:
    if format == "json":
        from ctscan.cli.output import print_json
        from ctscan.views import json

        print_json(json.recorded_basis(found))
    else:
        _print_basis(found)


def _print_basis(found: Basis) -> None:
    from ctscan.views import basis, tables

    out = tables.console()
    for line in basis.basis_lines(found):
        tables.say(out, line)
    tables.say(out, "")
    tables.table(out, *basis.members(found))
    if found.outside:
        out.blank()
        tables.table(out, *basis.outside(found))


def _print_history(found: Sequence[Basis]) -> None:
    from ctscan.views import basis, tables

    tables.table(tables.console(), *basis.history(found))


for _command in (show, set_, drop):
    COMMAND.add_command(_command)
