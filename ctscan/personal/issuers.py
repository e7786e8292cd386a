"""Certificates of CAs in kept chains, needed to check CRLs and OCSP responses; independent of the scope."""

from __future__ import annotations

from ctscan.errors import FormatError
from ctscan.model import Issuer, IssuerOrigin
from ctscan.x509.issuer_lookup import issuer_of


def issuer_in(der: bytes, origin: IssuerOrigin) -> Issuer | None:
    """Parse a chain certificate as an issuer; None when it can't be read or holds no key."""
    try:
        return issuer_of(der, origin)
    except FormatError:
        return None
    except Exception:  # a bad certificate must not end the scan of a log
        return None
