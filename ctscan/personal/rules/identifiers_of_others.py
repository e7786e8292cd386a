"""Identifiers that somebody else gives to a person: permanent identifiers, hashed ones, roles in organisations."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ctscan.model import Finding, LookupKey, Mark
from ctscan.personal.elements import OCTETS, SEQUENCE, part_of
from ctscan.personal.finding import make_finding
from ctscan.personal.rules import oid_rule, rule
from ctscan.personal.values import ONLY_PEOPLE, Value, number, of_organisation, of_person, plain
from ctscan.personal.view import View

PERMANENT_IDENTIFIER = "1.3.6.1.5.5.7.8.3"
SUBJECT_IDENTIFICATION = "1.3.6.1.5.5.7.8.6"

oid_rule(
    id="id.permanent",
    version=1,
    category="user.unique_id",
    kinds=("number",),
    cites=("RFC 4043 section 2",),
    looks_for="Identifiers that stay with their holder from certificate to certificate (permanentIdentifier)",
    rows={PERMANENT_IDENTIFIER: number("user.unique_id")},
)

oid_rule(
    id="id.lei",
    version=1,
    category="user.contact.organization",
    kinds=(),
    cites=("ISO 17442-2 annex A",),
    looks_for="Identifiers of legal entities: of an organisation, told for the role beside them",
    rows={
        "1.3.6.1.4.1.52266.1": of_organisation(plain("user.contact.organization"), "the identifier of a legal entity"),
    },
)

oid_rule(
    id="id.leiRole",
    version=1,
    category="user.job_title",
    kinds=(),
    cites=("ISO 17442-2 annex A",),
    looks_for="Roles of people in a legal entity",
    rows={
        "1.3.6.1.4.1.52266.2": of_person(plain("user.job_title"), "a role in a legal entity, which a person has"),
    },
)


@rule(
    id="id.hashed",
    version=1,
    category="user.unique_id.pseudonymous",
    kinds=("number",),
    cites=("RFC 4683 section 4.4",),
    covers=(SUBJECT_IDENTIFICATION,),
)
def subject_identification(view: View) -> Iterator[Finding]:
    """Hashes of a number of the person, made with a secret that the person knows (otherName SIM)."""
    # SEQUENCE { hashAlg SEQUENCE, authorityRandom OCTET STRING, pEPSI OCTET STRING }
    verdict = replace(ONLY_PEOPLE, why="the hash of a number of the person, by the type of the value")
    for place in view.of(SUBJECT_IDENTIFICATION):
        outer = part_of(place.raw)
        octets = (
            [part for part in outer.parts if part.tag == OCTETS] if outer is not None and outer.tag == SEQUENCE else []
        )
        digest = (octets[-1].body if octets else place.raw)[:100].hex().upper()
        if digest:
            keys = (LookupKey("number", digest),)
            value = Value("user.unique_id.pseudonymous", digest, digest, keys, marks=(Mark.HASHED,), verdict=verdict)
            yield make_finding("id.hashed", view, place, value)
