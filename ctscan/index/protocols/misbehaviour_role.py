"""Role of an index that keeps misbehaviour of logs."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from ctscan.model import MisbehaviourDecision, MisbehaviourEvidence, MisbehaviourKind, RecordedMisbehaviour


class MisbehaviourStore(Protocol):
    """Misbehaviour of logs: evidence, and decisions about it."""

    async def record_misbehaviour(
        self, log_id: bytes, at: datetime, reason: str, evidence: MisbehaviourEvidence
    ) -> None:
        """Record that a log contradicted itself; the same reason with the same evidence once."""

    async def misbehaviour(self, log_id: bytes | None) -> list[RecordedMisbehaviour]:
        """Return the recorded misbehaviour of a log, oldest first, dismissed or not; None: of all logs."""

    async def name_misbehaviour(self, number: int, kind: MisbehaviourKind) -> None:
        """Set the kind of evidence of an older version, which has none."""

    async def decide(self, number: int, decision: MisbehaviourDecision) -> None:
        """Record a decision; the newest one counts. `number` is that of recorded misbehaviour."""
