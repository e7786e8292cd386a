"""Requests in the Certificate Request Message Format (RFC 4211).

    CertReqMsg    SEQUENCE { CertRequest, popo?, regInfo SEQUENCE OF AttributeTypeAndValue? }
    CertRequest   SEQUENCE { INTEGER, CertTemplate, controls SEQUENCE OF AttributeTypeAndValue? }
    CertTemplate  SEQUENCE { [0] version?, [1] serial?, [2] algorithm?, [3] issuer?, [4] validity?, [5] subject?,
                             [6] key?, [7] issuerUID?, [8] subjectUID?, [9] extensions? }

Tags are implicit; issuer, subject and times are CHOICEs, so theirs are explicit.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from ctscan.errors import FormatError
from ctscan.model import Certificate, Field, Name
from ctscan.model.certificate_request import REQUEST_ATTRIBUTES, RequestForm
from ctscan.x509.der import Element, content
from ctscan.x509.der_reader import SEQUENCE, DerReader
from ctscan.x509.extension_bodies import attribute_set_fields
from ctscan.x509.field_list import general_name_fields, nested_fields
from ctscan.x509.general_names import read_general_name, read_name
from ctscan.x509.oids import attribute_name
from ctscan.x509.request_parts import NO_NAME, RequestParts, made_certificate, outermost, read_extensions
from ctscan.x509.times import parse_time

_SIGNED_BY_KEY: Final = 0xA1
"""Proof of possession by a signature: POPOSigningKey { [0] poposkInput?, algorithm, signature }."""


def read_crmf(der: bytes) -> Certificate:
    """Read a CertReqMsg as a certificate; controls, registration information and proof stay with the request.

    Raises:
        FormatError: there is no CertRequest.
    """
    reader = DerReader(der)
    fields = reader.children("request", outermost(reader))
    if not fields or fields[0][0] != SEQUENCE:
        raise FormatError("certificate request: expected a CertReqMsg that begins with its CertRequest")
    request = fields[0]
    parts = RequestParts(RequestForm.CRMF, identity=hashlib.sha256(der[request[2] : request[3]]).digest())
    inner = reader.children("request", request)
    for field in inner[1:2]:
        _read_template(reader, field, parts)
    for controls in inner[2:]:
        parts.staying += _controls(reader, len(parts.staying), controls)
    for field in fields[1:]:
        if field[0] == SEQUENCE:
            parts.staying += _controls(reader, len(parts.staying), field)
        elif field[0] == _SIGNED_BY_KEY:
            parts.staying += _sender(reader, field)
    return made_certificate(reader, parts)


def _read_template(reader: DerReader, template: Element, parts: RequestParts) -> None:
    data = reader.data
    for field in reader.children("request", template):
        match field[0] & 0x1F:
            case 1:
                parts.serial = data[field[2] : field[3]]
            case 3:
                parts.issuer = _name(reader, "issuer", field)
            case 4:
                _read_validity(reader, field, parts)
            case 5:
                parts.subject = _name(reader, "subject", field)
            case 6:
                parts.spki = bytes((SEQUENCE,)) + data[field[1] + 1 : field[4]]
            case 7:
                parts.issuer_unique_id = content(data, field)
            case 8:
                parts.subject_unique_id = content(data, field)
            case 9:
                read_extensions(reader, field, parts)
            case 0 | 2:
                pass  # version and algorithm
            case number:
                reader.report("request", f"unexpected field [{number}] of the template", field)


def _name(reader: DerReader, path: str, field: Element) -> Name:
    inner = reader.children(path, field)
    if len(inner) != 1 or inner[0][0] != SEQUENCE:
        reader.report(path, f"expected one name, got {len(inner)} elements", field)
        return NO_NAME
    return read_name(reader, path, inner[0])


def _read_validity(reader: DerReader, field: Element, parts: RequestParts) -> None:
    """OptionalValidity: { [0] notBefore?, [1] notAfter? }, each an explicitly tagged time."""
    for element in reader.children("validity", field):
        time = _time(reader, element)
        if element[0] & 0x1F == 0:
            parts.not_before = time
        else:
            parts.not_after = time


def _time(reader: DerReader, element: Element) -> datetime | None:
    for time in reader.children("validity", element):
        found = parse_time(time[0], reader.data[time[2] : time[3]])
        if found is not None:
            return found
    reader.report("validity", f"not a time: {element[3] - element[2]} octets", element)
    return None


def _controls(reader: DerReader, first: int, container: Element) -> Iterator[Field]:
    """Yield the fields of SEQUENCE OF AttributeTypeAndValue; the values stand without a SET."""
    for position, element in enumerate(reader.children(REQUEST_ATTRIBUTES, container), first):
        path = f"{REQUEST_ATTRIBUTES}.{position}"
        parts = reader.children(path, element)
        if len(parts) != 2:
            reader.report(path, f"expected type and value, got {len(parts)} elements", element)
        elif parts[1][0] & 0xC0 == 0x80 or parts[1][0] == SEQUENCE:
            raw = reader.data[parts[1][1] : parts[1][4]]
            oid = reader.oid(path, parts[0], element)
            subpath = f"{path}.{attribute_name(oid)}".rstrip(".")
            yield Field(subpath, REQUEST_ATTRIBUTES, oid, parts[1][0], raw, None)
            yield from nested_fields(subpath, REQUEST_ATTRIBUTES, oid, DerReader(raw, reader.problems))
        else:
            yield from _plain(reader, path, element)


def _plain(reader: DerReader, path: str, element: Element) -> Iterator[Field]:
    """Yield a value that is a string; that its SET is missing is as RFC 4211 has it, not a problem."""
    quiet = DerReader(reader.data)
    fields = list(attribute_set_fields(quiet, path, REQUEST_ATTRIBUTES, element))
    for problem in quiet.problems:
        if not problem.what.startswith("expected one SET"):
            reader.add(problem)
    yield from fields


def _sender(reader: DerReader, proof: Element) -> Iterator[Field]:
    """Yield the sender in the input of a signature by the key: [0] { [0] GeneralName | PKMACValue, key }."""
    path = f"{REQUEST_ATTRIBUTES}.sender"
    for field in reader.children(path, proof):
        if field[0] != 0xA0:
            continue
        for part in reader.children(path, field):
            inner = reader.children(path, part) if part[0] == 0xA0 else []
            for element in inner[:1]:
                name = read_general_name(reader, path, element)
                if name is not None:
                    yield from general_name_fields(path, REQUEST_ATTRIBUTES, "", name, reader.problems)
