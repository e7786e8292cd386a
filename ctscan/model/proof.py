"""Inclusion proofs, and the evidence for one sighting that is checked offline."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ctscan.model.entry import Entry
    from ctscan.model.log import Log, TreeHead


@dataclass(frozen=True, slots=True)
class InclusionProof:
    """Proof that entry `index` lies in the tree of `head` (RFC 6962 section 2.1.1, leaf to root)."""

    index: int
    head: TreeHead
    path: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """Log, entry and proof with which one sighting is checked offline (`ctscan prove`)."""

    log: Log
    entry: Entry
    proof: InclusionProof | None
    verified: bool
