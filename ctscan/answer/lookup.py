"""Look-ups: answers from the index, with an exact account of the search. Only this module judges completeness.

identifier -> look-up keys -> matches
logs of the basis -> verified ranges that would have kept a match -> coverage, gaps -> complete or not
repositories asked for the identifier -> searches: reported, but never a reason for completeness
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

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
    Suppressing,
)
from ctscan.model import (
    Answer,
    Remark,
    SkippedLog,
    SkipReason,
)
from ctscan.personal.question_coverage import questions_about, why_not_searched
from ctscan.personal.rule_set import rule_set
from ctscan.revocation.status import status_of

if TYPE_CHECKING:
    from ctscan.answer.matching import Found
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
    Runs, BasisStore, LogStore, Finder, Searches, Authorities, DamageNoting, Suppressing, Retention, Protocol
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

    Coverage is read first: certificates that a scan commits meanwhile are then found without being counted as searched,
    never the other way round. Damaged parts of the index are left out and named, and the answer isn't complete.

    Args:
        now: time at which statuses and staleness are judged
        stale_after: the margin of `ct.freshness`
        limit: most certificates in the answer
        partly: look for certificates with a part of a name also where others hold the whole name
    """
    with index.noted_damage() as damage:
        given = await _answer(index, identifier, now, stale_after, limit, partly)
        given = await _with_similar(index, given, now)
        given = replace(given, kept_rules=await kept_rules(index))  # behind all that was read: limits only grow
        given = await with_objections(index, given)  # behind all that was read: an objection meanwhile counts
        await index.basis()  # notes a repair that began meanwhile, and took findings away
    if not damage:
        return given
    return replace(given, complete=False, remarks=(Remark.DAMAGED(parts=", ".join(sorted(damage))), *given.remarks))


async def _answer(
    index: AnswerIndex, identifier: Identifier, now: datetime, stale_after: timedelta, limit: int, partly: bool
) -> Answer:
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
    found = await find_matches(index, identifier, limit, partly=partly)
    matches = [_with_status(match, now) for match in found.matches]
    partly_read = await unread_parts(index, identifier, is_found=bool(matches))
    limits = limiting_remarks(identifier, matches, read)
    of_list, is_doubtful = _about_list_and_time(basis, read, now)
    complete = (
        bool(members)
        and not is_doubtful
        and not unread
        and all(log.is_whole for log in coverage)
        and not limits
        and not found.cut
        and not partly_read
    )
    remarks = [*of_list, *limits, *dismissals(read), *long_delays(read)]
    remarks += [*([] if members else [Remark.NOTHING_SCANNED()]), *filter(None, [found.cut])]
    return Answer(
        identifier=identifier,
        matches=tuple(matches),
        coverage=coverage,
        not_covered=(*(_never_read(log, states.get(log.id)) for log in unread), *logs_outside(basis, states)),
        complete=complete,
        remarks=(*partly_read, *remarks, *_advice(identifier, found, searches, complete)),
        searches=searches,
        authorities=await index.authority_list(),
        basis=basis,
        only_whole=found.only_whole,
    )


def _advice(identifier: Identifier, found: Found, searches: Sequence[Search], complete: bool) -> list[Message]:
    return [
        *remarks_on_identifier(identifier, found.matches, only_whole=found.only_whole),
        *remarks_on_repositories(identifier, found.matches, searches, complete),
    ]


async def _with_similar(index: Finder, given: Answer, now: datetime) -> Answer:
    """Add mailboxes of the name, and similar identifiers. They are no matches, and leave completeness as it is."""
    mailboxes, mailboxes_cut = await mailboxes_of(index, given.identifier, given.matches)
    offers, offers_cut = await offers_of(index, given.identifier, given.matches)
    return replace(
        given,
        mailboxes=tuple(_with_status(match, now) for match in mailboxes),
        offers=offers,
        remarks=(*given.remarks, *filter(None, (mailboxes_cut, offers_cut))),
    )


def _with_status(match: Match, now: datetime) -> Match:
    certificate = match.certificate
    return replace(match, status=status_of(certificate.not_before, certificate.not_after, match.revocations, now))


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
