"""Certificates in LDIF (RFC 2849), the export format of directories: userCertificate and similar attributes, line by
line.

Values by reference (`:<`) are not followed: a file must not make ctscan open other files.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Final

from ctscan.model import Problem
from ctscan.sources.files.blocks import MAX_STRUCTURE, Unpack, decode, split_certificates
from ctscan.sources.files.file_format import FileFormat, Item

MAX_VALUE: Final = 2 * MAX_STRUCTURE
"""Characters of one value."""

ATTRIBUTES: Final = (  # RFC 4523, RFC 2798, RFC 5755
    "userCertificate",
    "cACertificate",
    "userSMIMECertificate",
    "userPKCS12",
    "attributeCertificateAttribute",
)

_MAX_NAME: Final = 256
_LINE: Final = 64 * 1024
_FIRST = re.compile(rb"(?:version:[ ]*\d{1,3}[ ]*\r?$|dn::?[ ]?)", re.IGNORECASE)
_ATTRIBUTE = re.compile(
    rb"(?:" + "|".join(ATTRIBUTES).encode() + rb")(?:;[A-Za-z0-9-]{1,64}){0,4}:([:<]?)[ ]*", re.IGNORECASE
)


def is_ldif(head: bytes) -> bool:
    """Return whether the first line of content is a version or a distinguished name."""
    for line in head.removeprefix(b"\xef\xbb\xbf").split(b"\n", 1000)[:1000]:
        if line.strip() and not line.startswith(b"#"):
            return _FIRST.match(line) is not None
    return False


def read_ldif(stream: io.BufferedReader, unpack: Unpack) -> Iterator[Item]:
    """Yield the certificates of all entries, `:line` each, and a problem for each other value."""
    for line, kind, value in _values(stream):
        position = 0
        for position, found in enumerate(_in_value(kind, value, unpack), 1):
            yield f":{line}" if position == 1 else f":{line}#{position}", found


def _in_value(kind: bytes, value: bytes, unpack: Unpack) -> Iterator[bytes | Problem]:
    """Yield the certificates in a value. `kind`: the character behind the first colon."""
    if kind == b"<":
        yield Problem("", "a value by reference (':<'), which isn't followed; give that file itself")
    elif len(value) > MAX_VALUE:
        yield Problem("", f"expected a value of at most {MAX_VALUE} characters, got more")
    elif value.strip():
        der = decode(value) if kind else None
        if der and der[0] == 0x30:
            yield from split_certificates(der, unpack)
        else:
            yield Problem("", "expected a certificate in base64 ('::'), got something else")


def _values(stream: io.BufferedReader) -> Iterator[tuple[int, bytes, bytes]]:
    """Yield line, kind and value of each certificate attribute, with its folded lines joined. A value that is too long
    is cut after MAX_VALUE."""
    number, began = 0, 0
    name = bytearray()  # of an attribute, as far as read
    kind, value = b"", bytearray()
    is_wanted = False
    is_line_start = True
    while piece := stream.readline(_LINE):
        text = piece.rstrip(b"\r\n")
        if is_line_start:
            number += 1
            is_folded = text.startswith(b" ")
            if not is_folded:
                if is_wanted:
                    yield began, kind, bytes(value)
                began, is_wanted = number, False
                name.clear()
                value.clear()
            text = text[1:] if is_folded else text
        is_line_start = piece.endswith(b"\n")
        if is_wanted:
            value += text[: MAX_VALUE + 1 - len(value)]
        elif len(name) < _MAX_NAME:
            name += text
            match = _ATTRIBUTE.match(name)
            if match and (match[1] or match.end() < len(name)):  # the fold may be between the colons
                kind, is_wanted = match[1], True
                value += name[match.end() :]
    if is_wanted:
        yield began, kind, bytes(value)


FORMATS: Final = (
    FileFormat(is_ldif, lambda stream, _, context: read_ldif(stream, context.unpack), rank=3, is_text=True),
)
