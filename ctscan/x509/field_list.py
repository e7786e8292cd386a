"""From what was read of names and general names to places: each value with its path.

Names inside names (directoryName, DNs as attribute values) become places too; values that are no strings come with the
strings inside them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from ctscan.model import Attribute, DecodedString, Field, GeneralName, Name, Problem
from ctscan.x509.der import element_at
from ctscan.x509.der_reader import Reading
from ctscan.x509.embedded import inside, value_text
from ctscan.x509.general_names import (
    DIRECTORY_NAME,
    DNS_NAME,
    EDI_PARTY_NAME,
    IP_ADDRESS,
    OTHER_NAME,
    REGISTERED_ID,
    RFC822_NAME,
    URI,
    X400_ADDRESS,
)
from ctscan.x509.oids import GENERAL_NAMES, attribute_name, other_name_name
from ctscan.x509.text import OCTET_STRING, decode_text
from ctscan.x509.x400 import x400_name

Problems = list[Problem]

MAX_NAMES: Final = 4
"""Names within each other (the owner of an owner) that are followed."""

_TEXTUAL: Final = frozenset((RFC822_NAME, DNS_NAME, URI))
_ADDRESS_TEXT: Final = re.compile(rb"[0-9A-Fa-f:.]{3,45}(?:/[0-9.]{1,15})?")


def name_places(path: str, part: str, name: Name, problems: Problems, depth: int = 0) -> Iterator[Field]:
    """The attributes of a name: `subject.1.emailAddress`. `depth`: names around it."""
    for attribute in name.attributes:
        where = f"{path}.{attribute.rdn}.{attribute_name(attribute.oid)}"
        if attribute.text is not None:
            yield Field(where, part, attribute.oid, attribute.tag, attribute.raw, attribute.text, None, name)
        else:
            yield from attribute_places(where, part, attribute, name, problems, depth)


def attribute_places(
    where: str, part: str, attribute: Attribute, name: Name | None, problems: Problems, depth: int = 0
) -> Iterator[Field]:
    """One attribute whose value may be no string: then with the strings inside it, and the attributes of the name
    that it is (`subject.3.owner.0.commonName`)."""
    raw = attribute.raw
    text = attribute.text or _text_of(raw)
    yield Field(where, part, attribute.oid, attribute.tag, raw, text, name=name)
    if text is None:
        yield from nested_places(where, part, attribute.oid, Reading(raw, problems), name, depth=depth)


def general_name_places(
    path: str, part: str, oid: str, names: Iterable[GeneralName], problems: Problems
) -> Iterator[Field]:
    """General names by position: `san.0.rfc822Name`. `oid`: of the extension that they stand in."""
    for position, general in enumerate(names):
        if general.kind in _TEXTUAL:
            where = f"{path}.{position}.{GENERAL_NAMES[general.kind]}"
            yield Field(where, part, oid, 0x80 | general.kind, general.raw, general.text, general.kind)
        else:
            yield from one_general_name(f"{path}.{position}", part, oid, general, problems)


def one_general_name(
    path: str, part: str, oid: str, general: GeneralName, problems: Problems, depth: int = 0
) -> Iterator[Field]:
    """One general name of any kind: its value, the attributes of a directoryName, the strings of a structure."""
    kind, raw = general.kind, general.raw
    if kind == DIRECTORY_NAME and general.name is not None:
        yield from name_places(f"{path}.directoryName", part, general.name, problems, depth)
        return
    if kind == OTHER_NAME:
        yield from _other_name(path, part, general, problems, depth)
        return
    where = f"{path}.{GENERAL_NAMES[kind]}"
    text = _address_text(raw) if kind == IP_ADDRESS else general.text
    yield Field(where, part, oid, 0x80 | kind, raw, text, kind)
    if kind == X400_ADDRESS:
        yield from _x400_places(where, part, oid, Reading(raw, problems))
    elif kind == EDI_PARTY_NAME:
        yield from _party_places(where, part, oid, Reading(raw, problems), general.text)
    elif kind not in (IP_ADDRESS, REGISTERED_ID) and text is None:
        yield from nested_places(where, part, oid, Reading(raw, problems), kind=kind, depth=depth)


def _other_name(path: str, part: str, general: GeneralName, problems: Problems, depth: int) -> Iterator[Field]:
    raw = general.raw
    where = f"{path}.{other_name_name(general.oid) or 'otherName'}"
    text = general.text or _text_of(raw)
    yield Field(where, part, general.oid, raw[0] if raw else 0xA0, raw, text, OTHER_NAME)
    if text is None and raw:
        yield from nested_places(where, part, general.oid, Reading(raw, problems), kind=OTHER_NAME, depth=depth)


def _address_text(raw: bytes) -> DecodedString | None:
    """An address written out where its octets belong (`10.0.0.1` in eight octets)."""
    is_text = len(raw) not in (4, 16) and _ADDRESS_TEXT.fullmatch(raw) and (b"." in raw or b":" in raw)
    return decode_text(OCTET_STRING, raw) if is_text else None


def _x400_places(where: str, part: str, oid: str, reading: Reading) -> Iterator[Field]:
    name, rest = x400_name(reading, where)
    yield from name_places(where, part, name, reading.problems)
    for text in rest:
        yield Field(where, part, oid, text.tag, text.raw, text, X400_ADDRESS, nested=True)


def _party_places(where: str, part: str, oid: str, reading: Reading, party: DecodedString | None) -> Iterator[Field]:
    """What an ediPartyName says besides the partyName: the nameAssigner, [0]."""
    for found in inside(reading, where):
        if isinstance(found, DecodedString) and found != party:
            yield Field(f"{where}.nameAssigner", part, oid, found.tag, found.raw, found, EDI_PARTY_NAME, nested=True)


def nested_places(
    where: str,
    part: str,
    oid: str,
    reading: Reading,
    name: Name | None = None,
    kind: int | None = None,
    depth: int = 0,
) -> Iterator[Field]:
    """The strings inside a value that is no string itself, and the attributes of names inside it: those of the first
    under the path of the value, of the second under `#2`."""
    names = 0
    for found in inside(reading, where):
        if isinstance(found, DecodedString):
            yield Field(where, part, oid, found.tag, found.raw, found, kind, name, nested=True)
            continue
        names += 1
        if depth >= MAX_NAMES:
            what = f"more than {MAX_NAMES} names within each other"
            reading.problems.append(Problem(where, what, found.raw))
            continue
        path = where if names == 1 else f"{where}#{names}"
        yield from name_places(path, part, found, reading.problems, depth + 1)


def text_place(where: str, part: str, oid: str, text: DecodedString, raw: bytes | None = None) -> Field:
    """A string in the body of an extension."""
    return Field(where, part, oid, text.tag, text.raw if raw is None else raw, text)


def _text_of(raw: bytes) -> DecodedString | None:
    """The text of a value that is an element by itself, for what isn't read as a string at first: a time."""
    if len(raw) < 2:
        return None
    element, problem = element_at(raw, 0, len(raw))
    return value_text(raw, element) if problem is None else None
