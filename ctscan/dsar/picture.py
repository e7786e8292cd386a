"""Picture of a requester: the answers to all look-ups of a case, deduplicated. Pure.

answers ──► certificates, each once ──► whose findings? ──► other people's data hidden ──► each datum once
                                          └ unclear: held back, counted with the reason
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from msgspec import Struct, field
from msgspec.structs import replace

from ctscan.dsar.matched_people import People, people_of
from ctscan.dsar.other_people import (
    HIDDEN,
    OwnValues,
    own_values,
    redacted_answer,
    redacted_certificate,
    redacted_finding,
    redaction,
)
from ctscan.model import (
    Answer,
    Finding,
    Identifier,
    IdentifierKind,
    Match,
    Message,
    Qualifier,
    RepositorySighting,
    Sensitivity,
)
from ctscan.model.picture import Datum, HeldBack, HeldReason, PersonCertificate, Picture, Place

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_RANKS = {sensitivity: rank for rank, sensitivity in enumerate(Sensitivity)}
_ORDER = {qualifier: rank for rank, qualifier in enumerate(Qualifier)}

IMPORTED = "files"
"""Name of the repository of imported files."""

ProfileOf = Callable[[Match], str]
"""Name of the profile of the CA that issued a certificate; empty where there is none."""


class _Found(Struct):
    """Certificate of one or several answers, with the identifiers that found it."""

    match: Match
    identifiers: list[Identifier] = field(default_factory=list)
    is_partly: bool = False  # an answer has it for a part of the name


def picture(
    answers: Iterable[Answer],
    *,
    held_back: Mapping[bytes, Message] | None = None,
    confirmed: Iterable[bytes] = (),
    profile_of: ProfileOf | None = None,
) -> Picture:
    """Make the picture of the person that the answers are about.

    Args:
        answers: answers to the look-ups of all identifiers of one person.
        held_back: certificates that the rules of the case hold back, by identity, with the reason.
        confirmed: identities of certificates that the handler confirmed to be about the person.
        profile_of: gives the name of a CA's profile; None: no profiles.
    """
    known, held = frozenset(confirmed), held_back or {}
    clear: list[tuple[Match, People]] = []
    unclear: list[HeldBack] = []
    for identity, found in _certificates(answers).items():
        people = people_of(found.match, found.identifiers, is_confirmed=identity in known)
        reason = held.get(identity) or _why_unclear(found, people)
        if reason is None:
            clear.append((found.match, people))
        else:
            unclear.append(HeldBack(identity, reason))
    own = own_values(finding for _, people in clear for finding in people.own)
    certificates = [_certificate(match, people, own, profile_of) for match, people in clear]
    certificates.sort(key=lambda one: (-_newest(one), one.certificate.identity))
    return Picture(_data(certificates), tuple(certificates), tuple(sorted(unclear, key=lambda one: one.identity)))


def answers_for_requester(answers: Iterable[Answer], shown: Picture) -> list[Answer]:
    """Make the form of answers that the requester gets: certificates of the picture only, redacted as there."""
    known = {one.certificate.identity: one for one in shown.certificates}
    given = list(answers)
    own = [answer.identifier.canonical for answer in given if answer.identifier.kind is IdentifierKind.EMAIL]
    return [redacted_answer(answer, list(_shown(answer.matches, known)), own) for answer in given]


def _shown(matches: Iterable[Match], known: Mapping[bytes, PersonCertificate]) -> Iterable[Match]:
    for match in matches:
        shown = known.get(match.certificate.identity)
        if shown is not None:
            yield replace(
                match, certificate=shown.certificate, findings=shown.findings, repositories=shown.repositories
            )


# --- certificates -----------------------------------------------------------------------------------------------------


def _certificates(answers: Iterable[Answer]) -> dict[bytes, _Found]:
    """Unite the certificates of answers by identity. Of a part of a name or a mailbox no identifier counts."""
    certificates: dict[bytes, _Found] = {}
    for answer in answers:
        for match in answer.matches:
            found = certificates.setdefault(match.certificate.identity, _Found(match))
            if match.score >= 1:
                found.identifiers.append(answer.identifier)
            else:
                found.is_partly = True
        for match in answer.mailboxes:
            certificates.setdefault(match.certificate.identity, _Found(match))
    return certificates


def _why_unclear(found: _Found, people: People) -> Message | None:
    if people.unclear is not None and not found.identifiers and found.is_partly:
        return HeldReason.PART_OF_NAME()
    return people.unclear


def _certificate(match: Match, people: People, own: OwnValues, profile_of: ProfileOf | None) -> PersonCertificate:
    hidden = redaction(people.others, own)
    return PersonCertificate(
        certificate=redacted_certificate(match.certificate, hidden),
        findings=tuple(redacted_finding(finding, hidden) for finding in people.own),
        matched_as=people.kinds,
        sightings=match.sightings,
        repositories=tuple(_without_path(seen) for seen in match.repositories),
        status=match.status,
        revocations=match.revocations,
        owners=tuple(dict.fromkeys(authority.owner for authority in match.authorities)),
        profile=profile_of(match) if profile_of else "",
        hidden=0 if hidden.is_empty else len(people.others),
        is_redacted=not hidden.is_empty or match.certificate.partly_read,
        is_role=people.is_role,
    )


def _without_path(seen: RepositorySighting) -> RepositorySighting:
    """Leave out the path of an imported file: it is the controller's, and may name anybody."""
    return replace(seen, reference="") if seen.repository == IMPORTED else seen


def _newest(certificate: PersonCertificate) -> int:
    """Return the time (ms) of the newest sighting in a log; 0 where no log shows the certificate."""
    return max((seen.timestamp for seen in certificate.sightings), default=0)


# --- data -------------------------------------------------------------------------------------------------------------


def _data(certificates: Sequence[PersonCertificate]) -> tuple[Datum, ...]:
    """Join findings by category and canonical form."""
    found: dict[tuple[str, str], list[tuple[PersonCertificate, Finding]]] = {}
    for certificate in certificates:
        for finding in certificate.findings:
            key = finding.category, finding.canonical or finding.value
            if HIDDEN not in (finding.value, finding.canonical):
                found.setdefault(key, []).append((certificate, finding))
    return tuple(_datum(*key, found[key]) for key in sorted(found))


def _datum(category: str, canonical: str, standing: Sequence[tuple[PersonCertificate, Finding]]) -> Datum:
    spellings = Counter(finding.repaired or finding.value for _, finding in standing)
    qualifiers = {qualifier for _, finding in standing for qualifier in finding.qualifiers}
    certificates = {one.certificate.identity: one for one, _ in standing}
    since = [time for one in certificates.values() if (time := first_seen(one)) is not None]
    places = dict.fromkeys(
        Place(one.certificate.identity, finding.path, finding.subject_kind, finding.confidence)
        for one, finding in standing
    )
    return Datum(
        category=category,
        canonical=canonical,
        values=tuple(sorted(spellings, key=lambda text: (-spellings[text], text))),
        sensitivity=max((finding.sensitivity for _, finding in standing), key=_RANKS.__getitem__),
        qualifiers=tuple(sorted(qualifiers, key=_ORDER.__getitem__)),
        places=tuple(places),
        since=min(since, default=None),
    )


def first_seen(certificate: PersonCertificate) -> datetime | None:
    """Return the oldest time at which a log recorded a certificate, else at which a repository showed it; None where
    no calendar holds the time."""
    logged = min((seen.timestamp for seen in certificate.sightings), default=None)
    if logged is None:
        claimed = [seen.first_logged for seen in certificate.repositories if seen.first_logged is not None]
        logged = min(claimed, default=None)
    if logged is None:
        return min((seen.seen for seen in certificate.repositories), default=None)
    try:
        return _EPOCH + timedelta(milliseconds=logged)
    except OverflowError:
        return None
