"""`ctscan backfill`: reads the past of logs, beside the scan that keeps the present."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import click

import ctscan.app as app
from ctscan.cli import options, scan_options
from ctscan.cli.program import command
from ctscan.cli.wrapping import hint
from ctscan.config import load_settings
from ctscan.errors import UsageError

if TYPE_CHECKING:
    from ctscan.model.scan_report import ScanReport


@command(
    "backfill",
    exits={
        0: "every entry from --from up to the newest one that a scan read was read, or is being read by another scan",
        1: "a log failed, or the backfill was stopped",
        2: "",
        3: "a log misbehaved (also after a signal)",
        4: "gaps are left in a log",
    },
    example="ctscan backfill --contact ct@example.org\nctscan backfill --from 2025-01-01 --log 'Example log' --jobs 2",
)
@scan_options.of_logs(
    click.option(
        "--from",
        "start",
        metavar="start|DATE|N",
        help="Read back to here.  [env: CTSCAN_FROM; default: `from` of the configuration, else the first entry]",
    )
)
def COMMAND(verbose: int, **given: Any) -> int:  # noqa: N802 - the name by which the program finds it
    """Read the entries that the logs held before the scans began, the newest first, and then end.

    A backfill may run beside 'ctscan scan --follow', which keeps the present: they share the index and the rate that an
    operator allows, and never do the same work at the same time. Entries that were read with another scope or older
    rules are read again.

    Stopped or killed, the backfill goes on where it was when it is called again. 'ctscan logs' and every look-up show
    the entries that are still missing.
    """
    from ctscan.cli.consent import remind_of_purpose, with_consent
    from ctscan.cli.logging import set_up
    from ctscan.cli.process import account, run, stop_on_signal

    if given["start"] == "now":
        raise UsageError(
            "--from: expected start, an index or a date, got now: 'ctscan scan' reads new entries, backfill old ones"
        )
    config = load_settings(**given)
    set_up(verbose, os.environ)
    command = scan_options.command_line()
    agreed = run(with_consent(config))
    if agreed is None:
        return 1

    async def work() -> ScanReport:
        with stop_on_signal() as stop:
            return await app.backfill(
                agreed, who=account(), command=command, reading=scan_options.scan_progress, stop=stop
            )

    report = run(work())
    remind_of_purpose(agreed, "backfill")
    _print(report, config.format)
    return report.exit_code


def _print(report: ScanReport, format: str) -> None:
    if format == "json":
        from ctscan.cli.output import print_json
        from ctscan.views import json

        print_json(json.backfilled(report))
    elif options.is_terminal():
        hint("See 'ctscan logs' for what was read; repeating the command goes on from there.")
