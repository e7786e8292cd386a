"""The worker: reads logs into the index.

    log list -> selection -> for each log: head -> ranges -> batches -> proven? -> examine -> commit

What is read, believed and kept is decided elsewhere (`sources`, `ct`, `personal`, `index`); here it is put in order.
`run_scan` is the whole of it; `logscan` reads one log, `tiled` and `untiled` read one range.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from ctscan.errors import CtscanError
from ctscan.index import Index
from ctscan.index.sqlite import open_index
from ctscan.model import Log, Run
from ctscan.packaged import data_path
from ctscan.personal.rules import rule_set
from ctscan.personal.scope import scope_from_text
from ctscan.scan.connect import Connection, connect
from ctscan.scan.crew import Crew
from ctscan.scan.job import Ending, LogOutcome, Outcome, Reporter, ScanRequest
from ctscan.scan.logpass import utc_now
from ctscan.scan.logscan import ScanContext
from ctscan.scan.plan import check_start
from ctscan.scan.processes import Children, Share, divide
from ctscan.scan.selection import Selection, choose, from_directories, split_names
from ctscan.sources.http import Client
from ctscan.sources.loglists import load_list
from ctscan.sources.tuning import TuningTable, load_tuning

RELOAD = 3600.0  # seconds between two looks at the log list while following

__all__ = ["Ending", "LogOutcome", "Outcome", "Reporter", "ScanRequest", "run_scan"]


async def run_scan(request: ScanRequest, reporter: Reporter, stop: asyncio.Event) -> Outcome:
    """One pass to each log's current head; with `follow` until `stop` is set. Raises UsageError, IndexFault, and
    SourceError when the log list can't be had; what goes wrong with one log is in the outcome."""
    scope_from_text(request.scope)
    tuning = load_tuning(data_path("logs.toml").read_bytes(), request.tuning)
    async with AsyncExitStack() as stack:
        client = Client(request.contact)
        stack.push_async_callback(client.aclose)
        selection = await _select(request, client, tuning)
        if request.start is not None:
            check_start(request.start, len(selection.logs))
        index = await open_index(Path(request.db), create=True)
        stack.push_async_callback(index.aclose)
        await index.purge_quarantine(utc_now() - timedelta(days=request.quarantine_days))
        joined = await _joined(index, selection)
        run_id = await _start_run(index, request, selection)
        outcome = Outcome(())
        try:
            outcome = Outcome(
                tuple(await _read(request, reporter, stop, client, tuning, index, run_id, selection, joined))
            )
        finally:
            await index.end_run(run_id, utc_now(), _ending(outcome, stop))
    return outcome


async def _select(request: ScanRequest, client: Client, tuning: TuningTable, etag: str | None = None) -> Selection:
    """Logs in directories need no list; with `etag`, a list that hasn't changed gives no logs and the same etag."""
    directories, names = split_names(request.logs)
    archived = await from_directories(directories)
    if directories and not names:
        return Selection(archived, ())
    loaded = await load_list(request.log_list, client, hybrids=tuning.hybrids, etag=etag)
    if loaded.list is None:
        return Selection((), (), etag)
    chosen = choose(loaded.list.logs, loaded.list.skipped, names, loaded.etag)
    return replace(chosen, logs=(*archived, *chosen.logs))


async def _joined(index: Index, selection: Selection) -> frozenset[bytes]:
    """Logs that the list didn't name at the scan before, though it was the same list: they joined since."""
    selected, skipped = await index.selection()
    before = {*selected, *(log.id for log in skipped)}
    if not any(selection.names(log_id) for log_id in before):
        return frozenset()
    return frozenset(log.id for log in selection.logs if log.id not in before)


async def _start_run(index: Index, request: ScanRequest, selection: Selection) -> int:
    rules = rule_set()
    run = Run(
        0, request.who, utc_now(), None, request.scope, rules.version, request.purpose, request.command, "running"
    )
    return await index.start_run(run, rules, selection.logs, selection.skipped)


def _ending(outcome: Outcome, stop: asyncio.Event) -> str:
    if outcome.exit_code == 3:
        return "misbehaviour"
    if stop.is_set():
        return "interrupted"
    if not outcome.logs:
        return "failed"
    return "incomplete" if outcome.exit_code else "done"


async def _read(
    request: ScanRequest, reporter: Reporter, stop: asyncio.Event, client: Client, tuning: TuningTable,
    index: Index, run_id: int, selection: Selection, joined: frozenset[bytes],
) -> list[LogOutcome]:  # fmt: skip
    """The first share is read here, every other one in a process of its own."""
    own, *others = divide(selection.logs, request.jobs) or [()]
    children = Children(_work_share, [Share(request, run_id, logs, joined) for logs in others], reporter)
    children.start()
    context = _context(request, index, run_id, reporter, stop, joined)
    crew = Crew(context, _connector(client, tuning))
    crew.add(own)
    helpers = [asyncio.create_task(_stop_children(stop, children))]
    if request.follow:
        helpers.append(asyncio.create_task(_reload(request, client, tuning, context, crew, selection)))
    try:
        return await crew.finish() + await children.finish()
    finally:
        children.stop()
        for helper in helpers:
            helper.cancel()
        await asyncio.gather(*helpers, return_exceptions=True)


def _context(
    request: ScanRequest, index: Index, run_id: int, reporter: Reporter, stop: asyncio.Event, joined: frozenset[bytes]
) -> ScanContext:
    return ScanContext(
        index, run_id, request.scope, rule_set(), request.start, reporter, stop, request.follow, joined=joined
    )


def _connector(client: Client, tuning: TuningTable) -> Callable[[Log], Connection]:
    return lambda log: connect(log, client, tuning.of(log))


async def _work_share(share: Share, reporter: Reporter, stop: asyncio.Event) -> list[LogOutcome]:
    """What a child process does: its logs, with its own client and its own connection to the index."""
    request = share.request
    tuning = load_tuning(data_path("logs.toml").read_bytes(), request.tuning)
    async with AsyncExitStack() as stack:
        client = Client(request.contact)
        stack.push_async_callback(client.aclose)
        index = await open_index(Path(request.db), create=False)
        stack.push_async_callback(index.aclose)
        crew = Crew(_context(request, index, share.run_id, reporter, stop, share.joined), _connector(client, tuning))
        crew.add(share.logs)
        return await crew.finish()


async def _stop_children(stop: asyncio.Event, children: Children) -> None:
    await stop.wait()
    children.stop()


async def _reload(
    request: ScanRequest, client: Client, tuning: TuningTable, context: ScanContext, crew: Crew, selection: Selection
) -> None:
    """While following: logs that join the list are read from 0, logs that leave it are left."""
    while True:
        await asyncio.sleep(RELOAD)
        try:
            fresh = await _select(request, client, tuning, selection.etag)
        except CtscanError as error:
            context.reporter.notice(f"the log list could not be read again: {error}")
            continue
        if not fresh.logs:
            continue
        new = [log for log in fresh.logs if not selection.names(log.id)]
        gone = {log.id for log in selection.logs} - {log.id for log in fresh.logs}
        context.joined |= frozenset(log.id for log in new)
        await context.index.extend_run(context.run_id, new, fresh.skipped)
        crew.drop(gone)
        crew.add(new)
        selection = fresh
