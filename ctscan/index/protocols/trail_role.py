"""Role of the audit trail, a database of its own beside an index."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self

from ctscan.index.protocols.copy_role import Copies

if TYPE_CHECKING:
    from ctscan.model import AuditEvent
    from ctscan.model.audit import KnownTrail
    from ctscan.model.audit_log import AuditLog, LogHead, LogIdentity


class HeadSigner(Protocol):
    """Signer of the heads of an audit log."""

    @property
    def vkey(self) -> str:
        """Verifier key of the heads."""

    def sign(self, size: int, root: bytes) -> bytes:
        """Sign the head of a tree; gives the 64 bytes of an Ed25519 signature."""


class Trail(Copies, Protocol):
    """The audit trail, a database of its own beside the index. Events are only added, and numbered 1, 2, 3 and so on;
    each is synced to the disk before its method returns, with its leaf in the Merkle tree of the trail and, while there
    is a signer, with the signed head. It has to be closed: by `async with`, or by `aclose`."""

    def sign_with(self, signer: HeadSigner | None) -> None:
        """Sign a head with each event from now on; None leaves heads to a later signer."""

    async def identity(self) -> LogIdentity:
        """Return the identity of the log."""

    async def log(self) -> AuditLog:
        """Return all that is stored of the log, in one snapshot, even where it doesn't fit together."""

    async def leaves(self) -> dict[int, bytes]:
        """Return the canonical JSON of every event that is there, by its number."""

    async def leaf(self, number: int) -> bytes | None:
        """Return the canonical JSON of an event; None where there is none, or its body was deleted."""

    async def newest_head(self) -> LogHead | None:
        """Return the newest signed head."""

    async def newest_run(self) -> tuple[int, int]:
        """Return the newest run that the end of a scan or backfill names, 0 for none, and the number of announcements
        that may stand for newer runs: of processes that still work, and of those that were killed since."""

    async def last_configuration(self) -> str:
        """Return the digest of the settings in the newest event about them; empty where there is none."""

    async def forget_bodies(self, before: datetime, record: AuditEvent) -> list[int]:
        """Delete the bodies and nonces of events before a time, and record that in the same transaction. Leaf hashes
        stay, so that the other events can still be proven. Intents stay until their end may go, too.

        Args:
            before: time before which bodies go.
            record: the event that says so, an `AuditAction.PURGE`; its `detail` is filled with the numbers of all
                events without a body.

        Returns:
            The numbers of the events whose bodies were deleted; empty, with nothing recorded, where there are none.
        """

    async def count_forgettable(self, before: datetime) -> int:
        """Count the events whose bodies `forget_bodies` would delete."""

    async def empty_log(self) -> bool:
        """Empty the write-ahead log; return False where a reader keeps it from that."""

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
        """Return the identifier of the key that digests and heads of this trail are made with; None before the first
        of them."""

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
