"""Peru: the DNI in common names of RENIEC, and the RUC of natural persons, which is 10 and their DNI."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from ctscan.model import AttributionReason, Finding, Qualifier
from ctscan.on_first_use import late_pattern
from ctscan.personal.finding import make_finding
from ctscan.personal.parsers.composite_values import (
    FULL_NAME,
    attribute_to_person,
    common_names,
    country_of,
    first_text,
    name_value,
)
from ctscan.personal.parsers.numbers import NATIONAL, VALID, check, national_values
from ctscan.personal.rules import rule
from ctscan.personal.values import Value
from ctscan.personal.view import View

_UNIT: Final = "2.5.4.11"
_COMMON: Final = late_pattern(
    r"(?P<name>[^\W\d_][^\d:()]{2,120}?) (?:FIR|AUT|CIF|FAU) (?P<number>\d{8}|\d{11})(?: (?:hard|soft))?", re.IGNORECASE
)
_TRADER: Final = late_pattern(r"(?:RUC[: -]*)?(10(\d{8})\d)", re.IGNORECASE)


@rule(
    id="pe.common_name",
    version=1,
    category=NATIONAL,
    kinds=("number", "name"),
    cites=("RENIEC, certificate profiles, subject commonName",),
)
def numbers_in_common_names(view: View) -> Iterator[Finding]:
    """Names and DNI in Peruvian common names: name FIR DNI hard; after FAU the RUC of the employer."""
    for place, text in common_names(view):
        found = _COMMON.fullmatch(text)
        if found:
            why = AttributionReason.PE_COMMON_NAME()
            values = [*name_value(FULL_NAME, found["name"])]
            values += national_values(found["number"]) if len(found["number"]) == 8 else _trader(found["number"])
            for value in attribute_to_person(values, why):
                yield make_finding("pe.common_name", view, place, value)


@rule(
    id="pe.ruc",
    version=1,
    category=NATIONAL,
    kinds=("number",),
    cites=("SUNAT, Registro Único de Contribuyentes",),
    covers=(_UNIT,),
    only=True,
)
def taxpayers(view: View) -> Iterator[Finding]:
    """RUC numbers of natural persons, and the DNI in them, in units of Peruvian names."""
    for place in view.of(_UNIT):
        if country_of(place.name) == "PE":
            for value in attribute_to_person(_trader(first_text(view, place)), AttributionReason.PE_TAX()):
                yield make_finding("pe.ruc", view, place, value)


def _trader(text: str) -> Iterator[Value]:
    found = _TRADER.fullmatch(text.strip()[:32])
    if found and check(found[1], "pe.ruc")[0] == VALID:
        yield from national_values(found[1], "pe.ruc")
        for value in national_values(found[2]):
            yield Value(value.category, found[1], value.canonical, value.keys, marks=(Qualifier.DERIVED,))
