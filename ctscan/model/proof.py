"""Inclusion proofs, and the evidence for one sighting that is checked offline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from ctscan.model.entry import Entry
    from ctscan.model.log import Log, TreeHead


class InclusionProof(Struct, frozen=True):
    """Proof that entry `index` lies in the tree of `head` (RFC 6962 section 2.1.1, leaf to root)."""

    index: int
    head: TreeHead
    path: tuple[bytes, ...]


class Evidence(Struct, frozen=True):
    """Log, entry and proof with which one sighting is checked offline (`ctscan prove`)."""

    log: Log
    entry: Entry
    proof: InclusionProof | None
    verified: bool
