"""Options and endings that the commands of `ctscan case` share."""

from __future__ import annotations

import sys
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

import click

import ctscan.app as app
from ctscan.cli import options
from ctscan.cli.options import Decorator
from ctscan.cli.program import complain
from ctscan.cli.wrapping import hint
from ctscan.config import load_settings
from ctscan.errors import CtscanError, UsageError

if TYPE_CHECKING:
    from ctscan.config import Config
    from ctscan.model.case import Case

TEXT_LIMIT = 1 << 16  # octets of a text on stdin

number: Decorator = click.option(
    "--case", "number", metavar="N", required=True, help="Give the number of the case, such as C-2026-0017."
)


def at(deed: str) -> Decorator:
    """Make `--at`; `deed` says what happened on that day."""
    return click.option("--at", metavar="DATE", help=f"Give the day on which {deed}.  [default: now]")


def on_register(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of every command that shows cases."""
    return options.language()(options.on_index("table", "json")(function))


def text_of(option: str, given: str) -> str:
    """Return the text of an option, or of stdin for `-`: a process list doesn't show that.

    Raises:
        UsageError: stdin is too long, or not UTF-8.
    """
    if given != "-":
        return given
    from ctscan.cli.standard_input import standard_input

    raw = standard_input("the text").read(TEXT_LIMIT + 1)
    try:
        if len(raw) <= TEXT_LIMIT:
            return raw.decode("utf-8")
    except UnicodeDecodeError:
        raise UsageError(f"{option}: expected UTF-8 text on stdin, got something else") from None
    raise UsageError(f"{option}: expected at most {TEXT_LIMIT:,} octets on stdin, got more; shorten the text")


def change(given: dict[str, Any], deed: Callable[[Config, str], Coroutine[Any, Any, Case]]) -> Case:
    """Run a use case that changes a case, show the case as it is then, and return it.

    Args:
        given: options of the command.
        deed: makes the use case from settings and account.
    """
    from ctscan.cli.process import account, run

    config = load_settings(**given)
    changed = run(deed(config, account()))
    show_changed(config, changed)
    say_what_is_due(config)
    return changed


def show_changed(config: Config, case: Case) -> None:
    """Show a case that was opened or changed: its title and its facts, or all of it as JSON."""
    report = app.case_report(config, case)
    if config.format == "json":
        from ctscan.cli.output import print_json
        from ctscan.views import json

        print_json(json.case(report))
        return
    from ctscan.views import case_screens, tables
    from ctscan.views.text import texts

    case_screens.summary(tables.console(), report, app.reminder(report), texts(config.lang))


def say_what_is_due(config: Config) -> None:
    """Say on a terminal what is due next. The work of the command is done by then: a failure is only said."""
    if not sys.stderr.isatty():
        return
    from ctscan.cli.process import run
    from ctscan.views.cases import due_lines
    from ctscan.views.text import texts

    try:
        found = run(app.register(config))
    except CtscanError as error:
        complain(str(error))
        return
    for line in due_lines(found, texts(config.lang)):
        hint(line)
