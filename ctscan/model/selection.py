"""Selections: the part of an answer that is shown. What an answer claims, it claims of everything that was found."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct


class Selection(Struct, frozen=True):
    """Choice of the certificates and findings of an answer that are shown.

    Attributes:
        live: leave out certificates that are expired or revoked. Those of unknown standing stay.
        category: show findings of this category or below, and certificates with such findings; empty: of any.
        since: show certificates that a log recorded, or a repository showed, at this time or later.
        persons: show findings about natural persons (`SubjectKind.PERSON`, however sure), and certificates with such.
        limit: show at most so many certificates, the first of the answer.
        summary: show no certificate.
    """

    live: bool = False
    category: str = ""
    since: datetime | None = None
    persons: bool = False
    limit: int | None = None
    summary: bool = False

    @property
    def chooses_findings(self) -> bool:
        """True where certificates are shown with a part of their findings."""
        return bool(self.category) or self.persons
