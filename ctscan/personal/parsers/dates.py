"""Dates of birth and genders in certificates: ASN.1 times, and dates in the order of a country.

These parsers don't decide the person and drop nothing: a text that can't be read as a date is kept as written.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from ctscan.model import Field, Qualifier
from ctscan.on_first_use import late_pattern
from ctscan.personal.normalise.name_tokens import fold_text
from ctscan.personal.values import Read, Value, with_spelling
from ctscan.personal.view import View, spellings, strings_of

DATE_OF_BIRTH = "user.demographic.date_of_birth"
GENDER = "user.demographic.gender"

_UTC_TIME = 0x17
_EARLIEST, _LATEST = 1850, 2100  # years that a person of a certificate can be born in
_MAX_TEXT = 64

# GeneralizedTime `19800229120000Z`, with fraction and offset (X.680 section 46), or without the time.
_TIME = late_pattern(r"(?:[01]\d|2[0-4])[0-5]\d(?:[0-6]\d)?(?:[.,]\d{1,9})?(?:Z|[+-]\d{2}:?\d{2})?")
_SEPARATED = late_pattern(r"(\d{1,4})[./ -](\d{1,2})[./ -](\d{1,4})\.?(?:[T ].{0,30})?")
_DIGITS = late_pattern(r"[\d.,Z+:-]{4,40}")


def birth_date(order: str = "ymd") -> Read:
    """Read the date of birth of a field: an ASN.1 time, or text in `order` ("ymd", "dmy", "mdy")."""

    def read(view: View, place: Field) -> Iterable[Value]:
        for text in strings_of(view, place):
            found = utc_time_date(text.value) if place.tag == _UTC_TIME else None
            values = [Value(DATE_OF_BIRTH, text.value, found)] if found else birth_values(spellings(text)[0], order)
            for value in values:
                yield with_spelling(value, text)

    return read


def birth_values(text: str, order: str = "ymd") -> Iterable[Value]:
    """Read the date of birth in a text as `1980-02-29`; shorter dates (`1980-02`, `1980`) are marked partial.

    A text that is no date is kept as written. Zeros, which stand for an unknown date, give nothing.
    """
    stripped = text.strip()
    if not stripped.strip("0 .-/"):
        return
    found = read_date(stripped, order)
    if found is None:
        yield Value(DATE_OF_BIRTH, text, fold_text(stripped) or stripped)
    else:
        yield Value(DATE_OF_BIRTH, text, found, marks=() if len(found) == 10 else (Qualifier.PARTIAL,))


def read_date(text: str, order: str = "ymd") -> str | None:
    """Return the ISO form of a date in text, or None. A field of four digits is the year in every order."""
    text = text.strip()
    if len(text) > _MAX_TEXT:
        return None
    separated = _SEPARATED.fullmatch(text)
    if separated:
        return _from_fields([separated[1], separated[2], separated[3]], order)
    return _from_digits(text, order) if _DIGITS.fullmatch(text) else None


def utc_time_date(text: str) -> str | None:
    """Return the date of a UTCTime (`800229120000Z`), or None.

    A year of two digits below 50 is of this century (RFC 5280 section 4.1.2.5.1); a UTCTime gives no other hint.
    """
    if not re.fullmatch(r"\d{6}.{0,20}", text):
        return None
    century = "20" if int(text[:2]) < 50 else "19"
    return iso_date(int(century + text[:2]), int(text[2:4]), int(text[4:6]))


def iso_date(year: int, month: int, day: int) -> str | None:
    """Return `1980-02-29`, or None for a day that doesn't exist or a year in which no holder can be born."""
    if not _EARLIEST <= year <= _LATEST:
        return None
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None


def gender() -> Read:
    """Read the gender of a field (RFC 3739 section 3.3.2: M or F; in practice also words)."""

    def read(view: View, place: Field) -> Iterable[Value]:
        for text in strings_of(view, place):
            for value in gender_values(spellings(text)[0]):
                yield with_spelling(value, text)

    return read


def gender_values(text: str) -> Iterable[Value]:
    """Read `female`, `male` or `other`; an unknown word is kept as written, folded."""
    folded = fold_text(text)
    if folded:
        yield Value(GENDER, text, _GENDERS.get(folded, folded))


_GENDERS = {
    **dict.fromkeys(
        ["f", "female", "woman", "w", "weiblich", "frau", "2", "mujer", "femme", "femenino", "nu"], "female"
    ),
    **dict.fromkeys(["m", "male", "man", "mannlich", "mann", "1", "hombre", "homme", "masculino", "nam"], "male"),
    **dict.fromkeys(["x", "other", "d", "divers", "diverse"], "other"),
}


def _from_fields(fields: list[str], order: str) -> str | None:
    if len(fields[0]) == 4:
        order = "ymd"
    elif len(fields[2]) == 4 and order == "ymd":
        order = "dmy"
    by = dict(zip(order, fields, strict=False))
    if sorted(by) != ["d", "m", "y"] or len(by["y"]) != 4:
        return None
    return iso_date(int(by["y"]), int(by["m"]), int(by["d"]))


def _from_digits(text: str, order: str) -> str | None:
    """Return the date in `19800229` (a time of day may follow), `29021980` in another order, `1980-02` or `1980`."""
    if re.fullmatch(r"\d{8}", text[:8]):
        if text[8:] and not _TIME.fullmatch(text[8:]):
            return None
        orders = [order] if order == "ymd" else [order, "ymd"]
        cuts = (_cut(text[:8], each) for each in orders)
        return next((found for found in cuts if found), None)
    partial = re.fullmatch(r"(\d{4})(?:-?(\d{2}))?", text)
    if partial and _EARLIEST <= int(partial[1]) <= _LATEST and "01" <= (partial[2] or "01") <= "12":
        return "-".join(filter(None, partial.groups()))
    return None


def _cut(digits: str, order: str) -> str | None:
    if order == "ymd":
        return iso_date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    first, second, year = int(digits[:2]), int(digits[2:4]), int(digits[4:])
    return iso_date(year, second, first) if order == "dmy" else iso_date(year, first, second)
