"""The process of a command: its event loop, the account that runs it, and its signals."""

from __future__ import annotations

import getpass
import os
import signal
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar, cast

import click

if TYPE_CHECKING:
    import asyncio

T = TypeVar("T")


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine in an event loop. Threads that still wait at its end don't hold the process back."""
    import asyncio  # not at the top: a look-up needs none

    from ctscan.cli.threads import DaemonExecutor

    async def with_daemons() -> T:
        asyncio.get_running_loop().set_default_executor(DaemonExecutor())
        return await work

    return asyncio.run(with_daemons())


def run_inline(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine that never waits, without an event loop: it asks only an index that was opened inline."""
    try:
        work.send(None)
    except StopIteration as done:
        return cast(T, done.value)
    raise RuntimeError("a command that runs without an event loop waited for something")


def account() -> str:
    """Name the account that runs the command, for the record; its number where it has no name (in a container)."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):  # the last on Windows, before Python 3.13
        return f"uid {os.getuid()}" if hasattr(os, "getuid") else "unknown"


def hang_ups() -> tuple[signal.Signals, ...]:
    """List the signals of a terminal that goes away: SIGHUP, unless the system has none or the caller ignores it."""
    found = getattr(signal, "SIGHUP", None)
    return (found,) if found is not None and signal.getsignal(found) is not signal.SIG_IGN else ()


@contextmanager
def stop_on_signal() -> Iterator[asyncio.Event]:
    """Make an event that SIGINT, SIGTERM and SIGHUP set; with nohup, SIGHUP stays ignored. A second signal ends the
    process at once, and loses nothing that was committed."""
    import asyncio

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    numbers = (signal.SIGINT, signal.SIGTERM, *hang_ups())

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
