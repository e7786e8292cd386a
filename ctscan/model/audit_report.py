"""Reports on an audit log: its check, and the proof of an event."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from ctscan.model.message import Code

if TYPE_CHECKING:
    from ctscan.model.audit_log import LogIdentity
    from ctscan.model.message import Message


class OutsideHead(Struct, frozen=True):
    """Head that was kept outside of the trail: a note (C2SP checkpoint), and the file that holds it."""

    note: bytes
    where: str


class AuditProblem(Code):
    """Contradiction in an audit log. No parameter names a person."""

    CHANGED = "audit.changed"
    MISSING = "audit.missing"
    UNLOGGED = "audit.unlogged"
    LEAF_MISSING = "audit.leaf-missing"
    LEAF_MALFORMED = "audit.leaf-malformed"
    ROLLED_BACK = "audit.rolled-back"
    ROOT_DIFFERS = "audit.root-differs"
    SIGNATURE_WRONG = "audit.signature-wrong"
    EDGE_DIFFERS = "audit.edge-differs"
    UNSIGNED = "audit.unsigned"
    OTHER_KEY = "audit.other-key"
    FEWER_RUNS = "audit.fewer-runs"
    OUTSIDE_ROLLED_BACK = "audit.outside-rolled-back"
    OUTSIDE_DIFFERS = "audit.outside-differs"
    OUTSIDE_FOREIGN = "audit.outside-foreign"
    OUTSIDE_EMPTY = "audit.outside-empty"
    # no faults
    OLDER = "audit.older"
    FORGOTTEN = "audit.forgotten"
    SIGNED_LATER = "audit.signed-later"
    OUTSIDE_BEHIND = "audit.outside-behind"
    OUTSIDE_TORN = "audit.outside-torn"
    NO_KEY = "audit.no-key"


class BadEvent(Struct, frozen=True):
    """Contradiction with the number of the first event that it concerns; the number of the next event where events are
    missing at the end."""

    event: int
    problem: Message


class AuditReport(Struct, frozen=True):
    """Result of checking an audit log.

    Attributes:
        identity: identity of the log.
        size: number of leaves.
        root: root of the tree.
        signed: size of the newest signed head that holds; 0 without one.
        outside: number of heads from outside that were compared.
        bad: contradictions, by event.
        notes: facts that are no faults.
    """

    identity: LogIdentity
    size: int
    root: bytes
    signed: int
    outside: int
    bad: tuple[BadEvent, ...]
    notes: tuple[Message, ...]

    @property
    def exit_code(self) -> int:
        """1 where something contradicts, else 0."""
        return 1 if self.bad else 0


class AuditProof(Struct, frozen=True):
    """Proof that an event is in an audit log, to be checked without the other events.

    Attributes:
        event: number of the event.
        leaf: canonical JSON of the event with its nonce.
        path: audit path, leaf to root.
        head: signed head of the tree (C2SP checkpoint).
        vkey: verifier key of the head.
        first: size of an older head, which the tree of `head` extends; 0 without one.
        consistency: consistency proof from that head.
    """

    event: int
    leaf: bytes
    path: tuple[bytes, ...]
    head: bytes
    vkey: str
    first: int = 0
    consistency: tuple[bytes, ...] = ()


class ProvenEvent(Struct, frozen=True):
    """Event that a proof proves, and the size of the log whose signed head covers it."""

    event: int
    size: int
