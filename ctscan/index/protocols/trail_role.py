"""Role of the audit trail, a database of its own beside an index."""

from __future__ import annotations

from typing import Protocol

from ctscan.model import AuditEvent


class Trail(Protocol):
    """The audit trail, a database of its own beside the index. Events are only added; each is synced to the disk."""

    async def append(self, event: AuditEvent) -> int:
        """Add an event and return its id; `event.id` is ignored."""

    async def events(self, limit: int) -> list[AuditEvent]:
        """Return the newest events, newest first."""

    async def event_of_answer(self, answer: str) -> AuditEvent | None:
        """Return the event that records an answer, by the id of the answer."""
