"""Progress and health of logs, judged from their state in the index. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from math import inf
from typing import TYPE_CHECKING

from ctscan.ct.coverage import backlog, catch_up, judge, position, verified_size
from ctscan.ct.freshness import freshness
from ctscan.model import Cosignature, Freshness, LogState, RecordedMisbehaviour

if TYPE_CHECKING:
    from ctscan.ct.cosignature import Witness
    from ctscan.model.results import LogReport


def log_report(
    state: LogState,
    misbehaviour: Sequence[RecordedMisbehaviour],
    now: datetime,
    stale_after: timedelta,
    *,
    is_retired: bool = False,
    witnesses: Sequence[Witness] = (),
) -> LogReport:
    """Report the progress of a log at `now`, and the cosignatures of `witnesses` on its newest head; for `stale_after`
    and `is_retired` see `ct.freshness`."""
    from ctscan.model.results import LogReport

    judged = freshness(state, now, stale_after, is_retired=is_retired)
    return LogReport(
        state=state,
        health=health(state, now, stale_after, is_retired=is_retired),
        misbehaviour=tuple(misbehaviour),
        gaps=judge(state, lambda _: None, judged).gaps,
        verified_size=verified_size(state),
        position=position(state),
        backlog=backlog(state),
        catch_up=catch_up(state),
        freshness=judged[0],
        stale_reason=judged[1],
        cosignatures=_cosignatures(state, witnesses),
        witnesses=len(witnesses),
    )


def _cosignatures(state: LogState, witnesses: Sequence[Witness]) -> tuple[Cosignature, ...]:
    if not witnesses or state.head is None:
        return ()
    from ctscan.ct.cosignature import cosignatures

    return cosignatures(state.head.raw, witnesses)


def health(state: LogState, now: datetime, stale_after: timedelta, *, is_retired: bool = False) -> str:
    """Name the worst that is known of a log, in one or two words."""
    if state.misbehaviour:
        return "misbehaved"
    if state.last_error:
        return "failing"
    if state.head is None:
        return "never read"
    if freshness(state, now, stale_after, is_retired=is_retired)[0] is Freshness.STALE:
        return "stale"
    if catch_up(state) == inf:
        return "falling behind"
    if state.pending or backlog(state):
        return "behind"
    return "has holes" if state.gaps else "ok"
