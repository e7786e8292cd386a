"""Health of the logs of the basis, for the person who keeps the scans running: the worst that is known of each.
Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from math import inf
from typing import Final

from ctscan.ct.coverage import backlog, catch_up, position
from ctscan.ct.freshness import Retirement, freshness
from ctscan.errors import worst
from ctscan.model import BasisLog, Freshness, Holder, LogState, Message
from ctscan.model.health import Condition, HealthDetail, LogHealth
from ctscan.model.spans import total

STALLED: Final = timedelta(minutes=15)
"""Time without a commit after which the holder of a part of a log makes no progress. A log may ask for a pause of ten
minutes (Retry-After)."""

_CODES: Final = {
    Condition.MISBEHAVING: 3,
    Condition.FAILING: 1,
    Condition.NEVER_READ: 1,
    Condition.HELD: 4,
    Condition.STALE: 4,
    Condition.FALLING_BEHIND: 4,
    Condition.BEHIND: 4,
    Condition.GAPS: 4,
    Condition.OK: 0,
}


def exit_code(logs: Iterable[LogHealth], *, is_damaged: bool = False, is_list_doubtful: bool = False) -> int:
    """Return the exit code of a check of these logs, of their index and of the log list; 1 without any log, as nothing
    was read."""
    return worst([*([_CODES[log.condition] for log in logs] or [1]), 4 if is_damaged or is_list_doubtful else 0])


def log_health(
    member: BasisLog,
    state: LogState,
    stalled: Sequence[Holder],
    now: datetime,
    stale_after: timedelta,
    *,
    retirement: Retirement | None = None,
) -> LogHealth:
    """Judge a log of the basis.

    Args:
        member: the log in the basis.
        state: the log, as the index knows it.
        stalled: processes that hold a part of the log and make no progress.
        now: the moment of the check.
        stale_after: the margin of `ct.freshness`.
        retirement: of a log that the log list calls retired.
    """
    fresh, why = freshness(state, now, stale_after, retirement=retirement)
    condition = condition_of(state, stalled, fresh, is_read=member.reason is None)
    details = [*_details(state, condition, why), *([member.reason] if member.reason else [])]
    held = [_held(holder) for holder in stalled]
    return LogHealth(
        log_id=state.log.id,
        name=state.log.name,
        operator=state.log.operator,
        condition=condition,
        since=_since(state, condition, stalled),
        details=(*details, *held),
        head_size=state.head.size if state.head else 0,
        last_success=state.last_success,
        backlog=backlog(state),
        gaps=len(state.gaps),
        gap_entries=total(gap.span for gap in state.gaps),
        holders=tuple(stalled),
    )


def never_read(member: BasisLog) -> LogHealth:
    """Judge a log of the basis that the index doesn't know."""
    details = (HealthDetail.NEVER_READ(), *([member.reason] if member.reason else []))
    return LogHealth(member.id, member.name, member.operator, Condition.NEVER_READ, None, details)


def condition_of(
    state: LogState, stalled: Sequence[Holder], fresh: Freshness, *, is_read: bool, counts_new: bool = False
) -> Condition:
    """Choose the worst condition.

    Entries that came since the last good check are no backlog of a log that scans read (`is_read`), unless `counts_new`
    is set: each pass of a scan that follows reads them. The last failure of a log that no scan reads any more counts
    only where it is a doubt.
    """
    is_awaited = is_read and state.last_success is not None and not counts_new
    is_behind = bool(state.pending or backlog(state)) and not is_awaited
    is_doubtful = state.failure is not None and state.failure.is_doubt
    found = {
        Condition.MISBEHAVING: bool(state.misbehaviour),
        Condition.FAILING: bool(state.last_error) and (is_read or is_doubtful),
        Condition.NEVER_READ: state.head is None or not (state.verified or state.pending),
        Condition.HELD: bool(stalled),
        Condition.STALE: fresh is Freshness.STALE,
        Condition.FALLING_BEHIND: catch_up(state) == inf,
        Condition.BEHIND: is_behind,
        Condition.GAPS: bool(state.gaps),
    }
    return next((condition for condition, holds in found.items() if holds), Condition.OK)


def _details(state: LogState, condition: Condition, why_stale: Message | None) -> list[Message]:
    match condition:
        case Condition.MISBEHAVING:
            return [HealthDetail.MISBEHAVING(count=len(state.misbehaviour))]
        case Condition.FAILING:
            return [HealthDetail.FAILING(error=state.last_error or "")]
        case Condition.NEVER_READ:
            return [HealthDetail.NEVER_READ()]
        case Condition.STALE:
            return [*([why_stale] if why_stale else []), *_last_good_check(state)]
        case Condition.FALLING_BEHIND:
            return [HealthDetail.FALLING_BEHIND(entries=backlog(state))]
        case Condition.BEHIND:
            return [HealthDetail.BEHIND(entries=backlog(state))]
        case Condition.GAPS:
            return [HealthDetail.GAPS(count=len(state.gaps), entries=total(gap.span for gap in state.gaps))]
        case Condition.OK:
            start = min((r.start for r in state.verified), default=0)
            return [HealthDetail.OK_FROM(count=start) if start else HealthDetail.OK(entries=position(state))]
        case _:
            return []


def _last_good_check(state: LogState) -> list[Message]:
    at = state.last_success
    return [HealthDetail.LAST_GOOD_CHECK(time=at)] if at else []


def _since(state: LogState, condition: Condition, stalled: Sequence[Holder]) -> datetime | None:
    if condition is Condition.FAILING:
        return state.failing_since
    if condition is Condition.HELD:
        return min(holder.progressed_at for holder in stalled)
    return None  # nobody knows when a log became stale: its last good check was before


def _held(holder: Holder) -> Message:
    return HealthDetail.HELD(
        start=holder.start,
        end=holder.end if holder.end is not None else holder.start,
        pid=holder.pid,
        host=holder.host,
        since=holder.since,
        progressed=holder.progressed_at,
    )
