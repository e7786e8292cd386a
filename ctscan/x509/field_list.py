"""Fields of names and general names: each value with its path.

Names inside names (directoryName, DNs as attribute values) give fields too. A value that is no string gives the strings
inside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from ctscan.model import Attribute, DecodedString, Field, GeneralName, Name, Problem
from ctscan.on_first_use import late_pattern
from ctscan.x509.der import element_at
from ctscan.x509.der_reader import DerReader, Problems
from ctscan.x509.embedded import embedded_values, value_text
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

MAX_NAMES: Final = 4
"""Depth of names within each other (the owner of an owner)."""

_TEXTUAL: Final = frozenset((RFC822_NAME, DNS_NAME, URI))
_ADDRESS_TEXT: Final = late_pattern(rb"[0-9A-Fa-f:.]{3,45}(?:/[0-9.]{1,15})?")


def name_fields(path: str, part: str, name: Name, problems: Problems, depth: int = 0) -> Iterator[Field]:
    """Yield the attributes of a name: `subject.1.emailAddress`. `depth`: number of enclosing names."""
    for window in name.windows if name.rest else (name,):
        for attribute in window.attributes:
            subpath = f"{path}.{attribute.rdn}.{attribute_name(attribute.oid)}"
            if attribute.text is not None:
                yield Field(subpath, part, attribute.oid, attribute.tag, attribute.raw, attribute.text, None, window)
            else:
                yield from attribute_fields(subpath, part, attribute, window, problems, depth)


def attribute_fields(
    path: str, part: str, attribute: Attribute, name: Name | None, problems: Problems, depth: int = 0
) -> Iterator[Field]:
    """Yield an attribute, and for a value that is no string the strings and names inside it.

    The attributes of an inner name have paths like `subject.3.owner.0.commonName`.
    """
    raw = attribute.raw
    text = attribute.text or _text_of(raw)
    yield Field(path, part, attribute.oid, attribute.tag, raw, text, name=name)
    if text is None:
        yield from nested_fields(path, part, attribute.oid, DerReader(raw, problems), name, depth=depth)


def general_name_list_fields(
    path: str, part: str, oid: str, names: Iterable[GeneralName], problems: Problems
) -> Iterator[Field]:
    """Yield general names by position: `san.0.rfc822Name`. `oid`: type of the extension that contains them."""
    for position, general in enumerate(names):
        if general.kind in _TEXTUAL:
            subpath = f"{path}.{position}.{GENERAL_NAMES[general.kind]}"
            yield Field(subpath, part, oid, 0x80 | general.kind, general.raw, general.text, general.kind)
        else:
            yield from general_name_fields(f"{path}.{position}", part, oid, general, problems)


def general_name_fields(
    path: str, part: str, oid: str, general: GeneralName, problems: Problems, depth: int = 0
) -> Iterator[Field]:
    """Yield a general name of any kind: its value, the attributes of a directoryName, the strings of a structure."""
    kind, raw = general.kind, general.raw
    if kind == DIRECTORY_NAME and general.name is not None:
        yield from name_fields(f"{path}.directoryName", part, general.name, problems, depth)
        return
    if kind == OTHER_NAME:
        yield from _other_name(path, part, general, problems, depth)
        return
    subpath = f"{path}.{GENERAL_NAMES[kind]}"
    text = _address_text(raw) if kind == IP_ADDRESS else general.text
    yield Field(subpath, part, oid, 0x80 | kind, raw, text, kind)
    if kind == X400_ADDRESS:
        yield from _x400_fields(subpath, part, oid, DerReader(raw, problems))
    elif kind == EDI_PARTY_NAME:
        yield from _edi_party_fields(subpath, part, oid, DerReader(raw, problems), general.text)
    elif kind not in (IP_ADDRESS, REGISTERED_ID) and text is None:
        yield from nested_fields(subpath, part, oid, DerReader(raw, problems), kind=kind, depth=depth)


def _other_name(path: str, part: str, general: GeneralName, problems: Problems, depth: int) -> Iterator[Field]:
    raw = general.raw
    subpath = f"{path}.{other_name_name(general.oid) or 'otherName'}"
    text = general.text or _text_of(raw)
    yield Field(subpath, part, general.oid, raw[0] if raw else 0xA0, raw, text, OTHER_NAME)
    if text is None and raw:
        yield from nested_fields(subpath, part, general.oid, DerReader(raw, problems), kind=OTHER_NAME, depth=depth)


def _address_text(raw: bytes) -> DecodedString | None:
    """Decode an IP address written as text instead of octets (`10.0.0.1` in eight octets)."""
    is_text = len(raw) not in (4, 16) and _ADDRESS_TEXT.fullmatch(raw) and (b"." in raw or b":" in raw)
    return decode_text(OCTET_STRING, raw) if is_text else None


def _x400_fields(path: str, part: str, oid: str, reader: DerReader) -> Iterator[Field]:
    name, rest = x400_name(reader, path)
    yield from name_fields(path, part, name, reader.problems)
    for text in rest:
        yield Field(path, part, oid, text.tag, text.raw, text, X400_ADDRESS, nested=True)


def _edi_party_fields(
    path: str, part: str, oid: str, reader: DerReader, party: DecodedString | None
) -> Iterator[Field]:
    """Yield the nameAssigner [0] of an ediPartyName; the partyName is its value."""
    for found in embedded_values(reader, path):
        if isinstance(found, DecodedString) and found != party:
            yield Field(f"{path}.nameAssigner", part, oid, found.tag, found.raw, found, EDI_PARTY_NAME, nested=True)


def nested_fields(
    subpath: str,
    part: str,
    oid: str,
    reader: DerReader,
    name: Name | None = None,
    kind: int | None = None,
    depth: int = 0,
) -> Iterator[Field]:
    """Yield the strings inside a value that is no string, and the attributes of names inside it.

    The first name has the path of the value, the second the same path with `#2`.
    """
    names = 0
    for found in embedded_values(reader, subpath):
        if isinstance(found, DecodedString):
            yield Field(subpath, part, oid, found.tag, found.raw, found, kind, name, nested=True)
            continue
        names += 1
        if depth >= MAX_NAMES:
            detail = f"more than {MAX_NAMES} names within each other"
            reader.add(Problem(subpath, detail, found.raw, is_cut=True))
            continue
        path = subpath if names == 1 else f"{subpath}#{names}"
        yield from name_fields(path, part, found, reader.problems, depth + 1)


def text_field(path: str, part: str, oid: str, text: DecodedString, raw: bytes | None = None) -> Field:
    """Make the field of a string in the body of an extension."""
    return Field(path, part, oid, text.tag, text.raw if raw is None else raw, text)


def _text_of(raw: bytes) -> DecodedString | None:
    """Decode an attribute value that is no string type but has text: a time."""
    if len(raw) < 2:
        return None
    element, problem = element_at(raw, 0, len(raw))
    return value_text(raw, element) if problem is None else None
