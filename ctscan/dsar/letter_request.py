"""Input of letters: the case, its certificates with the profiles of their CAs, and the choices of the sender."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date
from hashlib import sha256
from typing import Final

from msgspec import Struct

from ctscan.dsar.day_counting import IsHoliday
from ctscan.dsar.other_people import HIDDEN
from ctscan.model.ca_profile import CaProfile, ProfileMatch, RetentionEnd
from ctscan.model.case import Case
from ctscan.model.controller import Controller
from ctscan.model.letter import LetterKind, Sender
from ctscan.model.picture import PersonCertificate
from ctscan.model.regime import Regime
from ctscan.on_first_use import late_pattern

VALUE_LIMIT: Final = 200
"""Characters of a value that a letter shows."""

_SLUG_LIMIT: Final = 40
"""Characters of the name of a CA in a name of a file."""

_SEPARATORS: Final = late_pattern(r"[^a-z0-9]+")
_ORGANISATION: Final = late_pattern(r"(?:^|[,+])O=((?:\\.|[^,+\\])*)")
_ESCAPED: Final = late_pattern(r"\\(.)")


class IssuedCertificate(Struct, frozen=True):
    """Certificate of the requester, with the profile of its CA and the earliest end of the retention there.
    `thumbprint`: its SHA-1, hexadecimal; empty where the whole certificate isn't at hand."""

    own: PersonCertificate
    profile: ProfileMatch
    retention: RetentionEnd
    thumbprint: str = ""


class LetterRequest(Struct, frozen=True):
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


class CaGroup(Struct, frozen=True):
    """Certificates of one CA. `ca` is its name, `slug` that name for files."""

    ca: str
    slug: str
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
        groups.setdefault(_names(one), []).append(one)
    taken = Counter(slug for _, slug in groups)
    return tuple(
        CaGroup(ca, slug if taken[slug] == 1 else slug_of("ca", ca), tuple(found))
        for (ca, slug), found in groups.items()
    )


def divided(certificates: Sequence[IssuedCertificate]) -> tuple[tuple[IssuedCertificate, ...], int]:
    """Take out the certificates that their own subjects issued, and count them: nobody else keeps records of them."""
    issued = tuple(one for one in certificates if one.own.certificate.issuer != one.own.certificate.subject)
    return issued, len(certificates) - len(issued)


def _names(one: IssuedCertificate) -> tuple[str, str]:
    """Name a CA: by its profile, else its owner in the CCADB, its organisation, the whole name of the issuer. The last
    may be about a person: files are never named after it."""
    if not one.profile.profile.is_baseline:
        return one.profile.profile.name, one.profile.profile.id
    issuer = one.own.certificate.issuer
    if (public := next(iter((*one.profile.owners, *organisations_of(issuer))), "")) != "":
        return short(public), public_slug(public)
    return short(issuer), slug_of("ca", issuer)


def public_slug(name: str) -> str:
    """Make a name for files out of the public name of a CA, in Latin letters and digits: `ca-example-trust`. A name
    without letters, or a long one, becomes its digest."""
    from anyascii import anyascii  # not at the top: most letters go to CAs with a profile

    words = _SEPARATORS.sub("-", anyascii(name[:_SLUG_LIMIT]).lower()).strip("-")
    return f"ca-{words}" if words and len(name) <= _SLUG_LIMIT >= len(words) else slug_of("ca", name)


def slug_of(kind: str, name: str) -> str:
    """Make a name for files out of a digest: names of strangers hold anything."""
    return f"{kind}-{sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()[:12]}"


def organisations_of(name: str) -> tuple[str, ...]:
    """Read every O of a distinguished name (RFC 4514); one in which other people's data is hidden is left out."""
    found = (_ESCAPED.sub(r"\1", text).strip() for text in _ORGANISATION.findall(name))
    return tuple(dict.fromkeys(short(text) for text in found if text and HIDDEN not in text))


def short(text: str) -> str:
    """Cut a value that is too long for a letter."""
    return text if len(text) <= VALUE_LIMIT else f"{text[: VALUE_LIMIT - 1]}…"
