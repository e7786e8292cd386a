"""Strings, times and names embedded in a value that is no string itself, at any depth.

The walk knows no layout: it finds a SEQUENCE OF strings, a structure of a national scheme, DER inside an OCTET STRING.
It skips numbers, object identifiers and flags, whose meaning depends on the layout. Octets that are neither text nor
DER are searched for readable runs; broken structures are Problems.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ctscan.errors import FormatError
from ctscan.model import DecodedString, Name
from ctscan.on_first_use import late_pattern
from ctscan.x509.der import MAX_DEPTH, Element, content, element_at
from ctscan.x509.der_reader import MAX_PROBLEMS, OCTETS, OID, SEQUENCE, SET, DerReader
from ctscan.x509.general_names import element_text, read_name
from ctscan.x509.text import BIT_STRING, UTF8_STRING, decode_text, salvage_strings
from ctscan.x509.times import GENERALIZED_TIME, UTC_TIME

_TIMES: Final = frozenset((UTC_TIME, GENERALIZED_TIME))

_NO_TEXT: Final = frozenset((0x01, 0x02, 0x05, 0x06, 0x09, 0x0A, 0x0D))
"""BOOLEAN, INTEGER, NULL, OBJECT IDENTIFIER, REAL, ENUMERATED, RELATIVE-OID: never text, even if all octets print."""

MIN_RUN: Final = 8
"""Characters of a readable run in octets that are neither text nor DER; shorter runs occur by chance in a hash."""

MAX_ELEMENTS: Final = 600_000
"""Elements visited in the values of one certificate; random octets that resemble DER give hundreds of thousands in a
megabyte."""

_OCTETS: Final = frozenset((BIT_STRING, OCTETS, BIT_STRING | 0x20, OCTETS | 0x20))
_SEGMENTED: Final = frozenset((BIT_STRING | 0x20, OCTETS | 0x20))
_CONTROL: Final = late_pattern(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_BREAKS: Final = {9: None, 10: None, 13: None}


def value_text(data: bytes, element: Element) -> DecodedString | None:
    """Return the text of a string or a time; None for any other element.

    A time keeps its characters (`19800101120000Z`), because the moment depends on the reader. Strings under another tag
    (an application tag, octets with line breaks or ended by NULs) are text when all of it prints.
    """
    text = element_text(data, element)
    if text is not None:
        return text
    tag = element[0]
    if tag in _TIMES:
        return decode_text(tag, data[element[2] : element[3]])
    return None if tag in _NO_TEXT else _loose_text(data, element)


def plain_text(octets: bytes, tag: int = OCTETS) -> DecodedString | None:
    """Decode octets when all of them print, apart from line breaks and final NULs; else return None."""
    if _CONTROL.search(octets.rstrip(b"\0"), 1 if tag == BIT_STRING else 0):
        return None
    text = decode_text(tag, octets)
    bare = text.value.rstrip("\0").translate(_BREAKS)
    return text if bare and bare.isprintable() and not bare.isspace() else None


def _loose_text(data: bytes, element: Element) -> DecodedString | None:
    tag = element[0]
    if tag & 0x20 and tag not in _SEGMENTED:
        return None
    return plain_text(content(data, element), tag & 0x1F if tag in _OCTETS else OCTETS)


def is_name(data: bytes, element: Element) -> bool:
    """Return whether an element has the shape of a distinguished name: SEQUENCE { SET { SEQUENCE { OID …."""
    if element[0] != SEQUENCE:
        return False
    at, end = element[2], element[3]
    for tag in (SET, SEQUENCE):
        if end - at < 2 or data[at] != tag:
            return False
        inner, problem = element_at(data, at, end) if data[at + 1] >= 0x80 else ((0, at, at + 2, end, end), None)
        if problem:
            return False
        at, end = inner[2], inner[3]
    return at < end and data[at] == OID


def embedded_values(reader: DerReader, path: str) -> Iterator[DecodedString | Name]:
    """Yield the strings, times and names inside the elements that the buffer consists of, in order.

    Args:
        reader: the buffer. Its problems grow by the unreadable parts, with their octets.
        path: the field of the problems.
    """
    problems = reader.problems
    waiting = [(reader, part, 0) for part in reversed(reader.children(path, reader.whole()))]
    while waiting:
        here, element, depth = waiting.pop()
        problems.elements += 1
        if problems.elements > MAX_ELEMENTS or len(problems) > MAX_PROBLEMS:
            detail = "too many elements or problems; searched by its strings"
            reader.report(path, detail, reader.whole(), is_cut=True)
            return
        tag = element[0]
        text = value_text(here.data, element)
        if text is not None:
            if text.value:
                yield text
        elif depth >= MAX_DEPTH:
            here.report(path, f"more than {MAX_DEPTH} structures within each other", element, is_cut=True)
        elif is_name(here.data, element):
            yield read_name(here, path, element)
        elif tag & 0x20 and tag not in _SEGMENTED:
            waiting += [(here, part, depth + 1) for part in reversed(here.children(path, element))]
        elif tag not in _NO_TEXT:
            embedded = _embedded_element(here, element)
            if embedded is not None:
                waiting.append((*embedded, depth + (1 if tag < 0x20 else MAX_DEPTH // 2)))
            else:
                yield from _runs(here.data[element[2] : element[3]])


def _embedded_element(here: DerReader, element: Element) -> tuple[DerReader, Element] | None:
    """Return the element that fills an OCTET STRING or BIT STRING, or None; segments are joined first."""
    tag, _, body, end, _ = element
    if tag & 0x20:
        octets = content(here.data, element)
        here, body, end = DerReader(octets, here.problems), 0, len(octets)
    if tag & 0xDF == BIT_STRING:
        body += 1
    if end - body < 2:
        return None
    try:
        inner, problem = element_at(here.data, body, end)
    except FormatError:
        return None
    return (here, inner) if problem is None and inner[4] == end else None


def _runs(octets: bytes) -> Iterator[DecodedString]:
    if len(octets) >= MIN_RUN:
        for run in salvage_strings(octets):
            if len(run) >= MIN_RUN:
                yield decode_text(UTF8_STRING, run.encode())
