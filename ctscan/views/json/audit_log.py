"""JSON of the log of the audit trail: proofs of events, exports, and reports of checks."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence

from ctscan.model.audit_leaf import audit_leaf_hash
from ctscan.model.audit_log import AuditLog
from ctscan.model.audit_report import AuditProof, AuditReport
from ctscan.views.json.values import Shape, message, messages

PROOF = "ctscan audit proof v1"
LOG = "ctscan audit log v1"


def audit_report(report: AuditReport) -> Shape:
    """`ctscan audit verify`: shape the report of a check."""
    return {
        "log": _origin(report.identity.id),
        "vkey": report.identity.vkey or None,
        "events": report.size,
        "root": _base64(report.root),
        "signed": report.signed,
        "outside": report.outside,
        "first_bad": report.bad[0].event if report.bad else None,
        "problems": [{"event": one.event, **message("problem", one.problem)} for one in report.bad],
        **messages("notes", report.notes),
    }


def audit_proof(proof: AuditProof) -> Shape:
    """`ctscan audit prove`: shape a proof. `leaf` is the exact text that was hashed."""
    return {
        "format": PROOF,
        "event": proof.event,
        "leaf": proof.leaf.decode(),
        "leaf_hash": _base64(audit_leaf_hash(proof.leaf)),
        "path": [_base64(one) for one in proof.path],
        "head": proof.head.decode(),
        "vkey": proof.vkey,
        "consistency": {"first": proof.first, "path": [_base64(one) for one in proof.consistency]}
        if proof.first
        else None,
    }


def audit_log(log: AuditLog, notes: Sequence[bytes], leaves: Mapping[int, bytes]) -> Iterator[Shape]:
    """`ctscan audit export`: shape the log, then each leaf, then each head; each is a line."""
    yield {
        "format": LOG,
        "log": _origin(log.identity.id),
        "vkey": log.identity.vkey or None,
        "older": log.identity.older,
        "size": len(log.leaves),
    }
    for position, value in log.leaves:
        text = leaves.get(position + 1)
        yield {"event": position + 1, "leaf_hash": _base64(value), **({"leaf": text.decode()} if text else {})}
    for head, note in zip(log.heads, notes, strict=True):
        yield {"size": head.size, "head": note.decode()}


def _origin(id: bytes) -> str:
    return f"ctscan-audit/{id.hex()}"


def _base64(value: bytes) -> str:
    return b64encode(value).decode()
