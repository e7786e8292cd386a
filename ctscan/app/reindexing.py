"""Use case that applies today's rules to the certificates in the index again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from typing import TYPE_CHECKING, Protocol

from ctscan.app.recording import recorded
from ctscan.app.wiring import CLOCK, opened_index
from ctscan.clock import Clock, unless_stopped
from ctscan.index.protocols import Finder, LogStore, Reindex, Retention, Searches
from ctscan.model import AuditAction, EntryKind, QuestionKind

if TYPE_CHECKING:
    import asyncio

    from ctscan.config import Config
    from ctscan.model import Finding
    from ctscan.model.results import ReindexResult
    from ctscan.personal.analyse import Analysis, ResultFilter

_ALL = (1 << 63) - 1


class ScopeIndex(LogStore, Searches, Protocol):
    """Index in the roles that remember scopes."""


class ReindexIndex(Finder, Reindex, Retention, Protocol):
    """Index in the roles that replace findings."""


async def reindex(
    config: Config, *, who: str, stop: asyncio.Event | None = None, clock: Clock = CLOCK
) -> ReindexResult:
    """Find personal data in all certificates of the index again, and write what changed. No log is read.

    A damaged index is repaired first.

    Args:
        who: the account, for the record.
        stop: ends the work behind the certificate in hand, once it is set; what was written stays.
    """
    import asyncio

    from ctscan.model.results import ReindexResult
    from ctscan.personal.keeping import Keeping
    from ctscan.personal.rule_set import rule_set
    from ctscan.personal.scope import Scope

    stop = stop or asyncio.Event()
    counts: Counter[str] = Counter()
    limits = config.keep.limits(clock.now())
    version = rule_set().version
    async with (
        opened_index(config) as index,
        recorded(config, AuditAction.REINDEX, who=who, clock=clock) as change,
    ):
        change.detail = version
        with index.noted_damage():
            scope = Keeping(Scope(everything=True, domains=await scanned_domains(index)), limits)
        await index.note_limits(limits)
        damaged = await index.damaged_parts(stop.is_set)
        repaired = await index.begin_repair(clock.now(), stop.is_set) if damaged else None
        apply = _apply if repaired is None else _find_again
        is_whole = await _apply_to_all(index, scope, version, apply, counts, stop)
        if is_whole and repaired is not None:
            await index.end_repair()
        numbers = (counts["unchanged"], counts["changed"], counts["removed"])
        result = ReindexResult(version, *numbers, not is_whole, tuple(sorted(damaged)), repaired)
        change.exit_code = result.exit_code
    return result


async def _apply_to_all(
    index: ReindexIndex,
    scope: ResultFilter,
    version: str,
    apply: Callable[[ReindexIndex, bytes, Analysis, str], Awaitable[str]],
    counts: Counter[str],
    stop: asyncio.Event,
) -> bool:
    """Analyse and apply certificate by certificate, and count the outcomes; return False when it was stopped."""
    import asyncio

    from ctscan.personal.analyse import analyse, kind_of_leaf

    if stop.is_set():
        return False
    async for identity, der, kind in index.kept(whole=True):
        analysing = asyncio.to_thread(analyse, der, kind_of_leaf(EntryKind(kind)), scope)
        found = await unless_stopped(analysing, stop)
        if found is None:
            return False
        counts[await (_drop if found[0].is_too_old else apply)(index, identity, found[0], version)] += 1
        if stop.is_set():
            return False
    return True


async def scanned_domains(index: ScopeIndex) -> tuple[str, ...]:
    """Collect the domains of the scopes of all scans and searches: names of people are looked for in their hosts."""
    from ctscan.personal.scope import scope_from_text

    states = await index.log_states()
    scopes = {verified.scope for state in states for verified in state.verified}
    scopes |= {pending.scope for state in states for pending in state.pending}
    domains = {domain for scope in scopes for domain in scope_from_text(scope).domains}
    for search in await index.newest_searches(_ALL):
        domains.update(scope_from_text(search.scope).domains if search.scope else ())
        if search.kind in (QuestionKind.DOMAIN, QuestionKind.HOST):
            domains.add(search.question.removeprefix(f"{search.kind}:"))
    return tuple(sorted(domains))


async def _drop(index: ReindexIndex, identity: bytes, analysis: Analysis, version: str) -> str:
    """Delete a certificate that retention leaves out."""
    await index.drop_identities([identity])
    return "removed"


async def _apply(index: ReindexIndex, identity: bytes, analysis: Analysis, version: str) -> str:
    """Replace the findings of a certificate, and the mark that it was partly read.

    Where a rule failed, or nothing is left of an unreadable certificate, its findings stay: they may be there all the
    same, and without findings a certificate is deleted. A certificate that is partly read and has no findings is kept
    for its mark alone: the findings in the part that was read are out of scope.
    """
    matches = await index.find_identity(identity)
    before = [finding for match in matches for finding in match.findings]
    was_partly_read = any(match.certificate.partly_read for match in matches)
    is_mark_the_same = was_partly_read == analysis.partly_read
    findings = analysis.findings
    is_unsure = not analysis.is_complete and (analysis.certificate is not None or not findings)
    if is_unsure or (was_partly_read and analysis.partly_read and not before):
        if not is_mark_the_same:
            await index.mark_partly_read(identity, analysis.partly_read)
        return "unchanged" if is_mark_the_same else "changed"
    await index.replace_findings(identity, findings, version, partly_read=analysis.partly_read)
    if not findings and not analysis.partly_read:
        return "removed"
    return "unchanged" if is_mark_the_same and _are_same(before, findings) else "changed"


async def _find_again(index: ReindexIndex, identity: bytes, analysis: Analysis, version: str) -> str:
    """Write the findings of a certificate that has none after the repair. A certificate stays even without findings: it
    had some by other rules, perhaps."""
    if not analysis.findings:
        await index.mark_partly_read(identity, analysis.partly_read)
        return "unchanged"
    await index.replace_findings(identity, analysis.findings, version, partly_read=analysis.partly_read)
    return "changed"


def _are_same(before: Iterable[Finding], now: Iterable[Finding]) -> bool:
    return sorted(map(repr, before)) == sorted(map(repr, now))
