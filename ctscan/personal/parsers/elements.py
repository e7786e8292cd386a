"""Structures inside a value, for rules that read one field by field: elements with their tag, text and parts.

Not a decoder: what doesn't fit a layout is simply not there. Only as deep as a rule asks, and nothing raises.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final

from ctscan.errors import FormatError
from ctscan.model import DecodedString, Field, Finding
from ctscan.personal.finding import make_finding
from ctscan.personal.values import Read, Value
from ctscan.personal.view import View
from ctscan.x509.der import children, content, dotted
from ctscan.x509.der_reader import Reading
from ctscan.x509.embedded import inside, value_text

BOOLEAN: Final = 0x01
INTEGER: Final = 0x02
OCTETS: Final = 0x04
OID: Final = 0x06
SEQUENCE: Final = 0x30
SET: Final = 0x31
MAX_PARTS: Final = 1000
"""Parts of one element that are looked at; real structures have a handful."""


@dataclass(frozen=True, slots=True)
class Part:
    """One element: its identifier octet and its octets, whole and without the header."""

    tag: int
    raw: bytes
    body: bytes

    @property
    def parts(self) -> tuple[Part, ...]:
        """The elements inside; none when it is primitive."""
        return parts_of(self.body) if self.tag & 0x20 else ()

    @property
    def inner(self) -> Part:
        """What an explicit tag of a context class stands around; the element itself when there is none."""
        inside = self.parts if self.tag & 0xE0 == 0xA0 else ()
        return inside[0] if len(inside) == 1 else self

    @property
    def number(self) -> int:
        """The number of a context tag; -1 for any other."""
        return self.tag & 0x1F if self.tag & 0xC0 == 0x80 else -1

    @property
    def text(self) -> DecodedString | None:
        """The text of a string or of a time; of what an explicit tag stands around, or has the tag of a field."""
        inner = self.inner
        found, _ = children(inner.raw, 0, len(inner.raw))
        return value_text(inner.raw, found[0]) if found else None

    @property
    def texts(self) -> tuple[DecodedString, ...]:
        """Its text, or those of all the strings inside."""
        own = self.text
        if own is not None:
            return (own,)
        return tuple(
            text for text in islice(inside(Reading(self.raw), ""), MAX_PARTS) if isinstance(text, DecodedString)
        )

    @property
    def oid(self) -> str:
        """The dotted form of an object identifier; empty when it is none."""
        try:
            return dotted(self.body) if self.tag == OID else ""
        except FormatError:
            return ""


def parts_of(data: bytes) -> tuple[Part, ...]:
    """The elements that `data` consists of, up to the first one that can't be told."""
    found, _ = children(data, 0, len(data))
    return tuple(
        Part(one[0], data[one[1] : one[4]], data[one[2] : one[3]] if one[0] & 0x20 else content(data, one))
        for one in found[:MAX_PARTS]
    )


def part_of(data: bytes) -> Part | None:
    """The one element that `data` is; the first of several; None when there is none."""
    found = parts_of(data)
    return found[0] if found else None


Located = tuple[Field, Value]
"""A value with its place: the field of a structure, under the path of the structure."""


def read_part(view: View, place: Field, part: Part | None, read: Read) -> Iterator[Located]:
    """What `read` makes of each string in a field of the structure at `place`."""
    for text in part.texts if part is not None else ():
        field = at_part(place, part, text)
        for value in read(view, field):
            yield field, value


def at_part(place: Field, part: Part | None, text: DecodedString | None = None) -> Field:
    """The place of a field: the path of the structure, the octets of the field."""
    return replace(place, tag=part.tag, raw=part.raw, text=text) if part is not None else place


def findings(rule_id: str, view: View, located: Iterable[Located]) -> Iterator[Finding]:
    """The findings of located values."""
    for place, value in located:
        yield make_finding(rule_id, view, place, value)
