"""Scan: reads logs into the index.

The journey of a tile (256 entries; of a log without tiles, an answer to get-entries):

    1. `basis_reading` records the basis and takes the log from the log list; `workers/assignment` chooses its process.
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
from typing import TYPE_CHECKING

from msgspec.structs import replace

from ctscan.clock import unless_stopped
from ctscan.errors import InputError
from ctscan.garbage import collected_rarely
from ctscan.index.open import check_url, has_index, open_index
from ctscan.model import Run, RunState
from ctscan.personal.rule_set import rule_set
from ctscan.personal.scope import scope_from_text
from ctscan.scan.basis_reading import (
    check_local,
    joined_logs,
    load_reading,
    record_reading,
    reload_reading,
)
from ctscan.scan.clock_watch import ClockWatch
from ctscan.scan.events import Notice
from ctscan.scan.log.plan import check_start, check_start_index
from ctscan.scan.log.scanner import ScanContext
from ctscan.scan.network import open_network
from ctscan.scan.request import LogOutcome, LogStatus, ScanClock, ScanRequest, ScanResult
from ctscan.scan.safe_message import safe_message
from ctscan.scan.scope_change import is_narrower, narrowed_line, unsearched, widened_line, wider_ranges
from ctscan.scan.workers.readers import Readers

if TYPE_CHECKING:
    from ctscan.index.protocols import LogStore, Suppressing
    from ctscan.scan.basis_reading import (
        BasisIndex,
        Reading,
    )
    from ctscan.scan.events import Emit
    from ctscan.scan.log.scanner import ScanIndex
    from ctscan.scan.network import Network
    from ctscan.scan.request import LogListChange
    from ctscan.scan.selection import Selection

__all__ = ["LogOutcome", "LogStatus", "ScanClock", "ScanRequest", "ScanResult", "run_scan"]


async def run_scan(request: ScanRequest, emit: Emit, stop: asyncio.Event, clock: ScanClock | None = None) -> ScanResult:
    """Read each log to its current head once; with `follow`, again and again until `stop` is set.

    Args:
        request: settings of the scan.
        emit: receiver of the events.
        stop: commits the batch in hand and ends the scan, once it is set.
        clock: clock and waiting times.

    Returns:
        The outcome of each log; failures of a single log are in its outcome. None of any log where the scan was
        stopped before the log list came.

    Raises:
        UsageError: an option is wrong.
        InputError: the log list has no log to read.
        SourceError: the log list can't be fetched.
        IndexFault: the index can't be used.
    """
    clock = clock or ScanClock()
    check_url(request.db)
    check_start(request.start, clock.now())
    async with open_network(request, clock, emit) as network:
        loaded = None
        if not has_index(request.db):  # a wrong option leaves no index behind
            found = await unless_stopped(load_reading(network, None), stop, within=0)
            if found is None:
                return ScanResult((), request.follow)
            loaded = found[0]
            _require_logs(loaded)
            check_start_index(request.start, len(loaded.selection.logs))
        async with await open_index(
            request.db, create=True, key_file=request.key_file, privacy=request.privacy
        ) as index:
            network.client.take_turns(index.take_turn)
            await index.note_limits(request.limits)  # before anything is left out
            request = await _without_suppressed(index, request)
            await index.purge_quarantine(clock.now() - timedelta(days=request.quarantine_days))
            settled = await unless_stopped(_settle(network, index, loaded, emit), stop, within=0)
            if settled is None:
                return ScanResult((), request.follow)
            await _report_narrowing(index, request, emit)
            request = await _leave_alone(index, request, settled[0])
            run_id = await _start_run(index, request, settled[0].selection, clock)
            added = await joined_logs(index)
            watch = ClockWatch(emit)
            context = ScanContext(index, run_id, request, rule_set(), watch.hear, stop, clock, added)
            return await _run(network, context, settled[0], watch)


async def _run(network: Network, context: ScanContext, reading: Reading, watch: ClockWatch) -> ScanResult:
    """Read all logs, and record the end of the run."""
    result = ScanResult(())
    try:
        with collected_rarely():
            outcomes = tuple(watch.with_error(await _read(network, context, reading)))
        result = ScanResult(outcomes, context.request.follow, context.run_id)
    finally:
        await context.index.end_run(context.run_id, context.clock.now(), _run_state(result, context.stop))
    return result


async def check_request(request: ScanRequest, clock: ScanClock | None = None) -> None:
    """Check all of a scan that can be checked on this machine, before anybody is asked over the network.

    Raises:
        UsageError: a start of coverage, a tuning, a directory, a log list file or the name of a log in it is wrong.
        IndexFault: the index can't be used.
    """
    clock = clock or ScanClock()
    check_url(request.db)
    check_start(request.start, clock.now())
    async with open_network(request, clock) as network:
        if not has_index(request.db):
            await check_local(network, None)
            return
        async with await open_index(
            request.db, create=False, key_file=request.key_file, privacy=request.privacy
        ) as index:
            await check_local(network, index)


async def _without_suppressed(index: Suppressing, request: ScanRequest) -> ScanRequest:
    """Put pseudonyms in the place of addresses whose owners objected: the scope is kept with the coverage."""
    text = request.scope.text
    kept = await index.scope_without_suppressed(text)
    return request if kept == text else replace(request, scope=scope_from_text(kept))


async def _leave_alone(index: LogStore, request: ScanRequest, reading: Reading) -> ScanRequest:
    """Name the logs of the basis in the request of a partial read: answers judge them by the log list of the basis, not
    by another list or by the address of a copy."""
    if not reading.is_partial or reading.basis is None:
        return request
    known = {state.log.id for state in await index.log_states()}
    return replace(request, settled=frozenset(log.id for log in reading.basis.logs if log.id in known))


def _require_logs(reading: Reading) -> None:
    """Raise InputError where there is no log to read."""
    selection = reading.selection
    if not selection.logs:
        skipped = selection.skipped
        why = f", all skipped; the reason of {skipped[0].name}" if skipped else ""
        raise InputError(
            f"log list: expected a log to read, got {len(skipped)} named{why}", skipped[0].reason if skipped else None
        )


async def _settle(network: Network, index: BasisIndex, loaded: Reading | None, emit: Emit) -> Reading:
    """Record the basis before anything is read."""
    request = network.request
    loaded = loaded or await load_reading(network, index)
    check_start_index(request.start, len(loaded.selection.logs))
    reading, line = await record_reading(network, index, loaded)
    if line:
        emit(Notice(line))
    _require_logs(reading)
    return reading


async def _report_narrowing(index: ScanIndex, request: ScanRequest, emit: Emit) -> None:
    """Say which certificates stay that the scope no longer allows, at the first scan with the narrower scope."""
    before = await index.runs(1)
    if before and is_narrower(request.scope, before[0].scope):
        kept = await index.certificates_in(wider_ranges(await index.log_states(), request.scope))
        if kept:
            emit(Notice(narrowed_line(kept)))


async def _report_widening(context: ScanContext, reading: Reading) -> None:
    """Say how many entries of the basis were not searched for all terms of the scope."""
    members = {log.id for log in reading.basis.logs} if reading.basis else set()
    found = unsearched(await context.index.log_states(), members, context.request.scope)
    if found:
        context.emit(Notice(widened_line(found)))


async def _start_run(index: ScanIndex, request: ScanRequest, selection: Selection, clock: ScanClock) -> int:
    """Record the run with the logs that it reads."""
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
    kept = {state.log.id: state.log for state in await index.log_states() if state.log.id in request.settled}
    selected = [kept.get(log.id, log) for log in selection.logs]
    return await index.start_run(run, rules, selected, selection.skipped)


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


async def _read(network: Network, context: ScanContext, reading: Reading) -> list[LogOutcome]:
    """Read all logs; while following, apply changes of the log list."""
    if not context.is_explicit:
        await _report_widening(context, reading)
    readers = Readers(network, context, reading.selection.logs)
    following = asyncio.create_task(_follow_list(network, context, reading, readers.apply))
    try:
        outcomes = await readers.finish()
    finally:
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)
    if context.is_explicit:  # such a scan reads entries again that the terms are new for
        await _report_widening(context, reading)
    return outcomes


async def _follow_list(
    network: Network, context: ScanContext, reading: Reading, apply: Callable[[LogListChange], None]
) -> None:
    """Load the log list again and again, revise the basis, apply the changes, and purge quarantined bytes. A scan that
    doesn't follow ends before its list changes."""
    while context.request.follow:
        await context.clock.sleep(context.clock.reload)
        try:
            oldest = context.clock.now() - timedelta(days=context.request.quarantine_days)
            await context.index.purge_quarantine(oldest)
            loaded, line = await reload_reading(network, context.index, reading)
            change = reading.selection.change_to(loaded.selection)
            if not loaded.is_partial:
                change = change.joined_only(await joined_logs(context.index))
            await context.index.extend_run(context.run_id, change.logs, loaded.selection.skipped)
        except Exception as error:  # the next round loads the list again
            context.emit(Notice(f"the log list could not be read again: {safe_message(error)}"))
            continue
        if line:
            context.emit(Notice(line))
        apply(change)
        reading = loaded
