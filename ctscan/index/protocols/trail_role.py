"""Role of the audit trail, a database of its own beside an index."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from types import TracebackType
from typing import Protocol, Self

from ctscan.model import AuditEvent
from ctscan.model.audit import KnownTrail


class Trail(Protocol):
    """The audit trail, a database of its own beside the index. Events are only added, and numbered 1, 2, 3 and so on;
    each is synced to the disk before its method returns. It has to be closed: by `async with`, or by `aclose`."""

    async def append(self, event: AuditEvent) -> int:
        """Add an event and return its id; `event.id` is ignored."""

    def intend(self, event: AuditEvent) -> AbstractAsyncContextManager[int]:
        """Add an event `INTENDED`, and hold it until the context ends; gives its id.

        The caller adds the event that ends it. The intent of a process that was killed is open and no longer held.
        """

    async def end_abandoned(self, at: datetime) -> list[int]:
        """End each open intent that nobody holds, by an event `INTERRUPTED`; return the ids of those intents."""

    async def events(self, limit: int) -> list[AuditEvent]:
        """Return the newest events, newest first."""

    async def events_about(self, case: str, digests: Collection[bytes]) -> list[AuditEvent]:
        """Return the events of a case, and those with one of these digests of identifiers, oldest first. An empty case
        is none."""

    async def damage_met(self) -> datetime | None:
        """Return the time of the newest look-up that met damage in the index, unless a reindex was done since."""

    async def event_of_answer(self, answer: str) -> AuditEvent | None:
        """Return the event that records an answer, by the id of the answer."""

    async def id(self) -> bytes:
        """Return the identifier of the trail, by which its index knows it."""

    async def key_id(self) -> bytes | None:
        """Return the identifier of the key that digests of this trail are made with; None before the first digest."""

    async def save_key_id(self, key_id: bytes, at: datetime) -> bytes:
        """Save the identifier of the key unless the trail has one, and return the identifier that the trail has."""

    async def __aenter__(self) -> Self:
        """Return the trail itself."""

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the trail."""

    async def aclose(self) -> None:
        """Close the trail; closing twice is no error."""


class TrailMemory(Protocol):
    """Memory of an index of its audit trail, so that a lost one is noticed."""

    async def known_trail(self) -> KnownTrail | None:
        """Return the trail in which this index is recorded; None before the first."""

    async def save_trail(self, trail: KnownTrail, before: bytes | None) -> bytes:
        """Remember a trail by compare-and-set: only while the index knows the trail `before`. Returns the id of the
        trail that the index knows then: another process may have been faster."""

    def may_write(self) -> bool:
        """Return whether the index was opened to write, so that it can remember anything."""
