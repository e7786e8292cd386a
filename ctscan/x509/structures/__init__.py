"""Structures around certificates: PKCS#7 and CMS SignedData (`signed_data.py`), PKCS#12 (`pkcs12.py`).

Certificates themselves are not read here: what is cut out stays octet for octet as it was encoded. No signature and no
MAC is verified, and no key is ever decrypted.
"""

from __future__ import annotations

from ctscan.model import Problem
from ctscan.x509.structures.pkcs12 import certificates_in_pkcs12, is_pkcs12
from ctscan.x509.structures.signed_data import MAX_CERTIFICATES, MAX_SIGNED_DATA, SIGNED_DATA, certificates_in

__all__ = ["MAX_CERTIFICATES", "MAX_SIGNED_DATA", "SIGNED_DATA", "certificates_in", "take_apart"]


def take_apart(der: bytes) -> list[bytes | Problem]:
    """The certificates in a PKCS#12 file or a SignedData, and a problem for each part that can't be used. Raises
    FormatError when nothing of it can."""
    return certificates_in_pkcs12(der) if is_pkcs12(der) else [*certificates_in(der)]
