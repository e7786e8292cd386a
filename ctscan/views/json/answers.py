"""JSON shapes of an answer to a look-up, and of its parts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from ctscan.views.json.document import GrowingDigest, basis, digest_with_items, header
from ctscan.views.json.values import (
    base64_text,
    codes,
    hex_text,
    message,
    messages,
    time_text,
    timestamp_text,
)
from ctscan.views.search_words import recorded_scope, scope_messages, shortfalls
from ctscan.views.text import ENGLISH, texts

if TYPE_CHECKING:
    from ctscan.model import (
        Answer,
        Authority,
        AuthorityList,
        Basis,
        CertificateSummary,
        Finding,
        Gap,
        Identifier,
        LogCoverage,
        Match,
        Offer,
        Problem,
        RepositorySighting,
        Revocation,
        Search,
        Selection,
        Shortfall,
        Sighting,
        SkippedLog,
        Status,
        VerifiedRange,
    )
    from ctscan.model.keep import KeptRule
    from ctscan.model.suppression import Suppressed
    from ctscan.views.json.values import (
        Shape,
    )


def finding(found: Finding) -> Shape:
    """Shape personal data at a path of a certificate."""
    return {
        "rule": found.rule,
        "category": found.category,
        "categories": list(found.categories),
        "value": found.value,
        "canonical": found.canonical,
        "where": found.path,
        "oid": found.oid,
        "subject_kind": str(found.subject_kind),
        "confidence": str(found.confidence),
        **message("why", found.why),
        "person": found.person,
        "sensitivity": str(found.sensitivity),
        "marks": [str(mark) for mark in found.qualifiers],
        "repaired": found.repaired,
        "tag": found.tag or None,
        "raw": found.raw.hex() or None,
    }


def problem(found: Problem) -> Shape:
    """Shape a part of an input that could not be read."""
    return {"where": found.path, "what": found.what}


def certificate(summary: CertificateSummary) -> Shape:
    """Shape a certificate; `also` holds identities with the same issuer and serial: probably the same certificate."""
    return {
        "sha256": hex_text(summary.sha256),
        "identity": summary.identity.hex(),
        "issuer": summary.issuer,
        "serial": summary.serial,
        "subject": summary.subject,
        "not_before": time_text(summary.not_before),
        "not_after": time_text(summary.not_after),
        "also": [identity.hex() for identity in summary.also],
        "is_ca": summary.is_ca,
        "partly_read": summary.partly_read,
    }


def sighting(seen: Sighting) -> Shape:
    """Shape a certificate at an index of a log."""
    return {
        "log": seen.log,
        "log_id": base64_text(seen.log_id),
        "index": seen.index,
        "timestamp": timestamp_text(seen.timestamp),
        "kind": str(seen.kind),
        "verified": seen.verified,
    }


def match(found: Match) -> Shape:
    """Shape a certificate that answers a look-up."""
    return {
        "certificate": certificate(found.certificate),
        "findings": [finding(f) for f in found.findings],
        "sightings": [sighting(s) for s in found.sightings],
        "score": round(found.score, 4),
        "repositories": [repository_sighting(s) for s in found.repositories],
        "status": None if found.status is None else status(found.status),
        "revocations": [revocation(r) for r in found.revocations],
        "authorities": [authority(a) for a in found.authorities],
        "matched_as": [str(kind) for kind in found.matched_as],
    }


def repository_sighting(seen: RepositorySighting) -> Shape:
    """Shape a certificate in a repository. The repository claims every field but `confirmed`, which is true when a log
    was read and proven to hold the same certificate."""
    return {
        "repository": seen.repository,
        "reference": seen.reference,
        "seen": time_text(seen.seen),
        "first_logged": None if seen.first_logged is None else timestamp_text(seen.first_logged),
        "coordinates": [
            {
                "log": c.log,
                "index": c.index,
                "timestamp": None if c.timestamp is None else timestamp_text(c.timestamp),
            }
            for c in seen.coordinates
        ],
        "owner": seen.owner or None,
        "confirmed": seen.confirmed,
    }


def status(found: Status) -> Shape:
    """Shape the status of a certificate. `source` names the source of the deciding revocation."""
    return {
        "standing": str(found.standing),
        "is_expired": found.is_expired,
        **message("why", found.why),
        "source": None if found.revocation is None else found.revocation.source,
    }


def revocation(found: Revocation) -> Shape:
    """Shape the statement of a source about the revocation of a certificate."""
    return {
        "state": str(found.state),
        "source": found.source,
        "url": found.url or None,
        "checked": time_text(found.checked),
        "revoked_at": time_text(found.revoked_at),
        "reason": found.reason or None,
        "this_update": time_text(found.this_update),
        "next_update": time_text(found.next_update),
        **message("why", found.why),
    }


def authority(found: Authority) -> Shape:
    """Shape a CA with the key that a certificate names, and its owner, as the CCADB says."""
    return {
        "owner": found.owner,
        "name": found.name,
        "sha256": found.sha256.hex(),
        "key_id": found.key_id.hex(),
        "policies": list(found.policies),
        "contact": found.contact or None,
        "status": found.status or None,
    }


def search(done: Search) -> Shape:
    """Shape a question to a repository. `question` is null where it named a person, unless the answer is about that
    person."""
    return {
        "id": done.id,
        "repository": done.repository,
        "kind": done.kind,
        "question": done.question or None,
        "who": done.who,
        "purpose": done.purpose,
        "scope": recorded_scope(done, texts(ENGLISH)),
        "scope_terms": done.scope or None,
        "scope_codes": codes(scope_messages(done)),
        "rules": done.rules,
        "started": time_text(done.started),
        "ended": time_text(done.ended),
        "outcome": done.outcome,
        **shortfall_fields(done.detail),
        "results": done.results,
        "certificates": done.certificates,
    }


def shortfall_fields(found: Sequence[Shortfall]) -> Shape:
    """Reasons why a search isn't whole: the English text, and beside it the codes in the same order."""
    codes = [{"code": one.reason.code, "params": dict(one.reason.params), "times": one.times} for one in found]
    return {"detail": shortfalls(found, texts(ENGLISH)) or None, "detail_codes": codes}


def authority_list(which: AuthorityList) -> Shape:
    """Shape the copy of the CCADB's list that was used."""
    return {"fetched": time_text(which.fetched), "origin": which.origin, "records": which.records}


def gap_shape(gap: Gap) -> Shape:
    """Shape a range that doesn't count as searched."""
    return {
        "start": gap.start,
        "end": gap.end,
        "reason": str(gap.reason),
        **message("detail", gap.detail),
        **({} if gap.detail else {"detail": ""}),
        "tries": gap.tries,
    }


def verified_range(verified: VerifiedRange) -> Shape:
    """Shape a range that was read and proven, with the scope and rules of the search."""
    return {"start": verified.start, "end": verified.end, "scope": verified.scope, "rules": verified.rules}


def coverage(log: LogCoverage) -> Shape:
    """Shape the coverage of a log."""
    return {
        "log": log.log,
        "log_id": base64_text(log.log_id),
        "head_size": log.head_size,
        "verified": [verified_range(r) for r in log.verified],
        "holes": [gap_shape(gap) for gap in log.gaps],
        "as_of": time_text(log.as_of),
        "stale": log.is_stale,
        "since": timestamp_text(log.since) if log.since is not None else None,
        "freshness": str(log.freshness),
        **message("stale_reason", log.stale_reason),
        "head_time": None if log.head_time is None else timestamp_text(log.head_time),
        "failing_since": time_text(log.failing_since),
        "failure": None if log.failure is None else str(log.failure),
    }


def not_covered(log: SkippedLog, of: Basis | None) -> Shape:
    """Shape a log that wasn't searched. `in_basis`: the answer should speak of it, and isn't complete without it."""
    return {
        "log": log.name,
        "log_id": base64_text(log.id),
        "operator": log.operator,
        **message("reason", log.reason),
        "in_basis": of is not None and any(member.id == log.id for member in of.logs),
    }


def identifier(asked: Identifier) -> Shape:
    """Shape an identifier as it was given, with every reading of it."""
    return {
        "kind": asked.kind,
        "value": asked.value,
        "label": asked.label or None,
        "canonical": asked.canonical,
        "readings": [{"kind": one.kind, "canonical": one.canonical, "guessed": one.guessed} for one in asked.readings],
        "variants": list(asked.variants),
    }


def offer(made: Offer) -> Shape:
    """Shape a similar identifier that may belong to the same person."""
    return {
        "identifier": made.identifier,
        **message("reason", made.reason),
        "certificates": made.certificates,
        "at_least": made.at_least,
    }


def selection(made: Selection) -> Shape:
    """Shape the choice of the certificates and findings that an answer holds; `matches_found` counts all."""
    return {
        "live": made.live,
        "category": made.category or None,
        "since": time_text(made.since),
        "persons": made.persons,
        "limit": made.limit,
        "summary": made.summary,
    }


def kept_rule(rule: KeptRule) -> Shape:
    """Shape a rule of retention: certificates that expired (were issued) before a time are not kept."""
    return {"rule": str(rule.kind), "period": str(rule.period), "before": time_text(rule.before)}


def answer_digest(given: Answer) -> str:
    """Compute the digest of an answer, certificate by certificate: there may be 10,000."""
    return digest_with_items(answer(given, matches=()), "matches", map(match, given.shown_matches))


class GrowingAnswerDigest:
    """Digest of an answer in parts. Of what stands before its certificates in canonical form only completeness is
    unknown until the end.

    Args:
        begun: the answer as it begins.
    """

    def __init__(self, begun: Answer) -> None:
        shape = answer(begun, matches=())
        self._digest = GrowingDigest([shape | {"complete": complete} for complete in (True, False)], "matches")

    def add(self, matches: Sequence[Match]) -> None:
        """Add certificates."""
        for one in matches:
            self._digest.add(match(one))

    def end(self, ended: Answer) -> str:
        """Return the digest. KeyError where the answer doesn't begin as it did: a fault of the program."""
        return self._digest.end(answer(ended, matches=()))


def answer_frame(given: Answer, write: Callable[[Shape], str]) -> tuple[str, str]:
    """Write what stands before the certificates of an answer in JSON, and behind them.

    Args:
        given: the answer.
        write: writer of JSON, with a blank behind colons.
    """
    head, name, tail = write(answer(given, matches=())).partition(_NO_MATCHES)
    return head + name[:-1], name[-1] + tail


_NO_MATCHES = '"matches": []'  # never inside a string, where quotes are escaped


def suppressed(given: Suppressed) -> Shape:
    """Shape the suppression of the person that was asked about."""
    return {"since": time_text(given.since), "ground": str(given.ground), "restricted": given.restricted}


def answer(given: Answer, *, matches: Sequence[Match] | None = None) -> Shape:
    """`ctscan lookup`: shape the certificates found, and exactly the ranges searched, as a document with its digest.

    Args:
        given: the answer.
        matches: certificates to shape in place of those that the answer shows.
    """
    return {
        **header(given.header),
        "as_of": time_text(given.as_of),
        "basis": None if given.basis is None else basis(given.basis),
        "identifier": identifier(given.identifier),
        "selection": None if given.shown is None else selection(given.shown.selection),
        "is_found": given.is_found,
        "only_whole": given.only_whole,
        "matches_found": given.number_found,
        "matches": [match(m) for m in (given.shown_matches if matches is None else matches)],
        "mailboxes_found": len(given.mailboxes),
        "mailboxes": [match(m) for m in given.shown_mailboxes],
        "offers": [offer(o) for o in given.offers],
        "coverage": [coverage(c) for c in given.coverage],
        "not_covered": [not_covered(log, given.basis) for log in given.not_covered],
        "complete": given.complete,
        **messages("remarks", given.remarks),
        "searches": [search(s) for s in given.searches],
        "authority_list": None if given.authorities is None else authority_list(given.authorities),
        "kept_rules": [kept_rule(rule) for rule in given.kept_rules],
        "suppressed": None if given.suppressed is None else suppressed(given.suppressed),
        "digest": given.digest or None,
    }
