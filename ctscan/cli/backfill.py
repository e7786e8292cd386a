"""`ctscan backfill`: reads the past of logs, beside the scan that keeps the present."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ctscan.cli import options
from ctscan.cli import scan_options as reading
from ctscan.cli.program import command
from ctscan.errors import UsageError

if TYPE_CHECKING:
    from ctscan.scan.run import ScanResult


@command(
    "backfill",
    exits={
        0: "everything from --from up to the newest entry that was read is read",
        1: "some of it could not be read, is being read by another scan, or the command was stopped before",
        2: "",
        3: "a log misbehaved (also after a signal)",
    },
    example="ctscan backfill --contact ct@example.org\nctscan backfill --from 2025-01-01 --log 'Example log' --jobs 2",
)
@reading.of_logs(
    click.option(
        "--from",
        "start",
        metavar="start|DATE|N",
        help="How far back.  [env: CTSCAN_FROM; default: `from` of the configuration, else start, the first entry]",
    )
)
def COMMAND(verbose: int, **given: Any) -> int:  # noqa: N802 - the name by which the program finds it
    """Read what the logs held before the scans began, the newest first, and then end.

    It may run beside 'ctscan scan --follow', which keeps the present: they share the index and the rate that an
    operator allows, and never do the same work at the same time. What was read with another scope or older rules is
    read again. Stopped or killed, it goes on where it was when it is called again. What is still missing is shown by
    'ctscan logs', and by every look-up.
    """
    import os

    from ctscan.cli.logging import logged, set_up
    from ctscan.cli.progress import reporter
    from ctscan.cli.wiring import run
    from ctscan.scan.run import run_scan

    if given["start"] == "now":
        raise UsageError("--from now: a backfill reads what was logged before; give start, an index or a date, or none")
    config = options.settle(**given)
    request = reading.request_of(config, click.get_current_context().find_root().obj, past=True)
    set_up(verbose, os.environ)

    async def work() -> ScanResult:
        with reading.stop_on_signal() as stop, reporter() as shown:
            return await run_scan(request, logged(shown.emit), stop)

    outcome = run(work())
    _print(outcome, config.format)
    return outcome.exit_code


def _print(outcome: ScanResult, format: str) -> None:
    if format == "json":
        from ctscan.cli.wiring import print_json

        print_json({"exit_code": outcome.exit_code, "logs": reading.shapes_of_logs(outcome)})
    elif options.is_terminal():
        click.echo("See 'ctscan logs' for what was read; repeating the command goes on from there.", err=True)
