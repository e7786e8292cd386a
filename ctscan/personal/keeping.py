"""Limits of retention beside the scope: certificates that are too old to keep are not kept, whoever brings them. Pure.

A limit is decided by the certificate alone, by its own dates. So a scan, a search, an import and a reindex of the same
certificate decide alike, and nothing that was purged comes back. A certificate without dates that can be read is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from msgspec import Struct

from ctscan.model.certificate import Certificate
from ctscan.model.finding import Finding
from ctscan.model.keep import KeepKind, Limits
from ctscan.personal.analyse import ResultFilter


def is_kept(not_before: datetime | None, not_after: datetime | None, limits: Limits) -> bool:
    """Return whether a certificate with these dates is kept."""
    return _reaches(not_after, limits.before(KeepKind.EXPIRED)) and _reaches(
        not_before, limits.before(KeepKind.FINDINGS)
    )


def _reaches(date: datetime | None, before: datetime | None) -> bool:
    return date is None or before is None or date >= before


class Keeping(Struct, frozen=True):
    """Filter by scope (or by the identifier of a search) and by the limits of retention."""

    within: ResultFilter
    limits: Limits

    @property
    def domains(self) -> tuple[str, ...]:
        return self.within.domains

    @property
    def scope_text(self) -> str:
        return self.within.scope_text

    @property
    def scope_emails(self) -> int:
        return self.within.scope_emails

    def keeps(self, findings: Sequence[Finding], certificate: Certificate | None, strings: Iterable[str] = ()) -> bool:
        return self.within.keeps(findings, certificate, strings)

    def is_too_old(self, certificate: Certificate) -> bool:
        return not is_kept(certificate.not_before, certificate.not_after, self.limits)
