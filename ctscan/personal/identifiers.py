"""Identifiers: what a person gives, and the front door of everything that is normalised before it is compared.

Text that a certificate holds goes through the same functions as text that a person types, so both sides meet: addresses
and domains in `addresses.py`, names in `names.py`. What merely might be the same mailbox (a +tag, dots) is offered,
never mixed in.
"""

from __future__ import annotations

import re

from ctscan.errors import UsageError
from ctscan.model import Identifier, LookupKey
from ctscan.personal.addresses import (
    address_variants,
    canonical_domain,
    canonical_email,
    domain_key,
    email_keys,
    find_emails,
    reversed_labels,
    tidy_text,
)
from ctscan.personal.names import fold_text, name_forms, name_keys, name_score, name_tokens

__all__ = [
    "MAX_IDENTIFIER",
    "READER_VERSION",
    "address_variants",
    "canonical_domain",
    "canonical_email",
    "domain_key",
    "email_keys",
    "find_emails",
    "fold_text",
    "name_forms",
    "name_keys",
    "name_score",
    "name_tokens",
    "parse_identifier",
    "reversed_labels",
    "serial_hex",
]

READER_VERSION = 1
"""Raise when the same text would give other keys than before: it is part of the rule-set version."""

MAX_IDENTIFIER = 1000

_SHA256 = re.compile(r"[0-9a-f]{64}")
_PLAIN_HEX = re.compile(r"(?=.*[0-9])[0-9a-f]{8,}")
_COLON_HEX = re.compile(r"[0-9a-f]{1,2}(?::[0-9a-f]{1,2})+")


def parse_identifier(text: str) -> Identifier:
    """Tell what kind of identifier a text is, and its canonical form.

    `jane@example.org` e-mail; `@example.org` all addresses at and below the domain; 64 hexadecimal digits a SHA-256
    fingerprint; `serial:` or other hexadecimal text a serial number (always hexadecimal); anything else a name.
    `email:`, `domain:`, `sha256:`, `identity:` and `name:` say the kind. UsageError tells kind and length only.
    """
    value = text.strip()
    if not value or len(value) > MAX_IDENTIFIER:
        raise UsageError(f"identifier: expected 1 to {MAX_IDENTIFIER} characters, got {len(value)}")
    prefix, colon, rest = value.partition(":")
    reader = _READERS.get(prefix.strip().lower()) if colon else None
    if reader is not None:
        return reader(value, rest.strip())
    return _guess(value)


def serial_hex(serial: bytes) -> str:
    """The serial number of a certificate as `parse_identifier` writes it: lower-case hex without leading zeros."""
    return serial.hex().lstrip("0") or "0"


def _guess(value: str) -> Identifier:
    tidy = tidy_text(value).strip()
    if tidy.startswith("@"):
        return _domain(value, tidy[1:])
    if "@" in tidy:
        return _email(value, value)
    digits = tidy.lower()
    if _SHA256.fullmatch(digits.replace(":", "").replace(" ", "")):
        return _sha256(value, digits)
    if _COLON_HEX.fullmatch(digits) or _PLAIN_HEX.fullmatch(digits.removeprefix("0x")) or digits.startswith("0x"):
        return _serial(value, digits)
    return _name(value, tidy)


def _email(value: str, rest: str) -> Identifier:
    canonical = canonical_email(rest)
    if canonical is None:
        raise UsageError(
            f"identifier: expected one e-mail address (name@example.org) or a domain (@example.org), "
            f"got {len(value)} characters that are neither"
        )
    return Identifier("email", value, canonical, email_keys(canonical), address_variants(canonical))


def _domain(value: str, rest: str) -> Identifier:
    canonical = canonical_domain(tidy_text(rest).strip().removeprefix("@"))
    if canonical is None:
        raise UsageError(
            f"identifier: expected a domain name after @, such as @example.org, "
            f"got {len(value)} characters that are none"
        )
    return Identifier("domain", value, canonical, (LookupKey("domain", reversed_labels(canonical)),))


def _sha256(value: str, rest: str) -> Identifier:
    return Identifier("sha256", value, _fingerprint(rest, "SHA-256 fingerprint"))


def _identity(value: str, rest: str) -> Identifier:
    return Identifier("identity", value, _fingerprint(rest, "certificate identity"))


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
    return Identifier("serial", value, digits.lstrip("0") or "0")


def _name(value: str, rest: str) -> Identifier:
    tokens = name_tokens(rest)
    if not tokens or not any(char.isalpha() for char in rest):  # one Han character is a name, one Latin letter isn't
        raise UsageError(
            f"identifier: expected a name of at least 2 letters, got {len(value)} characters that are none"
        )
    canonical = " ".join(sorted(set(fold_text(rest).split())))
    return Identifier("name", value, canonical, tuple(LookupKey("name", token) for token in tokens))


_READERS = {
    "email": _email,
    "mailto": lambda value, rest: _email(value, value),
    "domain": _domain,
    "sha256": _sha256,
    "identity": _identity,
    "serial": _serial,
    "name": _name,
}
