"""Fields common to certificates and attribute certificates: times, extensions, and the best known extension values."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Final

from ctscan.errors import FormatError
from ctscan.model import Extension, GeneralName
from ctscan.x509.der import Element, children, content, dotted
from ctscan.x509.der_reader import OCTETS, OID, SEQUENCE, DerReader
from ctscan.x509.general_names import read_general_names
from ctscan.x509.times import parse_time

SUBJECT_ALT_NAME: Final = "2.5.29.17"
BASIC_CONSTRAINTS: Final = "2.5.29.19"
CERTIFICATE_POLICIES: Final = "2.5.29.32"
AUTHORITY_KEY_IDENTIFIER: Final = "2.5.29.35"
EXTENDED_KEY_USAGE: Final = "2.5.29.37"

_EMPTY_SEQUENCE: Final = b"\x30\0"

MAX_KEY_ID: Final = 256
"""Octets of a key identifier; a hash has at most 64."""

MAX_CACHED: Final = 256
"""Octets of an extension worth caching; longer extensions differ between certificates."""

_OF_ONE_CERTIFICATE: Final = frozenset((b"\x06\x03\x55\x1d\x0e", b"\x06\x03\x55\x1d\x11"))
"""Types of subjectKeyIdentifier and subjectAltName, which differ between certificates."""

_TYPE_SIZE: Final = 5


def read_validity(reader: DerReader, validity: Element) -> tuple[datetime | None, datetime | None]:
    """Read notBefore and notAfter; an unreadable time is None, with a Problem."""
    times = reader.children("validity", validity)
    if len(times) != 2:
        reader.report("validity", f"expected two times, got {len(times)} elements", validity)
    read: list[datetime | None] = []
    for path, time in zip(("notBefore", "notAfter"), times, strict=False):
        read.append(parse_time(time[0], reader.data[time[2] : time[3]]))
        if read[-1] is None:
            reader.report(path, f"not a time: tag {time[0]:#x}, {time[3] - time[2]} octets", time)
    read += [None, None]
    return read[0], read[1]


def read_extension(reader: DerReader, path: str, element: Element) -> Extension | None:
    """Read an Extension: SEQUENCE { OID, BOOLEAN DEFAULT FALSE, OCTET STRING }.

    Returns:
        The extension; None, with a Problem, when the element is no extension.
    """
    return read_usual_extension(reader.data, element) or _extension(reader, path, element)


def read_usual_extension(data: bytes, element: Element) -> Extension | None:
    """Read an Extension of the usual layout; None for any other, which `read_extension` reads."""
    _, start, body, _, end = element
    if end - start > MAX_CACHED or data[body : body + _TYPE_SIZE] in _OF_ONE_CERTIFICATE:
        return _plain_extension(data, element)
    return _cached_extension(data[start:end])


@lru_cache(maxsize=4096)
def _cached_extension(raw: bytes) -> Extension | None:
    """Read an extension of the usual layout; many certificates share most extensions."""
    elements, problem = children(raw, 0, len(raw))
    return _plain_extension(raw, elements[0]) if len(elements) == 1 and not problem else None


def _plain_extension(data: bytes, element: Element) -> Extension | None:
    """Read an extension of the usual layout: 30 { 06 type, 01 01 critical OPTIONAL, 04 value }. None for any other."""
    parts, problem = children(data, element[2], element[3])
    if problem or element[0] != SEQUENCE or not 2 <= len(parts) <= 3:
        return None
    kind, value = parts[0], parts[-1]
    if kind[0] != OID or value[0] != OCTETS or (len(parts) == 3 and parts[1][0] != 0x01):
        return None
    critical = len(parts) == 3 and any(data[parts[1][2] : parts[1][3]])
    try:
        return Extension(dotted(data[kind[2] : kind[3]]), critical, data[value[2] : value[3]])
    except FormatError:
        return None


def _extension(reader: DerReader, path: str, element: Element) -> Extension | None:
    data = reader.data
    parts = reader.children(path, element)
    if not parts:
        reader.report(path, "empty extension", element)
        return None
    if element[0] != SEQUENCE:
        reader.report(path, f"expected a SEQUENCE, got tag {element[0]:#x}", element)
    flags = [part for part in parts[1:-1] if part[0] == 0x01]
    if len(parts) - len(flags) != 2:
        reader.report(path, f"expected type, flag and value, got {len(parts)} elements", element)
    value = b""
    if len(parts) > 1:
        last = parts[-1]
        if last[0] in (OCTETS, OCTETS | 0x20):
            value = content(data, last)
        else:
            reader.report(path, f"expected an OCTET STRING, got tag {last[0]:#x}", last)
            value = data[last[1] : last[4]]
    critical = any(any(data[flag[2] : flag[3]]) for flag in flags)
    return Extension(reader.oid(path, parts[0], element), critical, value)


def values_by_type(reader: DerReader, extensions: Sequence[Extension]) -> dict[str, list[bytes]]:
    """Group the values of extensions by OID. A repeated extension is a Problem, and every copy is read."""
    values: dict[str, list[bytes]] = {}
    for extension in extensions:
        values.setdefault(extension.oid, []).append(extension.value)
    for oid, repeated in values.items() if len(values) < len(extensions) else ():
        if len(repeated) > 1:
            reader.report("extensions", f"{oid or 'an extension without type'} occurs {len(repeated)} times")
    return values


def read_san(reader: DerReader, values: Sequence[bytes]) -> tuple[GeneralName, ...]:
    """Read the general names of every subjectAltName."""
    names: list[GeneralName] = []
    for value in values:
        names += read_general_names(DerReader(value, reader.problems), "san", first=len(names))
    return tuple(names)


def read_is_ca(reader: DerReader, values: Sequence[bytes]) -> bool:
    """Read the cA flag of basicConstraints: SEQUENCE { BOOLEAN DEFAULT FALSE, INTEGER OPTIONAL }."""
    for value in values:
        if value == _EMPTY_SEQUENCE:  # as in most certificates
            continue
        parts = DerReader(value, reader.problems).sequence("basicConstraints")
        if any(part[0] == 0x01 and any(value[part[2] : part[3]]) for part in parts):
            return True
    return False


def read_key_id(values: Sequence[bytes]) -> bytes:
    """Return the first keyIdentifier among authorityKeyIdentifier values (RFC 5280 section 4.2.1.1); empty: none.

    Problems are reported by the reader of the extension's body, not here.
    """
    for value in values:
        if value[2:3] == b"\x80" and len(value) > 3 and value[3] + 4 == len(value) and value[3] < 0x80:
            return value[4:]  # only the key identifier, as in nearly all certificates
        for part in DerReader(value).sequence(""):
            if part[0] in (0x80, 0xA0) and part[3] - part[2] <= MAX_KEY_ID:
                return content(value, part)
    return b""


def read_oids(reader: DerReader, path: str, values: Sequence[bytes], *, within: bool = False) -> tuple[str, ...]:
    """Read the OIDs in SEQUENCE { OID … }; with `within`, the first OID of each element of the SEQUENCE."""
    oids: list[str] = []
    for value in values:
        known = _cached_oids(value, within) if len(value) <= MAX_CACHED else None
        oids += known if known is not None else _oids(DerReader(value, reader.problems), path, within)
    return tuple(oids)


@lru_cache(maxsize=1024)
def _cached_oids(value: bytes, within: bool) -> tuple[str, ...] | None:
    """Read the OIDs of a value without problems; policies and purposes recur in many certificates."""
    reader = DerReader(value)
    found = _oids(reader, "", within)
    return None if reader.problems else found


def _oids(reader: DerReader, path: str, within: bool) -> tuple[str, ...]:
    parts = reader.sequence(path)
    heads = (head for part in parts for head in reader.children(path, part)[:1]) if within else parts
    return tuple(oid for head in heads if (oid := reader.oid(path, head)))
