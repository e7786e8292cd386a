"""Progress and health of logs, judged from their state in the index. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ctscan.answer.log_health import condition_of
from ctscan.ct.coverage import backlog, catch_up, judge, position, verified_size
from ctscan.ct.freshness import Retirement, freshness
from ctscan.model import Cosignature, LogState, RecordedMisbehaviour

if TYPE_CHECKING:
    from ctscan.ct.cosignature import Witness
    from ctscan.model.results import LogReport


def log_report(
    state: LogState,
    misbehaviour: Sequence[RecordedMisbehaviour],
    now: datetime,
    stale_after: timedelta,
    *,
    retirement: Retirement | None = None,
    is_read: bool = True,
    witnesses: Sequence[Witness] = (),
) -> LogReport:
    """Report the progress of a log at `now`, and the cosignatures of `witnesses` on its newest head; for `stale_after`
    and `retirement` see `ct.freshness`, for `is_read` see `condition_of`."""
    from ctscan.model.results import LogReport

    judged = freshness(state, now, stale_after, retirement=retirement)
    return LogReport(
        state=state,
        health=condition_of(state, (), judged[0], is_read=is_read, counts_new=True),
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
