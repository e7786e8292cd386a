"""The worker: reads logs into the index.

    log list -> selection -> for each log: head -> ranges -> batches -> proven? -> examine -> commit

What is read, believed and kept is decided elsewhere (`sources`, `ct`, `personal`, `index`); here it is put in order.
`run_scan` is the whole of it; `logscan` reads one log, `tiled` and `untiled` read one range.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from ctscan.errors import InputError
from ctscan.http.client import Client
from ctscan.index.open import check_url, open_index
from ctscan.index.protocols import Index
from ctscan.model import Log, Run, RunState
from ctscan.personal.rules import rule_set
from ctscan.personal.scope import scope_from_text
from ctscan.resources import data_path
from ctscan.scan.log.connect import Connection, connect
from ctscan.scan.log.plan import check_start
from ctscan.scan.log.scanner import ScanContext
from ctscan.scan.request import Change, Ending, LogOutcome, Outcome, Reporter, ScanClock, ScanRequest
from ctscan.scan.safe_message import told
from ctscan.scan.selection import Selection, choose, from_directories, split_names, was_left_out, with_archived
from ctscan.scan.workers.aggregate import Joint, join
from ctscan.scan.workers.assignment import Division, divide
from ctscan.scan.workers.pool import Crew
from ctscan.scan.workers.processes import Children, Orders, Share
from ctscan.scan.workers.throughput import Meter
from ctscan.sources.logs.log_lists import load_list
from ctscan.sources.logs.tuning import TuningTable, load_tuning
from ctscan.sources.repositories import repositories

__all__ = ["Ending", "LogOutcome", "Outcome", "Reporter", "ScanClock", "ScanRequest", "run_scan"]


async def run_scan(
    request: ScanRequest, reporter: Reporter, stop: asyncio.Event, clock: ScanClock | None = None
) -> Outcome:
    """One pass to each log's current head; with `follow` until `stop` is set. Raises UsageError, IndexFault, and
    SourceError when the log list can't be had; what goes wrong with one log is in the outcome."""
    clock = clock or ScanClock()
    scope_from_text(request.scope)
    check_url(request.db)
    async with _open_network(request, clock) as network:
        selection = await network.select() or Selection((), ())
        check_start(request.start, len(selection.logs))
        if not selection.logs:
            why = f", for example {selection.skipped[0].reason}" if selection.skipped else ""
            raise InputError(f"log list: no log to read: {len(selection.skipped)} named, all skipped{why}")
        async with await open_index(request.db, create=True) as index:
            network.client.take_turns(index.take_turn)
            await index.purge_quarantine(clock.now() - timedelta(days=request.quarantine_days))
            joined = await _joined(index, selection)
            run_id = await _start_run(index, request, selection, clock)
            context = _context(request, index, run_id, reporter, stop, clock, joined)
            outcome = Outcome(())
            try:
                outcome = Outcome(tuple(await _read(network, context, selection)), request.follow)
            finally:
                await index.end_run(run_id, clock.now(), _ending(outcome, stop))
    return outcome


@dataclass(frozen=True, slots=True)
class _Network:
    """What one process of a scan reads with."""

    request: ScanRequest
    client: Client
    tuning: TuningTable
    clock: ScanClock

    def connect(self, log: Log, division: Division) -> Connection:
        readers = len(division.readers(log))
        return connect(log, self.client, self.tuning.of(log), self.clock.sleep, readers=readers)

    async def select(self, etag: str | None = None) -> Selection | None:
        """Logs in directories need no list. None when the list is still the one of `etag`."""
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


async def _joined(index: Index, selection: Selection) -> frozenset[bytes]:
    """Logs that the list didn't name as readable at the scan before, though it was the same list: they joined since.
    Those that were there and not selected didn't."""
    selected, skipped = await index.selection()
    if not any(selection.names(log_id) for log_id in (*selected, *(log.id for log in skipped))):
        return frozenset()
    before = {*selected, *(log.id for log in skipped if was_left_out(log))}
    return frozenset(log.id for log in selection.logs if log.id not in before)


async def _start_run(index: Index, request: ScanRequest, selection: Selection, clock: ScanClock) -> int:
    """What answers cover is said by the scans that keep the present; a backfill says it only before the first."""
    rules = rule_set()
    run = Run(
        0,
        request.who,
        clock.now(),
        None,
        request.scope,
        rules.version,
        request.purpose,
        request.command,
        RunState.RUNNING,
    )
    if request.past and any(await index.selection()):
        return await index.start_run(run, rules, (), ())
    return await index.start_run(run, rules, selection.logs, selection.skipped)


def _ending(outcome: Outcome, stop: asyncio.Event) -> RunState:
    if outcome.exit_code == 3:
        return RunState.MISBEHAVIOUR
    if stop.is_set():
        return RunState.INTERRUPTED
    if not outcome.logs:
        return RunState.FAILED
    return RunState.INCOMPLETE if outcome.exit_code else RunState.DONE


def _context(
    request: ScanRequest, index: Index, run_id: int, reporter: Reporter, stop: asyncio.Event, clock: ScanClock,
    joined: frozenset[bytes],
) -> ScanContext:  # fmt: skip
    start = "start" if request.past and request.start in (None, "now") else request.start
    return ScanContext(
        index, run_id, request.scope, rule_set(), start, reporter, stop, clock, request.follow, request.past, joined
    )


async def _read(network: _Network, context: ScanContext, selection: Selection) -> list[LogOutcome]:
    """The first share is read here, every other one in a process of its own."""
    request = network.request
    division = divide(selection.logs, request.jobs, lambda log: network.tuning.of(log).concurrency)
    meter = Meter(context.reporter)
    joint = Joint(meter, lambda log_id: drop(frozenset((log_id,))))
    context.reporter = joint.of(0)
    _expect(joint, division, selection.logs)
    shares = [
        Share(request, context.run_id, number, division.share(number, selection.logs), division, context.joined)
        for number in range(1, division.processes)
    ]
    children = Children(_work_share, shares, joint)
    crew = Crew(context, lambda log: network.connect(log, division))

    def drop(accused: frozenset[bytes]) -> None:
        """One process found a log out: the others leave it alone as well."""
        change = Change(left=accused, accused=accused)
        children.follow_list(change)
        crew.follow_list(change)

    children.start()
    crew.add(division.share(0, selection.logs))
    beside: list[asyncio.Task[Any]] = [asyncio.create_task(_stop_children(context.stop, children))]
    if not context.past:  # how fast the present is read is told by those that read it
        beside.append(asyncio.create_task(meter.keep(context.index)))
    if context.follow:
        beside.append(asyncio.create_task(_follow_list(network, context, selection, joint, division, children, crew)))
    try:
        listening = asyncio.create_task(children.finish())
        beside.append(listening)
        return join(await crew.finish() + await listening)
    finally:
        children.stop()
        for task in beside:
            task.cancel()
        await asyncio.gather(*beside, return_exceptions=True)


def _expect(joint: Joint, division: Division, logs: Iterable[Log]) -> None:
    for log in logs:
        joint.expect(log.id, division.readers(log))


async def _work_share(share: Share, reporter: Reporter, orders: Orders) -> list[LogOutcome]:
    """What a child process does: its logs, with its own client and its own connection to the index."""
    request, clock = share.request, ScanClock()
    async with (
        _open_network(request, clock) as network,
        await open_index(request.db, create=False) as index,
    ):
        network.client.take_turns(index.take_turn)
        context = _context(request, index, share.run_id, reporter, orders.stop, clock, share.joined)
        crew = Crew(context, lambda log: network.connect(log, share.division))
        crew.add(share.logs)
        obeying = asyncio.create_task(_obey(crew, orders))
        try:
            return await crew.finish()
        finally:
            obeying.cancel()


async def _obey(crew: Crew, orders: Orders) -> None:
    while True:
        crew.follow_list(await orders.changes.get())


async def _stop_children(stop: asyncio.Event, children: Children) -> None:
    await stop.wait()
    children.stop()


async def _follow_list(
    network: _Network, context: ScanContext, selection: Selection, joint: Joint, division: Division,
    children: Children, crew: Crew,
) -> None:  # fmt: skip
    """While following, read the log list again: logs that join it are read from 0, logs that leave it are left, and
    one whose entry changed (it became readonly, it moved) is read as it says now. What is due to go, goes."""
    while True:
        await context.clock.sleep(context.clock.reload)
        try:
            oldest = context.clock.now() - timedelta(days=network.request.quarantine_days)
            await context.index.purge_quarantine(oldest)
            fresh = await network.select(selection.etag)
            if fresh is None:
                continue
            change = selection.change_to(fresh)
            await context.index.extend_run(context.run_id, change.logs, fresh.skipped)
        except Exception as error:  # whatever it is, the list is read again the next time
            context.reporter.notice(f"the log list could not be read again: {told(error)}")
            continue
        _expect(joint, division, change.logs)
        children.follow_list(change)
        crew.follow_list(replace(change, logs=division.share(0, change.logs)))
        selection = fresh
