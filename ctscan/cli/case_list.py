"""`ctscan case list`, `case show` and `case search`: the register, one case, and the cases of a person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

import ctscan.app as app
from ctscan.cli import case_options, identifiers
from ctscan.cli.program import command
from ctscan.config import load_settings
from ctscan.errors import UsageError

if TYPE_CHECKING:
    from ctscan.config import Config
    from ctscan.model.case_report import Register

DUE = 5
"""Exit code of a list of cases with something due."""


@command(
    "list",
    exits={0: "", 1: "the index can't be read", 2: "", 5: "--due: something is due within that time, or overdue"},
    example="ctscan case list\nctscan case list --due 7\nctscan case list --all --format json",
)
@click.option(
    "--due", metavar="DAYS", type=click.IntRange(0, 3650), help="List only cases with something due within DAYS days."
)
@click.option("--all", "every", is_flag=True, help="List closed cases, too.")
@click.option("--no-names", is_flag=True, help="Leave the names of requesters out, for a mail of cron for example.")
@case_options.on_register
def list_(due: int | None, every: bool, no_names: bool, verbose: int, **given: Any) -> int:
    """List the open cases, the overdue ones first, with the next duty of each."""
    from ctscan.cli.process import run
    from ctscan.views.cases import nothing_line
    from ctscan.views.text import texts

    config = load_settings(**given)
    if no_names and config.format == "json":
        raise UsageError("case list: --no-names: expected with a table, got --format json; leave one of the two out")
    found = run(app.register(config, every=every, within=due))
    nothing = nothing_line(every=every, within=due, texts=texts(config.lang))
    _print(config, found, nothing, names=not no_names)
    case_options.say_what_is_due(config)
    return DUE if due is not None and found.entries else 0


@command(
    "search",
    exits={0: "", 1: "the index can't be read", 2: ""},
    example="ctscan case search jane@example.org\nctscan case search - < identifiers.txt",
)
@identifiers.taken
@identifiers.from_file
@case_options.on_register
def search(identifiers: tuple[str, ...], from_file: str | None, verbose: int, **given: Any) -> None:
    """Find the cases of a person, open and closed, by any identifier or by words of a name.

    The audit trail records who searched, with a keyed digest of each identifier.
    """
    from ctscan.cli.identifiers import identifiers_of
    from ctscan.cli.process import account, run
    from ctscan.views.case_words import CaseText
    from ctscan.views.text import texts

    config = load_settings(**given)
    found = run(app.find_cases(config, identifiers_of(identifiers, from_file), account()))
    _print(config, app.register_of(config, found), texts(config.lang)(CaseText.NONE_FOUND()))
    case_options.say_what_is_due(config)


def _print(config: Config, found: Register, nothing: str, *, names: bool = True) -> None:
    if config.format == "json":
        from ctscan.cli.output import print_json
        from ctscan.views import json

        print_json(json.cases([report for report, _ in found.entries]))
        return
    from ctscan.views import case_screens, tables
    from ctscan.views.text import texts

    case_screens.register(tables.console(), found, nothing, texts(config.lang), names=names)


@command(
    "show",
    exits={0: "", 1: "the index can't be read", 2: ""},
    example="ctscan case show --case C-2026-0017\nctscan case show --case C-2026-0017 --format json",
)
@case_options.number
@case_options.on_register
def show(number: str, verbose: int, **given: Any) -> None:
    """Show a case: what is due, what was given, its deadlines, notes of its law, and its history.

    The audit trail records who saw the case.
    """
    from ctscan.cli.process import account, run

    config = load_settings(**given)
    report = app.case_report(config, run(app.show_case(config, number, account())))
    if config.format == "json":
        from ctscan.cli.output import print_json
        from ctscan.views import json

        print_json(json.case(report))
    else:
        from ctscan.views import case_screens, tables
        from ctscan.views.text import texts

        case_screens.case(tables.console(), report, app.reminder(report), texts(config.lang))
    case_options.say_what_is_due(config)
