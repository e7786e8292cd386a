"""Ecuador (ARCOTEL): fields of the accredited CAs, each under its own arc with the same last arcs.

The fields stand in extensions (raw text or DER) or in otherNames.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from msgspec.structs import replace

from ctscan.model import AttributionReason, Qualifier
from ctscan.personal.parsers.composite_values import (
    CITY,
    FULL_NAME,
    GIVEN,
    JOB_TITLE,
    STREET,
    SURNAME,
    employer,
    holder,
    rows_under,
)
from ctscan.personal.parsers.numbers import national_values
from ctscan.personal.parsers.phones import phone
from ctscan.personal.rules import oid_rule
from ctscan.personal.values import Value, each_text, named, number, numbered, plain

_PASSPORT: Final = "user.government_id.passport_number"

_ARCS: Final = tuple(
    f"1.3.6.1.4.1.{arc}.3"
    for arc in (
        "37947",  # Banco Central
        "37746",  # Security Data
        "18332",  # ANF AC Ecuador
        "37442",  # ANF AC Ecuador, second arc
        "43745.1",  # Consejo de la Judicatura
        "47286.102",  # Uanataca
        "57153.102",  # Eclipsoft
        "52643",  # Datil
        "59382",  # Lazzate
        "59198",  # ArgosData
        "34380",  # CorpNewBest
        "56105",  # Alpha Technologies
        "61305",  # FirmaSegura
    )
)
_DIGERCIC: Final = "1.3.6.1.4.1.55519.1.1.1.5.2"
"""Registro Civil, with different last arcs."""

_PEOPLE: Final = tuple(f"{arc}.{last}" for arc in _ARCS for last in (1, 2, 3, 4))


def _cedula(text: str) -> Iterable[Value]:
    """Read ten digits as a cédula, any other text as a passport number."""
    if re.fullmatch(r"\d{9}-?\d", text.strip()):
        return national_values(text.strip(), "ec.ci")
    return numbered(_PASSPORT, text)


def _ruc(text: str) -> Iterable[Value]:
    """Read a natural person's tax number: cédula and 001. Its third digit is below 6, unlike companies' numbers."""
    found = re.fullmatch(r"(\d{2}[0-5]\d{7})\d{3}", text.strip())
    if found:
        yield from national_values(text.strip(), "ec.ruc")
        for value in national_values(found[1], "ec.ci"):
            yield replace(value, value=text.strip(), marks=(Qualifier.DERIVED, *value.marks))


_given, _surname = holder(named(GIVEN)), holder(named(SURNAME))
_tax_number: Final = holder(each_text(_ruc), AttributionReason.EC_TAX())

oid_rule(
    id="ec.fields",
    version=1,
    category=FULL_NAME,
    kinds=("name", "number", "phone"),
    cites=("ARCOTEL, accredited certification authorities of Ecuador: fields of certificates",),
    looks_for="Names, cédula or passport, post, address and telephone in the fields of Ecuadorian CAs",
    rows={
        **rows_under(
            _ARCS,
            {
                "1": holder(each_text(_cedula)),
                "2": _given,
                "3": _surname,
                "4": _surname,
                "5": holder(plain(JOB_TITLE)),
                "6": employer(*_PEOPLE),
                "7": holder(plain(STREET)),
                "8": holder(phone("EC")),
                "9": holder(plain(CITY)),
                "10": employer(*_PEOPLE),
                "11": _tax_number,
                "12": holder(plain("user.contact.address.country")),
            },
        ),
        f"{_DIGERCIC}.1": holder(each_text(_cedula)),
        f"{_DIGERCIC}.2": holder(number(_PASSPORT)),
        f"{_DIGERCIC}.3": _surname,
        f"{_DIGERCIC}.4": _tax_number,
    },
)
