"""Options and progress that the commands that read logs share."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from ctscan.cli import options

if TYPE_CHECKING:
    from ctscan.scan.events import Emit

_WHICH = (
    click.option(
        "--log-list",
        "log_lists",
        metavar="URL|FILE",
        multiple=True,
        help="Read the logs of this log list (v3); repeatable.  [env: CTSCAN_LOG_LIST; default: Google's, signed]",
    ),
    click.option(
        "--log",
        "logs",
        metavar="NAME|URL",
        multiple=True,
        help="Read this log only: its name or address, file:///folder, or a zip file of an archive; repeatable.  "
        "[env: CTSCAN_LOG]",
    ),
    click.option(
        "--log-key",
        metavar="FILE",
        help="Read a folder without log.v3.json with this public key.  [env: CTSCAN_LOG_KEY]",
    ),
    click.option(
        "--origin",
        metavar="TEXT",
        help="The origin of that log, the first line of its checkpoints.  [env: CTSCAN_ORIGIN]",
    ),
)

_HOW = (
    options.scope,
    options.purpose("with the scan"),
    click.option(
        "--jobs",
        type=click.IntRange(1, 256),
        metavar="N",
        help="Read with so many processes.  [env: CTSCAN_JOBS; default: 1]",
    ),
    click.option(
        "--contact",
        metavar="ADDRESS|URL",
        help="Give operators of logs an address to reach you; needed for the network.  [env: CTSCAN_CONTACT]",
    ),
)


def which_logs(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that choose logs."""
    for option in reversed(_WHICH):
        function = option(function)
    return function


def of_logs(*between: options.Decorator) -> options.Decorator:
    """Add the options of every command that reads logs; the command's own options come between them."""

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        decorators: list[options.Decorator] = [*_WHICH, *between, *_HOW, options.on_index("table", "json")]
        for option in reversed(decorators):
            function = option(function)
        return function

    return decorate


def command_line() -> str:
    """Quote the command line, for the record."""
    return shlex.join(["ctscan", *click.get_current_context().find_root().obj])


@contextmanager
def scan_progress() -> Iterator[Emit]:
    """Show the progress of logs on stderr and in the log."""
    from ctscan.cli.logging import logged
    from ctscan.cli.progress import reporter

    with reporter() as shown:
        yield logged(shown.emit)
