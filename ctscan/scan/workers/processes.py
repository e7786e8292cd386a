"""Child processes that read a share of the logs (`--jobs`, `division.py`). They share nothing but the index.

A child hears from its parent what became of the log list, and to stop; it stops as well when the parent is gone: the
pipe between them then ends. It tells its parent what the reporter is to hear, and at last how each log ended.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import signal
import threading
from collections.abc import Callable, Coroutine, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from ctscan.model import Log, TreeHead
from ctscan.scan.request import Change, Ending, LogOutcome, Reporter, ScanRequest
from ctscan.scan.safe_message import told
from ctscan.scan.workers.aggregate import Joint
from ctscan.scan.workers.assignment import Division


@dataclass(frozen=True, slots=True)
class Share:
    """The part of a scan that one process does."""

    request: ScanRequest
    run_id: int
    number: int  # of the process, from 1
    logs: tuple[Log, ...]
    division: Division
    joined: frozenset[bytes]


@dataclass(frozen=True, slots=True)
class Orders:
    """What a child hears: the changes of the log list, and `stop`."""

    stop: asyncio.Event
    changes: asyncio.Queue[Change]


Work = Callable[[Share, Reporter, Orders], Coroutine[Any, Any, list[LogOutcome]]]
_STOP = "stop"


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
    except (BrokenPipeError, EOFError):
        return  # the parent is gone; what was committed is committed
    except Exception as error:  # a traceback here would be printed, whatever it quotes
        pipe.send(("failed", (told(error),)))
    finally:
        pipe.close()


async def _child_main(pipe: Connection, work: Work, share: Share) -> list[LogOutcome]:
    orders, loop = Orders(asyncio.Event(), asyncio.Queue()), asyncio.get_running_loop()

    def hear(order: Change | str) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(
                *((orders.stop.set,) if isinstance(order, str) else (orders.changes.put_nowait, order))
            )

    def listen() -> None:
        with suppress(EOFError, OSError):  # raised when the parent is gone: stop as well
            while (order := pipe.recv()) != _STOP:
                hear(order)
        hear(_STOP)

    loop.add_signal_handler(signal.SIGTERM, orders.stop.set)
    threading.Thread(target=listen, daemon=True).start()
    return await work(share, _PipeReporter(pipe), orders)


class Children:
    """The child processes of one scan, each with its number. `start`, then `finish`; `stop` at any time in between."""

    def __init__(self, work: Work, shares: Sequence[Share], joint: Joint) -> None:
        self._work, self._shares, self._joint = work, shares, joint
        self._logs = [{log.id: log for log in share.logs} for share in shares]
        self._pipes: list[Connection] = []
        self._processes: list[Any] = []
        self._ears = ThreadPoolExecutor(max_workers=max(1, len(shares)))  # one blocks for each child

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
            _send(pipe, _STOP)

    def follow_list(self, change: Change) -> None:
        """Pass on to each child what concerns it."""
        for pipe, share, logs in zip(self._pipes, self._shares, self._logs, strict=True):
            theirs = share.division.share(share.number, change.logs)
            left = change.left & logs.keys()
            if theirs or left:
                logs.update((log.id, log) for log in theirs)
                _send(pipe, Change(theirs, change.joined, left, change.accused))

    async def finish(self) -> list[LogOutcome]:
        """Pass on what the children tell until each has ended. A child that dies leaves its logs incomplete."""
        try:
            ended = await asyncio.gather(*map(self._listen, range(len(self._pipes))))
            for process in self._processes:
                await self._in_thread(process.join)
        finally:
            self._ears.shutdown(wait=False)
        return [outcome for outcomes in ended for outcome in outcomes]

    async def _in_thread(self, wait: Callable[[], Any]) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._ears, wait)

    async def _listen(self, which: int) -> list[LogOutcome]:
        number, logs = self._shares[which].number, self._logs[which]
        reporter = self._joint.of(number)
        accused: dict[bytes, LogOutcome] = {}
        try:
            while True:
                what, heard = await self._in_thread(self._pipes[which].recv)
                if what == "end":
                    return list(heard[0])
                if what == "failed":
                    return _lost(reporter, logs, accused, heard[0])
                if what == "log_done" and heard[0].ending is Ending.MISBEHAVIOUR:
                    accused[heard[0].log_id] = heard[0]
                getattr(reporter, what)(*heard)
        except (EOFError, OSError):
            return _lost(reporter, logs, accused, "the process that read it died; repeat the scan to go on")
        finally:
            self._joint.gone(number)


def _lost(
    reporter: Reporter, logs: Mapping[bytes, Log], accused: Mapping[bytes, LogOutcome], why: str
) -> list[LogOutcome]:
    """A child read these logs and does so no longer. What it had found against a log still stands."""
    lost = [LogOutcome(log.id, log.name, Ending.INCOMPLETE, why) for log in logs.values() if log.id not in accused]
    for outcome in lost:
        reporter.log_done(outcome)
    return [*accused.values(), *lost]


def _send(pipe: Connection, order: Change | str) -> None:
    with suppress(OSError):  # it has ended already
        pipe.send(order)
