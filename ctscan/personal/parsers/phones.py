"""Telephone numbers: E.164 through phonenumbers. Only this module imports it (inside functions, since it is heavy).

A number without a country code belongs to the country of the name that holds it. A text that is no number of that
country is kept as its digits, and a hash of a number is marked as a hash.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from ctscan.model import Field, IdentifierKind, LookupKey, Name, Qualifier
from ctscan.on_first_use import late_pattern
from ctscan.personal.parsers.numbers import is_hash
from ctscan.personal.values import Read, Value, with_spelling
from ctscan.personal.view import View, spellings, strings_of

PHONE = "user.contact.phone_number"
FAX = "user.contact.fax_number"

_COUNTRY = "2.5.4.6"
_MAX_TEXT, _MAX_NUMBERS = 2_000, 64
_SEPARATOR = late_pattern(r"[;,/|]")
_LABEL = late_pattern(r"^\s*(?:tel|phone|telephone|mobile|fax)\b[.:]*", re.IGNORECASE)
_FEWEST_DIGITS = 5  # shorter numbers are extensions or services, not numbers of people


def phone(region: str = "", category: str = PHONE) -> Read:
    """Read the telephone numbers of a field.

    `region`: two letters, for numbers without a country code; empty: the country of the name that holds the field, else
    of the subject, else of the issuer.
    """

    def read(view: View, place: Field) -> Iterable[Value]:
        here = region or region_of(view, place)
        for text in strings_of(view, place):
            if len(text.value) > _MAX_TEXT or len(_SEPARATOR.findall(text.value)) >= _MAX_NUMBERS:
                view.cut(place, f"more than {_MAX_NUMBERS} telephone numbers or {_MAX_TEXT} characters")
            for value in phone_values(spellings(text)[0], here, category):
                yield with_spelling(value, text)

    return read


def fax(region: str = "") -> Read:
    """Read fax numbers, like `phone`."""
    return phone(region, FAX)


def phone_values(text: str, region: str = "", category: str = PHONE) -> Iterable[Value]:
    """Read each telephone number in a text as E.164 digits without the plus sign.

    A text that is no number of the region gives its digits, and nothing with fewer than five digits.
    """
    if is_hash(text):
        yield Value(category, text, text.strip().lower(), marks=(Qualifier.HASHED,))
        return
    bare = _LABEL.sub("", text[:_MAX_TEXT])
    whole = _e164(bare, region)
    numbers = [whole] if whole else list(dict.fromkeys(filter(None, (_e164(part, region) for part in _parts(bare)))))
    if not numbers:
        digits = "".join(re.findall(r"\d", bare))
        numbers = [digits] if len(digits) >= _FEWEST_DIGITS and digits.strip("0") else []
    for digits in numbers:
        yield Value(category, text, digits, (LookupKey(IdentifierKind.PHONE, digits),))


def is_number_of_a_country(text: str) -> bool:
    """Return whether a text is a telephone number with its country."""
    return _e164(text[:_MAX_TEXT], "") != ""


def national_digits(e164: str) -> str:
    """Return the digits dialled within the country of an E.164 number (without its plus sign); empty for other numbers.

    Certificates that name no country hold numbers in this form.
    """
    import phonenumbers

    try:
        number = phonenumbers.parse(f"+{e164}")
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_valid_number(number):
        return ""
    written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
    return "".join(re.findall(r"\d", written))


def keys_anywhere(text: str) -> tuple[LookupKey, ...]:
    """Return the look-up keys of a telephone number without its country: its digits, and E.164 for each country in
    which it is a number. A certificate that names its country holds it in that form."""
    import phonenumbers

    bare = _LABEL.sub("", text[:_MAX_TEXT])
    numbers = {_e164(bare, region) for region in phonenumbers.SUPPORTED_REGIONS}
    found = ("".join(re.findall(r"\d", bare)), *sorted(filter(None, numbers)))
    return tuple(LookupKey(IdentifierKind.PHONE, digits) for digits in dict.fromkeys(found) if digits)


def region_of(view: View, place: Field) -> str:
    """Return the country (two capital letters) of the name that holds the field, else of the subject, else of the
    issuer; empty without any."""
    for name in filter(None, (place.name, view.certificate.subject, view.certificate.issuer)):
        country = _country(name)
        if country:
            return country
    return ""


def _country(name: Name) -> str:
    texts = (a.text.value.strip().upper() for a in name.attributes if a.oid == _COUNTRY and a.text is not None)
    return next((text for text in texts if re.fullmatch(r"[A-Z]{2}", text)), "")


def _parts(text: str) -> list[str]:
    """Split a list of numbers at `;`, `,`, `/` and `|`: `+34 91 … / +34 92 …`."""
    return _SEPARATOR.split(text, _MAX_NUMBERS)[:_MAX_NUMBERS]


def _e164(text: str, region: str) -> str:
    """Return E.164 digits without the plus sign, or an empty string for a number that can't exist."""
    import phonenumbers

    if text.lstrip().startswith("00"):
        text = "+" + text.lstrip()[2:]
    attempts = [text] if text.lstrip().startswith(("+", "tel:")) else [text, "+" + text.lstrip()]
    for attempt in attempts:
        try:
            number = phonenumbers.parse(attempt, region or None)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            return f"{number.country_code}{phonenumbers.national_significant_number(number)}"
    return ""
