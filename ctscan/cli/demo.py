"""`ctscan demo`: the whole way, offline: a small log with invented people is scanned, proven and asked."""

from __future__ import annotations

import os
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ctscan.cli import options
from ctscan.cli.program import command

if TYPE_CHECKING:
    from rich.console import Console

    from ctscan.model import Answer
    from ctscan.scan.run import ScanResult

PERSON = "jane.roe@example.org"


@command("demo", exits={0: "", 1: "the demonstration failed"}, example="ctscan demo")
@options.verbose
def COMMAND(verbose: int) -> int:  # noqa: N802 - the name by which the program finds it
    """Show what ctscan does: scan a small log of invented people offline, and look one of them up."""
    from ctscan.cli.logging import set_up
    from ctscan.cli.wiring import run
    from ctscan.views import tables

    set_up(verbose, os.environ)
    out = tables.console()
    with tempfile.TemporaryDirectory(prefix="ctscan-demo-") as directory:
        return run(_demonstrate(out, Path(directory) / "demo.db"))


async def _demonstrate(out: Console, db: Path) -> int:
    from ctscan.views import tables

    began = time.monotonic()
    tables.say(out, "1. Scanning a complete log of invented people that comes with ctscan, offline …", "bold")
    outcome = await _scan(db)
    if outcome.exit_code:
        return outcome.exit_code
    tables.say(out, f"   read and proven, entry by entry, in {time.monotonic() - began:.1f} s")
    out.print()
    tables.say(out, f"2. Looking up one of them: ctscan lookup {PERSON}", "bold")
    out.print()
    given = await _ask(db)
    tables.answer(out, given)
    out.print()
    _say_next(out)
    return 0 if given.matches and given.complete else 1


async def _scan(db: Path) -> ScanResult:
    from ctscan.cli.logging import logged
    from ctscan.cli.progress import reporter
    from ctscan.cli.scan_options import stop_on_signal
    from ctscan.personal.scope import Scope
    from ctscan.resources import data_path
    from ctscan.scan.run import ScanRequest, run_scan

    request = ScanRequest(
        db=str(db),
        scope=Scope(everything=True),
        logs=(data_path("demo-log").as_uri(),),
        start="start",
        purpose="demonstration",
        who="demo",
        command="ctscan demo",
    )
    with stop_on_signal() as stop, reporter() as shown:
        return await run_scan(request, logged(shown.emit), stop)


async def _ask(db: Path) -> Answer:
    from ctscan.answer.lookup import answer
    from ctscan.index.open import open_index
    from ctscan.personal.identifiers import parse_identifier

    index = await open_index(db, create=False)
    try:
        return await answer(index, parse_identifier(PERSON), now=datetime.now(UTC))
    finally:
        await index.aclose()


def _say_next(out: Console) -> None:
    from ctscan.views import tables

    tables.say(out, "3. The same with the real logs:", "bold")
    click.echo(
        "   ctscan init --contact you@example.org --scope example.org --purpose 'exposure check'\n"
        "   ctscan scan                      # Google's log list, from now on; repeat it to go on\n"
        "   ctscan backfill                  # what they held before\n"
        "   ctscan lookup jane@example.org   # what was found, and exactly what was searched\n"
        "   ctscan --help                    # everything else"
    )
