"""Recognition of DER by its first tags: certificates, structures that hold them, and certificate requests.

Only the beginning is looked at, and no length has to be right: the readers behind it decide.
"""

from __future__ import annotations

_SEQUENCE, _SET, _INTEGER, _OID, _IA5 = 0x30, 0x31, 0x02, 0x06, 0x16
_SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")  # the object identifier at the start of SignedData
_AUTHENTICATED_DATA = bytes.fromhex("060b2a864886f70d0109100102")
_PKCS7 = _SIGNED_DATA[:-1]  # the object identifier of any PKCS#7 content type without its last arc
_PFX_VERSION = bytes.fromhex("020103")


def begins_like_sequence(data: bytes) -> bool:
    """Return whether the bytes begin with a SEQUENCE of 128 octets or more, or of indefinite length: no certificate is
    shorter, and no text begins so."""
    return len(data) > 4 and data[0] == _SEQUENCE and 0x80 <= data[1] <= 0x84


def begins_like_certificate(data: bytes) -> bool:
    """Return whether the bytes begin like a certificate.

    Version 3 begins SEQUENCE { SEQUENCE { [0] version …; version 1 { INTEGER, SEQUENCE, SEQUENCE, SEQUENCE …, where a
    CRL has a time, and a request has no second SEQUENCE at that level. An attribute certificate has [0] in third place.
    """
    if not begins_like_sequence(data):
        return False
    at = _content_start(data, 0)
    if data[at : at + 1] != bytes((_SEQUENCE,)):
        return False
    at = _content_start(data, at)
    if data[at : at + 1] == b"\xa0":
        return True
    tags = [data[start] for start in _starts(data, at, 4)]
    return tags in (
        [_INTEGER, _SEQUENCE, _SEQUENCE, _SEQUENCE],
        [_INTEGER, _SEQUENCE, 0xA0, _SEQUENCE],
    ) and not begins_like_request(data)


def is_structure(data: bytes) -> bool:
    """Return whether the bytes begin like PKCS#7, CMS or PKCS#12: SEQUENCE { OID signedData … or SEQUENCE { INTEGER 3,
    SEQUENCE { OID data …, regardless of their author and of any label around them; or like an enrolment message."""
    at = _content_start(data, 0)
    if data[:1] != bytes((_SEQUENCE,)):
        return False
    if data.startswith((_SIGNED_DATA, _AUTHENTICATED_DATA), at):
        return True
    info = at + len(_PFX_VERSION)
    begins = data.startswith(_PFX_VERSION, at) and data[info : info + 1] == bytes((_SEQUENCE,))
    return (begins and data.startswith(_PKCS7, _content_start(data, info))) or _is_enrolment_message(data)


def begins_like_request(data: bytes) -> bool:
    """Return whether the bytes begin like a request of PKCS#10, CRMF or SPKAC.

    PKCS#10 has INTEGER, a name and a key; CRMF has INTEGER and a template of tagged fields; SPKAC a key and an
    IA5String.
    """
    if data[:1] != bytes((_SEQUENCE,)):
        return False
    first = _content_start(data, 0)
    inner = _children(data, first, 4) if data[first : first + 1] == bytes((_SEQUENCE,)) else []
    tags = [data[start] for start in inner]
    if tags[:3] == [_INTEGER, _SEQUENCE, _SEQUENCE]:
        return _first_tag(data, inner[1]) in (_SET, None) and _first_tag(data, inner[2]) == _SEQUENCE
    if tags[:2] == [_INTEGER, _SEQUENCE]:
        return _is_tagged(_first_tag(data, inner[1])) and len(tags) == 2
    return tags[:2] == [_SEQUENCE, _IA5] and _first_tag(data, inner[0]) == _SEQUENCE


def _is_enrolment_message(data: bytes) -> bool:
    """Recognise CertReqMessages (SEQUENCE OF requests of CRMF), a PKIMessage { { INTEGER, GeneralName, GeneralName … },
    [n] … } and a PKIData { { { INTEGER, OID … or {}, { [0] or [1] …."""
    fields = _children(data, 0, 4)
    if not fields or data[fields[0]] != _SEQUENCE:
        return False
    first = _children(data, fields[0], 3)
    tags = [data[start] for start in first]
    if tags[:1] == [_INTEGER]:
        return len(tags) == 3 and all(map(_is_tagged, tags[1:])) and len(fields) > 1 and _is_tagged(data[fields[1]])
    if tags[:1] == [_SEQUENCE] and begins_like_request(data[fields[0] :]):
        return True
    if any(data[start] != _SEQUENCE for start in fields):
        return False
    control = [data[start] for start in _children(data, first[0], 2)] if first else []
    if first:
        return tags[0] == _SEQUENCE and control == [_INTEGER, _OID]
    return len(fields) > 1 and _first_tag(data, fields[1]) in (0xA0, 0xA1, 0xA2)


def _is_tagged(tag: int | None) -> bool:
    return tag is not None and tag & 0xC0 == 0x80


def _children(data: bytes, at: int, most: int) -> list[int]:
    """Return the offsets of the first elements inside the element at `at`."""
    end = element_end(data, at)
    return _starts(data[:end] if end is not None else data, _content_start(data, at), most)


def _first_tag(data: bytes, at: int) -> int | None:
    """Return the tag of the first element inside the element at `at`; None when that is empty or cut off."""
    inner = _children(data, at, 1)
    return data[inner[0]] if inner else None


def _starts(data: bytes, at: int, most: int) -> list[int]:
    starts: list[int] = []
    while len(starts) < most and at < len(data):
        starts.append(at)
        at = element_end(data, at) or len(data)
    return starts


def _content_start(data: bytes, at: int) -> int:
    first = data[at + 1] if at + 1 < len(data) else 0
    return at + 2 + (first & 0x7F if first > 0x80 else 0)


def element_end(data: bytes, at: int) -> int | None:
    """Return the end of the element by its definite length; None when the length is indefinite or cut off."""
    first = data[at + 1] if at + 1 < len(data) else 0x80
    if first < 0x80:
        return at + 2 + first
    octets = first & 0x7F
    if not 1 <= octets <= 4 or at + 2 + octets > len(data):
        return None
    return at + 2 + octets + int.from_bytes(data[at + 2 : at + 2 + octets])
