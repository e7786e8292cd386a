"""`ctscan decrypt`: decrypts index and audit trail in place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

import ctscan.app as app
from ctscan.cli import options
from ctscan.cli.program import command
from ctscan.config import load_settings


@command(
    "decrypt",
    exits={
        0: "index and trail are plain",
        1: "they can't be decrypted: another key, in use, damaged or no room; they are as they were",
        2: "",
    },
    example="ctscan decrypt --key-file /etc/ctscan/index.key",
)
@options.index_key
@options.config
@options.db
@options.verbose
def COMMAND(key_file: str, verbose: int, **given: Any) -> None:  # noqa: N802 - the name by which the program finds it
    """Decrypt an encrypted index and its audit trail, in place.

    Nobody may use them meanwhile. Plain files are written beside them, and take their place when both are whole.
    Afterwards, take key_file under [index] out of ctscan.toml, and CTSCAN_INDEX_KEY_FILE out of the environment.
    """
    from ctscan.cli.process import account, run

    run(app.decrypt_index(load_settings(**given), Path(key_file).expanduser().absolute(), who=account()))
    click.echo("Index and audit trail are no longer encrypted: whoever reads the disk reads them.", err=True)
    click.echo("Take key_file under [index] out of ctscan.toml; keep the key for older backups.", err=True)
