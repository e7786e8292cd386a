"""`ctscan scan`: reads logs into the index, and asks repositories for the scope."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import click

from ctscan.cli import options
from ctscan.cli import scan_options as reading
from ctscan.cli.program import command
from ctscan.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ctscan.cli.scope_search import SearchesOfScope, SearchesOutcome
    from ctscan.config import Config
    from ctscan.scan.run import ScanResult


@command(
    "scan",
    exits={
        0: "every log was read to its head, every repository gave all that it has",
        1: "a log could not be read to its head, a repository not be asked, or the scan was stopped before",
        2: "",
        3: "a log misbehaved (also after a signal)",
        4: "a repository didn't give all that it has, or could not be asked for all of the scope",
    },
    example="ctscan scan --scope example.org --purpose 'exposure check' --contact ct@example.org\n"
    "ctscan scan --from 2026-01-01 --follow\n"
    "ctscan scan --repository crt.sh --scope example.org --purpose 'exposure check' --contact ct@example.org\n"
    "ctscan scan --log file:///srv/archive/log2024 --everything --db archive.db",
)
@reading.of_logs(
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
        help="Where coverage shall begin.  [env: CTSCAN_FROM; default: now, when a log is seen first]",
    ),
    click.option("--follow", is_flag=True, help="Go on with what the logs add, until stopped.  [env: CTSCAN_FOLLOW]"),
)
def COMMAND(verbose: int, **given: Any) -> int:  # noqa: N802 - the name by which the program finds it
    """Read Certificate Transparency logs into the index, from where the last scan stopped to each log's head.

    With --repository no log is read: repositories are asked for the domains and organisations of the scope, and for its
    single addresses where the configuration allows it (search_people). Without it, those that the configuration names
    (repositories) are asked first, then the logs are read.
    """
    from ctscan.cli.logging import logged, set_up
    from ctscan.cli.progress import reporter
    from ctscan.cli.wiring import run
    from ctscan.scan.run import run_scan

    config = options.settle(**given)
    reads_logs = not given["repositories"]
    if not reads_logs:
        _refuse_options_of_logs(given)
    request = reading.request_of(config, click.get_current_context().find_root().obj)
    set_up(verbose, os.environ)
    searches = _plan_of_searches(config)

    async def work() -> tuple[SearchesOutcome | None, ScanResult | None]:
        with reading.stop_on_signal() as stop:
            asked = await searches.run(stop) if searches else None
            if not reads_logs or stop.is_set():
                return asked, None
            with reporter() as shown:
                return asked, await run_scan(request, logged(shown.emit), stop)

    asked, outcome = run(work())
    of_logs = outcome.exit_code if outcome else int(reads_logs)  # 1: stopped before any was read
    code = _worst(of_logs, asked.exit_code if asked else 0)
    _print(asked, outcome, code, config.format)
    return code


def _plan_of_searches(config: Config) -> SearchesOfScope | None:
    """None when no repository is to be asked. UsageError when one can't be."""
    if not config.repositories:
        return None
    from ctscan.cli.scope_search import plan

    return plan(config, reading.who())


def _refuse_options_of_logs(given: Mapping[str, Any]) -> None:
    """What says how logs are read means nothing to a repository."""
    words = {"logs": "--log", "log_list": "--log-list", "start": "--from", "follow": "--follow", "jobs": "--jobs"}
    for name, option in words.items():
        if given[name]:
            raise UsageError(f"scan: {option} is for logs, and with --repository none is read; leave one of them out")


def _worst(*codes: int) -> int:
    """A misbehaving log before a failure before an incomplete answer."""
    return next((code for code in (3, 1, 4) if code in codes), 0)


def _print(asked: SearchesOutcome | None, outcome: ScanResult | None, code: int, format: str) -> None:
    """What became of each search and each log. For eyes the reporters have told it already, so only what to do next is
    added."""
    if format == "json":
        from ctscan.cli.wiring import print_json

        searches = asked.shapes if asked else []
        print_json({"exit_code": code, "logs": reading.shapes_of_logs(outcome), "searches": searches})
    elif not options.is_terminal():
        return  # a journal has no next step
    elif code == 0:
        click.echo("Look somebody up with 'ctscan lookup ADDRESS', see what was read with 'ctscan logs'.", err=True)
    elif outcome is not None:
        click.echo("See 'ctscan logs' for what was read; repeating the command goes on from there.", err=True)
    else:
        click.echo("Repeating the command asks again, and fetches only what isn't kept yet.", err=True)
