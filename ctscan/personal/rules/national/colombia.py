"""Colombia: cédula and NIT in the attributes of Certicámara, and the cédula under an arc of GSE.

The NIT of a company has nine digits and begins with 8 or 9; a person's NIT is the number of the cédula.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from ctscan.model import AttributionReason, Field
from ctscan.on_first_use import late_pattern
from ctscan.personal.parsers.composite_values import first_text, holder, only_if
from ctscan.personal.parsers.numbers import NATIONAL, national
from ctscan.personal.rules import oid_rule
from ctscan.personal.values import Read, Value
from ctscan.personal.view import View

_CEDULA, _NIT = "1.3.6.1.4.1.23267.2.2", "1.3.6.1.4.1.23267.2.3"
_COMPANY: Final = late_pattern(r"[89]\d{8}\d?")


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text[:64])


def _of_person(read: Read) -> Read:
    """Read the NIT of a person: equal to the cédula beside it, or not in the form of a company's NIT."""

    def reader(view: View, place: Field) -> Iterable[Value]:
        nit = _digits(first_text(view, place))
        cedulas = view.memo(_cedulas)
        is_of_holder = any(nit[:size] in cedulas for size in range(1, len(nit) + 1))
        return read(view, place) if is_of_holder or not _COMPANY.fullmatch(nit) else ()

    return reader


def _cedulas(view: View) -> frozenset[str]:
    return frozenset(_digits(first_text(view, place)) for place in view.of(_CEDULA))


_WHY: Final = AttributionReason.CO_CEDULA()

oid_rule(
    id="co.cedula",
    version=1,
    category=NATIONAL,
    kinds=("number",),
    cites=("Certicámara, certificate profiles", "GSE, certificate profiles"),
    looks_for="Cédula and NIT numbers of people in the attributes of Colombian certification authorities",
    rows={
        _CEDULA: holder(national(""), _WHY),
        _NIT: holder(_of_person(national("co.nit")), AttributionReason.CO_TAX()),
        "1.3.6.1.4.1.4710.1.3.1": holder(only_if(national(""), lambda text: bool(_digits(text))), _WHY),
    },
)
