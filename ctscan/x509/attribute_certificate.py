"""Attribute certificates (RFC 5755; version 1 of RFC 3281 and X.509 (1997)), as certificates without a key.

The holder becomes the subject, and the attested facts become `attributes`.

    AttributeCertificate  SEQUENCE { info, algorithm, signature }
    info                  SEQUENCE { version, holder, issuer, algorithm, serial, validity, attributes, uniqueID?,
                                     extensions? }
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Final

from ctscan.errors import FormatError
from ctscan.model import Certificate, Extension, Field, GeneralName, Name
from ctscan.x509.common_fields import (
    AUTHORITY_KEY_IDENTIFIER,
    CERTIFICATE_POLICIES,
    EXTENDED_KEY_USAGE,
    SUBJECT_ALT_NAME,
    read_extension,
    read_key_id,
    read_oids,
    read_san,
    read_validity,
    values_by_type,
)
from ctscan.x509.der import Element, content, element_at
from ctscan.x509.der_reader import SEQUENCE, DerReader, cap_problems
from ctscan.x509.field_list import general_name_fields
from ctscan.x509.general_names import DIRECTORY_NAME, read_general_name
from ctscan.x509.walk import ParsedFields, collect_fields

_NO_NAME: Final = Name(b"", ())
_INTEGER: Final = 0x02
_BITS: Final = 0x03

PathedNames = list[tuple[str, GeneralName]]
"""General names with their paths."""


def read_attribute_certificate(der: bytes) -> Certificate:
    """Read an AttributeCertificate, also with the tag [1] or [2] of a CMS structure.

    `subject` is the first directoryName of the holder and `issuer` the first of the issuer, empty without any. All
    other names become fields: `holder.0.rfc822Name`, `holderIssuer.0.directoryName.1.commonName` (issuer of the
    holder's certificate), `attributeIssuer.1.uniformResourceIdentifier`. `attributes` holds the attested attributes;
    `spki` is empty.

    Args:
        der: the AttributeCertificate, DER.

    Raises:
        FormatError: the bytes are no attribute certificate.
    """
    reader = DerReader(der)
    fields = reader.children("certificate", _outermost(reader))
    if not fields or fields[0][0] != SEQUENCE:
        raise FormatError("attribute certificate: expected a SEQUENCE that begins with its information")
    if len(fields) != 3:
        detail = f"expected information, algorithm and signature, got {len(fields)} elements"
        reader.report("certificate", detail, (0, *fields[-1][1:]) if len(fields) > 1 else None)
    return _read(reader, fields[0], hashlib.sha256(der).digest())


def _outermost(reader: DerReader) -> Element:
    size = len(reader.data)
    element, problem = element_at(reader.data, 0, size)
    if element[0] not in (SEQUENCE, 0xA1, 0xA2):
        raise FormatError(f"attribute certificate: expected a SEQUENCE, got tag {element[0]:#x} in {size} octets")
    if problem:
        reader.report("certificate", problem)
    if element[4] != size:
        after = (0, element[4], element[4], size, size)
        reader.report("certificate", f"{size - element[4]} octets after the end", after)
    return element


def _read(reader: DerReader, info: Element, sha256: bytes) -> Certificate:
    data = reader.data
    fields = reader.children("info", info)
    if fields and fields[0][0] == _INTEGER:
        fields = fields[1:]
    if not _is_info(fields):
        raise FormatError(f"attribute certificate: expected holder, issuer and serial number, got {len(fields)} fields")
    holder, issuer, _, serial, validity, attested = fields[:6]
    of_holder, of_holder_issuer, more = _holder(reader, holder)
    of_issuer = _issuer(reader, issuer)
    subject, rest = _first_name(of_holder)
    issuer_name, rest_of_issuer = _first_name(of_issuer)
    extensions = _extensions(reader, fields[6:])
    values = values_by_type(reader, extensions)
    san = read_san(reader, values.get(SUBJECT_ALT_NAME, ()))
    not_before, not_after = read_validity(reader, validity)
    attributes = data[attested[2] : attested[3]]
    unique_id = next((content(data, field) for field in fields[6:] if field[0] & 0xDF == _BITS), b"")
    parsed = ParsedFields(subject, issuer_name, san, extensions, b"", unique_id, attributes)
    names = [*rest, *of_holder_issuer, *rest_of_issuer]
    return Certificate(
        identity=hashlib.sha256(data[info[2] : info[3]]).digest(),
        sha256=sha256,
        issuer=issuer_name,
        subject=subject,
        serial=data[serial[2] : serial[3]],
        not_before=not_before,
        not_after=not_after,
        san=san,
        extensions=extensions,
        is_ca=False,
        eku=read_oids(reader, "extKeyUsage", values.get(EXTENDED_KEY_USAGE, ())),
        policies=read_oids(reader, "certificatePolicies", values.get(CERTIFICATE_POLICIES, ()), within=True),
        spki=b"",
        fields=collect_fields(parsed, reader.problems, (*more, *_named_fields(reader, names))),
        problems=cap_problems(reader.problems, data),
        issuer_unique_id=unique_id,
        attributes=attributes,
        authority_key_id=read_key_id(values.get(AUTHORITY_KEY_IDENTIFIER, ())),
    )


def _is_info(fields: list[Element]) -> bool:
    """Recognise holder, issuer, algorithm, serial, validity and attributes by their tags."""
    return (
        len(fields) >= 6
        and fields[0][0] in (SEQUENCE, 0xA0, 0xA1)
        and fields[1][0] in (SEQUENCE, 0xA0)
        and fields[2][0] == SEQUENCE
        and fields[3][0] == _INTEGER
        and fields[4][0] == SEQUENCE
        and fields[5][0] == SEQUENCE
    )


def _holder(reader: DerReader, holder: Element) -> tuple[PathedNames, PathedNames, list[Field]]:
    """Read the holder: own names, names of the issuer of the holder's certificate, and other references.

    SEQUENCE { [0] baseCertificateID?, [1] entityName?, [2] objectDigestInfo? }; version 1 had [0] or [1] alone.
    """
    own: PathedNames = []
    issuing: PathedNames = []
    more: list[Field] = []
    for field in reader.children("holder", holder) if holder[0] == SEQUENCE else [holder]:
        raw = reader.data[field[1] : field[4]]
        if field[0] == 0xA0:
            names, serials = _issuer_serial(reader, "holderIssuer", field)
            issuing += names
            more += serials
        elif field[0] == 0xA1:
            own += _general_names(reader, "holder", field)
        elif field[0] == 0xA2:
            more.append(Field("holder.objectDigestInfo", "holder", "", field[0], raw, None))
        else:
            reader.report("holder", f"expected the name of a holder, got tag {field[0]:#x}", field)
    return own, issuing, more


def _issuer_serial(reader: DerReader, path: str, element: Element) -> tuple[PathedNames, list[Field]]:
    """Read IssuerSerial: { GeneralNames, INTEGER, BIT STRING? }. The number identifies the certificate, and so the
    holder."""
    named: PathedNames = []
    fields: list[Field] = []
    for part in reader.children(path, element):
        if part[0] == SEQUENCE:
            named += _general_names(reader, path, part)
        elif part[0] in (_INTEGER, _BITS):
            label = "serialNumber" if part[0] == _INTEGER else "issuerUniqueID"
            raw = reader.data[part[1] : part[4]]
            fields.append(Field(f"{path}.{label}", path, "", part[0], raw, None))
        else:
            reader.report(path, f"expected issuer and serial number, got tag {part[0]:#x}", part)
    return named, fields


def _issuer(reader: DerReader, issuer: Element) -> PathedNames:
    # GeneralNames (version 1), or [0] { GeneralNames?, [0] baseCertificateID?, [1] objectDigestInfo? }
    path = "attributeIssuer"
    if issuer[0] == SEQUENCE:
        return _general_names(reader, path, issuer)
    named: PathedNames = []
    for field in reader.children(path, issuer):
        if field[0] == SEQUENCE:
            named += _general_names(reader, path, field)
        elif field[0] == 0xA0:
            named += _issuer_serial(reader, path, field)[0]
        elif field[0] != 0xA1:
            reader.report(path, f"expected the name of an issuer, got tag {field[0]:#x}", field)
    return named


def _general_names(reader: DerReader, path: str, element: Element) -> PathedNames:
    read = (
        (subpath, read_general_name(reader, subpath, child))
        for position, child in enumerate(reader.children(path, element))
        for subpath in [f"{path}.{position}"]
    )
    return [(subpath, general) for subpath, general in read if general is not None]


def _first_name(named: PathedNames) -> tuple[Name, PathedNames]:
    """Split names into the first directoryName and the rest."""
    for position, (_, general) in enumerate(named):
        if general.kind == DIRECTORY_NAME and general.name is not None:
            return general.name, named[:position] + named[position + 1 :]
    return _NO_NAME, named


def _named_fields(reader: DerReader, named: PathedNames) -> Iterator[Field]:
    for path, general in named:
        yield from general_name_fields(path, path.partition(".")[0], "", general, reader.problems)


def _extensions(reader: DerReader, rest: list[Element]) -> tuple[Extension, ...]:
    found: list[Extension] = []
    for field in rest:
        if field[0] == SEQUENCE:
            for i, element in enumerate(reader.children("extensions", field)):
                extension = read_extension(reader, f"extensions.{i}", element)
                if extension is not None:
                    found.append(extension)
        elif field[0] & 0xDF != _BITS:
            reader.report("info", f"unexpected field with tag {field[0]:#x}", field)
    return tuple(found)
