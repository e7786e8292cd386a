"""`ctscan logs evidence`: contradictions of logs, with evidence that anybody can verify."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import ctscan.app as app
from ctscan.cli import options
from ctscan.cli.program import command
from ctscan.cli.wrapping import hint
from ctscan.config import load_settings
from ctscan.errors import UsageError

if TYPE_CHECKING:
    from ctscan.config import Config
    from ctscan.model.results import CheckedMisbehaviour


@command(
    "evidence",
    exits={0: "", 1: "the index can't be used, or the file can't be written", 2: ""},
    example="ctscan logs evidence\n"
    "ctscan logs evidence 'Example log' --export evidence.json\n"
    "ctscan logs evidence --dismiss 3 --reason 'known incident, report of 2031-05-04'",
)
@click.argument("log", metavar="[LOG]", required=False)
@click.option("--export", metavar="FILE", help="Write the evidence that verifies to a new file, for third parties.")
@click.option("--dismiss", metavar="N", type=click.IntRange(min=1), help="Dismiss evidence N; answers still name it.")
@click.option("--restore", metavar="N", type=click.IntRange(min=1), help="Undo the dismissal of evidence N.")
@click.option("--reason", metavar="TEXT", help="State the reason; it is recorded with account and time.")
@options.language()
@options.on_index("table", "json")
def evidence(
    log: str | None,
    export: str | None,
    dismiss: int | None,
    restore: int | None,
    reason: str | None,
    verbose: int,
    **given: Any,
) -> None:
    """Show the recorded contradictions of all logs, or of LOG, and check their evidence anew.

    Evidence is only what a third party can verify with the log's public key: two signed heads that contradict each
    other, or a tree that doesn't extend an earlier one. Nothing is asked over the network.
    """
    from ctscan.cli.process import account, run

    config = load_settings(**given)
    number = dismiss if dismiss is not None else restore
    if number is None:
        _show(config, log, export, reason)
        return
    if log or export or (dismiss is not None and restore is not None):
        raise UsageError("logs evidence: --dismiss and --restore take a number and --reason, and nothing else")
    decided = app.decide_on_misbehaviour(
        config, number, dismiss=dismiss is not None, reason=reason or "", who=account()
    )
    run(decided)
    hint(f"Evidence {number} is {'dismissed' if dismiss is not None else 'restored'}.")


def _show(config: Config, log: str | None, export: str | None, reason: str | None) -> None:
    from ctscan.cli.process import account, run
    from ctscan.views.words import count

    if reason is not None:
        raise UsageError("logs evidence: --reason belongs to --dismiss or --restore")
    if export is not None:
        written = run(app.export_evidence(config, log, Path(export).expanduser(), who=account()))
        hint(f"Wrote {export}: {count(written, 'contradiction')} with evidence.")
        return
    found = run(app.misbehaviour_of_logs(config, log, who=account()))
    if config.format == "json":
        from ctscan.cli.output import print_json
        from ctscan.views import json

        print_json([json.checked_misbehaviour(one) for one in found])
    else:
        _print_table(found, config.lang)


def _print_table(found: list[CheckedMisbehaviour], lang: str) -> None:
    from ctscan.views import tables
    from ctscan.views.misbehaviour import contradiction_lines, contradictions
    from ctscan.views.say import Say
    from ctscan.views.text import texts

    say = texts(lang)
    out = tables.console()
    if not found:
        tables.say(out, say(Say.NO_EVIDENCE()))
        return
    tables.table(out, *contradictions(found, say))
    lines = [(line, "" if one.recorded.dismissal else "red") for one in found for line in contradiction_lines(one, say)]
    tables.below(out, lines)
