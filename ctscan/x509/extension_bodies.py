"""What the bodies of known extensions hold, as places: one reader for each layout.

A reader takes the body as it stands in extnValue and never raises: what doesn't fit its layout is a Problem with the
octets kept, or is read as what it holds all the same. Layouts of national schemes are not known here: those are strings
and times for the rules to take apart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from ctscan.model import Attribute, Field, Name
from ctscan.x509.der import Element
from ctscan.x509.der_reader import OID, SEQUENCE, SET, Reading
from ctscan.x509.embedded import is_name, value_text
from ctscan.x509.field_list import (
    attribute_places,
    general_name_places,
    name_places,
    nested_places,
    one_general_name,
    text_place,
)
from ctscan.x509.general_names import (
    element_text,
    read_general_name,
    read_general_names,
    read_name,
)
from ctscan.x509.oids import attribute_name

Read = Callable[[Reading, str, str], Iterator[Field]]
"""From a reading of the body, the path and the OID of the extension to its places."""

# --- general names -------------------------------------------------------------------------------------------------


def _general_names(reading: Reading, path: str, oid: str) -> Iterator[Field]:
    yield from general_name_places(path, path, oid, read_general_names(reading, path), reading.problems)


def _within(reading: Reading, path: str, part: str, oid: str, element: Element) -> Iterator[Field]:
    """GeneralNames under an implicit tag, or in a SEQUENCE: its children are the names; or one of them alone."""
    names = reading.children(path, element) if element[0] & 0x20 else [element]
    for position, child in enumerate(names):
        if child[0] == SEQUENCE and len(names) == 1 and not is_name(reading.data, child):
            yield from _within(reading, path, part, oid, child)  # under an explicit tag
        else:
            yield from _one(reading, f"{path}.{position}", part, oid, child)


def _one(reading: Reading, path: str, part: str, oid: str, element: Element, *, masks: bool = False) -> Iterator[Field]:
    """One general name, or a name where its [4] was forgotten. `masks`: addresses have one (RFC 5280 4.2.1.10)."""
    if is_name(reading.data, element):
        reading.problem(path, "expected a general name, got a name without [4]")
        name = read_name(reading, f"{path}.directoryName", element)
        yield from name_places(f"{path}.directoryName", part, name, reading.problems)
        return
    general = read_general_name(reading, path, element, masks=masks)
    if general is not None:
        yield from one_general_name(path, part, oid, general, reading.problems)


def _name_constraints(reading: Reading, path: str, oid: str) -> Iterator[Field]:
    # SEQUENCE { [0] permitted, [1] excluded: SEQUENCE OF SEQUENCE { base GeneralName, [0] minimum, [1] maximum } }
    for side in reading.parts(path):
        label = {0xA0: "permitted", 0xA1: "excluded"}.get(side[0])
        if label is None:
            reading.problem(path, f"expected [0] or [1], got tag {side[0]:#x}", side)
            continue
        for position, subtree in enumerate(reading.children(path, side)):
            where = f"{path}.{label}.{position}"
            parts = reading.children(where, subtree) if subtree[0] == SEQUENCE else [subtree]
            yield from _bases(reading, where, path, oid, parts, subtree)


def _bases(
    reading: Reading, where: str, part: str, oid: str, parts: list[Element], subtree: Element
) -> Iterator[Field]:
    if not parts:
        reading.problem(where, "a subtree without base", subtree)
    for base in parts[:1]:
        yield from _one(reading, where, part, oid, base, masks=True)
    for rest in parts[1:]:
        if rest[0] not in (0x80, 0x81):
            reading.problem(where, f"expected minimum or maximum, got tag {rest[0]:#x}", rest)


def _distribution_points(reading: Reading, path: str, oid: str) -> Iterator[Field]:
    # SEQUENCE OF SEQUENCE { [0] { [0] fullName | [1] nameRelativeToCRLIssuer }, [1] reasons, [2] cRLIssuer }
    for position, point in enumerate(reading.parts(path)):
        where = f"{path}.{position}"
        if point[0] != SEQUENCE:
            reading.problem(where, f"expected a SEQUENCE, got tag {point[0]:#x}")
            yield from _within(reading, where, path, oid, point)
            continue
        for field in reading.children(where, point):
            if field[0] == 0xA0:
                for name in reading.children(where, field):
                    yield from _point_name(reading, where, path, oid, name)
            elif field[0] == 0xA2:
                yield from _within(reading, f"{where}.cRLIssuer", path, oid, field)
            elif field[0] != 0x81:
                reading.problem(where, f"expected a distribution point, got tag {field[0]:#x}", field)


def _point_name(reading: Reading, where: str, part: str, oid: str, element: Element) -> Iterator[Field]:
    if element[0] == 0xA1:
        yield from name_places(where, part, _relative_name(reading, where, element), reading.problems)
    elif element[0] == 0xA0:
        yield from _within(reading, where, part, oid, element)
    else:  # without the tag of the choice
        reading.problem(where, f"expected fullName or nameRelativeToCRLIssuer, got tag {element[0]:#x}")
        yield from _one(reading, f"{where}.0", part, oid, element)


def _relative_name(reading: Reading, where: str, element: Element) -> Name:
    """The one RDN of nameRelativeToCRLIssuer, where [1] stands instead of its SET, as a name of its own."""
    rdn = reading.data[element[2] : element[3]]
    if rdn[:1] != bytes((SET,)):
        rdn = _wrapped(SET, rdn)
    whole = _wrapped(SEQUENCE, rdn)
    return read_name(
        Reading(whole, reading.problems), where, (SEQUENCE, 0, len(whole) - len(rdn), len(whole), len(whole))
    )


def _wrapped(tag: int, inner: bytes) -> bytes:
    """An element with a long length, which no reader minds."""
    return bytes((tag, 0x84)) + len(inner).to_bytes(4) + inner


def _information_access(reading: Reading, path: str, oid: str) -> Iterator[Field]:
    # SEQUENCE OF SEQUENCE { OID, GeneralName }
    for position, access in enumerate(reading.parts(path)):
        where = f"{path}.{position}"
        parts = reading.children(where, access)
        if len(parts) != 2:
            reading.problem(where, f"expected method and location, got {len(parts)} elements", access)
        for location in parts[1:]:
            yield from _one(reading, where, path, oid, location)


def _authority_key_identifier(reading: Reading, path: str, oid: str) -> Iterator[Field]:
    # SEQUENCE { [0] keyIdentifier, [1] authorityCertIssuer, [2] serial }; 2.5.29.1 had a Name in [1]
    if reading.data[2:3] == b"\x80" and len(reading.data) > 3 and reading.data[3] + 4 == len(reading.data):
        return  # the key identifier alone, as nearly everybody writes it
    for field in reading.parts(path):
        if field[0] in (0xA1, SEQUENCE):
            yield from _within(reading, path, path, oid, field)
        elif field[0] not in (0x80, 0x82):
            reading.problem(path, f"expected an authority key identifier, got tag {field[0]:#x}", field)


# --- attributes ----------------------------------------------------------------------------------------------------


def _directory_attributes(reading: Reading, path: str, oid: str) -> Iterator[Field]:
    for position, element in enumerate(reading.parts(path)):
        yield from attribute_set(reading, f"{path}.{position}", path, element)


def attribute_set(reading: Reading, path: str, part: str, element: Element) -> Iterator[Field]:
    """One Attribute: SEQUENCE { OID, SET OF value }; the SET may be forgotten."""
    parts = reading.children(path, element)
    if len(parts) < 2:
        reading.problem(path, f"expected type and values, got {len(parts)} elements", element)
        return
    oid = reading.oid(path, parts[0], element)
    values = reading.children(path, parts[1]) if parts[1][0] == SET else []
    if parts[1][0] != SET or len(parts) > 2:
        reading.problem(path, f"expected one SET of values, got tag {parts[1][0]:#x} and {len(parts)} elements")
        values += parts[2:] if parts[1][0] == SET else parts[1:]
    for value in values:
        text = element_text(reading.data, value)
        attribute = Attribute(0, oid, value[0], reading.data[value[1] : value[4]], text)
        where = f"{path}.{attribute_name(oid)}".rstrip(".")
        yield from attribute_places(where, part, attribute, None, reading.problems)


# --- policies and statements ---------------------------------------------------------------------------------------

_QUALIFIERS: Final = {"1.3.6.1.5.5.7.2.1": "cPSuri", "1.3.6.1.5.5.7.2.2": "userNotice"}


def _policies(reading: Reading, path: str, oid: str) -> Iterator[Field]:
    # SEQUENCE OF SEQUENCE { OID, SEQUENCE OF SEQUENCE { OID, qualifier } OPTIONAL }; a user notice is
    # SEQUENCE { SEQUENCE { organization, SEQUENCE OF INTEGER } OPTIONAL, explicitText OPTIONAL }
    for position, policy in enumerate(reading.parts(path)):
        where = f"{path}.{position}"
        for qualifiers in reading.children(path, policy)[1:]:
            for qualifier in reading.children(where, qualifiers):
                yield from _qualifier(reading, where, path, oid, qualifier)


def _qualifier(reading: Reading, where: str, part: str, oid: str, qualifier: Element) -> Iterator[Field]:
    pair = reading.children(where, qualifier)
    if len(pair) < 2 or pair[0][0] != OID:
        reading.problem(where, f"expected type and qualifier, got {len(pair)} elements", qualifier)
        return
    kind = reading.oid(where, pair[0], qualifier)
    for value in pair[1:]:
        yield from _strings(reading, f"{where}.{_QUALIFIERS.get(kind, kind)}".rstrip("."), part, oid, value)


def _strings(reading: Reading, where: str, part: str, oid: str, element: Element) -> Iterator[Field]:
    """The text that an element is, or the strings inside it."""
    text = value_text(reading.data, element)
    if text is not None:
        yield text_place(where, part, oid, text)
    else:
        inner = Reading(reading.data[element[1] : element[4]], reading.problems)
        yield from nested_places(where, part, oid, inner)


def _qc_statements(reading: Reading, path: str, oid: str) -> Iterator[Field]:
    # SEQUENCE OF SEQUENCE { OID, statementInfo OPTIONAL } (RFC 3739 section 3.2.6)
    for position, statement in enumerate(reading.parts(path)):
        where = f"{path}.{position}"
        parts = reading.children(where, statement) if statement[0] == SEQUENCE else []
        if not parts:
            reading.problem(where, f"expected type and information, got tag {statement[0]:#x}", statement)
            continue
        kind = reading.oid(where, parts[0], statement)
        raw = reading.data[parts[1][1] : parts[-1][4]] if len(parts) > 1 else b""
        text = value_text(reading.data, parts[1]) if len(parts) == 2 else None
        yield Field(where, path, kind or oid, raw[0] if raw else 0, raw, text)
        if text is None:
            for info in parts[1:]:
                yield from _statement_info(reading, where, path, oid, info)


def _statement_info(reading: Reading, where: str, part: str, oid: str, info: Element) -> Iterator[Field]:
    """What stands in the information of a statement: the semantics and types that object identifiers say (QcType of
    EN 319 412-5, the semantics of EN 319 412-1), the general names of registration authorities, and strings."""
    if info[0] != SEQUENCE:
        yield from _strings(reading, where, part, oid, info)
        return
    data = reading.data
    for field in reading.children(where, info):
        if field[0] == OID:
            yield Field(where, part, reading.oid(where, field), OID, data[field[1] : field[4]], None)
        elif field[0] == SEQUENCE and data[field[2] : field[2] + 1] and 0x80 <= data[field[2]] < 0xA9:
            yield from _within(reading, where, part, oid, field)
        else:
            yield from _strings(reading, where, part, oid, field)


# --- pictures and bodies -------------------------------------------------------------------------------------------


def _biometric_info(reading: Reading, path: str, oid: str) -> Iterator[Field]:
    # SEQUENCE OF SEQUENCE { INTEGER | OID, algorithm, OCTET STRING hash, IA5String sourceDataUri OPTIONAL }
    data = reading.data
    yield Field(path, "extensions", oid, data[0] if data else 0, data, None)
    for position, biometric in enumerate(reading.parts(path)):
        where = f"{path}.{position}"
        parts = reading.children(where, biometric)
        labels = ("type", "algorithm", "hash", "sourceDataUri")
        if len(parts) not in (3, 4) or biometric[0] != SEQUENCE:
            reading.problem(where, f"expected type, algorithm, hash and URI, got {len(parts)} elements", biometric)
        for label, part in zip(labels, parts, strict=False):
            raw = data[part[1] : part[4]]
            if label in ("type", "hash"):
                yield Field(f"{where}.{label}", "extensions", oid, part[0], raw, None, nested=True)
            elif label == "sourceDataUri":
                yield from nested_places(f"{where}.{label}", "extensions", oid, Reading(raw, reading.problems))


_LOGOS: Final = {0xA0: "communityLogos", 0xA1: "issuerLogo", 0xA2: "subjectLogo", 0xA3: "otherLogos"}


def _logotype(reading: Reading, path: str, oid: str) -> Iterator[Field]:
    # SEQUENCE { [0] communityLogos, [1] issuerLogo, [2] subjectLogo, [3] otherLogos } (RFC 9399 section 4.1)
    data = reading.data
    yield Field(path, "extensions", oid, data[0] if data else 0, data, None)
    for field in reading.parts(path):
        where = f"{path}.{_LOGOS[field[0]]}" if field[0] in _LOGOS else path
        inner = Reading(data[field[1] : field[4]], reading.problems)
        yield from nested_places(where, "extensions", oid, inner)


def strings_only(reading: Reading, path: str, oid: str) -> Iterator[Field]:
    """A body of flags, numbers and object identifiers: no place, unless there are strings in it after all."""
    yield from nested_places(path, path, oid, reading)


READERS: Final[dict[str, Read]] = {
    "2.5.29.1": _authority_key_identifier,
    "2.5.29.7": _general_names,  # subjectAltName and issuerAltName as they were before X.509 (1997)
    "2.5.29.8": _general_names,
    "2.5.29.9": _directory_attributes,
    "2.5.29.18": _general_names,
    "2.5.29.19": strings_only,
    "2.5.29.30": _name_constraints,
    "2.5.29.31": _distribution_points,
    "2.5.29.32": _policies,
    "2.5.29.33": strings_only,
    "2.5.29.35": _authority_key_identifier,
    "2.5.29.36": strings_only,
    "2.5.29.46": _distribution_points,
    "2.5.29.54": strings_only,
    "1.3.6.1.5.5.7.1.1": _information_access,
    "1.3.6.1.5.5.7.1.2": _biometric_info,
    "1.3.6.1.5.5.7.1.3": _qc_statements,
    "1.3.6.1.5.5.7.1.11": _information_access,
    "1.3.6.1.5.5.7.1.12": _logotype,
    "1.3.6.1.5.5.7.1.24": strings_only,
    "1.3.6.1.4.1.311.25.2": _general_names,
}
"""By type. The other extensions have one value and the strings inside it."""
