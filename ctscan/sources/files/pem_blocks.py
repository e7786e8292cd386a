"""PEM blocks (RFC 7468, laxly): any label that may stand for a certificate, quoted and commented lines, headers.

CERTIFICATE, CERTIFICATE REQUEST, PKCS7, CMS …    meant for certificates: anything else in them is a problem
SSL SESSION PARAMETERS, OCSP RESPONSE …           read for the certificates in them
PRIVATE KEY, X509 CRL, PGP MESSAGE …              passed over
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Generator
from typing import Final

from ctscan.model import Problem
from ctscan.on_first_use import late_pattern
from ctscan.sources.files.der_shapes import begins_like_certificate, element_end
from ctscan.sources.files.octet_texts import base64_octets
from ctscan.sources.files.raw_octets import certificates_among
from ctscan.sources.files.structures import (
    MAX_CERTIFICATE,
    MAX_STRUCTURE,
    Unpack,
    found,
    is_recognised,
    problem,
    taken_apart,
)

BEGIN = late_pattern(rb"-----BEGIN ([A-Z0-9 #]{1,64})-----")
CERTIFICATES: Final = frozenset({b"CERTIFICATE", b"X509 CERTIFICATE", b"TRUSTED CERTIFICATE", b"ATTRIBUTE CERTIFICATE"})
_REQUESTS: Final = frozenset({b"CERTIFICATE REQUEST", b"NEW CERTIFICATE REQUEST"})  # RFC 7468 section 7, its old label
_STRUCTURES: Final = frozenset({b"PKCS7", b"CMS", b"PKCS #7 SIGNED DATA", b"PKCS12"})  # RFC 7468 sections 8 and 9, old
_PLAIN: Final = CERTIFICATES | _REQUESTS | _STRUCTURES
_MEANT = late_pattern(rb"CERTIFICATE|PKCS ?#?(?:7|12)\b|\bCMS\b")

_END = late_pattern(rb"-----END [A-Z0-9 #]{1,64}-----")
_SPACE = late_pattern(rb"\s++")
_TAG = late_pattern(rb"<[^<>\n]{0,40}>")
_STRING_END = late_pattern(rb"[\"'`][\s+.,;&)\\]*+$")  # of a program; without a quote, a plus is base64
_HEADERS_END = late_pattern(rb"\r?\n[ \t]*\r?\n")
_BEFORE: Final = b" \t>|#*;:%\"'`"
_AFTER: Final = b" \t\r\\,"
_MAX_MARK: Final = 100  # characters before BEGIN on its line

Reading = Generator[bytes | Problem, None, int]
"""Certificates and problems; at the end, the place behind the block."""


def is_meant(label: bytes) -> bool:
    """Return whether a label stands for certificates or requests."""
    return label in _PLAIN or (_MEANT.search(label) is not None and b"REVOCATION" not in label)


def read_block(text: bytes, begin: re.Match[bytes], unpack: Unpack) -> Reading:
    """Yield the certificates in the block that begins at `begin`, and a problem where it is damaged or cut off."""
    label = begin[1]
    following = BEGIN.search(text, begin.end())
    stop = following.start() if following else len(text)
    end = _END.search(text, begin.end(), stop)
    if end is None:
        if is_meant(label):
            yield from _without_end(text[begin.end() : stop], unpack)
            return stop
        return begin.end()
    limit = MAX_CERTIFICATE if label in CERTIFICATES else MAX_STRUCTURE
    if end.start() - begin.end() > 2 * limit:
        if is_meant(label):
            size = end.start() - begin.end()
            yield problem(f"a PEM block of {size} characters; expected at most {limit} octets in it")
        return end.end()
    der = _body(text[begin.end() : end.start()], _mark(text, begin.start()))
    if der is not None:
        yield from _content(label, der, unpack)
    elif is_meant(label):
        yield problem("a PEM block that is not base64; the file is damaged")
    return end.end()


def _content(label: bytes, der: bytes, unpack: Unpack) -> Generator[bytes | Problem, None, None]:
    """Yield what is in a block. Beside the plain labels the content decides."""
    if label in _STRUCTURES:
        yield from taken_apart(der, unpack)
    elif label in _PLAIN or is_recognised(der):
        yield from found(der, unpack)
    else:
        count = 0
        for count, one in enumerate(certificates_among(der, unpack), 1):  # noqa: B007 - counted
            yield one
        if not count and is_meant(label):
            yield problem("a PEM block without a certificate, in spite of its label", der)


def _without_end(body: bytes, unpack: Unpack) -> Generator[bytes | Problem, None, None]:
    """Yield the certificate in a block that is cut off, if it is whole, and the problem."""
    text = _undecorated(body, b"").lstrip()
    der, _ = base64_octets(text, 0, MAX_CERTIFICATE)
    size = element_end(der, 0)
    is_whole = size is not None and size <= len(der) and is_recognised(der)
    if is_whole:
        yield from found(der[:size], unpack)
    rest = der if begins_like_certificate(der) and not is_whole else b""
    yield problem("a PEM block without its END line; the file is truncated or damaged", rest)


# --- its lines -----------------------------------------------------------------------------------------------------


def _mark(text: bytes, begin: int) -> bytes:
    """Return the text before BEGIN on its line, as `> ` of a quoted mail."""
    least = max(0, begin - _MAX_MARK)
    return text[max(least, text.rfind(b"\n", least, begin) + 1) : begin]


def _body(body: bytes, mark: bytes) -> bytes | None:
    """Decode the lines of a block; None when they are no base64."""
    is_marked = mark.strip() and body.count(b"\n") == body.count(b"\n" + mark)
    der = decode(_without_headers(body.replace(b"\n" + mark, b"\n") if is_marked else body))
    return der if der is not None else decode(_without_headers(_undecorated(body, mark)))


def _without_headers(body: bytes) -> bytes:
    """Remove headers (RFC 1421), which end at an empty line."""
    return _HEADERS_END.split(body.strip(b"\r\n"), maxsplit=1)[-1] if b":" in body else body


def _undecorated(body: bytes, mark: bytes) -> bytes:
    """Remove the marks of quoted, commented and pasted lines."""
    lines = (_STRING_END.sub(b"", line) for line in _TAG.sub(b"", body).split(b"\n"))
    return b"\n".join(line.removeprefix(mark).lstrip(_BEFORE).rstrip(_AFTER) for line in lines)


def decode(text: bytes) -> bytes | None:
    """Decode base64, ignoring white space; None when the text is no base64."""
    try:
        return base64.b64decode(_SPACE.sub(b"", text), validate=True)
    except (binascii.Error, ValueError):
        return None
