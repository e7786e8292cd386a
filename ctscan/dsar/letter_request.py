"""Input of letters: the case, its certificates with the profiles of their CAs, and the choices of the sender."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from ctscan.dsar.day_counting import IsHoliday
from ctscan.model.ca_profile import CaProfile, ProfileMatch, RetentionEnd
from ctscan.model.case import Case
from ctscan.model.controller import Controller
from ctscan.model.letter import LetterKind, Sender
from ctscan.model.picture import PersonCertificate
from ctscan.model.regime import Regime


@dataclass(frozen=True, slots=True)
class IssuedCertificate:
    """Certificate of the requester, with the profile of its CA and the earliest end of the retention there."""

    own: PersonCertificate
    profile: ProfileMatch
    retention: RetentionEnd


@dataclass(frozen=True, slots=True)
class LetterRequest:
    """Request for the letters of a case.

    Attributes:
        case: the case.
        regime: rules of the case, as they apply to it.
        certificates: certificates of the requester; none that is held back or only another person's.
        sender: sender of the letters.
        kinds: kinds to write, each once.
        on: day of the letters.
        languages: languages that there are sentences in.
        controller: controller of this installation; None where the settings name none.
        mandate_seen: day on which the mandate of a representative was seen.
        is_holiday_in: public holidays by country (ISO 3166-1); None where they are unknown.
        held_back: number of certificates that are held back.
    """

    case: Case
    regime: Regime
    certificates: tuple[IssuedCertificate, ...]
    sender: Sender
    kinds: tuple[LetterKind, ...]
    on: date
    languages: tuple[str, ...]
    controller: Controller | None = None
    mandate_seen: date | None = None
    is_holiday_in: Callable[[str], IsHoliday | None] = lambda _: None
    held_back: int = 0


@dataclass(frozen=True, slots=True)
class CaGroup:
    """Certificates of one CA. `ca` is its name for files and the register, `ca_name` that for readers."""

    ca: str
    ca_name: str
    certificates: tuple[IssuedCertificate, ...]

    @property
    def match(self) -> ProfileMatch:
        """Match of the first certificate."""
        return self.certificates[0].profile

    @property
    def profile(self) -> CaProfile:
        """Profile of the CA."""
        return self.match.profile

    @property
    def owned(self) -> tuple[PersonCertificate, ...]:
        """Certificates as the picture of the person shows them."""
        return tuple(one.own for one in self.certificates)


def by_ca(certificates: Sequence[IssuedCertificate]) -> tuple[CaGroup, ...]:
    """Group certificates by their CA, in the order of the first certificate of each."""
    groups: dict[tuple[str, str], list[IssuedCertificate]] = {}
    for one in certificates:
        groups.setdefault(_name(one), []).append(one)
    return tuple(CaGroup(ca, name, tuple(found)) for (ca, name), found in groups.items())


def _name(one: IssuedCertificate) -> tuple[str, str]:
    """Name a CA. Without a profile the owner in the CCADB names it, else the issuer; a digest keeps apart what reads
    alike."""
    if not one.profile.profile.is_baseline:
        return one.profile.profile.id, one.profile.profile.name
    name = next(iter(one.profile.owners), one.own.certificate.issuer)
    return f"ca-{sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()[:12]}", name
