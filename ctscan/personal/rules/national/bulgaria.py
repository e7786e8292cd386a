"""Bulgaria: personal numbers (EGN) with the name of their register: `EGN:…`, `…:EGN`, `…:BULSTAT`.

The register of firms (BULSTAT) lists members of free professions under their EGN: ten digits instead of nine.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from ctscan.model import AttributionReason, Finding
from ctscan.on_first_use import late_pattern
from ctscan.personal.finding import make_finding
from ctscan.personal.parsers.composite_values import attribute_to_person, first_text
from ctscan.personal.parsers.numbers import NATIONAL, VALID, check, national_values
from ctscan.personal.rules import rule
from ctscan.personal.view import View

_UID, _UNIT, _DESCRIPTION = "0.9.2342.19200300.100.1.1", "2.5.4.11", "2.5.4.13"
_BEFORE: Final = late_pattern(r"(?:EGN|ЕГН)T?[: -]{0,3}(\d{10})", re.IGNORECASE)
_AFTER: Final = late_pattern(r"(\d{10}):(?:EGN|ЕГН)", re.IGNORECASE)
_BULSTAT: Final = late_pattern(
    r"(?:(?:BULSTAT|БУЛСТАТ)[: -]{0,3})?(?P<number>\d{10})(?::(?:BULSTAT|БУЛСТАТ))?", re.IGNORECASE
)


@rule(
    id="bg.egn",
    version=1,
    category=NATIONAL,
    kinds=("number",),
    cites=("Act on civil registration of Bulgaria", "InfoNotary, certificate profiles"),
    covers=(_UID, _UNIT, _DESCRIPTION),
    only=True,
)
def personal_numbers(view: View) -> Iterator[Finding]:
    """Bulgarian personal numbers (EGN) beside the name of their register, with the birth date and gender in them."""
    for place in view.of(_UID, _UNIT, _DESCRIPTION):
        number = population_number(first_text(view, place)[:200].strip())
        if number:
            why = AttributionReason.BG_EGN()
            for value in attribute_to_person(national_values(number, "bg.egn"), why):
                yield make_finding("bg.egn", view, place, value)


def population_number(text: str) -> str:
    """Return the EGN in a text that names its register, or an empty string."""
    found = _BEFORE.fullmatch(text) or _AFTER.fullmatch(text)
    if found:
        return found[1]
    firm = _BULSTAT.fullmatch(text)
    if firm and not text.isdigit() and check(firm["number"], "bg.egn")[0] == VALID:
        return firm["number"]
    return ""
