"""The roles of an index: protocols of a few methods each, and `Index`, which is all of them together.

A function asks for the roles that it uses. `open.open_index` opens an index; the scheme of its URL chooses the
implementation. An index stores and finds: it knows neither log protocols nor rules. Every method that writes is one
transaction. Every method raises IndexFault when the database can't do the work; only further errors are named below.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctscan.on_first_use import names_of

if TYPE_CHECKING:
    from ctscan.index.protocols.case_role import Cases
    from ctscan.index.protocols.copy_role import Copies
    from ctscan.index.protocols.exposure_role import Exposure
    from ctscan.index.protocols.finding_roles import DamageNoting, EvidenceStore, Finder, Reindex, Repair, Snapshots
    from ctscan.index.protocols.inventory_role import Stock
    from ctscan.index.protocols.log_roles import BasisStore, Lease, Leases, Ledger, LogStore, Runs
    from ctscan.index.protocols.misbehaviour_role import MisbehaviourStore
    from ctscan.index.protocols.retention_role import Retention
    from ctscan.index.protocols.statement_roles import Authorities, Disclosures, Revocations, Searches
    from ctscan.index.protocols.suppression_role import Suppressing
    from ctscan.index.protocols.trail_role import HeadSigner, Trail, TrailMemory
    from ctscan.index.protocols.watch_role import Outbox, Watching
    from ctscan.index.protocols.whole_index import Index

__getattr__ = names_of(
    __name__,
    {
        "case_role": "Cases",
        "copy_role": "Copies",
        "exposure_role": "Exposure",
        "finding_roles": "DamageNoting EvidenceStore Finder Reindex Repair Snapshots",
        "inventory_role": "Stock",
        "log_roles": "BasisStore Lease Leases Ledger LogStore Runs",
        "misbehaviour_role": "MisbehaviourStore",
        "retention_role": "Retention",
        "statement_roles": "Authorities Disclosures Revocations Searches",
        "suppression_role": "Suppressing",
        "trail_role": "HeadSigner Trail TrailMemory",
        "watch_role": "Outbox Watching",
        "whole_index": "Index",
    },
)
