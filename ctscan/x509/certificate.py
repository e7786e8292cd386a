"""Tolerant reader of Certificate and TBSCertificate (RFC 5280 section 4.1).

A broken field never hides another: unreadable parts become Problems and duplicates are kept. Only bytes without a
serial number, an issuer and a subject are refused. Rules in `personal` decide which values are personal data.
"""

from __future__ import annotations

import hashlib
from typing import Final

from msgspec import Struct

from ctscan.errors import FormatError
from ctscan.model import Certificate, Extension
from ctscan.x509.common_fields import (
    AUTHORITY_KEY_IDENTIFIER,
    BASIC_CONSTRAINTS,
    CERTIFICATE_POLICIES,
    EXTENDED_KEY_USAGE,
    SUBJECT_ALT_NAME,
    read_extension,
    read_is_ca,
    read_key_id,
    read_oids,
    read_san,
    read_usual_extension,
    read_validity,
    values_by_type,
)
from ctscan.x509.der import Element, content, element_at
from ctscan.x509.der_reader import OID, SEQUENCE, DerReader, cap_problems
from ctscan.x509.general_names import read_name
from ctscan.x509.walk import ParsedFields, collect_fields

SCT_LIST: Final = "1.3.6.1.4.1.11129.2.4.2"
POISON: Final = "1.3.6.1.4.1.11129.2.4.3"
_UNIQUE_IDS: Final = frozenset((0x81, 0xA1, 0x82, 0xA2))


def read_certificate(der: bytes) -> Certificate:
    """Read a Certificate.

    Args:
        der: the Certificate, DER.

    Returns:
        The certificate; its `sha256` is the fingerprint of `der`.

    Raises:
        FormatError: serial number, issuer and subject can't be located.
    """
    reader = DerReader(der)
    return _read(reader, _tbs_of(reader), hashlib.sha256(der).digest())


def read_identity(der: bytes) -> tuple[bytes, tuple[Extension, ...]]:
    """Read only the identity and the extensions of a Certificate.

    Returns:
        Identity (32 octets) and extensions, as `read_certificate` gives them.

    Raises:
        FormatError: serial number, issuer and subject can't be located.
    """
    reader = DerReader(der)
    frame = _frame(reader, _tbs_of(reader))
    return frame.identity, frame.extensions


def read_tbs(der: bytes) -> Certificate:
    """Read a TBSCertificate, as the leaf of a precertificate holds it (RFC 6962 section 3.2).

    Args:
        der: the TBSCertificate, DER.

    Returns:
        The certificate; its `sha256` is None.

    Raises:
        FormatError: serial number, issuer and subject can't be located.
    """
    reader = DerReader(der)
    return _read(reader, _outermost(reader, "tbsCertificate"), None)


def _tbs_of(reader: DerReader) -> Element:
    fields = reader.children("certificate", _outermost(reader, "certificate"))
    if not fields or fields[0][0] != SEQUENCE:
        raise FormatError("certificate: expected a SEQUENCE that begins with the TBSCertificate; is it a certificate?")
    if len(fields) != 3:
        detail = f"expected TBS, algorithm and signature, got {len(fields)} elements"
        reader.report("certificate", detail, _from(fields[1:]))
    return fields[0]


def _outermost(reader: DerReader, detail: str) -> Element:
    """Return the SEQUENCE that fills the buffer."""
    size = len(reader.data)
    element, problem = element_at(reader.data, 0, size)
    if element[0] != SEQUENCE:
        raise FormatError(f"{detail}: expected a SEQUENCE (0x30), got tag {element[0]:#x} in {size} octets")
    if problem:
        reader.report(detail, problem)
    if element[4] != size:
        reader.report(detail, f"{size - element[4]} octets after the end", (0, element[4], element[4], size, size))
    return element


def _from(elements: list[Element]) -> Element | None:
    """Join consecutive elements into a single element."""
    return (0, *elements[0][1:3], *elements[-1][3:5]) if elements else None


class _Frame(Struct, frozen=True):
    """Positions of the fields of a TBSCertificate. `rest`: the fields after the subject."""

    serial: Element
    issuer: Element
    validity: Element
    subject: Element
    spki: Element | None
    rest: list[Element]
    extensions: tuple[Extension, ...]
    identity: bytes


def _frame(reader: DerReader, tbs: Element) -> _Frame:
    # [0] version? · serial · signature algorithm · issuer · validity · subject · key · [1]? · [2]? · [3] extensions?
    fields = reader.children("tbsCertificate", tbs)
    first = 1 if fields and fields[0][0] == 0xA0 else 0
    if len(fields) < first + 5:
        raise FormatError(f"tbsCertificate: expected at least {first + 5} fields, got {len(fields)}")
    serial, _, issuer, validity, subject = fields[first : first + 5]
    if serial[0] & 0x20 or issuer[0] != SEQUENCE or subject[0] != SEQUENCE:
        raise FormatError("tbsCertificate: no serial number, issuer and subject where they belong")
    if serial[0] != 0x02:
        reader.report("serialNumber", f"expected an INTEGER, got tag {serial[0]:#x}", serial)
    rest = fields[first + 5 :]
    spki = rest[0] if rest and rest[0][0] == SEQUENCE else None
    if not spki:
        reader.report("subjectPublicKeyInfo", "missing")
    extensions, identity = _extensions(reader, tbs, rest[1 if spki else 0 :])
    return _Frame(serial, issuer, validity, subject, spki, rest, extensions, identity)


def _read(reader: DerReader, tbs: Element, sha256: bytes | None) -> Certificate:
    data, frame = reader.data, _frame(reader, tbs)
    serial, spki, rest, extensions = frame.serial, frame.spki, frame.rest, frame.extensions
    not_before, not_after = read_validity(reader, frame.validity)
    values = values_by_type(reader, extensions)
    subject_name = read_name(reader, "subject", frame.subject)
    issuer_name = read_name(reader, "issuer", frame.issuer, is_common=True)
    san = read_san(reader, values.get(SUBJECT_ALT_NAME, ()))
    has_ids = not _UNIQUE_IDS.isdisjoint({field[0] for field in rest})
    subject_unique_id, issuer_unique_id = [_unique_id(reader, rest, n) for n in (2, 1)] if has_ids else (b"", b"")
    parsed = ParsedFields(subject_name, issuer_name, san, extensions, subject_unique_id, issuer_unique_id)
    is_ca = read_is_ca(reader, values.get(BASIC_CONSTRAINTS, ()))
    eku = read_oids(reader, "extKeyUsage", values.get(EXTENDED_KEY_USAGE, ()))
    policies = read_oids(reader, "certificatePolicies", values.get(CERTIFICATE_POLICIES, ()), within=True)
    parsed_fields = collect_fields(parsed, reader.problems)
    return Certificate(
        identity=frame.identity,
        sha256=sha256,
        issuer=issuer_name,
        subject=subject_name,
        serial=data[serial[2] : serial[3]],
        not_before=not_before,
        not_after=not_after,
        san=san,
        extensions=extensions,
        is_ca=is_ca,
        eku=eku,
        policies=policies,
        spki=data[spki[1] : spki[4]] if spki else b"",
        problems=cap_problems(reader.problems, data),
        subject_unique_id=subject_unique_id,
        issuer_unique_id=issuer_unique_id,
        authority_key_id=read_key_id(values.get(AUTHORITY_KEY_IDENTIFIER, ())),
        fields=parsed_fields,
    )


def _unique_id(reader: DerReader, rest: list[Element], number: int) -> bytes:
    """Return the content of [number] IMPLICIT UniqueIdentifier, with its count of unused bits first."""
    tags = (0x80 | number, 0xA0 | number)
    return next((content(reader.data, field) for field in rest if field[0] in tags), b"")


# --- extensions ----------------------------------------------------------------------------------------------------


def _extensions(reader: DerReader, tbs: Element, rest: list[Element]) -> tuple[tuple[Extension, ...], bytes]:
    """Read the extensions and compute the identity.

    The identity is SHA-256 over the fields before [3] and every Extension except the poison and the SCT list, as
    encoded, without the headers around them. Misplaced bytes count too.
    """
    data = reader.data
    at = next((field[1] for field in rest if field[0] == 0xA3), tbs[3])
    hashed = [data[tbs[2] : at]]
    found: list[Extension] = []
    for field in rest:
        if field[0] not in (0x81, 0x82, 0xA1, 0xA2, 0xA3):
            reader.report("tbsCertificate", f"unexpected field with tag {field[0]:#x}", field)
        if field[1] < at:
            continue
        if field[0] == 0xA3:
            found += _extension_list(reader, field, hashed)
        else:
            hashed.append(data[field[1] : field[4]])
        at = field[4]
    hashed.append(data[at : tbs[3]])
    return tuple(found), hashlib.sha256(b"".join(hashed)).digest()


def _extension_list(reader: DerReader, field: Element, hashed: list[bytes]) -> list[Extension]:
    """Read the extensions of a [3] { SEQUENCE { Extension … } }; append their octets for the identity to `hashed`."""
    data = reader.data
    outer = reader.children("extensions", field)
    frame = field
    if len(outer) == 1 and outer[0][0] == SEQUENCE and data[outer[0][2] : outer[0][2] + 1] != bytes((OID,)):
        frame = outer[0]
        outer = reader.children("extensions", frame)
    else:
        reader.report("extensions", "expected one SEQUENCE of extensions")
    found: list[Extension] = []
    at = frame[2]
    for i, element in enumerate(outer):
        extension = read_usual_extension(data, element) or read_extension(reader, f"extensions.{i}", element)
        if extension is None:
            continue
        found.append(extension)
        if extension.oid in (POISON, SCT_LIST):
            hashed.append(data[at : element[1]])
            at = element[4]
    hashed.append(data[at : frame[3]])
    return found
