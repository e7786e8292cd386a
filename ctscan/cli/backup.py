"""`ctscan backup`: backs index and audit trail up into one file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

import ctscan.app as app
from ctscan.cli import options
from ctscan.cli.program import command
from ctscan.config import load_settings


@command(
    "backup",
    exits={
        0: "the backup is whole and checked",
        1: "it can't be made, or the index is damaged; an older one stays",
        2: "",
    },
    example="ctscan backup ctscan-2031-05-04.tar\nctscan backup --replace /srv/backup/ctscan.tar",
)
@click.argument("file", metavar="FILE")
@click.option(
    "--replace", "replaces", is_flag=True, help="Take the place of an older backup, once the new one is whole."
)
@options.config
@options.db
@options.verbose
def COMMAND(file: str, replaces: bool, verbose: int, **given: Any) -> None:  # noqa: N802 - the program finds it by name
    """Back up the index and its audit trail into FILE, while scans and look-ups go on.

    The copy is one moment of both, is checked row by row, and is encrypted if the index is. FILE needs a local disk,
    and twice its size of room for a moment. It holds no key and no suppressions: back up key files in another place.
    """
    from ctscan.cli.process import account, run

    path = Path(file).expanduser().absolute()
    done = run(app.back_up(load_settings(**given), path, who=account(), replaces=replaces))
    state = "encrypted with the key of the index" if done.is_encrypted else "not encrypted"
    click.echo(f"{path}: {done.octets:,} bytes, checked, {state}; no key is in it.", err=True)
