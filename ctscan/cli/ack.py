"""`ctscan ack`: acknowledgements, which keep known matches of watches silent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

import ctscan.app as app
from ctscan.cli import options
from ctscan.cli.program import SETTINGS, Group, command
from ctscan.config import load_settings
from ctscan.errors import UsageError
from ctscan.model.watch import AckKind

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from ctscan.config import Config
    from ctscan.model.watch import Ack


@click.group(
    "ack",
    cls=Group,
    exits={0: "", 1: "the index or the audit trail can't be used", 2: ""},
    example="ctscan ack add --issuer 'Example Test CA' --reason 'certificates of our tests' --until 2027-01-31\n"
    "ctscan ack list\nctscan ack remove 3",
    context_settings=SETTINGS,
)
def COMMAND() -> None:  # noqa: N802 - the name by which the program finds it
    """Acknowledge known matches of watches, so that they raise no alert.

    A match stays silent while acknowledgements cover all of it: its certificate, its issuer, or the rules of all its
    findings. When the last of them ends, it is told unless the certificate has expired.
    """


@command(
    "add",
    exits={0: "it holds", 1: "the index or the audit trail can't be written", 2: "a text can't be used"},
    example="ctscan ack add --certificate 9f2b6a0d4c81e7735d0a9be1f64c283b57e0d1c2a3948576f8e9dacbbcad9e8f "
    "--reason 'renewed on purpose'\n"
    "ctscan ack add --issuer 'Example Test CA' --reason 'certificates of our tests' --until 2027-01-31\n"
    "ctscan ack add --rule email.rfc822Name --reason 'addresses are public here'",
)
@click.option("--certificate", metavar="SHA256", help="Acknowledge a certificate, by SHA-256 or identity.")
@click.option("--issuer", metavar="WORDS", help="Acknowledge all certificates with these words in the issuer's name.")
@click.option("--rule", metavar="ID", help="Acknowledge findings of a rule; 'ctscan rules' lists them.")
@click.option("--reason", metavar="TEXT", required=True, help="State why, without names or addresses; it is kept.")
@click.option(
    "--until",
    metavar="DATE",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Let it end with this day (UTC); default: no end.",
)
@options.language()
@options.on_index("table", "json")
def add(
    certificate: str | None,
    issuer: str | None,
    rule: str | None,
    reason: str,
    until: datetime | None,
    verbose: int,
    **given: Any,
) -> None:
    """Add an acknowledgement. It holds for matches that come, and for those that are judged again."""
    from ctscan.cli.process import account, run

    values = {AckKind.CERTIFICATE: certificate, AckKind.ISSUER: issuer, AckKind.RULE: rule}
    chosen = [(kind, value) for kind, value in values.items() if value is not None]
    if len(chosen) != 1:
        raise UsageError(f"ack add: expected one of --certificate, --issuer and --rule, got {len(chosen)}")
    config = load_settings(**given)
    request = app.AckRequest(*chosen[0], reason, until.date() if until else None)
    _print(config, [run(app.add_ack(config, request, who=account()))])


@command(
    "list",
    exits={0: "", 1: "the index can't be read", 2: ""},
    example="ctscan ack list\nctscan ack list --format json",
)
@options.language()
@options.on_index("table", "json")
def show(verbose: int, **given: Any) -> None:
    """List the acknowledgements, those that ended included."""
    from ctscan.cli.process import run

    config = load_settings(**given)
    _print(config, run(app.acks(config)))


@command(
    "remove",
    exits={0: "it is removed", 1: "the index or the audit trail can't be written", 2: "there is none of this number"},
    example="ctscan ack remove 3",
)
@click.argument("number", metavar="NUMBER", type=click.IntRange(min=1))
@options.on_index("table")
def remove(number: int, verbose: int, **given: Any) -> None:
    """Remove an acknowledgement: the next check tells what it kept silent, unless the certificate has expired."""
    from ctscan.cli.process import account, run

    run(app.remove_ack(load_settings(**given), number, who=account()))


def _print(config: Config, found: Sequence[Ack]) -> None:
    if config.format == "json":
        from ctscan.cli.output import print_json
        from ctscan.views import json

        print_json([json.ack(one) for one in found])
        return
    from ctscan.views import tables, watches
    from ctscan.views.text import texts
    from ctscan.views.watches import WatchText

    out, say = tables.console(), texts(config.lang)
    if found:
        tables.table(out, *watches.acks(found, say))
    else:
        tables.say(out, say(WatchText.NO_ACKS()))


COMMAND.add_command(add)
COMMAND.add_command(show)
COMMAND.add_command(remove)
