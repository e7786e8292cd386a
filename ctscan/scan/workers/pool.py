"""Logs read side by side in a process, once or for as long as the scan follows them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from ctscan.scan.log.scanner import scan_log
from ctscan.scan.request import LogStatus

if TYPE_CHECKING:
    from ctscan.model import Log
    from ctscan.scan.log.connect import Connection
    from ctscan.scan.log.scanner import ScanContext
    from ctscan.scan.request import LogListChange, LogOutcome

_FINAL = (LogStatus.MISBEHAVIOUR, LogStatus.STOPPED)
MAX_LOGS = 16  # read at the same time: bounds memory, not speed


class LogPool:
    """Pool of tasks, one for each log. `connect_to` opens a log; the pool closes every source."""

    def __init__(self, context: ScanContext, connect_to: Callable[[Log], Connection]) -> None:
        self._context = context
        self._connect_to = connect_to
        self._slots = asyncio.Semaphore(MAX_LOGS)
        self._stops: dict[bytes, asyncio.Event] = {}
        self._tasks: dict[bytes, asyncio.Task[LogOutcome]] = {}
        self._added = asyncio.Event()
        self._misbehaving: frozenset[bytes] = frozenset()

    def add(self, logs: Iterable[Log]) -> None:
        """Start reading these logs, and restart a log that is being read, as the list describes it now.

        A log that misbehaved is left alone until the next scan.
        """
        for log in logs:
            before = self._tasks.get(log.id)
            if log.id in self._misbehaving:
                continue
            if before and before.done() and before.result().status is LogStatus.MISBEHAVIOUR:
                continue
            self.drop([log.id])
            self._stops[log.id] = asyncio.Event()
            self._tasks[log.id] = asyncio.create_task(self._read(log, before))
        self._added.set()

    def drop(self, log_ids: Iterable[bytes]) -> None:
        """Stop reading these logs after the batch in hand."""
        for log_id in log_ids:
            if log_id in self._stops:
                self._stops[log_id].set()

    def follow_list(self, change: LogListChange) -> None:
        """Apply a change of the log list."""
        self._context.added |= {log.id for log in change.added}
        self._misbehaving |= change.misbehaving
        self.drop(change.removed)
        self.add(change.logs)

    @property
    def reading(self) -> set[bytes]:
        """Logs with a task that hasn't ended."""
        return {log_id for log_id, task in self._tasks.items() if not task.done()}

    async def finish(self) -> list[LogOutcome]:
        """Wait for every log to end; when following, until the scan is stopped, because logs may join.

        Failures beyond a single log (a full disk, for example) are raised.
        """
        watch = asyncio.create_task(self._pass_on_stop())
        added = asyncio.create_task(self._added.wait())
        try:
            while self.reading or (self._context.request.follow and not watch.done()):
                running = [self._tasks[log_id] for log_id in self.reading]
                signs = [added] if watch.done() else [added, watch]
                await asyncio.wait([*running, *signs], return_when=asyncio.FIRST_COMPLETED)
                for task in running:
                    if task.done():
                        task.result()
                if added.done():
                    self._added.clear()
                    added = asyncio.create_task(self._added.wait())
            return [task.result() for task in self._tasks.values()]
        finally:
            # failed tasks too: asyncio prints exceptions that nobody retrieves
            everything: list[asyncio.Task[Any]] = [watch, added, *self._tasks.values()]
            for task in everything:
                task.cancel()
            await asyncio.gather(*everything, return_exceptions=True)

    async def _pass_on_stop(self) -> None:
        await self._context.stop.wait()
        for stop in self._stops.values():
            stop.set()

    async def _read(self, log: Log, before: asyncio.Task[LogOutcome] | None = None) -> LogOutcome:
        stop = self._stops[log.id]
        if before and (ended := await before).status is LogStatus.MISBEHAVIOUR:
            return ended
        if self._context.stop.is_set():
            stop.set()
        context = replace(self._context, stop=stop)
        connection = self._connect_to(log)
        try:
            outcome = await self._pass(context, connection)
            while (
                context.request.follow
                and outcome.status not in _FINAL
                and not await _stopped_within(stop, context.clock.sleep(context.clock.poll))
            ):
                outcome = await self._pass(context, connection)
            return outcome
        finally:
            await connection.source.aclose()

    async def _pass(self, context: ScanContext, connection: Connection) -> LogOutcome:
        async with self._slots:
            return await scan_log(context, connection)


async def _stopped_within(stop: asyncio.Event, pause: Awaitable[None]) -> bool:
    """Wait for the pause to end; return True at once when the log is to be stopped."""
    waiting = [asyncio.ensure_future(pause), asyncio.ensure_future(stop.wait())]
    try:
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in waiting:
            task.cancel()
    return stop.is_set()
