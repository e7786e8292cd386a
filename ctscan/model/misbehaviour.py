"""Misbehaviour of logs: contradictions of a log with itself, the evidence for them, and decisions about them.

Evidence is a few bytes from which a third party verifies the contradiction with nothing but the log's public key.
`ct.misbehaviour` verifies it.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct

from ctscan.model.message import Code

if TYPE_CHECKING:
    from ctscan.model.message import Message


class MisbehaviourKind(StrEnum):
    """Kind of a contradiction that signed heads prove."""

    TWO_ROOTS = "two roots"  # heads: two of one size, with different roots
    SHRANK = "shrank"  # heads: the smaller one, signed later, and the larger one
    EMPTY_ROOT = "empty root"  # head: an empty tree whose root isn't SHA-256 of nothing
    NOT_EXTENDED = "not extended"  # heads: smaller, larger; hashes rebuild the larger root, and not the smaller one


class MisbehaviourEvidence(Struct, frozen=True):
    """Evidence of misbehaviour.

    Attributes:
        kind: kind of the contradiction; None for evidence of an older version, which kept heads without a kind.
        heads: signed heads, verbatim: answers to get-sth, or checkpoints.
        hashes: of `NOT_EXTENDED`: the root of the last perfect subtree of the smaller tree within the larger tree, then
            its siblings up to the root. For a size that is no power of two this is the consistency proof of RFC 6962
            section 2.1.2; for a power of two the proof leaves out the first hash.
    """

    kind: MisbehaviourKind | None
    heads: tuple[bytes, ...]
    hashes: tuple[bytes, ...] = ()


class DismissalReason(Code):
    """Reason of a dismissal that no person decided. A person's reason is kept as text, the code `legacy`."""

    UNVERIFIABLE = "dismissal.unverifiable"


class MisbehaviourDecision(Struct, frozen=True):
    """Decision about recorded misbehaviour: to dismiss it, or to restore it. `who`: the account, or `ctscan`."""

    at: datetime
    who: str
    is_dismissal: bool
    reason: Message


class RecordedMisbehaviour(Struct, frozen=True):
    """Misbehaviour of a log in the index. `number` names it for a decision; `decisions`, oldest first."""

    number: int
    log_id: bytes
    at: datetime
    reason: str
    evidence: MisbehaviourEvidence
    decisions: tuple[MisbehaviourDecision, ...] = ()

    @property
    def dismissal(self) -> MisbehaviourDecision | None:
        """The decision that dismisses it now; None while it stands."""
        newest = self.decisions[-1] if self.decisions else None
        return newest if newest is not None and newest.is_dismissal else None


class DismissedMisbehaviour(Struct, frozen=True):
    """Dismissed misbehaviour, in short: answers name it."""

    number: int
    at: datetime  # of the dismissal
    reason: Message
