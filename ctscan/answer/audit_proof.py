"""Proofs that an event is in an audit log: made from the leaf hashes, and checked without the other events. Pure."""

from __future__ import annotations

from base64 import b64encode
from typing import Final

from ctscan.ct.audit_head import AuditHead, head_note, parse_vkey, verify_note
from ctscan.ct.merkle import audit_paths, consistency_path, leaf_hash, verify_consistency, verify_inclusion
from ctscan.ct.strict_json import hashes_in, json_object, kind_of, number_in, text_in
from ctscan.errors import FormatError, ProofError
from ctscan.model.audit_log import AuditLog, LogHead
from ctscan.model.audit_report import AuditProof, ProvenEvent

_FORMAT: Final = "ctscan audit proof v1"
_LIMIT: Final = 1 << 20  # bytes of the file of a proof


def make_proof(log: AuditLog, head: LogHead, number: int, leaf: bytes, first: int = 0) -> AuditProof:
    """Prove that an event is in the tree of a head.

    Args:
        log: the log.
        head: a signed head of the log that covers the event.
        number: number of the event.
        leaf: canonical JSON of the event.
        first: size of an older head, from which consistency is proven; 0: from none.

    Raises:
        ProofError: the proof wouldn't verify: the log was changed by hand.
        FormatError: the verifier key of the log has another form.
    """
    hashes = log.hashes[: head.size]
    [path] = audit_paths(hashes, [number - 1])
    note = head_note(log.identity, head.size, head.root, head.signature)
    proof = AuditProof(number, leaf, path, note, log.identity.vkey, first, consistency_path(first, hashes))
    check_proof(proof)
    return proof


def read_proof(raw: bytes) -> AuditProof:
    """Read the file of a proof.

    Raises:
        FormatError: it has another form.
    """
    context = "proof of an event"
    document = json_object(raw, context, _LIMIT)
    if text_in(document, "format", context) != _FORMAT:
        raise FormatError(f"{context}: format: expected {_FORMAT!r}, got another text")
    older = document.get("consistency")
    if older is not None and not isinstance(older, dict):
        raise FormatError(f"{context}: consistency: expected an object or null, got {kind_of(older)}")
    leaf = text_in(document, "leaf", context).encode("utf-8", "replace")
    if text_in(document, "leaf_hash", context) != b64encode(leaf_hash(leaf)).decode():
        raise FormatError(f"{context}: leaf_hash: expected the hash of the leaf, got another")
    return AuditProof(
        number_in(document, "event", context),
        leaf,
        hashes_in(document, "path", context),
        text_in(document, "head", context).encode("utf-8", "replace"),
        text_in(document, "vkey", context),
        number_in(older, "first", context) if older else 0,
        hashes_in(older, "path", context) if older else (),
    )


def check_proof(proof: AuditProof, *, vkey: str = "", older: AuditHead | None = None) -> ProvenEvent:
    """Check a proof offline.

    Args:
        proof: the proof.
        vkey: verifier key that is trusted; empty trusts the one in the proof, which then proves only that the proof
            fits together.
        older: older head that the tree has to extend.

    Raises:
        ProofError: the head isn't signed by the key, the leaf isn't in its tree, or the tree doesn't extend the older
            one.
        FormatError: a part has another form.
    """
    if vkey and vkey != proof.vkey:
        raise ProofError("proof of an event: expected the verifier key that was given, the proof names another")
    head = verify_note(proof.head, parse_vkey(proof.vkey))
    _check_number(proof)
    verify_inclusion(proof.event - 1, head.size, leaf_hash(proof.leaf), proof.path, head.root)
    if older is not None:
        if proof.first != older.size:
            raise ProofError(
                f"proof of an event: expected a consistency proof from size {older.size}, got one from {proof.first}"
            )
        verify_consistency(older.size, head.size, older.root, head.root, proof.consistency)
    return ProvenEvent(proof.event, head.size)


def _check_number(proof: AuditProof) -> None:
    """Compare the number of the proof with that in its leaf."""
    context = "proof of an event"
    number = number_in(json_object(proof.leaf, f"{context}: leaf", _LIMIT), "id", f"{context}: leaf")
    if number != proof.event:
        raise ProofError(f"{context}: expected the leaf of event {proof.event}, got that of {number}")
