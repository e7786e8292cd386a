"""Matches: certificates that answer a look-up, with their findings and sightings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from ctscan.model.entry import EntryKind

if TYPE_CHECKING:
    from datetime import datetime

    from ctscan.model.authority import Authority
    from ctscan.model.finding import Finding
    from ctscan.model.identifier import IdentifierKind
    from ctscan.model.revocation import Revocation, Status
    from ctscan.model.search import RepositorySighting


class Sighting(Struct, frozen=True):
    """Certificate seen at an index of a log. `verified`: the index lies in a verified range of the log; never true of
    kind `CHAIN`, for no tree covers chains."""

    log: str
    log_id: bytes
    index: int
    timestamp: int  # ms
    kind: EntryKind
    verified: bool


class CertificateSummary(Struct, frozen=True):
    """Certificate in short, for an answer. `also` are identities of the same issuer and serial: probably the same."""

    sha256: bytes | None
    identity: bytes
    issuer: str
    serial: str
    subject: str
    not_before: datetime | None
    not_after: datetime | None
    also: tuple[bytes, ...] = ()
    is_ca: bool = False  # as its basic constraints say
    partly_read: bool = False  # a bound of the reader left a part unread, in which more may stand


class PartlyRead(Struct, frozen=True):
    """Certificate of which a part was left unread, with its newest sighting in a log, if there is any.

    An entry of a log that can't be parsed has no identity.
    """

    identity: bytes | None
    sha256: bytes | None
    log: str = ""
    index: int = 0


class Match(Struct, frozen=True):
    """Certificate that answers a look-up, with the findings that matched first. `score` ranks names (0 to 1)."""

    certificate: CertificateSummary
    findings: tuple[Finding, ...]
    sightings: tuple[Sighting, ...]
    score: float = 1.0
    repositories: tuple[RepositorySighting, ...] = ()
    revocations: tuple[Revocation, ...] = ()  # one for each source that was asked
    authorities: tuple[Authority, ...] = ()  # CAs with the key that the certificate names; several where cross-signed
    status: Status | None = None  # judged from the rest for one moment; the index leaves it out
    matched_as: tuple[IdentifierKind, ...] = ()  # the readings that matched, where an identifier has several

    @property
    def is_unconfirmed(self) -> bool:
        """True when only a repository or a file shows the certificate, and no log that was read has confirmed it."""
        return bool(self.repositories) and not any(seen.verified for seen in self.sightings)

    @property
    def is_of_authority(self) -> bool:
        """True for the certificate of a CA: by its basic constraints, or because only chains hold it."""
        only_in_chains = all(seen.kind is EntryKind.CHAIN for seen in self.sightings)
        return self.certificate.is_ca or (bool(self.sightings) and only_in_chains)
