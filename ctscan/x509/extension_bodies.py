"""Readers of the bodies of known extensions, one for each layout; each yields fields.

A reader takes the body in extnValue and never raises. A part that doesn't fit the layout is a Problem with its octets,
or is read by its content. Layouts of national schemes are left to the rules, which get strings and times.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from ctscan.model import Attribute, Field, Name
from ctscan.x509.der import Element
from ctscan.x509.der_reader import OID, SEQUENCE, SET, DerReader
from ctscan.x509.embedded import is_name, value_text
from ctscan.x509.field_list import (
    attribute_fields,
    general_name_fields,
    general_name_list_fields,
    name_fields,
    nested_fields,
    text_field,
)
from ctscan.x509.general_names import (
    element_text,
    read_general_name,
    read_general_names,
    read_name,
)
from ctscan.x509.oids import attribute_name

BodyReader = Callable[[DerReader, str, str], Iterator[Field]]
"""Reader of a body: from its DerReader, the path and the OID of the extension to the fields."""

# --- general names -------------------------------------------------------------------------------------------------


def _general_names(reader: DerReader, path: str, oid: str) -> Iterator[Field]:
    yield from general_name_list_fields(path, path, oid, read_general_names(reader, path), reader.problems)


def _general_names_within(reader: DerReader, path: str, part: str, oid: str, element: Element) -> Iterator[Field]:
    """Read GeneralNames under an implicit tag or in a SEQUENCE, also a single GeneralName."""
    names = reader.children(path, element) if element[0] & 0x20 else [element]
    for position, child in enumerate(names):
        if child[0] == SEQUENCE and len(names) == 1 and not is_name(reader.data, child):
            yield from _general_names_within(reader, path, part, oid, child)  # under an explicit tag
        else:
            yield from _general_name(reader, f"{path}.{position}", part, oid, child)


def _general_name(
    reader: DerReader, path: str, part: str, oid: str, element: Element, *, with_mask: bool = False
) -> Iterator[Field]:
    """Read a GeneralName, or a Name without its tag [4]. `with_mask`: IP addresses have a mask (RFC 5280 section
    4.2.1.10)."""
    if is_name(reader.data, element):
        reader.report(path, "expected a general name, got a name without [4]")
        name = read_name(reader, f"{path}.directoryName", element)
        yield from name_fields(f"{path}.directoryName", part, name, reader.problems)
        return
    general = read_general_name(reader, path, element, with_mask=with_mask)
    if general is not None:
        yield from general_name_fields(path, part, oid, general, reader.problems)


def _name_constraints(reader: DerReader, path: str, oid: str) -> Iterator[Field]:
    # SEQUENCE { [0] permitted, [1] excluded: SEQUENCE OF SEQUENCE { base GeneralName, [0] minimum, [1] maximum } }
    for side in reader.sequence(path):
        label = {0xA0: "permitted", 0xA1: "excluded"}.get(side[0])
        if label is None:
            reader.report(path, f"expected [0] or [1], got tag {side[0]:#x}", side)
            continue
        for position, subtree in enumerate(reader.children(path, side)):
            subpath = f"{path}.{label}.{position}"
            parts = reader.children(subpath, subtree) if subtree[0] == SEQUENCE else [subtree]
            yield from _bases(reader, subpath, path, oid, parts, subtree)


def _bases(
    reader: DerReader, path: str, part: str, oid: str, parts: list[Element], subtree: Element
) -> Iterator[Field]:
    if not parts:
        reader.report(path, "a subtree without base", subtree)
    for base in parts[:1]:
        yield from _general_name(reader, path, part, oid, base, with_mask=True)
    for rest in parts[1:]:
        if rest[0] not in (0x80, 0x81):
            reader.report(path, f"expected minimum or maximum, got tag {rest[0]:#x}", rest)


def _distribution_points(reader: DerReader, path: str, oid: str) -> Iterator[Field]:
    # SEQUENCE OF SEQUENCE { [0] { [0] fullName | [1] nameRelativeToCRLIssuer }, [1] reasons, [2] cRLIssuer }
    for position, point in enumerate(reader.sequence(path)):
        subpath = f"{path}.{position}"
        if point[0] != SEQUENCE:
            reader.report(subpath, f"expected a SEQUENCE, got tag {point[0]:#x}")
            yield from _general_names_within(reader, subpath, path, oid, point)
            continue
        for field in reader.children(subpath, point):
            if field[0] == 0xA0:
                for name in reader.children(subpath, field):
                    yield from _point_name(reader, subpath, path, oid, name)
            elif field[0] == 0xA2:
                yield from _general_names_within(reader, f"{subpath}.cRLIssuer", path, oid, field)
            elif field[0] != 0x81:
                reader.report(subpath, f"expected a distribution point, got tag {field[0]:#x}", field)


def _point_name(reader: DerReader, path: str, part: str, oid: str, element: Element) -> Iterator[Field]:
    if element[0] == 0xA1:
        yield from name_fields(path, part, _relative_name(reader, path, element), reader.problems)
    elif element[0] == 0xA0:
        yield from _general_names_within(reader, path, part, oid, element)
    else:  # without the tag of the choice
        reader.report(path, f"expected fullName or nameRelativeToCRLIssuer, got tag {element[0]:#x}")
        yield from _general_name(reader, f"{path}.0", part, oid, element)


def _relative_name(reader: DerReader, path: str, element: Element) -> Name:
    """Build a Name from the RDN of nameRelativeToCRLIssuer, where the tag [1] replaces the tag of the SET."""
    rdn = reader.data[element[2] : element[3]]
    if rdn[:1] != bytes((SET,)):
        rdn = _encode(SET, rdn)
    whole = _encode(SEQUENCE, rdn)
    return read_name(
        DerReader(whole, reader.problems), path, (SEQUENCE, 0, len(whole) - len(rdn), len(whole), len(whole))
    )


def _encode(tag: int, inner: bytes) -> bytes:
    """Encode an element with a length of four octets, which every reader here accepts."""
    return bytes((tag, 0x84)) + len(inner).to_bytes(4) + inner


def _information_access(reader: DerReader, path: str, oid: str) -> Iterator[Field]:
    # SEQUENCE OF SEQUENCE { OID, GeneralName }
    for position, access in enumerate(reader.sequence(path)):
        subpath = f"{path}.{position}"
        parts = reader.children(subpath, access)
        if len(parts) != 2:
            reader.report(subpath, f"expected method and location, got {len(parts)} elements", access)
        for location in parts[1:]:
            yield from _general_name(reader, subpath, path, oid, location)


def _authority_key_identifier(reader: DerReader, path: str, oid: str) -> Iterator[Field]:
    # SEQUENCE { [0] keyIdentifier, [1] authorityCertIssuer, [2] serial }; 2.5.29.1 had a Name in [1]
    if reader.data[2:3] == b"\x80" and len(reader.data) > 3 and reader.data[3] + 4 == len(reader.data):
        return  # only the key identifier, as in nearly all certificates
    for field in reader.sequence(path):
        if field[0] in (0xA1, SEQUENCE):
            yield from _general_names_within(reader, path, path, oid, field)
        elif field[0] not in (0x80, 0x82):
            reader.report(path, f"expected an authority key identifier, got tag {field[0]:#x}", field)


# --- attributes ----------------------------------------------------------------------------------------------------


def _directory_attributes(reader: DerReader, path: str, oid: str) -> Iterator[Field]:
    for position, element in enumerate(reader.sequence(path)):
        yield from attribute_set_fields(reader, f"{path}.{position}", path, element)


def attribute_set_fields(reader: DerReader, path: str, part: str, element: Element) -> Iterator[Field]:
    """Read an Attribute: SEQUENCE { OID, SET OF value }, also without the SET."""
    parts = reader.children(path, element)
    if len(parts) < 2:
        reader.report(path, f"expected type and values, got {len(parts)} elements", element)
        return
    oid = reader.oid(path, parts[0], element)
    values = reader.children(path, parts[1]) if parts[1][0] == SET else []
    if parts[1][0] != SET or len(parts) > 2:
        reader.report(path, f"expected one SET of values, got tag {parts[1][0]:#x} and {len(parts)} elements")
        values += parts[2:] if parts[1][0] == SET else parts[1:]
    for value in values:
        text = element_text(reader.data, value)
        attribute = Attribute(0, oid, value[0], reader.data[value[1] : value[4]], text)
        subpath = f"{path}.{attribute_name(oid)}".rstrip(".")
        yield from attribute_fields(subpath, part, attribute, None, reader.problems)


# --- policies and statements ---------------------------------------------------------------------------------------

_QUALIFIERS: Final = {"1.3.6.1.5.5.7.2.1": "cPSuri", "1.3.6.1.5.5.7.2.2": "userNotice"}


def _policies(reader: DerReader, path: str, oid: str) -> Iterator[Field]:
    # SEQUENCE OF SEQUENCE { OID, SEQUENCE OF SEQUENCE { OID, qualifier } OPTIONAL }; a user notice is
    # SEQUENCE { SEQUENCE { organization, SEQUENCE OF INTEGER } OPTIONAL, explicitText OPTIONAL }
    for position, policy in enumerate(reader.sequence(path)):
        subpath = f"{path}.{position}"
        for qualifiers in reader.children(path, policy)[1:]:
            for qualifier in reader.children(subpath, qualifiers):
                yield from _qualifier(reader, subpath, path, oid, qualifier)


def _qualifier(reader: DerReader, path: str, part: str, oid: str, qualifier: Element) -> Iterator[Field]:
    pair = reader.children(path, qualifier)
    if len(pair) < 2 or pair[0][0] != OID:
        reader.report(path, f"expected type and qualifier, got {len(pair)} elements", qualifier)
        return
    kind = reader.oid(path, pair[0], qualifier)
    for value in pair[1:]:
        yield from _strings(reader, f"{path}.{_QUALIFIERS.get(kind, kind)}".rstrip("."), part, oid, value)


def _strings(reader: DerReader, path: str, part: str, oid: str, element: Element) -> Iterator[Field]:
    """Yield the text of an element, or the strings inside it."""
    text = value_text(reader.data, element)
    if text is not None:
        yield text_field(path, part, oid, text)
    else:
        inner = DerReader(reader.data[element[1] : element[4]], reader.problems)
        yield from nested_fields(path, part, oid, inner)


def _qc_statements(reader: DerReader, path: str, oid: str) -> Iterator[Field]:
    # SEQUENCE OF SEQUENCE { OID, statementInfo OPTIONAL } (RFC 3739 section 3.2.6)
    for position, statement in enumerate(reader.sequence(path)):
        subpath = f"{path}.{position}"
        parts = reader.children(subpath, statement) if statement[0] == SEQUENCE else []
        if not parts:
            reader.report(subpath, f"expected type and information, got tag {statement[0]:#x}", statement)
            continue
        kind = reader.oid(subpath, parts[0], statement)
        raw = reader.data[parts[1][1] : parts[-1][4]] if len(parts) > 1 else b""
        text = value_text(reader.data, parts[1]) if len(parts) == 2 else None
        yield Field(subpath, path, kind or oid, raw[0] if raw else 0, raw, text)
        if text is None:
            for info in parts[1:]:
                yield from _statement_info(reader, subpath, path, oid, info)


def _statement_info(reader: DerReader, path: str, part: str, oid: str, info: Element) -> Iterator[Field]:
    """Read the information of a QCStatement.

    Yields the semantics and types given as object identifiers (QcType of EN 319 412-5, semantics of EN 319 412-1), the
    general names of registration authorities, and strings.
    """
    if info[0] != SEQUENCE:
        yield from _strings(reader, path, part, oid, info)
        return
    data = reader.data
    for field in reader.children(path, info):
        if field[0] == OID:
            yield Field(path, part, reader.oid(path, field), OID, data[field[1] : field[4]], None)
        elif field[0] == SEQUENCE and data[field[2] : field[2] + 1] and 0x80 <= data[field[2]] < 0xA9:
            yield from _general_names_within(reader, path, part, oid, field)
        else:
            yield from _strings(reader, path, part, oid, field)


# --- pictures and bodies -------------------------------------------------------------------------------------------


def _biometric_info(reader: DerReader, path: str, oid: str) -> Iterator[Field]:
    # SEQUENCE OF SEQUENCE { INTEGER | OID, algorithm, OCTET STRING hash, IA5String sourceDataUri OPTIONAL }
    data = reader.data
    yield Field(path, "extensions", oid, data[0] if data else 0, data, None)
    for position, biometric in enumerate(reader.sequence(path)):
        subpath = f"{path}.{position}"
        parts = reader.children(subpath, biometric)
        labels = ("type", "algorithm", "hash", "sourceDataUri")
        if len(parts) not in (3, 4) or biometric[0] != SEQUENCE:
            reader.report(subpath, f"expected type, algorithm, hash and URI, got {len(parts)} elements", biometric)
        for label, part in zip(labels, parts, strict=False):
            raw = data[part[1] : part[4]]
            if label in ("type", "hash"):
                yield Field(f"{subpath}.{label}", "extensions", oid, part[0], raw, None, nested=True)
            elif label == "sourceDataUri":
                yield from nested_fields(f"{subpath}.{label}", "extensions", oid, DerReader(raw, reader.problems))


_LOGOS: Final = {0xA0: "communityLogos", 0xA1: "issuerLogo", 0xA2: "subjectLogo", 0xA3: "otherLogos"}


def _logotype(reader: DerReader, path: str, oid: str) -> Iterator[Field]:
    # SEQUENCE { [0] communityLogos, [1] issuerLogo, [2] subjectLogo, [3] otherLogos } (RFC 9399 section 4.1)
    data = reader.data
    yield Field(path, "extensions", oid, data[0] if data else 0, data, None)
    for field in reader.sequence(path):
        subpath = f"{path}.{_LOGOS[field[0]]}" if field[0] in _LOGOS else path
        inner = DerReader(data[field[1] : field[4]], reader.problems)
        yield from nested_fields(subpath, "extensions", oid, inner)


def string_fields(reader: DerReader, path: str, oid: str) -> Iterator[Field]:
    """Read a body of flags, numbers and object identifiers, which has no fields, unless it contains strings."""
    yield from nested_fields(path, path, oid, reader)


READERS: Final[dict[str, BodyReader]] = {
    "2.5.29.1": _authority_key_identifier,
    "2.5.29.7": _general_names,  # subjectAltName and issuerAltName as they were before X.509 (1997)
    "2.5.29.8": _general_names,
    "2.5.29.9": _directory_attributes,
    "2.5.29.18": _general_names,
    "2.5.29.19": string_fields,
    "2.5.29.30": _name_constraints,
    "2.5.29.31": _distribution_points,
    "2.5.29.32": _policies,
    "2.5.29.33": string_fields,
    "2.5.29.35": _authority_key_identifier,
    "2.5.29.36": string_fields,
    "2.5.29.46": _distribution_points,
    "2.5.29.54": string_fields,
    "1.3.6.1.5.5.7.1.1": _information_access,
    "1.3.6.1.5.5.7.1.2": _biometric_info,
    "1.3.6.1.5.5.7.1.3": _qc_statements,
    "1.3.6.1.5.5.7.1.11": _information_access,
    "1.3.6.1.5.5.7.1.12": _logotype,
    "1.3.6.1.5.5.7.1.24": string_fields,
    "1.3.6.1.4.1.311.25.2": _general_names,
}
"""Readers by extension type. For other types the whole value is a field, with the strings inside it."""
