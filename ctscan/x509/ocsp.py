"""OCSP (RFC 6960, RFC 5019): the request for a certificate, and the meaning of the response.

    OCSPResponse       SEQUENCE { status ENUMERATED, [0] { SEQUENCE { OID, OCTET STRING { BasicOCSPResponse }}}?}
    BasicOCSPResponse  SEQUENCE { data, algorithm, signature, [0] certificates? }
    data               SEQUENCE { [0] version?, [1] name | [2] key hash, producedAt, SEQUENCE OF single, [1]? }
    single             SEQUENCE { id, [0] good | [1] revoked | [2] unknown, thisUpdate, [0] nextUpdate?, [1]? }
    id                 SEQUENCE { hash algorithm, issuerNameHash, issuerKeyHash, serial }

No nonce is sent: responders of public CAs serve responses that were signed beforehand (RFC 5019 section 4).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from ctscan.errors import FormatError, ProofError
from ctscan.model import Extension, Message, Revocation, RevocationState, StatusReason
from ctscan.x509.common_fields import read_extension
from ctscan.x509.crl import HOLD, REASON_CODES
from ctscan.x509.crl_check import MAX_SKEW
from ctscan.x509.der import Element, children, content, element_at
from ctscan.x509.der_reader import OCTETS, SEQUENCE, DerReader
from ctscan.x509.issuer_lookup import Signer, read_signer
from ctscan.x509.signatures import STRONG_RSA, Signed, read_signed, verify_signed
from ctscan.x509.times import GENERALIZED_TIME, parse_time

MAX_RESPONSE: Final = 1024 * 1024
"""Octets of a response; a response with a responder's certificate has about 2,000."""

MAX_SERIAL: Final = 1024
MAX_SINGLES: Final = 1000
MAX_RESPONDERS: Final = 8

_INTEGER, _NULL, _ENUMERATED = 0x02, b"\x05\x00", 0x0A
_BASIC: Final = bytes.fromhex("06092b0601050507300101")
_SHA1: Final = bytes.fromhex("06052b0e03021a")
_HASHES: Final = {
    _SHA1: "sha1",
    bytes.fromhex("0609608648016503040201"): "sha256",
    bytes.fromhex("0609608648016503040202"): "sha384",
    bytes.fromhex("0609608648016503040203"): "sha512",
}
_OCSP_SIGNING: Final = "1.3.6.1.5.5.7.3.9"
_ARCHIVE_CUTOFF: Final = "1.3.6.1.5.5.7.48.1.6"
_NEVER_ISSUED: Final = datetime(1970, 1, 1, tzinfo=UTC)

_STATUS: Final = {
    1: StatusReason.REQUEST_UNREADABLE(),
    2: StatusReason.RESPONDER_ERROR(),
    3: StatusReason.TRY_LATER(),
    5: StatusReason.SIGNED_REQUESTS_ONLY(),
    6: StatusReason.NOT_AUTHORISED(),
}
"""OCSPResponseStatus (RFC 6960 section 4.2.1)."""

_NOT_A_RESPONSE: Final = StatusReason.NOT_A_RESPONSE()


class _Unusable(FormatError):
    """Response that says nothing of the certificate, with the reason."""

    def __init__(self, why: Message) -> None:
        super().__init__(why.code)
        self.why = why


class _Unproven(ProofError):
    """Response whose signer isn't entitled, with the reason."""

    def __init__(self, why: Message) -> None:
        super().__init__(why.code)
        self.why = why


def _reason_of(error: FormatError | ProofError) -> Message:
    if isinstance(error, _Unusable | _Unproven):
        return error.why
    return StatusReason.RESPONSE_UNVERIFIED(detail=str(error))


class _SingleResponse(Struct, frozen=True):
    """SingleResponse with parsed times."""

    state: int  # tag: 0x80 good, 0xA1 revoked, 0x82 unknown
    revoked_at: datetime | None
    reason: str
    this_update: datetime
    next_update: datetime | None
    kept_since: datetime | None  # archiveCutoff


class _BasicResponse(Struct, frozen=True):
    """Parts of a BasicOCSPResponse before verification."""

    data: bytes
    signed: Signed
    responder: Element
    produced_at: datetime
    singles: tuple[Element, ...]
    certificates: tuple[bytes, ...]


def ocsp_request(issuer_der: bytes, serial: bytes) -> bytes:
    """Build an OCSPRequest for one certificate.

    The CertID has SHA-1 hashes, the only hashes that every responder knows (RFC 5019 section 2.1.1).

    Args:
        issuer_der: certificate of the issuer, DER.
        serial: content of the INTEGER, as encoded in the certificate.

    Raises:
        FormatError: the issuer can't be read, or the serial number is too long.
    """
    signer = read_signer(issuer_der)
    if not 0 < len(serial) <= MAX_SERIAL:
        raise FormatError(f"serial number: expected 1 to {MAX_SERIAL} octets, got {len(serial)}")
    hashes = (_tlv(OCTETS, hashed) for hashed in _issuer_hashes(signer, "sha1"))
    cert_id = _tlv(SEQUENCE, _tlv(SEQUENCE, _SHA1 + _NULL), *hashes, _tlv(_INTEGER, serial))
    return _tlv(SEQUENCE, _tlv(SEQUENCE, _tlv(SEQUENCE, _tlv(SEQUENCE, cert_id))))


def check_by_ocsp(
    response: bytes,
    issuer_der: bytes,
    serial: bytes,
    checked: datetime,
    url: str,
    *,
    not_after: datetime | None = None,
) -> Revocation:
    """Check the revocation of a certificate by an OCSP response. Never raises.

    A response about a certificate that had already expired counts only when the responder states how long it keeps
    expired certificates (archiveCutoff, RFC 6960 section 4.4.4).

    Args:
        response: the OCSPResponse, DER.
        issuer_der: certificate of the issuer, DER.
        serial: content of the INTEGER, as encoded in the certificate.
        checked: time of the check.
        url: address of the responder.
        not_after: end of the certificate.
    """
    unknown = Revocation(RevocationState.UNKNOWN, "OCSP", checked, url)
    try:
        signer = read_signer(issuer_der)
    except FormatError:
        return replace(unknown, why=StatusReason.ISSUER_UNREADABLE())
    try:
        basic = _read_response(response)
        _verify(basic, signer, checked)
        single = _single_of(basic, signer, serial)
    except (FormatError, ProofError) as error:
        return replace(unknown, why=_reason_of(error))
    revocation = replace(unknown, this_update=single.this_update, next_update=single.next_update)
    if max(single.this_update, basic.produced_at) > checked + MAX_SKEW:
        return replace(revocation, why=StatusReason.RESPONSE_IN_FUTURE())
    if single.state == 0xA1:
        if single.revoked_at == _NEVER_ISSUED and single.reason == HOLD:  # RFC 6960 section 2.2
            return replace(revocation, why=StatusReason.NEVER_ISSUED())
        return replace(revocation, state=RevocationState.REVOKED, revoked_at=single.revoked_at, reason=single.reason)
    why = _uncleared_reason(single, checked, not_after)
    return replace(revocation, why=why) if why else replace(revocation, state=RevocationState.NOT_REVOKED)


def _uncleared_reason(single: _SingleResponse, checked: datetime, not_after: datetime | None) -> Message | None:
    """Return the reason why the response doesn't clear the certificate; None: it does."""
    if single.state != 0x80:
        return StatusReason.NOT_KNOWN_TO_RESPONDER()
    if single.next_update is not None and checked > single.next_update:
        return StatusReason.RESPONSE_RUN_OUT()
    had_expired = not_after is not None and not_after < single.this_update
    is_kept = not_after is not None and single.kept_since is not None and single.kept_since <= not_after
    if had_expired and not is_kept:
        return StatusReason.EXPIRED_AT_RESPONDER()
    return None


# --- reading -------------------------------------------------------------------------------------------------------


def _read_response(response: bytes) -> _BasicResponse:
    """Read an OCSPResponse. Raises _Unusable with the reason."""
    if len(response) > MAX_RESPONSE:
        raise _Unusable(StatusReason.RESPONSE_TOO_LONG())
    fields = _children(response, _outer_sequence(response))
    if not fields or fields[0][0] != _ENUMERATED or fields[0][3] - fields[0][2] != 1:
        raise _Unusable(_NOT_A_RESPONSE)
    status = response[fields[0][2]]
    if status:
        raise _Unusable(_STATUS.get(status, StatusReason.UNKNOWN_ERROR()))
    holders = [holder for field in fields[1:2] if field[0] == 0xA0 for holder in _children(response, field)]
    parts = _children(response, holders[0]) if len(holders) == 1 else []
    if len(parts) != 2 or parts[1][0] != OCTETS:
        raise _Unusable(_NOT_A_RESPONSE)
    if response[parts[0][1] : parts[0][4]] != _BASIC:
        raise _Unusable(StatusReason.UNKNOWN_KIND())
    return _read_basic(response[parts[1][2] : parts[1][3]])


def _read_basic(data: bytes) -> _BasicResponse:
    try:
        signed = read_signed(data, "response")
    except FormatError:
        raise _Unusable(_NOT_A_RESPONSE) from None
    fields = _children(data, signed.body)
    if fields and fields[0][0] == 0xA0:  # version
        fields = fields[1:]
    if len(fields) < 3 or fields[0][0] not in (0xA1, 0xA2) or fields[2][0] != SEQUENCE:
        raise _Unusable(_NOT_A_RESPONSE)
    listed = [part for field in signed.rest[:1] if field[0] == 0xA0 for part in _children(data, field)]
    certificates = [part for outer in listed[:1] for part in _children(data, outer)]
    return _BasicResponse(
        data=data,
        signed=signed,
        responder=fields[0],
        produced_at=_time(data, fields[1]),
        singles=tuple(_children(data, fields[2])[:MAX_SINGLES]),
        certificates=tuple(data[part[1] : part[4]] for part in certificates[:MAX_RESPONDERS]),
    )


def _single_of(basic: _BasicResponse, signer: Signer, serial: bytes) -> _SingleResponse:
    """Find the newest SingleResponse for this certificate.

    Raises:
        FormatError: there is none, or it can't be read.
    """
    found = [
        _read_single(basic.data, fields)
        for fields in (_children(basic.data, single) for single in basic.singles)
        if len(fields) >= 3 and _matches(basic.data, fields[0], signer, serial)
    ]
    if not found:
        raise _Unusable(StatusReason.OTHER_CERTIFICATE())
    return max(found, key=lambda single: (single.this_update, single.state == 0xA1))


def _matches(data: bytes, cert_id: Element, signer: Signer, serial: bytes) -> bool:
    parts = _children(data, cert_id)
    if [part[0] for part in parts] != [SEQUENCE, OCTETS, OCTETS, _INTEGER]:
        return False
    algorithm = _children(data, parts[0])
    name = _HASHES.get(data[algorithm[0][1] : algorithm[0][4]]) if algorithm else None
    bodies = tuple(data[part[2] : part[3]] for part in parts[1:])
    if name is None or bodies[:2] != _issuer_hashes(signer, name):
        return False
    return int.from_bytes(bodies[2], signed=True) == int.from_bytes(serial, signed=True)


def _read_single(data: bytes, fields: list[Element]) -> _SingleResponse:
    _, state, this_update, *rest = fields
    if state[0] not in (0x80, 0xA1, 0x82) or {field[0] for field in rest} - {0xA0, 0xA1}:
        raise _Unusable(_NOT_A_RESPONSE)
    revoked_at, reason = _revoked_info(data, state) if state[0] == 0xA1 else (None, "")
    ends = [end for field in rest if field[0] == 0xA0 for end in _children(data, field)]
    extensions = [extension for field in rest if field[0] == 0xA1 for extension in _extensions(data, field)]
    if any(extension.critical and extension.oid != _ARCHIVE_CUTOFF for extension in extensions):
        raise _Unusable(StatusReason.RESPONSE_CRITICAL())
    cutoffs = [extension.value for extension in extensions if extension.oid == _ARCHIVE_CUTOFF]
    return _SingleResponse(
        state=state[0],
        revoked_at=revoked_at,
        reason=reason,
        this_update=_time(data, this_update),
        next_update=_time(data, ends[0]) if ends else None,
        kept_since=parse_time(GENERALIZED_TIME, cutoffs[0][2:]) if cutoffs else None,
    )


def _revoked_info(data: bytes, state: Element) -> tuple[datetime, str]:
    # [1] { revocationTime, [0] { ENUMERATED }? }
    parts = _children(data, state)
    if not parts:
        raise _Unusable(_NOT_A_RESPONSE)
    codes = [code for part in parts[1:2] for code in _children(data, part)]
    code = data[codes[0][2] : codes[0][3]] if codes else b""
    return _time(data, parts[0]), REASON_CODES.get(code[0], "") if len(code) == 1 else ""


def _extensions(data: bytes, field: Element) -> Iterator[Extension]:
    for outer in _children(data, field)[:1]:
        for element in _children(data, outer):
            extension = read_extension(DerReader(data), "", element)
            if extension is None:
                raise _Unusable(_NOT_A_RESPONSE)
            yield extension


def _outer_sequence(data: bytes) -> Element:
    try:
        element, problem = element_at(data, 0, len(data))
    except FormatError:
        raise _Unusable(_NOT_A_RESPONSE) from None
    if problem or element[0] != SEQUENCE:
        raise _Unusable(_NOT_A_RESPONSE)
    return element


def _children(data: bytes, element: Element) -> list[Element]:
    found, problem = children(data, element[2], element[3])
    if problem:
        raise _Unusable(_NOT_A_RESPONSE)
    return found


def _time(data: bytes, element: Element) -> datetime:
    when = parse_time(element[0], data[element[2] : element[3]])
    if when is None:
        raise _Unusable(StatusReason.TIME_UNREADABLE())
    return when


# --- who signed it -------------------------------------------------------------------------------------------------


def _verify(basic: _BasicResponse, issuer: Signer, checked: datetime) -> None:
    """Verify that the issuer signed, or a responder that it certified (RFC 6960 section 4.2.2.2). Raises _Unproven with
    the reason."""
    why = ""
    try:
        verify_signed(basic.data, basic.signed, issuer.certificate.spki, "response", min_rsa_bits=STRONG_RSA)
    except ProofError as error:
        why = str(error)
    else:
        return
    for der in basic.certificates:
        try:
            responder = read_signer(der)
            if _names_responder(basic, responder):
                _check_responder(basic, der, responder, issuer, checked)
                return
        except FormatError:
            continue
    raise ProofError(why)


def _check_responder(basic: _BasicResponse, der: bytes, responder: Signer, issuer: Signer, checked: datetime) -> None:
    certificate = responder.certificate
    verify_signed(basic.data, basic.signed, certificate.spki, "response", min_rsa_bits=STRONG_RSA)
    try:
        context, key = "certificate of the responder", issuer.certificate.spki
        verify_signed(der, read_signed(der, "certificate"), key, context, min_rsa_bits=STRONG_RSA)
    except ProofError as error:
        raise _Unproven(StatusReason.RESPONDER_NOT_CERTIFIED(detail=str(error))) from None
    if _OCSP_SIGNING not in certificate.eku:
        raise _Unproven(StatusReason.RESPONDER_NOT_FOR_SIGNING())
    if certificate.not_before is None or certificate.not_after is None:
        raise _Unproven(StatusReason.RESPONDER_DATES_UNREADABLE())
    if not (certificate.not_before <= checked + MAX_SKEW and checked <= certificate.not_after):
        raise _Unproven(StatusReason.RESPONDER_NOT_VALID())


def _names_responder(basic: _BasicResponse, responder: Signer) -> bool:
    """Return whether the response names this responder as its signer."""
    inner = _children(basic.data, basic.responder)
    if len(inner) != 1:
        raise _Unusable(_NOT_A_RESPONSE)
    if basic.responder[0] == 0xA1:
        return basic.data[inner[0][1] : inner[0][4]] == responder.certificate.subject.raw
    return content(basic.data, inner[0]) == _key_hash(responder, "sha1")


def _issuer_hashes(signer: Signer, algorithm: str) -> tuple[bytes, bytes]:
    name = hashlib.new(algorithm, signer.certificate.subject.raw, usedforsecurity=False).digest()
    return name, _key_hash(signer, algorithm)


def _key_hash(signer: Signer, algorithm: str) -> bytes:
    """Hash the content of the key's BIT STRING, without its count of unused bits.

    Raises:
        FormatError: the key can't be read.
    """
    spki = signer.certificate.spki
    try:
        parts = _children(spki, _outer_sequence(spki))
    except FormatError:
        parts = []
    if len(parts) != 2 or parts[1][0] != 0x03:
        raise FormatError("the key of the issuer can't be read")
    return hashlib.new(algorithm, spki[parts[1][2] + 1 : parts[1][3]], usedforsecurity=False).digest()


def _tlv(tag: int, *parts: bytes) -> bytes:
    """Encode an element with the shortest length, up to 65,535 octets."""
    body = b"".join(parts)
    size = len(body)
    head = bytes((size,)) if size < 0x80 else bytes((0x81, size)) if size < 0x100 else b"\x82" + size.to_bytes(2)
    return bytes((tag,)) + head + body
