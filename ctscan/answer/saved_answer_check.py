"""Checks of saved answers: each claim of a file against the index and the trail.

The digest shows that a file fits together, the index that its claims still hold, the trail that this answer was given.
None of the three needs the others, so that a change of one is noticed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Protocol

from ctscan.answer.proof import check, compare
from ctscan.answer.purged_answers import is_purged
from ctscan.index.protocols import BasisStore, EvidenceStore, Finder, LogStore, Retention, Suppressing
from ctscan.model import AuditEvent, Evidence, IdentifierKind, LogState, Match, Message
from ctscan.model.audit import verdict_of
from ctscan.model.keep import KeepKind
from ctscan.model.results import CheckedSighting
from ctscan.model.saved_answer import (
    AnswerCheck,
    Check,
    SavedAnswer,
    SavedCoverage,
    SavedMatch,
    SavedRange,
    SavedSighting,
)
from ctscan.model.spans import subtract

CLOSE = timedelta(seconds=1)  # times in files have milliseconds, in the trail perhaps less


class CheckedIndex(BasisStore, LogStore, Finder, EvidenceStore, Retention, Suppressing, Protocol):
    """Index in the roles that a check of an answer needs."""


# --- the file -----------------------------------------------------------------------------------------------------


def check_file(saved: SavedAnswer, version: str) -> Check:
    """Check the digest of an answer, and its sentences, which the digest leaves out.

    Args:
        saved: the answer.
        version: version of this program; another one may word its codes otherwise.
    """
    problems: list[Message] = []
    notes: list[Message] = []
    if not saved.digest:
        problems.append(AnswerCheck.NO_DIGEST())
    elif saved.digest != saved.computed:
        problems.append(AnswerCheck.DIGEST_DIFFERS(computed=saved.computed))
    if saved.reworded and saved.version == version:
        problems.append(AnswerCheck.REWORDED(count=saved.reworded))
    elif saved.reworded:
        notes.append(AnswerCheck.REWORDED_SINCE(count=saved.reworded, version=saved.version))
    return Check(tuple(problems), notes=tuple(notes))


# --- the trail ----------------------------------------------------------------------------------------------------


def check_trail(saved: SavedAnswer, event: AuditEvent | None) -> Check:
    """Check an answer against the event that should record it. The digest to compare is the computed one: nobody can
    make it up."""
    if not saved.id:
        return Check((AnswerCheck.NO_ID(),))
    if event is None:
        return Check((AnswerCheck.NO_EVENT(),))
    problems = [AnswerCheck.OTHER_DIGEST()] if event.answer_digest != saved.computed else []
    problems += [AnswerCheck.OTHER_HEAD(field=field) for field in _differing(saved, event)]
    return Check(tuple(problems))


def _differing(saved: SavedAnswer, event: AuditEvent) -> list[str]:
    """Name the fields in which answer and event differ. The event is written after the moment of the answer."""
    verdict = verdict_of(complete=saved.complete, found=saved.is_found, damaged=saved.met_damage)
    pairs = {
        "who": (saved.who, event.who),
        "purpose": (saved.purpose, event.purpose),
        "case": (saved.case, event.case),
        "identifier": (saved.kind, event.kind),
        "complete": (verdict, event.verdict),
    }
    differing = [field for field, (claimed, recorded) in pairs.items() if claimed != recorded]
    if saved.at is None or event.at < saved.at - CLOSE:
        differing.append("at")
    return differing


# --- the index ----------------------------------------------------------------------------------------------------


async def check_claims(
    index: CheckedIndex, saved: SavedAnswer, held: Mapping[bytes, SavedMatch], rules: str, domains: tuple[str, ...]
) -> Check:
    """Check certificates, sightings, coverage and basis of an answer against the index.

    Args:
        index: the index.
        saved: the answer.
        held: the certificates of the answer as the index holds them today, by identity.
        rules: rule set of today; after a change of rules the index may hold other findings.
        domains: domains of all scopes, for `answer.proof.compare`.
    """
    checks = [
        await _check_match(index, saved, one, held.get(one.identity), rules, domains) for one in saved.certificates
    ]
    for coverage in saved.coverage:
        checks.append(_check_coverage(coverage, await index.log_state(coverage.log_id)))
    if saved.basis is not None:
        known = {(basis.revision, basis.at) for basis in await index.basis_history()}
        if not any(saved.basis[0] == number and abs(saved.basis[1] - at) < CLOSE for number, at in known):
            checks.append(Check((AnswerCheck.BASIS_MISSING(revision=saved.basis[0]),)))
    new = sum(len(held[one.identity].findings - one.findings) for one in saved.certificates if one.identity in held)
    if new and not saved.has_part_of_findings:
        checks.append(Check(notes=(AnswerCheck.NEW_FINDINGS(count=new),)))
    return merged(checks)


def merged(checks: Iterable[Check]) -> Check:
    """Join checks into one; equal results are kept once."""
    found = list(checks)
    return Check(
        tuple(dict.fromkeys(one for check in found for one in check.problems)),
        tuple(dict.fromkeys(one for check in found for one in check.unmade)),
        tuple(dict.fromkeys(one for check in found for one in check.notes)),
    )


async def _check_match(
    index: CheckedIndex,
    saved: SavedAnswer,
    claimed: SavedMatch,
    held: SavedMatch | None,
    rules: str,
    domains: tuple[str, ...],
) -> Check:
    then = saved.rules
    name = claimed.identity.hex()
    if held is None:
        word = await index.suppressions_of([(str(IdentifierKind.IDENTITY), name)], [])
        if word.suppressed is not None:  # no identity: it would say who objected
            return Check(unmade=(AnswerCheck.CERTIFICATES_LEFT_OUT(),))
        if await is_purged(index, claimed, saved):
            return Check(unmade=(AnswerCheck.CERTIFICATE_PURGED(identity=name),))
        return Check((AnswerCheck.CERTIFICATE_MISSING(identity=name),))
    problems: list[Message] = []
    unmade: list[Message] = []
    if claimed.certificate != held.certificate or (claimed.sha256 and claimed.sha256 != held.sha256):
        problems.append(AnswerCheck.CERTIFICATE_DIFFERS(identity=name))
    missing = len(claimed.findings - held.findings)
    if missing and then == rules:
        problems.append(AnswerCheck.FINDINGS_MISSING(count=missing, identity=name))
    elif missing:
        unmade.append(AnswerCheck.FINDINGS_OF_OTHER_RULES(count=missing, identity=name, rules=then))
    if claimed.repositories - held.repositories:
        problems.append(AnswerCheck.REPOSITORY_MISSING(identity=name))
    seen = await _check_sightings(index, claimed, held, domains)
    return merged([Check(tuple(problems), tuple(unmade)), seen])


async def _check_sightings(
    index: CheckedIndex, claimed: SavedMatch, held: SavedMatch, domains: tuple[str, ...]
) -> Check:
    """Check that every sighting is there, and prove those again that the answer calls verified."""
    places = {_place(seen): seen for seen in held.sightings}
    matches = await index.find_identity(claimed.identity)
    proofs = {
        _place_of(evidence): _proven(evidence, matches, domains)
        async for evidence in index.evidence([claimed.identity])
    }
    are_purged = (await index.kept_limits()).before(KeepKind.EVIDENCE) is not None
    return merged(
        _check_sighting(seen, places.get(_place(seen)), proofs.get(_place(seen)[:2]), are_purged)
        for seen in claimed.sightings
    )


def _place(seen: SavedSighting) -> tuple[bytes, int, str, str]:
    return seen.log_id, seen.index, seen.kind, seen.timestamp


def _place_of(evidence: Evidence) -> tuple[bytes, int]:
    return evidence.log.id, evidence.entry.index


def _proven(evidence: Evidence, matches: Sequence[Match], domains: tuple[str, ...]) -> CheckedSighting:
    return compare(check(evidence), matches, domains)


def _check_sighting(
    claimed: SavedSighting, held: SavedSighting | None, proof: CheckedSighting | None, are_purged: bool
) -> Check:
    """Check a sighting. An entry that was never proven may have been given up since, and a chain have made way for its
    certificate's own entry. `are_purged`: old proofs were deleted by the rules of retention.
    """
    log, index = claimed.log, claimed.index
    if held is None and claimed.verified:
        return Check((AnswerCheck.SIGHTING_MISSING(log=log, index=index),))
    if held is None:
        return Check(unmade=(AnswerCheck.SIGHTING_GONE(log=log, index=index),))
    if claimed.verified and proof is not None and proof.evidence.proof is None and are_purged:
        return Check(unmade=(AnswerCheck.PROOF_PURGED(log=log, index=index),))
    if claimed.verified and (proof is None or not proof.is_proven):
        detail = proof.problem if proof else "the index holds no evidence"
        return Check((AnswerCheck.SIGHTING_UNPROVEN(log=log, index=index, detail=detail),))
    return Check()


def _check_coverage(claimed: SavedCoverage, state: LogState | None) -> Check:
    if state is None:
        return Check((AnswerCheck.LOG_MISSING(log=claimed.log),))
    size = state.head.size if state.head else 0
    small = [AnswerCheck.HEAD_SMALLER(log=claimed.log, size=claimed.head_size, held=size)]
    checks = [Check(tuple(small))] if size < claimed.head_size else []
    return merged([*checks, *(_check_range(claimed.log, one, state) for one in claimed.verified)])


def _check_range(log: str, claimed: SavedRange, state: LogState) -> Check:
    """Check that a range is still covered with the scope and rules of the answer; covered otherwise, it was read again
    since, and the claim can't be checked."""
    same = [held.span for held in state.verified if (held.scope, held.rules) == (claimed.scope, claimed.rules)]
    left = subtract(claimed.span, same)
    if not left:
        return Check()
    if not subtract(claimed.span, [held.span for held in state.verified]):
        return Check(unmade=(AnswerCheck.RANGE_OF_OTHER_SEARCH(log=log, start=left[0][0], end=left[-1][1]),))
    return Check((AnswerCheck.RANGE_MISSING(log=log, start=left[0][0], end=left[-1][1]),))


def not_in(saved: SavedAnswer, found: Iterable[bytes]) -> Check:
    """Count certificates that a look-up finds today and the answer doesn't hold: no fault. Those that a selection left
    out didn't come since; which they are the answer doesn't say, so only their number can be compared."""
    known = {one.identity for one in saved.certificates}
    others = sum(identity not in known for identity in found)
    notes = [AnswerCheck.SELECTION(count=saved.hidden)] if saved.hidden else []
    if others > saved.hidden:
        notes.append(AnswerCheck.NEW_CERTIFICATES(count=others - saved.hidden))
    fewer = [AnswerCheck.SELECTION_SMALLER(count=saved.hidden, held=others)] if others < saved.hidden else []
    return Check(unmade=tuple(fewer), notes=tuple(notes))
