"""Status of a certificate, from its dates and the answers about its revocation. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ctscan.model import CertificateStanding, RevocationState, Status, StatusReason

if TYPE_CHECKING:
    from ctscan.model import Message, Revocation

CHECKED_BY_CA = ("CRL", "OCSP")
"""Sources with an answer signed by the CA, the better first; all other sources are claims of repositories."""

USABLE_FOR = timedelta(days=10)
"""Validity of an answer without an end: the longest that the Baseline Requirements allow a CRL of subscriber
certificates (section 4.9.7)."""

HOLD = "certificateHold"

NEVER_CHECKED = StatusReason.NEVER_CHECKED()

_NO_CRL = (StatusReason.NO_LIST, StatusReason.NO_LIST_OCSP_OFF, StatusReason.NOT_BY_HTTP, StatusReason.NAMES_NOTHING)
"""Reasons of a certificate whose CRL could not be asked for: the reason of its OCSP responder says more."""


def status_of(
    not_before: datetime | None, not_after: datetime | None, revocations: Sequence[Revocation], now: datetime
) -> Status:
    """Return the status at `now`.

    Revoked goes before expired, expired before not yet valid. A certificate is valid only when a CA's current answer is
    "not revoked".
    """
    is_expired = not_after is not None and now > not_after
    deciding = _deciding(revocations, is_expired, now)
    if deciding is not None and deciding.state is RevocationState.REVOKED and not has_run_out(deciding, now):
        return Status(CertificateStanding.REVOKED, is_expired, deciding)
    if is_expired:
        return Status(CertificateStanding.EXPIRED, True, deciding)
    if not_before is None or not_after is None:
        return Status(CertificateStanding.UNKNOWN, False, deciding, StatusReason.DATES_UNREADABLE())
    if now < not_before:
        return Status(CertificateStanding.NOT_YET_VALID, False, deciding)
    if deciding is None:
        return Status(CertificateStanding.UNKNOWN, False, None, NEVER_CHECKED)
    if deciding.state is RevocationState.UNKNOWN:
        return Status(CertificateStanding.UNKNOWN, False, deciding, deciding.why)
    if has_run_out(deciding, now):
        return Status(CertificateStanding.UNKNOWN, False, deciding, StatusReason.RUN_OUT())
    if deciding.source not in CHECKED_BY_CA:
        return Status(CertificateStanding.UNKNOWN, False, deciding, StatusReason.CLAIMED_ONLY(source=deciding.source))
    return Status(CertificateStanding.VALID, False, deciding, _contradiction(revocations))


def has_run_out(revocation: Revocation, now: datetime) -> bool:
    """Return whether an answer about revocation is too old to use. A revocation never gets too old, but a hold does: it
    can be lifted (RFC 5280 section 5.3.1)."""
    if revocation.state is RevocationState.REVOKED and revocation.reason != HOLD:
        return False
    if revocation.next_update is not None:
        return now > revocation.next_update
    return now - (revocation.this_update or revocation.checked) > USABLE_FOR  # a sum could exceed datetime.max


def _deciding(revocations: Iterable[Revocation], is_expired: bool, now: datetime) -> Revocation | None:
    """Return the answer that decides: current before outdated, a CA's before a claim, revoked before not revoked, known
    before unknown. For an expired certificate, a claimed revocation goes before a CA that no longer lists it."""

    def rank(revocation: Revocation) -> tuple[bool, bool, bool, bool, bool, int]:
        source = revocation.source
        is_revoked, is_claim = revocation.state is RevocationState.REVOKED, source not in CHECKED_BY_CA
        return (
            revocation.state is RevocationState.UNKNOWN or has_run_out(revocation, now),
            not is_revoked if is_expired else is_claim,
            is_claim if is_expired else not is_revoked,
            revocation.state is RevocationState.UNKNOWN,
            revocation.why is not None and revocation.why.code in _NO_CRL,
            CHECKED_BY_CA.index(source) if source in CHECKED_BY_CA else 0,
        )

    return min(revocations, key=rank, default=None)


def _contradiction(revocations: Iterable[Revocation]) -> Message | None:
    """Report repositories whose claim of a revocation the CA's answer overrides."""
    claims = sorted({r.source for r in revocations if r.state is RevocationState.REVOKED})
    return StatusReason.CONTRADICTED(sources=", ".join(claims)) if claims else None
