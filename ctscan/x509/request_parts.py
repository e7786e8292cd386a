"""Parts common to all forms of certificate requests, and the certificate made from them."""

from __future__ import annotations

import hashlib
from datetime import datetime

from msgspec import Struct, field

from ctscan.errors import FormatError
from ctscan.model import Certificate, Extension, Field, Name
from ctscan.model.certificate_request import RequestForm
from ctscan.x509.common_fields import (
    BASIC_CONSTRAINTS,
    CERTIFICATE_POLICIES,
    EXTENDED_KEY_USAGE,
    SUBJECT_ALT_NAME,
    read_extension,
    read_is_ca,
    read_oids,
    read_san,
    values_by_type,
)
from ctscan.x509.der import Element, element_at
from ctscan.x509.der_reader import SEQUENCE, DerReader, cap_problems
from ctscan.x509.walk import ParsedFields, collect_fields

NO_NAME = Name(b"", ())


class RequestParts(Struct):
    """Parts of a request as far as read. `staying`: fields that no CA copies into the certificate."""

    form: RequestForm
    identity: bytes
    subject: Name = NO_NAME
    issuer: Name = NO_NAME
    spki: bytes = b""
    extensions: list[Extension] = field(default_factory=list)
    staying: list[Field] = field(default_factory=list)
    serial: bytes = b""
    not_before: datetime | None = None
    not_after: datetime | None = None
    subject_unique_id: bytes = b""
    issuer_unique_id: bytes = b""


def outermost(reader: DerReader) -> Element:
    """Return the SEQUENCE that fills the buffer; its faults are problems.

    Raises:
        FormatError: there is none.
    """
    size = len(reader.data)
    element, problem = element_at(reader.data, 0, size)
    if element[0] != SEQUENCE:
        raise FormatError(f"certificate request: expected a SEQUENCE, got tag {element[0]:#x} in {size} octets")
    if problem:
        reader.report("request", problem)
    if element[4] != size:
        reader.report("request", f"{size - element[4]} octets after the end", (0, element[4], element[4], size, size))
    return element


def read_extensions(reader: DerReader, container: Element, parts: RequestParts) -> None:
    """Read Extensions, a SEQUENCE OF Extension, and append the extensions to the parts."""
    if container[0] & 0xDF not in (SEQUENCE & 0xDF, 0x89):
        reader.report("extensions", f"expected a SEQUENCE of extensions, got tag {container[0]:#x}", container)
        return
    for element in reader.children("extensions", container):
        extension = read_extension(reader, f"extensions.{len(parts.extensions)}", element)
        if extension is not None:
            parts.extensions.append(extension)


def made_certificate(reader: DerReader, parts: RequestParts) -> Certificate:
    """Make the certificate that holds all that the request asks for, and all of its own fields."""
    extensions = tuple(parts.extensions)
    values = values_by_type(reader, extensions)
    san = read_san(reader, values.get(SUBJECT_ALT_NAME, ()))
    unique = parts.subject_unique_id, parts.issuer_unique_id
    parsed = ParsedFields(parts.subject, parts.issuer, san, extensions, *unique)
    is_ca = read_is_ca(reader, values.get(BASIC_CONSTRAINTS, ()))
    eku = read_oids(reader, "extKeyUsage", values.get(EXTENDED_KEY_USAGE, ()))
    policies = read_oids(reader, "certificatePolicies", values.get(CERTIFICATE_POLICIES, ()), within=True)
    fields = collect_fields(parsed, reader.problems, parts.staying)
    return Certificate(
        identity=parts.identity,
        sha256=hashlib.sha256(reader.data).digest(),
        issuer=parts.issuer,
        subject=parts.subject,
        serial=parts.serial,
        not_before=parts.not_before,
        not_after=parts.not_after,
        san=san,
        extensions=extensions,
        is_ca=is_ca,
        eku=eku,
        policies=policies,
        spki=parts.spki,
        problems=cap_problems(reader.problems, reader.data),
        subject_unique_id=unique[0],
        issuer_unique_id=unique[1],
        fields=fields,
        request=parts.form,
    )
