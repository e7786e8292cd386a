"""Certificates of CAs in kept chains, needed to check CRLs and OCSP responses; independent of the scope."""

from __future__ import annotations

from dataclasses import replace

from ctscan.errors import FormatError
from ctscan.model import Issuer, IssuerOrigin, LookupKey
from ctscan.personal.analyse import analyse
from ctscan.x509.issuer_lookup import issuer_of


def issuer_in(der: bytes, origin: IssuerOrigin) -> Issuer | None:
    """Parse a chain certificate as an issuer, and read whom it names; None when it can't be read or holds no key."""
    try:
        return replace(issuer_of(der, origin), keys=keys_in(der))
    except FormatError:
        return None
    except Exception:  # a bad certificate must not end the scan of a log
        return None


def keys_in(der: bytes) -> tuple[LookupKey, ...]:
    """Return the look-up keys of everybody in the certificate of a CA, for the comparison with people who objected."""
    return tuple({key: None for finding in analyse(der).findings for key in finding.keys})
