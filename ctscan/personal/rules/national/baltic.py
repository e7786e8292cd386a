"""Estonia, Latvia and Lithuania: common names SURNAME,GIVEN NAME,PERSONAL CODE of identity cards (SK ID Solutions)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ctscan.model import AttributionReason, Finding, Phrase
from ctscan.on_first_use import late_pattern
from ctscan.personal.finding import make_finding
from ctscan.personal.parsers.composite_values import (
    GIVEN,
    SURNAME,
    attribute_to_person,
    common_names,
    country_of,
    name_value,
)
from ctscan.personal.parsers.numbers import NATIONAL, VALID, check, national_values
from ctscan.personal.rules import rule
from ctscan.personal.values import Value
from ctscan.personal.view import View

_FORM: Final = late_pattern(
    r"(?P<surname>[^\W\d_][^\d,:]{0,80}),(?P<given>[^\W\d_][^\d,:]{0,80}),(?:PNO(?P<country>[A-Z]{2})-)?"
    r"(?P<code>\d{11}|\d{6}-\d{5})"
)
_SCHEMES: Final = {"EE": "ee.ik", "LT": "lt.asmens", "LV": "lv.pvn"}
_WHY: Final = AttributionReason.COMMON_NAME_FORM(form=Phrase.BALTIC_FORM)


@rule(
    id="baltic.common_name",
    version=1,
    category=NATIONAL,
    kinds=("number", "name"),
    cites=("SK ID Solutions, certificate profile of identity cards, subject commonName", "ETSI EN 319 412-1"),
)
def parts_of_common_names(view: View) -> Iterator[Finding]:
    """Surname, given name and personal code in Baltic common names, with the birth date and gender in the code."""
    for place, text in common_names(view):
        found = _FORM.fullmatch(text)
        if found:
            scheme = _scheme(found["country"] or country_of(place.name), found["code"])
            values: list[Value] = [*name_value(SURNAME, found["surname"]), *name_value(GIVEN, found["given"])]
            values += national_values(found["code"], scheme)
            for value in attribute_to_person(values, _WHY):
                yield make_finding("baltic.common_name", view, place, value)


def _scheme(country: str, code: str) -> str:
    """Return the scheme of the country, else of Latvia for a dash; Estonia and Lithuania share their scheme."""
    if country in _SCHEMES:
        return _SCHEMES[country]
    return "lv.pvn" if "-" in code or check(code, "ee.ik")[0] != VALID else "ee.ik"
