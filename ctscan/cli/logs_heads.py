"""`ctscan logs heads`: the tree heads that logs showed us, for comparison with other installations."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import ctscan.app as app
from ctscan.cli import options
from ctscan.cli.program import command
from ctscan.cli.standard_input import standard_input
from ctscan.cli.wrapping import hint
from ctscan.config import load_settings
from ctscan.errors import InputError, UsageError

if TYPE_CHECKING:
    from ctscan.config import Config
    from ctscan.model.comparison import HeadComparison


@command(
    "heads",
    exits={
        0: "listed, exported, or every compared head agrees",
        1: "the index or the file can't be used",
        2: "",
        3: "a log showed the other installation another tree",
        4: "some heads could not be compared",
    },
    example="ctscan logs heads --export heads.json\nctscan logs heads --compare theirs.json --ask",
)
@click.option("--export", "to", metavar="FILE", help="Write all heads to a file for another installation; '-': stdout.")
@click.option("--compare", "other", metavar="FILE", help="Compare with the export of another installation; '-': stdin.")
@click.option("--ask", is_flag=True, help="With --compare: ask the logs to prove heads of other sizes consistent.")
@options.contact("operators of logs")
@options.limit
@options.on_index("table", "json")
def heads(to: str | None, other: str | None, ask: bool, limit: int, verbose: int, **given: Any) -> int:
    """List the signed tree heads that scans saw, export them, or compare them with another installation.

    A log that shows two people different trees is caught when they compare. A head of another installation counts only
    where the log signed it. Two roots for one size are evidence against the log: both heads are kept. The export holds
    what logs signed, and nothing of you.
    """
    from ctscan.cli.logging import set_up
    from ctscan.cli.process import account, run

    if to and other:
        raise UsageError("logs heads: expected --export or --compare, got both")
    if ask and not other:
        raise UsageError("logs heads: --ask goes with --compare")
    config = load_settings(**given)
    if other:
        set_up(verbose, os.environ)
        compared = run(app.compare_heads(config, _read(other), ask=ask, who=account()))
        _print_comparison(compared, config)
        return compared.exit_code
    _list(config, to, limit)
    return 0


def _list(config: Config, to: str | None, limit: int) -> None:
    from ctscan.cli.output import print_json
    from ctscan.cli.process import run
    from ctscan.views import heads as views
    from ctscan.views import json, tables
    from ctscan.views.words import count

    found = run(app.heads(config))
    if to:
        _write(to, json.to_json(json.exported_heads(found), indent=1))
        heads = sum(len(log.heads) for log in found)
        if to != "-":
            hint(f"Wrote {to}: {count(heads, 'head')} of {count(len(found), 'log')}.")
    elif config.format == "json":
        print_json([json.log_heads(log, limit) for log in found])
    elif not any(log.heads for log in found):
        tables.say(tables.console(), "No head was seen yet.")
    else:
        tables.table(tables.console(), *views.seen(found, limit))


def _print_comparison(compared: HeadComparison, config: Config) -> None:
    from ctscan.cli.output import print_json
    from ctscan.views import heads as views
    from ctscan.views import json, tables

    if config.format == "json":
        print_json(json.head_comparison(compared))
        return
    out = tables.console()
    for line, colour in views.comparison_lines(compared):
        tables.say(out, line, colour)


def _read(name: str) -> bytes:
    """Read the file of another installation, up to one byte more than an export may have."""
    try:
        if name == "-":
            return standard_input("exported heads in JSON").read(app.HEADS_FILE_LIMIT + 1)
        with Path(name).open("rb") as file:
            return file.read(app.HEADS_FILE_LIMIT + 1)
    except OSError as error:
        raise InputError(f"{name}: can't be read: {error.strerror}; give another file with --compare") from error


def _write(name: str, text: str) -> None:
    if name == "-":
        click.echo(text)
        return
    try:
        Path(name).write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise InputError(f"{name}: can't be written: {error.strerror}; give another file with --export") from error
