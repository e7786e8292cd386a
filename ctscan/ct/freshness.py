"""Freshness of the newest verified head of a log, by the time that the log signed. `now` is an argument: no clock.

    folder or zip files                                     FROZEN: it says what it said when its head was signed;
                                                            judged as below where the list calls the log retired
    log with a final head in the list                       FINAL at that head (FROZEN if retired); STALE before it
    log that the list calls retired                         FROZEN where its head was fresh at the retirement;
        the head is older than retirement - MMD - margin    else STALE, retired unread: it grew on, and nobody read it
        the head is far later than the retirement           as if a scan that noticed it gave the time
    every other log                                         FRESH, or STALE with the first reason that holds:
        our clock is behind the head or the last check      clock
        the last good check is older than the margin        not checked
        the head is older than MMD + margin                 old head: a check just now found no newer one

A log has to show each submission within its maximum merge delay (RFC 6962 section 3), so it signs a head at least that
often. The margin is for our own pauses between two scans. No MMD beyond `MMD_LIMIT` is believed: it would make any
head fresh.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from msgspec import Struct

import ctscan.model as model
from ctscan.ct.strict_json import TIME_LIMIT, time_of
from ctscan.model import Freshness, Message, SkipReason, Staleness

if TYPE_CHECKING:
    from ctscan.model import (
        Basis,
        BasisLog,
        FinalHead,
        Log,
        LogState,
        TreeHead,
    )

TOLERANCE: Final = timedelta(minutes=5)
"""Difference between two clocks that means nothing."""

LIST_AGE: Final = timedelta(days=70)
"""Age at which a log list is too old for complete answers. Chrome, which publishes a list every day, enforces CT for
ten weeks after the date of the list that it has, so that logs which are new may be used then by everybody."""

MMD_LIMIT: Final = 86_400
"""Longest MMD in seconds that counts: a day is that of every RFC 6962 log in Google's list, static-ct logs have a
minute. A list that states more is wrong, or the log shows submissions so late that an answer of today can't know."""

Judgement = tuple[Freshness, Message | None]
"""Freshness of a log, and the reason why the log is stale: a `Staleness`."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MS: Final = timedelta(milliseconds=1)
_DAY: Final = timedelta(days=1)


class Retirement(Struct, frozen=True):
    """Retirement of a log. `at`: the latest moment at which it may have been; None where nobody knows. `day`: the day
    for readers; empty where the list gives none. `noticed`: the time at which a scan read of it first."""

    at: datetime | None
    day: str
    noticed: datetime | None = None


def freshness(state: LogState, now: datetime, margin: timedelta, *, retirement: Retirement | None = None) -> Judgement:
    """Judge the newest verified head of a log.

    Args:
        state: the log, as the index knows it.
        now: the moment of the answer.
        margin: age of a head beyond the MMD, and of the last good check, that still counts as fresh (`stale_after`).
        retirement: of a log that the log list calls retired now; the entry in the index may not.
    """
    log, head = state.log, state.head
    if log.is_archive and retirement is None:
        return Freshness.FROZEN, None
    if log.final_head is not None:
        judged = _of_final(log.final_head, head)
        return (Freshness.FROZEN, None) if retirement and judged[0] is Freshness.FINAL else judged
    if retirement is not None:
        return _of_retired(log, head, retirement, margin)
    reason = _reason(state, now, margin)
    return (Freshness.FRESH, None) if reason is None else (Freshness.STALE, reason)


def _of_retired(log: Log, head: TreeHead | None, retirement: Retirement, margin: timedelta) -> Judgement:
    """Judge a log that scans no longer read. It took entries up to its retirement: only a head that was fresh then
    stands for all of them. Scans read it as long as a list called it readable, and no list counts for longer than
    `LIST_AGE`: a head that is so much later shows that the stated day is wrong."""
    if head is not None:
        is_wrong = retirement.at is not None and head.timestamp - _ms(retirement.at) > LIST_AGE // _MS
        at = retirement.noticed if is_wrong else retirement.at
        if at is not None and head.timestamp >= _ms(at) - believed_mmd(log) * 1000 - margin // _MS:
            return Freshness.FROZEN, None
        if is_wrong:
            return Freshness.STALE, Staleness.RETIRED_EARLIER(since=retirement.day)
    reason = Staleness.RETIRED_UNREAD(since=retirement.day) if retirement.day else Staleness.RETIRED_UNDATED()
    return Freshness.STALE, reason


def believed_mmd(log: Log) -> int:
    """Return the MMD of a log in seconds, at most `MMD_LIMIT`."""
    return min(log.mmd, MMD_LIMIT)


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
    # whole milliseconds: a log may sign a time that no datetime can hold
    if state.head is None or _ms(now) - state.head.timestamp > believed_mmd(state.log) * 1000 + margin // _MS:
        return Staleness.OLD_HEAD()
    return None


def about_list(basis: Basis | None, now: datetime) -> tuple[Message | None, bool]:
    """Judge the age of the log list that the basis follows. A log that became usable since isn't in the basis.

    A basis of named logs or directories takes no log from the list, so its age means nothing. A list of a person's own
    may have no date: then nothing but the person says which logs there are, and the answer says that.

    Returns:
        A `Remark`, None where there is nothing to say; and whether it keeps answers from being complete.
    """
    if basis is None or (basis.choice is not None and basis.choice.logs):
        return None, False
    edition = basis.edition
    is_own = basis.choice is not None and bool(basis.choice.log_lists)
    if edition is None or (edition.dated is None and not is_own):
        return model.Remark.LIST_UNKNOWN(), True
    if edition.dated is None:
        return model.Remark.LIST_UNDATED(), False
    dated = min(edition.dated, edition.read_at)  # no list is younger than the day on which it was read
    if dated > now + TOLERANCE:  # it was read by a clock that ran ahead
        return model.Remark.LIST_UNKNOWN(), True
    if now - dated <= LIST_AGE:
        return None, False
    return model.Remark.LIST_OLD(day=f"{dated:%Y-%m-%d}", days=(now - dated).days, limit=LIST_AGE.days), True


def retirements(basis: Basis | None) -> dict[bytes, Retirement]:
    """Return the logs of the basis that the log list calls retired, by id, with the time of that."""
    found = ((log.id, _retirement(log)) for log in (basis.logs if basis else ()))
    return {log_id: retirement for log_id, retirement in found if retirement is not None}


def _retirement(log: BasisLog) -> Retirement | None:
    """Return when a log retired. Without a time in the list it was before a scan noticed it; an older version kept
    only the day, of which the last moment counts."""
    if log.reason is None or log.reason.code not in (SkipReason.RETIRED, SkipReason.RETIRED_SINCE):
        return None
    if log.reason.code == SkipReason.RETIRED:
        return Retirement(log.since, "")
    since = str(dict(log.reason.params).get("since", ""))
    return Retirement(time_of(since) or _end_of(since), since[: len("2026-01-31")], log.since)


def _end_of(day: str) -> datetime | None:
    start = time_of(f"{day}T00:00:00Z")
    return None if start is None else start + timedelta(days=1, milliseconds=-1)


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
    age = _ms(now) - head.timestamp
    return bool(head.signature) and not log.is_archive and age <= believed_mmd(log) * 1000 + _DAY // _MS


def span_text(span: timedelta) -> str:
    """Write a span of time by its largest units: `6 min`, `3 h 20 min`, `12 days`."""
    minutes = span // timedelta(minutes=1)
    if minutes < 60:
        return f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60} min" if minutes < 48 * 60 else f"{span.days:,} days"


def _ms(time: datetime) -> int:
    return (time - _EPOCH) // _MS
