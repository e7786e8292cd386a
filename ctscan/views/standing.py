"""What became of a certificate, in words. Pure."""

from __future__ import annotations

from datetime import datetime

from ctscan.model import CertificateStanding, Revocation, RevocationState, Status
from ctscan.views.json import time_text

_AS_CLAIMED = "as {} says"
_AS_SIGNED = {"CRL": "as the CA's list of {} says", "OCSP": "as the CA's answer of {} says"}


def status_words(status: Status) -> str:
    """`revoked on 2026-03-01 (keyCompromise), as the CA's list of 2026-11-20 says; expired`."""
    said = status.revocation
    match status.standing:
        case CertificateStanding.REVOKED if said is not None:
            return _revoked(said) + ("; expired" if status.is_expired else "")
        case CertificateStanding.VALID if said is not None:
            return f"valid; not revoked, {_according_to(said)}{f'; but {status.why}' if status.why else ''}"
        case CertificateStanding.UNKNOWN:
            return f"unknown: {status.why}"
        case CertificateStanding.EXPIRED if said is None:
            return "expired; never checked whether it was revoked before"
        case CertificateStanding.EXPIRED if said is not None and said.state is RevocationState.UNKNOWN:
            return f"expired; whether it was revoked before is unknown: {said.why}"
        case _:
            return str(status.standing)


def _revoked(said: Revocation) -> str:
    when = f" on {_day(said.revoked_at)}" if said.revoked_at else ""
    reason = f" ({said.reason})" if said.reason else ""
    return f"revoked{when}{reason}, {_according_to(said)}"


def _according_to(said: Revocation) -> str:
    signed = _AS_SIGNED.get(said.source)
    return signed.format(_day(said.this_update or said.checked)) if signed else _AS_CLAIMED.format(said.source)


def _day(at: datetime) -> str:
    return (time_text(at) or "")[:10]
