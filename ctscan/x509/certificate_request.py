"""Tolerant reader of certificate requests, as certificates without an issuer (PKCS#10, RFC 2986; others dispatched).

    CertificationRequest      SEQUENCE { info, algorithm, signature }
    CertificationRequestInfo  SEQUENCE { version, subject, subjectPublicKeyInfo, [0] SET OF Attribute }

Subject and requested extensions stand where they would stand in the certificate, with the same paths. Everything else
has paths that begin with `requestAttributes`: no CA copies it. The signature is not checked.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Final

from ctscan.errors import FormatError
from ctscan.model import Certificate
from ctscan.model.certificate_request import REQUEST_ATTRIBUTES, RequestForm
from ctscan.x509.crmf import read_crmf
from ctscan.x509.der import Element
from ctscan.x509.der_reader import OID, DerReader
from ctscan.x509.enrolment_messages import read_cmc_controls, read_cmp_header
from ctscan.x509.extension_bodies import attribute_set_fields
from ctscan.x509.general_names import read_name
from ctscan.x509.request_parts import RequestParts, made_certificate, outermost, read_extensions
from ctscan.x509.request_shapes import request_form
from ctscan.x509.spkac import read_spkac

_ATTRIBUTES: Final = 0xA0
EXTENSION_REQUESTS: Final = frozenset(
    [
        "1.2.840.113549.1.9.14",  # extensionRequest, RFC 2985 section 5.4.2
        "1.3.6.1.4.1.311.2.1.14",  # the same of Microsoft
        "2.16.840.1.113733.1.9.8",  # the same of VeriSign
    ]
)


def read_request(data: bytes) -> Certificate:
    """Read a request of any form.

    Args:
        data: the request, DER or BER; of an SPKAC also the text of its file.

    Returns:
        A certificate with `request` set, without issuer, serial number and validity (a CRMF template may have issuer
        and validity). Its `identity` is the SHA-256 of the part that is signed.

    Raises:
        FormatError: the octets are no request.
    """
    form = request_form(data)
    if form is None:
        raise FormatError(f"certificate request: expected one (PKCS#10, CRMF, SPKAC), got {len(data)} other octets")
    return _READERS[form](data)


def _read_pkcs10(der: bytes) -> Certificate:
    reader = DerReader(der)
    fields = reader.children("request", outermost(reader))
    if not fields:
        raise FormatError("certificate request: expected its information, got nothing")
    if len(fields) != 3:
        reader.report("request", f"expected information, algorithm and signature, got {len(fields)} elements")
    info = fields[0]
    parts = RequestParts(RequestForm.PKCS10, identity=hashlib.sha256(der[info[2] : info[3]]).digest())
    _read_info(reader, reader.children("request", info), parts)
    return made_certificate(reader, parts)


def _read_info(reader: DerReader, fields: list[Element], parts: RequestParts) -> None:
    if fields and fields[0][0] == 0x02:
        fields = fields[1:]
    if fields:
        parts.subject = read_name(reader, "subject", fields[0])
    if len(fields) < 2:
        reader.report("subjectPublicKeyInfo", "missing")
    else:
        parts.spki = reader.data[fields[1][1] : fields[1][4]]
    for field in fields[2:]:
        if field[0] == _ATTRIBUTES:
            _read_attributes(reader, field, parts)
        else:
            reader.report(REQUEST_ATTRIBUTES, f"unexpected field with tag {field[0]:#x}", field)


def _read_attributes(reader: DerReader, container: Element, parts: RequestParts) -> None:
    for position, element in enumerate(reader.children(REQUEST_ATTRIBUTES, container)):
        path = f"{REQUEST_ATTRIBUTES}.{position}"
        head = reader.children(path, element)[:2]
        if len(head) == 2 and head[0][0] == OID and reader.oid(path, head[0]) in EXTENSION_REQUESTS:
            for value in reader.children(path, head[1]):
                read_extensions(reader, value, parts)
        else:
            parts.staying += attribute_set_fields(reader, path, REQUEST_ATTRIBUTES, element)


_READERS: Final[dict[RequestForm, Callable[[bytes], Certificate]]] = {
    RequestForm.PKCS10: _read_pkcs10,
    RequestForm.CRMF: read_crmf,
    RequestForm.SPKAC: read_spkac,
    RequestForm.CMC: read_cmc_controls,
    RequestForm.CMP: read_cmp_header,
}
