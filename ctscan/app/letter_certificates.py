"""Certificates of a case for its letters: those of the requester alone, with the profiles of their CAs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha1
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct

from ctscan.app.wiring import opened_index
from ctscan.errors import FormatError
from ctscan.model import CertificateStanding, EntryKind

if TYPE_CHECKING:
    from ctscan.config import Config
    from ctscan.dsar.letter_request import IssuedCertificate
    from ctscan.index.protocols import Authorities, Revocations
    from ctscan.model import Answer, Certificate, KeptCertificate, Match
    from ctscan.model.ca_profile import CaProfile, ProfileMatch
    from ctscan.model.case import Case
    from ctscan.model.picture import PersonCertificate, Picture

    class _LetterIndex(Authorities, Revocations, Protocol):
        """Index with its CCADB list, its certificates of issuers, and the kept certificates."""


class CaseCertificates(Struct, frozen=True):
    """Certificates of a case: those of the requester, the number that is held back, and the whole ones in DER."""

    issued: tuple[IssuedCertificate, ...]
    held_back: int
    whole: Mapping[bytes, bytes]  # by identity


async def case_certificates(
    config: Config, case: Case, answers: Sequence[Answer], *, is_stated: bool
) -> CaseCertificates:
    """Choose the certificates of the requester out of the answers of a case, and match them to profiles.

    Args:
        config: settings.
        case: the case.
        answers: answers to the look-ups of all its identifiers.
        is_stated: the handler states for this command that the identity is settled in another way than by a code.

    Raises:
        IndexFault: the index can't be read.
        InputError: a profile can't be read.
    """
    matches = [match for answer in answers for match in (*answer.matches, *answer.mailboxes)]
    shown = _picture(case, answers, matches, is_stated=is_stated)
    identities = [one.certificate.identity for one in shown.certificates]
    by_identity = {match.certificate.identity: match for match in reversed(matches)}
    async with opened_index(config) as index:
        kept = {one.identity: one async for one in index.kept_certificates(identities)} if identities else {}
        read = {identity: found for identity, one in kept.items() if (found := _read(one)) is not None}
        profiles = await _profiles(index, [by_identity[identity] for identity in identities], read)
    whole = {identity: one.der for identity, one in kept.items() if one.kind is EntryKind.X509}
    issued = [
        _issued(one, match, read.get(one.certificate.identity), profiles[1], whole.get(one.certificate.identity))
        for one, match in zip(shown.certificates, profiles[0], strict=True)
    ]
    return CaseCertificates(tuple(issued), len(shown.held_back), whole)


def _picture(case: Case, answers: Sequence[Answer], matches: Sequence[Match], *, is_stated: bool) -> Picture:
    from ctscan.dsar.dossier import refused_certificates
    from ctscan.dsar.held_back import held_back
    from ctscan.dsar.picture import picture

    release = held_back(case, matches, is_stated=is_stated)
    held = {**release.reasons, **refused_certificates(case, (one.certificate.identity for one in matches))}
    return picture(answers, held_back=held, confirmed=release.confirmed)


def _read(one: KeptCertificate) -> Certificate | None:
    from ctscan.x509.certificate import read_certificate, read_tbs

    try:
        return read_tbs(one.der) if one.kind is EntryKind.PRECERT else read_certificate(one.der)
    except FormatError:
        return None


async def _profiles(
    index: _LetterIndex, matches: Sequence[Match], read: Mapping[bytes, Certificate]
) -> tuple[list[ProfileMatch], CaProfile | None]:
    """Match certificates to profiles; where its bytes can't be read, the name of the issuer and the CCADB decide."""
    from ctscan.app.ca_policies import ca_profiles, match_certificates
    from ctscan.authorities.profile_matching import IssuerFacts, match_profile
    from ctscan.dsar.letter_request import organisations_of

    known, authorities = await ca_profiles(), await index.authorities()
    readable = [identity for match in matches if (identity := match.certificate.identity) in read]
    matched = await match_certificates(index, [read[identity] for identity in readable], known)
    by_identity = dict(zip(readable, matched, strict=True))
    found = []
    for match in matches:
        keys = tuple(one.key_id for one in match.authorities)
        facts = IssuerFacts(keys, organisations_of(match.certificate.issuer))
        by_name = by_identity.get(match.certificate.identity) or match_profile(facts, known, authorities)
        found.append(by_name)
    return found, next((profile for profile in known if profile.is_baseline), None)


def _issued(
    own: PersonCertificate,
    profile: ProfileMatch,
    read: Certificate | None,
    floor: CaProfile | None,
    whole: bytes | None,
) -> IssuedCertificate:
    from ctscan.authorities.retention import CertificateDates, earliest_end
    from ctscan.dsar.letter_request import IssuedCertificate
    from ctscan.personal.attribution.classifiers import is_qualified

    status = own.status
    is_revoked = status is not None and status.standing is CertificateStanding.REVOKED
    dates = CertificateDates(
        not_before=own.certificate.not_before,
        not_after=own.certificate.not_after,
        revoked_at=status.revocation.revoked_at if status and status.revocation and is_revoked else None,
        is_qualified=read is not None and is_qualified(read),
    )
    thumbprint = sha1(whole, usedforsecurity=False).hexdigest() if whole is not None else ""
    return IssuedCertificate(own, profile, earliest_end(profile.profile, dates, floor), thumbprint)
