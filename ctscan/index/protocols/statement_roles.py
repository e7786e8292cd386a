"""Roles of an index that hold statements of others: repositories, CAs and the CCADB."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from ctscan.model import (
        Authority,
        AuthorityList,
        Crl,
        Disclosure,
        Issuer,
        KeptCertificate,
        RepositoryHit,
        Revocation,
        RuleSet,
        Search,
        SearchState,
        Shortfall,
    )


class Searches(Protocol):
    """Questions to repositories, and the certificates that they gave."""

    async def start_search(self, search: Search, rules: RuleSet) -> int:
        """Record that a repository is asked.

        Only a salted digest is kept of a question that names a person (`Question.is_personal`: every kind but domain,
        host, organisation and import).

        Args:
            search: the search; `search.id` is ignored.
            rules: the rule set that reads the results.

        Returns:
            The id of the search.
        """

    async def end_search(
        self, search_id: int, ended: datetime, outcome: SearchState, detail: Sequence[Shortfall], results: int
    ) -> None:
        """Record the end of a search; `results` counts the certificates that the repository gave."""

    async def keep_found(self, search_id: int, hits: Sequence[RepositoryHit]) -> int:
        """Keep certificates of a repository with their sightings there, dated by the start of the search. Keeping them
        twice changes nothing the second time.

        Certificates of a log are never replaced. Given again, a reference keeps the values that are left out this time
        (first_logged, owner, all coordinates), and moves when it means another certificate now. A revocation is kept
        under the name of the repository. Times that are no uint64 and indexes of more than 63 bits are left out.

        Returns:
            The number of new certificates.

        Raises:
            IndexFault: the search was never started.
        """

    async def known_references(self, repository: str, references: Sequence[str]) -> set[str]:
        """Return the references of a repository that are kept already and needn't be fetched again."""

    async def searches(self, questions: Sequence[str]) -> list[Search]:
        """Return, for each repository and each of these questions (`Question.text`), the newest search and the newest
        search that ended whole; newest first, each once, with `question` filled in."""

    async def newest_searches(self, limit: int) -> list[Search]:
        """Return the newest searches, newest first; `question` is empty where it named a person."""


class Disclosures(Protocol):
    """The record of questions that left the machine."""

    async def record_disclosure(self, disclosure: Disclosure) -> int:
        """Record a disclosure before anything is sent, and return its id; `disclosure.id` is ignored."""

    async def disclosures(self, limit: int) -> list[Disclosure]:
        """Return the newest disclosures, newest first."""


class Revocations(Protocol):
    """Issuers, CRLs, and the revocation status of certificates."""

    async def save_issuers(self, issuers: Sequence[Issuer]) -> None:
        """Keep CA certificates; certificates that are kept already stay as they are."""

    async def issuers(self, subject_hash: bytes) -> list[Issuer]:
        """Return the CA certificates with this subject (SHA-256 of its DER)."""

    def kept_certificates(self, identities: Sequence[bytes] | None) -> AsyncIterator[KeptCertificate]:
        """Iterate over these certificates, None: all, to check their status; unreadable certificates are left out."""

    def standings(self) -> AsyncIterator[tuple[datetime | None, datetime | None, tuple[Revocation, ...]]]:
        """Iterate over `(not before, not after, revocation by source)` of every readable certificate, to count them."""

    async def save_revocations(self, revocations: Sequence[tuple[bytes, Revocation]]) -> None:
        """Save `(identity, revocation)`; each replaces the earlier word of the same source. Certificates that aren't
        kept any longer are passed over."""

    async def save_key_ids(self, key_ids: Sequence[tuple[bytes, bytes]]) -> None:
        """Save `(identity, authority key identifier)` of certificates that were written without one; an identifier
        that is kept already stays."""

    async def crl(self, url: str) -> Crl | None:
        """Return the newest CRL that was fetched from a URL; None before the first."""

    async def save_crl(self, crl: Crl) -> None:
        """Save a CRL in place of the earlier one of its URL.

        Raises:
            IndexFault: it has more than 256 MiB.
        """

    async def purge_crls(self, now: datetime, endless: datetime, unused: datetime, octets: int) -> int:
        """Delete CRLs that are of no use any longer.

        Args:
            now: CRLs that end before go.
            endless: CRLs without an end that were fetched before go.
            unused: CRLs that were fetched before go.
            octets: of the rest, the CRLs fetched longest ago go until the packed bytes are at most as many.

        Returns:
            The number of deleted CRLs.
        """


class Authorities(Protocol):
    """The list of certificate authorities (CCADB)."""

    async def save_authorities(self, authorities: Sequence[Authority], which: AuthorityList) -> None:
        """Replace the whole list; of several records for one CA certificate the last counts."""

    async def authority_list(self) -> AuthorityList | None:
        """Return the description of the kept list; None before the first."""

    async def authorities(self) -> list[Authority]:
        """Return the whole list, in its order."""
