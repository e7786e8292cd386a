"""Basis of a report: which logs it covers, which entries it doesn't, and whether it is complete."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Protocol

from ctscan.answer.outside import unreadable_entries
from ctscan.ct.coverage import judge
from ctscan.ct.freshness import about_list, freshness, retirements, time_set_back
from ctscan.index.protocols import BasisStore, LogStore, Runs
from ctscan.model import GapReason, Remark, SkipReason
from ctscan.model.exposure import NotCovered, ReportBasis
from ctscan.model.spans import total
from ctscan.personal.question_coverage import satisfies
from ctscan.personal.rule_set import rule_set
from ctscan.personal.scope import scope_includes

if TYPE_CHECKING:
    from ctscan.model import BasisLog, LogCoverage, LogState, RuleSet, VerifiedRange


class BasisIndex(Runs, BasisStore, LogStore, Protocol):
    """Index in the roles that the basis of a report needs."""


async def report_basis(index: BasisIndex, scope: str, now: datetime, stale_after: timedelta) -> ReportBasis:
    """Judge the basis of a report on a scope: each log of the basis, from its first entry to its newest head.

    Args:
        scope: text of the scope; a range counts if it was read with this scope or a wider one, and with today's rules.
        now: time at which staleness is judged.
        stale_after: the margin of `ct.freshness`.
    """
    basis, rule_sets = await index.basis(), await index.rule_sets()
    states = {state.log.id: state for state in await index.log_states()}
    members, retired = basis.logs if basis else (), retirements(basis)
    missing, covered = [], {}
    for log in members:
        state = states.get(log.id)
        if state is None or state.head is None:
            missing.append(_never_read(log, state))
            continue
        why = partial(_why_not_searched, scope=scope, rule_sets=rule_sets, today=rule_set())
        found = judge(state, why, freshness(state, now, stale_after, retirement=retired.get(log.id)))
        lost = total(gap.span for gap in found.gaps)
        covered[log.name] = (found.head_size - lost, found.head_size)
        if not found.is_whole or found.is_stale or state.misbehaviour:
            missing.append(_partly(log, state, found, lost))
    remark, is_outdated = about_list(basis, now)
    doubts = [one for one in (remark if is_outdated else None, unreadable_entries(basis)) if one is not None]
    read = [state for state in states.values() if state.head]
    if (known := time_set_back(read, now)) is not None:
        doubts.append(Remark.CLOCK_SET_BACK(now=now, known=known))
    if not members:
        doubts.append(Remark.NOTHING_SCANNED())
    return ReportBasis(basis, not missing and not doubts, tuple(missing), tuple(doubts), covered)


def _why_not_searched(
    verified: VerifiedRange, scope: str, rule_sets: Mapping[str, RuleSet], today: RuleSet
) -> GapReason | None:
    if not scope_includes(verified.scope, scope):
        return GapReason.OUT_OF_SCOPE
    return None if satisfies(verified, scope, rule_sets, today) else GapReason.OLDER_RULES


def _never_read(log: BasisLog, state: LogState | None) -> NotCovered:
    error = state.last_error if state else None
    detail = SkipReason.NEVER_READ(detail=error) if error else log.reason or SkipReason.NO_HEAD()
    return NotCovered(log.name, log.operator, 0, 0, (str(GapReason.NOT_READ),), detail)


def _partly(log: BasisLog, state: LogState, found: LogCoverage, lost: int) -> NotCovered:
    reasons = list(dict.fromkeys(str(gap.reason) for gap in found.gaps))
    reasons += ["stale"] if found.is_stale else []
    reasons += ["misbehaving"] if state.misbehaviour else []
    return NotCovered(log.name, log.operator, lost, found.head_size, tuple(reasons), found.stale_reason)
