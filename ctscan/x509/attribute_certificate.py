"""Attribute certificates (RFC 5755, and version 1 of RFC 3281 appendix and X.509 (1997)), as certificates without a
key: the holder stands as the subject, and what is attested of him as `attributes`.

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
from ctscan.x509.der_reader import SEQUENCE, Reading, told
from ctscan.x509.field_list import one_general_name
from ctscan.x509.general_names import DIRECTORY_NAME, read_general_name
from ctscan.x509.walk import Said, read_places

_NO_NAME: Final = Name(b"", ())
_INTEGER: Final = 0x02
_BITS: Final = 0x03

Named = list[tuple[str, GeneralName]]
"""General names with their paths."""


def read_attribute_certificate(der: bytes) -> Certificate:
    """Read an AttributeCertificate; also one that a CMS structure tagged [1] or [2].

    `subject` is the first directoryName of the holder and `issuer` that of the issuer, empty where there is none; all
    other names of them are places only: `holder.0.rfc822Name`, `holderIssuer.0.directoryName.1.commonName` (who issued
    the certificate of the holder), `attributeIssuer.1.uniformResourceIdentifier`. `attributes` has what is attested,
    `spki` is empty. FormatError when the bytes are no attribute certificate.
    """
    reading = Reading(der)
    fields = reading.children("certificate", _outermost(reading))
    if not fields or fields[0][0] != SEQUENCE:
        raise FormatError("attribute certificate: expected a SEQUENCE that begins with its information")
    if len(fields) != 3:
        what = f"expected information, algorithm and signature, got {len(fields)} elements"
        reading.problem("certificate", what, (0, *fields[-1][1:]) if len(fields) > 1 else None)
    return _read(reading, fields[0], hashlib.sha256(der).digest())


def _outermost(reading: Reading) -> Element:
    size = len(reading.data)
    element, problem = element_at(reading.data, 0, size)
    if element[0] not in (SEQUENCE, 0xA1, 0xA2):
        raise FormatError(f"attribute certificate: expected a SEQUENCE, got tag {element[0]:#x} in {size} octets")
    if problem:
        reading.problem("certificate", problem)
    if element[4] != size:
        after = (0, element[4], element[4], size, size)
        reading.problem("certificate", f"{size - element[4]} octets after the end", after)
    return element


def _read(reading: Reading, info: Element, sha256: bytes) -> Certificate:
    data = reading.data
    fields = reading.children("info", info)
    if fields and fields[0][0] == _INTEGER:
        fields = fields[1:]
    if not _is_info(fields):
        raise FormatError(f"attribute certificate: expected holder, issuer and serial number, got {len(fields)} fields")
    holder, issuer, _, serial, validity, attested = fields[:6]
    of_holder, of_holder_issuer, more = _holder(reading, holder)
    of_issuer = _issuer(reading, issuer)
    subject, rest = _first_name(of_holder)
    issuer_name, rest_of_issuer = _first_name(of_issuer)
    extensions = _extensions(reading, fields[6:])
    values = values_by_type(reading, extensions)
    san = read_san(reading, values.get(SUBJECT_ALT_NAME, ()))
    not_before, not_after = read_validity(reading, validity)
    attributes = data[attested[2] : attested[3]]
    unique_id = next((content(data, field) for field in fields[6:] if field[0] & 0xDF == _BITS), b"")
    said = Said(subject, issuer_name, san, extensions, b"", unique_id, attributes)
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
        eku=read_oids(reading, "extKeyUsage", values.get(EXTENDED_KEY_USAGE, ())),
        policies=read_oids(reading, "certificatePolicies", values.get(CERTIFICATE_POLICIES, ()), within=True),
        spki=b"",
        fields=read_places(said, reading.problems, (*more, *_name_places(reading, names))),
        problems=told(reading.problems, data),
        issuer_unique_id=unique_id,
        attributes=attributes,
        authority_key_id=read_key_id(values.get(AUTHORITY_KEY_IDENTIFIER, ())),
    )


def _is_info(fields: list[Element]) -> bool:
    """holder, issuer, algorithm, serial, validity, attributes: by their tags."""
    return (
        len(fields) >= 6
        and fields[0][0] in (SEQUENCE, 0xA0, 0xA1)
        and fields[1][0] in (SEQUENCE, 0xA0)
        and fields[2][0] == SEQUENCE
        and fields[3][0] == _INTEGER
        and fields[4][0] == SEQUENCE
        and fields[5][0] == SEQUENCE
    )


def _holder(reading: Reading, holder: Element) -> tuple[Named, Named, list[Field]]:
    """The names of the holder, those of the issuer of his certificate, and what else points to him.

    SEQUENCE { [0] baseCertificateID?, [1] entityName?, [2] objectDigestInfo? }; version 1 had one of [0] and [1] alone.
    """
    own: Named = []
    issuing: Named = []
    more: list[Field] = []
    for field in reading.children("holder", holder) if holder[0] == SEQUENCE else [holder]:
        raw = reading.data[field[1] : field[4]]
        if field[0] == 0xA0:
            names, serials = _issuer_serial(reading, "holderIssuer", field)
            issuing += names
            more += serials
        elif field[0] == 0xA1:
            own += _general_names(reading, "holder", field)
        elif field[0] == 0xA2:
            more.append(Field("holder.objectDigestInfo", "holder", "", field[0], raw, None))
        else:
            reading.problem("holder", f"expected the name of a holder, got tag {field[0]:#x}", field)
    return own, issuing, more


def _issuer_serial(reading: Reading, path: str, element: Element) -> tuple[Named, list[Field]]:
    """IssuerSerial: { GeneralNames, INTEGER, BIT STRING? }. The number tells the certificate, and so the holder."""
    named: Named = []
    places: list[Field] = []
    for part in reading.children(path, element):
        if part[0] == SEQUENCE:
            named += _general_names(reading, path, part)
        elif part[0] in (_INTEGER, _BITS):
            label = "serialNumber" if part[0] == _INTEGER else "issuerUniqueID"
            raw = reading.data[part[1] : part[4]]
            places.append(Field(f"{path}.{label}", path, "", part[0], raw, None))
        else:
            reading.problem(path, f"expected issuer and serial number, got tag {part[0]:#x}", part)
    return named, places


def _issuer(reading: Reading, issuer: Element) -> Named:
    # GeneralNames (version 1), or [0] { GeneralNames?, [0] baseCertificateID?, [1] objectDigestInfo? }
    path = "attributeIssuer"
    if issuer[0] == SEQUENCE:
        return _general_names(reading, path, issuer)
    named: Named = []
    for field in reading.children(path, issuer):
        if field[0] == SEQUENCE:
            named += _general_names(reading, path, field)
        elif field[0] == 0xA0:
            named += _issuer_serial(reading, path, field)[0]
        elif field[0] != 0xA1:
            reading.problem(path, f"expected the name of an issuer, got tag {field[0]:#x}", field)
    return named


def _general_names(reading: Reading, path: str, element: Element) -> Named:
    read = (
        (where, read_general_name(reading, where, child))
        for position, child in enumerate(reading.children(path, element))
        for where in [f"{path}.{position}"]
    )
    return [(where, general) for where, general in read if general is not None]


def _first_name(named: Named) -> tuple[Name, Named]:
    """The first directoryName, and the other names."""
    for position, (_, general) in enumerate(named):
        if general.kind == DIRECTORY_NAME and general.name is not None:
            return general.name, named[:position] + named[position + 1 :]
    return _NO_NAME, named


def _name_places(reading: Reading, named: Named) -> Iterator[Field]:
    for where, general in named:
        yield from one_general_name(where, where.partition(".")[0], "", general, reading.problems)


def _extensions(reading: Reading, rest: list[Element]) -> tuple[Extension, ...]:
    found: list[Extension] = []
    for field in rest:
        if field[0] == SEQUENCE:
            for i, element in enumerate(reading.children("extensions", field)):
                extension = read_extension(reading, f"extensions.{i}", element)
                if extension is not None:
                    found.append(extension)
        elif field[0] & 0xDF != _BITS:
            reading.problem("info", f"unexpected field with tag {field[0]:#x}", field)
    return tuple(found)
