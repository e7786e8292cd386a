"""Structures around certificates: PKCS#7 and CMS SignedData (`signed_data.py`), PKCS#12 (`pkcs12.py`).

Certificates themselves are not read here: what is cut out stays octet for octet as it was encoded. No signature and no
MAC is verified, and no key is ever decrypted.
"""

from __future__ import annotations

from collections.abc import Callable

from ctscan.model import Problem
from ctscan.x509.containers.passwords import IterationBudget
from ctscan.x509.containers.pkcs12 import MAX_ITERATIONS_OF_RUN, certificates_in_pkcs12, is_pkcs12
from ctscan.x509.containers.signed_data import (
    MAX_CERTIFICATES,
    MAX_SIGNED_DATA,
    SIGNED_DATA,
    certificates_in_signed_data,
)

__all__ = [
    "MAX_CERTIFICATES",
    "MAX_SIGNED_DATA",
    "SIGNED_DATA",
    "certificate_extractor",
    "certificates_in_signed_data",
    "extract_certificates",
]


def certificate_extractor(iterations: int = MAX_ITERATIONS_OF_RUN) -> Callable[[bytes], list[bytes | Problem]]:
    """See below.
    beyond is a problem. SignedData costs none."""
    run_budget = IterationBudget(iterations)
    return lambda der: extract_certificates(der, run_budget)


def extract_certificates(der: bytes, run_budget: IterationBudget | None = None) -> list[bytes | Problem]:
    """The certificates in a PKCS#12 file or a SignedData, and a problem for each part that can't be used. Raises
    FormatError when nothing of it can."""
    return certificates_in_pkcs12(der, run_budget) if is_pkcs12(der) else [*certificates_in_signed_data(der)]
