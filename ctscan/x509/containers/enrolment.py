"""Certificate requests in enrolment messages: PKCS#7 around PKCS#10, CMC (RFC 5272), CMP (RFC 9810), lists of CRMF.

    CMP   PKIMessage      SEQUENCE { header, [n] body, [0] protection?, [1] SEQUENCE OF Certificate? }
                          body: [0] ir, [2] cr, [7] kur, [9] krr, [13] ccr CertReqMessages; [4] p10cr
                          CertificationRequest; [20] nested SEQUENCE OF PKIMessage
    CMC   PKIData         SEQUENCE { controls, SEQUENCE OF TaggedRequest, SEQUENCE OF TaggedContentInfo, others }
                          TaggedRequest: [0] { number, CertificationRequest }, [1] CertReqMsg, [2] other
          in ContentInfo  of SignedData or AuthenticatedData

Requests come out octet for octet as encoded, but for a CertReqMsg under a tag, which gets back its SEQUENCE. The
message around them comes out as well where it has fields of its own: `enrolment_messages.py` reads these.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ctscan.errors import FormatError
from ctscan.model import Problem
from ctscan.model.certificate_request import RequestForm
from ctscan.x509.der import Element, children, content, element_at
from ctscan.x509.der_reader import OCTETS, OID, SEQUENCE
from ctscan.x509.request_shapes import is_request_list, request_form

MAX_MESSAGE: Final = 16 * 1024 * 1024
MAX_REQUESTS: Final = 10_000
MAX_NESTING: Final = 4
"""Messages within each other: a CMC message in PKCS#7 has two."""

_LISTS: Final = frozenset((0xA0, 0xA2, 0xA7, 0xA9, 0xAD))
_PKCS10, _NESTED, _CERTIFICATES = 0xA4, 0xB4, 0xA1

Parts = list[bytes | Problem]


def is_enrolment_message(der: bytes) -> bool:
    """Return whether the octets are a message or a list with requests: CertReqMessages, PKIMessage or PKIData."""
    form = request_form(der)
    return (form is not None and form.is_envelope) or is_request_list(der)


def requests_in_message(der: bytes) -> Parts:
    """Extract the requests of CertReqMessages, a PKIMessage or a PKIData, the message itself where it has own fields,
    and the certificates that a PKIMessage brings along.

    Args:
        der: the message, DER or BER.

    Raises:
        FormatError: the message is too large, or nothing can be taken out of it.
    """
    if len(der) > MAX_MESSAGE:
        raise FormatError(f"enrolment message: expected at most {MAX_MESSAGE} octets, got {len(der)}; split the file")
    found = list(_in_message(der, 0))
    if not found:
        raise FormatError("enrolment message: expected certificate requests in it, got none")
    return _capped(found)


def requests_in_signed_data(der: bytes) -> Parts:
    """Extract the requests in the content of SignedData or AuthenticatedData; none for other content."""
    return _capped(list(_in_content_info(der, 0)))


def _capped(found: Parts) -> Parts:
    if len(found) <= MAX_REQUESTS:
        return found
    what = f"expected at most {MAX_REQUESTS} requests in a message, got {len(found)}; split the file"
    return [*found[:MAX_REQUESTS], Problem("", what)]


def _in_message(der: bytes, depth: int) -> Iterator[bytes | Problem]:
    if depth > MAX_NESTING:
        yield Problem("", f"expected messages at most {MAX_NESTING} deep within each other, got more", der)
        return
    form = request_form(der)
    if is_request_list(der):
        yield from _list(der, _first(der))
    elif form is RequestForm.CMP:
        yield from _in_pki_message(der, depth)
    elif form is RequestForm.CMC:
        yield from _in_pki_data(der, depth)
    elif form is not None:
        yield der


def _first(data: bytes) -> Element | None:
    try:
        return element_at(data, 0, len(data))[0]
    except FormatError:
        return None


def _inside(data: bytes, element: Element | None) -> list[Element]:
    return children(data, element[2], element[3])[0] if element is not None and element[0] & 0x20 else []


def _raw(data: bytes, element: Element) -> bytes:
    return data[element[1] : element[4]]


def _list(data: bytes, container: Element | None) -> Iterator[bytes]:
    return (_raw(data, element) for element in _inside(data, container) if element[0] == SEQUENCE)


def _in_pki_message(der: bytes, depth: int) -> Iterator[bytes | Problem]:
    yield der  # its header
    fields = _inside(der, _first(der))
    for body in fields[1:2]:
        for inner in _inside(der, body):
            yield from _in_body(der, body, inner, depth)
    for field in fields[2:]:
        if field[0] == _CERTIFICATES:
            for certificates in _inside(der, field):
                yield from _list(der, certificates)


def _in_body(der: bytes, body: Element, inner: Element, depth: int) -> Iterator[bytes | Problem]:
    """Yield the requests in the content of a body; responses of a CA have none."""
    if body[0] in _LISTS:
        yield from _list(der, inner)
    elif body[0] == _PKCS10:
        yield _raw(der, inner)
    elif body[0] == _NESTED:
        for message in _list(der, inner):
            yield from _in_message(message, depth + 1)


def _in_pki_data(der: bytes, depth: int) -> Iterator[bytes | Problem]:
    fields = _inside(der, _first(der))
    if fields and _inside(der, fields[0]):
        yield der  # its controls
    for tagged in _inside(der, fields[1]) if len(fields) > 1 else []:
        if tagged[0] == 0xA0:
            yield from (_raw(der, part) for part in _inside(der, tagged)[1:2])
        elif tagged[0] == 0xA1:
            yield bytes((SEQUENCE,)) + der[tagged[1] + 1 : tagged[4]]
        else:
            yield Problem("", "a request of another form in a CMC message; expected PKCS#10 or CRMF", _raw(der, tagged))
    for tagged in _inside(der, fields[2]) if len(fields) > 2 else []:
        for info in _inside(der, tagged)[1:2]:
            yield from _in_content_info(_raw(der, info), depth + 1)


def _in_content_info(der: bytes, depth: int) -> Iterator[bytes | Problem]:
    """Yield the requests in ContentInfo { OID, [0] { SEQUENCE { …, { OID, [0] content }, … } } }."""
    for wrapped in _inside(der, _first(der))[1:2]:
        for body in _inside(der, wrapped)[:1]:
            for field in _inside(der, body):
                yield from _in_encapsulated(der, field, depth)


def _in_encapsulated(der: bytes, field: Element, depth: int) -> Iterator[bytes | Problem]:
    parts = _inside(der, field) if field[0] == SEQUENCE else []
    if len(parts) != 2 or parts[0][0] != OID or parts[1][0] != 0xA0:
        return
    for element in _inside(der, parts[1])[:1]:
        is_octets = element[0] & 0xDF == OCTETS
        inner = content(der, element) if is_octets else _raw(der, element)
        if inner[:1] == bytes((SEQUENCE,)):
            yield from _within(inner, depth + 1)


def _within(inner: bytes, depth: int) -> Iterator[bytes | Problem]:
    if is_request_list(inner) or request_form(inner) is not None:
        yield from _in_message(inner, depth)
    elif depth <= MAX_NESTING and _inside(inner, _first(inner))[:1] and _inside(inner, _first(inner))[0][0] == OID:
        yield from _in_content_info(inner, depth)
