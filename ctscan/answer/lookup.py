"""Look-ups: answers from the index, with an exact account of the search. Only this module judges completeness.

identifier -> look-up keys -> matches
logs of the basis -> verified ranges that would have kept a match -> coverage, gaps -> complete or not
repositories asked for the identifier -> searches: reported, but never a reason for completeness
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from ctscan.answer.outside import logs_outside
from ctscan.ct.coverage import judge
from ctscan.ct.freshness import MMD_LIMIT, Judgement, about_list, freshness, retirements, time_set_back
from ctscan.index.protocols import Authorities, BasisStore, DamageNoting, Finder, LogStore, Runs, Searches
from ctscan.model import (
    Answer,
    Basis,
    BasisLog,
    DismissalReason,
    DismissedMisbehaviour,
    FailureKind,
    Identifier,
    IdentifierKind,
    LogCoverage,
    LogState,
    Match,
    Message,
    PartlyRead,
    QuestionKind,
    Remark,
    RuleSet,
    Search,
    SkippedLog,
    SkipReason,
)
from ctscan.model.identifier import KEY_KINDS
from ctscan.personal.normalise.addresses import canonical_domain
from ctscan.personal.normalise.name_tokens import name_forms, name_score
from ctscan.personal.question_coverage import questions_about, why_not_searched
from ctscan.personal.rules import rule_set
from ctscan.revocation.status import status_of

LIMIT = 10_000  # certificates in an answer; the query asks for another, to recognise a cut answer
PARTLY = 200  # certificates in an answer that hold only some words of a name; the query asks for another, too
PARTLY_READ_SHOWN = 5  # certificates that were partly read, named in an answer
STALE_AFTER = timedelta(hours=24)


class AnswerIndex(Runs, BasisStore, LogStore, Finder, Searches, Authorities, DamageNoting, Protocol):
    """Index in the roles that an answer needs."""


async def answer(
    index: AnswerIndex,
    identifier: Identifier,
    *,
    now: datetime,
    stale_after: timedelta = STALE_AFTER,
    limit: int = LIMIT,
) -> Answer:
    """Return the certificates in the index that match `identifier`, with the coverage of that answer.

    Coverage is read first: certificates that a scan commits meanwhile are then found without being counted as searched,
    never the other way round. Damaged parts of the index are left out and named, and the answer isn't complete.

    Args:
        now: time at which statuses and staleness are judged
        stale_after: the margin of `ct.freshness`
        limit: most certificates in the answer
    """
    with index.noted_damage() as damage:
        given = await _answer(index, identifier, now, stale_after, limit)
        await index.basis()  # notes a repair that began meanwhile, and took findings away
    if not damage:
        return given
    return replace(given, complete=False, remarks=(Remark.DAMAGED(parts=", ".join(sorted(damage))), *given.remarks))


async def _answer(
    index: AnswerIndex, identifier: Identifier, now: datetime, stale_after: timedelta, limit: int
) -> Answer:
    basis = await index.basis()
    members = basis.logs if basis else ()
    states = {state.log.id: state for state in await index.log_states()}
    rule_sets = await index.rule_sets()
    searches = tuple(await index.searches(questions_about(identifier)))
    with_head = {log_id for log_id, state in states.items() if state.head}
    read = [states[log.id] for log in members if log.id in with_head]
    unread = [log for log in members if log.id not in with_head]
    retired = retirements(basis)
    ages = {state.log.id: freshness(state, now, stale_after, retirement=retired.get(state.log.id)) for state in read}
    coverage = tuple(_coverage(state, identifier, rule_sets, ages[state.log.id]) for state in read)
    found, cut = await _find(index, identifier, limit)
    matches = [_with_status(match, now) for match in found]
    partly_read = await _partly_read(index, identifier, is_found=bool(matches))
    of_time, is_outdated = _about_time(basis, read, now)
    complete = (
        bool(members)
        and not is_outdated
        and not unread
        and all(log.is_whole for log in coverage)
        and not _limits(identifier, matches, read)
        and not cut
        and not partly_read
    )
    remarks = (*of_time, *_remarks(identifier, matches, read, len(members), cut))
    return Answer(
        identifier=identifier,
        matches=tuple(matches),
        coverage=coverage,
        not_covered=(*(_never_read(log, states.get(log.id)) for log in unread), *logs_outside(basis, states)),
        complete=complete,
        remarks=(*partly_read, *remarks, *_about_repositories(identifier, matches, searches, complete)),
        searches=searches,
        authorities=await index.authority_list(),
        basis=basis,
    )


async def _partly_read(index: Finder, identifier: Identifier, *, is_found: bool) -> list[Message]:
    """Return remarks that name the certificates in whose unread rest the identifier may stand: their number, and the
    first of them. Certificates that match already are among them: the rest may hold more about the person, or another
    address of the domain."""
    if identifier.kind == IdentifierKind.SERIAL:
        unknown = await index.find_serial("")  # kept certificates whose frame can't be read
        remarks = [Remark.SERIALS_UNREADABLE(count=len(unknown))] if unknown else []
        return [*remarks, *await _unparsed_entries(index)]
    if identifier.kind == IdentifierKind.IDENTITY:
        return [] if is_found else await _unparsed_entries(index)
    if identifier.kind not in KEY_KINDS:
        return []
    count, found = await index.partly_read(PARTLY_READ_SHOWN)
    return [Remark.PARTLY_READ(count=count), *map(_name_of, found)] if found else []


async def _unparsed_entries(index: Finder) -> list[Message]:
    """Return remarks that name entries which hold something in scope but can't be parsed, so that nobody knows which
    certificate they hold."""
    count, _ = await index.partly_read(0)
    _, found = await index.partly_read(count) if count else (0, [])
    entries = [one for one in found if one.identity is None]
    return [Remark.PARTLY_READ(count=len(entries)), *map(_name_of, entries[:PARTLY_READ_SHOWN])] if entries else []


def _name_of(one: PartlyRead) -> Message:
    if one.identity is None:
        return Remark.PARTLY_READ_ENTRY(log=one.log, index=one.index)
    certificate = (one.sha256 or one.identity).hex()
    kind = "sha256" if one.sha256 else "identity"
    if not one.log:
        return Remark.PARTLY_READ_ELSEWHERE(certificate=certificate, kind=kind)
    return Remark.PARTLY_READ_IN_LOG(certificate=certificate, kind=kind, log=one.log, index=one.index)


def _with_status(match: Match, now: datetime) -> Match:
    certificate = match.certificate
    return replace(match, status=status_of(certificate.not_before, certificate.not_after, match.revocations, now))


async def _find(index: Finder, identifier: Identifier, limit: int) -> tuple[list[Match], Message | None]:
    """Return the matches to show, and the reason why others aren't shown."""
    if identifier.kind == IdentifierKind.NAME:
        return await _find_name(index, identifier, limit)
    found = await _find_others(index, identifier, limit + 1)
    return found[:limit], Remark.CUT(limit=limit) if len(found) > limit else None


async def _find_others(index: Finder, identifier: Identifier, limit: int) -> list[Match]:
    match identifier.kind:
        case IdentifierKind.SHA256:
            return await index.find_sha256(bytes.fromhex(identifier.canonical))
        case IdentifierKind.SERIAL:
            return await index.find_serial(identifier.canonical)
        case IdentifierKind.IDENTITY:
            return await index.find_identity(bytes.fromhex(identifier.canonical))
        case IdentifierKind.EMAIL:
            exact = [key for key in identifier.keys if key.kind == IdentifierKind.EMAIL]
            return await index.find_keys(exact, limit)
        case _:
            return await index.find_keys(identifier.keys, limit)


async def _find_name(index: Finder, identifier: Identifier, limit: int) -> tuple[list[Match], Message | None]:
    """Return matches of a name, best first: by the share of its words in one certificate, in any order, spelling or
    script. Hundreds of thousands of certificates may hold a common given name; matches of nothing else are counted, not
    shown."""
    found = await index.find_name(name_forms(identifier.canonical), limit + 1, min(limit, PARTLY) + 1)
    scored = [replace(match, score=_score(identifier, match)) for match in found]
    whole = [match for match in scored if match.score == 1]
    partly = sorted((match for match in scored if match.score < 1), key=lambda match: -match.score)
    if len(whole) > limit:
        return whole[:limit], Remark.CUT(limit=limit)
    shown = partly[: min(limit, PARTLY)]
    if len(partly) <= len(shown):
        return whole + shown, None
    if whole:
        return whole + shown, Remark.CUT_PARTLY(shown=len(shown), whole=len(whole))
    return shown, Remark.CUT_PARTLY_NO_WHOLE(shown=len(shown))


def _score(identifier: Identifier, match: Match) -> float:
    return name_score(
        identifier.canonical, frozenset(k.key for f in match.findings for k in f.keys if k.kind == IdentifierKind.NAME)
    )


def _coverage(state: LogState, identifier: Identifier, rule_sets: dict[str, RuleSet], age: Judgement) -> LogCoverage:
    today = rule_set()
    return judge(state, lambda r: why_not_searched(r, identifier, rule_sets, today), age)


def _about_time(basis: Basis | None, read: Sequence[LogState], now: datetime) -> tuple[list[Message], bool]:
    """Return remarks on this machine's clock and on the age of the log list, and whether they keep an answer from being
    complete."""
    remark, is_outdated = about_list(basis, now)
    remarks = [remark] if remark else []
    set_back = time_set_back(read, now)
    if set_back is not None:
        remarks.insert(0, Remark.CLOCK_SET_BACK(now=now, known=set_back))
    return remarks, is_outdated or set_back is not None


def _never_read(log: BasisLog, state: LogState | None) -> SkippedLog:
    """Name a member without a head: its last failure is the reason, else the reason why scans leave it out."""
    error = state.last_error if state else None
    reason = SkipReason.NEVER_READ(detail=error) if error else log.reason or SkipReason.NO_HEAD()
    return SkippedLog(log.id, log.name, log.operator, reason)


def _limits(identifier: Identifier, matches: Sequence[Match], read: Sequence[LogState]) -> list[Message]:
    """Return the reasons why an answer can't be complete, regardless of the logs read."""
    limits = [
        Remark.CONTRADICTED(log=state.log.name, detail=state.misbehaviour[-1].removeprefix(f"{state.log.name}: "))
        for state in read
        if state.misbehaviour
    ]
    limits += [_doubt(state) for state in read if state.failure is not None and state.failure.is_doubt]
    if identifier.kind == IdentifierKind.SHA256 and not matches:
        limits.append(Remark.PRECERTIFICATE_ONLY())
    return limits


def _doubt(state: LogState) -> Message:
    """Return the remark on a log that contradicted itself or its list, where no third party can verify that."""
    detail = state.last_error or ""
    if state.failure is FailureKind.CONTRADICTS_LIST:
        return Remark.CONTRADICTS_LIST(log=state.log.name, detail=detail)
    return Remark.UNPROVEN(log=state.log.name, detail=detail)


def _dismissals(read: Sequence[LogState]) -> list[Message]:
    """Return remarks on misbehaviour that was dismissed: it leaves an answer complete, but never unsaid."""
    return [_dismissal(state.log.name, one) for state in read for one in state.dismissed]


def _dismissal(log: str, found: DismissedMisbehaviour) -> Message:
    day = found.at.date()
    if found.reason.code == DismissalReason.UNVERIFIABLE:
        return Remark.DISMISSED_UNVERIFIABLE(log=log, number=found.number, day=day)
    return Remark.DISMISSED(log=log, number=found.number, day=day)


def _long_delays(read: Sequence[LogState]) -> list[Message]:
    """Return remarks on logs whose MMD in the log list isn't believed (`ct.freshness`)."""
    return [
        Remark.MMD_TOO_LONG(log=state.log.name, mmd=state.log.mmd, limit=MMD_LIMIT)
        for state in read
        if state.log.mmd > MMD_LIMIT
    ]


def _remarks(
    identifier: Identifier, matches: Sequence[Match], read: Sequence[LogState], members: int, cut: Message | None
) -> tuple[Message, ...]:
    remarks = [*_limits(identifier, matches, read), *_dismissals(read), *_long_delays(read)]
    if not members:
        remarks.append(Remark.NOTHING_SCANNED())
    if cut:
        remarks.append(cut)
    remarks += _ways_of_comparing(identifier)
    remarks += _other_readings(identifier)
    if identifier.kind == IdentifierKind.DOMAIN:
        remarks.append(Remark.DOMAIN_AS_SPELLED())
    if identifier.kind not in KEY_KINDS:
        remarks.append(Remark.ONLY_WITH_PERSONAL_DATA())
    if not matches:
        remarks.append(Remark.LIMITS_OF_RECOGNITION())
    return tuple(remarks)


def _about_repositories(
    identifier: Identifier, matches: Sequence[Match], searches: Sequence[Search], complete: bool
) -> list[Message]:
    unconfirmed = sum(match.is_unconfirmed for match in matches)
    remarks = [Remark.UNCONFIRMED(count=unconfirmed)] if unconfirmed else []
    if complete or identifier.kind not in _ASKED_FOR:
        return remarks
    if not searches:
        remarks.append(Remark.NO_REPOSITORY())
    elif all(search.kind == QuestionKind.HOST for search in searches):
        remarks.append(Remark.ONLY_HOSTS())
    return remarks


_ASKED_FOR = (IdentifierKind.EMAIL, IdentifierKind.DOMAIN, IdentifierKind.NAME)
"""Kinds of identifier that repositories can search for."""


def _ways_of_comparing(identifier: Identifier) -> list[Message]:
    """Return remarks on the reach of "nothing found", for identifiers that can be written in several ways."""
    match identifier.kind:
        case IdentifierKind.NAME:
            return [Remark.NAME_COMPARED()]
        case IdentifierKind.NUMBER:
            return [Remark.NUMBER_COMPARED()]
        case IdentifierKind.PHONE:
            return [Remark.PHONE_COMPARED()]
        case IdentifierKind.ACCOUNT:
            return [Remark.ACCOUNT_COMPARED()]
        case _:
            return []


_KIND_GIVEN = re.compile(
    r"\s*(?:email|mailto|domain|name|number|id|phone|tel|account|serial|sha256|identity)\s*:", re.I
)


def _other_readings(identifier: Identifier) -> list[Message]:
    """Return remarks on other meanings of an identifier whose kind had to be guessed, for which "nothing found" means
    little."""
    value = identifier.value.strip()
    if identifier.kind == IdentifierKind.PHONE and not re.search(r"\+|\b00", value):
        return [Remark.NO_COUNTRY_CODE()]
    if _KIND_GIVEN.match(value):
        return []
    if identifier.kind == IdentifierKind.SERIAL and not re.search(r"0x|:", value, re.I):
        return [Remark.READ_AS_SERIAL()]
    if identifier.kind == IdentifierKind.NUMBER:
        return [Remark.READ_AS_NUMBER()]
    return _other_than_a_name(value) if identifier.kind == IdentifierKind.NAME else []


def _other_than_a_name(value: str) -> list[Message]:
    words = value.split()
    if len(words) != 1:
        return []
    if "." in words[0] and canonical_domain(words[0]):
        return [Remark.READ_AS_NAME_NOT_DOMAIN()]
    if ":" in words[0]:
        return [Remark.READ_AS_NAME_NO_KIND()]
    if any(char.isdigit() for char in words[0]) or "\\" in words[0]:
        return [Remark.READ_AS_NAME_NOT_NUMBER()]
    return []
