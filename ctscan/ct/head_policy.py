"""May an offered tree head be believed? The trust state of one log, without I/O.

What a log may do: grow; repeat itself; answer with an old head from a cache. What it may not: sign two roots for one
size, shrink with a newer timestamp, grow with an older one, or go beyond the final head that its operator announced.
"""

from __future__ import annotations

from enum import Enum

from ctscan.ct.signature import verify_head
from ctscan.errors import Misbehaviour, ProofError
from ctscan.model import FinalHead, Log, TreeHead
from ctscan.model.hashes import EMPTY_ROOT


class Standing(Enum):
    """How an offered head stands to the largest one known."""

    FIRST = "first"
    SAME = "same"
    GROWN = "grown"  # to be believed once a consistency proof from the known head verifies
    STALE = "stale"  # an old answer of a cache: consistent with the known head, or evidence


def check_signature(log: Log, offered: TreeHead) -> None:
    """Misbehaviour, with the head as evidence, when it isn't signed by the log's key."""
    try:
        verify_head(offered, log.key)
    except ProofError as error:
        reason = f"{log.name}: the tree head of size {offered.size} signs badly: {error}"
        raise Misbehaviour(reason, (offered.raw,)) from error


def judge_head(log: Log, known: TreeHead | None, offered: TreeHead) -> Standing:
    """Compare a signed head with the largest one known. Raises Misbehaviour with both as evidence.

    A head that a list states (it has no signature) says nothing of when: its time accuses nobody."""
    _check_final(log, offered)
    if offered.size == 0 and offered.root != EMPTY_ROOT:
        raise Misbehaviour(f"{log.name}: an empty tree is signed with the root {offered.root.hex()}", (offered.raw,))
    if known is None:
        return Standing.FIRST
    evidence = (known.raw, offered.raw)
    if offered.size == known.size:
        if offered.root != known.root:
            raise Misbehaviour(f"{log.name}: two roots for the size {known.size}", evidence)
        return Standing.SAME
    smaller, larger = sorted((known, offered), key=lambda head: head.size)
    if smaller.timestamp > larger.timestamp and smaller.signature and larger.signature:
        raise Misbehaviour(
            f"{log.name}: the tree shrank: size {larger.size} at {larger.timestamp} ms, "
            f"size {smaller.size} at {smaller.timestamp} ms",
            evidence,
        )
    return Standing.STALE if offered.size < known.size else Standing.GROWN


def _check_final(log: Log, offered: TreeHead) -> None:
    final = log.final_head
    if final is None or offered.size < final.size:
        return
    if offered.size > final.size:
        raise Misbehaviour(
            f"{log.name}: a signed head of size {offered.size} beyond the final size {final.size}", (offered.raw,)
        )
    if offered.root != final.root:
        raise Misbehaviour(f"{log.name}: the final size {final.size} is signed with another root", (offered.raw,))


def final_tree_head(log: Log, final: FinalHead) -> TreeHead:
    """The final head of a readonly log as its (verified or hand-given) list states it, for want of a signed one."""
    raw = f'{{"final_tree_head":{{"tree_size":{final.size},"sha256_root_hash":"{final.root.hex()}"}}}}'.encode()
    return TreeHead(log.id, final.size, final.root, final.timestamp or 0, b"", raw)
