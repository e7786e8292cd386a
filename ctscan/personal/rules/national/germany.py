"""Further attributes and extensions of German signature certificates: procuration, majority, card, name at birth.

They come from Common PKI (before: ISIS-MTT, SigI), and from older attributes of Deutsche Telekom.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from msgspec.structs import replace

from ctscan.model import AttributionReason, Confidence, Field, Finding, Qualifier, SubjectKind
from ctscan.personal.attribution.evidence import (
    CA_CONTACT,
    COMMON_NAME,
    REPRESENTED,
    SUBJECT,
    attribute_place,
    person_of,
    personal_attribute,
)
from ctscan.personal.attribution.name_shapes import has_organisation_word
from ctscan.personal.finding import make_finding
from ctscan.personal.normalise.name_tokens import fold_text, name_keys
from ctscan.personal.parsers.dates import birth_date
from ctscan.personal.parsers.elements import (
    INTEGER,
    SEQUENCE,
    Located,
    Part,
    at_part,
    findings,
    part_of,
    read_part,
)
from ctscan.personal.parsers.german_texts import holders_named
from ctscan.personal.rules import oid_rule, rule
from ctscan.personal.rules.personal_data import PKIX_PERSONAL_DATA, SIGI_PERSONAL_DATA, personal_data_values
from ctscan.personal.values import (
    ONLY_PEOPLE,
    Attribution,
    Read,
    Value,
    named,
    number,
    numbered,
    of_person,
    plain,
)
from ctscan.personal.view import View, spellings, strings_of

PROCURATION = "1.3.36.8.3.2"
MAJORITY = "1.3.36.8.3.5"
ICCSN = "1.3.36.8.3.6"
_COMMON_PKI = "Common PKI 2.0 SigG profile"


def _distinguisher(view: View, place: Field) -> Iterator[Value]:
    """Read the number that distinguishes namesakes. Renamed CAs have such a number as well."""
    of_a_ca = Attribution(SubjectKind.CA, Confidence.LIKELY, AttributionReason.DE_DISTINGUISHER())
    for value in plain("user.unique_id")(view, place):
        is_of_ca = person_of(view, place) == CA_CONTACT or view.certificate.is_ca
        yield replace(value, attribution=of_a_ca) if is_of_ca else value


def _text_about_holder(view: View, place: Field) -> Iterator[Value]:
    """Read a restriction or an addition, and the name of the holder in it, to whom the whole text then belongs."""
    for text in strings_of(view, place):
        written = spellings(text)[0]
        names = tuple(holders_named(written))
        attribution = _NAMED if names else None
        for value in plain("user.content.private")(view, replace(place, text=text)):
            yield replace(value, attribution=attribution)
        for name in names:
            yield Value("user.name", name, fold_text(name), name_keys(name), attribution=_NAMED)


_NAMED: Final = Attribution(SubjectKind.PERSON, Confidence.LIKELY, AttributionReason.DE_HOLDER_IN_TEXT())

oid_rule(
    id="de.attributes",
    version=3,
    category="user.name.last",
    kinds=("name", "number"),
    cites=("Common PKI 2.0 part 1", _COMMON_PKI),
    looks_for="Names at birth, numbers that distinguish namesakes, restrictions and additions in German certificates",
    rows={
        "1.3.36.8.3.14": of_person(named("user.name.last")),
        "1.3.36.8.3.8": _text_about_holder,
        "1.3.36.8.3.15": _text_about_holder,
        "0.2.262.1.10.7.17": of_person(named("user.name.first")),
        "0.2.262.1.10.7.18": named("user.name"),
        "0.2.262.1.10.7.19": plain("user.contact.address.postal_code"),
        "0.2.262.1.10.7.20": _distinguisher,
        "0.2.262.1.10.7.25": number("user.device.device_id"),
    },
)


# --- procuration ---------------------------------------------------------------------------------------------------


@rule(
    id="de.procuration",
    version=1,
    category="user.name",
    kinds=("name", "number", "email", "domain"),
    cites=(_COMMON_PKI,),
    covers=(PROCURATION,),
    only=True,
)
def procuration(view: View) -> Iterator[Finding]:
    """Party represented by the holder, and manner of representation, in the procuration extension (or attribute)."""
    # SEQUENCE { [1] country?, [2] typeOfSubstitution?, [3] { GeneralName | SEQUENCE { issuer, serial } } }
    for place in view.of(PROCURATION):
        outer = part_of(place.raw)
        found: list[Located] = []
        for field in outer.parts if outer is not None and outer.tag == SEQUENCE else ():
            if field.number == 2:
                kinds = read_part(view, place, field, plain("user.job_title"))
                found += ((at, replace(value, person=SUBJECT)) for at, value in kinds)
            elif field.number == 3:
                found += _represented(view, place, field.inner)
        yield from findings("de.procuration", view, found or _strings(view, place))


def _represented(view: View, place: Field, party: Part) -> Iterator[Located]:
    """Read the party of a procuration. A name with attributes that only people have is read by the rules for names."""
    if party.tag == SEQUENCE:  # issuer and serial number of the represented party's certificate
        for part in (part for part in party.parts if part.tag == INTEGER):
            serial = part.body.hex()
            value = Value("user.unique_id", serial, serial, attribution=_SOME_PARTY, person=REPRESENTED)
            yield at_part(place, part), value
    elif party.tag == _OTHER_NAME:
        kind, *values = party.parts or (party,)
        if kind.oid in (SIGI_PERSONAL_DATA, PKIX_PERSONAL_DATA) and values:
            yield from personal_data_values(view, place, values[0].inner, REPRESENTED)
    elif party.tag == _DIRECTORY_NAME:
        for inside in view.below(place):
            read = _PARTY.get(inside.oid)
            if read is None or inside.name is None:
                continue
            if not personal_attribute(inside.name):
                for value in read(view, inside):
                    at = replace(inside, oid=place.oid)
                    yield at, replace(value, attribution=_attribute_party(value), person=REPRESENTED)


_OTHER_NAME, _DIRECTORY_NAME = 0xA0, 0xA4
_PARTY: dict[str, Read] = {
    COMMON_NAME: named("user.name"),
    "2.5.4.41": named("user.name"),
    "2.5.4.10": plain("user.contact.organization"),
}


def _attribute_party(value: Value) -> Attribution:
    """Attribute the represented party to an organisation or an unknown holder, by the words of its name."""
    if value.category == "user.contact.organization" or has_organisation_word(value.value):
        return Attribution(SubjectKind.ORGANISATION, Confidence.LIKELY, AttributionReason.DE_REPRESENTED_ORGANISATION())
    return _SOME_PARTY


_SOME_PARTY = Attribution(SubjectKind.UNKNOWN, Confidence.POSSIBLE, AttributionReason.DE_REPRESENTED())


def _strings(view: View, place: Field) -> Iterator[Located]:
    """Read the strings of a procuration with another layout."""
    attribution = Attribution(SubjectKind.UNKNOWN, Confidence.POSSIBLE, AttributionReason.DE_PROCURATION())
    for value in named("user.name")(view, place):
        yield place, replace(value, attribution=attribution, person=REPRESENTED)


# --- age and card --------------------------------------------------------------------------------------------------


@rule(
    id="de.majority",
    version=1,
    category="user.demographic.age_range",
    kinds=(),
    cites=(_COMMON_PKI,),
    covers=(MAJORITY,),
    only=True,
)
def declaration_of_majority(view: View) -> Iterator[Finding]:
    """Ages and dates of birth in the declarationOfMajority extension (or attribute)."""
    why = AttributionReason.DE_AGE()
    for place in view.of(MAJORITY):
        field = part_of(place.raw)
        found = list(_age(view, place, field)) if field is not None else []
        located = [(at, replace(value, attribution=replace(ONLY_PEOPLE, why=why))) for at, value in found]
        yield from findings("de.majority", view, located)


def _age(view: View, place: Field, field: Part) -> Iterator[Located]:
    # CHOICE { [0] notYoungerThan INTEGER, [1] { fullAge BOOLEAN DEFAULT TRUE, country }, [2] dateOfBirth }
    category = "user.demographic.age_range"
    if field.number == 0 and 0 < len(field.inner.body) <= 2:
        years = str(int.from_bytes(field.inner.body))
        yield at_part(place, field), Value(category, years, f"{years} or older", marks=(Qualifier.DERIVED,))
    elif field.number == 1:
        words = "not of full age" if any(part.raw == b"\x01\x01\x00" for part in field.parts) else "of full age"
        marks = (Qualifier.DERIVED,)
        countries = [text.value for part in field.parts for text in part.texts if part.tag != 1]
        yield (
            at_part(place, field),
            Value(category, " ".join(countries), " in ".join([words, *countries[:1]]), marks=marks),
        )
    else:
        yield from read_part(view, place, field, birth_date())


@rule(
    id="de.card",
    version=1,
    category="user.device.device_id",
    kinds=("number",),
    cites=(_COMMON_PKI,),
    covers=(ICCSN,),
    only=True,
)
def card_number(view: View) -> Iterator[Finding]:
    """Serial numbers of signature cards in the iCCSN extension (or attribute)."""
    for place in view.of(ICCSN):
        part = part_of(place.raw)
        body = part.body if part is not None else place.raw
        # digits as text, or two digits per octet, an odd count padded with F
        text = body.decode("ascii") if body.isalnum() and body.isascii() else body[:100].hex().upper().rstrip("F")
        for value in numbered("user.device.device_id", text):
            yield make_finding("de.card", view, place, replace(value, attribution=attribute_place(view, place)))
