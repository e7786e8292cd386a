"""Reads many logs side by side in one process, once or for as long as it is told to follow them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from ctscan.model import Log
from ctscan.scan.log.connect import Connection
from ctscan.scan.log.scanner import ScanContext, scan_log
from ctscan.scan.log.session import stopped_within
from ctscan.scan.request import Change, Ending, LogOutcome

_FINAL = (Ending.MISBEHAVIOUR, Ending.STOPPED)
AT_ONCE = 16  # logs read at the same time: bounds memory, not speed


class Crew:
    """One task for each log. `connect_to` opens a log; every source opened is closed."""

    def __init__(self, context: ScanContext, connect_to: Callable[[Log], Connection]) -> None:
        self._context = context
        self._connect_to = connect_to
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._stops: dict[bytes, asyncio.Event] = {}
        self._tasks: dict[bytes, asyncio.Task[LogOutcome]] = {}
        self._added = asyncio.Event()
        self._accused: frozenset[bytes] = frozenset()

    def add(self, logs: Iterable[Log]) -> None:
        """Begin to read these logs; one that is being read already is read anew as it is described now. A log that
        misbehaved is left alone: the next scan asks it again."""
        for log in logs:
            before = self._tasks.get(log.id)
            if log.id in self._accused:
                continue
            if before and before.done() and before.result().ending is Ending.MISBEHAVIOUR:
                continue
            self.drop([log.id])
            self._stops[log.id] = asyncio.Event()
            self._tasks[log.id] = asyncio.create_task(self._read(log, before))
        self._added.set()

    def drop(self, log_ids: Iterable[bytes]) -> None:
        """Leave these logs after the batch in hand: they are no longer on the list."""
        for log_id in log_ids:
            if log_id in self._stops:
                self._stops[log_id].set()

    def follow_list(self, change: Change) -> None:
        """The log list changed."""
        self._context.joined |= change.joined
        self._accused |= change.accused
        self.drop(change.left)
        self.add(change.logs)

    @property
    def reading(self) -> set[bytes]:
        """Logs with a task that hasn't ended."""
        return {log_id for log_id, task in self._tasks.items() if not task.done()}

    async def finish(self) -> list[LogOutcome]:
        """Wait for every log to end; when following, until told to stop, because logs may join. What isn't the fault
        of one log (a full disk, say) is raised."""
        watch = asyncio.create_task(self._pass_on_stop())
        added = asyncio.create_task(self._added.wait())
        try:
            while self.reading or (self._context.follow and not watch.done()):
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
            # those that failed too as well: what nobody asks for, asyncio prints
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
        if before and (ended := await before).ending is Ending.MISBEHAVIOUR:
            return ended
        if self._context.stop.is_set():
            stop.set()
        context = replace(self._context, stop=stop)
        connection = self._connect_to(log)
        try:
            outcome = await self._pass(context, connection)
            while (
                context.follow
                and outcome.ending not in _FINAL
                and not await stopped_within(stop, context.clock.sleep(context.clock.poll))
            ):
                outcome = await self._pass(context, connection)
            return outcome
        finally:
            await connection.source.aclose()

    async def _pass(self, context: ScanContext, connection: Connection) -> LogOutcome:
        async with self._slots:
            return await scan_log(context, connection)
