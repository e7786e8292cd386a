"""Texts of digits, decimal or hexadecimal, as fingerprints, serial numbers, numbers of people and telephone numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ctscan.on_first_use import late_pattern
from ctscan.personal.pasted.digit_forms import (
    FEWEST_DIGITS,
    hex_digits,
    is_broken_hex,
    is_phone_like,
    names_its_country,
    negative_decimal,
    of_decimal,
    printed_serial,
)
from ctscan.personal.pasted.plain_words import is_number, one_word
from ctscan.personal.pasted.reading import (
    IDENTITY,
    NAME,
    NUMBER,
    PHONE,
    SERIAL,
    SHA1,
    SHA256,
    Reading,
    guesses,
    refuse,
    refuse_hex,
)
from ctscan.personal.pasted.unwrapping import is_ip, unwrap

_CALLED = late_pattern(r"\+\s?\(?\d[\d\s()./‐‑–-]*")


def in_digits(text: str) -> Iterable[Reading]:
    """Read a text without letters, or of hexadecimal digits."""
    digits = hex_digits(text)
    if text.lower().startswith("0x"):
        if not digits:
            refuse_hex("a serial number", text)
        return [Reading(SERIAL, digits)]
    called = _CALLED.match(text)
    if called is not None:  # of `+49 30 … (mobile)` and `+49 30 … ext. 5`, the number
        has_words = any(map(str.isalpha, text))
        return [Reading(PHONE, called[0].rstrip("( ") if has_words else text, guessed=has_words)]
    if not digits and is_ip(text):  # eight pairs with colons may be both
        refuse("an identifier of a person or a certificate", text, "an IP address, for which look-ups have no key")
    if printed_serial(text):
        return _printed(text)
    if not any(map(str.isalpha, text)):
        return _without_letters(text, digits)
    if digits and (any(map(str.isdigit, digits)) or len(digits) in (32, 40, 64) or ":" in text):
        return _hexadecimal(text, digits)
    if is_broken_hex(text):
        refuse_hex("a fingerprint or a serial number", text)
    return []


def _printed(text: str) -> Iterable[Reading]:
    """Read a serial number as programs print it. Decimal digits behind a hyphen may be any other number: the hyphen of
    a list."""
    found = list(serials(text))
    bare = text[1:]
    if not negative_decimal(text) or len(bare) < FEWEST_DIGITS:
        return found
    return guesses([*found, *_without_letters(bare, hex_digits(bare))])


def _without_letters(text: str, digits: str) -> Iterable[Reading]:
    """Read decimal digits: one of many kinds, all of which are guesses, except telephone numbers with a country and
    pairs with colons."""
    count = sum(map(str.isdigit, text))
    if digits and (count in (32, 40, 64) or ":" in text):
        return _hexadecimal(text, digits)
    if count < FEWEST_DIGITS:
        refuse("a name or at least 5 digits", text, "too few to guess; put serial:, number: or phone: before them")
    phone = [Reading(PHONE, text)] if is_phone_like(text) else []
    found = list(serials(digits)) if digits else []
    number = Reading(NUMBER, text)
    if names_its_country(text) or (text[0] in "0(" and not text.isdigit()):
        return guesses([*phone, number, *found])
    if any(sign in text for sign in "-./()"):
        return guesses([number, *phone, *found])
    return guesses([*found, number, *phone])


def _hexadecimal(text: str, digits: str) -> Iterable[Reading]:
    """Read hexadecimal digits by their number: SHA-256, SHA-1, serial number, number or hash of a number."""
    number = Reading(NUMBER, text, guessed=True)
    if len(digits) == 64:
        return [Reading(SHA256, digits), Reading(IDENTITY, digits, guessed=True), number]
    if len(digits) == 40:
        first, *decimal = guesses(serials(digits))
        return [first, Reading(SHA1, digits, guessed=True), *decimal, number]
    if ":" in text:
        return [Reading(SERIAL, digits, guessed=len(digits) == 32 or len(digits) > 40)]
    found = guesses(serials(digits))
    if not text.isalnum():
        has_word = any(len(group) >= 4 and group.isalpha() for group in text.split())
        return [*found, number, *([Reading(NAME, text, guessed=True)] if has_word else [])]
    words = guesses(one_word(text)) if not text.isdigit() else []
    return [*words, *found] if len(digits) < 8 or (is_number(text) and words) else [*found, number, *words]


def serials(text: str) -> Iterator[Reading]:
    """Read a serial number; its digits are hexadecimal, and perhaps decimal."""
    plain = unwrap(text)
    printed = printed_serial(plain)
    digits = hex_digits(plain)
    yield Reading(SERIAL, printed or digits or text)
    if negative_decimal(plain):
        yield Reading(SERIAL, negative_decimal(plain))
    if not printed and not plain.lower().startswith("0x") and of_decimal(digits or "0"):
        yield Reading(SERIAL, of_decimal(digits))
