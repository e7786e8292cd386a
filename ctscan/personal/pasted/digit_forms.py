"""Digits that people paste: fingerprints, serial numbers, numbers of people, telephone numbers. Pure.

Certificates print all of these as digits, and programs group them in many ways. Each function reads one meaning.
"""

from __future__ import annotations

import re
from typing import Final

from ctscan.on_first_use import late_pattern

MOST_SERIAL_DIGITS: Final = 200
FEWEST_DIGITS: Final = 5  # of a text of digits alone: fewer are everywhere

_HEX = late_pattern(r"[0-9a-f]+")
_PAIRS = late_pattern(r"[0-9a-f]{1,2}(?:[:-][0-9a-f]{1,2})+")
_PRINTED = late_pattern(r"(-?)(\d{1,250}) {0,3}\( ?(-?)0x([0-9a-f]{1,200})\)", re.IGNORECASE)
_NEGATIVE = late_pattern(r"(?:\(negative\)\s{0,20}|-)([0-9a-f]{1,2}[0-9a-f:\s]{0,600})", re.IGNORECASE)
_PHONE_SIGNS = late_pattern(r"\+?[\d\s()./‐‑–-]+")
_GROUP_SIZES: Final = (2, 4, 8)


def hex_digits(text: str) -> str:
    """Return the hexadecimal digits, in small letters, of a text that is nothing else: in one piece, behind `0x`, or in
    pairs with colons or hyphens, or in equal groups with spaces. Empty for any other text."""
    plain = text.lower().strip(" .,;:").removeprefix("0x")
    if _HEX.fullmatch(plain):
        return plain
    close = re.sub(r"\s*([:-])\s*", r"\1", plain)
    if _PAIRS.fullmatch(close):
        return "".join(_two(group) for group in re.split("[:-]", close))
    groups = plain.split()
    size = max(map(len, groups), default=0)
    is_grouped = size in _GROUP_SIZES and all(len(group) == size for group in groups[1:-1])
    digits = "".join(groups)
    return digits if is_grouped and _HEX.fullmatch(digits) and any(map(str.isdigit, digits)) else ""


def _two(group: str) -> str:
    return group.rjust(2, "0")


def of_decimal(digits: str) -> str:
    """Return the hexadecimal digits of a serial number printed in decimal digits; empty where they can't be decimal: a
    zero before them, letters."""
    is_decimal = digits.isascii() and digits.isdigit() and digits[0] != "0" and len(digits) <= MOST_SERIAL_DIGITS
    return f"{int(digits):x}" if is_decimal else ""


def printed_serial(text: str) -> str:
    """Return the hexadecimal digits of a serial number in the forms of openssl that say which is which:
    `4660 (0x1234)`, and negative numbers, of which certificates hold the two's complement. Empty for any other text."""
    both = _PRINTED.fullmatch(text)
    if both is not None:
        value = int(both[4], 16)
        return _content(-value if both[3] else value) if value == int(both[2]) else ""
    negative = _NEGATIVE.fullmatch(text)
    digits = hex_digits(negative[1]) if negative is not None else ""
    return _content(-int(digits, 16)) if digits else ""


def negative_decimal(text: str) -> str:
    """Return the hexadecimal digits of a negative serial number printed in decimal digits, as Java and Python print it;
    empty for any other text."""
    found = re.fullmatch(r"-([1-9][0-9]{0,249})", text)
    return _content(-int(found[1])) if found is not None else ""


def _content(value: int) -> str:
    """Return the content octets of an INTEGER (X.690 section 8.3) as hexadecimal digits."""
    size = (value if value >= 0 else ~value).bit_length() // 8 + 1
    return value.to_bytes(size, signed=True).hex()


def is_broken_hex(text: str) -> bool:
    """Return whether a text has the form of hexadecimal digits, as programs print fingerprints, with a wrong sign."""
    plain = text.lower().strip(" .,;:")
    pairs = re.split(r"[:\s-]+", plain)
    if len(pairs) >= 8:
        good = sum(len(pair) == 2 and _HEX.fullmatch(pair) is not None for pair in pairs)
        return good >= len(pairs) - 2 and all(len(pair) <= 3 for pair in pairs)
    wrong = len(re.sub("[0-9a-f]", "", plain))
    return len(plain) in (40, 64) and plain.isalnum() and 0 < wrong <= 3


# --- telephone numbers -----------------------------------------------------------------------------------------------


def is_phone_like(text: str) -> bool:
    """Return whether a text may be a telephone number: digits and the signs between them, of a length that numbers
    have (ITU-T E.164: 15 digits; two more for 00)."""
    return _PHONE_SIGNS.fullmatch(text) is not None and FEWEST_DIGITS <= sum(map(str.isdigit, text)) <= 17


def names_its_country(text: str) -> bool:
    """Return whether a telephone number begins with + or 00."""
    return text.lstrip("( ").startswith(("+", "00"))
