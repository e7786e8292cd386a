"""Slovenia: tax number of a firm in the attribute of Halcom, when the firm is one person (s.p.)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from ctscan.model import AttributionReason, Field
from ctscan.on_first_use import late_pattern
from ctscan.personal.parsers.composite_values import attribute_to_person, texts_of
from ctscan.personal.parsers.numbers import NATIONAL, national
from ctscan.personal.rules import oid_rule
from ctscan.personal.values import Value
from ctscan.personal.view import View

_ORGANISATION: Final = "2.5.4.10"
_SOLE_TRADER: Final = late_pattern(r"\bs\. ?p\.(?:\W|$)", re.IGNORECASE)
_tax_number = national("si.ddv")


def _of_sole_trader(view: View, place: Field) -> Iterable[Value]:
    names = (place.name, view.certificate.subject)
    if any(_SOLE_TRADER.search(text[:300]) for name in names for text in texts_of(name, _ORGANISATION)):
        why = AttributionReason.SI_SOLE_TRADER()
        yield from attribute_to_person(_tax_number(view, place), why)


oid_rule(
    id="si.halcom",
    version=1,
    category=NATIONAL,
    kinds=("number",),
    cites=("Halcom CA, certificate profiles",),
    looks_for="Tax numbers of Slovenian sole traders in the attribute of Halcom",
    rows={"1.3.6.1.4.1.5939.2.3": _of_sole_trader},
)
