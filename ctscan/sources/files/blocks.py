"""Certificates and requests in a run of bytes: PEM (any number, other blocks are skipped), base64 without armour, or
DER. Each may be a structure that holds them: PKCS#7, CMS, PKCS#12, an enrolment message.

This module finds the bytes of certificates and reports unusable parts. It doesn't read certificates; the caller passes
in the function that unpacks structures.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterator, Sequence

from ctscan.errors import FormatError
from ctscan.model import Problem
from ctscan.sources.files.der_shapes import (
    begins_like_certificate,
    begins_like_request,
    begins_like_sequence,
    element_end,
    is_structure,
)

MAX_STRUCTURE = 16 * 1024 * 1024  # PKCS#7, CMS or PKCS#12
MAX_CERTIFICATE = 1024 * 1024

BEGIN = re.compile(rb"-----BEGIN ([A-Z0-9 #]{1,64})-----")
_CERTIFICATES = frozenset({b"CERTIFICATE", b"X509 CERTIFICATE", b"TRUSTED CERTIFICATE", b"ATTRIBUTE CERTIFICATE"})
_REQUESTS = frozenset({b"CERTIFICATE REQUEST", b"NEW CERTIFICATE REQUEST"})  # RFC 7468 section 7, and its old label
_STRUCTURES = frozenset({b"PKCS7", b"CMS", b"PKCS #7 SIGNED DATA", b"PKCS12"})  # RFC 7468 sections 8 and 9, old labels
_READ = _CERTIFICATES | _REQUESTS | _STRUCTURES
_BASE64 = re.compile(rb"[A-Za-z0-9+/\s]+(?:={1,2}\s*)?")  # adjacent parts share no octets: linear time
_SPACE = re.compile(rb"\s+")
_BOM = b"\xef\xbb\xbf"
_SEQUENCE = 0x30
_PACKED = (b"PK", b"\x1f\x8b", b"BZh", b"\xfd7zXZ")

Unpack = Callable[[bytes], Sequence[bytes | Problem]]
"""Structure in DER or BER (PKCS#7, CMS, PKCS#12, an enrolment message) -> the certificates and requests in it, and a
problem for each unusable part; raises FormatError for anything else."""


def is_plain(data: bytes) -> bool:
    """Return whether the content of a file is certificates in PEM or DER, and nothing that has to be taken apart: text
    and keys may stand between them."""
    if data.startswith(_PACKED):
        return False
    begins = list(BEGIN.finditer(data))
    if not begins:
        return begins_like_certificate(data)
    return all(_is_certificate(data, begin) for begin in begins if begin[1] in _READ)


def _is_certificate(data: bytes, begin: re.Match[bytes]) -> bool:
    """Return whether a PEM block holds a certificate, by label and first octets."""
    start = _SPACE.sub(b"", data[begin.end() : begin.end() + 80])[:40]
    return begin[1] in _CERTIFICATES and begins_like_certificate(decode(start) or b"")


def split_certificates(data: bytes, unpack: Unpack, *, named: bool = True) -> Iterator[bytes | Problem]:
    """Yield the DER of each certificate in the content of one file, and a problem for each unusable block.

    Yields nothing for content that is none of PEM, base64 and DER.

    Args:
        data: content of the file
        unpack: takes structures apart
        named: the user named the file, so any DER is yielded for the reader; else only DER that begins like a
            certificate, a request or a structure with them (no keys, CRLs)
    """
    data = data.removeprefix(_BOM)
    if BEGIN.search(data):
        yield from _pem_blocks(data, unpack)
    elif _is_recognised(data) or (named and begins_like_sequence(data)):
        yield from _der_sequence(data, unpack)
    elif len(data) <= 2 * MAX_CERTIFICATE and _BASE64.fullmatch(data):
        yield from _bare_base64(data, unpack)


def _is_recognised(data: bytes) -> bool:
    return begins_like_certificate(data) or is_structure(data) or begins_like_request(data)


def _pem_blocks(data: bytes, unpack: Unpack) -> Iterator[bytes | Problem]:
    """Read PEM blocks (RFC 7468, laxly): skip text between blocks and headers inside them (RFC 1421)."""
    begin = BEGIN.search(data)
    while begin:
        following = BEGIN.search(data, begin.end())
        if begin[1] in _READ:
            stop = following.start() if following else len(data)
            limit = MAX_CERTIFICATE if begin[1] in _CERTIFICATES else MAX_STRUCTURE
            body = _pem_body(data[begin.end() : stop], b"-----END " + begin[1] + b"-----", limit)
            if isinstance(body, Problem):
                yield body
            else:
                yield from _taken_apart(body, unpack) if begin[1] in _STRUCTURES else _found(body, unpack)
        begin = following


def _pem_body(body: bytes, end: bytes, limit: int) -> bytes | Problem:
    text, marker, _ = body.partition(end)
    if not marker:
        return _problem("a PEM block without its END line; the file is truncated or damaged")
    if len(text) > 2 * limit:
        return _problem(f"a PEM block of {len(text)} characters; expected at most {limit} octets in it")
    if b":" in text:  # headers up to an empty line
        text = re.split(rb"\r?\n[ \t]*\r?\n", text.strip(b"\r\n"), maxsplit=1)[-1]
    der = decode(text)
    return der if der is not None else _problem("a PEM block that is not base64; the file is damaged")


def _bare_base64(data: bytes, unpack: Unpack) -> Iterator[bytes | Problem]:
    der = decode(data)
    if der is not None and der[:1] == bytes((_SEQUENCE,)):
        yield from _found(der, unpack)


def decode(text: bytes) -> bytes | None:
    """Decode base64, ignoring white space; None when the text is no base64."""
    try:
        return base64.b64decode(_SPACE.sub(b"", text), validate=True)
    except (binascii.Error, ValueError):
        return None


def _der_sequence(data: bytes, unpack: Unpack) -> Iterator[bytes | Problem]:
    """Yield a certificate or structure, or several in a row; a truncated certificate is left to the reader."""
    at = 0
    while at < len(data) and data[at] == _SEQUENCE:
        end = element_end(data, at)
        if end is None or end > len(data) or (at == 0 and data[end:].strip(b"\r\n\0 ") == b""):
            yield from _found(data[at:] if end is None or end > len(data) else data[at:end], unpack)
            return
        yield from _found(data[at:end], unpack)
        at = end
    if data[at:].strip(b"\r\n\0 "):
        yield _problem(f"expected certificates only, got {len(data) - at} other octets after the last certificate")


def _found(der: bytes, unpack: Unpack) -> Iterator[bytes | Problem]:
    """Yield a certificate, or the certificates in a structure."""
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
        return _problem("an empty PEM block; expected a certificate")
    if len(der) > MAX_CERTIFICATE:
        return _problem(f"a certificate of {len(der)} octets; expected at most {MAX_CERTIFICATE}")
    return der


def _problem(text: str) -> Problem:
    return Problem("", text)
