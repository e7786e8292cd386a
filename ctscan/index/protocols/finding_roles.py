"""Roles of an index that find certificates and give their evidence."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from ctscan.model import Evidence, Finding, LookupKey, Match, PartlyRead
    from ctscan.model.results import Repaired


class DamageNoting(Protocol):
    """Notice of damage: what is read is checked as it is read."""

    def noted_damage(self) -> AbstractContextManager[set[str]]:
        """Collect the names of the parts (tables) in which reading meets damage, until the end of the block.

        Reading leaves out what is damaged, and checks that nothing is missing from what it finds. The caller states the
        damage, and never claims completeness beside it. Outside of such a block damage is an IndexFault.
        """

    async def known_damage(self) -> set[str]:
        """Return the parts (tables) that a repair has found damaged and not mended yet."""


class Snapshots(Protocol):
    """Reading of one state of the index."""

    def snapshot(self) -> AbstractAsyncContextManager[None]:
        """Read everything in the block from one state of the index. Nothing can be written in it; suppressions that
        come meanwhile are carried out behind it."""


class Finder(Protocol):
    """Certificates by look-up key, name, fingerprint, serial number and identity."""

    async def find_keys(self, keys: Sequence[LookupKey], limit: int) -> list[Match]:
        """Return certificates with a finding that has any of the keys, newest sighting first.

        Kind `domain` finds the domain itself and everything below it; every other kind is exact. Names have
        `find_name`.

        Fewer than `limit` are all that match. Of more than a few thousand matches, the certificates that came into the
        index last are ranked.
        """

    async def list_keys(self, keys: Sequence[LookupKey], limit: int) -> list[int]:
        """Return what `find_keys` finds, in its order, as numbers for `listed`. They hold in one `snapshot`."""

    async def listed(self, listed: Sequence[int], keys: Sequence[LookupKey]) -> list[Match]:
        """Return certificates that `list_keys` found by the keys."""

    async def find_name(self, words: Sequence[Collection[str]], limit: int, partly: int) -> list[Match]:
        """Return certificates that hold the words of a name.

        Order: most words in the certificate (given name and surname are often two findings), then most words in one
        finding, then newest. `score` is the share of the words in one finding.

        Args:
            words: each word in the forms (tokens) that it may have.
            limit: most certificates that hold every word. Fewer are all that match.
            partly: most certificates, after them, that hold some words. Fewer are all that match.

        Of more matches with every word than `limit` and than a hundred, those that came into the index last are ranked;
        so are those of more than a few thousand with each single word.
        """

    async def find_sha256(self, fingerprint: bytes) -> list[Match]:
        """Return the certificate with this SHA-256, if the certificate itself was seen."""

    async def find_sha1(self, fingerprint: bytes) -> list[Match]:
        """Return the certificates with this SHA-1, if the certificates themselves were seen."""

    async def find_serial(self, serial: str) -> list[Match]:
        """Return certificates with this serial number: lower-case hex without leading zeros."""

    async def find_identity(self, identity: bytes) -> list[Match]:
        """Return the certificate with this identity."""

    async def find_mailboxes(
        self, local_parts: Collection[str], limit: int, without: Collection[bytes]
    ) -> tuple[list[Match], bool]:
        """Return certificates with an address of one of these local parts at any host, newest sighting first, and
        whether the limit left others out. Certificates of the identities `without` don't count.

        An address is found with a +tag and with a number at the end of its local part, too (`jane.roe2+x`), and
        apostrophes don't count. The limit is the most certificates; of very many addresses some are left out as well.
        """

    async def similar_addresses(self, addresses: Collection[str], limit: int) -> list[str]:
        """Return addresses of the index that have the letters of one of these, at the same host; at most `limit`, in
        order.

        They differ in dots, hyphens, underscores or +tag. `name@` without a host finds addresses at all hosts, with any
        digits at the end of the local part.
        """

    async def count_keys(self, keys: Sequence[LookupKey], limit: int) -> int:
        """Return the number of certificates with any of the keys; counting stops at the limit."""

    async def count_name(self, words: Sequence[Collection[str]], limit: int) -> int:
        """Return the number of certificates that hold every word of a name, each in one of its forms; counting stops at
        the limit."""

    async def estimate_name(self, words: Sequence[Collection[str]], limit: int) -> tuple[int, bool]:
        """Count as `count_name` does, but of words that are common only among certificates that came last. Zero is
        exact. Return the number, and whether there may be more."""

    async def partly_read(self, limit: int) -> tuple[int, list[PartlyRead]]:
        """Return the number of certificates of which a part was left unread, and the first `limit` of them."""

    async def counts(self) -> dict[str, int]:
        """Return the number of rows by noun: certificates, findings, sightings, sightings in chains and in
        repositories, unreadable, quarantined."""


class EvidenceStore(Protocol):
    """Log entries with their inclusion proofs."""

    def evidence(self, identities: Sequence[bytes] | None) -> AsyncIterator[Evidence]:
        """Iterate over the evidence of every sighting of these certificates; None: of all certificates."""


class Reindex(Protocol):
    """Kept certificates, for applying rules again."""

    def kept(self, *, whole: bool = False) -> AsyncIterator[tuple[bytes, bytes, str]]:
        """Iterate over `(identity, leaf DER, kind)` of every kept certificate; `whole`: also of those whose processing
        is restricted, which stay hidden all the same."""

    async def replace_findings(
        self, identity: bytes, findings: Sequence[Finding], rules: str, *, partly_read: bool = False
    ) -> None:
        """Replace the findings of a kept certificate, and the mark that it was partly read. A certificate with neither
        findings nor that mark is deleted."""

    async def mark_partly_read(self, identity: bytes, partly_read: bool) -> None:
        """Set or clear the mark that a kept certificate was partly read; its findings stay."""


class Repair(Protocol):
    """Repair of a damaged index."""

    async def damaged_parts(self, is_stopped: Callable[[], bool]) -> set[str]:
        """Check everything that look-ups rest on, and return the damaged parts; none when it was stopped."""

    async def begin_repair(self, at: datetime, is_stopped: Callable[[], bool]) -> Repaired | None:
        """Keep what the checks confirm, make again what can be made from kept certificates, and give up the rest: what
        was lost of coverage, and entries whose certificate was lost, count as not read.

        Findings are deleted: the caller writes them again with `Reindex.replace_findings`. No answer is complete until
        `end_repair`.

        Returns:
            The outcome; None, with nothing changed, when it was stopped.

        Raises:
            IndexFault: the tables can't be read any longer. Nothing is changed.
        """

    async def end_repair(self) -> None:
        """Record that the findings are whole again."""
