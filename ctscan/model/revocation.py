"""Revocation and status of certificates, and the lists that say so."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct

from ctscan.model.message import Code

if TYPE_CHECKING:
    from ctscan.model.entry import EntryKind
    from ctscan.model.message import Message


class RevocationState(StrEnum):
    """Statement of a CA about the revocation of a certificate, or that there is none."""

    REVOKED = "revoked"
    NOT_REVOKED = "not revoked"
    UNKNOWN = "unknown"


class StatusReason(Code):
    """Reason why a status is unknown or in doubt, or why a server of a CA could not be used."""

    DATES_UNREADABLE = "status.dates-unreadable"
    NEVER_CHECKED = "status.never-checked"
    RUN_OUT = "status.run-out"
    NOT_BY_HTTP = "status.not-by-http"
    NAMES_NOTHING = "status.names-nothing"
    NO_RESPONDER = "status.no-responder"
    ISSUER_UNREADABLE = "status.issuer-unreadable"
    ISSUER_UNKNOWN = "status.issuer-unknown"
    ISSUER_KEY_UNKNOWN = "status.issuer-key-unknown"
    ISSUER_NAME_ONLY = "status.issuer-name-only"
    SIGNATURE_UNREADABLE = "status.signature-unreadable"
    SIGNATURE_WRONG = "status.signature-wrong"
    LIST_CRITICAL = "status.list-critical"
    LIST_IN_FUTURE = "status.list-in-future"
    LIST_OF_OTHER_CA = "status.list-of-other-ca"
    LIST_NOT_INDIRECT = "status.list-not-indirect"
    LIST_OF_OTHER_PART = "status.list-of-other-part"
    LIST_OF_ATTRIBUTES = "status.list-of-attributes"
    LIST_OF_CAS = "status.list-of-cas"
    LIST_OF_SUBSCRIBERS = "status.list-of-subscribers"
    LIST_SIGNER_UNKNOWN = "status.list-signer-unknown"
    LIST_TAKES_BACK = "status.list-takes-back"
    LIST_OF_CHANGES = "status.list-of-changes"
    LIST_OF_SOME_REASONS = "status.list-of-some-reasons"
    LIST_RUN_OUT = "status.list-run-out"
    END_UNREADABLE = "status.end-unreadable"
    EXPIRED_BEFORE_LIST = "status.expired-before-list"
    REQUEST_UNREADABLE = "status.request-unreadable"
    RESPONDER_ERROR = "status.responder-error"
    TRY_LATER = "status.try-later"
    SIGNED_REQUESTS_ONLY = "status.signed-requests-only"
    NOT_AUTHORISED = "status.not-authorised"
    NOT_A_RESPONSE = "status.not-a-response"
    RESPONSE_IN_FUTURE = "status.response-in-future"
    NEVER_ISSUED = "status.never-issued"
    NOT_KNOWN_TO_RESPONDER = "status.not-known-to-responder"
    RESPONSE_RUN_OUT = "status.response-run-out"
    EXPIRED_AT_RESPONDER = "status.expired-at-responder"
    RESPONSE_TOO_LONG = "status.response-too-long"
    UNKNOWN_ERROR = "status.unknown-error"
    UNKNOWN_KIND = "status.unknown-kind"
    OTHER_CERTIFICATE = "status.other-certificate"
    RESPONSE_CRITICAL = "status.response-critical"
    TIME_UNREADABLE = "status.time-unreadable"
    RESPONDER_NOT_FOR_SIGNING = "status.responder-not-for-signing"
    RESPONDER_DATES_UNREADABLE = "status.responder-dates-unreadable"
    RESPONDER_NOT_VALID = "status.responder-not-valid"

    NO_LIST = "status.no-list"
    NO_LIST_OCSP_OFF = "status.no-list-ocsp-off"
    CLAIMED_ONLY = "status.claimed-only"
    CONTRADICTED = "status.contradicted"
    LIST_MISSING = "status.list-missing"
    LIST_INVALID = "status.list-invalid"
    LIST_OLDER = "status.list-older"
    CHANGES_MISSING = "status.changes-missing"
    ISSUER_MISSING = "status.issuer-missing"
    ISSUER_INVALID = "status.issuer-invalid"
    OCSP_MISSING = "status.ocsp-missing"
    REQUEST_IMPOSSIBLE = "status.request-impossible"
    SIGNATURE_UNSUPPORTED = "status.signature-unsupported"
    LIST_UNVERIFIED = "status.list-unverified"
    RESPONSE_UNVERIFIED = "status.response-unverified"
    RESPONDER_NOT_CERTIFIED = "status.responder-not-certified"


class Revocation(Struct, frozen=True):
    """Statement of one source about the revocation of one certificate."""

    state: RevocationState
    source: str  # "CRL", "OCSP", or the name of the repository that claims it
    checked: datetime
    url: str = ""
    revoked_at: datetime | None = None
    reason: str = ""  # CRLReason (RFC 5280 section 5.3.1) by its name; empty: none given
    this_update: datetime | None = None
    next_update: datetime | None = None
    why: Message | None = None  # unknown: why


class CertificateStanding(StrEnum):
    """Standing of a certificate in one word; the worst that is known."""

    VALID = "valid"
    NOT_YET_VALID = "not yet valid"
    EXPIRED = "expired"
    REVOKED = "revoked"
    UNKNOWN = "unknown"


class Status(Struct, frozen=True):
    """Status of a certificate at one moment. Revoked and expired certificates stay in every answer."""

    standing: CertificateStanding
    is_expired: bool
    revocation: Revocation | None  # the one that decides; None: never asked
    why: Message | None = None  # unknown: why, and what to do; valid: contradicting claims


class Crl(Struct, frozen=True):
    """Certificate revocation list as fetched; kept for as long as it says."""

    url: str
    der: bytes
    fetched: datetime
    this_update: datetime | None
    next_update: datetime | None


class KeptCertificate(Struct, frozen=True):
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
