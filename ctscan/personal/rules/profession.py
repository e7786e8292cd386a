"""Admissions to a profession (Common PKI 2.0 SigG profile): profession, admitting body and registration number.

The same extension describes a doctor (the card of a health professional) and a practice or hospital (the card of an
institution); its type says which.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from msgspec.structs import replace

from ctscan.model import AttributionReason, Confidence, Field, Finding, Qualifier, Sensitivity, SubjectKind
from ctscan.on_first_use import late_pattern
from ctscan.personal.attribution.evidence import attribute_place
from ctscan.personal.finding import make_finding
from ctscan.personal.parsers.elements import (
    OCTETS,
    OID,
    SEQUENCE,
    Located,
    Part,
    at_part,
    findings,
    part_of,
    read_part,
)
from ctscan.personal.parsers.professions import (
    INSTITUTIONS,
    PROFESSIONS,
    is_institution,
    is_technical,
    tells_health_or_law,
)
from ctscan.personal.rules import rule
from ctscan.personal.values import Attribution, Read, Value, number, numbered, of_organisation, plain
from ctscan.personal.view import View, strings_of

ADMISSION = "1.3.36.8.3.3"
_TITLE = "user.job_title"

_A_PERSON = Attribution(SubjectKind.PERSON, Confidence.CERTAIN, AttributionReason.PROFESSION())
_AN_INSTITUTION = Attribution(SubjectKind.ORGANISATION, Confidence.CERTAIN, AttributionReason.PROFESSION_INSTITUTION())
_A_SERVICE = Attribution(SubjectKind.HOST, Confidence.CERTAIN, AttributionReason.PROFESSION_SERVICE())
_ADMITTED = Attribution(SubjectKind.PERSON, Confidence.LIKELY, AttributionReason.PROFESSION_LIKELY())


@rule(
    id="de.admission",
    version=1,
    category=_TITLE,
    kinds=("number", "name"),
    cites=("Common PKI 2.0 SigG profile", "gemSpec_OID"),
    covers=(ADMISSION,),
    only=True,
)
def admission(view: View) -> Iterator[Finding]:
    """Professions, registration numbers and chambers in the admission extension (or attribute)."""
    for place in view.of(ADMISSION):
        found = list(_admissions(view, place))
        yield from findings("de.admission", view, found or _as_it_is(view, place))


def _admissions(view: View, place: Field) -> Iterator[Located]:
    # SEQUENCE { GeneralName?, SEQUENCE OF SEQUENCE { [0] GeneralName?, [1] NamingAuthority?, SEQUENCE OF ProfessionInfo
    # } }; a directoryName has the tag [4], so the one SEQUENCE is the contents
    outer = part_of(place.raw)
    for contents in _sequences(outer):
        for entry in _sequences(contents):
            for field in entry.parts:
                if field.tag == SEQUENCE:
                    for info in _sequences(field):
                        yield from _profession(view, place, info)
                elif field.number == 1:
                    yield from _naming_authority(view, place, field)


def _profession(view: View, place: Field, info: Part) -> Iterator[Located]:
    # SEQUENCE { [0] NamingAuthority?, SEQUENCE OF DirectoryString, SEQUENCE OF OID?, registrationNumber?, OCTETS? }
    oids = [part for field in _sequences(info) for part in field.parts if part.tag == OID]
    items = [part for field in _sequences(info) for part in field.parts if part.tag != OID]
    texts = [text.value for part in items for text in part.texts]
    attribution = _verdict(view, place, [part.oid for part in oids], texts)
    special = _sensitivity(attribution, [part.oid for part in oids], texts)
    attributed = _attribute_to(attribution, special)
    for part in items:
        yield from read_part(view, place, part, attributed(plain(_TITLE)))
    for part in oids:
        marks = (Qualifier.DERIVED,) if part.oid in PROFESSIONS else ()
        value = Value(_TITLE, part.oid, PROFESSIONS.get(part.oid, part.oid), marks=marks)
        yield at_part(place, part), replace(value, attribution=attribution, sensitivity=special)
    for field in info.parts:
        if field.number == 0:
            yield from _naming_authority(view, place, field)
        elif field.tag == OCTETS:
            yield from read_part(view, place, field, attributed(plain(_TITLE)))
        elif field.tag not in (SEQUENCE, OID):
            yield from read_part(view, place, field, attributed(number("user.unique_id")))


def _verdict(view: View, place: Field, oids: list[str], texts: list[str]) -> Attribution:
    if not INSTITUTIONS.isdisjoint(oids):
        return _AN_INSTITUTION
    if any(oid in PROFESSIONS for oid in oids):
        return _A_PERSON
    if any(map(is_technical, oids)):
        return _A_SERVICE
    if any(map(is_institution, texts)):
        return _AN_INSTITUTION
    if any(map(tells_health_or_law, texts)):
        return _A_PERSON
    here = attribute_place(view, place)
    return _ADMITTED if here.kind in (SubjectKind.UNKNOWN, SubjectKind.HOST) else here


def _sensitivity(attribution: Attribution, oids: list[str], texts: list[str]) -> Sensitivity | None:
    """Return SPECIAL_CATEGORY for a person's profession of health or law; None leaves a job title's sensitivity."""
    if attribution.kind is not SubjectKind.PERSON:
        return None
    is_special = any(oid in PROFESSIONS for oid in oids) or any(map(tells_health_or_law, texts))
    return Sensitivity.SPECIAL_CATEGORY if is_special else None


def _attribute_to(attribution: Attribution, sensitivity: Sensitivity | None) -> Callable[[Read], Read]:
    """Return a decorator of readers that sets attribution and sensitivity of every value."""

    def combine(read: Read) -> Read:
        return lambda view, place: (
            replace(value, attribution=attribution, sensitivity=sensitivity) for value in read(view, place)
        )

    return combine


def _naming_authority(view: View, place: Field, field: Part) -> Iterator[Located]:
    """Read the admitting body: [n] SEQUENCE { OID?, url?, text? }. Its web address is left out."""
    authority = of_organisation(plain("user.contact.organization"), AttributionReason.PROFESSION_BODY())
    for part in field.inner.parts:
        if part.tag != OID and not any(text.value.startswith(("http:", "https:")) for text in part.texts):
            yield from read_part(view, place, part, authority)


def _as_it_is(view: View, place: Field) -> Iterator[Located]:
    """Read the strings of an admission with another layout."""
    for text in strings_of(view, place):
        at = replace(place, text=text)
        attribution = _verdict(view, place, [], [text.value])
        sensitivity = _sensitivity(attribution, [], [text.value])
        yield from ((at, value) for value in _attribute_to(attribution, sensitivity)(plain(_TITLE))(view, at))


def _sequences(part: Part | None) -> Iterable[Part]:
    return [inside for inside in part.parts if inside.tag == SEQUENCE] if part is not None else []


_INSURED_OID = bytes.fromhex("06072a8214004c0431")  # 1.2.276.0.76.4.49
_UNIT = "2.5.4.11"
_INSURED_NUMBER = late_pattern(r"[A-Z]\d{9}")


@rule(
    id="de.insured",
    version=1,
    category="user.health_and_medical.insurance_beneficiary_id",
    kinds=("number",),
    cites=("gemSpec_PKI", "SGB V section 290"),
    covers=(_UNIT,),
    only=True,
)
def insured_number(view: View) -> Iterator[Finding]:
    """Health insurance numbers in the organisational units of German health card certificates."""
    if not any(_INSURED_OID in place.raw for place in view.of(ADMISSION)):
        return
    attribution = replace(_A_PERSON, why=AttributionReason.INSURED())
    for place in view.of(_UNIT):
        text = place.text.value.strip() if place.text is not None else ""
        if place.part == "subject" and _INSURED_NUMBER.fullmatch(text):
            for value in numbered("user.health_and_medical.insurance_beneficiary_id", text):
                yield make_finding("de.insured", view, place, replace(value, attribution=attribution))
