"""PKCS#12 (RFC 7292): the certificates in files without a password, with the empty one, or with a given one.

The walk is our own and bounded, because a library would verify the MAC and decrypt keys, with as many iterations as the
file demands. Here only the parts with certificates are decrypted, and the iterations of a file are bounded. The MAC is
not verified: nobody asks who made the file.

    PFX { INTEGER 3, ContentInfo, MacData? }           ContentInfo { OID, [0] content }
    data:          OCTET STRING of AuthenticatedSafe = SEQUENCE OF ContentInfo (data or encryptedData)
    of which each: OCTET STRING of SafeContents = SEQUENCE OF SafeBag { OID, [0] value, attributes? }
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from msgspec import Struct, field

from ctscan.errors import FormatError
from ctscan.model import Problem
from ctscan.x509.containers.passwords import IterationBudget, decrypt
from ctscan.x509.der import Element, children, content, dotted, element_at
from ctscan.x509.der_reader import OCTETS, OID, SEQUENCE

MAX_PKCS12: Final = 16 * 1024 * 1024
MAX_BAGS: Final = 10_000
MAX_SAFES: Final = 64
MAX_NESTING: Final = 4  # of safe contents within each other
MAX_ITERATIONS: Final = 1_500_000
"""Iterations of key derivation for one file: about a second. Programs write 1 to 600,000 iterations."""

MAX_ITERATIONS_OF_RUN: Final = 100_000_000
"""Iterations for all files of one run: about a minute.

A hundred octets can ask for MAX_ITERATIONS. Files that programs write with the empty password take some ten thousand,
so there is room for thousands of such files.
"""

_DATA: Final = "1.2.840.113549.1.7.1"
_SIGNED_DATA: Final = "1.2.840.113549.1.7.2"
_ENCRYPTED_DATA: Final = "1.2.840.113549.1.7.6"
_CERT_BAG: Final = "1.2.840.113549.1.12.10.1.3"
_SAFE_CONTENTS: Final = "1.2.840.113549.1.12.10.1.6"
_X509: Final = "1.2.840.113549.1.9.22.1"
_PKCS7: Final = bytes.fromhex("06092a864886f70d0107")  # common beginning of the object identifiers of content types
_INTEGER: Final = 0x02
_CONTEXT_0: Final = (0x80, 0xA0)
_EXPECTED: Final = "PKCS#12: expected "


def is_pkcs12(der: bytes) -> bool:
    """Recognise a PFX, whole or cut off: SEQUENCE { INTEGER, SEQUENCE { OID of a PKCS#7 content type …."""
    try:
        outer, _ = element_at(der, 0, len(der))
        version, _ = element_at(der, outer[2], outer[3])
        info, _ = element_at(der, version[4], outer[3])
    except FormatError:
        return False
    return (outer[0], version[0], info[0]) == (SEQUENCE, _INTEGER, SEQUENCE) and der.startswith(_PKCS7, info[2])


def certificates_in_pkcs12(
    der: bytes, run_budget: IterationBudget | None = None, passwords: Sequence[str] = ()
) -> list[bytes | Problem]:
    """Extract the certificates of a PKCS#12 file, in order.

    Args:
        der: the file, BER.
        run_budget: budget of key derivation of all files of a run.
        passwords: tried before the empty password.

    Returns:
        Certificates, and a problem for each part that is damaged or protected by a password.

    Raises:
        FormatError: the bytes are no PKCS#12 file.
    """
    if len(der) > MAX_PKCS12:
        raise FormatError(f"{_EXPECTED}at most {MAX_PKCS12} octets, got {len(der)}")
    fields = _fields(der)
    if len(fields) < 2 or fields[0][0] != _INTEGER or fields[1][0] != SEQUENCE:
        raise FormatError(f"{_EXPECTED}version and content, got {len(fields)} other elements")
    kind, safe = _content_info(der, fields[1])
    if kind == _SIGNED_DATA:
        safe = _signed_content(safe)
    elif kind != _DATA:
        raise FormatError(f"{_EXPECTED}data or signed data, got the content type {kind}")
    authenticated = _octets(safe)
    safes = _fields(authenticated)
    reader = _SafeReader(budget=IterationBudget(MAX_ITERATIONS, run_budget), passwords=tuple(passwords))
    for position, element in enumerate(safes[:MAX_SAFES], 1):
        reader.read_safe(authenticated, element, position)
    if len(safes) > MAX_SAFES:
        reader.report(f"at most {MAX_SAFES} parts, got {len(safes)}")
    return reader.found


class _SafeReader(Struct):
    """Certificates and problems found in a file so far, and the iterations left."""

    budget: IterationBudget
    passwords: tuple[str, ...] = ()
    found: list[bytes | Problem] = field(default_factory=list)
    bags: int = 0

    def report(self, detail: str) -> None:
        self.found.append(Problem("", _EXPECTED + detail))

    def read_safe(self, data: bytes, element: Element, position: int) -> None:
        """Read a ContentInfo of the AuthenticatedSafe."""
        try:
            kind, value = _content_info(data, element)
            if kind == _DATA:
                self._read_bags(_octets(value), 0)
            elif kind == _ENCRYPTED_DATA:
                self._read_bags(self._decrypted(value), 0)
            else:
                self.report(f"data or encrypted data in part {position}, got the content type {kind}")
        except FormatError as error:
            self.found.append(Problem("", f"{error} (part {position})"))

    def _decrypted(self, value: bytes) -> bytes:
        """Decrypt SafeContents from EncryptedData { version, EncryptedContentInfo { OID, algorithm, [0] octets } }."""
        fields = _fields(value)
        parts = _children(value, fields[1]) if len(fields) > 1 else []
        if len(parts) < 3 or parts[1][0] != SEQUENCE or parts[2][0] not in _CONTEXT_0:
            raise FormatError(f"{_EXPECTED}an encrypted content, got something else")
        algorithm = value[parts[1][1] : parts[1][4]]
        for clear in decrypt(algorithm, content(value, parts[2]), self.budget, self.passwords):
            if _is_safe_contents(clear):
                return clear
        which = "another password than those given" if self.passwords else "a password"
        raise FormatError(f"PKCS#12: {which} protects the certificates; name a file with it (--password-file)")

    def _read_bags(self, data: bytes, depth: int) -> None:
        for bag in _fields(data):
            self.bags += 1
            if self.bags > MAX_BAGS:
                raise FormatError(f"{_EXPECTED}at most {MAX_BAGS} bags, got more")
            parts = _children(data, bag)
            if len(parts) < 2 or parts[0][0] != OID or parts[1][0] != 0xA0:
                raise FormatError(f"{_EXPECTED}a bag of type and value, got something else")
            kind, value = dotted(data[parts[0][2] : parts[0][3]]), data[parts[1][2] : parts[1][3]]
            if kind == _CERT_BAG:
                self._read_certificate(value)
            elif kind == _SAFE_CONTENTS:
                if depth == MAX_NESTING:
                    raise FormatError(f"{_EXPECTED}bags at most {MAX_NESTING} deep within each other, got more")
                self._read_bags(value, depth + 1)

    def _read_certificate(self, value: bytes) -> None:
        """Read CertBag { OID, [0] { OCTET STRING } }; SDSI certificates are left out."""
        parts = _fields(value)
        if len(parts) < 2 or parts[0][0] != OID or parts[1][0] != 0xA0:
            raise FormatError(f"{_EXPECTED}a certificate in its bag, got something else")
        if dotted(value[parts[0][2] : parts[0][3]]) == _X509:
            self.found.append(_octets(value[parts[1][2] : parts[1][3]]))


# --- the levels of ASN.1 -------------------------------------------------------------------------------------------


def _children(data: bytes, parent: Element) -> list[Element]:
    found, problem = children(data, parent[2], parent[3])
    if problem:
        raise FormatError(f"{_EXPECTED}elements within each other, got damaged ones: {problem}")
    return found


def _fields(data: bytes) -> list[Element]:
    """Return the elements of the SEQUENCE at the beginning of `data`."""
    outer, problem = element_at(data, 0, len(data))
    if problem or outer[0] != SEQUENCE:
        raise FormatError(f"{_EXPECTED}a SEQUENCE, got {problem or f'tag {outer[0]:#x}'}")
    return _children(data, outer)


def _content_info(data: bytes, element: Element) -> tuple[str, bytes]:
    """Read the content type, and the content of the [0]."""
    parts = _children(data, element)
    if element[0] != SEQUENCE or len(parts) < 2 or parts[0][0] != OID or parts[1][0] != 0xA0:
        raise FormatError(f"{_EXPECTED}a content type and a content, got something else")
    return dotted(data[parts[0][2] : parts[0][3]]), data[parts[1][2] : parts[1][3]]


def _octets(data: bytes) -> bytes:
    """Return the content of the OCTET STRING at the beginning of `data`."""
    element, problem = element_at(data, 0, len(data))
    if problem or element[0] & ~0x20 != OCTETS:
        raise FormatError(f"{_EXPECTED}an OCTET STRING, got {problem or f'tag {element[0]:#x}'}")
    return content(data, element)


def _signed_content(data: bytes) -> bytes:
    """Return the content inside SignedData { version, algorithms, { OID, [0] octets }, … }."""
    fields = _fields(data)
    if len(fields) < 3:
        raise FormatError(f"{_EXPECTED}signed data, got {len(fields)} elements of it")
    return _content_info(data, fields[2])[1]


def _is_safe_contents(data: bytes) -> bool:
    """Return whether decryption gave SafeContents: a SEQUENCE of SEQUENCEs that fills the data."""
    try:
        outer, problem = element_at(data, 0, len(data))
        return not problem and outer[4] == len(data) and all(bag[0] == SEQUENCE for bag in _fields(data))
    except FormatError:
        return False
