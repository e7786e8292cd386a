"""Netscape's signed public key and challenge (SPKAC), by itself or in the text file that OpenSSL reads.

    SignedPublicKeyAndChallenge  SEQUENCE { SEQUENCE { key, challenge IA5String }, algorithm, signature }

The file has a line `SPKAC=<base64>`, and lines such as `CN=Jane Roe` and `0.OU=Sales` with the attributes of the
subject in their order.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterator
from typing import Final

from ctscan.errors import FormatError
from ctscan.model import Certificate, Field, Problem
from ctscan.model.certificate_request import REQUEST_ATTRIBUTES, RequestForm
from ctscan.on_first_use import late_pattern
from ctscan.x509.der import Element
from ctscan.x509.der_reader import DerReader
from ctscan.x509.general_names import element_text, read_name
from ctscan.x509.oids import ATTRIBUTES
from ctscan.x509.request_parts import RequestParts, made_certificate, outermost

_CHALLENGE: Final = "1.2.840.113549.1.9.7"
_PATH: Final = f"{REQUEST_ATTRIBUTES}.challenge"

_SHORT: Final = {
    "c": "2.5.4.6",
    "cn": "2.5.4.3",
    "dc": "0.9.2342.19200300.100.1.25",
    "gn": "2.5.4.42",
    "l": "2.5.4.7",
    "o": "2.5.4.10",
    "ou": "2.5.4.11",
    "sn": "2.5.4.4",
    "st": "2.5.4.8",
    "street": "2.5.4.9",
    "uid": "0.9.2342.19200300.100.1.1",
    "email": "1.2.840.113549.1.9.1",
}
_TYPES: Final = {name.lower(): oid for oid, name in ATTRIBUTES.items()} | _SHORT
_OID: Final = late_pattern(r"[012](?:\.\d{1,10}){1,20}", re.ASCII)
_NUMBERED: Final = late_pattern(r"[^.,:]{0,20}[.,:](?=\D)")
"""Prefix that tells repeated names apart: `0.OU`, `1.OU`."""

MAX_LINES: Final = 1_000
_ESCAPES: Final = {"n": "\n", "r": "\r", "b": "\b", "t": "\t"}


def read_spkac(data: bytes) -> Certificate:
    """Read an SPKAC as a certificate: its challenge stays with the request, the lines of its file make the subject.

    Args:
        data: the DER, or the text of the file.

    Raises:
        FormatError: there is no key with a challenge.
    """
    if data[:1] == b"\x30":
        reader = DerReader(data)
        return made_certificate(reader, _parts(reader, data))
    reader, der, subject = DerReader(data), b"", bytearray()
    for name, value in _lines(data, reader):
        if name.upper() == "SPKAC":
            der = der or _decoded(value, reader)
        else:
            subject += _attribute(name, value, reader)
    parts = _parts_of_text(DerReader(der, reader.problems), data)
    named = DerReader(_element(0x30, bytes(subject)), reader.problems)
    size = len(named.data)
    parts.subject = read_name(named, "subject", (0x30, 0, size - len(subject), size, size))
    return made_certificate(reader, parts)


def _parts_of_text(reader: DerReader, text: bytes) -> RequestParts:
    """Read the key of a text; without a readable key the subject of the text is still a request."""
    if reader.data:
        try:
            return _parts(reader, reader.data)
        except FormatError as error:
            reader.add(Problem("request", str(error), reader.data))
    return RequestParts(RequestForm.SPKAC, identity=hashlib.sha256(text).digest())


def _parts(reader: DerReader, der: bytes) -> RequestParts:
    fields = reader.children("request", outermost(reader))
    if not fields:
        raise FormatError("certificate request: expected a key and a challenge, got nothing")
    signed = fields[0]
    parts = RequestParts(RequestForm.SPKAC, identity=hashlib.sha256(der[signed[2] : signed[3]]).digest())
    inner = reader.children("request", signed)
    for spki in inner[:1]:
        parts.spki = der[spki[1] : spki[4]]
    for challenge in inner[1:]:
        parts.staying.append(_challenge(reader, challenge))
    return parts


def _challenge(reader: DerReader, element: Element) -> Field:
    raw = reader.data[element[1] : element[4]]
    return Field(_PATH, REQUEST_ATTRIBUTES, _CHALLENGE, element[0], raw, element_text(reader.data, element))


# --- the text file -------------------------------------------------------------------------------------------------


def _lines(data: bytes, reader: DerReader) -> Iterator[tuple[str, str]]:
    """Yield name and value of each line; comments, sections and empty lines are left out."""
    for number, line in _joined(data, reader):
        bare = line.split("#", 1)[0].strip() if '"' not in line and "'" not in line else line.strip()
        if not bare or bare.startswith(("#", "[")):
            continue
        name, equals, value = bare.partition("=")
        if equals:
            yield name.strip(), _unquoted(value.strip())
        else:
            unread = bare.encode("utf-8", "surrogateescape")
            reader.add(Problem("subject", f"line {number}: expected name=value", unread))


def _joined(data: bytes, reader: DerReader) -> Iterator[tuple[int, str]]:
    """Yield each line with the number of its end; a backslash at the end of a line joins the next line."""
    text = data.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "surrogateescape").replace("\r\n", "\n")
    *lines, rest = [*text.split("\n", MAX_LINES), ""][: MAX_LINES + 1]
    if rest:
        unread = rest.encode("utf-8", "surrogateescape")
        reader.add(Problem("subject", f"more than {MAX_LINES} lines; the rest is not read", unread, is_cut=True))
    begun = ""
    for number, line in enumerate(lines, 1):
        begun += line.lstrip() if begun else line
        if begun.endswith("\\") and number < len(lines):
            begun = begun[:-1]
            continue
        yield number, begun
        begun = ""


def _unquoted(value: str) -> str:
    if len(value) > 1 and value[0] in "\"'" and value[-1] == value[0]:
        value = value[1:-1]
    return re.sub(r"\\(.)", lambda found: _ESCAPES.get(found[1], found[1]), value)


def _decoded(value: str, reader: DerReader) -> bytes:
    """Decode the base64 of the key; empty, with a Problem, for other text."""
    written = re.sub(r"\s+", "", value).encode("ascii", "replace")
    try:
        der = base64.b64decode(written, validate=True)
    except (binascii.Error, ValueError):
        reader.add(Problem("request", "SPKAC: expected base64, got something else; the file is damaged", written))
        return b""
    if der[:1] != b"\x30":
        reader.add(Problem("request", "SPKAC: expected a SEQUENCE in base64, got something else", der))
        return b""
    return der


def _attribute(name: str, value: str, reader: DerReader) -> bytes:
    """Encode a line as an RDN with a UTF8String; empty, with a Problem, for the name of no attribute."""
    kind = _NUMBERED.sub("", name, count=1) if not _OID.fullmatch(name) else name
    oid = _TYPES.get(kind.lower(), kind)
    raw = value.encode("utf-8", "surrogateescape")
    if not _OID.fullmatch(oid):
        reader.add(Problem("subject", "a line with the name of no known attribute", raw))
        return b""
    return _element(0x31, _element(0x30, _element(0x06, _encoded_oid(oid)) + _element(0x0C, raw)))


def _encoded_oid(oid: str) -> bytes:
    first, second, *rest = map(int, oid.split("."))
    return b"".join(_arc(arc) for arc in (40 * first + second, *rest))


def _arc(arc: int) -> bytes:
    octets = [arc & 0x7F]
    while arc := arc >> 7:
        octets.append(0x80 | arc & 0x7F)
    return bytes(reversed(octets))


def _element(tag: int, body: bytes) -> bytes:
    size = len(body)
    if size < 0x80:
        return bytes((tag, size)) + body
    length = size.to_bytes((size.bit_length() + 7) // 8)
    return bytes((tag, 0x80 | len(length))) + length + body
