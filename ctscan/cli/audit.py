"""`ctscan audit`: the trail of look-ups and changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

import ctscan.app as app
from ctscan.cli import options
from ctscan.cli.program import SETTINGS, Group, command
from ctscan.config import load_settings

if TYPE_CHECKING:
    from ctscan.model import AuditEvent


@click.group(
    "audit",
    cls=Group,
    exits={0: "", 1: "the audit trail can't be read", 2: ""},
    example="ctscan audit show --limit 5",
    context_settings=SETTINGS,
)
def COMMAND() -> None:  # noqa: N802 - the name by which the program finds it
    """Show the record of look-ups and of changes to the index.

    Look-ups are recorded before their answers are shown; scans, searches, imports and other changes before they begin
    and after they end. The trail is a file of its own beside the index.
    """


@command(
    "show",
    exits={0: "", 1: "the audit trail can't be read", 2: ""},
    example="ctscan audit show --limit 5\nctscan audit show --limit 1000000 --format jsonl",
)
@options.limit
@options.on_index("table", "json", "jsonl")
def show(limit: int, verbose: int, **given: Any) -> None:
    """Show events, the newest first: time, account, action, kind of identifier, case and purpose.

    Identifiers themselves are not recorded. Equal digests mean the same identifier; only the key file can make them.
    """
    from ctscan.cli.process import run_inline

    config = load_settings(**given)
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


def _print_table(found: list[AuditEvent]) -> None:
    from ctscan.views import audit, tables

    out = tables.console()
    if found:
        tables.table(out, *audit.events(found))
    else:
        tables.say(out, "Nothing was recorded yet.")


COMMAND.add_command(show)
