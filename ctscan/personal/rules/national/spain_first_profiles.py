"""Spain: the first profile of certificates of public employees, with fields under the arc of the Ministry of Public
Administrations; the later profiles under 2.16.724.1.3.5 (`spain`) number their fields alike."""

from __future__ import annotations

from typing import Final

from ctscan.model import AttributionReason
from ctscan.personal.parsers.composite_values import (
    FULL_NAME,
    GIVEN,
    JOB_TITLE,
    SURNAME,
    employer,
    holder,
    rows_under,
)
from ctscan.personal.parsers.numbers import national
from ctscan.personal.rules import oid_rule
from ctscan.personal.values import named, number, plain

_EMPLOYEE: Final = "1.3.6.1.4.1.14862.1.4.4.1"
_PEOPLE: Final = tuple(f"{_EMPLOYEE}.{last}" for last in (4, 6, 7, 8))

oid_rule(
    id="es.first_profile",
    version=1,
    category=FULL_NAME,
    kinds=("name", "number"),
    cites=("Ley 11/2007, first certificate profiles of the Spanish public administration",),
    looks_for="Names, NIF, personnel number, post and unit of Spanish public employees in the first profile",
    rows=rows_under(
        (_EMPLOYEE,),
        {
            "2": employer(*_PEOPLE),
            "4": holder(national("es.nif")),
            "5": holder(number("user.unique_id")),
            "6": holder(named(GIVEN)),
            "7": holder(named(SURNAME)),
            "8": holder(named(SURNAME)),
            "10": employer(*_PEOPLE),
            "11": holder(plain(JOB_TITLE), AttributionReason.ES_POST()),
        },
    ),
)
