"""ASN.1 elements inside a value, for rules that read a structure field by field: tag, text and parts.

This module is no full decoder: elements that don't fit a layout are left out. It decodes only as deep as a rule asks,
and never raises.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from ctscan.errors import FormatError
from ctscan.model import DecodedString, Field, Finding
from ctscan.personal.finding import make_finding
from ctscan.personal.values import Read, Value
from ctscan.personal.view import View
from ctscan.x509.der import children, content, dotted
from ctscan.x509.der_reader import DerReader
from ctscan.x509.embedded import embedded_values, value_text

BOOLEAN: Final = 0x01
INTEGER: Final = 0x02
OCTETS: Final = 0x04
OID: Final = 0x06
SEQUENCE: Final = 0x30


class Part(Struct, frozen=True):
    """ASN.1 element: identifier octet, octets with the header (`raw`) and without it (`body`)."""

    tag: int
    raw: bytes
    body: bytes

    @property
    def parts(self) -> tuple[Part, ...]:
        """Elements inside this element; none when it is primitive."""
        return parts_of(self.body) if self.tag & 0x20 else ()

    @property
    def inner(self) -> Part:
        """Element inside an explicit context tag; this element itself without such a tag."""
        inside = self.parts if self.tag & 0xE0 == 0xA0 else ()
        return inside[0] if len(inside) == 1 else self

    @property
    def number(self) -> int:
        """Number of a context tag; -1 for any other tag."""
        return self.tag & 0x1F if self.tag & 0xC0 == 0x80 else -1

    @property
    def text(self) -> DecodedString | None:
        """Text of a string or a time, also under an explicit tag or with an implicit tag."""
        inner = self.inner
        found, _ = children(inner.raw, 0, len(inner.raw))
        return value_text(inner.raw, found[0]) if found else None

    @property
    def texts(self) -> tuple[DecodedString, ...]:
        """Text of this element, or of all strings inside it."""
        own = self.text
        if own is not None:
            return (own,)
        return tuple(text for text in embedded_values(DerReader(self.raw), "") if isinstance(text, DecodedString))

    @property
    def oid(self) -> str:
        """Dotted form of an OBJECT IDENTIFIER; empty for any other element."""
        try:
            return dotted(self.body) if self.tag == OID else ""
        except FormatError:
            return ""


def parts_of(data: bytes) -> tuple[Part, ...]:
    """Return the elements in `data`, up to the first element that can't be delimited."""
    found, _ = children(data, 0, len(data))
    return tuple(
        Part(
            element[0],
            data[element[1] : element[4]],
            data[element[2] : element[3]] if element[0] & 0x20 else content(data, element),
        )
        for element in found
    )


def part_of(data: bytes) -> Part | None:
    """Return the first element in `data`; None when there is none."""
    found = parts_of(data)
    return found[0] if found else None


Located = tuple[Field, Value]
"""Field of a structure, under the path of the structure, with a value."""


def read_part(view: View, place: Field, part: Part | None, read: Read) -> Iterator[Located]:
    """Apply `read` to each string in a part of the structure at `place`."""
    for text in part.texts if part is not None else ():
        field = at_part(place, part, text)
        for value in read(view, field):
            yield field, value


def at_part(place: Field, part: Part | None, text: DecodedString | None = None) -> Field:
    """Return the field for a part: the path of the structure, the octets of the part."""
    return replace(place, tag=part.tag, raw=part.raw, text=text) if part is not None else place


def findings(rule_id: str, view: View, located: Iterable[Located]) -> Iterator[Finding]:
    """Make findings from located values."""
    for place, value in located:
        yield make_finding(rule_id, view, place, value)
