"""Progress and health of logs, judged from their state in the index. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from math import inf
from typing import TYPE_CHECKING

from ctscan.answer.lookup import is_stale
from ctscan.ct.coverage import backlog, catch_up, judge, position, verified_size
from ctscan.model import LogState

if TYPE_CHECKING:
    from ctscan.model.results import LogReport, Misbehaviour


def log_report(
    state: LogState, misbehaviour: Sequence[Misbehaviour], now: datetime, stale_after: timedelta
) -> LogReport:
    """Report the progress of a log at `now`; a log that was not checked for `stale_after` is stale."""
    from ctscan.model.results import LogReport

    return LogReport(
        state=state,
        health=health(state, now, stale_after),
        misbehaviour=tuple(misbehaviour),
        gaps=judge(state, lambda _: None, False).gaps,
        verified_size=verified_size(state),
        position=position(state),
        backlog=backlog(state),
        catch_up=catch_up(state),
    )


def health(state: LogState, now: datetime, stale_after: timedelta) -> str:
    """Name the worst that is known of a log, in one or two words."""
    if state.misbehaviour:
        return "misbehaved"
    if state.last_error:
        return "failing"
    if state.head is None:
        return "never read"
    if is_stale(state, now, stale_after):
        return "stale"
    if catch_up(state) == inf:
        return "falling behind"
    if state.pending or backlog(state):
        return "behind"
    return "has holes" if state.gaps else "ok"
