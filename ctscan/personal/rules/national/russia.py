"""Russia: numbers of people in distinguished names (RFC 9215 section 5, Order 795 of the Federal Security Service).

Organisations have numbers of the same or of neighbouring types. Their numbers are shorter, no personal data, and left
out. A person's number in the field of an organisation is found all the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec.structs import replace

from ctscan.model import AttributionReason, Qualifier
from ctscan.personal.normalise.number_keys import number_key
from ctscan.personal.parsers.numbers import NATIONAL, national_values
from ctscan.personal.rules import oid_rule
from ctscan.personal.values import Value, each_text, of_person

OGRN = "1.2.643.100.1"
SNILS = "1.2.643.100.3"
INNLE = "1.2.643.100.4"
OGRNIP = "1.2.643.100.5"
INN = "1.2.643.3.131.1.1"


def tax_values(text: str) -> Iterator[Value]:
    """Read the tax number of a person: twelve digits. Ten digits, also after two zeros, are an organisation's."""
    if not re.fullmatch(r"(?:00)?\d{10}", number_key(text)):
        yield from national_values(text, "ru.inn")


def insurance_values(text: str) -> Iterator[Value]:
    """Read the insurance number of a person (SNILS): nine digits and a two-digit check number."""
    for value in national_values(text):
        wrong = re.fullmatch(r"\d{11}", value.canonical) and not _is_snils(value.canonical)
        yield replace(value, marks=(Qualifier.INVALID,)) if wrong else value


def trader_values(text: str) -> Iterator[Value]:
    """Read the register number of a sole trader: fifteen digits. Thirteen digits are an organisation's."""
    if not re.fullmatch(r"\d{13}", number_key(text)):
        yield from national_values(text, "ru.ogrn", "user.unique_id")


def _is_snils(digits: str) -> bool:
    """Check the weighted sum of nine digits, modulo 101, 100 counting as 0; up to 001-001-998 there is no check."""
    total = sum(int(digit) * (9 - i) for i, digit in enumerate(digits[:9]))
    return digits[:9] <= "001001998" or total % 101 % 100 == int(digits[9:])


_TAX = of_person(each_text(tax_values), AttributionReason.RU_TAX())
_TRADER = of_person(each_text(trader_values), AttributionReason.RU_SOLE_TRADER())

oid_rule(
    id="ru.number",
    version=1,
    category=NATIONAL,
    kinds=("number",),
    cites=("RFC 9215 section 5", "Russia, FSB Order 795 of 2011"),
    looks_for="Russian insurance and tax numbers of people, and register numbers of sole traders",
    rows={
        SNILS: of_person(each_text(insurance_values), AttributionReason.RU_INSURANCE()),
        INN: _TAX,
        INNLE: _TAX,
        OGRNIP: _TRADER,
        OGRN: _TRADER,
    },
)
