"""`ctscan restore`: restores a backup as a new index."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

import ctscan.app as app
from ctscan.cli import options
from ctscan.cli.program import command
from ctscan.config import load_settings


@command(
    "restore",
    exits={
        0: "the index is restored",
        1: "no backup, a damaged one, another key, or something is at the place already; nothing was changed",
        2: "",
    },
    example="ctscan restore ctscan-2031-05-04.tar --db restored.db",
)
@click.argument("file", metavar="FILE")
@click.option("--db", metavar="NEW", required=True, help="Path of the new index; nothing may be there.")
@options.config
@options.verbose
def COMMAND(file: str, verbose: int, **given: Any) -> None:  # noqa: N802 - the name by which the program finds it
    """Restore the backup FILE as the new index NEW, with its audit trail. Nothing is overwritten.

    A trail that is at its place already, and goes on from the one of the backup, is kept. The key files and the
    suppressions that are configured apply: who objected after the backup was made is removed again. An encrypted backup
    needs the key of its index.
    """
    from ctscan.cli.process import account, run

    config = load_settings(**given)
    done = run(app.restore(config, Path(file).expanduser().absolute(), who=account()))
    trail = "the newer audit trail was kept" if done.keeps_trail else "with its audit trail"
    click.echo(f"{config.db}: restored from the backup of {done.made}, {trail}.", err=True)
    if done.lacks_key:
        click.echo(f"Look-ups need the key file of the trail, from its own copy, at {done.lacks_key}.", err=True)
