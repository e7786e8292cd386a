"""Fields of an extension: read by its known layout, or as a single value with the strings inside it.

Short bodies are the same in many certificates, so their fields are cached.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final

from ctscan.model import Extension, Field, Problem
from ctscan.x509.der import CUTS, children
from ctscan.x509.der_reader import DerReader, Problems
from ctscan.x509.embedded import plain_text, value_text
from ctscan.x509.extension_bodies import READERS
from ctscan.x509.field_list import nested_fields, text_field
from ctscan.x509.oids import extension_name
from ctscan.x509.text import UTF8_STRING, decode_text, salvage_strings

MAX_CACHED: Final = 1024
"""Octets of a body worth caching; longer bodies belong to a single certificate."""

_PATHS: Final = {"2.5.29.1": "authorityKeyIdentifier", "2.5.29.7": "san", "2.5.29.8": "ian", "2.5.29.18": "ian"}
"""Parts of a certificate with a shorter name than the extension, or with the name of its successor."""

_UNNAMED: Final = frozenset(("1.3.6.1.5.5.7.1.2", "1.3.6.1.5.5.7.1.12"))
"""Known layouts without a part of their own: their path is `extensions.3.logotype`, as for unknown layouts."""

_PARTS: Final = {oid: _PATHS.get(oid) or extension_name(oid) for oid in READERS.keys() - _UNNAMED}

BINARY: Final = {
    "2.5.29.14": 0x04,  # subjectKeyIdentifier: a hash of the key, with printable characters by chance
    "2.5.29.15": 0x03,  # keyUsage: named bits
    "2.16.840.1.113730.1.1": 0x03,  # netscape-cert-type: named bits
    "1.3.6.1.4.1.11129.2.4.2": 0x04,  # SCT list: log ids, times and signatures
    "1.3.6.1.4.1.11129.2.4.5": 0x04,  # SCT list of an OCSP response
    "1.3.6.1.4.1.11129.2.4.3": 0x05,  # poison: NULL
    "1.3.6.1.5.5.7.48.1.5": 0x05,  # OCSP no check: NULL
    "2.5.29.17": -1,  # subjectAltName: read with the certificate
    "2.5.29.37": -1,  # extKeyUsage: likewise, and anything but an object identifier in it is a problem
}
"""Types whose body is never searched, with the tag of the body; a body with another tag is searched."""


def extension_fields(position: int, extension: Extension, problems: Problems) -> Iterable[Field]:
    """Return the fields of an extension; unreadable parts go to `problems`."""
    oid, value = extension.oid, extension.value
    tag = BINARY.get(oid)
    if tag is not None and (tag < 0 or not value or value[0] == tag):
        return ()
    path = _PARTS.get(oid)
    if path is None:
        path = f"extensions.{position}.{extension_name(oid)}".rstrip(
            "."
        )  # without the name when the type is unreadable
    if len(value) > MAX_CACHED:
        return _read_body(path, oid, DerReader(value, problems))
    fields, found = _cached_fields(path, oid, value)
    problems += found
    return fields


@lru_cache(maxsize=2048)
def _cached_fields(path: str, oid: str, value: bytes) -> tuple[tuple[Field, ...], tuple[Problem, ...]]:
    reader = DerReader(value)
    return tuple(_read_body(path, oid, reader)), tuple(reader.problems)


def _read_body(path: str, oid: str, reader: DerReader) -> Iterator[Field]:
    read_fields = READERS.get(oid)
    return read_fields(reader, path, oid) if read_fields is not None else _other(reader, path, oid)


def _other(reader: DerReader, path: str, oid: str) -> Iterator[Field]:
    """Yield the whole value, then the strings inside it. Raw text without DER around it counts as a string."""
    data = reader.data
    elements, problem = children(data, 0, len(data))
    whole = value_text(data, elements[0]) if not problem and len(elements) == 1 else None
    if whole is None and (problem or len(elements) != 1):
        whole = plain_text(data)
    if whole is not None:
        yield text_field(path, "extensions", oid, whole, data)
        return
    yield Field(path, "extensions", oid, data[0] if data else 0, data, None)
    if problem:
        reader.report(path, problem, is_cut=problem in CUTS)
        for string in salvage_strings(data):
            yield Field(
                path, "extensions", oid, UTF8_STRING, data, decode_text(UTF8_STRING, string.encode()), nested=True
            )
    else:
        yield from nested_fields(path, "extensions", oid, reader)
