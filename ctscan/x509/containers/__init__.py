"""Containers of certificates and requests: PKCS#7 and CMS SignedData (`signed_data.py`; cut off or damaged:
`damaged_signed_data.py`), PKCS#12 (`pkcs12.py`), enrolment messages (`enrolment.py`).

Certificates are not parsed here: they come out octet for octet as encoded. No signature and no MAC is verified, and no
private key is decrypted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ctscan.errors import FormatError
from ctscan.model import Problem
from ctscan.x509.containers.damaged_signed_data import whole_certificates
from ctscan.x509.containers.enrolment import is_enrolment_message, requests_in_message, requests_in_signed_data
from ctscan.x509.containers.passwords import IterationBudget, load_ciphers
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
    "load_ciphers",
]


def certificate_extractor(
    iterations: int = MAX_ITERATIONS_OF_RUN, passwords: Sequence[str] = ()
) -> Callable[[bytes], list[bytes | Problem]]:
    """Make an `extract_certificates` for all inputs of one run, with a common budget of key derivation.

    Files beyond the budget are problems. SignedData costs nothing.

    Args:
        iterations: iterations of key derivation that all files together may take.
        passwords: passwords of PKCS#12 files, tried before the empty one.
    """
    run_budget = IterationBudget(iterations)
    return lambda der: extract_certificates(der, run_budget, passwords)


def extract_certificates(
    der: bytes, run_budget: IterationBudget | None = None, passwords: Sequence[str] = ()
) -> list[bytes | Problem]:
    """Extract the certificates from a PKCS#12 file or a SignedData, and the requests from an enrolment message.

    Args:
        der: the file, DER or BER.
        run_budget: budget of key derivation shared with other files.
        passwords: passwords of PKCS#12 files, tried before the empty one.

    Returns:
        Requests, then certificates (DER), and a problem for each unusable part. Of a SignedData that is cut off or
        damaged, the certificates that are whole.

    Raises:
        FormatError: no part is usable.
    """
    if is_pkcs12(der):
        return certificates_in_pkcs12(der, run_budget, passwords)
    if is_enrolment_message(der):
        return requests_in_message(der)
    requests = requests_in_signed_data(der)
    try:
        return [*requests, *certificates_in_signed_data(der)]
    except FormatError as fault:
        found, rest = whole_certificates(der, MAX_CERTIFICATES) if len(der) <= MAX_SIGNED_DATA else ([], b"")
        if found:
            return [*requests, *found, Problem("", f"{fault}; the certificates before that are read", rest)]
        if not requests:
            raise
        return requests
