"""Evidence that a log contradicted itself: made with an accusation, and verified as any third party can. No I/O.

`verify_evidence` needs the log's public key and the bytes of the evidence, and nothing else:

    two roots      both heads are signed by the key; their sizes are equal, their roots are not
    shrank         both heads are signed; the smaller tree has the later time
    empty root     the head is signed; its size is 0 and its root isn't SHA-256 of nothing
    not extended   both heads are signed; the hashes lead to the root of the larger tree, so they are its hashes, and
                   from the same hashes follows another root for the smaller size than the one that is signed

Answers that never verify, hash tiles that lead nowhere and heads beyond the final head of a log list prove nothing to
others: a cache, a proxy or the list may be at fault. They are `Unproven`, never misbehaviour.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from ctscan.ct.api import parse_sth
from ctscan.ct.key_ids import log_id_of
from ctscan.ct.merkle import roots_of_both
from ctscan.ct.note import parse_checkpoint
from ctscan.ct.signature import verify_head
from ctscan.errors import ContradictsList, FormatError, Misbehaviour, ProofError, Unproven
from ctscan.model import MisbehaviourEvidence, MisbehaviourKind
from ctscan.model.hashes import EMPTY_ROOT

if TYPE_CHECKING:
    from ctscan.errors import CtscanError
    from ctscan.model import TreeHead


def signed_head(key: bytes, raw: bytes) -> TreeHead:
    """Parse an answer to get-sth or a checkpoint, and verify that the log signed it.

    Args:
        key: the log's SubjectPublicKeyInfo, DER.
        raw: the head, verbatim.

    Raises:
        ProofError: the bytes are no head that this key signed.
    """
    log_id = log_id_of(key)
    try:
        head = parse_sth(raw, log_id) if raw.lstrip()[:1] == b"{" else parse_checkpoint(raw, log_id)
    except FormatError as error:
        raise ProofError(f"no signed tree head: {error}") from None
    verify_head(head, key)
    return head


def verify_evidence(key: bytes, evidence: MisbehaviourEvidence) -> str:
    """Verify evidence of misbehaviour.

    Args:
        key: the log's SubjectPublicKeyInfo, DER.
        evidence: kind, heads and hashes.

    Returns:
        The contradiction in words, with its sizes, times and roots.

    Raises:
        ProofError: the evidence doesn't prove that the log contradicted itself.
    """
    if evidence.kind is None:
        return verify_evidence(key, of_heads(key, evidence.heads))
    heads = sorted((signed_head(key, raw) for raw in evidence.heads), key=lambda head: head.size)
    match evidence.kind, heads:
        case MisbehaviourKind.TWO_ROOTS, [one, other]:
            return _two_roots(one, other)
        case MisbehaviourKind.SHRANK, [smaller, larger]:
            return _shrank(smaller, larger)
        case MisbehaviourKind.EMPTY_ROOT, [head]:
            return _empty_root(head)
        case MisbehaviourKind.NOT_EXTENDED, [smaller, larger]:
            return _not_extended(smaller, larger, evidence.hashes)
        case _:
            raise ProofError(f"evidence '{evidence.kind}': expected another number of heads than {len(heads)}")


def of_heads(key: bytes, heads: tuple[bytes, ...]) -> MisbehaviourEvidence:
    """Find the contradiction that heads prove by themselves: evidence of older versions names none.

    Raises:
        ProofError: they prove none.
    """
    for kind in (MisbehaviourKind.EMPTY_ROOT, MisbehaviourKind.TWO_ROOTS, MisbehaviourKind.SHRANK):
        found = MisbehaviourEvidence(kind, heads)
        with suppress(ProofError):
            verify_evidence(key, found)
            return found
    raise ProofError(f"{len(heads)} head(s) that prove no contradiction by themselves")


def _two_roots(one: TreeHead, other: TreeHead) -> str:
    if one.size != other.size or one.root == other.root:
        raise ProofError("expected two heads of one size with different roots")
    return f"two roots for the size {one.size}: {_signed(one)}, and {_signed(other)}"


def _shrank(smaller: TreeHead, larger: TreeHead) -> str:
    if smaller.size >= larger.size or smaller.timestamp <= larger.timestamp:
        raise ProofError("expected a smaller head with a later time")
    return f"the tree shrank: from {_signed(larger)}, to {_signed(smaller)}"


def _empty_root(head: TreeHead) -> str:
    if head.size or head.root == EMPTY_ROOT:
        raise ProofError("expected an empty tree with another root than SHA-256 of nothing")
    return f"an empty tree with a root of its own: {_signed(head)}"


def _not_extended(smaller: TreeHead, larger: TreeHead, hashes: tuple[bytes, ...]) -> str:
    old, new = roots_of_both(smaller.size, larger.size, hashes)
    if new != larger.root:
        raise ProofError(f"the hashes don't lead to the root of the larger tree, of size {larger.size}")
    if old == smaller.root:
        raise ProofError(f"the larger tree extends the smaller one, of size {smaller.size}")
    return (
        f"a tree that doesn't extend an earlier one: {_signed(larger)}; its first {smaller.size} entries have the root "
        f"{old.hex()}, but signed is {_signed(smaller)}"
    )


def _signed(head: TreeHead) -> str:
    return f"size {head.size} at {head.timestamp} ms with the root {head.root.hex()}"


# --- accusations --------------------------------------------------------------------------------------------------


def contradiction(name: str, known: TreeHead | None, offered: TreeHead, *, is_dated: bool = True) -> CtscanError | None:
    """Find the contradiction of a head in itself or with another head of the log, without asking the log.

    A log only grows, and each head is later than the one before (RFC 6962 sections 3 and 3.5): of two heads the
    smaller can't be the later one. Scans and comparisons with another installation judge by this function.

    Args:
        name: name of the log.
        known: another head; None: there is none.
        offered: the head; the log signed it.
        is_dated: False: the time of one of the heads accuses nobody.

    Returns:
        Misbehaviour where the log signed both heads, ContradictsList where a log list states one; None: the heads don't
        contradict each other by themselves.
    """
    if offered.size == 0 and offered.root != EMPTY_ROOT:
        return empty_root(name, offered)
    if known is None:
        return None
    if known.size == offered.size:
        return None if known.root == offered.root else two_roots(name, known, offered)
    smaller, larger = sorted((known, offered), key=lambda head: head.size)
    is_signed = bool(smaller.signature and larger.signature)
    return shrank(name, smaller, larger) if is_dated and is_signed and smaller.timestamp > larger.timestamp else None


def two_roots(name: str, known: TreeHead, offered: TreeHead) -> CtscanError:
    """Make the error for two roots of one size: misbehaviour where the log signed both heads."""
    what = f"{name}: two roots for the size {known.size}: {known.root.hex()} and {offered.root.hex()}"
    return _accusation(what, MisbehaviourKind.TWO_ROOTS, (known, offered))


def shrank(name: str, smaller: TreeHead, larger: TreeHead) -> CtscanError:
    """Make the error for a smaller head with a later time."""
    what = (
        f"{name}: the tree shrank: size {larger.size} at {larger.timestamp} ms, "
        f"size {smaller.size} at {smaller.timestamp} ms"
    )
    return _accusation(what, MisbehaviourKind.SHRANK, (smaller, larger))


def empty_root(name: str, head: TreeHead) -> CtscanError:
    """Make the error for an empty tree with a root of its own."""
    what = f"{name}: an empty tree is signed with the root {head.root.hex()}"
    return _accusation(what, MisbehaviourKind.EMPTY_ROOT, (head,))


def not_extended(name: str, known: TreeHead, head: TreeHead, hashes: tuple[bytes, ...] = ()) -> CtscanError:
    """Make the error for a tree that doesn't extend a known one.

    Args:
        name: name of the log.
        known: the head of the smaller tree.
        head: the head of the larger tree.
        hashes: hashes for `roots_of_both`; empty where the log gave none that lead to the root of the larger tree.
    """
    what = f"{name}: the tree of size {head.size} doesn't extend the tree of size {known.size}"
    if not hashes and known.signature and head.signature:
        return Unproven(f"{what}, but the log gives no proof that others could verify")
    return _accusation(what, MisbehaviourKind.NOT_EXTENDED, (known, head), hashes)


def _accusation(
    what: str, kind: MisbehaviourKind, heads: tuple[TreeHead, ...], hashes: tuple[bytes, ...] = ()
) -> CtscanError:
    """Accuse the log where it signed every head. A head that only a log list states contradicts the list."""
    if all(head.signature for head in heads):
        return Misbehaviour(what, MisbehaviourEvidence(kind, tuple(head.raw for head in heads), hashes))
    return ContradictsList(f"{what}; one of them is the final head of the log list: the log or the list is wrong")
