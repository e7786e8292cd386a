"""Progress and health of logs, judged from their state in the index. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from math import inf
from typing import TYPE_CHECKING

from ctscan.ct.coverage import backlog, catch_up, judge, position, verified_size
from ctscan.ct.freshness import freshness
from ctscan.model import Freshness, LogState

if TYPE_CHECKING:
    from ctscan.model.results import LogReport, Misbehaviour


def log_report(
    state: LogState, misbehaviour: Sequence[Misbehaviour], now: datetime, stale_after: timedelta
) -> LogReport:
    """Report the progress of a log at `now`; `stale_after` is the margin of `ct.freshness`."""
    from ctscan.model.results import LogReport

    judged = freshness(state, now, stale_after)
    return LogReport(
        state=state,
        health=health(state, now, stale_after),
        misbehaviour=tuple(misbehaviour),
        gaps=judge(state, lambda _: None, judged).gaps,
        verified_size=verified_size(state),
        position=position(state),
        backlog=backlog(state),
        catch_up=catch_up(state),
        freshness=judged[0],
        stale_reason=judged[1],
    )


def health(state: LogState, now: datetime, stale_after: timedelta) -> str:
    """Name the worst that is known of a log, in one or two words."""
    if state.misbehaviour:
        return "misbehaved"
    if state.last_error:
        return "failing"
    if state.head is None:
        return "never read"
    if freshness(state, now, stale_after)[0] is Freshness.STALE:
        return "stale"
    if catch_up(state) == inf:
        return "falling behind"
    if state.pending or backlog(state):
        return "behind"
    return "has holes" if state.gaps else "ok"
