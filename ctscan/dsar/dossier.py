"""Dossier of a requester: what the controller holds and did, and what others publish. Pure.

case as of a moment ──┐
answers ──► picture ──┼──► Dossier ──► views/dossier
settings, trail ──────┘
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from hashlib import sha256
from urllib.parse import urlsplit

from msgspec import Struct
from msgspec.structs import replace

from ctscan.dsar.picture import answers_for_requester, first_seen
from ctscan.dsar.reminders import restricted_since
from ctscan.model import Answer, AuditAction, AuditEvent, CertificateStanding, Sensitivity
from ctscan.model.case import Case, CaseAction, CaseEvent, CaseKind, CaseState, DecisionKind
from ctscan.model.controller import Controller
from ctscan.model.dossier import (
    UNWATCHED,
    CaseFacts,
    CaseRecord,
    Dossier,
    DossierNote,
    Figures,
    Processing,
    RecordedLookup,
    WatchRecord,
)
from ctscan.model.message import Message
from ctscan.model.picture import HeldReason, PersonCertificate, Picture
from ctscan.model.regime import Regime

OCSP = "OCSP"
"""Source of statements that a CA's responder gave when it was asked about one certificate."""

_SHOWN: dict[CaseAction, tuple[str, ...]] = {
    CaseAction.CONFIRMED_RECEIPT: ("channel",),
    CaseAction.EXTENDED: ("reason", "until"),
    CaseAction.PAUSED: ("reason",),
    CaseAction.DECIDED: ("decision", "ground", "reasoning", "told"),
    CaseAction.NOTED: ("restriction", "told"),
    CaseAction.LETTER_WRITTEN: ("ca", "kind"),
    CaseAction.LETTER_SETTLED: ("ca", "kind"),
    CaseAction.CLOSED: ("outcome",),
}
"""Details of events that the requester reads. Others are left out: digests, and notes that may name anybody."""

_UNTOLD = frozenset((CaseAction.DOSSIER_MADE,))
"""Actions that no dossier lists: the dossier itself, so that the same moment gives the same bytes."""

_ABOUT_PERSON = frozenset((AuditAction.LOOKUP, AuditAction.STATUS, AuditAction.PROVE))
"""Actions that look the person up. The look-ups of dossiers have an action of their own and aren't listed."""


class Installation(Struct, frozen=True):
    """Facts of the installation that makes a dossier: from its settings, and its version."""

    controller: Controller
    purpose: str
    retention: str
    quarantine_days: int
    version: str
    rules: str
    keep: tuple[Message, ...] = ()
    paragraphs: tuple[str, ...] = ()


class Request(Struct, frozen=True):
    """Request that a dossier answers.

    Attributes:
        number: number of the case; of a dossier without a case, its own, which is made after the look-ups.
        at: moment that the dossier speaks of.
        lang: language.
        identity: how the identity was settled, and the words of the handler.
        case: case as of that moment; None without a case.
        state: state of the case.
        regime: regime of the case.
    """

    number: str
    at: datetime
    lang: str
    identity: tuple[str, str]
    case: Case | None = None
    state: CaseState = CaseState.OPEN
    regime: Regime | None = None


def number_without_case(digests: Iterable[bytes], at: datetime) -> str:
    """Make the number of a dossier without a case: the day, and eight hexadecimal digits that follow from the keyed
    digests of its identifiers. Without the key nobody can try identifiers out on the name of a file."""
    return f"{at:%Y%m%d}-{sha256(b''.join(sorted(digests))).hexdigest()[:8]}"


def case_as_of(case: Case, at: datetime) -> Case:
    """Return a case without the events that were recorded after a moment."""
    return replace(case, events=tuple(event for event in case.events if event.recorded <= at))


def make_dossier(
    request: Request,
    installation: Installation,
    answers: Sequence[Answer],
    picture: Picture,
    events: Iterable[AuditEvent],
    watched: WatchRecord = UNWATCHED,
) -> Dossier:
    """Make a dossier.

    Args:
        request: request that it answers.
        installation: facts of the installation.
        answers: answers to all look-ups, whole.
        picture: picture that was made from them.
        events: events of the trail about the case and its identifiers, in any order.
        watched: watches on the person, and alerts about certificates in the picture.
    """
    shown = answers_for_requester(answers, picture)
    return Dossier(
        number=request.number,
        at=request.at,
        version=installation.version,
        rules=installation.rules,
        lang=request.lang,
        controller=installation.controller,
        identity=request.identity,
        answers=tuple(shown),
        picture=picture,
        processing=_processing(installation, shown, _lookups(events, request.at, request.number), watched),
        case=None if request.case is None else _case_facts(request.case, request.state),
        regime=request.regime,
        paragraphs=installation.paragraphs,
    )


# --- part I -----------------------------------------------------------------------------------------------------------


def _lookups(events: Iterable[AuditEvent], at: datetime, number: str) -> tuple[RecordedLookup, ...]:
    """Return the look-ups of the person up to a moment, each once: by its end where a long answer has two events.
    Numbers of other cases stay out: with a name they may be those of a namesake."""
    found = [event for event in events if event.at <= at and event.action in _ABOUT_PERSON]
    ended = {event.intent for event in found}
    found = [event for event in found if event.id not in ended]
    return tuple(
        RecordedLookup(
            event.at, event.action, event.kind, event.purpose, event.case * (event.case == number), event.verdict
        )
        for event in sorted(found, key=lambda event: event.id)
    )


def _processing(
    installation: Installation, answers: Sequence[Answer], lookups: tuple[RecordedLookup, ...], watched: WatchRecord
) -> Processing:
    searches = [search for answer in answers for search in answer.searches]
    purposes = [installation.purpose, *(one.purpose for one in lookups), *(one.purpose for one in searches)]
    purposes += [one.purpose for one in watched.watches]
    scopes = [part.scope for answer in answers for log in answer.coverage for part in log.verified]
    return Processing(
        purposes=tuple(dict.fromkeys(filter(None, purposes))),
        retention=installation.retention,
        quarantine_days=installation.quarantine_days,
        keep=installation.keep,
        scopes=tuple(sorted(set(scopes))),
        lookups=lookups,
        recipients=tuple(sorted({search.repository for search in searches})),
        responders=_responders(answers),
        watched=watched,
    )


def _responders(answers: Sequence[Answer]) -> tuple[str, ...]:
    """Return the hosts of OCSP responders that were asked about certificates of the person."""
    said = (one for answer in answers for match in answer.matches for one in match.revocations)
    hosts = {urlsplit(one.url).hostname or "" for one in said if one.source == OCSP and one.url}
    return tuple(sorted(hosts - {""}))


def _case_facts(case: Case, state: CaseState) -> CaseFacts:
    statements = [event.get("text") for event in case.of(CaseAction.STATEMENT)]
    return CaseFacts(
        number=case.number,
        kind=case.kind,
        received=case.received,
        requester=case.requester,
        state=state,
        records=tuple(_record(event) for event in case.events if event.action not in _UNTOLD),
        statements=tuple(filter(None, statements)),
        is_restricted=is_restricted(case),
    )


def _record(event: CaseEvent) -> CaseRecord:
    found = ((key, event.get(key)) for key in _SHOWN.get(event.action, ()))
    return CaseRecord(event.at, event.action, tuple((key, text) for key, text in found if text))


def is_restricted(case: Case) -> bool:
    """Return whether processing is restricted: a request for it was granted, or an objection restricts it still, as it
    does while its grounds are weighed (GDPR article 18(1)(d))."""
    if case.kind is CaseKind.OBJECTION:
        return restricted_since(case) is not None
    decisions = [event.get("decision") for event in case.of(CaseAction.DECIDED) if not event.get("certificate")]
    last = decisions[-1] if decisions else ""
    if case.kind is CaseKind.RESTRICTION:
        return last in (DecisionKind.GRANTED, DecisionKind.PARTIAL)
    return last == DecisionKind.OBJECTION_UPHELD


def refused_certificates(case: Case, found: Iterable[bytes]) -> dict[bytes, Message]:
    """Return the certificates that a decision refuses, by identity. The last decision on a certificate counts; without
    one, the last on the request as a whole, where the request is for access: to refuse an erasure refuses no access.

    Args:
        case: the case.
        found: identities of the certificates that the look-ups found.
    """
    last = {one.get("certificate") or "": one.get("decision") for one in case.of(CaseAction.DECIDED)}
    of_request = last.get("") if case.kind is CaseKind.ACCESS else None
    decided = {identity: last.get(identity.hex(), of_request) for identity in found}
    return {one: HeldReason.REFUSED() for one, decision in decided.items() if decision == DecisionKind.REFUSED}


# --- figures and notes ------------------------------------------------------------------------------------------------


def figures(picture: Picture) -> Figures:
    """Count for the first page."""
    certificates = picture.certificates
    times = [time for one in certificates if (time := first_seen(one)) is not None]
    return Figures(
        data=len(picture.data),
        categories=len({datum.category for datum in picture.data}),
        certificates=len(certificates),
        valid=sum(_is_current(one) for one in certificates),
        logs=len({seen.log_id for one in certificates for seen in one.sightings}),
        owners=len({name for one in certificates for name in one.owners or (one.certificate.issuer,)}),
        sensitive=sum(datum.sensitivity is not Sensitivity.ORDINARY for datum in picture.data),
        held_back=len(picture.held_back),
        redacted=sum(one.is_redacted for one in certificates),
        oldest=min(times, default=None),
        newest=max(times, default=None),
    )


def _is_current(certificate: PersonCertificate) -> bool:
    """Return whether a certificate is neither expired nor known to be revoked."""
    status = certificate.status
    return status is not None and not status.is_expired and status.standing is not CertificateStanding.REVOKED


def notes(dossier: Dossier) -> list[Message]:
    """List the limits of a dossier, the gravest first."""
    certificates = dossier.picture.certificates
    refused = sum(one.reason == HeldReason.REFUSED() for one in dossier.picture.held_back)
    found = [DossierNote.OVERRIDDEN()] if dossier.identity[0] == "override" else []
    counted = (
        DossierNote.HELD_BACK(count=len(dossier.picture.held_back) - refused),
        DossierNote.REFUSED(count=refused),
        DossierNote.REDACTED(count=sum(one.is_redacted for one in certificates)),
        DossierNote.NAME_ONLY(count=sum(one.is_by_name_only for one in certificates)),
        DossierNote.ROLE(count=sum(one.is_role for one in certificates)),
        DossierNote.UNPROVEN(count=sum(not any(s.verified for s in one.sightings) for one in certificates)),
    )
    found += [note for note in counted if dict(note.params)["count"]]
    found += _left_open(dossier)
    return found + ([] if dossier.case else [DossierNote.WITHOUT_CASE()])


def _left_open(dossier: Dossier) -> list[Message]:
    """Name the parts of article 15 that the settings leave open."""
    controller = dossier.controller
    given = (
        (controller.legal_basis, DossierNote.NO_LEGAL_BASIS()),
        (controller.recipients, DossierNote.NO_RECIPIENTS()),
        (dossier.processing.retention or dossier.processing.keep, DossierNote.NO_RETENTION()),
        (controller.safeguards, DossierNote.NO_SAFEGUARDS()),
        (controller.dpo, DossierNote.NO_OFFICER()),
    )
    return [note for value, note in given if not value]
