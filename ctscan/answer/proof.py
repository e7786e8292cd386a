"""Checks kept evidence offline: is each sighting in the tree that the log signed? Pure."""

from __future__ import annotations

from dataclasses import dataclass

from ctscan.ct.merkle import leaf_hash, verify_inclusion
from ctscan.ct.signature import verify_head
from ctscan.ct.wire import leaf_of
from ctscan.errors import CtscanError
from ctscan.model import Evidence, FinalHead, TreeHead


@dataclass(frozen=True, slots=True)
class Checked:
    """One sighting, checked. `trust` says what its tree head rests on: `signature`, or `log list` for the final head
    of a log that doesn't answer any more."""

    evidence: Evidence
    is_proven: bool
    trust: str
    problem: str = ""


def check(evidence: Evidence) -> Checked:
    """Rebuild the leaf, follow the audit path to the root of the kept head, verify the head with the log's key."""
    proof = evidence.proof
    if proof is None:
        return Checked(evidence, False, "", "no inclusion proof yet: the range was read but not proven")
    trust = "signature" if proof.head.signature else "log list"
    if not proof.head.signature and not _is_final(evidence.log.final_head, proof.head):
        return Checked(evidence, False, "", "its tree head has no signature and is not the log's final one")
    try:
        verify_inclusion(
            evidence.entry.index, proof.head.size, leaf_hash(leaf_of(evidence.entry)), proof.path, proof.head.root
        )
        if proof.head.signature:
            verify_head(proof.head, evidence.log.key)
    except CtscanError as error:
        return Checked(evidence, False, trust, str(error))
    return Checked(evidence, True, trust)


def _is_final(final: FinalHead | None, head: TreeHead) -> bool:
    """Only the final head of a log, as the log list names it, is believed without a signature."""
    return final is not None and (final.size, final.root) == (head.size, head.root)
