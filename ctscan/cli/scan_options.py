"""What the commands that read logs share: their options, and how settings become a request and a signal a wish to
stop."""

from __future__ import annotations

import getpass
import os
import shlex
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from ctscan.cli import options

if TYPE_CHECKING:
    import asyncio

    from ctscan.config import Config
    from ctscan.scan.run import ScanRequest, ScanResult

_WHICH = (
    click.option(
        "--log-list",
        metavar="URL|FILE",
        help="Log list (v3) to read.  [env: CTSCAN_LOG_LIST; default: Google's, signed]",
    ),
    click.option(
        "--log", "logs", metavar="NAME|URL", multiple=True, help="Read this log only; repeatable.  [env: CTSCAN_LOG]"
    ),
)

_HOW = (
    click.option(
        "--scope",
        metavar="S",
        multiple=True,
        help="What may be indexed: domain:…, organisation:…, email:…, or a bare domain or address; repeatable.  "
        "[env: CTSCAN_SCOPE, several separated by ;]",
    ),
    click.option("--everything", is_flag=True, help="Index all personal data, of anybody.  [env: CTSCAN_EVERYTHING]"),
    click.option("--purpose", metavar="TEXT", help="What for; recorded with the scan.  [env: CTSCAN_PURPOSE]"),
    click.option("--jobs", type=click.IntRange(1, 256), metavar="N", help="Processes.  [env: CTSCAN_JOBS; default: 1]"),
    click.option(
        "--contact",
        metavar="ADDRESS|URL",
        help="Where operators of logs reach you; needed for the network.  [env: CTSCAN_CONTACT]",
    ),
)


def of_logs(*between: options.Decorator) -> options.Decorator:
    """The options of every command that reads logs, with the command's own ones where they are read best."""

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        decorators: list[options.Decorator] = [*_WHICH, *between, *_HOW, options.on_index("table", "json")]
        for option in reversed(decorators):
            function = option(function)
        return function

    return decorate


def request_of(config: Config, arguments: Sequence[str] = (), *, past: bool = False) -> ScanRequest:
    """The settings as `scan` wants them; `arguments` are those of the command line, for the record. `past`: to read
    what lies before, once.

    UsageError when the scope is missing or can't be understood.
    """
    from ctscan.personal.scope import parse_scope
    from ctscan.scan.run import ScanRequest

    return ScanRequest(
        db=config.db,
        scope=parse_scope(config.scope, config.everything),
        contact=config.contact,
        log_list=config.log_list,
        logs=config.logs,
        start=config.start,
        purpose=config.purpose,
        follow=config.follow and not past,
        past=past,
        jobs=config.jobs,
        quarantine_days=config.quarantine_days,
        give_up_after=config.timeouts.give_up,
        who=who(),
        command=shlex.join(["ctscan", *arguments]),
        tuning=config.tuning,
    )


def who() -> str:
    """The account that runs the command, for the record; its number where it has no name (in a container)."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):  # the last on Windows, before Python 3.13
        return f"uid {os.getuid()}" if hasattr(os, "getuid") else "unknown"


@contextmanager
def stop_on_signal() -> Iterator[asyncio.Event]:
    """An event that SIGINT and SIGTERM set: the batch in hand is committed. A second signal ends the process at once,
    which loses nothing that was committed."""
    import asyncio

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    numbers = (signal.SIGINT, signal.SIGTERM)

    def heard() -> None:
        stop.set()
        for number in numbers:
            signal.signal(number, signal.SIG_DFL)
        click.echo("ctscan: stopping; the batch in hand is committed (again to stop at once)", err=True)

    # not the handlers of the event loop: Windows has none
    before = {number: signal.signal(number, lambda *_: loop.call_soon_threadsafe(heard)) for number in numbers}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def shapes_of_logs(outcome: ScanResult | None) -> list[dict[str, str]]:
    """How each log ended, for JSON."""
    from ctscan.views.json import base64_text

    return [
        {"log": log.name, "log_id": base64_text(log.log_id), "outcome": str(log.status), "message": log.message}
        for log in (outcome.logs if outcome else ())
    ]
