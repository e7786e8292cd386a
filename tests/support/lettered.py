"""Requests for letters about invented people, as values: certificates of named issuers, matched to their profiles."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import Any

from msgspec.structs import replace
from support.certs import make_certificate
from support.pictured import answer_of, match_of

from ctscan.app.ca_policies import shipped_profiles
from ctscan.authorities.profile_matching import IssuerFacts, issuer_facts, match_profile
from ctscan.authorities.retention import CertificateDates, earliest_end
from ctscan.dsar.day_counting import IsHoliday
from ctscan.dsar.letter_request import IssuedCertificate, LetterRequest, organisations_of
from ctscan.dsar.letters import kinds_of
from ctscan.dsar.picture import picture
from ctscan.dsar.regimes import regime
from ctscan.model import Authority, IdentifierKind
from ctscan.model.case import Case, CaseEvent, CaseIdentifier, CaseKind
from ctscan.model.controller import Controller
from ctscan.model.letter import LetterKind, Sender
from ctscan.model.picture import PersonCertificate
from ctscan.revocation.status import status_of
from ctscan.x509.certificate import read_certificate

ON = date(2026, 3, 2)
NOW = datetime(2026, 3, 2, tzinfo=UTC)
EMAIL = "jane.roe@example.org"
CONTROLLER = Controller(
    name="Example Watch e.V.",
    address="Lindenweg 1; 10115 Berlin",
    contact="privacy@example.net",
    authority="Example Authority",
    place="DE-BE",
    recipients=("Example Archive, Hill Road 1, Springfield",),
)

JANE = (("CN", "Jane Roe"), ("GN", "Jane"), ("SN", "Roe"), ("emailAddress", EMAIL))


def certificate_of(organisation: str, subject: Sequence[tuple[str, Any]] = JANE, **more: Any) -> bytes:
    """Make a certificate that an issuer of this organisation issued."""
    issuer = [("C", "US"), ("O", organisation), ("CN", "Example Personal CA 1")]
    dates = {"not_before": datetime(2025, 5, 1, tzinfo=UTC), "not_after": datetime(2027, 5, 1, tzinfo=UTC)}
    return make_certificate(subject, issuer=issuer, **(dates | more))


def issued(*ders: bytes, asked: str = EMAIL, authorities: Sequence[Authority] = ()) -> tuple[IssuedCertificate, ...]:
    """Make the certificates of the person that an identifier finds, with profile and end of the retention."""
    matches = [match_of(der, index=number) for number, der in enumerate(ders, 7)]
    judged = [
        replace(one, status=status_of(one.certificate.not_before, one.certificate.not_after, (), NOW))
        for one in matches
    ]
    by_identity = {one.certificate.identity: der for one, der in zip(matches, ders, strict=True)}
    found = []
    for own in picture([answer_of(asked, *judged)]).certificates:
        read = read_certificate(by_identity[own.certificate.identity])
        profile = match_profile(issuer_facts(read), shipped_profiles(), authorities)
        end = earliest_end(profile.profile, CertificateDates(own.certificate.not_before, own.certificate.not_after))
        found.append(IssuedCertificate(own, profile, end))
    return tuple(found)


def issued_as(own: PersonCertificate) -> IssuedCertificate:
    """Give a certificate of a picture the profile of its issuer's name alone."""
    facts = IssuerFacts((), organisations_of(own.certificate.issuer))
    profile = match_profile(facts, shipped_profiles())
    end = earliest_end(profile.profile, CertificateDates(own.certificate.not_before, own.certificate.not_after))
    return IssuedCertificate(own, profile, end)


def case_of(kind: CaseKind = CaseKind.ACCESS, *, regime: str = "eu", requester: str = "", **more: Any) -> Case:
    """Make a case of an invented person."""
    identifier = CaseIdentifier(EMAIL, IdentifierKind.EMAIL, EMAIL)
    plain = {"number": "C-2026-0017", "received": date(2026, 2, 20), "lang": "en"}
    return Case(kind=kind, regime=regime, requester=requester, identifiers=(identifier,), **(plain | more))


def request_of(
    *ders: bytes,
    kind: CaseKind = CaseKind.ACCESS,
    code: str = "eu",
    sender: Sender = Sender.REQUESTER,
    kinds: tuple[LetterKind, ...] = (),
    events: tuple[CaseEvent, ...] = (),
    is_holiday_in: Callable[[str], IsHoliday | None] = lambda _: None,
    requester: str = "",
    lang: str = "en",
    **more: Any,
) -> LetterRequest:
    """Make a request for letters."""
    case = case_of(kind, regime=code, requester=requester, events=events, lang=lang)
    plain = {
        "certificates": issued(*ders),
        "on": ON,
        "languages": ("en",),
        "controller": CONTROLLER,
        "mandate_seen": ON if sender is Sender.REPRESENTATIVE else None,
    }
    return LetterRequest(
        case=case,
        regime=regime(code),
        sender=sender,
        kinds=kinds_of(kind, sender, kinds),
        is_holiday_in=is_holiday_in,
        **(plain | more),
    )
