"""What became of a certificate, judged from its dates and from what was asked about its revocation. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from ctscan.model import CertificateStanding, Message, Revocation, RevocationState, Status, StatusReason

CHECKED_BY_CA = ("CRL", "OCSP")
"""Sources whose word is signed by the CA, the better one first; all others are claims of repositories."""

USABLE_FOR = timedelta(days=10)
"""How long an answer without an end counts: the longest that the Baseline Requirements give a CRL of subscriber
certificates (section 4.9.7)."""

HOLD = "certificateHold"

NEVER_CHECKED = StatusReason.NEVER_CHECKED()


def status_of(
    not_before: datetime | None, not_after: datetime | None, revocations: Sequence[Revocation], now: datetime
) -> Status:
    """The status at `now`. Revoked goes before expired, expired before not yet valid; valid is only what a CA said to
    be not revoked, in an answer that hasn't run out."""
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
    """Whether an answer about revocation is too old to go by. That a certificate was revoked never gets too old, but
    that it was put on hold does: a hold can be lifted (RFC 5280 section 5.3.1)."""
    if revocation.state is RevocationState.REVOKED and revocation.reason != HOLD:
        return False
    if revocation.next_update is not None:
        return now > revocation.next_update
    return now - (revocation.this_update or revocation.checked) > USABLE_FOR  # a sum may be after the last of all days


def _deciding(revocations: Iterable[Revocation], is_expired: bool, now: datetime) -> Revocation | None:
    """The one that decides: what still counts before what has run out, a CA's word before a claim, revoked before not
    revoked, what is known before what isn't. Of an expired certificate a claim that it was revoked goes before a CA
    that names it no longer."""

    def rank(revocation: Revocation) -> tuple[bool, bool, bool, bool, int]:
        source = revocation.source
        is_revoked, is_claim = revocation.state is RevocationState.REVOKED, source not in CHECKED_BY_CA
        return (
            revocation.state is RevocationState.UNKNOWN or has_run_out(revocation, now),
            not is_revoked if is_expired else is_claim,
            is_claim if is_expired else not is_revoked,
            revocation.state is RevocationState.UNKNOWN,
            CHECKED_BY_CA.index(source) if source in CHECKED_BY_CA else 0,
        )

    return min(revocations, key=rank, default=None)


def _contradiction(revocations: Iterable[Revocation]) -> Message | None:
    """Claims of repositories that the CA's word goes before."""
    claims = sorted({r.source for r in revocations if r.state is RevocationState.REVOKED})
    return StatusReason.CONTRADICTED(sources=", ".join(claims)) if claims else None
