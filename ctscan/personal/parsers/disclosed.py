"""Birth dates, genders and checks of national numbers that python-stdnum lacks.

Each function takes the bare number (its letters and digits), whose form was checked before, and returns None for a
number that doesn't fit. The sources are descriptions of the schemes by national registers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Final

from ctscan.on_first_use import late_pattern
from ctscan.personal.parsers.dates import iso_date

FromNumber = Callable[[str], str | None]


def _odd_is_male(at: int) -> FromNumber:
    """Read the gender from the parity of one digit: odd for men, even for women."""
    return lambda number: ("female", "male")[int(number[at]) % 2] if number[at].isdigit() else None


def _odd_is_female(at: int) -> FromNumber:
    return lambda number: ("male", "female")[int(number[at]) % 2] if number[at].isdigit() else None


def _female_from(start: int, limit: int) -> FromNumber:
    """Read the gender from two digits of the birth date, raised for women: month (Czechia) or day (Indonesia)."""
    return lambda number: "female" if int(number[start : start + 2]) > limit else "male"


def _first_digit(number: str) -> str | None:
    """Read the gender in France: `1` man, `2` woman (`7`, `8` with a provisional number)."""
    return {"1": "male", "2": "female", "7": "male", "8": "female"}.get(number[0])


def _romania(number: str) -> str | None:
    return None if number[0] in "09" else _odd_is_male(0)(number)  # 9: a foreigner of either gender


def _letter_first(number: str) -> str | None:
    """Read the gender in Taiwan: `A1…` man, `A2…` woman."""
    return {"1": "male", "2": "female", "8": "male", "9": "female"}.get(number[1])


GENDERS: Final[Mapping[str, FromNumber]] = {
    "bg.egn": _odd_is_female(8),
    "cn.ric": _odd_is_male(16),
    "cz.rc": _female_from(2, 50),
    "dk.cpr": _odd_is_male(9),
    "fi.hetu": lambda number: _odd_is_male(-2)(number),
    "fr.nir": _first_digit,
    "id.nik": _female_from(6, 40),
    "kr.rrn": _odd_is_male(6),
    "kz.iin": _odd_is_male(6),
    "lt.asmens": _odd_is_male(0),
    "my.nric": _odd_is_male(11),
    "ro.cnp": _romania,
    "sk.rc": _female_from(2, 50),
    "tw.nid": _letter_first,
    "ua.rntrc": _odd_is_male(8),
}
"""Gender by scheme, for schemes where python-stdnum doesn't decode it."""


def _finland(number: str) -> str | None:
    """Read `DDMMYY` and the sign of the century, which may have been lost as punctuation."""
    found = re.fullmatch(r"(\d{2})(\d{2})(\d{2})([+A-FU-Y-])\d{3}[0-9A-Z]", number)
    if found is None:
        return None
    century = 1800 if found[4] == "+" else 2000 if found[4] in "ABCDEF" else 1900
    return iso_date(century + int(found[3]), int(found[2]), int(found[1]))


def _iceland(number: str) -> str | None:
    century = {"8": 1800, "9": 1900, "0": 2000}.get(number[9])
    return iso_date(century + int(number[4:6]), int(number[2:4]), int(number[:2])) if century else None


def _kazakhstan(number: str) -> str | None:
    century = {"1": 1800, "2": 1800, "3": 1900, "4": 1900, "5": 2000, "6": 2000}.get(number[6])
    return iso_date(century + int(number[:2]), int(number[2:4]), int(number[4:6])) if century else None


def _ukraine(number: str) -> str | None:
    """Read five digits as a count of days; day 1 is 1 January 1900."""
    days = int(number[:5])
    return (date(1899, 12, 31) + timedelta(days=days)).isoformat() if days else None


def _slovakia(number: str) -> str | None:
    """Read the date as in Czechia: nine digits until 1953; the month is raised by 50 for women."""
    year, month, day = int(number[:2]), int(number[2:4]) % 50, int(number[4:6])
    century = 1900 if len(number) == 9 or year >= 54 else 2000
    return iso_date(century + year, month, day)


BIRTH_DATES: Final[Mapping[str, FromNumber]] = {
    "fi.hetu": _finland,
    "is_.kennitala": _iceland,
    "kz.iin": _kazakhstan,
    "sk.rc": _slovakia,
    "ua.rntrc": _ukraine,
}


def _kazakh_check(number: str) -> bool:
    """Check with weights 1 to 11, or with 3 to 11, 1 and 2 where the first sum gives 10 (law on national registers)."""
    digits = [int(digit) for digit in number[:11]]
    total = sum(weight * digit for weight, digit in enumerate(digits, 1)) % 11
    if total == 10:
        total = sum(((at + 2) % 11 + 1) * digit for at, digit in enumerate(digits)) % 11
    return total == int(number[11])


_TAIWAN_LETTERS: Final = "ABCDEFGHJKLMNPQRSTUVXYWZIO"  # A stands for 10, the last one for 35


def _taiwan_check(number: str) -> bool:
    tens, ones = divmod(_TAIWAN_LETTERS.index(number[0]) + 10, 10)
    weighted = sum(int(digit) * weight for digit, weight in zip(number[1:9], range(8, 0, -1), strict=True))
    return (tens + 9 * ones + weighted + int(number[9])) % 10 == 0


CHECKS: Final[Mapping[str, tuple[re.Pattern[str], Callable[[str], bool]]]] = {
    "kz.iin": (late_pattern(r"\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])[0-6]\d{5}"), _kazakh_check),
    "tw.nid": (late_pattern(r"[A-Z][1289]\d{8}"), _taiwan_check),
}
"""Schemes that python-stdnum lacks: the form of the bare number, and the test of its check digit."""

EMBEDDED: Final[Mapping[str, re.Pattern[str]]] = {
    "ar.cuit": late_pattern(r"2[0347](\d{8})\d"),
    "ec.ruc": late_pattern(r"(\d\d[0-5]\d{7})00[1-9]"),
    "in_.gstin": late_pattern(r"\d\d([A-Z]{3}P[A-Z]\d{4}[A-Z])[0-9A-Z]{3}"),
    "pe.ruc": late_pattern(r"10(\d{8})\d"),
}
"""Taxpayer numbers made from the number of the person, with the part that holds it."""
