"""Venezuela: the RIF in otherNames of SUSCERTE. Letters V, E or P mean a person, J, G or C an organisation."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from msgspec.structs import replace

from ctscan.model import AttributionReason, Qualifier
from ctscan.on_first_use import late_pattern
from ctscan.personal.parsers.composite_values import holder
from ctscan.personal.parsers.numbers import NATIONAL, national_values
from ctscan.personal.rules import oid_rule
from ctscan.personal.values import Value, each_text

_RIF: Final = late_pattern(r"(?:RIF|CI)?[ :.-]*([VEP])[ .-]*(\d{5,9})(?:[ .-]*(\d))?", re.IGNORECASE)


def _rif(text: str) -> Iterable[Value]:
    """Read the RIF of a person, and the identity number in it: the same letter and digits without the check digit."""
    found = _RIF.fullmatch(text.strip()[:32])
    if not found:
        return
    letter, digits, check = found[1].upper(), found[2], found[3]
    if check is None and len(digits) == 9:
        digits, check = digits[:8], digits[8]
    whole = f"{letter}{digits.zfill(8)}{check}" if check else f"{letter}{digits}"
    for value in national_values(whole, "ve.rif" if check else ""):
        yield replace(value, value=text)
    if check:
        for value in national_values(f"{letter}{digits}"):
            yield replace(value, value=text, marks=(Qualifier.DERIVED,))


_read: Final = holder(each_text(_rif), AttributionReason.VE_NUMBER())

oid_rule(
    id="ve.rif",
    version=1,
    category=NATIONAL,
    kinds=("number",),
    cites=("SUSCERTE Norma 32, subjectAltName of certificates",),
    looks_for="RIF and identity numbers of people in Venezuelan otherNames",
    rows={"2.16.862.2.1": _read, "2.16.862.2.2": _read},
)
