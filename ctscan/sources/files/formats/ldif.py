"""Certificates in LDIF (RFC 2849), the export format of directories: userCertificate and similar attributes, line by
line, and any other attribute whose value begins like a certificate. Values may be PEM, and may have one colon only.

Values by reference (`:<`) are not followed: a file must not make ctscan open other files.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from ctscan.model import Problem
from ctscan.on_first_use import late_pattern
from ctscan.sources.files.blocks import MAX_STRUCTURE, Unpack, decode, split_certificates
from ctscan.sources.files.file_format import FileFormat, Item
from ctscan.sources.files.sweep import sweep

MAX_VALUE: Final = 2 * MAX_STRUCTURE
"""Characters of one value."""

ATTRIBUTES: Final = (  # RFC 4523, RFC 2798, RFC 5755
    "userCertificate",
    "cACertificate",
    "userSMIMECertificate",
    "userPKCS12",
    "attributeCertificateAttribute",
)

_SHORTEST: Final = 100  # characters of a value that may hold a certificate
_MAX_NAME: Final = 256
_LINE: Final = 64 * 1024
_FIRST = late_pattern(rb"(?:version:[ ]*\d{1,3}[ ]*\r?$|dn::?[ ]?)", re.IGNORECASE)
_ATTRIBUTE = late_pattern(
    rb"(?:" + "|".join(ATTRIBUTES).encode() + rb")(?:;[A-Za-z0-9-]{1,64}){0,4}:([:<]?)[ ]*", re.IGNORECASE
)
_OTHER = late_pattern(
    rb"[A-Za-z][A-Za-z0-9.-]{0,100}(?:;[A-Za-z0-9-]{1,64}){0,4}:(:?)[ ]*(?=MI[A-P]|LS0tLS1CRUdJTi|-----BEGIN )"
)
_PEM_BEGINS: Final = b"-----BEGIN "
_PEM_ENDS: Final = b"-----END "


def is_ldif(head: bytes) -> bool:
    """Return whether the first line of content is a version or a distinguished name."""
    for line in head.removeprefix(b"\xef\xbb\xbf").split(b"\n", 1000)[:1000]:
        if line.strip() and not line.startswith(b"#"):
            return _FIRST.match(line) is not None
    return False


class _Value(Struct):
    """Value of an attribute. `kind`: the character behind the first colon; `is_meant`: the attribute is for
    certificates; `is_open`: PEM began on its line, and goes on below without the space of folded lines."""

    line: int
    kind: bytes
    is_meant: bool
    text: bytearray
    is_open: bool = False

    def add(self, text: bytes) -> None:
        """Add a folded line, or a part of it. A value that is too long is cut after MAX_VALUE."""
        self.text += text[: MAX_VALUE + 1 - len(self.text)]

    def add_line_of_pem(self, text: bytes) -> None:
        """Add a line of PEM."""
        self.add(b"\n" + text)
        self.is_open = bool(text.strip()) and _PEM_ENDS not in text


def read_ldif(stream: io.BufferedReader, unpack: Unpack) -> Iterator[Item]:
    """Yield the certificates of all entries, `:line` each, and a problem for each other value."""
    for value in _values(stream):
        position = 0
        for position, found in enumerate(_in_value(value, unpack), 1):
            yield f":{value.line}" if position == 1 else f":{value.line}#{position}", found


def _in_value(value: _Value, unpack: Unpack) -> Iterator[bytes | Problem]:
    text = bytes(value.text)
    if value.kind == b"<":
        yield Problem("", "a value by reference (':<'), which isn't followed; give that file itself")
    elif len(text) > MAX_VALUE:
        yield Problem("", f"expected a value of at most {MAX_VALUE} characters, got more")
    elif text.strip() and (value.is_meant or len(text) >= _SHORTEST):
        octets = decode(text) or (b"" if value.kind else text)
        count = 0
        for count, one in enumerate(_in_octets(octets, text, value, unpack), 1):  # noqa: B007 - counted
            yield one
        if value.is_meant and not count:
            yield Problem("", "expected a certificate in base64 or PEM, got something else")


def _in_octets(octets: bytes, text: bytes, value: _Value, unpack: Unpack) -> Iterator[bytes | Problem]:
    if octets[:1] == b"\x30":
        return split_certificates(octets, unpack, named=value.is_meant)
    return sweep(octets or text, unpack)


def _values(stream: io.BufferedReader) -> Iterator[_Value]:
    """Yield the value of each attribute that may hold certificates, with its folded lines joined."""
    number, value = 0, None
    name = bytearray()  # of an attribute, as far as read
    began, is_line_start = 0, True
    while piece := stream.readline(_LINE):
        text = piece.rstrip(b"\r\n")
        if is_line_start:
            number += 1
            if value is not None and value.is_open:
                value.add_line_of_pem(text)
                continue
            is_folded = text.startswith(b" ")
            if not is_folded:
                if value is not None:
                    yield value
                began, value = number, None
                name.clear()
            text = text[1:] if is_folded else text
        is_line_start = piece.endswith(b"\n")
        if value is not None:
            value.add(text)
        elif len(name) < _MAX_NAME:
            name += text
            value = _begun(name, began)
    if value is not None:
        yield value


def _begun(name: bytearray, line: int) -> _Value | None:
    """Return the value that begins on a line; None for an attribute that holds no certificate, as far as it is read."""
    match, is_meant = _ATTRIBUTE.match(name), True
    if match is None:
        match, is_meant = _OTHER.match(name), False
    if match is None or not (match[1] or match.end() < len(name)):  # the fold may be between the colons
        return None
    text = name[match.end() :]
    is_open = text.startswith(_PEM_BEGINS) and _PEM_ENDS not in text
    return _Value(line, bytes(match[1]), is_meant, text, is_open)


FORMATS: Final = (
    FileFormat(is_ldif, lambda stream, _, context: read_ldif(stream, context.unpack), rank=3, is_text=True),
)
