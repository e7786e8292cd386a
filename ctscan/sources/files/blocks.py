"""Certificates in a run of bytes: PEM (any number of certificates, other blocks passed over), base64 without armour, or
DER; each may be a PKCS#7, CMS or PKCS#12 structure with certificates in it.

This module finds the bytes of certificates and reports what it can't use; it does not read certificates, and how such a
structure is taken apart is handed in.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterator, Sequence

from ctscan.errors import FormatError
from ctscan.model import Problem

MAX_STRUCTURE = 16 * 1024 * 1024  # PKCS#7, CMS or PKCS#12
MAX_CERTIFICATE = 1024 * 1024

BEGIN = re.compile(rb"-----BEGIN ([A-Z0-9 #]{1,64})-----")
_CERTIFICATES = frozenset({b"CERTIFICATE", b"X509 CERTIFICATE", b"TRUSTED CERTIFICATE", b"ATTRIBUTE CERTIFICATE"})
_STRUCTURES = frozenset({b"PKCS7", b"CMS", b"PKCS #7 SIGNED DATA", b"PKCS12"})  # RFC 7468 sections 8 and 9, old labels
_BASE64 = re.compile(rb"[A-Za-z0-9+/\s]+(?:={1,2}\s*)?")  # no two parts in a row take the same octets
_SPACE = re.compile(rb"\s+")
_BOM = b"\xef\xbb\xbf"
_SEQUENCE = 0x30
_SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")  # the object identifier that SignedData begins with
_PKCS7 = _SIGNED_DATA[:-1]  # that of any PKCS#7 content type but its last arc
_PFX_VERSION = bytes.fromhex("020103")

Unpack = Callable[[bytes], Sequence[bytes | Problem]]
"""From a structure in DER or BER (PKCS#7, CMS or PKCS#12) to the certificates in it, and a problem for each part that
can't be used; raises FormatError when it is none."""


def split_certificates(data: bytes, unpack: Unpack, *, named: bool = True) -> Iterator[bytes | Problem]:
    """The DER of each certificate in the content of one file, and a problem for each block that can't be used.

    Nothing at all comes of content that is none of PEM, base64 and DER. `named`: the file was asked for by name, so
    that any DER is given to the reader; else only what begins like a certificate or a structure that may hold some (no
    keys, requests, CRLs).
    """
    data = data.removeprefix(_BOM)
    if BEGIN.search(data):
        yield from _pem_blocks(data, unpack)
    elif begins_like_certificate(data) or is_structure(data) or (named and _begins_like_sequence(data)):
        yield from _der_sequence(data, unpack)
    elif len(data) <= 2 * MAX_CERTIFICATE and _BASE64.fullmatch(data):
        yield from _bare_base64(data, unpack)


def _pem_blocks(data: bytes, unpack: Unpack) -> Iterator[bytes | Problem]:
    """RFC 7468, laxly: text between blocks and headers inside them (RFC 1421) are passed over."""
    begin = BEGIN.search(data)
    while begin:
        following = BEGIN.search(data, begin.end())
        if begin[1] in _CERTIFICATES or begin[1] in _STRUCTURES:
            stop = following.start() if following else len(data)
            limit = MAX_STRUCTURE if begin[1] in _STRUCTURES else MAX_CERTIFICATE
            body = _pem_body(data[begin.end() : stop], b"-----END " + begin[1] + b"-----", limit)
            if isinstance(body, Problem):
                yield body
            else:
                yield from _taken_apart(body, unpack) if begin[1] in _STRUCTURES else _found(body, unpack)
        begin = following


def _pem_body(body: bytes, end: bytes, limit: int) -> bytes | Problem:
    text, marker, _ = body.partition(end)
    if not marker:
        return _problem("PEM block without its END line; the file is truncated or damaged")
    if len(text) > 2 * limit:
        return _problem(f"PEM block of {len(text)} characters; expected at most {limit} octets in it")
    if b":" in text:  # headers up to an empty line
        text = re.split(rb"\r?\n[ \t]*\r?\n", text.strip(b"\r\n"), maxsplit=1)[-1]
    der = decode(text)
    return der if der is not None else _problem("PEM block that is not base64; the file is damaged")


def _bare_base64(data: bytes, unpack: Unpack) -> Iterator[bytes | Problem]:
    der = decode(data)
    if der is not None and der[:1] == bytes((_SEQUENCE,)):
        yield from _found(der, unpack)


def decode(text: bytes) -> bytes | None:
    """From base64, whatever white space is in it; None when it is none."""
    try:
        return base64.b64decode(_SPACE.sub(b"", text), validate=True)
    except (binascii.Error, ValueError):
        return None


def _begins_like_sequence(data: bytes) -> bool:
    """A SEQUENCE of 128 octets or more, or of indefinite length: no certificate is shorter, and no text begins so."""
    return len(data) > 4 and data[0] == _SEQUENCE and 0x80 <= data[1] <= 0x84


def begins_like_certificate(data: bytes) -> bool:
    """SEQUENCE { SEQUENCE { [0] version …: version 3, or { INTEGER, SEQUENCE, SEQUENCE, SEQUENCE …: version 1, where
    a CRL has a time and a request no second SEQUENCE at that level. An attribute certificate has [0] in third place."""
    if not _begins_like_sequence(data):
        return False
    at = _content_start(data, 0)
    if data[at : at + 1] != bytes((_SEQUENCE,)):
        return False
    at = _content_start(data, at)
    if data[at : at + 1] == b"\xa0":
        return True
    tags: list[int] = []
    while len(tags) < 4 and at < len(data):
        tags.append(data[at])
        at = _element_end(data, at) or len(data)
    return tags in ([0x02, _SEQUENCE, _SEQUENCE, _SEQUENCE], [0x02, _SEQUENCE, 0xA0, _SEQUENCE])


def is_structure(data: bytes) -> bool:
    """SEQUENCE { OID signedData … or SEQUENCE { INTEGER 3, SEQUENCE { OID data …: whoever wrote it, and whatever the
    label around it says."""
    at = _content_start(data, 0)
    if data[:1] != bytes((_SEQUENCE,)):
        return False
    if data.startswith(_SIGNED_DATA, at):
        return True
    info = at + len(_PFX_VERSION)
    begins = data.startswith(_PFX_VERSION, at) and data[info : info + 1] == bytes((_SEQUENCE,))
    return begins and data.startswith(_PKCS7, _content_start(data, info))


def _content_start(data: bytes, at: int) -> int:
    first = data[at + 1] if at + 1 < len(data) else 0
    return at + 2 + (first & 0x7F if first > 0x80 else 0)


def _der_sequence(data: bytes, unpack: Unpack) -> Iterator[bytes | Problem]:
    """One certificate or structure, or several in a row; what a truncated one lacks is left to the reader."""
    at = 0
    while at < len(data) and data[at] == _SEQUENCE:
        end = _element_end(data, at)
        if end is None or end > len(data) or (at == 0 and data[end:].strip(b"\r\n\0 ") == b""):
            yield from _found(data[at:] if end is None or end > len(data) else data[at:end], unpack)
            return
        yield from _found(data[at:end], unpack)
        at = end
    if data[at:].strip(b"\r\n\0 "):
        yield _problem(f"{len(data) - at} octets after the certificate that are none")


def _element_end(data: bytes, at: int) -> int | None:
    """Where the element ends by its definite length; None when the length is indefinite or cut off."""
    first = data[at + 1] if at + 1 < len(data) else 0x80
    if first < 0x80:
        return at + 2 + first
    octets = first & 0x7F
    if not 1 <= octets <= 4 or at + 2 + octets > len(data):
        return None
    return at + 2 + octets + int.from_bytes(data[at + 2 : at + 2 + octets])


def _found(der: bytes, unpack: Unpack) -> Iterator[bytes | Problem]:
    """A certificate, or those in a structure."""
    if is_structure(der):
        yield from _taken_apart(der, unpack)
    else:
        yield _checked(der)


def _taken_apart(der: bytes, unpack: Unpack) -> Iterator[bytes | Problem]:
    try:
        certificates = unpack(der)
    except FormatError as error:
        yield Problem("", str(error), der)
        return
    if not certificates:
        yield _problem("expected certificates in the PKCS#7, CMS or PKCS#12 structure, got none")
    for certificate in certificates:
        yield certificate if isinstance(certificate, Problem) else _checked(certificate)


def _checked(der: bytes) -> bytes | Problem:
    if not der:
        return _problem("empty PEM block; expected a certificate")
    if len(der) > MAX_CERTIFICATE:
        return _problem(f"certificate of {len(der)} octets; expected at most {MAX_CERTIFICATE}")
    return der


def _problem(what: str) -> Problem:
    return Problem("", what)
