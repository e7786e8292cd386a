"""Use case that checks the health of every log that answers speak of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING

from msgspec.structs import replace

from ctscan.app.wiring import CLOCK, opened_index, opened_trail, trail_path
from ctscan.clock import Clock
from ctscan.errors import IndexFault, worst

if TYPE_CHECKING:
    from ctscan.config import Config
    from ctscan.model import Holder, LogState, Message, SkippedLog
    from ctscan.model.audit import KnownTrail
    from ctscan.model.health import HealthReport


async def health(config: Config, *, clock: Clock = CLOCK) -> HealthReport:
    """Judge each log of the basis: failing, stale, misbehaving, falling behind, with gaps, or held by a process that
    makes no progress. Nothing is written, and no request is sent.

    Raises:
        IndexFault: the index can't be read.
    """
    from ctscan.answer.log_health import STALLED, exit_code, log_health, never_read
    from ctscan.answer.outside import logs_outside, unreadable_entries
    from ctscan.ct.freshness import about_list, retirements
    from ctscan.model.health import HealthReport

    now = clock.now()
    async with opened_index(config) as index:
        with index.noted_damage() as damage:
            states = {state.log.id: state for state in await index.log_states()}
            basis, known, log_list = await index.basis(), await index.known_trail(), await index.list_failure()
            stalled: dict[bytes, list[Holder]] = defaultdict(list)
            for holder in await index.holders(now - STALLED):
                stalled[holder.log_id].append(holder)
    retired = retirements(basis)
    members = basis.logs if basis else ()
    outside = logs_outside(basis, states)
    logs = tuple(
        log_health(log, states[log.id], stalled[log.id], now, config.stale_after, retirement=retired.get(log.id))
        if log.id in states
        else never_read(log)
        for log in members
    )
    named = {log.id for log in members} | {log.id for log in outside}
    unnamed = [_unnamed(state) for log_id, state in states.items() if log_id not in named]
    remark, is_list_doubtful = about_list(basis, now)
    unreadable = unreadable_entries(basis)
    about = tuple(filter(None, (remark, unreadable))) if logs else ()
    report = HealthReport(0, logs, (*outside, *unnamed), await _of_index(config, damage, known), log_list, about)
    code = exit_code(logs, is_damaged=report.is_damaged, is_list_doubtful=is_list_doubtful or unreadable is not None)
    return replace(report, exit_code=worst([code, int(report.is_trail_lost or log_list is not None)]))


def _unnamed(state: LogState) -> SkippedLog:
    """Name a log of the index that neither the basis nor its list knows."""
    from ctscan.model import SkippedLog, SkipReason

    reason = SkipReason.READ_APART() if state.head else SkipReason.NOT_SELECTED()
    return SkippedLog(state.log.id, state.log.name, state.log.operator, reason)


async def _of_index(config: Config, damage: Iterable[str], known: KnownTrail | None) -> tuple[Message, ...]:
    """Tell of damage that this check or a look-up since the last reindex met, and of the trail: whether it is the one
    that the index knows, and can be read."""
    from ctscan.model.health import HealthDetail

    found = [HealthDetail.DAMAGED(parts=", ".join(sorted(damage)))] if damage else []
    try:
        if trail_path(config).exists():
            async with opened_trail(config) as trail:
                met, id = await trail.damage_met(), await trail.id()
            found += [HealthDetail.DAMAGE_MET(at=met)] if met else []
            if known is not None and id != known.id:
                found.append(HealthDetail.TRAIL_REPLACED(time=known.at))
        elif known is not None:
            found.append(HealthDetail.TRAIL_LOST(time=known.at))
    except (IndexFault, OSError) as error:
        found.append(HealthDetail.TRAIL_UNREADABLE(error=str(error)))
    return tuple(found)
