"""Child processes that read a share of the logs (`--jobs`). They share nothing but the index.

A child hears one thing from its parent, to stop, and stops as well when the parent is gone: the pipe between them
then ends. It tells its parent what the reporter is to hear, and at last how each log ended.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import signal
import threading
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from ctscan.errors import CtscanError
from ctscan.model import Log, TreeHead
from ctscan.scan.job import Ending, LogOutcome, Reporter, ScanRequest


@dataclass(frozen=True, slots=True)
class Share:
    """The part of a scan that one process does."""

    request: ScanRequest
    run_id: int
    logs: tuple[Log, ...]
    joined: frozenset[bytes]


Work = Callable[[Share, Reporter, asyncio.Event], Coroutine[Any, Any, list[LogOutcome]]]


def divide(logs: Sequence[Log], jobs: int) -> list[tuple[Log, ...]]:
    """Shares of about equal number. All logs of an operator go together: its rate limit is kept in one process."""
    operators: dict[str, list[Log]] = {}
    for log in logs:
        operators.setdefault(log.operator, []).append(log)
    shares: list[list[Log]] = [[] for _ in range(jobs)]
    for group in sorted(operators.values(), key=len, reverse=True):
        min(shares, key=len).extend(group)
    return [tuple(share) for share in shares if share]


class _PipeReporter:
    """A Reporter that speaks through the pipe."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe

    def tree_head(self, name: str, head: TreeHead) -> None:
        self._pipe.send(("tree_head", (name, head)))

    def log_started(self, log_id: bytes, name: str, entries: int) -> None:
        self._pipe.send(("log_started", (log_id, name, entries)))

    def advanced(self, log_id: bytes, entries: int, position: int, found: int) -> None:
        self._pipe.send(("advanced", (log_id, entries, position, found)))

    def log_done(self, outcome: LogOutcome) -> None:
        self._pipe.send(("log_done", (outcome,)))

    def notice(self, text: str) -> None:
        self._pipe.send(("notice", (text,)))


def _child(pipe: Connection, work: Work, share: Share) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal sends it to all; the parent decides
    try:
        outcomes = asyncio.run(_child_main(pipe, work, share))
        pipe.send(("end", (outcomes,)))
    except CtscanError as error:
        pipe.send(("failed", (str(error),)))
    except (BrokenPipeError, EOFError):
        return  # the parent is gone; what was committed is committed
    finally:
        pipe.close()


async def _child_main(pipe: Connection, work: Work, share: Share) -> list[LogOutcome]:
    stop, loop = asyncio.Event(), asyncio.get_running_loop()

    def listen() -> None:
        with suppress(EOFError, OSError):  # raised when the parent is gone: stop as well
            pipe.recv()
        if not loop.is_closed():
            loop.call_soon_threadsafe(stop.set)

    loop.add_signal_handler(signal.SIGTERM, stop.set)
    threading.Thread(target=listen, daemon=True).start()
    return await work(share, _PipeReporter(pipe), stop)


class Children:
    """The child processes of one scan. `start`, then `finish`; `stop` at any time in between."""

    def __init__(self, work: Work, shares: Sequence[Share], reporter: Reporter) -> None:
        self._work, self._shares, self._reporter = work, shares, reporter
        self._pipes: list[Connection] = []
        self._processes: list[Any] = []

    def start(self) -> None:
        """Start one process for each share."""
        spawn = multiprocessing.get_context("spawn")
        for share in self._shares:
            ours, theirs = spawn.Pipe()
            process = spawn.Process(target=_child, args=(theirs, self._work, share), daemon=True)
            process.start()
            theirs.close()
            self._pipes.append(ours)
            self._processes.append(process)

    def stop(self) -> None:
        """Ask every child to commit the batch in hand and leave."""
        for pipe in self._pipes:
            try:
                pipe.send("stop")
            except OSError:
                continue  # it has ended already

    async def finish(self) -> list[LogOutcome]:
        """Pass on what the children tell until each has ended. A child that dies leaves its logs incomplete."""
        ended = await asyncio.gather(*(self._listen(*pair) for pair in zip(self._pipes, self._shares, strict=True)))
        for process in self._processes:
            await asyncio.to_thread(process.join)
        return [outcome for outcomes in ended for outcome in outcomes]

    async def _listen(self, pipe: Connection, share: Share) -> list[LogOutcome]:
        while True:
            try:
                what, told = await asyncio.to_thread(pipe.recv)
            except (EOFError, OSError):
                return _lost(share, "the process that read it died; repeat the scan to go on")
            if what == "end":
                return list(told[0])
            if what == "failed":
                return _lost(share, told[0])
            getattr(self._reporter, what)(*told)


def _lost(share: Share, why: str) -> list[LogOutcome]:
    return [LogOutcome(log.id, log.name, Ending.INCOMPLETE, why) for log in share.logs]
