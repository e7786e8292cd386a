"""Recognition of certificate requests by the tags at their beginning; a request that is cut off is still recognised."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Final

from ctscan.errors import FormatError
from ctscan.model.certificate_request import RequestForm
from ctscan.on_first_use import late_pattern
from ctscan.x509.der import Element, children, element_at
from ctscan.x509.der_reader import OID, SEQUENCE, SET

SPKAC_LINE: Final = late_pattern(rb"^[ \t]*SPKAC[ \t]*=[ \t]*", re.MULTILINE)
_INTEGER, _IA5 = 0x02, 0x16
_BEGINNING: Final = 64 * 1024
"""Octets of a text in which the line with the key may stand."""

_TEMPLATE_FIELDS: Final = range(10)
_NAMED: Final = frozenset((5, 6, 9))  # subject, key, extensions: a template has one of them


def request_form(data: bytes) -> RequestForm | None:
    """Return the form of the request that the octets begin, or None.

    Args:
        data: DER or BER; of an SPKAC also the text of its file (`SPKAC=…`, `CN=…`).
    """
    if data[:1] != b"\x30":
        return RequestForm.SPKAC if SPKAC_LINE.search(data, 0, _BEGINNING) else None
    fields = _inside(data, _whole(data))
    if not fields or fields[0][0] != SEQUENCE:
        return None
    first = _inside(data, fields[0])
    if _is_request_info(data, first):
        return RequestForm.PKCS10
    if _is_template(data, first):
        return RequestForm.CRMF
    if len(first) >= 2 and first[1][0] == _IA5 and _begins_with(data, first[0], SEQUENCE):
        return RequestForm.SPKAC
    if _is_header(first):
        return RequestForm.CMP
    return RequestForm.CMC if _is_pki_data(data, fields) else None


def is_request_list(data: bytes) -> bool:
    """Return whether the octets are CertReqMessages (RFC 4211 section 3): SEQUENCE OF CertReqMsg."""
    fields = _inside(data, _whole(data))
    if not fields or fields[0][0] != SEQUENCE:
        return False
    message = _inside(data, fields[0])
    return bool(message) and message[0][0] == SEQUENCE and _is_template(data, _inside(data, message[0]))


def _whole(data: bytes) -> Element | None:
    try:
        return element_at(data, 0, len(data))[0]
    except FormatError:
        return None


def _inside(data: bytes, element: Element | None) -> list[Element]:
    if element is None or not element[0] & 0x20:
        return []
    return children(data, element[2], element[3])[0]


def _begins_with(data: bytes, element: Element, *tags: int) -> bool:
    inner = _inside(data, element)
    return element[0] == SEQUENCE and bool(inner) and inner[0][0] in tags


def _is_request_info(data: bytes, fields: list[Element]) -> bool:
    """CertificationRequestInfo: { INTEGER, Name, SubjectPublicKeyInfo, [0]? }; a name begins with a SET, a key with an
    AlgorithmIdentifier. Some leave out the version."""
    has_version = bool(fields) and fields[0][0] == _INTEGER
    fields = fields[has_version:]
    if not fields or fields[0][0] != SEQUENCE:
        return False
    name = _inside(data, fields[0])
    is_name = name[0][0] == SET if name else fields[0][2] == fields[0][3]
    return is_name and (_begins_with(data, fields[1], SEQUENCE) if len(fields) > 1 else has_version)


def _is_template(data: bytes, fields: list[Element]) -> bool:
    """CertRequest: { INTEGER, CertTemplate, Controls? }, with the fields of the template under rising tags."""
    if not 2 <= len(fields) <= 3 or fields[0][0] != _INTEGER or fields[1][0] != SEQUENCE:
        return False
    tags = [field[0] for field in _inside(data, fields[1])]
    numbers = [tag & 0x1F for tag in tags]
    is_rising = all(one < other for one, other in pairwise(numbers))
    in_range = all(tag & 0xC0 == 0x80 and number in _TEMPLATE_FIELDS for tag, number in zip(tags, numbers, strict=True))
    return in_range and is_rising and not _NAMED.isdisjoint(numbers)


def _is_header(fields: list[Element]) -> bool:
    """PKIHeader: { INTEGER, sender, recipient, … }; sender and recipient are GeneralNames."""
    return (
        len(fields) >= 3
        and fields[0][0] == _INTEGER
        and all(field[0] & 0xC0 == 0x80 and field[0] & 0x1F <= 8 for field in fields[1:3])
    )


def _is_pki_data(data: bytes, fields: list[Element]) -> bool:
    """PKIData: four SEQUENCEs; the first holds controls { INTEGER, OID, SET }, the second requests under [0] to [2]."""
    if len(fields) > 4 or any(field[0] != SEQUENCE for field in fields):
        return False
    controls = _inside(data, fields[0])
    if controls:
        parts = _inside(data, controls[0])
        return controls[0][0] == SEQUENCE and [part[0] for part in parts[:2]] == [_INTEGER, OID]
    requests = _inside(data, fields[1]) if len(fields) > 1 else []
    return bool(requests) and requests[0][0] in (0xA0, 0xA1, 0xA2)
