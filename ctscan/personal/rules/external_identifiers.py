"""Identifiers that another party gives to a person: permanent or hashed identifiers, roles in organisations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from ctscan.model import AttributionReason, Field, Finding, SubjectKind
from ctscan.personal.attribution.evidence import PSEUDONYM, attribute_name, attribute_place
from ctscan.personal.finding import make_finding
from ctscan.personal.parsers.elements import OCTETS, SEQUENCE, part_of
from ctscan.personal.parsers.numbers import is_hash
from ctscan.personal.rules import oid_rule, rule
from ctscan.personal.rules.national.chile import is_bare_rut
from ctscan.personal.values import ONLY_PEOPLE, Value, hashed, number, of_organisation, of_person, plain
from ctscan.personal.view import View, spellings

PERMANENT_IDENTIFIER = "1.3.6.1.5.5.7.8.3"
SUBJECT_IDENTIFICATION = "1.3.6.1.5.5.7.8.6"
_PSEUDONYMOUS = "user.unique_id.pseudonymous"

_number = number("user.unique_id")


def _permanent(view: View, place: Field) -> Iterable[Value]:
    """Read a permanent identifier as a number. A Chilean RUT has its own rule."""
    return () if is_bare_rut(view, place) else _number(view, place)


oid_rule(
    id="id.permanent",
    version=1,
    category="user.unique_id",
    kinds=("number",),
    cites=("RFC 4043 section 2",),
    looks_for="Identifiers that stay with their holder from certificate to certificate (permanentIdentifier)",
    rows={PERMANENT_IDENTIFIER: _permanent},
)

_LEI, _LEI_ROLE = "1.3.6.1.4.1.52266.1", "1.3.6.1.4.1.52266.2"
_ORGANISATION = "user.contact.organization"


def _employer(view: View, place: Field) -> Iterator[Value]:
    """Read the legal entity of a person; nothing without a sign of a person."""
    if view.has(frozenset((_LEI_ROLE,))) or attribute_place(view, place).kind is SubjectKind.PERSON:
        yield from of_organisation(plain(_ORGANISATION), AttributionReason.LEGAL_ENTITY())(view, place)


oid_rule(
    id="id.lei",
    version=1,
    category=_ORGANISATION,
    kinds=(),
    cites=("ISO 17442-2",),
    looks_for="Identifiers of the legal entities that people work or act for",
    rows={_LEI: _employer},
)

oid_rule(
    id="id.leiRole",
    version=1,
    category="user.job_title",
    kinds=(),
    cites=("ISO 17442-2",),
    looks_for="Roles of people in a legal entity",
    rows={
        _LEI_ROLE: of_person(plain("user.job_title"), AttributionReason.ENTITY_ROLE()),
    },
)


@rule(
    id="id.hashed",
    version=1,
    category=_PSEUDONYMOUS,
    kinds=("number",),
    cites=("RFC 4683", "RFC 3739 section 3.1.2"),
    covers=(SUBJECT_IDENTIFICATION, PSEUDONYM),
    only=True,
)
def hashed_identifiers(view: View) -> Iterator[Finding]:
    """Hashes of a person's number (otherName SIM), and pseudonyms that are hashes."""
    for place in view.of(SUBJECT_IDENTIFICATION):
        value = _subject_identification(place)
        if value is not None:
            yield make_finding("id.hashed", view, place, value)
    for place in view.of(PSEUDONYM):
        text = spellings(place.text)[0] if place.text is not None else ""
        if is_hash(text):
            yield make_finding(
                "id.hashed", view, place, replace(hashed(_PSEUDONYMOUS, text), attribution=attribute_name(view, place))
            )


def _subject_identification(place: Field) -> Value | None:
    """Read the hash of a person's number, which is made with a secret of the person. Return None for an empty value."""
    # SEQUENCE { hashAlg SEQUENCE, authorityRandom OCTET STRING, pEPSI OCTET STRING }
    outer = part_of(place.raw)
    parts = outer.parts if outer is not None and outer.tag == SEQUENCE else ()
    octets = [part.body for part in parts if part.tag == OCTETS]
    digest = (octets[-1] if octets else place.raw)[:100].hex()
    attribution = replace(ONLY_PEOPLE, why=AttributionReason.NUMBER_HASH())
    return replace(hashed(_PSEUDONYMOUS, digest.upper()), attribution=attribution) if digest else None
