"""Identifiers that a person gives: their kind, their form for comparison, and their look-up keys.

Text in certificates and text typed by a person go through the same functions of `normalise/` and `parsers/`, so both
sides meet. Similar identifiers (a +tag, dots, a telephone number without its country) are offered separately, never
mixed in.
"""

from __future__ import annotations

import re

from ctscan.errors import UsageError
from ctscan.model import Identifier, IdentifierKind, LookupKey
from ctscan.personal.normalise.addresses import (
    address_variants,
    canonical_domain,
    canonical_email,
    email_keys,
    reversed_labels,
    tidy_text,
)
from ctscan.personal.normalise.name_tokens import fold_text, name_tokens
from ctscan.personal.normalise.number_keys import number_key

READER_VERSION = 1
"""Version of the identifier reader, part of the rule-set version. Raise it when the same text gives other keys."""

MAX_IDENTIFIER = 1000

_SHA256 = re.compile(r"[0-9a-f]{64}")
_PLAIN_HEX = re.compile(r"(?=.*[0-9])[0-9a-f]{8,}")
_COLON_HEX = re.compile(r"[0-9a-f]{1,2}(?::[0-9a-f]{1,2})+")
_PHONE = re.compile(r"\+[\d\s()./-]{6,40}")
_DOTTED_QUAD = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}")


def parse_identifier(text: str) -> Identifier:
    """Return kind and canonical form of an identifier.

    `jane@example.org` is an e-mail address; `@example.org` all addresses at and below the domain; 64 hexadecimal digits
    a SHA-256 fingerprint; `serial:` or other hexadecimal text a serial number (always hexadecimal); `+49 30 …` a
    telephone number; one word of digits and punctuation, with at most three letters, the number of a person; any other
    text a name. `email:`, `domain:`, `name:`, `number:` (of a person, a card, a register; also `id:`), `phone:`
    (`tel:`), `account:`, `sha256:` and `identity:` state the kind.

    Raises:
        UsageError: the text is no such identifier; the message holds only kind and length.
    """
    value = text.strip()
    if not value or len(value) > MAX_IDENTIFIER:
        raise UsageError(f"identifier: expected 1 to {MAX_IDENTIFIER} characters, got {len(value)}")
    prefix, colon, rest = value.partition(":")
    reader = _READERS.get(prefix.strip().lower()) if colon else None
    if reader is not None:
        return reader(value, rest.strip())
    return _guess(value)


def _guess(value: str) -> Identifier:
    tidy = tidy_text(value).strip()
    if tidy.startswith("@"):
        return _domain(value, tidy[1:])
    if "@" in tidy:
        return _email(value, value)
    digits = tidy.lower()
    if _SHA256.fullmatch(digits.replace(":", "").replace(" ", "")):
        return _sha256(value, digits)
    if _PHONE.fullmatch(tidy):
        return _phone(value, tidy)
    if _COLON_HEX.fullmatch(digits) or _PLAIN_HEX.fullmatch(digits.removeprefix("0x")) or digits.startswith("0x"):
        return _serial(value, digits)
    return _number(value, tidy) if _is_number(tidy) else _name(value, tidy)


def _is_number(text: str) -> bool:
    """Return whether a text that is not hexadecimal can only be a number.

    It is one word of digits and at most three letters, or stands after a word for such numbers. Digits alone may be a
    serial number, dotted digits an IP address.
    """
    from ctscan.personal.parsers.semantics import (
        read_semantics,
    )  # not at the top: it takes 10 ms, and an address needs none of it

    if read_semantics(text) is not None:
        return True
    letters, digits = sum(map(str.isalpha, text)), sum(map(str.isdigit, text))
    is_word = all(char.isalnum() or char in ".-/" for char in text)
    return is_word and digits >= 5 and letters <= 3 and not (text.isdigit() or _DOTTED_QUAD.fullmatch(text))


def _email(value: str, rest: str) -> Identifier:
    canonical = canonical_email(rest)
    if canonical is None:
        raise UsageError(
            f"identifier: expected one e-mail address (name@example.org) or a domain (@example.org), "
            f"got {len(value)} characters that are neither"
        )
    return Identifier(IdentifierKind.EMAIL, value, canonical, email_keys(canonical), address_variants(canonical))


def _domain(value: str, rest: str) -> Identifier:
    canonical = canonical_domain(tidy_text(rest).strip().removeprefix("@"))
    if canonical is None:
        raise UsageError(
            f"identifier: expected a domain name after @, such as @example.org, "
            f"got {len(value)} characters that are none"
        )
    return Identifier(
        IdentifierKind.DOMAIN, value, canonical, (LookupKey(IdentifierKind.DOMAIN, reversed_labels(canonical)),)
    )


def _sha256(value: str, rest: str) -> Identifier:
    return Identifier(IdentifierKind.SHA256, value, _fingerprint(rest, "SHA-256 fingerprint"))


def _identity(value: str, rest: str) -> Identifier:
    return Identifier(IdentifierKind.IDENTITY, value, _fingerprint(rest, "certificate identity"))


def _fingerprint(text: str, what: str) -> str:
    digits = re.sub(r"[\s:]", "", text.lower())
    if not _SHA256.fullmatch(digits):
        raise UsageError(f"identifier: expected a {what} of 64 hexadecimal digits, got {len(digits)} characters")
    return digits


def _serial(value: str, rest: str) -> Identifier:
    digits = re.sub(r"[\s:]", "", rest.lower()).removeprefix("0x")
    if not re.fullmatch(r"[0-9a-f]{1,200}", digits):
        raise UsageError(
            f"identifier: expected a serial number of 1 to 200 hexadecimal digits, got {len(digits)} characters"
        )
    return Identifier(IdentifierKind.SERIAL, value, digits.lstrip("0") or "0")


def _name(value: str, rest: str) -> Identifier:
    tokens = name_tokens(rest)
    if not tokens or not any(char.isalpha() for char in rest):  # a single Han character is a name, a Latin letter isn't
        raise UsageError(
            f"identifier: expected a name of at least 2 letters, got {len(value)} characters that are none; "
            "for a number, put number:, phone: or serial: before it"
        )
    canonical = " ".join(sorted(set(fold_text(rest).split())))
    return Identifier(
        IdentifierKind.NAME, value, canonical, tuple(LookupKey(IdentifierKind.NAME, token) for token in tokens)
    )


def _number(value: str, rest: str) -> Identifier:
    """Parse a number by its letters and digits, also without the word, or the kind and country, before it."""
    from ctscan.personal.parsers.semantics import (
        read_semantics,
    )  # not at the top: it takes 10 ms, and an address needs none of it

    tidy = tidy_text(rest).strip()
    canonical = number_key(tidy)
    if not canonical.strip("0"):
        raise UsageError(
            f"identifier: expected a number of letters and digits after number:, got {len(rest)} characters without one"
        )
    bare = read_semantics(tidy)
    forms = dict.fromkeys((canonical, number_key(bare.number) if bare else canonical))
    return Identifier(
        IdentifierKind.NUMBER,
        value,
        canonical,
        tuple(LookupKey(IdentifierKind.NUMBER, form) for form in forms if form.strip("0")),
    )


def _phone(value: str, rest: str) -> Identifier:
    """Parse a telephone number; digits alone where no country has such a number."""
    from ctscan.personal.parsers.phones import national_digits, phone_values

    tidy = tidy_text(rest).strip()
    found = list(phone_values(tidy))
    if len(found) != 1 or not found[0].keys:
        raise UsageError(
            f"identifier: expected one telephone number with its country, such as +49 30 …, got {len(rest)} characters "
            "that are none"
        )
    national = national_digits(found[0].canonical)
    return Identifier(
        IdentifierKind.PHONE, value, found[0].canonical, found[0].keys, (f"phone:{national}",) if national else ()
    )


def _account(value: str, rest: str) -> Identifier:
    canonical = rest.strip().casefold()
    if not canonical:
        raise UsageError("identifier: expected the name of an account after account:, got none")
    address = canonical_email(rest)
    return Identifier(
        IdentifierKind.ACCOUNT,
        value,
        canonical,
        (LookupKey(IdentifierKind.ACCOUNT, canonical),),
        (f"email:{address}",) if address else (),
    )


_READERS = {
    "email": _email,
    "mailto": lambda value, rest: _email(value, value),
    "domain": _domain,
    "sha256": _sha256,
    "identity": _identity,
    "serial": _serial,
    "name": _name,
    "number": _number,
    "id": _number,
    "phone": _phone,
    "tel": _phone,
    "account": _account,
}
