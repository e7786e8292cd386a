"""Builders of certificate requests: PKCS#10, CRMF, SPKAC, and the messages of CMC and CMP around them."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence

from support.certs import (
    Signer,
    arbitrary_signature,
    bit_string,
    integer,
    moment,
    name,
    oid,
    public_key,
    string,
    tlv,
)

EXTENSION_REQUEST = "1.2.840.113549.1.9.14"
CHALLENGE_PASSWORD = "1.2.840.113549.1.9.7"
UNSTRUCTURED_NAME = "1.2.840.113549.1.9.2"
CLIENT_INFO = "1.3.6.1.4.1.311.21.20"
OS_VERSION = "1.3.6.1.4.1.311.13.2.3"
CSP = "1.3.6.1.4.1.311.13.2.2"
NAME_VALUE_PAIR = "1.3.6.1.4.1.311.13.2.1"
DATA, SIGNED_DATA = "1.2.840.113549.1.7.1", "1.2.840.113549.1.7.2"
PKI_DATA = "1.3.6.1.5.5.7.12.2"
_ALGORITHM = tlv(0x30, oid("1.2.840.10045.4.3.2"))  # ecdsa-with-SHA256


def request_attribute(dotted: str, *values: bytes) -> bytes:
    """Encode Attribute: { OID, SET OF value }."""
    return tlv(0x30, oid(dotted), tlv(0x31, *values))


def extension_request(*extensions: bytes, dotted: str = EXTENSION_REQUEST) -> bytes:
    """Encode the attribute with the requested extensions."""
    return request_attribute(dotted, tlv(0x30, *extensions))


def client_info(machine: str, user: str, program: str) -> bytes:
    """Encode Microsoft's attribute of the client that made the request."""
    return request_attribute(CLIENT_INFO, tlv(0x30, integer(5), *map(string, (machine, user, program))))


def make_request(
    subject: Iterable[object] | bytes,
    attributes: Sequence[bytes] = (),
    *,
    key: str = "request",
    sign_with: Signer = arbitrary_signature,
) -> bytes:
    """Encode CertificationRequest."""
    named = subject if isinstance(subject, bytes) else name(subject)  # type: ignore[arg-type]
    info = tlv(0x30, integer(0), named, public_key(key), tlv(0xA0, *attributes))
    return tlv(0x30, info, _ALGORITHM, bit_string(sign_with(info)))


def make_crmf(
    subject: Iterable[object] | bytes,
    extensions: Sequence[bytes] = (),
    controls: Sequence[bytes] = (),
    registration: Sequence[bytes] = (),
    *,
    number: int = 1,
    validity: Sequence[bytes] = (),
    issuer: bytes = b"",
    sender: bytes = b"",
    key: str = "request",
) -> bytes:
    """Encode CertReqMsg; `sender`: a GeneralName in the proof of possession."""
    named = subject if isinstance(subject, bytes) else name(subject)  # type: ignore[arg-type]
    spki = public_key(key)
    template = [tlv(0xA3, issuer)] if issuer else []
    template += [tlv(0xA4, *validity)] if validity else []
    template += [tlv(0xA5, named), b"\xa6" + spki[1:]]
    template += [tlv(0xA9, *extensions)] if extensions else []
    request = tlv(0x30, integer(number), tlv(0x30, *template), *([tlv(0x30, *controls)] if controls else []))
    signed = tlv(0xA0, tlv(0xA0, sender), spki) if sender else b""
    proof = tlv(0xA1, signed, _ALGORITHM, bit_string(arbitrary_signature(request)))
    return tlv(0x30, request, proof, *([tlv(0x30, *registration)] if registration else []))


def control(dotted: str, value: bytes) -> bytes:
    """Encode AttributeTypeAndValue, as CRMF has it: { OID, value }."""
    return tlv(0x30, oid(dotted), value)


def until(when: object) -> bytes:
    """Encode notAfter of a template's OptionalValidity."""
    return tlv(0xA1, moment(when))  # type: ignore[arg-type]


def make_spkac(challenge: str, key: str = "request") -> bytes:
    """Encode SignedPublicKeyAndChallenge."""
    signed = tlv(0x30, public_key(key), string(challenge, "ia5"))
    return tlv(0x30, signed, _ALGORITHM, bit_string(arbitrary_signature(signed)))


def spkac_file(challenge: str, *lines: str) -> bytes:
    """Write the file that OpenSSL reads."""
    return "\n".join([f"SPKAC={base64.b64encode(make_spkac(challenge)).decode()}", *lines, ""]).encode()


def content_info(content: bytes, kind: str = DATA, certificates: Sequence[bytes] = ()) -> bytes:
    """Encode SignedData around a content, without signers."""
    encapsulated = tlv(0x30, oid(kind), tlv(0xA0, tlv(0x04, content)))
    members = [tlv(0xA0, *certificates)] if certificates else []
    return tlv(0x30, oid(SIGNED_DATA), tlv(0xA0, tlv(0x30, integer(3), tlv(0x31), encapsulated, *members, tlv(0x31))))


def tagged_attribute(dotted: str, *values: bytes, number: int = 1) -> bytes:
    """Encode a control of CMC: { number, OID, SET OF value }."""
    return tlv(0x30, integer(number), oid(dotted), tlv(0x31, *values))


def pki_data(
    *requests: bytes, controls: Sequence[bytes] = (), messages: Sequence[bytes] = (), nested: Sequence[bytes] = ()
) -> bytes:
    """Encode PKIData with requests of PKCS#10 and of CRMF (`messages`), and ContentInfos in it."""
    tagged = [tlv(0xA0, integer(number), request) for number, request in enumerate(requests, 2)]
    tagged += [b"\xa1" + message[1:] for message in messages]
    inner = [tlv(0x30, integer(number), info) for number, info in enumerate(nested, 50)]
    return tlv(0x30, tlv(0x30, *controls), tlv(0x30, *tagged), tlv(0x30, *inner), tlv(0x30))


def pki_message(
    body: int, content: bytes, sender: bytes, recipient: bytes, *rest: bytes, certificates: Sequence[bytes] = ()
) -> bytes:
    """Encode PKIMessage; `body` is the number of its kind: 0 ir, 2 cr, 4 p10cr, 7 kur, 20 nested."""
    header = tlv(0x30, integer(2), sender, recipient, *rest)
    extra = [tlv(0xA1, tlv(0x30, *certificates))] if certificates else []
    return tlv(0x30, header, tlv(0xA0 | body, content), *extra)


def pem(der: bytes, label: str = "CERTIFICATE REQUEST") -> str:
    """Encode a block of PEM."""
    return f"-----BEGIN {label}-----\n{base64.encodebytes(der).decode()}-----END {label}-----\n"
