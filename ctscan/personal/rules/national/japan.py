"""Japan: signature certificates of residents (JPKI) with name, gender, date of birth and address as alternative names.

Their common name is an opaque number.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from ctscan.model import AttributionReason, Field, Qualifier
from ctscan.personal.parsers.dates import DATE_OF_BIRTH, GENDER, birth_values, gender_values, iso_date
from ctscan.personal.rules import oid_rule
from ctscan.personal.values import Read, Value, each_text, named, of_person, plain
from ctscan.personal.view import View

NAME = "1.2.392.200149.8.5.5.1"
NAME_SUBSTITUTES = "1.2.392.200149.8.5.5.2"
SEX = "1.2.392.200149.8.5.5.3"
BIRTH = "1.2.392.200149.8.5.5.4"
ADDRESS = "1.2.392.200149.8.5.5.5"
ADDRESS_SUBSTITUTES = "1.2.392.200149.8.5.5.6"

_STREET = "user.contact.address.street"
_ERAS: Final = dict(zip("12345MTSHR", (1868, 1912, 1926, 1989, 2019) * 2, strict=True))
"""First years of Meiji, Taisho, Showa, Heisei and Reiwa. The digit 0 stands for an unknown era."""

_GENDERS: Final = {"1": "male", "2": "female", "3": "unknown", "男": "male", "女": "female"}


def birth(text: str) -> Iterator[Value]:
    """Read the date of birth: `EYYYYMMDD` with a digit for the era and the Gregorian year, or `EYYMMDD` with the year
    of the era.

    Zeros stand for an unknown day or month.
    """
    stripped = text.strip()
    whole = re.fullmatch(r"[0-5](\d{4})(\d\d)(\d\d)", stripped)
    of_era = re.fullmatch(r"([1-5MTSHR])(\d\d)(\d\d)(\d\d)", stripped)
    if whole:
        yield from _born(text, int(whole[1]), int(whole[2]), int(whole[3]))
    elif of_era:
        year = _ERAS[of_era[1]] + int(of_era[2]) - 1
        yield from _born(text, year, int(of_era[3]), int(of_era[4]))
    else:
        yield from birth_values(text)


def _born(text: str, year: int, month: int, day: int) -> Iterator[Value]:
    if not year:
        return
    known = [f"{year:04}", *([f"{month:02}"] if month else []), *([f"{day:02}"] if month and day else [])]
    partial = len(known) < 3 and iso_date(year, month or 1, 1)
    whole = iso_date(year, month, day)
    if whole or partial:
        yield Value(DATE_OF_BIRTH, text, whole or "-".join(known), marks=() if whole else (Qualifier.PARTIAL,))
    else:
        yield Value(DATE_OF_BIRTH, text, text.strip())


def sex(text: str) -> Iterator[Value]:
    """Read the gender: 1 male, 2 female, 3 unknown."""
    known = _GENDERS.get(text.strip())
    if known:
        yield Value(GENDER, text, known)
    else:
        yield from gender_values(text)


def _substitutes(category: str, characters: Read) -> Read:
    """Read the digits that mark substituted characters: one digit for each character, 1 for a substituted character.

    The digits show only the length of the name or address. Any other text is read as characters.
    """

    def positions(view: View, place: Field) -> Iterable[Value]:
        mask = place.text.value.strip() if place.text else ""
        if not re.fullmatch(r"[01]{1,500}", mask):
            return characters(view, place)
        return [Value(category, mask, mask, marks=(Qualifier.PARTIAL,))]

    return positions


def _of_holder(read: Read) -> Read:
    return of_person(read, AttributionReason.JP_RESIDENT())


_name, _address = named("user.name"), plain(_STREET)

oid_rule(
    id="jp.jpki",
    version=1,
    category="user.name",
    kinds=("name",),
    cites=("J-LIS, profile of the JPKI signature certificate",),
    looks_for="Name, gender, date of birth and address in the signature certificates of Japanese residents",
    rows={
        NAME: _of_holder(_name),
        NAME_SUBSTITUTES: _of_holder(_substitutes("user.name", _name)),
        SEX: _of_holder(each_text(sex)),
        BIRTH: _of_holder(each_text(birth)),
        ADDRESS: _of_holder(_address),
        ADDRESS_SUBSTITUTES: _of_holder(_substitutes(_STREET, _address)),
    },
)
