"""Readers of all logs of a scan: the pool of this process, and worker processes (`--jobs`)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from ctscan.garbage import collected_rarely
from ctscan.index.open import open_index
from ctscan.personal.rule_set import rule_set
from ctscan.scan.log.scanner import ScanContext
from ctscan.scan.network import open_network
from ctscan.scan.request import LogListChange, ScanClock
from ctscan.scan.workers.aggregate import ProgressAggregator, join
from ctscan.scan.workers.assignment import assign
from ctscan.scan.workers.pool import LogPool
from ctscan.scan.workers.processes import WorkerProcesses, WorkerTask
from ctscan.scan.workers.throughput import ThroughputMonitor

if TYPE_CHECKING:
    from ctscan.model import Log
    from ctscan.scan.events import Emit
    from ctscan.scan.log.connect import Connection
    from ctscan.scan.network import Network
    from ctscan.scan.request import LogOutcome
    from ctscan.scan.workers.assignment import Assignment
    from ctscan.scan.workers.processes import WorkerCommands


class Readers:
    """Readers of the logs of a scan. This process reads the logs of process 0, and worker processes the rest.

    `context.emit` is replaced by a receiver that adds up the progress of all processes. Reading begins at once; call
    `finish`.
    """

    def __init__(self, network: Network, context: ScanContext, logs: Sequence[Log]) -> None:
        self._context = context
        self._assignment = assign(logs, network.request.jobs, lambda log: network.tuning.of(log).concurrency)
        self._monitor = ThroughputMonitor(context.emit)
        self._aggregator = ProgressAggregator(self._monitor.hear, self._avoid)
        context.emit = self._aggregator.emitter(0)
        self._expect(logs)
        tasks = [self._task(number, logs) for number in range(1, self._assignment.processes)]
        self._workers = WorkerProcesses(_work, tasks, self._aggregator)
        self._pool = LogPool(context, partial(_connect, network, self._assignment, context.emit))
        self._workers.start()
        self._pool.add(self._assignment.logs_of(0, logs))

    def _task(self, number: int, logs: Sequence[Log]) -> WorkerTask:
        context, assignment = self._context, self._assignment
        theirs = assignment.logs_of(number, logs)
        return WorkerTask(context.request, context.run_id, number, theirs, assignment, context.added)

    def _expect(self, logs: Iterable[Log]) -> None:
        for log in logs:
            self._aggregator.expect(log.id, self._assignment.readers(log))

    def apply(self, change: LogListChange) -> None:
        """Apply a change of the log list in every process."""
        self._expect(change.logs)
        self._workers.follow_list(change)
        self._pool.follow_list(change.only(partial(self._assignment.logs_of, 0)))

    def _avoid(self, log_id: bytes) -> None:
        """Make every process leave a log that any process found to misbehave."""
        misbehaving = frozenset((log_id,))
        self.apply(LogListChange(removed=misbehaving, misbehaving=misbehaving))

    async def finish(self) -> list[LogOutcome]:
        """Wait for every log to end; see `LogPool.finish`."""
        listening = asyncio.create_task(self._workers.finish())
        beside: list[asyncio.Task[Any]] = [listening, asyncio.create_task(self._pass_on_stop())]
        if not self._context.request.past:  # a backfill says nothing of the speed at which the present is read
            beside.append(asyncio.create_task(self._monitor.run(self._context.index)))
        try:
            return join(await self._pool.finish() + await listening)
        finally:
            self._workers.stop()
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)

    async def _pass_on_stop(self) -> None:
        await self._context.stop.wait()
        self._workers.stop()


def _connect(network: Network, assignment: Assignment, emit: Emit, log: Log) -> Connection:
    return network.connect(log, len(assignment.readers(log)), emit)


async def _work(task: WorkerTask, emit: Emit, commands: WorkerCommands) -> list[LogOutcome]:
    """Read the logs of a worker process, with a client and a connection to the index of its own."""
    request, clock = task.request, ScanClock()
    async with (
        open_network(request, clock) as network,
        await open_index(request.db, create=False, key_file=request.key_file, privacy=request.privacy) as index,
    ):
        network.client.take_turns(index.take_turn)
        context = ScanContext(index, task.run_id, request, rule_set(), emit, commands.stop, clock, task.added)
        pool = LogPool(context, partial(_connect, network, task.assignment, emit))
        pool.add(task.logs)
        obeying = asyncio.create_task(_obey(pool, commands))
        try:
            with collected_rarely():
                return await pool.finish()
        finally:
            obeying.cancel()


async def _obey(pool: LogPool, commands: WorkerCommands) -> None:
    while True:
        pool.follow_list(await commands.changes.get())
