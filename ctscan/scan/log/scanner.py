"""One log, from its tree head to the commit of its last entry.

head -> believe it? -> what is still to be read -> read and prove each range -> success, or why not
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from ctscan.ct import coverage
from ctscan.ct.wire import entry_of, extra_of, leaf_index_of
from ctscan.errors import FormatError, HeadChanged, IndexFault, Locked, Misbehaviour, UsageError
from ctscan.index.protocols import Index
from ctscan.model import Batch, Entry, LogProtocol, LogState, RuleSet, ScanStep, Span, TreeHead, VerifiedRange
from ctscan.model.spans import subtract, total
from ctscan.personal.batch import BatchAnalyser
from ctscan.personal.scope import scope_from_text
from ctscan.scan.log.connect import Connection
from ctscan.scan.log.heads import Accepted, accept_head, is_finished
from ctscan.scan.log.parts import PartsReader, parts_of
from ctscan.scan.log.plan import begin_at, counting, warning_before
from ctscan.scan.log.session import LogPass
from ctscan.scan.log.tiled import TiledReader
from ctscan.scan.log.trust import ProofTrust, TileTrust
from ctscan.scan.log.untiled import UntiledReader
from ctscan.scan.request import Ending, LogOutcome, Reporter, ScanClock
from ctscan.scan.safe_message import told

TOLD = 3  # gaps that a message names


@dataclass(slots=True)
class ScanContext:
    """What the logs of one scan share."""

    index: Index
    run_id: int
    scope: str
    rules: RuleSet
    start: str | None
    reporter: Reporter
    stop: asyncio.Event
    clock: ScanClock
    follow: bool = False
    past: bool = False
    joined: frozenset[bytes] = frozenset()  # logs that joined the list after the scan before
    # by log: the first unread entry of its partial tile, and since when; where `start` is (a date is searched for once)
    partials: dict[bytes, tuple[int, float]] = field(default_factory=dict)
    begins: dict[bytes, int] = field(default_factory=dict)

    @property
    def is_explicit(self) -> bool:
        """Was it said where coverage shall begin?"""
        return self.start not in (None, "now")


async def scan_log(context: ScanContext, connection: Connection) -> LogOutcome:
    """One pass over one log. Its failures are recorded and told, and never stop another log; what is no fault of one
    log is raised: IndexFault, and UsageError for a missing contact."""
    log, index, now = connection.log, context.index, context.clock.now
    try:
        ending, message = await _unless_stopped(context, connection)
        if ending is Ending.INCOMPLETE:
            await index.record_error(log.id, now(), message)
    except Misbehaviour as error:
        ending, message = Ending.MISBEHAVIOUR, str(error)
        await index.record_misbehaviour(log.id, now(), message, error.evidence)
    except Locked as error:
        ending, message = Ending.INCOMPLETE, str(error)  # no fault of the log
    except (IndexFault, UsageError):
        raise
    except Exception as error:  # whatever one log brings about, the others are read on
        ending, message = Ending.INCOMPLETE, told(error)
        await index.record_error(log.id, now(), message)
    outcome = LogOutcome(log.id, log.name, ending, message)
    context.reporter.log_done(outcome)
    return outcome


async def _unless_stopped(context: ScanContext, connection: Connection) -> tuple[Ending, str]:
    """The pass; once told to stop it has a moment to leave by itself, and is cancelled then: a server that doesn't
    answer holds nobody up. What was read is committed all the same."""
    if context.stop.is_set():
        return Ending.STOPPED, ""
    reading = asyncio.create_task(_pass(context, connection))
    stop = asyncio.create_task(context.stop.wait())
    try:
        await asyncio.wait([reading, stop], return_when=asyncio.FIRST_COMPLETED)
        await asyncio.wait([reading], timeout=context.clock.leave_within)
        if reading.done():
            return await reading
        return Ending.STOPPED, ""
    finally:
        stop.cancel()
        reading.cancel()
        await asyncio.gather(reading, stop, return_exceptions=True)


async def _pass(context: ScanContext, connection: Connection) -> tuple[Ending, str]:
    """How the pass ended, and why the head wasn't reached when it wasn't."""
    log, index, began, since = connection.log, context.index, time.monotonic(), context.clock.now()
    await index.save_log(log)
    state = await index.log_state(log.id)
    if state is not None and _is_done(context, state, await _counting(context)):
        context.reporter.log_started(log.id, log.name, 0)
        await index.record_success(log.id, context.clock.now(), None)
        return Ending.DONE, ""
    accepted = await _head(context, connection, state.head if state else None)
    async with _open_pass(context, connection, accepted.head, state) as lp:
        left = await _read_all(context, connection, lp)
    if left is None:
        return Ending.STOPPED, ""
    if lp.incomplete:
        return Ending.INCOMPLETE, _several(lp.incomplete)
    # else read to the largest head known, but what the log says today wasn't heard
    if accepted.is_current and not (context.past and _is_behind(lp)):
        rate = _rate(connection, lp, time.monotonic() - began)
        await index.record_success(log.id, context.clock.now(), rate, since)
    if left.held:
        parts = [f"entries {start:,} to {end:,} are being read by another scan" for start, end in left.held]
        return Ending.SHARED, _several(parts)
    return Ending.DONE, _past(left) if context.past else ""


def _past(left: Left) -> str:
    begin, end = left.asked
    if begin >= end:
        return f"nothing to read: scans begin at entry {end:,}"
    missing = total(left.missing)
    what = f"all but {missing:,} that can't be had" if missing else "all"
    before = f"; {begin:,} before them were not asked for (--from start)" if begin else ""
    return f"{what} of the entries from {begin:,} to {end:,} are read{before}"


def _rate(connection: Connection, lp: LogPass, seconds: float) -> float | None:
    """Entries a second; None where there were none, and where other processes read this log too."""
    return lp.entries / seconds if lp.entries and connection.readers == 1 else None


def _is_behind(lp: LogPass) -> bool:
    return lp.state is None or coverage.position(lp.state) < lp.head.size


async def _head(context: ScanContext, connection: Connection, known: TreeHead | None) -> Accepted:
    """The tree head that this pass reads up to; believed, told and saved."""
    log, sleep = connection.log, context.clock.sleep
    accepted = await accept_head(connection.source, known, connection.trust_in, sleep)
    if accepted.stale:
        context.reporter.notice(f"{log.name}: ignored {accepted.stale} old tree head(s), as a cache may serve")
    context.reporter.tree_head(log.name, accepted.head)
    if accepted.is_new:
        await _save_head(context, connection, accepted.head, known)
    return accepted


async def _save_head(context: ScanContext, connection: Connection, head: TreeHead, known: TreeHead | None) -> None:
    """Save a head that extends the one known. One that another process saved meanwhile is compared first: the log may
    have shown it another tree."""
    while True:
        try:
            await context.index.save_head(head, context.clock.now(), known)
            return
        except HeadChanged as changed:
            known = changed.head
        if known is not None:
            smaller, larger = sorted((known, head), key=lambda one: one.size)
            await connection.trust_in(larger).check_extends(smaller)


def _open_pass(context: ScanContext, connection: Connection, head: TreeHead, state: LogState | None) -> LogPass:
    return LogPass(
        log=connection.log,
        head=head,
        source=connection.source,
        index=context.index,
        run_id=context.run_id,
        analyser=BatchAnalyser(scope_from_text(context.scope), entry_at_its_index, extra_of),
        scope=context.scope,
        rules=context.rules.version,
        reporter=context.reporter,
        stop=context.stop,
        window=connection.window,
        state=state,
        clock=context.clock,
    )


def _several(reasons: list[str]) -> str:
    more = [f"and {len(reasons) - TOLD} more such gaps"] if len(reasons) > TOLD else []
    return "; ".join(reasons[:TOLD] + more)


def entry_at_its_index(batch: Batch, i: int) -> Entry:
    """Entry i of a batch. FormatError as well when its leaf_index extension (static-ct-api) names another index:
    tiles are checked when they are cut, answers of get-entries here."""
    entry = entry_of(batch, i)
    claimed = leaf_index_of(entry.extensions) if entry.extensions else None
    if claimed is not None and claimed != entry.index:
        raise FormatError(f"entry {entry.index}: its leaf_index says {claimed}")
    return entry


def _is_done(context: ScanContext, state: LogState, counts: Callable[[VerifiedRange], bool]) -> bool:
    """A readonly log, read to its final head: nothing can come any more."""
    if state.head is None or not is_finished(state.log, state.head) or not state.verified:
        return False
    begin = context.begins.get(state.log.id) if context.is_explicit else min(r.start for r in state.verified)
    return begin is not None and not coverage.unread(state, (begin, state.head.size), counts)


async def _counting(context: ScanContext) -> Callable[[VerifiedRange], bool]:
    return counting(context.is_explicit, context.scope, context.rules, await context.index.rule_sets())


@dataclass(frozen=True, slots=True)
class Left:
    """What a pass was to read, and what of that is unread at its end: what others hold, and what can't be had."""

    asked: Span
    held: list[Span]
    missing: list[Span]


async def _read_all(context: ScanContext, connection: Connection, lp: LogPass) -> Left | None:
    """Read what is still to be read; None when told to stop before the end."""
    trust = connection.trust_in(lp.head)
    log = lp.log
    counts = await _counting(context)
    asked = await _asked(context, lp, trust)
    assert lp.state is not None  # noqa: S101  its coverage has begun
    spans = coverage.unread(lp.state, asked, counts)
    entries = total(spans)
    warning = warning_before(log.name, entries, log.protocol, connection.rate, connection.batch)
    if warning:
        lp.reporter.notice(warning)
    lp.reporter.log_started(log.id, log.name, entries)
    reader = TiledReader(lp, trust) if isinstance(trust, TileTrust) else UntiledReader(lp, trust)
    marks = await _taken_up(lp, spans, isinstance(reader, UntiledReader))
    parts = parts_of(spans, marks=marks, readers=connection.readers, newest_first=context.past)
    reading = PartsReader(lp, reader, counts)
    if not await reading.read(parts):
        return None
    state = await lp.index.log_state(lp.log.id) or lp.state
    missing = [piece for span in coverage.unread(state, asked, counts) for piece in subtract(span, reading.held)]
    return Left(asked, reading.held, missing)


async def _asked(context: ScanContext, lp: LogPass, trust: TileTrust | ProofTrust) -> Span:
    """From where to where this pass has to see to it that all is read. Where nothing is known of the log yet, its
    coverage begins now."""
    begin = context.begins.get(lp.log.id)
    if begin is None:
        begin = await begin_at(context.start, lp.state, trust, lp.log.protocol, lp.log.id in context.joined)
    if lp.state is None or (not lp.state.verified and not lp.state.pending):
        await _begin_coverage(lp, trust, lp.head.size if context.past else begin)
    if context.is_explicit:
        context.begins[lp.log.id] = begin
    position = coverage.position(lp.state) if lp.state else 0
    return begin, min(position, lp.head.size) if context.past else _end(context, lp)


async def _begin_coverage(lp: LogPass, trust: TileTrust | ProofTrust, begin: int) -> None:
    """An empty range with a proven edge holds the place."""
    since = await trust.timestamp_at(begin) if 0 < begin < lp.head.size else lp.head.timestamp
    edge = await trust.edge_at(begin)
    anchor = VerifiedRange(begin, begin, lp.scope, lp.rules, edge, since if begin else None)
    async with lp.leasing((begin, begin)):
        await lp.commit(ScanStep(lp.log.id, lp.now(), verified=anchor), begin)
        await lp.settle()
    lp.state = await lp.index.log_state(lp.log.id)


async def _taken_up(lp: LogPass, spans: list[Span], can_resume: bool) -> list[int]:
    """Where a reader takes up what an interrupted pass left pending. What none can take up any more (read in another
    way, with another scope or older rules, or proven since) is given up: it would stay unproven."""
    marks = []
    for pending in lp.state.pending if lp.state else ():
        part = (pending.start, max(pending.start + 1, pending.end))
        is_ours = (pending.scope, pending.rules) == (lp.scope, lp.rules) and part[1] <= lp.head.size
        if can_resume and is_ours and any(start <= pending.start < end for start, end in spans):
            marks.append(pending.start)
            continue
        with suppress(Locked):  # another scan may be reading it
            async with lp.leasing(part):
                await lp.rewind(pending.start)
    return marks


def _end(context: ScanContext, lp: LogPass) -> int:
    """The head; when following a tiled log, not its last partial tile before that had time to fill."""
    size = lp.head.size
    if (
        not context.follow
        or lp.log.protocol is not LogProtocol.STATIC_CT
        or size % 256 == 0
        or is_finished(lp.log, lp.head)
    ):
        return size
    position = coverage.position(lp.state) if lp.state else 0
    if position >= size:
        return size
    known, since = context.partials.get(lp.log.id, (-1, 0.0))
    unread = max(position, size // 256 * 256)
    if known != unread:
        since = time.monotonic()
        context.partials[lp.log.id] = (unread, since)
    return size if time.monotonic() - since >= context.clock.partial_wait else size // 256 * 256
