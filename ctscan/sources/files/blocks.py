"""Certificates and requests in a run of bytes: DER, several in a row, base64 without armour; in anything else, whatever
`sweep.py` finds. Each may be a structure that holds them: PKCS#7, CMS, PKCS#12, an enrolment message.

This module finds the bytes of certificates and reports unusable parts. It doesn't read certificates; the caller passes
in the function that unpacks structures.
"""

from __future__ import annotations

import re
from typing import Final

from ctscan.on_first_use import late_pattern
from ctscan.sources.files.der_shapes import begins_like_certificate, begins_like_sequence, element_end
from ctscan.sources.files.pem_blocks import BEGIN, CERTIFICATES, decode, is_meant
from ctscan.sources.files.raw_octets import certificates_among
from ctscan.sources.files.structures import (
    MAX_CERTIFICATE,
    MAX_STRUCTURE,
    Parts,
    Unpack,
    found,
    is_recognised,
    problem,
)
from ctscan.sources.files.sweep import has_traces, sweep

__all__ = [
    "BEGIN",
    "MAX_CERTIFICATE",
    "MAX_STRUCTURE",
    "Unpack",
    "decode",
    "is_plain",
    "split_certificates",
]

_BLOCK = late_pattern(rb"-----BEGIN ([A-Z0-9 #]{1,64})-----[A-Za-z0-9+/=\s]++-----END [A-Z0-9 #]{1,64}-----")
_BASE64 = late_pattern(rb"[A-Za-z0-9+/\s]+(?:={1,2}\s*)?")  # adjacent parts share no octets: linear time
_SPACE = late_pattern(rb"\s++")
_BOM: Final = b"\xef\xbb\xbf"
_SEQUENCE: Final = 0x30
_PACKED: Final = (b"PK", b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd")


def is_plain(data: bytes) -> bool:
    """Return whether the content of a file is certificates in PEM or DER, and nothing that has to be taken apart: text
    and keys may stand between them."""
    if data.startswith(_PACKED):
        return False
    begins = list(BEGIN.finditer(data))
    if not begins:
        return begins_like_certificate(data) and not _has_more(data)
    return all(_is_certificate(data, begin) for begin in begins if is_meant(begin[1])) and not has_traces(
        _BLOCK.sub(b"", data)
    )


def _is_certificate(data: bytes, begin: re.Match[bytes]) -> bool:
    """Return whether a PEM block holds a certificate, by label and first octets."""
    start = _SPACE.sub(b"", data[begin.end() : begin.end() + 80])[:40]
    return begin[1] in CERTIFICATES and begins_like_certificate(decode(start) or b"")


def _has_more(data: bytes) -> bool:
    """Return whether something else than a further certificate stands behind a certificate in DER."""
    end = element_end(data, 0)
    return end is not None and end < len(data) and not begins_like_certificate(data[end : end + 4096])


def split_certificates(data: bytes, unpack: Unpack, *, named: bool = True) -> Parts:
    """Yield the DER of each certificate in the content of one file, and a problem for each unusable block.

    Yields nothing for content without certificates.

    Args:
        data: content of the file
        unpack: takes structures apart
        named: the user named the file, so any DER is yielded for the reader; else only DER that begins like a
            certificate, a request or a structure with them (no keys, CRLs)
    """
    data = data.removeprefix(_BOM)
    if is_recognised(data):
        yield from _der_sequence(data, unpack)
    elif begins_like_sequence(data):
        yield from _in_other_der(data, unpack, named=named)
    elif len(data) <= 2 * MAX_CERTIFICATE and _BASE64.fullmatch(data):
        yield from _bare_base64(data, unpack, named=named)
    else:
        yield from sweep(data, unpack)


def _in_other_der(data: bytes, unpack: Unpack, *, named: bool) -> Parts:
    """Yield the certificates inside DER of another kind, as an answer of OCSP; where none is, leave DER that the user
    named to the reader."""
    is_empty = True
    for one in certificates_among(data, unpack):
        is_empty = False
        yield one
    if is_empty and named:
        yield from _der_sequence(data, unpack)


def _bare_base64(data: bytes, unpack: Unpack, *, named: bool) -> Parts:
    der = decode(data)
    if der is not None and (is_recognised(der) or (named and der[:1] == bytes((_SEQUENCE,)))):
        yield from _der_sequence(der, unpack)
    else:
        yield from sweep(data, unpack)


def _der_sequence(data: bytes, unpack: Unpack) -> Parts:
    """Yield a certificate or structure, or several in a row; a truncated certificate is left to the reader."""
    at = 0
    while at < len(data) and data[at] == _SEQUENCE:
        end = element_end(data, at)
        if end is None or end > len(data) or (at == 0 and data[end:].strip(b"\r\n\0 ") == b""):
            yield from found(data[at:] if end is None or end > len(data) else data[at:end], unpack)
            return
        yield from found(data[at:end], unpack)
        at = end
    if data[at:].strip(b"\r\n\0 "):
        yield from _behind(data[at:], unpack)


def _behind(rest: bytes, unpack: Unpack) -> Parts:
    """Yield the certificates in what stands behind DER, or a problem where there is none."""
    is_empty = True
    for one in sweep(rest, unpack):
        is_empty = False
        yield one
    if is_empty:
        yield problem(f"expected certificates only, got {len(rest)} other octets after the last certificate")
