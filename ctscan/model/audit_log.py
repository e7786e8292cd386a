"""Audit log: the Merkle tree over the events of a trail, and its signed heads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    pass


class LogIdentity(Struct, frozen=True):
    """Identity of an audit log.

    Attributes:
        id: identifier of the trail, 16 bytes.
        older: number of events that were in the trail before it became a log.
        vkey: verifier key of its heads (C2SP signed-note); empty before the first signature.
    """

    id: bytes
    older: int
    vkey: str = ""


class LogHead(Struct, frozen=True):
    """Head of an audit log: the root of its first `size` leaves, and an Ed25519 signature of 64 bytes."""

    size: int
    root: bytes
    signature: bytes


class AuditLog(Struct, frozen=True):
    """Everything that a trail stores of its log, as it is stored: nothing is checked yet.

    Attributes:
        identity: identity of the log.
        leaves: positions and leaf hashes, in order.
        bodies: hash of each event that is there, by its number, as computed from event and nonce; empty where they have
            no canonical form.
        forgotten: numbers of the events whose bodies were deleted by the rules.
        heads: signed heads, by size.
        edge: size and subtree roots of the right edge, from which the log grows.
    """

    identity: LogIdentity
    leaves: tuple[tuple[int, bytes], ...]
    bodies: Mapping[int, bytes]
    forgotten: frozenset[int]
    heads: tuple[LogHead, ...]
    edge: tuple[int, tuple[bytes, ...]]

    @property
    def hashes(self) -> list[bytes]:
        """Leaf hashes in order."""
        return [value for _, value in self.leaves]
