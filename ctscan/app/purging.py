"""Use cases of retention: delete what is older than the rules of [keep], and what the scope no longer allows.

    rules, moment ──► bounds ──► numbers (a dry run)
                           └──► event INTENDED ──► limits noted ──► short transactions ──► event DONE ──► receipt

Each transaction is whole: a purge that is stopped or killed has deleted some of it, and the next one goes on.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from ctscan.app.recording import key_of, recorded
from ctscan.app.scoping import configured_scope
from ctscan.app.wiring import CLOCK, opened_index, opened_trail, trail_path
from ctscan.errors import IndexFault, InputError
from ctscan.index.protocols import Leases, Reindex, Retention
from ctscan.model import AuditAction, AuditEvent, AuditState, EntryKind
from ctscan.model.keep import (
    CERTIFICATE_RULES,
    LONGER_CASES,
    KeepKind,
    KeptRule,
    Limits,
    PurgeBounds,
    Purged,
    PurgeReceipt,
    summed,
)

if TYPE_CHECKING:
    import asyncio

    from ctscan.app.recording import ChangeRecorder
    from ctscan.clock import Clock
    from ctscan.config import Config
    from ctscan.personal.scope import Scope


class PurgeIndex(Retention, Reindex, Leases, Protocol):
    """Index in the roles that a purge needs."""


AT_ONCE = 100  # certificates out of scope that are deleted in one transaction


async def purge(
    config: Config,
    *,
    who: str,
    out_of_scope: bool = False,
    confirmed: bool = False,
    stop: asyncio.Event | None = None,
    clock: Clock = CLOCK,
) -> PurgeReceipt:
    """Delete what is too old to keep, or count it.

    Args:
        config: settings.
        who: the account, for the record.
        out_of_scope: also delete certificates that the configured scope no longer allows. Ranges that were searched
            with a wider scope then count for this scope only.
        confirmed: do it; else only count.
        stop: ends the work behind the transaction in hand, once it is set.
        clock: clock of the rules and of the record.

    Raises:
        UsageError: the scope is missing or can't be understood.
        IndexFault: index or trail can't be used, or logs are being read while the scope is to be applied.
    """
    now = clock.now()
    bounds = bounds_of(config, now)
    scope = configured_scope(config) if out_of_scope else None
    async with opened_index(config) as index:
        if scope is not None:
            await _refuse_readers(index, now)
        if confirmed:
            return await _purge(config, index, bounds, scope, who, stop, clock)
        counts = await _count(config, index, bounds)
        if scope is not None:
            counts.append({Purged.RANGES: await index.count_wider(_narrowing(scope))})
            counts += [{Purged.OUT_OF_SCOPE: 1} async for _ in _outside(index, scope, bounds.limits, stop)]
        is_stopped = stop is not None and stop.is_set()
        return PurgeReceipt(now, False, summed(counts), is_stopped, rules=await _rules(index))


async def purge_after_reading(
    config: Config, *, who: str, stop: asyncio.Event, clock: Clock = CLOCK
) -> PurgeReceipt | None:
    """Delete what became too old, at the end of a scan. None, with nothing recorded, where nothing did."""
    bounds = bounds_of(config, clock.now())
    if stop.is_set():
        return None
    async with opened_index(config) as index:
        if not summed(await _count(config, index, bounds)):
            return None
        return await _purge(config, index, bounds, None, who, stop, clock, needs_key=False)


async def _count(config: Config, index: Retention, bounds: PurgeBounds) -> list[Mapping[Purged, int]]:
    cases = {Purged.CASE_IDENTIFIERS: len(await index.naming_cases(bounds))}
    return [await index.count_old(bounds), cases, await _count_trail(config, bounds)]


def bounds_of(config: Config, now: datetime) -> PurgeBounds:
    """Return the moments before which records go, at a time."""
    keep = config.keep
    limits = keep.limits(now)
    before: dict[KeepKind, datetime] = {
        kind: moment
        for kind in KeepKind
        if kind not in (*CERTIFICATE_RULES, KeepKind.CASE_IDENTIFIERS)
        and (moment := keep.before(kind, now)) is not None
    }
    regimes = {regime: keep.case_identifiers_before(regime, now) for regime in ("", *LONGER_CASES)}
    return PurgeBounds(limits, before, regimes)


async def _refuse_readers(index: Leases, now: datetime) -> None:
    """Raise IndexFault while logs are being read: their steps carry the scope that the scan began with."""
    if await index.holders(now):
        raise IndexFault(
            "purge: logs are being read into this index with the scope that the scan began with; stop the scan, then "
            "repeat the command"
        )


async def _purge(
    config: Config,
    index: PurgeIndex,
    bounds: PurgeBounds,
    scope: Scope | None,
    who: str,
    stop: asyncio.Event | None,
    clock: Clock,
    *,
    needs_key: bool = True,
) -> PurgeReceipt:
    """Purge and record it. The medium of the key need not be there at the end of a scan: cases wait for it then."""
    now, parts = clock.now(), list[Mapping[Purged, int]]()
    async with recorded(config, AuditAction.PURGE, who=who, clock=clock) as change:
        await index.note_limits(_noted(config, bounds, now))
        async for counts in _steps(index, bounds, scope, stop):
            parts.append(counts)
            if stop is not None and stop.is_set():
                break
        parts.append(await _pseudonymise(config, index, bounds, change, needs_key=needs_key))
        is_stopped = stop is not None and stop.is_set()
        if not is_stopped:
            parts.append(await _forget_bodies(bounds, change, who, now))
        is_emptied = await index.empty_log() and await change.trail.empty_log()
        sums = summed(parts)
        change.detail = ", ".join(f"{kind} {number}" for kind, number in sums.items())
        change.exit_code = int(is_stopped)
    return PurgeReceipt(now, True, sums, is_stopped, not is_emptied, await _rules(index))


def _noted(config: Config, bounds: PurgeBounds, now: datetime) -> Limits:
    """Return the limits to note: those of certificates, and that of evidence, which old answers rest on."""
    period = config.keep.period(KeepKind.EVIDENCE)
    evidence = () if period is None else (KeptRule(KeepKind.EVIDENCE, period, period.before(now)),)
    return Limits((*bounds.limits.rules, *evidence))


async def _pseudonymise(
    config: Config, index: Retention, bounds: PurgeBounds, change: ChangeRecorder, *, needs_key: bool
) -> Mapping[Purged, int]:
    from functools import partial

    from ctscan.privacy.pseudonym import pseudonym_digest

    cases = await index.naming_cases(bounds)
    if not cases:
        return {}
    try:
        digest = partial(pseudonym_digest, await key_of(config, change.trail))
    except InputError:
        if needs_key:
            raise
        return {}
    return {Purged.CASE_IDENTIFIERS: sum([await index.pseudonymise_case(case, digest) for case in cases])}


async def _steps(
    index: PurgeIndex, bounds: PurgeBounds, scope: Scope | None, stop: asyncio.Event | None
) -> AsyncIterator[Mapping[Purged, int]]:
    """Yield the numbers of each transaction. What is searched counts for the narrower scope before the first
    certificate goes: a kill in between leaves too much, and no answer that calls itself complete without it."""
    async for counts in index.purge_old(bounds):
        yield counts
    if scope is None:
        return
    yield {Purged.RANGES: await index.narrow_coverage(_narrowing(scope))}
    some: list[bytes] = []
    async for identity in _outside(index, scope, bounds.limits, stop):
        some.append(identity)
        if len(some) == AT_ONCE:
            yield _as_outside(await index.drop_identities(some))
            some = []
    yield _as_outside(await index.drop_identities(some))


def _as_outside(counts: Mapping[Purged, int]) -> Mapping[Purged, int]:
    return {Purged.OUT_OF_SCOPE: counts.get(Purged.CERTIFICATES, 0)}


async def _outside(index: Reindex, scope: Scope, limits: Limits, stop: asyncio.Event | None) -> AsyncIterator[bytes]:
    """Yield the identities of certificates that the scope doesn't allow, and that aren't too old anyway. A certificate
    that was read in part stays: it may be in scope."""
    import asyncio

    from ctscan.personal.analyse import analyse, kind_of_leaf
    from ctscan.personal.keeping import Keeping

    keeping = Keeping(scope, limits)
    async for identity, der, kind in index.kept():
        if stop is not None and stop.is_set():
            return
        found = await asyncio.to_thread(analyse, der, kind_of_leaf(EntryKind(kind)), keeping)
        if not (found.in_scope or found.partly_read or found.is_too_old):
            yield identity


def _narrowing(scope: Scope) -> Callable[[str], str]:
    from functools import partial

    from ctscan.personal.scope import scope_within

    return partial(scope_within, limit=scope)


async def _rules(index: Retention) -> tuple[KeptRule, ...]:
    return (await index.kept_limits()).rules


# --- the trail ----------------------------------------------------------------------------------------------------


async def _count_trail(config: Config, bounds: PurgeBounds) -> Mapping[Purged, int]:
    before = bounds.of(KeepKind.TRAIL)
    if before is None or not trail_path(config).exists():
        return {}
    async with opened_trail(config) as trail:
        return {Purged.TRAIL: await trail.count_forgettable(before)}


async def _forget_bodies(bounds: PurgeBounds, change: ChangeRecorder, who: str, now: datetime) -> Mapping[Purged, int]:
    before = bounds.of(KeepKind.TRAIL)
    if before is None:
        return {}
    event = AuditEvent(0, now, who, AuditAction.PURGE, AuditState.DONE, change.intent.purpose)
    return {Purged.TRAIL: len(await change.trail.forget_bodies(before, event))}
