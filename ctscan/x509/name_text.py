"""A distinguished name as a line of text for people; not for comparing, because two names may render alike.

Order, separators and escapes follow RFC 4514 (string representation of distinguished names). Beyond it, every
unprintable character is escaped, so that a name can't affect a terminal, and a value in an evidently wrong encoding
appears repaired.
"""

from __future__ import annotations

from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ctscan.model import Attribute, Name

LIMIT = 2000
"""Characters of a rendered name; a longer name ends with an ellipsis."""

SHORT_NAMES = {
    # RFC 4514 section 3
    "2.5.4.3": "CN",
    "2.5.4.7": "L",
    "2.5.4.8": "ST",
    "2.5.4.10": "O",
    "2.5.4.11": "OU",
    "2.5.4.6": "C",
    "2.5.4.9": "STREET",
    "0.9.2342.19200300.100.1.25": "DC",
    "0.9.2342.19200300.100.1.1": "UID",
    # RFC 4519, RFC 5280 appendix A, ETSI EN 319 412-1
    "2.5.4.4": "SN",
    "2.5.4.5": "serialNumber",
    "2.5.4.12": "title",
    "2.5.4.13": "description",
    "2.5.4.17": "postalCode",
    "2.5.4.18": "postOfficeBox",
    "2.5.4.20": "telephoneNumber",
    "2.5.4.41": "name",
    "2.5.4.42": "givenName",
    "2.5.4.43": "initials",
    "2.5.4.44": "generationQualifier",
    "2.5.4.46": "dnQualifier",
    "2.5.4.65": "pseudonym",
    "2.5.4.97": "organizationIdentifier",
    "2.5.4.15": "businessCategory",
    "1.2.840.113549.1.9.1": "emailAddress",
    "1.2.840.113549.1.9.2": "unstructuredName",
    "1.3.6.1.5.5.7.9.1": "dateOfBirth",
    "1.3.6.1.5.5.7.9.2": "placeOfBirth",
    "1.3.6.1.5.5.7.9.3": "gender",
    "1.3.6.1.5.5.7.9.4": "countryOfCitizenship",
    "1.3.6.1.5.5.7.9.5": "countryOfResidence",
    # CA/Browser Forum, EV guidelines
    "1.3.6.1.4.1.311.60.2.1.1": "jurisdictionL",
    "1.3.6.1.4.1.311.60.2.1.2": "jurisdictionST",
    "1.3.6.1.4.1.311.60.2.1.3": "jurisdictionC",
}

_SPECIAL = frozenset('"+,;<>\\')


def render_name(name: Name) -> str:
    """Render a name: RDNs from the last to the first, joined by commas, and the attributes of an RDN by plus signs.

    Returns:
        At most `LIMIT` characters; empty for an empty name.
    """
    parts: list[str] = []
    length = 0
    for _, attributes in groupby(reversed(name.attributes), attrgetter("rdn")):
        parts.append("+".join([_attribute(attribute) for attribute in attributes][::-1]))
        length += len(parts[-1]) + 1
        if length > LIMIT:
            break
    text = ",".join(parts)
    return text if len(text) <= LIMIT else text[: LIMIT - 1] + "…"


def _attribute(attribute: Attribute) -> str:
    label = SHORT_NAMES.get(attribute.oid, attribute.oid)
    if attribute.text is None:
        return f"{label}=#{attribute.raw[:LIMIT].hex()}"  # RFC 4514 section 2.4: the BER encoding
    value = attribute.text.value if attribute.text.repaired is None else attribute.text.repaired
    return f"{label}={_escape(value[:LIMIT])}"


def _escape(value: str) -> str:
    """Escape special (RFC 4514 section 2.4) and unprintable characters."""
    if value.isalnum():
        return value
    is_plain = value.isprintable() and _SPECIAL.isdisjoint(value)
    if is_plain and not value.startswith((" ", "#")) and not value.endswith(" "):
        return value
    escaped = list(value) if is_plain else [_escape_character(character) for character in value]
    if value and value[0] in " #":
        escaped[0] = "\\" + value[0]
    if len(value) > 1 and value[-1] == " ":
        escaped[-1] = "\\ "
    return "".join(escaped)


def _escape_character(character: str) -> str:
    if character in _SPECIAL:
        return "\\" + character
    if character.isprintable():
        return character
    return "".join(f"\\{byte:02x}" for byte in character.encode("utf-8", "surrogatepass"))
