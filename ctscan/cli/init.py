"""`ctscan init`: writes a configuration that explains itself."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import click

import ctscan.app as app
from ctscan.cli import options
from ctscan.cli.program import command
from ctscan.cli.wrapping import steps
from ctscan.config import FILE_NAME


@command(
    "init",
    exits={0: "the file was written", 1: "it exists already, or can't be written", 2: ""},
    example="ctscan init --contact ct@example.org --scope example.org",
)
@click.option("--config", metavar="FILE", default=FILE_NAME, show_default=True, help="Write this file.")
@click.option("--contact", metavar="ADDRESS|URL", help="Give operators of logs an address to reach you.")
@click.option("--scope", metavar="S", multiple=True, help="Index only this; repeatable.")
@click.option("--purpose", metavar="TEXT", help="State the purpose.")
@click.option("--retention", metavar="TEXT", help="State how long findings are kept, in words.")
@options.wide_scope
@options.verbose
def COMMAND(  # noqa: N802 - the name by which the program finds it
    config: str,
    contact: str | None,
    scope: tuple[str, ...],
    purpose: str | None,
    retention: str | None,
    wide_scope: bool | None,
    verbose: int,
) -> None:
    """Write a commented ctscan.toml to fill in. An existing file is never touched."""
    path = Path(config).expanduser()
    app.write_settings(
        path, contact=contact, scope=scope, purpose=purpose, retention=retention, wide_scope=bool(wide_scope)
    )
    click.echo(f"Wrote {path}.")
    for line in _next_steps(path, contact, scope):
        click.echo(line)


def _next_steps(path: Path, contact: str | None, scope: tuple[str, ...]) -> list[str]:
    missing = [name for name, value in (("contact", contact), ("scope", scope)) if not value]
    is_default = path.name == FILE_NAME and path.parent in (Path(), Path.cwd())
    config = "" if is_default else f" --config {shlex.quote(str(path))}"
    first = f"Fill in {' and '.join(missing)} in it, then:" if missing else "Next:"
    rows = [
        (f"ctscan scan{config}", "read the logs from now on; repeat it to go on"),
        (f"ctscan scan{config} --follow", "the same, and go on until it is stopped"),
        (f"ctscan backfill{config}", "read what they held before, the newest first"),
        (f"ctscan lookup -{config}", "look somebody up in what was read"),
    ]
    return [f"  {first}", *steps(rows, 2, sys.stdout)]
