"""JSON shapes of inclusion proofs, with which a third party checks that a certificate is in a log."""

from __future__ import annotations

from collections.abc import Iterable

from ctscan.model import Log
from ctscan.model.results import CheckedSighting
from ctscan.views.json.values import Shape, base64_text, timestamp_text

FORMAT = "ctscan inclusion proofs, version 1"


def inclusion_proofs(identity: bytes, sha256: bytes | None, checked: Iterable[tuple[CheckedSighting, bytes]]) -> Shape:
    """Shape the proofs of one certificate: each with the leaf that the log's tree holds, the path to the root, and the
    head that the log signed.

    Args:
        identity: identity of the certificate.
        sha256: SHA-256 of the certificate; None where only its TBS was seen.
        checked: checked sightings, each with its MerkleTreeLeaf (RFC 6962 section 3.4).
    """
    return {
        "format": FORMAT,
        "identity": identity.hex(),
        "sha256": None if sha256 is None else sha256.hex(),
        "entries": [_entry(one, leaf) for one, leaf in checked],
    }


def _entry(checked: CheckedSighting, leaf: bytes) -> Shape:
    entry, proof, log = checked.evidence.entry, checked.evidence.proof, checked.evidence.log
    head = proof and {
        "size": proof.head.size,
        "root": base64_text(proof.head.root),
        "timestamp": timestamp_text(proof.head.timestamp),
        "timestamp_ms": proof.head.timestamp,
        "signature": base64_text(proof.head.signature),
        "raw": base64_text(proof.head.raw),
    }
    return {
        "log": log.name,
        "operator": log.operator,
        "log_id": base64_text(log.id),
        "log_key": base64_text(log.key),
        "url": _public_url(log),
        "index": entry.index,
        "timestamp": timestamp_text(entry.timestamp),
        "timestamp_ms": entry.timestamp,
        "kind": str(entry.kind),
        "leaf": base64_text(leaf),
        "audit_path": [base64_text(one) for one in proof.path] if proof else None,
        "tree_head": head,
        "proven": checked.is_proven,
        "trust": checked.trust or None,
        "problem": checked.problem or None,
    }


def _public_url(log: Log) -> str | None:
    """Return the address of a log; None of a folder, which is a path of the controller's machine."""
    url = log.url or log.monitoring_url
    return url if url.startswith(("https://", "http://")) else None
