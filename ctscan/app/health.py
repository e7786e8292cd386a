"""Use case that checks the health of every log that answers speak of."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from ctscan.app.wiring import CLOCK, opened_index
from ctscan.clock import Clock

if TYPE_CHECKING:
    from ctscan.config import Config
    from ctscan.model import Holder
    from ctscan.model.health import HealthReport


async def health(config: Config, *, clock: Clock = CLOCK) -> HealthReport:
    """Judge each log of the basis: failing, stale, misbehaving, falling behind, with gaps, or held by a process that
    makes no progress. Nothing is written, and no request is sent.

    Raises:
        IndexFault: the index can't be read.
    """
    from ctscan.answer.log_health import STALLED, exit_code, log_health, never_read
    from ctscan.answer.outside import logs_outside
    from ctscan.ct.freshness import retired_logs
    from ctscan.model import SkippedLog, SkipReason
    from ctscan.model.health import HealthReport

    now = clock.now()
    async with opened_index(config) as index:
        states = {state.log.id: state for state in await index.log_states()}
        basis = await index.basis()
        stalled: dict[bytes, list[Holder]] = defaultdict(list)
        for holder in await index.holders(now - STALLED):
            stalled[holder.log_id].append(holder)
    retired = retired_logs(basis)
    members = basis.logs if basis else ()
    outside = logs_outside(basis, states)
    logs = tuple(
        log_health(log, states[log.id], stalled[log.id], now, config.stale_after, is_retired=log.id in retired)
        if log.id in states
        else never_read(log)
        for log in members
    )
    named = {log.id for log in members} | {log.id for log in outside}
    others = [state for log_id, state in states.items() if log_id not in named]
    unnamed = [
        SkippedLog(
            state.log.id,
            state.log.name,
            state.log.operator,
            SkipReason.READ_APART() if state.head else SkipReason.NOT_SELECTED(),
        )
        for state in others
    ]
    return HealthReport(exit_code(logs), logs, (*outside, *unnamed))
