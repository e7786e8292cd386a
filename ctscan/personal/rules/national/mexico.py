"""Mexico: RFC and CURP of the subject and of the representative, which the tax service (SAT) separates by a slash.

A person's RFC has 13 characters, a company's 12; the RFC of a company's representative stands after the slash.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from ctscan.model import AttributionReason, Field, Finding, Qualifier
from ctscan.on_first_use import late_pattern
from ctscan.personal.attribution.evidence import SUBJECT
from ctscan.personal.finding import make_finding
from ctscan.personal.normalise.name_tokens import fold_text
from ctscan.personal.normalise.number_keys import number_key
from ctscan.personal.parsers.composite_values import (
    FULL_NAME,
    REPRESENTATIVE,
    attribute_to_person,
    first_text,
    name_value,
    texts_of,
)
from ctscan.personal.parsers.dates import DATE_OF_BIRTH, iso_date
from ctscan.personal.parsers.numbers import NATIONAL, national_values
from ctscan.personal.rules import rule
from ctscan.personal.values import Value
from ctscan.personal.view import View

_COMMON_NAME, _NAME, _ORGANISATION = "2.5.4.3", "2.5.4.41", "2.5.4.10"
_UNIQUE_IDENTIFIER, _SERIAL = "2.5.4.45", "2.5.4.5"
_RFC_OF_PERSON: Final = late_pattern(r"[A-ZÑ&]{4}(\d{2})(\d{2})(\d{2})[A-Z0-9]{3}")
_RFC_OF_COMPANY: Final = late_pattern(r"[A-ZÑ&]{3}\d{6}[A-Z0-9]{3}")
_CURP: Final = late_pattern(r"[A-Z]{4}\d{6}[HMX][A-Z]{5}[A-Z0-9]\d")
_CITE: Final = "SAT, certificates of the e.firma, subject x500UniqueIdentifier and serialNumber"


@rule(
    id="mx.rfc",
    version=1,
    category=NATIONAL,
    kinds=("number", "name"),
    cites=(_CITE, "ITU-T X.520"),
    covers=(_UNIQUE_IDENTIFIER,),
    only=True,
)
def tax_numbers(view: View) -> Iterator[Finding]:
    """RFC of people in x500UniqueIdentifier (RFC / RFC of the representative), and the name of such a taxpayer."""
    for place in view.of(_UNIQUE_IDENTIFIER):
        numbers = _parts(first_text(view, place))
        if not any(map(_is_rfc, numbers)):
            continue
        for rfc, person in _people(numbers):
            if _rfc_of_person(rfc):
                for value in attribute_to_person(_rfc_values(view, rfc), AttributionReason.MX_RFC(), person):
                    yield make_finding("mx.rfc", view, place, value)
        if _rfc_of_person(numbers[0]):
            yield from _names_like_organisations(view, place)


def _names_like_organisations(view: View, place: Field) -> Iterator[Finding]:
    """Find the name of a taxpayer who is a person: common name, name and organisation are written alike."""
    organisations = {fold_text(text) for text in texts_of(place.name, _ORGANISATION)}
    names = {fold_text(text) for oid in (_COMMON_NAME, _NAME) for text in texts_of(place.name, oid)}
    for beside in view.memo(_fields_of_names).get(id(place.name), ()):
        text = first_text(view, beside)
        if fold_text(text) in organisations & names:
            for value in attribute_to_person(name_value(FULL_NAME, text), AttributionReason.MX_TAXPAYER()):
                yield make_finding("mx.rfc", view, beside, value)


def _fields_of_names(view: View) -> dict[int, list[Field]]:
    """Return the common names, names and organisations by the identity of the name that holds them."""
    found: dict[int, list[Field]] = {}
    for place in view.of(_COMMON_NAME, _NAME, _ORGANISATION):
        found.setdefault(id(place.name), []).append(place)
    return found


@rule(
    id="mx.curp",
    version=1,
    category=NATIONAL,
    kinds=("number",),
    cites=(_CITE,),
    covers=(_SERIAL,),
    only=True,
)
def population_numbers(view: View) -> Iterator[Finding]:
    """CURP in a serialNumber with a slash (CURP / CURP of the representative; the first is empty for a company)."""
    for place in view.of(_SERIAL):
        text = first_text(view, place)
        if "/" not in text:
            continue
        for curp, person in _people(_parts(text)):
            if _CURP.fullmatch(curp):
                why = AttributionReason.MX_CURP()
                for value in attribute_to_person(national_values(curp, "mx.curp"), why, person):
                    yield make_finding("mx.curp", view, place, value)


def _parts(text: str) -> list[str]:
    return [part.strip().upper() for part in text.split("/")]


def _people(numbers: list[str]) -> Iterator[tuple[str, str]]:
    """Yield each number with its person: the second number, unless it repeats the first, is the representative's."""
    yield numbers[0], SUBJECT
    if len(numbers) > 1 and number_key(numbers[1]) != number_key(numbers[0]):
        yield numbers[1], REPRESENTATIVE


def _is_rfc(text: str) -> bool:
    return _rfc_of_person(text) is not None or _RFC_OF_COMPANY.fullmatch(text.replace("-", "")) is not None


def _rfc_of_person(text: str) -> re.Match[str] | None:
    return _RFC_OF_PERSON.fullmatch(text.replace("-", ""))


def _rfc_values(view: View, rfc: str) -> Iterator[Value]:
    """Read the number, and the date of birth in it (two-digit year; the bearer of an RFC is an adult)."""
    yield from national_values(rfc, "mx.rfc")
    found = _rfc_of_person(rfc)
    issued = view.certificate.not_before
    if found and issued is not None:
        year, month, day = map(int, found.groups())
        century = 2000 if 2000 + year <= issued.year - 16 else 1900
        born = iso_date(century + year, month, day)
        if born is not None:
            yield Value(DATE_OF_BIRTH, rfc, born, marks=(Qualifier.DERIVED,))
