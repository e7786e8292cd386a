"""Parts of enrolment messages around requests: controls of CMC (RFC 5272), headers of CMP (RFC 9810).

    PKIData        SEQUENCE { controls SEQUENCE OF TaggedAttribute, requests, contents, others }
    TaggedAttribute SEQUENCE { INTEGER, OID, SET OF value }
    PKIMessage     SEQUENCE { PKIHeader, body, [0] protection?, [1] certificates? }
    PKIHeader      SEQUENCE { INTEGER, sender, recipient, [0] … [8] generalInfo }

The requests in them are read by themselves (`containers/enrolment.py`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Final

from ctscan.errors import FormatError
from ctscan.model import Certificate, Field
from ctscan.model.certificate_request import REQUEST_ATTRIBUTES, REQUEST_RECIPIENT, RequestForm
from ctscan.x509.der import Element
from ctscan.x509.der_reader import SEQUENCE, SET, DerReader
from ctscan.x509.extension_bodies import attribute_set_fields
from ctscan.x509.field_list import general_name_fields, nested_fields
from ctscan.x509.general_names import read_general_name
from ctscan.x509.request_parts import RequestParts, made_certificate, outermost, read_extensions

_ADD_EXTENSIONS: Final = "1.3.6.1.5.5.7.7.8"
"""Extensions that the certificate shall have: { bodyPartID, SEQUENCE OF bodyPartID, Extensions }."""

_ADD_ATTRIBUTES: Final = "1.3.6.1.4.1.311.10.10.1"
"""Attributes of a request in the message (Microsoft): { bodyPartID, SEQUENCE OF bodyPartID, SET OF Attribute }."""

_FREE_TEXT, _GENERAL_INFO = 0xA7, 0xA8


def read_cmc_controls(der: bytes) -> Certificate:
    """Read the controls of a PKIData as a request without a key: extensions to be added, and fields that stay.

    Raises:
        FormatError: there are no controls.
    """
    reader = DerReader(der)
    outer = outermost(reader)
    fields = reader.children("request", outer)
    if not fields or fields[0][0] != SEQUENCE:
        raise FormatError("certificate request: expected a PKIData that begins with its controls")
    parts = RequestParts(RequestForm.CMC, identity=hashlib.sha256(der[outer[2] : outer[3]]).digest())
    for position, element in enumerate(reader.children(REQUEST_ATTRIBUTES, fields[0])):
        _read_control(reader, f"{REQUEST_ATTRIBUTES}.{position}", element, parts)
    return made_certificate(reader, parts)


def _read_control(reader: DerReader, path: str, element: Element, parts: RequestParts) -> None:
    found = reader.children(path, element)
    if len(found) < 3:
        reader.report(path, f"expected number, type and values, got {len(found)} elements", element)
        return
    oid = reader.oid(path, found[1], element)
    if oid not in (_ADD_EXTENSIONS, _ADD_ATTRIBUTES):
        control = (SEQUENCE, found[1][1], found[1][1], element[3], element[3])
        parts.staying += attribute_set_fields(reader, path, REQUEST_ATTRIBUTES, control)
        return
    for value in reader.children(path, found[2]):
        for added in reader.children(path, value)[2:]:
            if oid == _ADD_EXTENSIONS:
                read_extensions(reader, added, parts)
            elif added[0] == SET:
                for number, attribute in enumerate(reader.children(path, added)):
                    subpath = f"{path}.{number}"
                    parts.staying += attribute_set_fields(reader, subpath, REQUEST_ATTRIBUTES, attribute)


def read_cmp_header(der: bytes) -> Certificate:
    """Read the header of a PKIMessage as a request without a key: the names of sender and recipient, and its texts.

    Raises:
        FormatError: there is no header.
    """
    reader = DerReader(der)
    fields = reader.children("request", outermost(reader))
    if not fields or fields[0][0] != SEQUENCE:
        raise FormatError("certificate request: expected a PKIMessage that begins with its header")
    header = fields[0]
    parts = RequestParts(RequestForm.CMP, identity=hashlib.sha256(der[header[2] : header[3]]).digest())
    _, *found = reader.children("request", header) or [header]
    for part, path, element in zip(
        (REQUEST_ATTRIBUTES, REQUEST_RECIPIENT),
        (f"{REQUEST_ATTRIBUTES}.sender", REQUEST_RECIPIENT),
        found[:2],
        strict=False,
    ):
        name = read_general_name(reader, path, element)
        if name is not None:
            parts.staying += general_name_fields(path, part, "", name, reader.problems)
    for element in found[2:]:
        if element[0] in (_FREE_TEXT, _GENERAL_INFO):
            parts.staying += _texts(reader, element)
    return made_certificate(reader, parts)


def _texts(reader: DerReader, element: Element) -> Iterator[Field]:
    """Yield the strings of freeText or generalInfo."""
    path = f"{REQUEST_ATTRIBUTES}.{'freeText' if element[0] == _FREE_TEXT else 'generalInfo'}"
    raw = reader.data[element[2] : element[3]]
    yield Field(path, REQUEST_ATTRIBUTES, "", element[0], raw, None)
    yield from nested_fields(path, REQUEST_ATTRIBUTES, "", DerReader(raw, reader.problems))
