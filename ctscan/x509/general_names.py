"""Tolerant readers of distinguished names (RFC 5280 section 4.1.2.4) and general names (section 4.2.1.6)."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Final

from ctscan.model import Attribute, DecodedString, GeneralName, Name, Problem
from ctscan.x509.der import CUTS, Element, children, content, element_at
from ctscan.x509.der_reader import OID, SEQUENCE, SET, DerReader
from ctscan.x509.text import BIT_STRING, IA5_STRING, OCTET_STRING, decode_text, read_text

OTHER_NAME: Final = 0
RFC822_NAME: Final = 1
DNS_NAME: Final = 2
X400_ADDRESS: Final = 3
DIRECTORY_NAME: Final = 4
EDI_PARTY_NAME: Final = 5
URI: Final = 6
IP_ADDRESS: Final = 7
REGISTERED_ID: Final = 8

SMTP_UTF8_MAILBOX: Final = "1.3.6.1.5.5.7.8.9"
_BINARY_TYPES: Final = frozenset(  # bits and octets by definition (X.520, RFC 4524, RFC 2798)
    [
        "2.5.4.45",  # x500UniqueIdentifier
        *(f"0.9.2342.19200300.100.1.{arc}" for arc in (7, 55, 60)),  # photo, audio, jpegPhoto
    ]
)

MAX_CACHED: Final = 129
"""Octets of an RDN worth caching, the length in one of them; longer attributes differ between names."""

_FEWEST_OCTETS: Final = 4  # of an RDN: two headers

MAX_ATTRIBUTES: Final = 250
"""Attributes in a window of a Name, because rules judge each attribute by all its neighbours (see `Name.rest`)."""


def read_name(reader: DerReader, path: str, element: Element, *, is_common: bool = False) -> Name:
    """Read a Name; its problems go to the reader.

    Args:
        reader: the buffer, and the problems.
        path: the field of the name.
        element: the Name.
        is_common: many certificates hold the same name, as they do of issuers; then it is cached.
    """
    raw = reader.data[element[1] : element[4]]
    name, problems = _cached_name(raw) if is_common and len(raw) <= 1024 else _name(raw)
    for problem in problems:
        place = f"{path}.{problem.path}" if problem.path else path
        reader.add(replace(problem, path=place))
    return name


def _name(raw: bytes) -> tuple[Name, tuple[Problem, ...]]:
    """Read the Name that fills `raw`, and its problems with paths relative to it."""
    reader = DerReader(raw)
    outer, _ = element_at(raw, 0, len(raw))
    attributes: list[Attribute] = []
    for i, rdn in enumerate(reader.children("", outer)):
        known = _cached_rdn(raw[rdn[1] : rdn[4]]) if rdn[4] - rdn[1] <= MAX_CACHED else None
        if known is not None:
            attributes.append(Attribute(i, *known))
            continue
        # SET { SEQUENCE { OID, value } … }; some leave out the SET
        bare = rdn[0] == SEQUENCE and raw[rdn[2] : rdn[2] + 1] == bytes((OID,))
        pairs = [rdn] if bare else reader.children(f"{i}", rdn)
        found = [attribute for pair in pairs if (attribute := _attribute(reader, i, pair))]
        if bare or rdn[0] != SET:
            reader.report(f"{i}", f"expected a SET, got tag {rdn[0]:#x}", None if found else rdn)
        if not pairs:
            reader.report(f"{i}", "an RDN without attributes", rdn)
        attributes += found
    return _windowed(raw, attributes), tuple(reader.problems)


def _windowed(raw: bytes, attributes: list[Attribute]) -> Name:
    """Make a Name of windows of at most MAX_ATTRIBUTES attributes."""
    if len(attributes) <= MAX_ATTRIBUTES:
        return Name(raw, tuple(attributes))
    windows = [tuple(attributes[at : at + MAX_ATTRIBUTES]) for at in range(0, len(attributes), MAX_ATTRIBUTES)]
    return Name(raw, windows[0], tuple(Name(raw, window) for window in windows[1:]))


_cached_name = lru_cache(maxsize=1024)(_name)


@lru_cache(maxsize=4096)
def _cached_rdn(raw: bytes) -> tuple[str, int, bytes, DecodedString | None] | None:
    """Read an RDN of a single attribute without problems: countries, towns and organisations occur in many names. None
    for any other."""
    # 31 LL { 30 LL { 06 LL type, value } }
    if raw[0] != SET or len(raw) < _FEWEST_OCTETS or not raw[1] + 2 == raw[3] + 4 == len(raw) or raw[2] != SEQUENCE:
        return None
    reader = DerReader(raw)
    found = _attribute(reader, 0, (SEQUENCE, 2, 4, len(raw), len(raw)))
    return (found.oid, found.tag, found.raw, found.text) if found is not None and not reader.problems else None


def _attribute(reader: DerReader, rdn: int, pair: Element) -> Attribute | None:
    data = reader.data
    parts = reader.children(f"{rdn}", pair)
    if len(parts) != 2:
        reader.report(f"{rdn}", f"expected type and value, got {len(parts)} elements", pair)
        if len(parts) < 2:
            return None
    value = parts[1]
    oid = reader.oid(f"{rdn}", parts[0], pair)
    text = element_text(data, value)
    if text is not None:
        _check_segments(reader, f"{rdn}", value)
    elif value[0] & 0xDF in (BIT_STRING, OCTET_STRING) and oid not in _BINARY_TYPES:
        reader.report(f"{rdn}", f"expected text, got {value[3] - value[2]} octets that aren't text", value)
    return Attribute(rdn, oid, value[0], data[value[1] : value[4]], text)


def element_text(data: bytes, element: Element) -> DecodedString | None:
    """Return the text of a string element, primitive or of joined segments; None for any other element."""
    tag = element[0]
    if tag & 0x20:
        tag ^= 0x20
        if tag in (0x10, 0x11) or tag >= 0x40:  # SEQUENCE and SET, or a class of its own: segments of nothing
            return None
    return read_text(tag, content(data, element))


def _check_segments(reader: DerReader, path: str, element: Element) -> None:
    """Report a constructed string (BER) with segments that aren't primitive; its joined text is probably wrong."""
    if element[0] & 0x20 and any(part[0] & 0x20 for part in reader.children(path, element)):
        reader.report(path, "expected the segments of a string, got other elements", element)


# --- general names -------------------------------------------------------------------------------------------------


def read_general_names(reader: DerReader, path: str, first: int = 0) -> list[GeneralName]:
    """Read the GeneralNames that fill the buffer, also without the SEQUENCE around them.

    Args:
        reader: the buffer, and the problems.
        path: the field of the names.
        first: number of the first name in the paths of problems.
    """
    outer, problem = children(reader.data, 0, len(reader.data))
    if problem:
        reader.report(path, problem, reader.whole(), is_cut=problem in CUTS)
    if len(outer) == 1 and outer[0][0] == SEQUENCE:
        outer = reader.children(path, outer[0])
    else:
        reader.report(path, f"expected one SEQUENCE of general names, got {len(outer)} elements")
        outer = [part for e in outer for part in (reader.children(path, e) if e[0] == SEQUENCE else [e])]
    names = (read_general_name(reader, f"{path}.{i}", element) for i, element in enumerate(outer, first))
    return [name for name in names if name]


def read_general_name(reader: DerReader, path: str, element: Element, *, with_mask: bool = False) -> GeneralName | None:
    """Read a GeneralName of any of the nine kinds; None, with a Problem, for any other element.

    Args:
        reader: the buffer, and the problems.
        path: the field of the name.
        element: the GeneralName.
        with_mask: a mask follows the octets of an iPAddress, as in name constraints.
    """
    tag = element[0]
    kind = tag & 0x1F
    if tag & 0xC0 != 0x80 or kind > REGISTERED_ID:
        return _untagged_name(reader, path, element)
    if kind in (RFC822_NAME, DNS_NAME, URI):
        _check_segments(reader, path, element)
        raw = content(reader.data, element)
        return GeneralName(kind, raw, decode_text(IA5_STRING, raw))
    if kind == OTHER_NAME:
        return _other_name(reader, path, element)
    raw = reader.data[element[2] : element[3]]
    if kind == DIRECTORY_NAME:
        return GeneralName(kind, raw, None, _directory_name(reader, path, element))
    if kind == IP_ADDRESS and len(raw) not in ((8, 32) if with_mask else (4, 16)):
        expected = "8 or 32" if with_mask else "4 or 16"
        reader.report(path, f"iPAddress: expected {expected} octets, got {len(raw)}", element)
    return GeneralName(kind, raw, _party_name(reader, path, element) if kind == EDI_PARTY_NAME else None)


def _untagged_name(reader: DerReader, path: str, element: Element) -> GeneralName | None:
    """Read a bare string as an address or a host, by its "@"; any other element is unread."""
    text = element_text(reader.data, element)
    is_address = text is not None and "@" in text.value
    reader.report(path, f"expected a general name, got tag {element[0]:#x}", None if is_address else element)
    return GeneralName(RFC822_NAME if is_address else DNS_NAME, text.raw, text) if text else None


def _other_name(reader: DerReader, path: str, element: Element) -> GeneralName:
    # [0] { OID, [0] EXPLICIT value }; the inner tag is often forgotten
    data = reader.data
    parts = reader.children(path, element)
    if len(parts) != 2:
        reader.report(path, f"otherName: expected type and value, got {len(parts)} elements", element)
    oid = reader.oid(path, parts[0], element) if parts else ""
    if len(parts) < 2:
        return GeneralName(OTHER_NAME, b"", oid=oid)
    value = parts[1]
    if value[0] == 0xA0:
        inner = reader.children(path, value)
        if len(inner) == 1:
            value = inner[0]
        else:
            reader.report(path, f"otherName: expected one value in [0], got {len(inner)} elements", value)
    else:
        reader.report(path, f"otherName: expected the value in [0], got tag {value[0]:#x}")
    text = element_text(data, value)
    if text is None and oid == SMTP_UTF8_MAILBOX:
        reader.report(path, f"SmtpUTF8Mailbox: expected a string, got tag {value[0]:#x}", value)
    return GeneralName(OTHER_NAME, data[value[1] : value[4]], text, oid=oid)


def _directory_name(reader: DerReader, path: str, element: Element) -> Name:
    # [4] EXPLICIT Name: [4] { SEQUENCE { SET … } }; some leave out the SEQUENCE
    parts = reader.children(path, element)
    if len(parts) == 1 and parts[0][0] == SEQUENCE and reader.data[parts[0][2] : parts[0][2] + 1] != bytes((OID,)):
        return read_name(reader, path, parts[0])
    reader.report(path, f"directoryName: expected one SEQUENCE, got {len(parts)} elements")
    return read_name(reader, path, element)


def _party_name(reader: DerReader, path: str, element: Element) -> DecodedString | None:
    # [5] { [0] nameAssigner?, [1] partyName }, both explicitly tagged strings
    for part in reader.children(path, element):
        if part[0] & 0x1F == 1:
            inner = reader.children(path, part) if part[0] & 0x20 else [part]
            return element_text(reader.data, inner[0]) if inner else None
    return None
