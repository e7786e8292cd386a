"""`ctscan suppressions`: the promises towards people who objected, or asked to be erased."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

import ctscan.app as app
from ctscan.cli import options
from ctscan.cli.program import SETTINGS, Group, command
from ctscan.config import load_settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ctscan.config import Config
    from ctscan.model.suppression import Suppression


@click.group(
    "suppressions",
    cls=Group,
    exits={0: "", 1: "the index, the key or the suppression file can't be read", 2: ""},
    example="ctscan suppressions list\nctscan suppressions lift 3 --told 2026-05-04",
    context_settings=SETTINGS,
)
def COMMAND() -> None:  # noqa: N802 - the name by which the program finds it
    """Show the suppressions that 'ctscan forget' and objections made, and lift them.

    They hold keyed digests, neither addresses nor names. They lie in a file of their own beside the key file.
    """


@command(
    "list",
    exits={0: "", 1: "the index, the key or the suppression file can't be read", 2: ""},
    example="ctscan suppressions list\nctscan suppressions list --format json",
)
@options.language()
@options.on_index("table", "json")
def show(verbose: int, **given: Any) -> None:
    """Show all suppressions, in their order: kind, ground, day, case, number of identifiers and certificates."""
    from ctscan.cli.process import run

    config = load_settings(**given)
    _print(config, run(app.suppressions(config)))


@command(
    "lift",
    exits={
        0: "it is lifted",
        1: "the index, the key or the suppression file can't be used",
        2: "there is no such suppression, or a restriction is lifted without --told",
    },
    example="ctscan suppressions lift 3 --told 2026-05-04",
)
@click.argument("number", metavar="NUMBER", type=click.IntRange(min=1))
@click.option("--told", metavar="DATE", help="Give the day on which the person was told; a restriction needs it.")
@options.language()
@options.on_index("table", "json")
def lift(number: int, told: str | None, verbose: int, **given: Any) -> None:
    """Take a suppression back: what it hid is shown again. What it deleted stays deleted, and may be written again.

    The person is told before a restriction ends (GDPR article 18(3)).
    """
    from ctscan.cli.process import account, run

    config = load_settings(**given)
    _print(config, [run(app.lift_suppression(config, number, told=told, who=account()))])


@command(
    "accept-loss",
    exits={
        0: "another suppression file is begun",
        1: "the index, the suppression file or the audit trail can't be written",
        2: "the suppressions of the index are here, or there is no reason",
    },
    example="ctscan suppressions accept-loss --reason 'disk lost on 2031-05-04, no copy'",
)
@click.option("--reason", metavar="TEXT", required=True, help="State what became of file or key; it is recorded.")
@options.language()
@options.on_index("table", "json")
def accept_loss(reason: str, verbose: int, **given: Any) -> None:
    """Go on without the suppression file, where it or its key is lost for good. Put it back if there is a copy.

    Nobody knows then who objected: scans may write them again, and no answer of the index is complete any longer. What
    was hidden stays hidden. A file that is there is renamed. An index that is scanned anew gives complete answers.
    """
    from ctscan.cli.process import account, run

    config = load_settings(**given)
    _print(config, [run(app.accept_loss(config, reason=reason, who=account()))])


def _print(config: Config, entries: Sequence[Suppression]) -> None:
    if config.format == "json":
        from ctscan.cli.output import print_json
        from ctscan.views import json

        print_json(json.suppressions(entries))
        return
    from ctscan.views import suppressions, tables
    from ctscan.views.text import texts

    out = tables.console()
    for line in suppressions.lines(entries, texts(config.lang)):
        tables.say(out, line)


COMMAND.add_command(show)
COMMAND.add_command(lift)
COMMAND.add_command(accept_loss)
