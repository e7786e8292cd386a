"""Look-ups: answers from the index, with an exact account of the search. Only this module judges completeness.

identifier -> look-up keys -> matches
logs of the basis -> verified ranges that would have kept a match -> coverage, gaps -> complete or not
repositories asked for the identifier -> searches: reported, but never a reason for completeness
"""

from __future__ import annotations

import functools
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct
from msgspec.structs import replace

from ctscan.answer.applied_limits import kept_rules
from ctscan.answer.mailboxes import mailboxes_of
from ctscan.answer.matching import find_matches
from ctscan.answer.objections import with_objections
from ctscan.answer.offers import offers_of
from ctscan.answer.outside import logs_outside, unreadable_entries
from ctscan.answer.remarks import (
    dismissals,
    limiting_remarks,
    long_delays,
    remarks_on_identifier,
    remarks_on_repositories,
)
from ctscan.answer.unread_parts import unread_parts
from ctscan.ct.coverage import judge
from ctscan.ct.freshness import about_list, freshness, retirements, time_set_back
from ctscan.index.protocols import (
    Authorities,
    BasisStore,
    DamageNoting,
    Finder,
    LogStore,
    Retention,
    Runs,
    Searches,
    Snapshots,
    Suppressing,
)
from ctscan.model import (
    Answer,
    MatchTally,
    Remark,
    SkippedLog,
    SkipReason,
)
from ctscan.personal.question_coverage import questions_about, why_not_searched
from ctscan.personal.rule_set import rule_set
from ctscan.revocation.status import status_of

if TYPE_CHECKING:
    from ctscan.ct.freshness import Judgement
    from ctscan.model import (
        Basis,
        BasisLog,
        GapReason,
        Identifier,
        LogCoverage,
        LogState,
        Match,
        Message,
        RuleSet,
        Search,
        VerifiedRange,
    )

LIMIT = 10_000  # certificates in an answer; the query asks for another, to recognise a cut answer
STALE_AFTER = timedelta(hours=24)


class AnswerIndex(
    Runs,
    BasisStore,
    LogStore,
    Finder,
    Searches,
    Authorities,
    DamageNoting,
    Snapshots,
    Suppressing,
    Retention,
    Protocol,
):
    """Index in the roles that an answer needs."""


async def answer(
    index: AnswerIndex,
    identifier: Identifier,
    *,
    now: datetime,
    stale_after: timedelta = STALE_AFTER,
    limit: int = LIMIT,
    partly: bool = False,
) -> Answer:
    """Return the certificates in the index that match `identifier`, with the coverage of that answer.

    All of it is read from one state of the index. Damaged parts of the index are left out and named, and the answer
    isn't complete.

    Args:
        now: time at which statuses and staleness are judged
        stale_after: the margin of `ct.freshness`
        limit: most certificates in the answer
        partly: look for certificates with a part of a name also where others hold the whole name
    """
    with index.noted_damage() as damage:
        async with index.snapshot():
            given = await read_whole(index, identifier, now, stale_after, limit, partly=partly)
        async with index.snapshot():  # behind all that was read: an objection, or a repair that began meanwhile, counts
            given = await with_objections(index, given)
            damage |= await index.known_damage()
    return with_damage(given, damage)


def with_damage(given: Answer, damage: Collection[str]) -> Answer:
    """Name the damaged parts of the index that reading met. An answer beside damage is never complete."""
    if not damage:
        return given
    return replace(given, complete=False, remarks=(Remark.DAMAGED(parts=", ".join(sorted(damage))), *given.remarks))


async def read_whole(
    index: AnswerIndex, identifier: Identifier, now: datetime, stale_after: timedelta, limit: int, *, partly: bool
) -> Answer:
    """Read an answer with all of its certificates; it doesn't know of objections and damage."""
    ground = await read_ground(index, identifier, now, stale_after)
    found = await find_matches(index, identifier, limit, partly=partly)
    matches = tuple(with_status(match, now) for match in found.matches)
    given = await judged(index, ground, MatchTally.counted(matches), cut=found.cut, only_whole=found.only_whole)
    return await _with_similar(index, replace(given, matches=matches), now)


class Ground(Struct, frozen=True):
    """Ground of an answer: all that was read but for certificates."""

    identifier: Identifier
    now: datetime
    basis: Basis | None
    states: dict[bytes, LogState]
    read: Sequence[LogState]  # members of the basis with a head
    unread: Sequence[BasisLog]
    coverage: tuple[LogCoverage, ...]
    searches: tuple[Search, ...]


async def read_ground(index: AnswerIndex, identifier: Identifier, now: datetime, stale_after: timedelta) -> Ground:
    """Read basis, states of logs and searches for an identifier."""
    basis = await index.basis()
    members = basis.logs if basis else ()
    states = {state.log.id: state for state in await index.log_states()}
    rule_sets = await index.rule_sets()
    questions = dict.fromkeys(text for reading in identifier.readings for text in questions_about(reading))
    searches = tuple(await index.searches(tuple(questions)))
    with_head = {log_id for log_id, state in states.items() if state.head}
    read = [states[log.id] for log in members if log.id in with_head]
    unread = [log for log in members if log.id not in with_head]
    retired = retirements(basis)
    ages = {state.log.id: freshness(state, now, stale_after, retirement=retired.get(state.log.id)) for state in read}
    coverage = tuple(_coverage(state, identifier, rule_sets, ages[state.log.id]) for state in read)
    return Ground(identifier, now, basis, states, read, unread, coverage, searches)


async def judged(
    index: AnswerIndex, ground: Ground, sums: MatchTally, *, cut: Message | None = None, only_whole: bool = False
) -> Answer:
    """Judge the completeness of an answer with these certificates, and give it its remarks; it holds no certificate.

    Args:
        index: in the snapshot from which ground and certificates were read.
        ground: the ground.
        sums: sums over the certificates.
        cut: reason why others are left out.
        only_whole: certificates with only a part of the name were not looked for.
    """
    identifier, read = ground.identifier, ground.read
    partly_read = await unread_parts(index, identifier, is_found=sums.found > 0)
    limits = limiting_remarks(identifier, read, is_found=sums.whole > 0)
    of_list, is_doubtful = _about_list_and_time(ground.basis, read, ground.now)
    members = ground.basis.logs if ground.basis else ()
    complete = (
        bool(members)
        and not is_doubtful
        and not ground.unread
        and all(log.is_whole for log in ground.coverage)
        and not limits
        and not cut
        and not partly_read
    )
    remarks = [*of_list, *limits, *dismissals(read), *long_delays(read)]
    remarks += [*([] if members else [Remark.NOTHING_SCANNED()]), *filter(None, [cut])]
    remarks += remarks_on_identifier(identifier, sums, only_whole=only_whole)
    remarks += remarks_on_repositories(identifier, sums, ground.searches, complete)
    never_read = [_never_read(log, ground.states.get(log.id)) for log in ground.unread]
    return Answer(
        identifier=identifier,
        matches=(),
        coverage=ground.coverage,
        not_covered=(*never_read, *logs_outside(ground.basis, ground.states)),
        complete=complete,
        remarks=(*partly_read, *remarks),
        searches=ground.searches,
        authorities=await index.authority_list(),
        basis=ground.basis,
        kept_rules=await kept_rules(index),
        only_whole=only_whole,
    )


async def _with_similar(index: Finder, given: Answer, now: datetime) -> Answer:
    """Add mailboxes of the name, and similar identifiers. They are no matches, and leave completeness as it is."""
    mailboxes, mailboxes_cut = await mailboxes_of(index, given.identifier, given.matches)
    offers, offers_cut = await offers_of(index, given.identifier, given.matches)
    return replace(
        given,
        mailboxes=tuple(with_status(match, now) for match in mailboxes),
        offers=offers,
        remarks=(*given.remarks, *filter(None, (mailboxes_cut, offers_cut))),
    )


def with_status(match: Match, now: datetime) -> Match:
    """Judge the status of a certificate."""
    certificate = match.certificate
    status = status_of(certificate.not_before, certificate.not_after, match.revocations, now)
    return replace(match, status=status)


def _coverage(state: LogState, identifier: Identifier, rule_sets: dict[str, RuleSet], age: Judgement) -> LogCoverage:
    why = functools.partial(_why_not_searched, identifier=identifier, rule_sets=rule_sets, today=rule_set())
    return judge(state, why, age)


def _why_not_searched(
    verified: VerifiedRange, identifier: Identifier, rule_sets: dict[str, RuleSet], today: RuleSet
) -> GapReason | None:
    """Return the reason why a range doesn't answer for every reading of the identifier."""
    reasons = (why_not_searched(verified, reading, rule_sets, today) for reading in identifier.readings)
    return next(filter(None, reasons), None)


def _about_list_and_time(basis: Basis | None, read: Sequence[LogState], now: datetime) -> tuple[list[Message], bool]:
    """Return remarks on this machine's clock and on the log list, and whether they keep an answer from being
    complete."""
    remark, is_outdated = about_list(basis, now)
    unreadable = unreadable_entries(basis)
    remarks = [*filter(None, (remark, unreadable))]
    set_back = time_set_back(read, now)
    if set_back is not None:
        remarks.insert(0, Remark.CLOCK_SET_BACK(now=now, known=set_back))
    return remarks, is_outdated or unreadable is not None or set_back is not None


def _never_read(log: BasisLog, state: LogState | None) -> SkippedLog:
    """Name a member without a head: its last failure is the reason, else the reason why scans leave it out."""
    error = state.last_error if state else None
    reason = SkipReason.NEVER_READ(detail=error) if error else log.reason or SkipReason.NO_HEAD()
    return SkippedLog(log.id, log.name, log.operator, reason)
