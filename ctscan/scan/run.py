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
from collections.abc import Callable
from datetime import timedelta

from ctscan.errors import InputError
from ctscan.index.open import check_url, open_index
from ctscan.index.protocols import Runs
from ctscan.model import Run, RunState
from ctscan.personal.rules import rule_set
from ctscan.scan.events import Emit, Notice
from ctscan.scan.log.plan import check_start
from ctscan.scan.log.scanner import ScanContext
from ctscan.scan.network import Network, open_network
from ctscan.scan.request import LogListChange, LogOutcome, LogStatus, ScanClock, ScanRequest, ScanResult
from ctscan.scan.safe_message import safe_message
from ctscan.scan.selection import Selection, was_left_out
from ctscan.scan.workers.readers import Readers

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
    async with open_network(request, clock) as network:
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
            context = ScanContext(index, run_id, request, rule_set(), emit, stop, clock, added)
            result = ScanResult(())
            try:
                result = ScanResult(tuple(await _read(network, context, selection)), request.follow, run_id)
            finally:
                await index.end_run(run_id, clock.now(), _run_state(result, stop))
    return result


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
    if result.exit_code == 4:
        return RunState.GAPS
    return RunState.INCOMPLETE if result.exit_code else RunState.DONE


async def _read(network: Network, context: ScanContext, selection: Selection) -> list[LogOutcome]:
    """Read all logs; while following, apply changes of the log list."""
    readers = Readers(network, context, selection.logs)
    following = asyncio.create_task(_follow_list(network, context, selection, readers.apply))
    try:
        return await readers.finish()
    finally:
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)


async def _follow_list(
    network: Network, context: ScanContext, selection: Selection, apply: Callable[[LogListChange], None]
) -> None:
    """Load the log list again and again, apply its changes, and purge quarantined bytes. A scan that doesn't follow
    ends before its list changes."""
    while context.request.follow:
        await context.clock.sleep(context.clock.reload)
        try:
            oldest = context.clock.now() - timedelta(days=context.request.quarantine_days)
            await context.index.purge_quarantine(oldest)
            loaded = await network.select(selection.etag)
            if loaded is None:
                continue
            change = selection.change_to(loaded)
            await context.index.extend_run(context.run_id, change.logs, loaded.skipped)
        except Exception as error:  # the next round loads the list again
            context.emit(Notice(f"the log list could not be read again: {safe_message(error)}"))
            continue
        apply(change)
        selection = loaded
