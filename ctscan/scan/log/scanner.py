"""Scanner: a pass over a log, from its tree head to the commit of its last entry.

accept head -> find the entries still to be read -> read and prove each part (`consumer`) -> outcome
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct, field
from msgspec.structs import replace

from ctscan.clock import unless_stopped
from ctscan.ct import coverage
from ctscan.ct.extra_data import extra_of
from ctscan.ct.tile_cutter import leaf_index_of
from ctscan.ct.tiles import WIDTH
from ctscan.ct.trust import is_finished
from ctscan.ct.wire import entry_of
from ctscan.errors import (
    FormatError,
    FutureHead,
    IndexFault,
    Locked,
    Misbehaviour,
    SourceError,
    Unproven,
    UsageError,
    WrongOrigin,
)
from ctscan.index.protocols import BasisStore, MisbehaviourStore, Retention, Runs
from ctscan.model import ScanStep, VerifiedRange
from ctscan.model.spans import total
from ctscan.personal.batch import BatchAnalyser
from ctscan.personal.keeping import Keeping
from ctscan.scan.consumer import consume
from ctscan.scan.events import HeadAccepted, LogDone, LogStarted, Notice, Waiting
from ctscan.scan.log.accusations import failure_kind, review_old, settle_old, verify_and_record
from ctscan.scan.log.availability import gives_any, grain_of
from ctscan.scan.log.ending import STOPPED, Ending, beginning, ending_of, left_of, without_newer_head
from ctscan.scan.log.heads import accept_head, record_seen, save_head
from ctscan.scan.log.parts import Parts, PartsReader
from ctscan.scan.log.plan import range_filter, start_index, warning_before
from ctscan.scan.log.session import LogIndex, LogSession
from ctscan.scan.request import LogOutcome, LogStatus
from ctscan.scan.safe_message import safe_message

if TYPE_CHECKING:
    from ctscan.ct.trust import AcceptedHead
    from ctscan.model import Batch, CompactRange, Entry, Log, LogState, RuleSet, Span, TreeHead
    from ctscan.scan.events import Emit
    from ctscan.scan.log.connect import Connection
    from ctscan.scan.log.ending import Left
    from ctscan.scan.log.verifier import Verifier
    from ctscan.scan.request import ScanClock, ScanRequest


class ScanIndex(LogIndex, MisbehaviourStore, Runs, BasisStore, Retention, Protocol):
    """Roles of the index that a scan uses."""


class ScanContext(Struct):
    """Settings and state that the logs of a scan share."""

    index: ScanIndex
    run_id: int
    request: ScanRequest
    rules: RuleSet
    emit: Emit
    stop: asyncio.Event
    clock: ScanClock
    added: frozenset[bytes] = frozenset()  # logs that joined the list after the scan before
    # by log: the first unread entry of its partial tile, and the time it was seen first
    partials: dict[bytes, tuple[int, float]] = field(default_factory=dict)
    starts: dict[bytes, int] = field(default_factory=dict)  # index of `start` by log: a date is searched for once

    @property
    def start(self) -> str | None:
        """`--from`; a backfill begins at the first entry by default."""
        asked = self.request.start
        return "start" if self.request.past and asked in (None, "now") else asked

    @property
    def is_explicit(self) -> bool:
        """True when `--from` names the start of coverage."""
        return self.start not in (None, "now")


async def scan_log(context: ScanContext, connection: Connection) -> LogOutcome:
    """Make a pass over a log.

    Failures of the log are recorded and become its outcome; they never stop another log.

    Raises:
        IndexFault: the index can't be used.
        UsageError: a contact is missing.
    """
    log, skew = connection.log, None
    try:
        ending = await _pass_unless_stopped(context, connection)
    except Locked as error:
        ending = Ending(LogStatus.SHARED, str(error))  # no fault of the log
    except (IndexFault, UsageError):
        raise
    except Exception as error:  # the other logs are read on
        ending = await _record_failure(context, log, error)
        skew = error.ahead if isinstance(error, FutureHead) else None
    outcome = LogOutcome(
        log.id,
        log.name,
        ending.status,
        ending.message,
        ending.gaps,
        log.operator,
        skew or connection.skew(),
        ending.notes,
    )
    context.emit(LogDone(outcome))
    return outcome


async def _record_failure(context: ScanContext, log: Log, error: Exception) -> Ending:
    """Record why a pass ended: as misbehaviour only where a third party can verify it."""
    index, at = context.index, context.clock.now()
    if isinstance(error, Misbehaviour):
        try:
            await verify_and_record(index, log, at, error)
        except Unproven as unproven:
            error = unproven
        else:
            return Ending(LogStatus.MISBEHAVIOUR, str(error))
    message = safe_message(error)
    if not await _is_copy(context, log):
        await index.record_error(log.id, at, message, failure_kind(error))
    return Ending(LogStatus.WRONG_ORIGIN if isinstance(error, WrongOrigin) else LogStatus.INCOMPLETE, message)


async def _pass_unless_stopped(context: ScanContext, connection: Connection) -> Ending:
    """Make the pass, and cancel it a moment after a stop: no server that doesn't answer delays the end. Entries that
    were read are committed all the same."""
    if context.stop.is_set():
        return STOPPED
    found = await unless_stopped(_pass(context, connection), context.stop, context.clock.leave_within)
    return found[0] if found else STOPPED


async def _is_copy(context: ScanContext, log: Log) -> bool:
    """Return True for a log of the basis that a partial read reaches by another entry than the index holds: as a copy
    in a folder, or as another list describes it. That says nothing of how the log itself is doing."""
    if log.id not in context.request.settled:
        return False
    state = await context.index.log_state(log.id)
    return state is not None and replace(state.log, name=log.name, operator=log.operator) != log


async def _pass(context: ScanContext, connection: Connection) -> Ending:
    """Make the pass, and judge its end."""
    log, index, began, since = connection.log, context.index, context.clock.monotonic(), context.clock.now()
    is_copy = await _is_copy(context, log)
    if not is_copy:
        await index.save_log(log)
    await review_old(index, log, since)
    state = await index.log_state(log.id)
    counts = range_filter(context.is_explicit, context.request.scope, context.rules, await index.rule_sets())
    if state is not None and _is_done(context, state, counts):
        context.emit(LogStarted(log.id, log.name, 0))
        if not is_copy:
            await index.record_success(log.id, context.clock.now(), None)
        return Ending(LogStatus.DONE)
    context.emit(Waiting(log.id, log.name))
    if state is not None and state.batch and connection.source.batch_limit is None:
        connection.source.limit_batch(state.batch)
    accepted = await _head(context, connection, state.head if state else None)
    async with _open_session(context, connection, accepted.head, state) as session:
        left = await _read_all(context, connection, session, counts)
    if left is None:
        return STOPPED
    # when the log showed old heads only, all is read to the largest known head, but its head of today is unknown
    if accepted.is_current and not is_copy and not (context.request.past and _is_behind(session)):
        rate = _rate(connection, session, context.clock.monotonic() - began)
        await index.record_success(log.id, context.clock.now(), rate, since)
    ending = ending_of(left, accepted.head.size, is_past=context.request.past)
    return ending if accepted.is_current else without_newer_head(ending, accepted.head)


def _rate(connection: Connection, session: LogSession, seconds: float) -> float | None:
    """Compute entries per second; None without entries, and where other processes read this log as well."""
    return session.entries / seconds if session.entries and connection.readers == 1 else None


def _is_behind(session: LogSession) -> bool:
    return session.state is None or coverage.position(session.state) < session.head.size


async def _head(context: ScanContext, connection: Connection, known: TreeHead | None) -> AcceptedHead:
    """Accept, report and save the tree head that this pass reads up to."""
    log, clock = connection.log, context.clock
    accepted = await accept_head(connection.source, known, connection.verifier_of, clock.sleep, clock.now())
    if accepted.stale:
        context.emit(Notice(f"{log.name}: ignored {accepted.stale} old tree head(s), as a cache may serve"))
    context.emit(HeadAccepted(log.name, accepted.head))
    if accepted.is_new:
        await save_head(context.index, accepted.head, known, connection.verifier_of, clock.now)
    await record_seen(context.index, log, accepted, clock.now())
    check_extends = connection.verifier_of(accepted.head).check_extends
    await settle_old(context.index, log, accepted.head, check_extends, clock.now())
    return accepted


def _filter(request: ScanRequest) -> Keeping:
    """Return the filter of a scan: scope and retention."""
    return Keeping(request.scope, request.limits)


def _open_session(context: ScanContext, connection: Connection, head: TreeHead, state: LogState | None) -> LogSession:
    return LogSession(
        log=connection.log,
        head=head,
        source=connection.source,
        index=context.index,
        run_id=context.run_id,
        analyser=BatchAnalyser(_filter(context.request), entry_at_its_index, extra_of),
        scope=context.request.scope,
        rules=context.rules.version,
        emit=context.emit,
        stop=context.stop,
        state=state,
        clock=context.clock,
        who=context.request.who,
    )


def entry_at_its_index(batch: Batch, i: int) -> Entry:
    """Take entry i from a batch, and compare its leaf_index extension (static-ct-api) with its index. Tiles are checked
    when they are cut, answers to get-entries here.

    Raises:
        FormatError: the entry can't be taken apart, or names another index.
    """
    entry = entry_of(batch, i)
    claimed = leaf_index_of(entry.extensions) if entry.extensions else None
    if claimed is not None and claimed != entry.index:
        raise FormatError(f"entry {entry.index}: its leaf_index says {claimed}")
    return entry


def _is_done(context: ScanContext, state: LogState, counts: Callable[[VerifiedRange], bool]) -> bool:
    """Return True for a readonly log that is read to its final head: no entry can come any more."""
    if state.head is None or not is_finished(state.log, state.head) or not state.verified:
        return False
    start = context.starts.get(state.log.id) if context.is_explicit else min(r.start for r in state.verified)
    return start is not None and not coverage.unread(state, (start, state.head.size), counts)


async def _read_all(
    context: ScanContext, connection: Connection, session: LogSession, counts: Callable[[VerifiedRange], bool]
) -> Left | None:
    """Read the entries that are still to be read; None when stopped before the end."""
    verifier = connection.verifier_of(session.head)
    log = session.log
    asked = await _asked(context, session, verifier)
    assert session.state is not None  # noqa: S101  its coverage has begun
    spans = coverage.unread(session.state, asked, counts)
    entries = total(spans)
    warning = warning_before(log.name, entries, log.protocol, connection.rate, connection.batch)
    if warning:
        context.emit(Notice(warning))
    context.emit(LogStarted(log.id, log.name, entries))
    marks = await _pending_starts(session, spans, verifier.proves_later)
    parts = Parts(spans, marks=marks, readers=connection.readers, newest_first=context.request.past)
    reader = PartsReader(session, partial(consume, session, verifier), counts, can_resume=verifier.proves_later)
    if not await reader.read(parts):
        return None
    state = await session.index.log_state(log.id) or session.state
    return left_of(state, asked, reader.held, counts)


async def _asked(context: ScanContext, session: LogSession, verifier: Verifier) -> Span:
    """Find the span that this pass has to see read. The coverage of a log that was never read begins now."""
    log_id, state = session.log.id, session.state
    start = context.starts.get(log_id)
    if start is None:
        start = await start_index(context.start, state, verifier, log_id in context.added or session.log.is_archive)
    if state is None or (not state.verified and not state.pending):
        await _begin_coverage(session, verifier, session.head.size if context.request.past else start)
        if start and not context.request.past:
            context.emit(Notice(beginning(session.log.name, start)))
    if context.is_explicit:
        context.starts[log_id] = start
    position = coverage.position(session.state) if session.state else 0
    return start, min(position, session.head.size) if context.request.past else _end(context, session, verifier)


async def _begin_coverage(session: LogSession, verifier: Verifier, start: int) -> None:
    """Commit an empty verified range at `start`, with its proven compact range: coverage begins there."""
    is_inside = 0 < start < session.head.size
    since = await verifier.timestamp_at(start) if is_inside else session.head.timestamp
    edge = await _edge_at(session, verifier, start)
    beginning = VerifiedRange(start, start, session.scope_text, session.rules, edge, since if start else None)
    async with session.leasing((start, start)):
        await session.commit(ScanStep(session.log.id, session.now(), verified=beginning), start)
        await session.wait_written()
    session.state = await session.index.log_state(session.log.id)


async def _edge_at(session: LogSession, verifier: Verifier, start: int) -> CompactRange | None:
    """Ask for the proven compact range before `start`; None where the log fails at the entries beside it, but gives
    others: the reader of the next entries asks for it again."""
    try:
        return await verifier.range_at(start)
    except SourceError:
        size, grain = session.head.size, grain_of(proves_later=verifier.proves_later)
        if not await gives_any(session.source.impatient(), size, (start - 1, start), grain):
            raise
        return None


async def _pending_starts(session: LogSession, spans: list[Span], can_resume: bool) -> list[int]:
    """Find the pending ranges that this pass takes up, and give up the rest: no pass would ever prove it.

    A pending range is of no use any more after a change of protocol, scope or rules, or once its entries are verified.
    """
    starts = []
    for pending in session.state.pending if session.state else ():
        if can_resume and session.can_prove(pending) and any(start <= pending.start < end for start, end in spans):
            starts.append(pending.start)
            continue
        part = (pending.start, max(pending.start + 1, pending.end))
        with suppress(Locked):  # another scan may be reading it
            async with session.leasing(part):
                await session.rewind(pending.start)
    return starts


def _end(context: ScanContext, session: LogSession, verifier: Verifier) -> int:
    """Find the end of the pass: the head; when following a log with hash tiles, not the partial tile before its time to
    fill."""
    size, log = session.head.size, session.log
    if not context.request.follow or verifier.proves_later or size % WIDTH == 0 or is_finished(log, session.head):
        return size
    position = coverage.position(session.state) if session.state else 0
    if position >= size:
        return size
    known, since = context.partials.get(log.id, (-1, 0.0))
    unread = max(position, size // WIDTH * WIDTH)
    if known != unread:
        since = context.clock.monotonic()
        context.partials[log.id] = (unread, since)
    return size if context.clock.monotonic() - since >= context.clock.partial_wait else size // WIDTH * WIDTH
