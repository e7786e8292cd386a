"""Cases whose identity is settled, and matches with the findings of real certificates of invented people."""

from __future__ import annotations

from datetime import UTC, date, datetime
from hashlib import sha256

from support.certs import make_certificate

from ctscan.model import CertificateSummary, Match
from ctscan.model.case import Case, CaseAction, CaseEvent, CaseIdentifier, CaseKind
from ctscan.personal.analyse import analyse
from ctscan.personal.identifiers import parse_identifier

AT = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)


def event(action: CaseAction, **detail: str) -> CaseEvent:
    return CaseEvent(AT, AT, "handler", action, tuple(sorted(detail.items())))


def by_code(position: int = 1) -> CaseEvent:
    return event(CaseAction.IDENTIFIED, how="code", id="0123456789abcdef", identifier=str(position))


def seen() -> CaseEvent:
    return event(CaseAction.IDENTIFIED, how="passport seen at the desk")


def a_case(
    *identifiers: str, requester: str = "", since: date | None = None, events: tuple[CaseEvent, ...] = ()
) -> Case:
    parsed = [parse_identifier(text) for text in identifiers]
    kept = tuple(CaseIdentifier(one.value, one.kind, one.canonical) for one in parsed)
    opened = event(CaseAction.OPENED)
    return Case("C-2026-0017", CaseKind.ACCESS, "eu", AT.date(), "en", kept, "", requester, since, (opened, *events))


def a_match(
    subject: list[tuple[str, str]],
    *addresses: str,
    begins: datetime | None = AT,
    beside: list[tuple[str, str]] | None = None,
) -> Match:
    """Match a certificate with this subject, and with these addresses and another name among its alternative names."""
    der = make_certificate(
        subject,
        [*(("email", address) for address in addresses), *([("dir", beside)] if beside else [])],
        eku=("1.3.6.1.5.5.7.3.4",),
        not_before=begins or AT,
    )
    summary = CertificateSummary(sha256(der).digest(), sha256(b"identity" + der).digest(), "", "1", "", begins, None)
    return Match(summary, analyse(der).findings, ())
