"""PKCS#7 and CMS SignedData; the only importer of asn1crypto.

Certificates come out octet for octet as encoded: their fingerprints stay right, and `certificate.py` deals with their
oddities. No signature is verified.

asn1crypto is lazy and raises late, and long tag numbers and object identifiers cost it quadratic time. So our own
bounded reader first walks the levels that asn1crypto parses, and all values are taken from asn1crypto in one place.
"""

from __future__ import annotations

from typing import Final

from asn1crypto import cms  # type: ignore[import-untyped]

from ctscan.errors import FormatError
from ctscan.x509.der import MAX_OID, children
from ctscan.x509.der_reader import OID, SEQUENCE

SIGNED_DATA: Final = "1.2.840.113549.1.7.2"
MAX_SIGNED_DATA: Final = 16 * 1024 * 1024
MAX_CERTIFICATES: Final = 10_000

_ATTRIBUTE_CERTIFICATES: Final = (0xA1, 0xA2)  # of version 1 and 2

_LEVELS: Final = 4  # ContentInfo, its fields, SignedData, its fields


def certificates_in_signed_data(der: bytes) -> list[bytes]:
    """Extract the certificates from SignedData in a ContentInfo (RFC 5652 sections 3 and 5.1, RFC 2315 section 9.1).

    Such structures are .p7b and .p7c files and S/MIME signatures, in DER or BER. Attribute certificates
    (CertificateChoices with the tags [1] and [2]) come with the SEQUENCE that their tag replaces; the obsolete extended
    certificates [0] and other formats [3] are left out.

    Args:
        der: the ContentInfo.

    Returns:
        Certificates in the order of the file.

    Raises:
        FormatError: the bytes are no such structure, octets follow it, or it is beyond the limits above.
    """
    if len(der) > MAX_SIGNED_DATA:
        raise FormatError(f"signed data: expected at most {MAX_SIGNED_DATA} octets, got {len(der)}; split the file")
    _check_headers(der)
    members = _certificate_set(der)
    found, problem = children(members, 0, len(members))
    if problem:
        raise FormatError(f"signed data: the certificates can't be separated: {problem}")
    certificates = [
        bytes((SEQUENCE,)) + members[start + 1 : following]
        for tag, start, _, _, following in found
        if tag in (SEQUENCE, *_ATTRIBUTE_CERTIFICATES)
    ]
    if len(certificates) > MAX_CERTIFICATES:
        raise FormatError(f"signed data: expected at most {MAX_CERTIFICATES} certificates, got {len(certificates)}")
    return certificates


def _certificate_set(der: bytes) -> bytes:
    """Return the content of the CertificateSet as encoded; empty without certificates.

    ContentInfo { OID, [0] SignedData { version, digests, content, [0] CertificateSet?, [1] CRLs?, signers } }
    """
    try:
        info = cms.ContentInfo.load(der, strict=True)
        kind = str(info["content_type"].dotted)
        if kind != SIGNED_DATA:
            raise FormatError(f"signed data: expected the content type {SIGNED_DATA}, got {kind[:100]}")
        signed = info["content"]
        if not isinstance(signed, cms.SignedData):
            raise FormatError("signed data: expected a SignedData in the ContentInfo, got none")
        return bytes(signed["certificates"].contents or b"")
    except (
        ValueError,
        TypeError,
        LookupError,
        ArithmeticError,
        AttributeError,
    ) as error:  # asn1crypto raises all of these
        raise FormatError(
            f"signed data: expected a ContentInfo with SignedData (RFC 5652), got {len(der)} other octets"
        ) from error


def _check_headers(der: bytes) -> None:
    """Check that elements of the outer levels fill their containers and have bounded identifiers.

    Raises:
        FormatError: they don't.
    """
    level = [(0, len(der))]
    for _ in range(_LEVELS):
        deeper: list[tuple[int, int]] = []
        for start, end in level:
            elements, problem = children(der, start, end)
            if problem:
                raise FormatError(f"signed data: {problem}")
            if any(tag == OID and stop - body > MAX_OID for tag, _, body, stop, _ in elements):
                raise FormatError(
                    f"signed data: expected object identifiers of at most {MAX_OID} octets, got a longer one"
                )
            deeper += ((body, stop) for tag, _, body, stop, _ in elements if tag in (SEQUENCE, 0xA0))
        level = deeper
