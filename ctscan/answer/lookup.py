"""Look-ups: answers from the index, with an exact account of the search. Only this module judges completeness.

identifier -> look-up keys -> matches
logs of the last scan -> verified ranges that would have kept a match -> coverage, gaps -> complete or not
repositories asked for the identifier -> searches: reported, but never a reason for completeness
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from ctscan.ct.coverage import judge
from ctscan.index.protocols import Authorities, Finder, LogStore, Runs, Searches
from ctscan.model import (
    Answer,
    Identifier,
    IdentifierKind,
    LogCoverage,
    LogState,
    Match,
    QuestionKind,
    RuleSet,
    Search,
    SkippedLog,
)
from ctscan.model.identifier import KEY_KINDS
from ctscan.personal.normalise.addresses import canonical_domain
from ctscan.personal.normalise.name_tokens import name_forms, name_score
from ctscan.personal.question_coverage import questions_about, why_not_searched
from ctscan.personal.rules import rule_set
from ctscan.revocation.status import status_of

LIMIT = 10_000  # certificates in an answer; the query asks for another, to recognise a cut answer
PARTLY = 200  # certificates in an answer that hold only some words of a name; the query asks for another, too
STALE_AFTER = timedelta(hours=24)


class AnswerIndex(Runs, LogStore, Finder, Searches, Authorities, Protocol):
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
    never the other way round.

    Args:
        now: time at which statuses and staleness are judged
        stale_after: age of the last check after which a log is stale
        limit: most certificates in the answer
    """
    selected, skipped = await index.selection()
    states = {state.log.id: state for state in await index.log_states()}
    rule_sets = await index.rule_sets()
    searches = tuple(await index.searches(questions_about(identifier)))
    read = [states[log_id] for log_id in selected if log_id in states and states[log_id].head]
    unread = [states[log_id] for log_id in selected if log_id in states and not states[log_id].head]
    coverage = tuple(_coverage(state, identifier, rule_sets, now, stale_after) for state in read)
    found, cut = await _find(index, identifier, limit)
    matches = [_with_status(match, now) for match in found]
    complete = (
        bool(selected)
        and len(read) == len(selected)
        and _is_whole(coverage)
        and not _limits(identifier, matches, read)
        and not cut
    )
    remarks = _remarks(identifier, matches, read, len(selected), cut)
    return Answer(
        identifier=identifier,
        matches=tuple(matches),
        coverage=coverage,
        not_covered=(*(_never_read(state) for state in unread), *skipped),
        complete=complete,
        remarks=(*remarks, *_about_repositories(identifier, matches, searches, complete)),
        searches=searches,
        authorities=await index.authority_list(),
    )


def _with_status(match: Match, now: datetime) -> Match:
    certificate = match.certificate
    return replace(match, status=status_of(certificate.not_before, certificate.not_after, match.revocations, now))


async def _find(index: Finder, identifier: Identifier, limit: int) -> tuple[list[Match], str]:
    """Return the matches to show, and the reason why others aren't shown."""
    if identifier.kind == IdentifierKind.NAME:
        return await _find_name(index, identifier, limit)
    found = await _find_others(index, identifier, limit + 1)
    return found[:limit], f"more than {limit} certificates match; only the first {limit} are shown" * (
        len(found) > limit
    )


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


async def _find_name(index: Finder, identifier: Identifier, limit: int) -> tuple[list[Match], str]:
    """Return matches of a name, best first: by the share of its words in one certificate, in any order, spelling or
    script. Hundreds of thousands of certificates may hold a common given name; matches of nothing else are counted, not
    shown."""
    found = await index.find_name(name_forms(identifier.canonical), limit + 1, min(limit, PARTLY) + 1)
    scored = [replace(match, score=_score(identifier, match)) for match in found]
    whole = [match for match in scored if match.score == 1]
    partly = sorted((match for match in scored if match.score < 1), key=lambda match: -match.score)
    if len(whole) > limit:
        return whole[:limit], f"more than {limit} certificates match; only the first {limit} are shown"
    shown = partly[: min(limit, PARTLY)]
    cut = f"of more than {len(shown)} certificates that hold only a part of the name {len(shown)} are shown; "
    every = f"all {len(whole)} that hold every word of it are" if whole else "none holds every word of it"
    return whole + shown, (cut + every) * (len(partly) > len(shown))


def _score(identifier: Identifier, match: Match) -> float:
    return name_score(
        identifier.canonical, frozenset(k.key for f in match.findings for k in f.keys if k.kind == IdentifierKind.NAME)
    )


def _coverage(
    state: LogState, identifier: Identifier, rule_sets: dict[str, RuleSet], now: datetime, stale_after: timedelta
) -> LogCoverage:
    today = rule_set()
    return judge(state, lambda r: why_not_searched(r, identifier, rule_sets, today), is_stale(state, now, stale_after))


def is_stale(state: LogState, now: datetime, stale_after: timedelta) -> bool:
    """Return whether the last successful check is too long ago. Logs that can't grow, and directories, don't go
    stale."""
    if state.log.monitoring_url.startswith("file://"):
        return False
    if state.log.final_head and state.head and state.head.size == state.log.final_head.size:
        return False
    return state.last_success is None or now - state.last_success > stale_after


def _is_whole(coverage: Sequence[LogCoverage]) -> bool:
    return all(not log.gaps and not log.stale for log in coverage)


def _never_read(state: LogState) -> SkippedLog:
    return SkippedLog(
        state.log.id, state.log.name, state.log.operator, f"never read: {state.last_error or 'no tree head yet'}"
    )


def _limits(identifier: Identifier, matches: Sequence[Match], read: Sequence[LogState]) -> list[str]:
    """Return the reasons why an answer can't be complete, regardless of the logs read."""
    limits = [f"{state.log.name} contradicted itself: {state.misbehaviour[-1]}" for state in read if state.misbehaviour]
    if identifier.kind == IdentifierKind.SHA256 and not matches:
        limits.append(
            "a fingerprint doesn't find a certificate that was logged as a precertificate only: "
            "look it up by its serial number, or with --certificate FILE"
        )
    return limits


def _remarks(
    identifier: Identifier, matches: Sequence[Match], read: Sequence[LogState], selected: int, cut: str
) -> tuple[str, ...]:
    remarks = _limits(identifier, matches, read)
    if not selected:
        remarks.append("nothing was scanned yet: run `ctscan scan` first")
    if cut:
        remarks.append(cut)
    remarks += _ways_of_comparing(identifier)
    remarks += _other_readings(identifier)
    if identifier.kind == IdentifierKind.DOMAIN:
        remarks.append(
            "addresses are searched for at and below the domain as spelled; other domains of the same owner are not"
        )
    if identifier.kind not in KEY_KINDS:
        remarks.append("the index keeps only certificates in which personal data was found")
    return tuple(remarks)


def _about_repositories(
    identifier: Identifier, matches: Sequence[Match], searches: Sequence[Search], complete: bool
) -> list[str]:
    remarks = []
    unconfirmed = sum(match.is_unconfirmed for match in matches)
    if unconfirmed:
        which = "1 certificate is" if unconfirmed == 1 else f"{unconfirmed} certificates are"
        remarks.append(
            f"{which} known from a repository or a file only: what those say is unverified until a log that is read "
            "holds the same certificate"
        )
    if complete or identifier.kind not in _ASKED_FOR:
        return remarks
    if not searches:
        remarks.append(
            "no repository was asked about it; 'ctscan search' asks one for what was logged before, and tells it whom "
            "you look for"
        )
    elif all(search.kind == QuestionKind.HOST for search in searches):
        remarks.append(
            "no repository was asked for the addresses themselves, only for hosts, which certificates for e-mail "
            "rarely hold; 'ctscan search --in crt.sh' asks for addresses"
        )
    return remarks


_ASKED_FOR = (IdentifierKind.EMAIL, IdentifierKind.DOMAIN, IdentifierKind.NAME)
"""Kinds of identifier that repositories can search for."""


def _ways_of_comparing(identifier: Identifier) -> list[str]:
    """Return remarks on the reach of "nothing found", for identifiers that can be written in several ways."""
    match identifier.kind:
        case IdentifierKind.NAME:
            return ["a name is searched for in the spelling given, in any order, and in Latin letters"]
        case IdentifierKind.NUMBER:
            return ["a number is compared by its letters and digits, all of them: give it with and without a prefix"]
        case IdentifierKind.PHONE:
            return [
                "a telephone number is compared with its country; certificates that name no country may hold it without"
            ]
        case IdentifierKind.ACCOUNT:
            return ["an account name is compared whole; an address of the same form is looked up by itself"]
        case _:
            return []


_KIND_GIVEN = re.compile(
    r"\s*(?:email|mailto|domain|name|number|id|phone|tel|account|serial|sha256|identity)\s*:", re.I
)


def _other_readings(identifier: Identifier) -> list[str]:
    """Return remarks on other meanings of an identifier whose kind had to be guessed, for which "nothing found" means
    little."""
    value = identifier.value.strip()
    if identifier.kind == IdentifierKind.PHONE and not re.search(r"\+|\b00", value):
        return ["no country code was given, so the first digits were tried as one; begin with + and the country code"]
    if _KIND_GIVEN.match(value):
        return []
    if identifier.kind == IdentifierKind.SERIAL and not re.search(r"0x|:", value, re.I):
        return [
            "this was read as the serial number of a certificate, in hexadecimal; to look up the number of a person or "
            "a card, put number: before it, and phone: before a telephone number"
        ]
    if identifier.kind == IdentifierKind.NUMBER:
        return ["this was read as the number of a person or a card; to look up something else, put its kind before it"]
    return _other_than_a_name(value) if identifier.kind == IdentifierKind.NAME else []


def _other_than_a_name(value: str) -> list[str]:
    words = value.split()
    if len(words) != 1:
        return []
    if "." in words[0] and canonical_domain(words[0]):
        return ["this was read as a name; to look up the addresses at and below a domain, put an @ before it"]
    if ":" in words[0]:
        return ["this was read as a name: what stands before the colon is no kind of identifier"]
    if any(char.isdigit() for char in words[0]) or "\\" in words[0]:
        return ["this was read as a name; to look up a number or an account, put number: or account: before it"]
    return []
