"""Answers about invented people, as values: certificates analysed without an index."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from ctscan.model import (
    Answer,
    CertificateSummary,
    EntryKind,
    Identifier,
    IdentifierKind,
    Match,
    Sighting,
    SubjectKind,
)
from ctscan.personal.analyse import DerKind, analyse
from ctscan.personal.identifiers import parse_identifier
from ctscan.x509.name_text import render_name

LOGGED = datetime(2026, 3, 1, tzinfo=UTC)


def der_of(path: Path) -> bytes:
    """Read a PEM file of one certificate."""
    return b64decode("".join(line for line in path.read_text("ascii").splitlines() if not line.startswith("-----")))


def match_of(der: bytes, *, index: int = 7, score: float = 1.0) -> Match:
    """Make the match of a certificate that a log holds at an index."""
    analysis = analyse(der, DerKind.ANY)
    certificate = analysis.certificate
    assert certificate is not None
    summary = CertificateSummary(
        certificate.sha256,
        certificate.identity,
        render_name(certificate.issuer),
        certificate.serial_hex,
        render_name(certificate.subject),
        certificate.not_before,
        certificate.not_after,
        partly_read=analysis.partly_read,
    )
    seen = Sighting("log.example", bytes(32), index, int(LOGGED.timestamp() * 1000) + index, EntryKind.X509, True)
    return Match(summary, analysis.findings, (seen,), score)


def answer_of(
    asked: str | Identifier, *matches: Match, complete: bool = True, mailboxes: Sequence[Match] = ()
) -> Answer:
    """Make an answer with these certificates, without coverage."""
    identifier = parse_identifier(asked) if isinstance(asked, str) else asked
    return Answer(identifier, matches, (), (), complete, mailboxes=tuple(mailboxes))


def identifiers_of(match: Match, label: str) -> list[str]:
    """List identifiers that only this person of a certificate has: addresses and numbers, else the name."""
    keys = {other: {key for f in match.findings if f.person == other for key in f.keys} for other in labels_of(match)}
    own = keys[label] - set().union(*(found for other, found in keys.items() if other != label))
    exact = sorted(f"{key.kind}:{key.key}" for key in own if key.kind in (IdentifierKind.EMAIL, IdentifierKind.NUMBER))
    names = [f"name:{f.value}" for f in match.findings if f.person == label and f.category == "user.name"]
    return exact or names[:1]


def labels_of(match: Match) -> set[str]:
    """Return the labels of all findings."""
    return {f.person for f in match.findings}


def people_of(match: Match) -> list[str]:
    """Return the labels of the people of a certificate."""
    return sorted({finding.person for finding in match.findings if finding.subject_kind is SubjectKind.PERSON})
