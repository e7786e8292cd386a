"""Freshness of the newest verified head of a log, by the time that the log signed. `now` is an argument: no clock.

    folder (file://), log that the list calls retired       FROZEN: it says what it said when its head was signed
    log with a final head in the list                       FINAL at that head; STALE before it
    every other log                                         FRESH, or STALE with the first reason that holds:
        our clock is behind the head or the last check      clock
        the last good check is older than the margin        not checked
        the head is older than MMD + margin                 old head: a check just now found no newer one

A log has to show each submission within its maximum merge delay (RFC 6962 section 3), so it signs a head at least that
often. The margin is for our own pauses between two scans.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final

from ctscan.ct.strict_json import TIME_LIMIT
from ctscan.model import (
    Basis,
    FinalHead,
    Freshness,
    ListedState,
    Log,
    LogState,
    Message,
    SkipReason,
    Staleness,
    TreeHead,
)

TOLERANCE: Final = timedelta(minutes=5)
"""Difference between two clocks that means nothing."""

Judgement = tuple[Freshness, Message | None]
"""Freshness of a log, and the reason why the log is stale: a `Staleness`."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MS: Final = timedelta(milliseconds=1)
_DAY: Final = timedelta(days=1)


def freshness(state: LogState, now: datetime, margin: timedelta, *, is_retired: bool = False) -> Judgement:
    """Judge the newest verified head of a log.

    Args:
        state: the log, as the index knows it.
        now: the moment of the answer.
        margin: age of a head beyond the MMD, and of the last good check, that still counts as fresh (`stale_after`).
        is_retired: the log list calls the log retired now, though the entry in the index doesn't.
    """
    log, head = state.log, state.head
    if log.monitoring_url.startswith("file://") or is_retired or log.state == ListedState.RETIRED:
        return Freshness.FROZEN, None
    if log.final_head is not None:
        return _of_final(log.final_head, head)
    reason = _reason(state, now, margin)
    return (Freshness.FRESH, None) if reason is None else (Freshness.STALE, reason)


def _of_final(final: FinalHead, head: TreeHead | None) -> Judgement:
    """Judge a log with a final head in the list. A list and a log that contradict each other make nothing final."""
    if head is None or head.size < final.size:
        return Freshness.STALE, Staleness.NOT_FINAL()
    is_same = (head.size, head.root) == (final.size, final.root)
    return (Freshness.FINAL, None) if is_same else (Freshness.STALE, Staleness.NOT_AS_LISTED())


def _reason(state: LogState, now: datetime, margin: timedelta) -> Message | None:
    latest = time_known(state)
    if latest is not None and latest > now + TOLERANCE:
        return Staleness.CLOCK()
    if state.last_success is None or now - state.last_success > margin:
        return Staleness.NOT_CHECKED()
    # whole milliseconds: a list may state an MMD, and a log a time, that no datetime can hold
    if state.head is None or _ms(now) - state.head.timestamp > state.log.mmd * 1000 + margin // _MS:
        return Staleness.OLD_HEAD()
    return None


def retired_logs(basis: Basis | None) -> frozenset[bytes]:
    """Return the ids of the logs of the basis that the log list calls retired."""
    retired = (str(SkipReason.RETIRED), str(SkipReason.RETIRED_SINCE))
    return frozenset(log.id for log in (basis.logs if basis else ()) if log.reason and log.reason.code in retired)


def ahead_of(head: TreeHead, now: datetime) -> timedelta | None:
    """Return the time by which a head is dated after `now`; None within the tolerance."""
    ahead = timedelta(milliseconds=min(head.timestamp, TIME_LIMIT) - _ms(now))
    return ahead if ahead > TOLERANCE else None


def time_known(state: LogState) -> datetime | None:
    """Return the newest time that the index knows of a log: signed by the log, or of a check of ours."""
    times = [state.last_success, state.last_check]
    if state.head is not None and state.head.signature:
        times.append(_EPOCH + timedelta(milliseconds=min(state.head.timestamp, TIME_LIMIT - 1)))
    return max((time for time in times if time is not None), default=None)


def time_set_back(states: Iterable[LogState], now: datetime) -> datetime | None:
    """Find the newest known time, when it lies after `now`: this machine's clock was set back, or ran ahead before.

    Returns:
        That time; None when `now` contradicts nothing.
    """
    latest = max((time for time in map(time_known, states) if time is not None), default=None)
    return latest if latest is not None and latest > now + TOLERANCE else None


def shows_time(log: Log, head: TreeHead, now: datetime) -> bool:
    """Return True for a signed head of a log on the network that is as recent as a log has to sign: then `now` is not
    far behind the true time."""
    is_local = log.monitoring_url.startswith("file://")
    age = _ms(now) - head.timestamp
    return bool(head.signature) and not is_local and age <= log.mmd * 1000 + _DAY // _MS


def span_text(span: timedelta) -> str:
    """Write a span of time by its largest units: `6 min`, `3 h 20 min`, `12 days`."""
    minutes = span // timedelta(minutes=1)
    if minutes < 60:
        return f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60} min" if minutes < 48 * 60 else f"{span.days:,} days"


def _ms(time: datetime) -> int:
    return (time - _EPOCH) // _MS
