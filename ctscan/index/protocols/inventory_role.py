"""Role of an index that counts the personal data in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from ctscan.model.inventory import Inventory
    from ctscan.model.metrics import FindingsPortion


class Stock(Protocol):
    """Counts of the personal data in an index, for notices and records of processing."""

    async def inventory(self) -> Inventory:
        """Count certificates, findings by category and cases, and name the repositories asked and the recipients of
        disclosures. All findings are read: it takes seconds where there are millions."""

    async def count_findings(self, after: int) -> FindingsPortion:
        """Count the next certificates behind a row, and their findings about people: a portion that takes some tenths
        of a second at most. The first portion is behind row 0."""
