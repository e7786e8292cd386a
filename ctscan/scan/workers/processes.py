"""Worker processes that read a part of the logs (`--jobs`, `assignment.py`). Processes share nothing but the index.

parent ── LogListChange, stop ──► worker        a worker stops as well when the parent is gone: the pipe ends
       ◄── events, the outcomes ──
"""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from ctscan.scan.events import Emit, LogDone
from ctscan.scan.request import LogOutcome, LogStatus
from ctscan.scan.safe_message import safe_message

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from ctscan.model import Log
    from ctscan.scan.request import LogListChange, ScanRequest
    from ctscan.scan.workers.aggregate import ProgressAggregator
    from ctscan.scan.workers.assignment import Assignment


class WorkerTask(Struct, frozen=True):
    """Part of a scan that a worker process does."""

    request: ScanRequest
    run_id: int
    number: int  # of the process, from 1
    logs: tuple[Log, ...]
    assignment: Assignment
    added: frozenset[bytes]  # logs that joined the log list, and are read from entry 0


class WorkerCommands(Struct, frozen=True):
    """Commands that a worker receives while it works."""

    stop: asyncio.Event
    changes: asyncio.Queue[LogListChange]


class _Ended(Struct, frozen=True):
    """Last message of a worker that ended."""

    outcomes: list[LogOutcome]


class _Failed(Struct, frozen=True):
    """Last message of a worker that failed."""

    reason: str


_STOP_SIGNALS = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
_OF_TERMINAL = [getattr(signal, name) for name in ("SIGINT", "SIGHUP") if hasattr(signal, name)]
"""Signals that a terminal sends to all processes at once."""

Work = Callable[[WorkerTask, Emit, WorkerCommands], Coroutine[Any, Any, list[LogOutcome]]]
_STOP = "stop"


def _worker(pipe: Connection, work: Work, task: WorkerTask) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal sends it to all processes; the parent decides
    try:
        outcomes = asyncio.run(_worker_main(pipe, work, task))
        pipe.send(_Ended(outcomes))
    except (BrokenPipeError, EOFError):
        return  # the parent is gone; every commit so far stands
    except Exception as error:  # a traceback would be printed here, with all that it quotes
        pipe.send(_Failed(safe_message(error)))
    finally:
        pipe.close()


async def _worker_main(pipe: Connection, work: Work, task: WorkerTask) -> list[LogOutcome]:
    commands, loop = WorkerCommands(asyncio.Event(), asyncio.Queue()), asyncio.get_running_loop()

    def obey(command: LogListChange | str) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(
                *((commands.stop.set,) if isinstance(command, str) else (commands.changes.put_nowait, command))
            )

    def listen() -> None:
        with suppress(EOFError, OSError):  # raised when the parent is gone: stop as well
            while (command := pipe.recv()) != _STOP:
                obey(command)
        obey(_STOP)

    for number in _STOP_SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:  # with nohup, SIGHUP stays ignored
            loop.add_signal_handler(number, commands.stop.set)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _OF_TERMINAL)
    threading.Thread(target=listen, daemon=True).start()
    return await work(task, pipe.send, commands)


@contextmanager
def _signals_held_back() -> Iterator[None]:
    """Let a process inherit that the signals of a terminal wait until it has handlers for them: at its start it would
    die of them."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _OF_TERMINAL)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class WorkerProcesses:
    """Worker processes of a scan. Call `start`, then `finish`; `stop` at any time in between."""

    def __init__(self, work: Work, tasks: Sequence[WorkerTask], aggregator: ProgressAggregator) -> None:
        self._work, self._tasks, self._aggregator = work, tasks, aggregator
        self._logs = [{log.id: log for log in task.logs} for task in tasks]
        self._pipes: list[Connection] = []
        self._processes: list[Any] = []
        self._pipe_threads = ThreadPoolExecutor(max_workers=max(1, len(tasks)))  # each waits for a worker

    def start(self) -> None:
        """Start a process for each task."""
        if not self._tasks:
            return
        import multiprocessing  # not at the top: most scans have this process alone

        spawn = multiprocessing.get_context("spawn")
        for task in self._tasks:
            ours, theirs = spawn.Pipe()
            process = spawn.Process(target=_worker, args=(theirs, self._work, task), daemon=True)
            with _signals_held_back():
                process.start()
            theirs.close()
            self._pipes.append(ours)
            self._processes.append(process)

    def stop(self) -> None:
        """Ask every worker to commit the batch in hand and to end."""
        for pipe in self._pipes:
            _send(pipe, _STOP)

    def follow_list(self, change: LogListChange) -> None:
        """Send each worker the changes of its own logs."""
        for pipe, task, logs in zip(self._pipes, self._tasks, self._logs, strict=True):
            theirs = change.only(partial(task.assignment.logs_of, task.number))
            removed = change.removed & logs.keys()
            if theirs.logs or removed:
                logs.update((log.id, log) for log in theirs.logs)
                _send(pipe, replace(theirs, removed=removed))

    async def finish(self) -> list[LogOutcome]:
        """Pass on the events of the workers until each has ended; the logs of a worker that died are incomplete."""
        try:
            ended = await asyncio.gather(*map(self._listen, range(len(self._pipes))))
            for process in self._processes:
                await self._in_thread(process.join)
        finally:
            self._pipe_threads.shutdown(wait=False)
        return [outcome for outcomes in ended for outcome in outcomes]

    async def _in_thread(self, wait: Callable[[], Any]) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._pipe_threads, wait)

    async def _listen(self, which: int) -> list[LogOutcome]:
        number, logs = self._tasks[which].number, self._logs[which]
        emit = self._aggregator.emitter(number)
        misbehaving: dict[bytes, LogOutcome] = {}
        try:
            while True:
                match await self._in_thread(self._pipes[which].recv):
                    case _Ended(outcomes):
                        return outcomes
                    case _Failed(reason):
                        return _lost(emit, logs, misbehaving, reason)
                    case event:
                        if isinstance(event, LogDone) and event.outcome.status is LogStatus.MISBEHAVIOUR:
                            misbehaving[event.outcome.log_id] = event.outcome
                        emit(event)
        except (EOFError, OSError):
            return _lost(emit, logs, misbehaving, "the process that read it died; repeat the scan to go on")
        finally:
            self._aggregator.gone(number)


def _lost(
    emit: Emit, logs: Mapping[bytes, Log], misbehaving: Mapping[bytes, LogOutcome], reason: str
) -> list[LogOutcome]:
    """Outcomes of the logs of a worker that is gone. Misbehaviour that it had found still stands."""
    lost = [
        LogOutcome(log.id, log.name, LogStatus.INCOMPLETE, reason) for log in logs.values() if log.id not in misbehaving
    ]
    for outcome in lost:
        emit(LogDone(outcome))
    return [*misbehaving.values(), *lost]


def _send(pipe: Connection, command: LogListChange | str) -> None:
    with suppress(OSError):  # the worker has ended already
        pipe.send(command)
