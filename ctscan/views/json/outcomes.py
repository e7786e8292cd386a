"""JSON shapes of results: scans, searches, imports, refreshes, proofs, inspections."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ctscan.model import CertificateStanding, Match, Problem, RevocationState
from ctscan.views.endings import ending_text
from ctscan.views.json.answers import finding, gap_shape, problem, revocation, shortfall_fields, status
from ctscan.views.json.requests import request_outlook
from ctscan.views.json.values import Shape, base64_text, hex_text, message, messages, time_text, timestamp_text
from ctscan.views.text import ENGLISH, texts

if TYPE_CHECKING:
    from ctscan.model.gate import JudgedCertificate
    from ctscan.model.results import (
        CheckedSighting,
        ImportResult,
        LocalCertificate,
        RefreshResult,
        ReindexResult,
        SearchResult,
        StandingCounts,
    )
    from ctscan.model.scan_report import ScanReport


def backfilled(report: ScanReport) -> Shape:
    """`ctscan backfill`: shape the outcome of each log."""
    return {
        "exit_code": report.exit_code,
        "logs": [
            {
                "log": log.name,
                "log_id": base64_text(log.log_id),
                "outcome": log.outcome,
                "message": ending_text(log.message, log.notes, log.gaps, texts(ENGLISH)),
                "holes": [gap_shape(gap) for gap in log.gaps],
            }
            for log in report.logs
        ],
    }


def scanned(report: ScanReport) -> Shape:
    """`ctscan scan`: shape the outcome of each log and of each question to a repository."""
    return backfilled(report) | {"searches": [search_result(search) for search in report.searches]}


def search_result(search: SearchResult) -> Shape:
    """Shape the outcome of a question to a repository."""
    return {
        "repository": search.repository,
        "kind": search.kind,
        "outcome": search.outcome,
        **shortfall_fields(search.detail),
        "results": search.results,
        "certificates": search.certificates,
    }


def imported(result: ImportResult, problems: Sequence[Problem]) -> Shape:
    """`ctscan import`: shape the sums. `problems` holds the first problems; `problem_count` counts all."""
    counts = result.counts
    return {
        "exit_code": result.exit_code,
        "outcome": result.outcome,
        "files": result.files,
        "files_without": result.without,
        "files_not_understood": result.not_understood,
        "certificates": result.read,
        "repeated": result.repeated,
        "of_authorities": result.of_authorities,
        "kept": result.kept,
        "new": result.new,
        "findings": {
            category: {
                "findings": number,
                "of_people": counts.about_people[category],
                "of_authorities": counts.of_authorities[category],
            }
            for category, number in counts.findings.most_common()
        },
        "problem_count": result.problems,
        "partly_read": result.partly_read,
        "requests": result.requests,
        "problems": [problem(found) for found in problems],
    }


def reindexed(result: ReindexResult) -> Shape:
    """`ctscan reindex`: shape the rule set, the numbers of certificates by outcome, and the repair."""
    repaired = result.repaired
    return {
        "rules": result.rules,
        "unchanged": result.unchanged,
        "changed": result.changed,
        "removed": result.removed,
        "stopped": result.stopped,
        "damaged": list(result.damaged),
        "repaired": repaired
        and {
            "rewritten": repaired.rewritten,
            "dropped": repaired.dropped,
            "unread": repaired.unread,
            "unrepaired": list(repaired.unrepaired),
        },
    }


# --- status -------------------------------------------------------------------------------------------------------


def certificate_status(match: Match) -> Shape:
    """Shape a certificate with its status, and the statements of all sources."""
    found = match.certificate
    return {
        "sha256": hex_text(found.sha256),
        "identity": found.identity.hex(),
        "issuer": found.issuer,
        "serial": found.serial,
        "subject": found.subject,
        "not_before": time_text(found.not_before),
        "not_after": time_text(found.not_after),
        "status": None if match.status is None else status(match.status),
        "revocations": [revocation(said) for said in match.revocations],
    }


def certificate_statuses(matches: Sequence[Match], refresh: RefreshResult | None) -> Shape:
    """`ctscan status IDENTIFIER`: shape the certificates, and the refresh before, if there was one."""
    return {"certificates": [certificate_status(match) for match in matches], "refresh": refreshed(refresh)}


def standing_counts(counts: StandingCounts, refresh: RefreshResult | None) -> Shape:
    """`ctscan status`: shape the numbers of certificates by standing; standings that don't occur are 0."""
    return {
        "certificates": counts.standings.total(),
        "standings": {str(standing): counts.standings[standing] for standing in CertificateStanding},
        "unknown": [{**message("why", why), "certificates": number} for why, number in counts.reasons.most_common()],
        "checked_since": time_text(counts.oldest),
        **messages("remarks", counts.remarks),
        "refresh": refreshed(refresh),
    }


def refreshed(result: RefreshResult | None) -> Shape | None:
    """`ctscan status --refresh`: shape the numbers of certificates by statement of their CA; null without a refresh."""
    if result is None:
        return None
    counts = Counter(result.said.values())
    return {
        "exit_code": result.exit_code,
        "stopped": result.stopped,
        "still_known": result.current,
        "asked": {str(state): counts[state] for state in RevocationState},
        **messages("failures", result.failures),
    }


# --- certificates one by one --------------------------------------------------------------------------------------


def checked_sighting(checked: CheckedSighting) -> Shape:
    """`ctscan prove`: shape a sighting, and whether it is proven."""
    entry, proof = checked.evidence.entry, checked.evidence.proof
    head = proof and {
        "size": proof.head.size,
        "root": proof.head.root.hex(),
        "timestamp": timestamp_text(proof.head.timestamp),
        "raw": base64_text(proof.head.raw),
    }
    return {
        "log": checked.evidence.log.name,
        "log_id": base64_text(entry.log_id),
        "index": entry.index,
        "timestamp": timestamp_text(entry.timestamp),
        "kind": str(entry.kind),
        "proven": checked.is_proven,
        "trust": checked.trust or None,
        "problem": checked.problem or None,
        "tree_head": head,
    }


def local_certificate(found: LocalCertificate) -> Shape:
    """`ctscan inspect`: shape a certificate, or an input that can't be read as a certificate."""
    certificate = found.certificate
    return {
        "source": found.source,
        "sha256": hex_text(found.sha256),
        "serial": certificate.serial if certificate else None,
        "issuer": certificate.issuer if certificate else None,
        "not_before": time_text(certificate.not_before) if certificate else None,
        "not_after": time_text(certificate.not_after) if certificate else None,
        "is_ca": certificate.is_ca if certificate else None,
        "findings": [finding(one) for one in found.findings],
        "problems": [problem(one) for one in found.problems],
        "partly_read": found.partly_read,
        "request": request_outlook(found.request) if found.request else None,
    }


def judged_certificate(judged: JudgedCertificate) -> Shape:
    """`ctscan inspect --fail-on`: shape a certificate with the judgement of each finding."""
    found = [
        finding(one.finding) | {"gate": str(one.state), "fingerprint": one.fingerprint, "ignored": one.reason or None}
        for one in judged.findings
    ]
    return local_certificate(judged.found) | {"findings": found}
