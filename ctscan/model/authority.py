"""Certification authorities: their certificates, and the owners that the CCADB names."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from ctscan.model.identifier import LookupKey


class IssuerOrigin(StrEnum):
    """Source that a CA certificate came from."""

    CHAIN = "chain"  # submitted with an entry
    LOG = "log"  # issuer/<hash> of a tiled log
    AIA = "AIA"  # address in a certificate (authority information access)
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Issuer:
    """CA certificate that may have issued a kept certificate. Needed to check signatures of the CA; kept outside of
    every scope, and found by no look-up.

    Attributes:
        keys: look-up keys of its personal data, for the comparison with people who objected; not kept.
    """

    sha256: bytes
    der: bytes
    subject_hash: bytes  # SHA-256 of the subject's DER, as `Certificate.issuer.raw` of certificates that it issued
    key_hash: bytes  # SHA-256 of the SubjectPublicKeyInfo: the issuer_key_hash of precertificate entries
    origin: IssuerOrigin
    keys: tuple[LookupKey, ...] = field(default=(), repr=False, compare=False)


class Authority(Struct, frozen=True):
    """Owner of a CA and how to reach it, as the CCADB says."""

    owner: str
    name: str  # of the CA certificate
    sha256: bytes  # of the CA certificate
    key_id: bytes  # its subject key identifier
    policies: tuple[str, ...] = ()  # URLs of certificate policies and practice statements
    contact: str = ""  # for problem reports, as published
    status: str = ""  # "Revoked", "Parent Cert Revoked", …; empty: not revoked


class AuthorityList(Struct, frozen=True):
    """Copy of the CCADB's list that is in the index."""

    fetched: datetime
    origin: str  # URL or path
    records: int
