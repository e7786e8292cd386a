"""Organisation numbers that belong to a person: numbers of sole traders, and personal numbers named in other text.

Numbers of companies are no personal data and are left out. Where people and organisations are numbered alike (Croatia,
the Netherlands), nothing distinguishes them, and the rule finds nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from msgspec.structs import replace

from ctscan.model import Field, Finding
from ctscan.personal.attribution.evidence import personal_attribute
from ctscan.personal.finding import make_finding
from ctscan.personal.normalise.number_keys import number_key
from ctscan.personal.parsers.numbers import NATIONAL
from ctscan.personal.parsers.phones import region_of
from ctscan.personal.parsers.semantics import Bearer, Semantics, read_semantics, satisfied_in, semantics_in
from ctscan.personal.rules import rule
from ctscan.personal.rules.serial_number import (
    BY_FORM,
    BY_PREFIX,
    ORGANISATION_IDENTIFIER,
    SERIAL_NUMBER,
    SOLE_TRADER,
    semantic_values,
    written_as,
)
from ctscan.personal.values import Value, with_spelling
from ctscan.personal.view import View, spellings

UNIT: Final = "2.5.4.11"
DMD_NAME: Final = "2.5.4.54"
USER_CLASS: Final = "0.9.2342.19200300.100.1.8"
FREE_TEXT: Final = (
    UNIT,
    DMD_NAME,
    USER_CLASS,
    "2.5.4.10",  # organizationName
    "2.5.4.13",  # description
    "0.9.2342.19200300.100.1.4",  # info
    "1.2.840.113549.1.9.2",  # unstructuredName
    "1.2.840.113549.1.9.8",  # unstructuredAddress
    "1.2.840.113549.1.9.20",  # friendlyName
    "0.9.2342.19200300.100.1.2",  # textEncodedORAddress
)
"""Attributes for any text, in which numbers are found by the word before them."""

_NATURAL_ONLY: Final = ("PNO", "PAS", "IDC")
_REPRESENTED: Final = "represented"


@rule(
    id="number.organisation",
    version=1,
    category=NATIONAL,
    kinds=("number",),
    cites=("ETSI EN 319 412-1 section 5.1.4", "ETSI EN 319 412-3 section 4.2.1"),
    covers=(ORGANISATION_IDENTIFIER,),
    only=True,
)
def organisation_identifiers(view: View) -> Iterator[Finding]:
    """Numbers in organizationIdentifier that only people have in that country: numbers of sole traders."""
    for place in view.of(ORGANISATION_IDENTIFIER):
        if place.text is None:
            continue
        text = spellings(place.text)[0]
        for value in _values(view, place, text.strip()):
            yield make_finding("number.organisation", view, place, with_spelling(written_as(value, text), place.text))


@rule(
    id="number.text",
    version=1,
    category=NATIONAL,
    kinds=("number",),
    cites=("RFC 5280 section 4.1.2.4", "RFC 2985 section 5.2", "RFC 4524 section 2"),
    covers=FREE_TEXT,
    only=True,
)
def numbers_in_text(view: View) -> Iterator[Finding]:
    """Numbers of people in attributes for any text (unit, description, info), after a word such as DNI, PESEL, IIN."""
    for place in view.of(*FREE_TEXT):
        if place.text is None or not any(map(str.isdigit, place.text.value)):
            continue
        for found in semantics_in(spellings(place.text)[0], region_of(view, place)):
            attribution = BY_PREFIX if found.bearer is Bearer.PERSON else BY_FORM
            for value in semantic_values(found, attribution):
                written = replace(value, value=spellings(place.text)[0])
                yield make_finding("number.text", view, place, with_spelling(written, place.text))


def _values(view: View, place: Field, text: str) -> Iterable[Value]:
    country = region_of(view, place)
    found = read_semantics(text, country) or Semantics(Bearer.EITHER, text, country)
    if found.bearer is Bearer.PERSON and text.upper().startswith(_NATURAL_ONLY):
        return semantic_values(found, BY_PREFIX)
    schemes = satisfied_in(found.number, found.country)
    if not schemes:
        return ()
    found = replace(found, scheme=found.scheme or schemes[0], category=NATIONAL)
    person = _REPRESENTED if _is_of_another_person(place, found.number) else ""
    return (replace(value, person=person) for value in semantic_values(found, SOLE_TRADER))


def _is_of_another_person(place: Field, number: str) -> bool:
    """Return whether the person in the same name has another number, and so acts for the sole trader."""
    if place.name is None or personal_attribute(place.name) is None:
        return False
    texts = (a.text.value for a in place.name.attributes if a.oid == SERIAL_NUMBER and a.text is not None)
    keys = [number_key(text) for text in texts]
    return bool(keys) and not any(key.endswith(number_key(number)) for key in keys)
