"""`ctscan demo`: the whole way, offline: a small log of invented people is scanned, proven and asked."""

from __future__ import annotations

import os
import shlex
import sys
import tempfile
import time
from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING

import click

import ctscan.app as app
from ctscan.cli import options
from ctscan.cli.program import command
from ctscan.cli.wrapping import steps
from ctscan.config import FILE_NAME

if TYPE_CHECKING:
    from ctscan.config import Config
    from ctscan.views.console import Console


@command(
    "demo",
    exits={0: "", 1: "the demonstration failed", 2: "the directory to keep the index in isn't empty"},
    example="ctscan demo\nctscan demo --keep demo",
)
@click.option("--keep", metavar="DIR", help="Leave index, trail, key and a ctscan.toml in this new or empty directory.")
@options.verbose
def COMMAND(keep: str | None, verbose: int) -> int:  # noqa: N802 - the name by which the program finds it
    """Scan a small log of invented people offline, and look one of them up.

    Without --keep nothing is left behind.
    """
    from ctscan.cli.logging import set_up
    from ctscan.cli.process import run
    from ctscan.views import tables

    set_up(verbose, os.environ)
    out = tables.console()
    if keep is not None:
        kept = Path(keep).expanduser()
        return run(_demonstrate(out, app.kept_demo_config(kept), kept))
    with tempfile.TemporaryDirectory(prefix="ctscan-demo-") as directory:
        return run(_demonstrate(out, app.demo_config(Path(directory) / "demo.db")))


async def _demonstrate(out: Console, config: Config, kept: Path | None = None) -> int:
    from ctscan.views import tables

    began = time.monotonic()
    tables.say(out, "1. Scanning a complete log of invented people that comes with ctscan, offline …", "bold")
    code = await _scan(config)
    if code:
        return code
    tables.say(out, f"   read and proven, entry by entry, in {time.monotonic() - began:.1f} s")
    out.blank()
    tables.say(out, f"2. Looking up one of them: ctscan lookup {app.DEMO_PERSON}", "bold")
    out.blank()
    is_found = await _look_up(out, config)
    out.blank()
    if kept is not None:
        _say_kept(out, kept)
    _say_next(out, 3 if kept is None else 4)
    return 0 if is_found else 1


async def _scan(config: Config) -> int:
    from ctscan.cli.process import stop_on_signal
    from ctscan.cli.scan_options import scan_progress

    with stop_on_signal() as stop:
        report = await app.scan(config, who="demo", command="ctscan demo", reading=scan_progress, stop=stop)
    return report.exit_code


async def _look_up(out: Console, config: Config) -> bool:
    """Show the answer. Returns True when the person was found and the answer is complete."""
    from ctscan.views import tables
    from ctscan.views.text import ENGLISH, texts

    is_found = True
    async with aclosing(
        app.look_up(config, [app.parse_identifier(app.DEMO_PERSON)], who="demo", purpose="demonstration")
    ) as answers:
        async for given in answers:
            tables.answer(out, given, texts(ENGLISH))
            is_found &= bool(given.matches) and given.complete
    return is_found


def _say_kept(out: Console, directory: Path) -> None:
    from ctscan.views import tables

    tables.say(out, "3. The index stays. Look up again, from any directory:", "bold")
    config = shlex.quote(str((directory / FILE_NAME).absolute()))
    click.echo(f"   ctscan lookup --config {config} {app.DEMO_PERSON}")
    out.blank()


def _say_next(out: Console, number: int) -> None:
    from ctscan.views import tables

    tables.say(out, f"{number}. The same with the real logs:", "bold")
    click.echo("   ctscan init --contact you@example.org --scope example.org --purpose 'exposure check'")
    rows = [
        ("ctscan scan", "# Google's log list, from now on; repeat it to go on"),
        ("ctscan backfill", "# what they held before"),
        ("ctscan lookup -", "# type an address: what was found, and exactly what was searched"),
        ("ctscan --help", "# everything else"),
    ]
    for line in steps(rows, 3, sys.stdout):
        click.echo(line)
