"""Distinguished names as people paste them: RFC 4514, and the forms of openssl, Windows and Java. Pure.

The parser is tolerant: its input is text that a person copied, not a certificate. Attributes of organisations and
places are known, so that they end the value before them, and dropped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum
from typing import Final, NamedTuple

from ctscan.on_first_use import late_pattern


class Part(Enum):
    """Kind of an attribute of a person."""

    NAME = "common name"
    GIVEN_NAME = "given name"
    SURNAME = "surname"
    EMAIL = "e-mail address"
    NUMBER = "serialNumber"
    ACCOUNT = "user ID"
    PHONE = "telephone number"
    DROPPED = "of an organisation or a place"


class Attribute(NamedTuple):
    """Attribute of a distinguished name, unescaped."""

    part: Part
    value: str


_TYPES: Final[dict[Part, str]] = {
    Part.NAME: "CN commonName 2.5.4.3 name 2.5.4.41 displayName pseudonym 2.5.4.65",
    Part.GIVEN_NAME: "G GN givenName 2.5.4.42",
    Part.SURNAME: "SN surname 2.5.4.4",
    Part.EMAIL: "E email emailAddress mail rfc822Mailbox 1.2.840.113549.1.9.1",
    Part.NUMBER: "serialNumber 2.5.4.5 employeeNumber",
    Part.ACCOUNT: "UID userId 0.9.2342.19200300.100.1.1 UPN",
    Part.PHONE: "telephoneNumber 2.5.4.20 mobile",
    Part.DROPPED: "C countryName O organizationName OU organizationalUnitName L localityName S ST stateOrProvinceName "
    "street streetAddress postalCode postalAddress DC domainComponent T title description businessCategory "
    "organizationIdentifier 2.5.4.97 dnQualifier initials generationQualifier jurisdictionC jurisdictionCountryName "
    "unstructuredName 2.5.4.6 2.5.4.10 2.5.4.11 2.5.4.7 2.5.4.8",
}
_PARTS: Final = {name.lower(): part for part, names in _TYPES.items() for name in names.split()}
_KNOWN: Final = "|".join(sorted(map(re.escape, _PARTS), key=len, reverse=True))
_FIRST = late_pattern(rf"/?\s*(?:OID\.)?({_KNOWN})\s{{0,40}}=", re.IGNORECASE)
_BETWEEN = late_pattern(
    # behind a sign any attribute begins; behind spaces (openssl prints one a line) only a known attribute
    rf"(?<!\\)[,+;/]\s{{0,40}}(?=(?:OID\.)?[A-Za-z0-9][A-Za-z0-9.-]{{0,40}}\s{{0,40}}=)"
    rf"|\s(?=(?:OID\.)?(?:{_KNOWN})\s{{0,40}}=)",
    re.IGNORECASE,
)
_OCTETS = late_pattern(r"(?:\\[0-9A-Fa-f]{2})+")
_ESCAPED = late_pattern(r"\\(.)")


def subject_attributes(text: str) -> list[Attribute]:
    """Return the attributes of a distinguished name in order; none for a text that doesn't begin like such a name."""
    return list(_attributes(text)) if _FIRST.match(text) else []


def _attributes(text: str) -> Iterator[Attribute]:
    for piece in _pieces(text.removeprefix("/")):
        kind, sign, value = piece.partition("=")
        part = _PARTS.get(kind.strip().lower().removeprefix("oid."), Part.DROPPED)
        value = _unescaped(value.strip())
        if sign and value:
            yield Attribute(part, value)


def _pieces(text: str) -> Iterator[str]:
    start = 0
    for match in _BETWEEN.finditer(text):
        yield text[start : match.start()]
        start = match.end()
    yield text[start:]


def _unescaped(value: str) -> str:
    """Return a value without quotes and escapes (RFC 4514 section 2.4)."""
    if len(value) >= 2 and value[0] == value[-1] == '"':
        value = value[1:-1]
    octets = _OCTETS.sub(lambda match: bytes.fromhex(match[0].replace("\\", "")).decode("utf-8", "replace"), value)
    return _ESCAPED.sub(r"\1", octets).strip()
