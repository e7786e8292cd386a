"""What the bodies of extensions hold, as places: one reader for each known layout, and one for all the others.

A reader takes the body as it stands in extnValue and never raises: what doesn't fit its layout is a Problem with the
octets kept, which are then searched by their readable strings. Known binary ones are not looked into.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from ctscan.model import Attribute, Extension, Name, Place
from ctscan.x509.der import Element, children
from ctscan.x509.general_names import element_text, read_general_name, read_general_names, read_name
from ctscan.x509.oids import attribute_name, extension_name
from ctscan.x509.places import (
    attribute_places,
    general_name_places,
    name_places,
    nested_places,
    one_general_name,
    text_place,
)
from ctscan.x509.reading import SEQUENCE, SET, Reading
from ctscan.x509.text import OCTET_STRING, decode_text, salvage_strings

Read = Callable[[Reading, str, str], Iterator[Place]]
"""From a reading of the body, the path and the OID of the extension to its places."""


def extension_places(position: int, extension: Extension, reading: Reading) -> Iterator[Place]:
    """The places of one extension. `reading`: over its value; problems go there."""
    if extension.oid in _BINARY:
        return
    reader = _READERS.get(extension.oid)
    if reader is not None:
        yield from reader(reading, extension_name(extension.oid), extension.oid)
    else:
        path = f"extensions.{position}.{extension_name(extension.oid)}".rstrip(".")  # its type may be unreadable
        yield from _other(reading, path, extension.oid)


# --- any other extension -------------------------------------------------------------------------------------------


def _other(reading: Reading, path: str, oid: str) -> Iterator[Place]:
    """The whole value, then the strings inside it. Raw text without DER around it counts as a string."""
    data = reading.data
    elements, problem = children(data, 0, len(data))
    whole = element_text(data, elements[0]) if not problem and len(elements) == 1 else None
    if whole is not None:
        yield text_place(path, "extensions", oid, whole, data)
        return
    plain = decode_text(OCTET_STRING, data)
    if data and plain.value.isprintable():
        yield text_place(path, "extensions", oid, plain, data)
        return
    yield Place(path, "extensions", oid, data[0] if data else 0, data, None)
    if problem:
        for string in salvage_strings(data):
            yield Place(path, "extensions", oid, 0, data, decode_text(0x0C, string.encode()), nested=True)
    else:
        yield from nested_places(path, "extensions", oid, Reading(data, reading.problems))


# --- general names -------------------------------------------------------------------------------------------------


def _issuer_alternative_name(reading: Reading, path: str, oid: str) -> Iterator[Place]:
    yield from general_name_places("ian", "ian", oid, read_general_names(reading, "ian"), reading.problems)


def _general_names(reading: Reading, path: str, oid: str) -> Iterator[Place]:
    yield from general_name_places(path, path, oid, read_general_names(reading, path), reading.problems)


def _within(reading: Reading, path: str, part: str, oid: str, element: Element) -> Iterator[Place]:
    """GeneralNames under an implicit tag: its children are the names."""
    for position, child in enumerate(reading.children(path, element)):
        yield from _one(reading, f"{path}.{position}", part, oid, child)


def _one(reading: Reading, path: str, part: str, oid: str, element: Element) -> Iterator[Place]:
    general = read_general_name(reading, path, element)
    if general is not None:
        yield from one_general_name(path, part, oid, general, reading.problems)


def _name_constraints(reading: Reading, path: str, oid: str) -> Iterator[Place]:
    # SEQUENCE { [0] permitted, [1] excluded: SEQUENCE OF SEQUENCE { base GeneralName, … } }
    for side in reading.parts(path):
        label = "excluded" if side[0] & 0x1F == 1 else "permitted"
        for position, subtree in enumerate(reading.children(path, side)):
            for base in reading.children(path, subtree)[:1]:
                yield from _one(reading, f"{path}.{label}.{position}", path, oid, base)


def _distribution_points(reading: Reading, path: str, oid: str) -> Iterator[Place]:
    # SEQUENCE OF { [0] { [0] fullName | [1] nameRelativeToCRLIssuer }, [1] reasons, [2] cRLIssuer }
    for position, point in enumerate(reading.parts(path)):
        where = f"{path}.{position}"
        for field in reading.children(where, point):
            if field[0] & 0x1F == 0:
                for name in reading.children(where, field):
                    if name[0] & 0x1F == 1:
                        yield from name_places(where, path, _relative_name(reading, where, name), reading.problems)
                    else:
                        yield from _within(reading, where, path, oid, name)
            elif field[0] & 0x1F == 2:
                yield from _within(reading, f"{where}.cRLIssuer", path, oid, field)


def _relative_name(reading: Reading, where: str, element: Element) -> Name:
    """The one RDN of nameRelativeToCRLIssuer: [1] instead of its SET; read_name takes its pairs as RDNs."""
    return read_name(reading, where, element)


def _information_access(reading: Reading, path: str, oid: str) -> Iterator[Place]:
    # SEQUENCE OF SEQUENCE { OID, GeneralName }
    for position, access in enumerate(reading.parts(path)):
        for location in reading.children(path, access)[1:2]:
            yield from _one(reading, f"{path}.{position}", path, oid, location)


def _authority_key_identifier(reading: Reading, path: str, oid: str) -> Iterator[Place]:
    # SEQUENCE { [0] keyIdentifier, [1] authorityCertIssuer, [2] serial }
    for field in reading.parts(path):
        if field[0] & 0x1F == 1:
            yield from _within(reading, path, path, oid, field)


# --- attributes ----------------------------------------------------------------------------------------------------


def _directory_attributes(reading: Reading, path: str, oid: str) -> Iterator[Place]:
    for position, element in enumerate(reading.parts(path)):
        yield from attribute_set(reading, f"{path}.{position}", path, element)


def attribute_set(reading: Reading, path: str, part: str, element: Element) -> Iterator[Place]:
    """One Attribute: SEQUENCE { OID, SET OF value }; the SET may be forgotten."""
    parts = reading.children(path, element)
    if len(parts) < 2:
        reading.problem(path, f"expected type and values, got {len(parts)} elements", element)
        return
    oid = reading.oid(path, parts[0], element)
    values = reading.children(path, parts[1]) if parts[1][0] == SET else parts[1:]
    for value in values:
        text = element_text(reading.data, value)
        attribute = Attribute(0, oid, value[0], reading.data[value[1] : value[4]], text)
        yield from attribute_places(f"{path}.{attribute_name(oid)}", part, attribute, None, reading.problems)


# --- policies and statements ---------------------------------------------------------------------------------------

_USER_NOTICE: Final = b"\x2b\x06\x01\x05\x05\x07\x02\x02"  # 1.3.6.1.5.5.7.2.2


def _policies(reading: Reading, path: str, oid: str) -> Iterator[Place]:
    # SEQUENCE OF SEQUENCE { OID, SEQUENCE OF SEQUENCE { OID, qualifier } OPTIONAL }; problems of the outer levels were
    # told when the policies were read
    data = reading.data
    for position, policy in enumerate(_quiet(data, reading.parts(path))):
        for qualifier in (q for part in _quiet(data, policy[1:]) for q in part):
            pair = children(data, qualifier[2], qualifier[3])[0]
            is_notice = bool(pair) and data[pair[0][2] : pair[0][3]] == _USER_NOTICE
            label = "userNotice" if is_notice else "cPSuri"
            for value in pair[1:]:
                yield from _strings(data, f"{path}.{position}.{label}", path, oid, value)


def _quiet(data: bytes, elements: list[Element]) -> list[list[Element]]:
    """The children of each element, without a word about what is wrong with them."""
    return [children(data, element[2], element[3])[0] if element[0] & 0x20 else [] for element in elements]


def _strings(data: bytes, where: str, part: str, oid: str, element: Element) -> Iterator[Place]:
    text = element_text(data, element)
    if text is not None:
        yield text_place(where, part, oid, text)
    else:
        yield from nested_places(where, part, oid, Reading(data[element[1] : element[4]]))


_QC_SYNTAX_V2: Final = b"\x2b\x06\x01\x05\x05\x07\x0b\x02"  # 1.3.6.1.5.5.7.11.2


def _qc_statements(reading: Reading, path: str, oid: str) -> Iterator[Place]:
    # SEQUENCE OF SEQUENCE { OID, statementInfo }; of id-qcs-pkixQCSyntax-v2: { OID?, GeneralNames? }
    data = reading.data
    for position, statement in enumerate(reading.parts(path)):
        parts = reading.children(path, statement)
        where = f"{path}.{position}"
        for info in parts[1:]:
            is_semantics = data[parts[0][2] : parts[0][3]] == _QC_SYNTAX_V2
            for field in reading.children(where, info) if is_semantics and info[0] == SEQUENCE else []:
                if field[0] == SEQUENCE:
                    yield from _within(reading, where, path, oid, field)
            if not is_semantics:
                yield from _strings(data, where, path, oid, info)


def unique_identifier(path: str, raw: bytes) -> Iterator[Place]:
    """subjectUniqueID and issuerUniqueID: bits, in which some issuers write text."""
    text = decode_text(3, raw)
    if raw and text.value and text.value.isprintable():
        yield text_place(path, path, "", text, raw)
    elif raw:
        yield Place(path, path, "", 0x03, raw, None)


_READERS: Final[dict[str, Read]] = {
    "2.5.29.9": _directory_attributes,
    "2.5.29.18": _issuer_alternative_name,
    "2.5.29.30": _name_constraints,
    "2.5.29.31": _distribution_points,
    "2.5.29.46": _distribution_points,
    "2.5.29.32": _policies,
    "2.5.29.35": _authority_key_identifier,
    "1.3.6.1.5.5.7.1.1": _information_access,
    "1.3.6.1.5.5.7.1.11": _information_access,
    "1.3.6.1.5.5.7.1.3": _qc_statements,
    "1.3.6.1.4.1.311.25.2": _general_names,
}

_BINARY: Final = frozenset(
    [
        "2.5.29.14",  # subjectKeyIdentifier
        "2.5.29.15",  # keyUsage
        "2.5.29.17",  # subjectAltName: read with the certificate
        "2.5.29.19",  # basicConstraints
        "2.5.29.36",  # policyConstraints
        "2.5.29.37",  # extKeyUsage
        "2.5.29.54",  # inhibitAnyPolicy
        "1.3.6.1.4.1.11129.2.4.2",  # SCT list
        "1.3.6.1.4.1.11129.2.4.3",  # poison
        "1.3.6.1.4.1.11129.2.4.5",  # SCT list in OCSP responses
        "1.3.6.1.5.5.7.1.24",  # TLS feature
        "1.3.6.1.5.5.7.48.1.5",  # OCSP no check
        "2.16.840.1.113730.1.1",  # netscape-cert-type
    ]
)
