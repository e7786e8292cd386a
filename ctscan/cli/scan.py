"""`ctscan scan`: reads logs into the index, and asks repositories for the scope."""

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
    from collections.abc import Mapping

    from ctscan.model.scan_report import ScanReport


@command(
    "scan",
    exits={
        0: "every log was read to its head, or is being read by another scan; every repository gave all that it has",
        1: "a log failed, a repository could not be asked, or the scan was stopped",
        2: "",
        3: "a log misbehaved (also after a signal)",
        4: "gaps are left in a log, or a repository didn't give all that it has or can't be asked for all of the scope",
    },
    example="ctscan scan --scope example.org --contact ct@example.org\n"
    "ctscan scan --from 2026-01-01 --follow\n"
    "ctscan scan --repository crt.sh --scope example.org --purpose 'exposure check'\n"
    "ctscan scan --log file:///srv/archive/log2024 --everything --db archive.db",
)
@scan_options.of_logs(
    click.option(
        "--repository",
        "repositories",
        metavar="NAME",
        multiple=True,
        help="Read no log, but ask this repository for the scope; repeatable. 'ctscan sources' lists them.",
    ),
    click.option(
        "--from",
        "start",
        metavar="start|now|DATE|N",
        help="Begin coverage here.  [env: CTSCAN_FROM; default: now, when a log is seen first]",
    ),
    click.option("--follow", is_flag=True, help="Go on with new entries, until stopped.  [env: CTSCAN_FOLLOW]"),
)
def COMMAND(verbose: int, **given: Any) -> int:  # noqa: N802 - the name by which the program finds it
    """Read Certificate Transparency logs into the index, from where the last scan stopped to each log's head.

    The repositories of the configuration (key: repositories) are asked first. They are asked for the domains and
    organisations of the scope. They are asked for its single addresses only where the configuration allows it (key:
    search_people).

    The first scan records which logs answers speak of (see 'ctscan basis'). Later --log and --log-list read a part, and
    change nothing for answers.

    With --repository no log is read: only the repositories named are asked.
    """
    from ctscan.cli.consent import announce, remind_of_purpose, with_consent
    from ctscan.cli.logging import set_up
    from ctscan.cli.process import account, run, stop_on_signal
    from ctscan.cli.search_progress import SearchProgress

    config = load_settings(**given)
    reads_logs = not given["repositories"]
    if not reads_logs:
        _refuse_options_of_logs(given)
    set_up(verbose, os.environ)
    command = scan_options.command_line()
    agreed = run(with_consent(config))
    if agreed is None:
        return 1

    async def work() -> ScanReport:
        plan = await app.plan_scope_search(agreed) if agreed.repositories else None
        with stop_on_signal() as stop:
            if plan is not None:
                announce(plan)
            return await app.scan(
                agreed,
                who=account(),
                command=command,
                plan=plan,
                reads_logs=reads_logs,
                searching=SearchProgress,
                reading=scan_options.scan_progress,
                stop=stop,
            )

    report = run(work())
    remind_of_purpose(agreed, "scan")
    _print(report, config.format)
    return report.exit_code


def _refuse_options_of_logs(given: Mapping[str, Any]) -> None:
    """Raise UsageError for an option that says how logs are read."""
    words = {"logs": "--log", "log_lists": "--log-list", "start": "--from", "follow": "--follow", "jobs": "--jobs"}
    for name, option in words.items():
        if given[name]:
            raise UsageError(f"scan: {option} is for logs, and --repository reads none; leave one of the two out")


def _print(report: ScanReport, format: str) -> None:
    """Print the result as JSON. On a terminal only the next step is added: progress has shown the result."""
    if format == "json":
        from ctscan.cli.output import print_json
        from ctscan.views import json

        print_json(json.scanned(report))
    elif not options.is_terminal():
        return  # a journal has no next step
    elif report.exit_code == 0:
        hint("Look somebody up with 'ctscan lookup -', see what was read with 'ctscan logs'.")
    elif report.logs:
        hint("See 'ctscan logs' for what was read; repeating the command goes on from there.")
    else:
        hint("Repeating the command asks again, and fetches only what isn't kept yet.")
