"""`ctscan encrypt`: encrypts index and audit trail in place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

import ctscan.app as app
from ctscan.cli import options
from ctscan.cli.program import command
from ctscan.config import load_settings


@command(
    "encrypt",
    exits={
        0: "index and trail are encrypted",
        1: "they can't be: in use, damaged, no room, or no key in the file; they are as they were",
        2: "",
    },
    example="ctscan encrypt --key-file /etc/ctscan/index.key",
)
@options.index_key
@options.config
@options.db
@options.verbose
def COMMAND(key_file: str, verbose: int, **given: Any) -> None:  # noqa: N802 - the name by which the program finds it
    """Encrypt the index and its audit trail as a whole (SQLCipher), in place.

    Nobody may use them meanwhile. The key is a file of 64 hexadecimal digits; a missing one is made. Afterwards, name
    it as key_file under [index] in ctscan.toml, or CTSCAN_INDEX_KEY_FILE. Without the key nobody can read the index:
    keep a copy of it, and not beside the backups.

    The old files are overwritten. That doesn't reach older copies of theirs: blocks of an SSD, snapshots, backups.
    """
    from ctscan.cli.process import account, run

    path = Path(key_file).expanduser().absolute()
    done = run(app.encrypt_index(load_settings(**given), path, who=account()))
    click.echo("Index and audit trail are encrypted; the plain files were overwritten and removed.", err=True)
    click.echo("Copies that a disk, a snapshot or a backup may still hold are not reached.", err=True)
    made = "The key was made: keep a copy of it in another place. " if done.is_new_key else ""
    click.echo(f'{made}Name it in ctscan.toml, under [index]: key_file = "{path}"', err=True)
