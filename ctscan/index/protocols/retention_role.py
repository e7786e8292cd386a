"""Role of an index that deletes what is old, and remembers the limits that it applied."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from ctscan.model.keep import Limits, PurgeBounds, Purged


class Retention(Protocol):
    """Retention of certificates, evidence, cases and records."""

    async def kept_limits(self) -> Limits:
        """Return the limits that were applied to this index, by ingest or purge, whatever the settings say now."""

    async def note_limits(self, applied: Limits) -> None:
        """Note limits, before anything is left out or deleted by them. A limit never moves back."""

    async def count_old(self, bounds: PurgeBounds) -> dict[Purged, int]:
        """Count what `purge_old` would delete."""

    def purge_old(self, bounds: PurgeBounds) -> AsyncIterator[Mapping[Purged, int]]:
        """Delete what is older than the bounds, and yield the numbers of each transaction. The caller may stop between
        two. Certificates whose processing is restricted stay."""

    async def naming_cases(self, bounds: PurgeBounds) -> list[int]:
        """Return the closed cases that are older than the bounds of their regime and still name somebody, by their
        rows."""

    async def pseudonymise_case(self, case: int, digest: Callable[[str, str], bytes]) -> int:
        """Put pseudonyms in the place of the people in a closed case, in one transaction.

        Args:
            case: row of the case.
            digest: keyed digest of kind and canonical form of an identifier.

        Returns:
            The number of cases changed: 0 or 1.
        """

    async def drop_identities(self, identities: Sequence[bytes]) -> Mapping[Purged, int]:
        """Delete these certificates with all that hangs on them, but those whose processing is restricted."""

    async def count_wider(self, narrowed: Callable[[str], str]) -> int:
        """Count the ranges that `narrow_coverage` would change."""

    async def narrow_coverage(self, narrowed: Callable[[str], str]) -> int:
        """Let searched ranges count for a narrower scope only.

        Args:
            narrowed: gives the text of the scope that a range of this scope counts for from now on.

        Returns:
            The number of ranges that were searched with another scope.
        """

    async def empty_log(self) -> bool:
        """Move all of the write-ahead log into the file, and empty it; return False where a reader keeps it from
        that."""
