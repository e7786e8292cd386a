"""Scan: reads logs into the index.

The journey of a tile (256 entries; of a log without tiles, an answer to get-entries):

    1. `selection` takes the log from the log list; `workers/assignment` gives the log to a process.
    2. `log/heads` asks the log for its tree head and decides, by the rules of `ct.trust`, whether to believe it.
    3. `log/plan` and `log/parts` find the entries still to be read, and lease the part that holds the tile.
    4. `log/prefetch` fetches the tile while earlier tiles are being worked on; the source cuts it into entries.
    5. `stream` proves it against the signed root (`log/verifier`): Proven, or Provisional until a later proof;
       where that fails the tile becomes a Gap or Quarantined.
    6. `consumer` analyses it (`personal`): the prefilter drops impersonal entries, the rules read the candidates.
    7. `consumer` gathers half a second of results into one `ScanStep`; `log/committer` writes it in one transaction:
       position, coverage, findings and inclusion proofs together.
    8. `events` report the commit; `workers/aggregate` adds up the progress of all processes.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from ctscan.errors import InputError
from ctscan.http.client import Client
from ctscan.index.open import check_url, open_index
from ctscan.index.protocols import Runs
from ctscan.model import Log, Run, RunState
from ctscan.personal.rules import rule_set
from ctscan.resources import data_path
from ctscan.scan.events import Emit, Notice
from ctscan.scan.log.connect import Connection, connect
from ctscan.scan.log.plan import check_start
from ctscan.scan.log.scanner import ScanContext, ScanIndex
from ctscan.scan.request import LogListChange, LogOutcome, LogStatus, ScanClock, ScanRequest, ScanResult
from ctscan.scan.safe_message import safe_message
from ctscan.scan.selection import Selection, choose, from_directories, split_names, was_left_out, with_archived
from ctscan.scan.workers.aggregate import ProgressAggregator, join
from ctscan.scan.workers.assignment import Assignment, assign
from ctscan.scan.workers.pool import LogPool
from ctscan.scan.workers.processes import WorkerCommands, WorkerProcesses, WorkerTask
from ctscan.scan.workers.throughput import ThroughputMonitor
from ctscan.sources.logs.log_lists import load_list
from ctscan.sources.logs.tuning import TuningTable, load_tuning
from ctscan.sources.repositories import repositories

__all__ = ["LogOutcome", "LogStatus", "ScanClock", "ScanRequest", "ScanResult", "run_scan"]


async def run_scan(request: ScanRequest, emit: Emit, stop: asyncio.Event, clock: ScanClock | None = None) -> ScanResult:
    """Read each log to its current head once; with `follow`, again and again until `stop` is set.

    Args:
        request: settings of the scan.
        emit: receiver of the events.
        stop: commits the batch in hand and ends the scan, once it is set.
        clock: clock and waiting times.

    Returns:
        The outcome of each log; failures of a single log are in its outcome.

    Raises:
        UsageError: an option is wrong.
        InputError: the log list has no log to read.
        SourceError: the log list can't be fetched.
        IndexFault: the index can't be used.
    """
    clock = clock or ScanClock()
    check_url(request.db)
    async with _open_network(request, clock) as network:
        selection = await network.select() or Selection((), ())
        check_start(request.start, len(selection.logs))
        if not selection.logs:
            reason = f", for example {selection.skipped[0].reason}" if selection.skipped else ""
            raise InputError(f"log list: no log to read: {len(selection.skipped)} named, all skipped{reason}")
        async with await open_index(request.db, create=True) as index:
            network.client.take_turns(index.take_turn)
            await index.purge_quarantine(clock.now() - timedelta(days=request.quarantine_days))
            added = await _added(index, selection)
            run_id = await _start_run(index, request, selection, clock)
            context = _context(request, index, run_id, emit, stop, clock, added)
            result = ScanResult(())
            try:
                result = ScanResult(tuple(await _read(network, context, selection)), request.follow)
            finally:
                await index.end_run(run_id, clock.now(), _run_state(result, stop))
    return result


@dataclass(frozen=True, slots=True)
class _Network:
    """HTTP client of a process, and the tuning of its logs."""

    request: ScanRequest
    client: Client
    tuning: TuningTable
    clock: ScanClock

    def connect(self, assignment: Assignment, log: Log) -> Connection:
        readers = len(assignment.readers(log))
        return connect(log, self.client, self.tuning.of(log), self.clock.sleep, readers=readers)

    async def select(self, etag: str | None = None) -> Selection | None:
        """Select the logs to read; None while the list is unchanged since `etag`. Directories need no list."""
        directories, names = split_names(self.request.logs)
        archived = await from_directories(directories)
        if directories and not names:
            return Selection(archived, ())
        loaded = await load_list(self.request.log_list, self.client, hybrids=self.tuning.hybrids, etag=etag)
        if loaded.list is None:
            return None
        return with_archived(archived, choose(loaded.list.logs, loaded.list.skipped, names, loaded.etag))


@asynccontextmanager
async def _open_network(request: ScanRequest, clock: ScanClock) -> AsyncIterator[_Network]:
    names = [repository.name for repository in repositories()]
    tuning = load_tuning(data_path("logs.toml").read_bytes(), request.tuning, names)
    client = Client(request.contact or "", sleep=clock.sleep, give_up_after=request.give_up_after)
    try:
        yield _Network(request, client, tuning, clock)
    finally:
        await client.aclose()


async def _added(index: Runs, selection: Selection) -> frozenset[bytes]:
    """Find the logs that joined the log list since the scan before.

    A log joined when the same list named it as not readable before, or not at all; a log that `--log` left out did
    not. No log joined another list.
    """
    selected, skipped = await index.selection()
    if not any(selection.names(log_id) for log_id in (*selected, *(log.id for log in skipped))):
        return frozenset()
    before = {*selected, *(log.id for log in skipped if was_left_out(log))}
    return frozenset(log.id for log in selection.logs if log.id not in before)


async def _start_run(index: Runs, request: ScanRequest, selection: Selection, clock: ScanClock) -> int:
    """Record the run. Its selection decides which logs answers cover, but for a backfill after a first scan."""
    rules = rule_set()
    run = Run(
        id=0,
        who=request.who,
        started=clock.now(),
        ended=None,
        scope=request.scope.text,
        rules=rules.version,
        purpose=request.purpose,
        command=request.command,
        outcome=RunState.RUNNING,
    )
    if request.past and any(await index.selection()):
        return await index.start_run(run, rules, (), ())
    return await index.start_run(run, rules, selection.logs, selection.skipped)


def _run_state(result: ScanResult, stop: asyncio.Event) -> RunState:
    if result.exit_code == 3:
        return RunState.MISBEHAVIOUR
    if stop.is_set():
        return RunState.INTERRUPTED
    if not result.logs:
        return RunState.FAILED
    return RunState.INCOMPLETE if result.exit_code else RunState.DONE


def _context(
    request: ScanRequest, index: ScanIndex, run_id: int, emit: Emit, stop: asyncio.Event, clock: ScanClock,
    added: frozenset[bytes],
) -> ScanContext:  # fmt: skip
    start = "start" if request.past and request.start in (None, "now") else request.start
    return ScanContext(
        index, run_id, request.scope, rule_set(), start, emit, stop, clock, request.follow, request.past, added
    )


async def _read(network: _Network, context: ScanContext, selection: Selection) -> list[LogOutcome]:
    """Read the logs of process 0 here, and the rest in worker processes."""
    request, emit = network.request, context.emit
    assignment = assign(selection.logs, request.jobs, lambda log: network.tuning.of(log).concurrency)
    monitor = ThroughputMonitor(emit)
    aggregator = ProgressAggregator(monitor.hear, lambda log_id: avoid(frozenset((log_id,))))
    context.emit = aggregator.emitter(0)
    _expect(aggregator, assignment, selection.logs)
    tasks = [
        WorkerTask(
            request, context.run_id, number, assignment.logs_of(number, selection.logs), assignment, context.added
        )
        for number in range(1, assignment.processes)
    ]
    workers = WorkerProcesses(_work, tasks, aggregator)
    pool = LogPool(context, partial(network.connect, assignment))

    def avoid(misbehaving: frozenset[bytes]) -> None:
        """Make every process leave a log that any process found to misbehave."""
        change = LogListChange(removed=misbehaving, misbehaving=misbehaving)
        workers.follow_list(change)
        pool.follow_list(change)

    workers.start()
    pool.add(assignment.logs_of(0, selection.logs))
    beside: list[asyncio.Task[Any]] = [asyncio.create_task(_stop_workers(context.stop, workers))]
    if not context.past:  # a backfill says nothing of the speed at which the present is read
        beside.append(asyncio.create_task(monitor.run(context.index)))
    if context.follow:
        following = _follow_list(network, context, selection, aggregator, assignment, workers, pool)
        beside.append(asyncio.create_task(following))
    try:
        listening = asyncio.create_task(workers.finish())
        beside.append(listening)
        return join(await pool.finish() + await listening)
    finally:
        workers.stop()
        for task in beside:
            task.cancel()
        await asyncio.gather(*beside, return_exceptions=True)


def _expect(aggregator: ProgressAggregator, assignment: Assignment, logs: Iterable[Log]) -> None:
    for log in logs:
        aggregator.expect(log.id, assignment.readers(log))


async def _work(task: WorkerTask, emit: Emit, commands: WorkerCommands) -> list[LogOutcome]:
    """Read the logs of a worker process, with a client and a connection to the index of its own."""
    request, clock = task.request, ScanClock()
    async with (
        _open_network(request, clock) as network,
        await open_index(request.db, create=False) as index,
    ):
        network.client.take_turns(index.take_turn)
        context = _context(request, index, task.run_id, emit, commands.stop, clock, task.added)
        pool = LogPool(context, partial(network.connect, task.assignment))
        pool.add(task.logs)
        obeying = asyncio.create_task(_obey(pool, commands))
        try:
            return await pool.finish()
        finally:
            obeying.cancel()


async def _obey(pool: LogPool, commands: WorkerCommands) -> None:
    while True:
        pool.follow_list(await commands.changes.get())


async def _stop_workers(stop: asyncio.Event, workers: WorkerProcesses) -> None:
    await stop.wait()
    workers.stop()


async def _follow_list(
    network: _Network, context: ScanContext, selection: Selection, aggregator: ProgressAggregator,
    assignment: Assignment, workers: WorkerProcesses, pool: LogPool,
) -> None:  # fmt: skip
    """Load the log list again and again while following, apply its changes, and purge quarantined bytes."""
    while True:
        await context.clock.sleep(context.clock.reload)
        try:
            oldest = context.clock.now() - timedelta(days=network.request.quarantine_days)
            await context.index.purge_quarantine(oldest)
            loaded = await network.select(selection.etag)
            if loaded is None:
                continue
            change = selection.change_to(loaded)
            await context.index.extend_run(context.run_id, change.logs, loaded.skipped)
        except Exception as error:  # the next round loads the list again
            context.emit(Notice(f"the log list could not be read again: {safe_message(error)}"))
            continue
        _expect(aggregator, assignment, change.logs)
        workers.follow_list(change)
        pool.follow_list(change.only(partial(assignment.logs_of, 0)))
        selection = loaded
