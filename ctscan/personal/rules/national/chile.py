"""Chile: the RUT in otherNames of the signature law (Decreto 181/2002) and of the tax service, and without a structure.

People have numbers below 50 million, companies above.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from ctscan.model import AttributionReason, Field
from ctscan.on_first_use import late_pattern
from ctscan.personal.parsers.composite_values import first_text, only_if
from ctscan.personal.parsers.numbers import NATIONAL, VALID, check, national
from ctscan.personal.parsers.phones import region_of
from ctscan.personal.rules import oid_rule
from ctscan.personal.values import Value, of_person
from ctscan.personal.view import View

_RUT: Final = late_pattern(r"(?:RUT|RUN)?[: ]*(\d{1,3}(?:\.?\d{3}){1,2}) ?-? ?[\dkK]", re.IGNORECASE)
_FIRST_COMPANY: Final = 50_000_000


def is_person(text: str) -> bool:
    """Return whether a text is a RUT below the numbers of companies."""
    found = _RUT.fullmatch(text.strip()[:32])
    return found is not None and int(found[1].replace(".", "")) < _FIRST_COMPANY


def is_valid_person(text: str) -> bool:
    """Return whether a text is a person's RUT with a right check digit, which identifies a bare number in Chile."""
    return is_person(text) and check(text, "cl.rut")[0] == VALID


_WHY: Final = AttributionReason.CL_RUT()
_rut: Final = of_person(only_if(national("cl.rut"), is_person), _WHY)
_valid_rut: Final = of_person(only_if(national("cl.rut"), is_valid_person), _WHY)


def _bare(view: View, place: Field) -> Iterable[Value]:
    """Read a permanentIdentifier that is a bare string instead of a structure, by which some CAs mean the RUT."""
    return _valid_rut(view, place) if is_bare_rut(view, place) else ()


def is_bare_rut(view: View, place: Field) -> bool:
    """Return whether a field holds only the RUT of a person, in Chile or without any country."""
    is_chilean = place.text is not None and region_of(view, place) in ("CL", "")
    return is_chilean and is_valid_person(first_text(view, place))


oid_rule(
    id="cl.rut",
    version=1,
    category=NATIONAL,
    kinds=("number",),
    cites=("Decreto 181/2002 of Chile", "RFC 4043"),
    looks_for="RUT numbers of people in Chilean otherNames, or without a structure in permanentIdentifier",
    rows={
        "1.3.6.1.4.1.8321.1": _rut,
        "1.3.6.1.4.1.8321.2": _rut,
        "1.3.6.1.4.1.8658.1": _rut,
        "1.3.6.1.5.5.7.8.3": _bare,
    },
)
