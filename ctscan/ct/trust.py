"""Trust in one log: which signed tree heads to believe, and which entries belong to a believed tree. No I/O.

Tree heads (`HeadTrust` is fed with the answers of a log, and returns the head to believe):

    1. The key of the log signs a head. A head that it didn't sign is an answer of somebody else: Unsigned. A checkpoint
       that it signed under another origin than the log list names shows that the list is wrong: WrongOrigin.
    2. Heads of one size have one root; the root of size 0 is SHA-256 of nothing.
    3. A log never shrinks: a smaller head with a later time is misbehaviour. A smaller head with an earlier time is
       stale, as a cache may serve it: the log is asked again, three times in all, and the stale heads are ignored.
       A head that is dated after our clock, by more than five minutes, is not believed and accuses nobody: the log's
       clock is wrong, or ours.
    4. A larger head is believed once the tree is proven to extend the known one; a stale head is proven, too.
    5. No head goes beyond the final head in the log list, and the final size has one root: else list and log contradict
       each other (ContradictsList). A readonly log that answers nothing, or less, is read to its final head. The list
       signs no head: it accuses nobody of rules 2 to 4.

Proofs against a believed head (`prove_tile`, `prove_run`, `check_leaf`):

    6. A whole tile belongs to the tree when its root is in the level-1 hash tile, a partial tile when its hashes are
       the level-0 hash tile. Hash tiles are proven by their parents up to the signed root (`tiles.HashTiles`).
    7. The inclusion proof of an entry carries the compact range before it. Entries between two proven compact ranges
       belong to the tree when appending them to the first gives the second.
    8. A proof that doesn't verify is asked for again after each pause of `PAUSES`: a cache or a proxy may garble it.
       After that the log is in doubt where the tree can't be proven at all (the right edge of the tree, a consistency
       proof): Unproven. A single entry or hash tile that stays lost or garbled costs only the entries that it covers.

Where the log itself signed both sides of a contradiction, and the bytes alone show that, a broken rule is Misbehaviour
with its evidence (`misbehaviour`). A proof that doesn't verify raises ProofError.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Final, Protocol

from msgspec import Struct

from ctscan.ct.freshness import ahead_of, span_text
from ctscan.ct.merkle import leaf_hash, range_from_inclusion, tile_root
from ctscan.ct.misbehaviour import contradiction
from ctscan.ct.note import origin_of, shown_origin
from ctscan.ct.partial_tree import PartialTree
from ctscan.ct.signature import verify_head
from ctscan.ct.strict_json import TIME_LIMIT
from ctscan.ct.tiles import WIDTH, TilePaths
from ctscan.errors import ContradictsList, FutureHead, ProofError, Unsigned, WrongOrigin
from ctscan.model import TreeHead

if TYPE_CHECKING:
    from ctscan.ct.tiles import HashTiles
    from ctscan.model import CompactRange, FinalHead, Log

PAUSES: Final = (5.0, 10.0)
"""Seconds before the second and the third request for a proof or a tree head: all within 15 seconds."""


# --- tree heads ---------------------------------------------------------------------------------------------------


class HeadRelation(Enum):
    """Relation of an offered head to the largest known head."""

    FIRST = "first"
    SAME = "same"
    GROWN = "grown"  # believed once a consistency proof from the known head verifies
    STALE = "stale"  # an old answer of a cache: consistent with the known head, or evidence


class AcceptedHead(Struct, frozen=True):
    """Tree head to read up to, once its tree is proven to extend `extends`.

    `is_new`: the index doesn't hold it. `stale` counts old answers that were ignored. `is_current`: the log showed the
    head now, or its list stated it for a log that can't grow; False when all answers were old.
    """

    head: TreeHead
    is_new: bool
    stale: int = 0
    is_current: bool = True
    extends: TreeHead | None = None


class HeadTrust:
    """State of trust in the tree heads of one log during one pass: the known head, the final head, stale answers."""

    def __init__(self, log: Log, known: TreeHead | None, now: datetime) -> None:
        self._log, self._known, self._now = log, known, now
        self._stale = 0
        self.final = _final_beyond(log, known)
        """Final head of the log list, unless a larger head is known."""

    @property
    def newest(self) -> TreeHead | None:
        """Largest head that is known or stated; a stale head has to be consistent with it."""
        return self.final or self._known

    def offer(self, offered: TreeHead | None) -> AcceptedHead | None:
        """Judge the answer of the log, or None when a readonly log gives none.

        Returns:
            The head to believe; None for a stale head: check its consistency with `newest`, pause and ask again.

        Raises:
            Unsigned: the log's key didn't sign the head.
            WrongOrigin: the log's key signed the head under another origin than the log list names.
            FutureHead: the head is dated after `now`.
            Misbehaviour: the head contradicts the known head.
            ContradictsList: the head contradicts the final head of the log list.
        """
        if offered is None:
            return self.give_up()
        check_signature(self._log, offered)
        check_origin(self._log, offered)
        refuse_future(self._log, offered, self._now)
        known = self._known
        is_dated = known is None or not ahead_of(known, self._now)
        relation = judge_head(self._log, known, offered, is_dated=is_dated)
        if self.newest is not None and offered.size < self.newest.size:
            self._stale += 1
            return None
        if relation is HeadRelation.SAME and self._known is not None:
            is_later = _is_later(offered, self._known)
            return AcceptedHead(offered if is_later else self._known, is_later, self._stale)
        return AcceptedHead(offered, True, self._stale, extends=self._known)

    def give_up(self) -> AcceptedHead:
        """Return the head to read up to when the log gave stale heads only, or no head and the list states one."""
        known, final = self._known, self.final
        if final is not None and known is not None and final.size == known.size:
            judge_head(self._log, known, final)
            return AcceptedHead(known, False, self._stale)
        if final is not None:
            return AcceptedHead(final, True, self._stale, extends=known)
        assert known is not None  # noqa: S101  a head is stale only against a known head, or a final one
        return AcceptedHead(known, False, self._stale, is_current=False)


def check_signature(log: Log, offered: TreeHead) -> None:
    """Verify the signature of a tree head by the log's key.

    Raises:
        Unsigned: the signature doesn't verify.
    """
    try:
        verify_head(offered, log.key)
    except ProofError as error:
        raise Unsigned(f"{log.name}: a tree head that the log's key didn't sign: {error}") from error


def check_origin(log: Log, signed: TreeHead) -> None:
    """Compare the origin of a checkpoint that the log's key signed with the origin that the log list implies.

    Raises:
        WrongOrigin: they differ.
    """
    if not log.origin or (found := origin_of(signed.raw)) == log.origin:
        return
    raise WrongOrigin(
        f"{log.name}: the log list's submission_url means the origin '{shown_origin(log.origin)}', but the log's key "
        f"signs under the origin '{shown_origin(found)}'; correct the log list, or the log's description"
    )


def refuse_future(log: Log, offered: TreeHead, now: datetime) -> None:
    """Refuse a head that is dated after `now`, beyond the tolerance (rule 3).

    Raises:
        FutureHead: it is.
    """
    if ahead := ahead_of(offered, now):
        raise FutureHead(
            f"{log.name}: the tree head of size {offered.size} is dated {span_text(ahead)} after this machine's clock: "
            "the clock of the log is wrong, or that of this machine",
            ahead.total_seconds(),
        )


def judge_head(log: Log, known: TreeHead | None, offered: TreeHead, *, is_dated: bool = True) -> HeadRelation:
    """Compare an offered head with the largest known head.

    A head of a log list has no signature: it accuses nobody. `is_dated` False: the time of the known head accuses
    nobody either.

    Raises:
        Misbehaviour: the log signed two heads that contradict each other; both are the evidence.
        ContradictsList: a signed head and a head of the log list contradict each other.
    """
    _check_final(log, offered)
    error = contradiction(log.name, known, offered, is_dated=is_dated)
    if error is not None:
        raise error
    if known is None:
        return HeadRelation.FIRST
    if offered.size == known.size:
        return HeadRelation.SAME
    return HeadRelation.STALE if offered.size < known.size else HeadRelation.GROWN


def _check_final(log: Log, offered: TreeHead) -> None:
    final = log.final_head
    if final is None or offered.size < final.size or (offered.size, offered.root) == (final.size, final.root):
        return
    what = "beyond" if offered.size > final.size else "with another root than"
    raise ContradictsList(
        f"{log.name}: the log signed a head of size {offered.size} with the root {offered.root.hex()}, {what} the "
        f"final head of the log list, size {final.size} with the root {final.root.hex()}: the log or the list is wrong"
    )


def _is_later(offered: TreeHead, known: TreeHead) -> bool:
    """Return True for the same tree signed again, or signed at last where only a list had stated it."""
    return bool(offered.signature) and (offered.timestamp > known.timestamp or not known.signature)


def _final_beyond(log: Log, known: TreeHead | None) -> TreeHead | None:
    if log.final_head is None or (known is not None and known.size > log.final_head.size):
        return None
    return final_tree_head(log, log.final_head)


def final_tree_head(log: Log, final: FinalHead) -> TreeHead:
    """Make a tree head of the final head that a log list states for a readonly log, in place of a signed head."""
    raw = f'{{"final_tree_head":{{"tree_size":{final.size},"sha256_root_hash":"{final.root.hex()}"}}}}'.encode()
    return TreeHead(log.id, final.size, final.root, final.timestamp or 0, b"", raw)


def is_finished(log: Log, head: TreeHead) -> bool:
    """Return True for the final head of a readonly log: the log is done once it is read up to this head."""
    final = log.final_head
    return final is not None and (head.size, head.root) == (final.size, final.root)


# --- proofs -------------------------------------------------------------------------------------------------------


class AuditPaths(Protocol):
    """Audit paths of proven entries."""

    def paths(self, indexes: Sequence[int]) -> list[tuple[bytes, ...]]:
        """Compute the audit paths (RFC 6962 section 2.1.1) of these entries, in order."""
        ...


class Proof(Struct, frozen=True):
    """Proof that consecutive entries belong to the tree: compact range up to their end, and their audit paths."""

    upto: CompactRange
    tree: AuditPaths


def check_tile(tiles: HashTiles, start: int, hashes: Sequence[bytes]) -> bytes | None:
    """Check that a data tile belongs to the tree, by the hash tile that covers it (rule 6).

    Args:
        tiles: the proven hash tiles of the tree, with the hash tile that covers this one.
        start: index of the first entry of the tile.
        hashes: leaf hashes of the whole tile, or of the last, partial tile of the tree.

    Returns:
        The root of a whole tile; None for a partial one.

    Raises:
        ProofError: the tile doesn't belong to the tree.
    """
    tile = start // WIDTH
    root = tile_root(hashes) if len(hashes) == WIDTH else None
    belongs = root == tiles.hash_at(1, tile) if root else list(hashes) == tiles.hashes((0, tile))
    if not belongs:
        raise ProofError(f"data tile {tile} doesn't hash to the signed tree of size {tiles.size}")
    return root


def prove_tile(tiles: HashTiles, start: int, hashes: Sequence[bytes], before: CompactRange, end: int) -> Proof:
    """Prove the entries of a data tile from `before.size` to `end`; for the other arguments see `check_tile`.

    Raises:
        ProofError: the tile doesn't belong to the tree.
    """
    root = check_tile(tiles, start, hashes)
    if root and before.size == start and end - start == WIDTH:
        upto = before.append_subtree(8, root)
    else:
        upto = before.append(hashes[before.size - start : end - start], tile_root)
    return Proof(upto, TilePaths(tiles, start, hashes))


class ProvenLeaf(Struct, frozen=True):
    """Entry with its inclusion proof: `before` is the compact range of the entries before it."""

    index: int
    leaf: bytes  # MerkleTreeLeaf
    path: tuple[bytes, ...]
    before: CompactRange

    @property
    def hash(self) -> bytes:
        """Leaf hash."""
        return leaf_hash(self.leaf)

    @property
    def after(self) -> CompactRange:
        """Compact range up to the entry and with it."""
        return self.before.append([self.hash])

    @property
    def timestamp(self) -> int | None:
        """Time of the entry in ms; None for a time that can't be."""
        return timestamp_of(self.leaf[2:10])  # u8 version, u8 leaf_type, u64 timestamp


def check_leaf(head: TreeHead, index: int, leaf: bytes, path: tuple[bytes, ...]) -> ProvenLeaf:
    """Verify the inclusion proof of an entry in the tree of `head`.

    Raises:
        ProofError: the audit path doesn't lead to the root.
    """
    return ProvenLeaf(index, leaf, path, range_from_inclusion(index, head.size, leaf_hash(leaf), path, head.root))


def prove_run(head: TreeHead, before: CompactRange, hashes: Sequence[bytes], leaf: ProvenLeaf | None) -> Proof:
    """Prove consecutive entries by the inclusion proof of an entry at their end (rule 7).

    Args:
        head: the believed tree head.
        before: proven compact range before the first entry.
        hashes: leaf hashes of the entries.
        leaf: the last entry, or the entry after it; None at the end of the tree, where the root decides.

    Raises:
        ProofError: the entries don't lead from the one compact range to the other.
    """
    upto, known = before.append(hashes, tile_root), hashes
    if leaf is None:
        belongs = upto.root() == head.root
    elif leaf.index < upto.size:
        belongs = upto == leaf.after
    else:
        belongs, known = upto == leaf.before, [*hashes, leaf.hash]
    if not belongs:
        raise ProofError(f"entries {before.size} to {upto.size} don't hash to the signed tree")
    return Proof(upto, PartialTree(before, known, head.size, leaf.path if leaf else ()))


def timestamp_of(data: bytes) -> int | None:
    """Read the timestamp of a TimestampedEntry (RFC 6962 section 3.4): u64, ms; None for a time that can't be."""
    found = int.from_bytes(data, "big")
    return found if len(data) == 8 and found < TIME_LIMIT else None
