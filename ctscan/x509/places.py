"""From what was read of names and general names to places: each value with its path.

Names inside names (directoryName, DNs as attribute values) become places too; values that are no strings come with the
strings inside them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ctscan.model import Attribute, GeneralName, Name, Place, Text
from ctscan.x509.general_names import (
    DIRECTORY_NAME,
    DNS_NAME,
    OTHER_NAME,
    RFC822_NAME,
    URI,
    nested_texts,
)
from ctscan.x509.oids import GENERAL_NAMES, attribute_name, other_name_name


def name_places(path: str, part: str, name: Name) -> Iterator[Place]:
    """The attributes of a name: `subject.1.emailAddress`."""
    for attribute in name.attributes:
        where = f"{path}.{attribute.rdn}.{attribute_name(attribute.oid)}"
        yield from attribute_places(where, part, attribute, name)


def attribute_places(where: str, part: str, attribute: Attribute, name: Name | None) -> Iterator[Place]:
    """One attribute, and the strings inside it when it is none itself."""
    yield Place(where, part, attribute.oid, attribute.tag, attribute.raw, attribute.text, name=name)
    if attribute.text is None:
        yield from nested_places(where, part, attribute.oid, attribute.raw, name)


def general_name_places(path: str, part: str, oid: str, names: Iterable[GeneralName]) -> Iterator[Place]:
    """General names by position: `san.0.rfc822Name`. `oid`: of the extension that they stand in."""
    for position, general in enumerate(names):
        yield from one_general_name(f"{path}.{position}", part, oid, general)


def one_general_name(path: str, part: str, oid: str, general: GeneralName) -> Iterator[Place]:
    """One general name of any kind: its value, the attributes of a directoryName, the strings of a structure."""
    if general.kind == DIRECTORY_NAME and general.name is not None:
        yield from name_places(f"{path}.directoryName", part, general.name)
        return
    is_other = general.kind == OTHER_NAME
    label = other_name_name(general.oid) if is_other else GENERAL_NAMES[general.kind]
    where = f"{path}.{label or 'otherName'}"
    type_oid = general.oid if is_other else oid
    tag = general.raw[0] if is_other and general.raw else 0x80 | general.kind
    yield Place(where, part, type_oid, tag, general.raw, general.text, general.kind)
    if general.text is None or general.kind not in (OTHER_NAME, RFC822_NAME, DNS_NAME, URI):
        yield from nested_places(where, part, type_oid, general.raw, kind=general.kind)


def nested_places(
    where: str, part: str, oid: str, raw: bytes, name: Name | None = None, kind: int | None = None
) -> Iterator[Place]:
    """The strings inside a value that is no string itself."""
    for text in nested_texts(raw):
        yield Place(where, part, oid, text.tag, text.raw, text, kind, name, nested=True)


def text_place(where: str, part: str, oid: str, text: Text, raw: bytes | None = None) -> Place:
    """A string in the body of an extension."""
    return Place(where, part, oid, text.tag, text.raw if raw is None else raw, text)
