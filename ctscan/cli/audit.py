"""`ctscan audit`: the trail of look-ups and changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

import ctscan.app as app
from ctscan.cli import options
from ctscan.cli.audit_log import export, prove, verify
from ctscan.cli.program import SETTINGS, Group, command
from ctscan.config import load_settings

if TYPE_CHECKING:
    from ctscan.model import AuditEvent


@click.group(
    "audit",
    cls=Group,
    exits={0: "", 1: "the audit trail can't be read", 2: ""},
    example="ctscan audit show --limit 5\nctscan audit verify\n"
    "ctscan audit begin --reason 'disk lost on 2031-05-04, no copy'",
    context_settings=SETTINGS,
)
def COMMAND() -> None:  # noqa: N802 - the name by which the program finds it
    """Show the record of look-ups and of changes to the index.

    Look-ups are recorded before their answers are shown; scans, searches, imports and other changes before they begin
    and after they end. The trail is a file of its own beside the index, and a transparency log: changes are found.
    """


@command(
    "show",
    exits={0: "", 1: "the audit trail can't be read", 2: ""},
    example="ctscan audit show --limit 5\nctscan audit show --limit 1000000 --format jsonl\nctscan audit show --key",
)
@options.limit
@click.option(
    "--key", "only_key", is_flag=True, help="Show the verifier key of the log instead, for those who check it."
)
@options.on_index("table", "json", "jsonl")
def show(limit: int, only_key: bool, verbose: int, **given: Any) -> None:
    """Show events, the newest first: time, account, action, kind of identifier, case and purpose.

    Identifiers themselves are not recorded. Equal digests mean the same identifier; only the key file can make them.
    """
    from ctscan.cli.process import run, run_inline

    config = load_settings(**given)
    if only_key:
        click.echo(run(app.audit_vkey(config)))
        return
    found = run_inline(app.audit_events(config, limit, inline=True))
    if config.format == "table":
        _print_table(found)
        return
    from ctscan.cli.output import JsonItems, print_json
    from ctscan.views import json

    if config.format == "json":
        print_json([json.audit_event(event) for event in found])
        return
    items = JsonItems(is_array=False)
    for event in found:
        items.add(json.audit_event(event))
    items.end()


@command(
    "begin",
    exits={0: "another trail is begun", 1: "the index or the trail can't be written", 2: ""},
    example="ctscan audit begin --reason 'disk lost on 2031-05-04, no copy'",
)
@click.option("--reason", metavar="TEXT", required=True, help="State what became of the trail before; it is recorded.")
@options.config
@options.db
@options.verbose
def begin(reason: str, verbose: int, **given: Any) -> None:
    """Begin another audit trail where the trail of the index is lost for good.

    An index knows its trail: without it, or with another one in its place, nothing is looked up or changed. Put the
    trail back from its copy if there is one. The reason stands in the new trail and in the index.
    """
    from ctscan.cli.process import account, run

    run(app.begin_trail(load_settings(**given), who=account(), reason=reason))
    click.echo("Another audit trail is begun.", err=True)


def _print_table(found: list[AuditEvent]) -> None:
    from ctscan.views import audit, tables

    out = tables.console()
    if found:
        tables.table(out, *audit.events(found))
    else:
        tables.say(out, "Nothing was recorded yet.")


for _command in (show, verify, prove, export, begin):
    COMMAND.add_command(_command)
