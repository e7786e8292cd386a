"""Index: all roles together."""

from __future__ import annotations

from types import TracebackType
from typing import Protocol, Self

from ctscan.index.protocols.case_role import Cases
from ctscan.index.protocols.copy_role import Copies
from ctscan.index.protocols.exposure_role import Exposure
from ctscan.index.protocols.finding_roles import DamageNoting, EvidenceStore, Finder, Reindex, Repair, Snapshots
from ctscan.index.protocols.inventory_role import Stock
from ctscan.index.protocols.log_roles import BasisStore, Leases, Ledger, LogStore, Runs
from ctscan.index.protocols.misbehaviour_role import MisbehaviourStore
from ctscan.index.protocols.retention_role import Retention
from ctscan.index.protocols.statement_roles import Authorities, Disclosures, Revocations, Searches
from ctscan.index.protocols.suppression_role import Suppressing
from ctscan.index.protocols.trail_role import TrailMemory
from ctscan.index.protocols.watch_role import Outbox, Watching


class Index(
    Runs, BasisStore, LogStore, MisbehaviourStore, Ledger, Leases, Finder, EvidenceStore, Searches, Disclosures,
    Revocations, Authorities, Reindex, DamageNoting, Snapshots, Repair, TrailMemory, Cases, Copies, Stock, Suppressing,
    Retention, Exposure, Watching, Outbox, Protocol,
):  # fmt: skip
    """An open index, in every role. It has to be closed: by `async with`, or by `aclose`."""

    async def __aenter__(self) -> Self:
        """Return the index itself."""

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the index."""

    async def aclose(self) -> None:
        """Close the index; closing twice is no error."""
