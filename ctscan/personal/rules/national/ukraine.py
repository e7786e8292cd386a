"""Ukraine: numbers of people and sole traders among the subject directory attributes, telephone and address among the
alternative names.

The eight digits of an organisation (EDRPOU) are no personal data and are left out. Ten digits in the same field are the
tax number of a sole trader.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ctscan.model import AttributionReason, Field, Qualifier
from ctscan.personal.normalise.number_keys import number_key
from ctscan.personal.parsers.dates import DATE_OF_BIRTH, iso_date
from ctscan.personal.parsers.numbers import NATIONAL, national_values
from ctscan.personal.parsers.phones import phone
from ctscan.personal.rules import oid_rule
from ctscan.personal.values import Read, Value, each_text, numbered, of_person, plain
from ctscan.personal.view import View

TAXPAYER = "1.2.804.2.1.1.1.11.1.4.1.1"  # DRFO, RNOKPP
ORGANISATION = "1.2.804.2.1.1.1.11.1.4.2.1"  # EDRPOU
TAXPAYER_OTHER = "1.2.804.2.1.1.1.11.1.4.7.1"
DEMOGRAPHIC = "1.2.804.2.1.1.1.11.1.4.11.1"  # UNZR
PHONE = "1.3.6.1.4.1.19398.1.1.4.1"
ADDRESS = "1.3.6.1.4.1.19398.1.1.4.2"

_PASSPORT = "user.government_id.passport_number"


def taxpayer_values(text: str) -> Iterator[Value]:
    """Read a person's tax number (ten digits), with its birth date and gender, or the passport of a person who refuses
    a tax number.

    The eight digits of an organisation give nothing.
    """
    key = number_key(text)
    if re.fullmatch(r"\d{10}", key):
        yield from national_values(text, "ua.rntrc")
    elif re.fullmatch(r"[^\W\d_]{2}\d{6}", key):
        yield from numbered(_PASSPORT, text)
    elif not re.fullmatch(r"\d{8}", key):
        yield from national_values(text)


def demographic_values(text: str) -> Iterator[Value]:
    """Read the number in the demographic register, `YYYYMMDD-NNNNN`, with the date of birth at its beginning."""
    yield from numbered(NATIONAL, text)
    digits = re.fullmatch(r"(\d{4})(\d\d)(\d\d)\d{5}", number_key(text))
    born = iso_date(*map(int, digits.groups())) if digits else None
    if born:
        yield Value(DATE_OF_BIRTH, text, born, marks=(Qualifier.DERIVED,))


def _sole_trader(view: View, place: Field) -> Iterable[Value]:
    """Read ten digits in the field for an organisation's code."""
    for value in each_text(taxpayer_values)(view, place):
        if re.fullmatch(r"\d{10}", number_key(value.value)):
            yield value


_taxpayer: Read = of_person(each_text(taxpayer_values), AttributionReason.UA_NUMBER())

oid_rule(
    id="ua.number",
    version=1,
    category=NATIONAL,
    kinds=("number",),
    cites=("Ukraine, Ministry of Justice: requirements for the format of qualified certificates",),
    looks_for="Ukrainian tax, passport and demographic register numbers, with the birth date and gender in them",
    rows={
        TAXPAYER: _taxpayer,
        TAXPAYER_OTHER: _taxpayer,
        ORGANISATION: of_person(_sole_trader, AttributionReason.UA_SOLE_TRADER()),
        DEMOGRAPHIC: of_person(each_text(demographic_values), AttributionReason.UA_RESIDENT()),
    },
)

oid_rule(
    id="ua.contact",
    version=1,
    category="user.contact.phone_number",
    kinds=("phone",),
    cites=("Ukraine, profiles of accredited key certification centres",),
    looks_for="Telephone numbers and addresses among the alternative names of Ukrainian certificates",
    rows={PHONE: phone("UA"), ADDRESS: plain("user.contact.address.street")},
)
