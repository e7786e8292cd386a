"""Revocation and status of certificates, and the lists that say so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ctscan.model.entry import EntryKind


class RevocationState(StrEnum):
    """Statement of a CA about the revocation of a certificate, or that there is none."""

    REVOKED = "revoked"
    NOT_REVOKED = "not revoked"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Revocation:
    """Statement of one source about the revocation of one certificate."""

    state: RevocationState
    source: str  # "CRL", "OCSP", or the name of the repository that claims it
    checked: datetime
    url: str = ""
    revoked_at: datetime | None = None
    reason: str = ""  # CRLReason (RFC 5280 section 5.3.1) by its name; empty: none given
    this_update: datetime | None = None
    next_update: datetime | None = None
    why: str = ""  # unknown: why


class CertificateStanding(StrEnum):
    """Standing of a certificate in one word; the worst that is known."""

    VALID = "valid"
    NOT_YET_VALID = "not yet valid"
    EXPIRED = "expired"
    REVOKED = "revoked"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Status:
    """Status of a certificate at one moment. Revoked and expired certificates stay in every answer."""

    standing: CertificateStanding
    is_expired: bool
    revocation: Revocation | None  # the one that decides; None: never asked
    why: str = ""  # unknown: why, and what to do; valid: who says otherwise


@dataclass(frozen=True, slots=True)
class Crl:
    """Certificate revocation list as fetched; kept for as long as it says."""

    url: str
    der: bytes
    fetched: datetime
    this_update: datetime | None
    next_update: datetime | None


@dataclass(frozen=True, slots=True)
class KeptCertificate:
    """Kept certificate, as input of a revocation check.

    `der` is the whole certificate where it was seen, else the TBS (then `kind` is precert). `submitted` holds the
    precertificates submitted for it where no log names the key of its issuer: their signatures identify that key.
    """

    identity: bytes
    der: bytes
    kind: EntryKind
    issuer_key_hashes: tuple[bytes, ...]  # of its precertificate entries, in the tree
    revocations: tuple[Revocation, ...]
    submitted: tuple[bytes, ...] = ()
