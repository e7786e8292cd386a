"""Sums over the certificates of an answer: what an answer says of certificates that it doesn't hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Self

from msgspec import Struct, field

from ctscan.model.entry import EntryKind
from ctscan.model.match import Match
from ctscan.model.revocation import CertificateStanding


class MatchTally(Struct):
    """Sums over the matches of an answer.

    Attributes:
        found: certificates.
        whole: certificates that hold all of the identifier.
        authorities: certificates of CAs among `whole`.
        unconfirmed: certificates that only repositories or files show.
        shown: certificates that were shown, of an answer in parts.
        standings: certificates by standing.
        categories: certificates by category of their findings.
        issuers: certificates by name of the issuer.
        logged: first and last time at which a log recorded one of them, in ms; None where no log did.
        logs: identifiers of these logs.
        given: first and last time at which a repository showed one of them.
    """

    found: int = 0
    whole: int = 0
    authorities: int = 0
    unconfirmed: int = 0
    shown: int = 0
    standings: Counter[CertificateStanding] = field(default_factory=Counter)
    categories: Counter[str] = field(default_factory=Counter)
    issuers: Counter[str] = field(default_factory=Counter)
    logged: tuple[int, int] | None = None
    logs: set[bytes] = field(default_factory=set)
    given: tuple[datetime, datetime] | None = None

    @classmethod
    def of(cls, matches: Iterable[Match]) -> Self:
        """Sum matches up."""
        tally = cls()
        for match in matches:
            tally.add(match)
        return tally

    @classmethod
    def counted(cls, matches: Sequence[Match]) -> Self:
        """Count matches: the sums that remarks speak of, and no others."""
        whole = sum([match.score >= 1 for match in matches])
        unconfirmed = sum([match.is_unconfirmed for match in matches])
        return cls(len(matches), whole, unconfirmed=unconfirmed)

    def add(self, match: Match) -> None:
        """Add a match."""
        self.found += 1
        self.whole += match.score >= 1
        self.authorities += match.score >= 1 and match.is_of_authority
        self.unconfirmed += match.is_unconfirmed
        self.standings[match.status.standing if match.status else CertificateStanding.UNKNOWN] += 1
        self.categories.update({found.category for found in match.findings})
        self.issuers[match.certificate.issuer] += 1
        self._add_times(match)

    def _add_times(self, match: Match) -> None:
        for seen in match.sightings:
            if seen.kind is not EntryKind.CHAIN:
                first, last = self.logged or (seen.timestamp, seen.timestamp)
                self.logged = min(first, seen.timestamp), max(last, seen.timestamp)
                self.logs.add(seen.log_id)
        for shown in match.repositories:
            begin, end = self.given or (shown.seen, shown.seen)
            self.given = min(begin, shown.seen), max(end, shown.seen)
