"""Octets that were found in a file, as certificates, requests and the structures that hold them: PKCS#7, CMS, PKCS#12,
enrolment messages.

This module doesn't read certificates; the caller passes in the function that unpacks structures.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from ctscan.errors import FormatError
from ctscan.model import Problem
from ctscan.sources.files.der_shapes import begins_like_certificate, begins_like_request, is_structure

MAX_STRUCTURE: Final = 16 * 1024 * 1024  # PKCS#7, CMS or PKCS#12
MAX_CERTIFICATE: Final = 1024 * 1024

Unpack = Callable[[bytes], Sequence[bytes | Problem]]
"""Structure in DER or BER (PKCS#7, CMS, PKCS#12, an enrolment message) -> the certificates and requests in it, and a
problem for each unusable part; raises FormatError for anything else."""

Parts = Iterator[bytes | Problem]


def is_recognised(der: bytes) -> bool:
    """Return whether the octets begin like a certificate, a request or a structure with them."""
    return begins_like_certificate(der) or is_structure(der) or begins_like_request(der)


def found(der: bytes, unpack: Unpack) -> Parts:
    """Yield a certificate, or the certificates in a structure."""
    if is_structure(der):
        yield from taken_apart(der, unpack)
    else:
        yield _checked(der)


def taken_apart(der: bytes, unpack: Unpack) -> Parts:
    """Yield the certificates in a structure, or the problem with it."""
    try:
        certificates = unpack(der)
    except FormatError as error:
        yield Problem("", str(error), der)
        return
    if not certificates:
        yield problem("expected certificates in the PKCS#7, CMS or PKCS#12 structure, got none")
    for certificate in certificates:
        yield certificate if isinstance(certificate, Problem) else _checked(certificate)


def _checked(der: bytes) -> bytes | Problem:
    if not der:
        return problem("an empty PEM block; expected a certificate")
    if len(der) > MAX_CERTIFICATE:
        return problem(f"a certificate of {len(der)} octets; expected at most {MAX_CERTIFICATE}")
    return der


def problem(text: str, unread: bytes = b"") -> Problem:
    """Return a problem of a file, whose place the caller adds."""
    return Problem("", text, unread)
