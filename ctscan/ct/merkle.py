"""Merkle trees of RFC 6962 section 2.1: leaf hashes, audit paths, proofs (`model.hashes` hashes the nodes above).

All functions take and return SHA-256 values of 32 bytes, and know nothing of logs, heads or tiles.

    leaf hash   SHA-256(00 || leaf)              leaf = MerkleTreeLeaf: version 0, leaf_type 0, TimestampedEntry

A wrong proof raises `ProofError` (the log or the server is at fault); arguments that don't fit raise `ValueError` (the
caller is at fault).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from ctscan.errors import ProofError
from ctscan.model import CompactRange
from ctscan.model.hashes import EMPTY_ROOT, HASH_SIZE, node_hash, row_above, subtree_root
from ctscan.native_core import CORE, is_of

if TYPE_CHECKING:
    from ctscan.model import Batch
    from ctscan.native_core import Core

_LEAF_PREFIX: Final = sha256(b"\x00\x00\x00")  # leaf prefix, version 0 (v1), leaf_type 0 (timestamped_entry)


def leaf_hash(leaf: bytes) -> bytes:
    """Hash a leaf given as its MerkleTreeLeaf (`leaf_input` of get-entries)."""
    return sha256(b"\x00" + leaf).digest()


def batch_hashes(batch: Batch, core: Core | None = CORE) -> list[bytes]:
    """Hash the leaves of all entries of `batch`, in order."""
    found = core.leaf_hashes(batch.data, batch.leaves) if core is not None and is_of(core, batch.leaves) else None
    return _leaf_hashes(batch) if found is None else found


def _leaf_hashes(batch: Batch) -> list[bytes]:
    data, prefixed_hash = memoryview(bytes(batch.data)), _LEAF_PREFIX.copy
    hashes = []
    for start, end in batch.leaves:
        leaf = prefixed_hash()  # the common prefix is hashed once, and no leaf is copied
        leaf.update(data[start:end])
        hashes.append(leaf.digest())
    return hashes


def tile_root(hashes: Sequence[bytes], core: Core | None = CORE) -> bytes:
    """Compute the root over leaf hashes, such as those of a tile, as `model.hashes.subtree_root` does."""
    found = core.subtree_root(hashes) if core is not None else None
    return subtree_root(hashes) if found is None else found


# --- proofs -------------------------------------------------------------------------------------------------------


def audit_paths(hashes: Sequence[bytes], indexes: Iterable[int]) -> list[tuple[bytes, ...]]:
    """Compute the audit paths of several leaves within a tree, which is hashed only once.

    Args:
        hashes: leaf hashes of the tree.
        indexes: positions of the leaves.

    Returns:
        A path (leaf to root) for each index.

    Raises:
        IndexError: an index is outside the tree.
    """
    rows: list[Sequence[bytes]] = []
    paths: list[tuple[bytes, ...]] = []
    for index in indexes:
        if not 0 <= index < len(hashes):
            raise IndexError(f"leaf {index} is not in a tree of {len(hashes)} leaves")
        rows = rows or rows_below_root(hashes)
        siblings = ((row, index >> level ^ 1) for level, row in enumerate(rows))
        paths.append(tuple(row[at] for row, at in siblings if at < len(row)))
    return paths


def rows_below_root(row: Sequence[bytes], core: Core | None = CORE) -> list[Sequence[bytes]]:
    """Return the leaf hashes and every row of nodes above them, without the root."""
    rows = []
    while len(row) > 1:
        rows.append(row)
        above = core.row_above(row) if core is not None else None
        row = row_above(row) if above is None else above
    return rows


def root_from_inclusion(index: int, size: int, leaf_hash: bytes, path: Sequence[bytes]) -> bytes:
    """Compute the root that an audit path claims; nothing is verified yet.

    Args:
        index: position of the leaf.
        size: leaves of the tree.
        leaf_hash: hash of the leaf.
        path: audit path, leaf to root.

    Raises:
        ProofError: the index is outside the tree, or the path has the wrong length.
    """
    inner, border = _path_shape(index, size)
    _check_hashes((leaf_hash, *path))
    if len(path) != inner + border:
        raise ProofError(
            f"inclusion proof of leaf {index} in a tree of {size}: expected {inner + border} hashes, got {len(path)}"
        )
    root = leaf_hash
    for level, sibling in enumerate(path):
        is_left = level >= inner or index >> level & 1
        root = node_hash(sibling, root) if is_left else node_hash(root, sibling)
    return root


def verify_inclusion(index: int, size: int, leaf_hash: bytes, path: Sequence[bytes], root: bytes) -> None:
    """Verify that a leaf stands at `index` of the tree of `size` leaves with this `root`.

    Raises:
        ProofError: the audit path doesn't lead to the root.
    """
    claimed = root_from_inclusion(index, size, leaf_hash, path)
    if claimed != root:
        raise ProofError(
            f"inclusion proof of leaf {index} in a tree of {size}: "
            f"expected root {root.hex()}, the path leads to {claimed.hex()}"
        )


def range_from_inclusion(index: int, size: int, leaf_hash: bytes, path: Sequence[bytes], root: bytes) -> CompactRange:
    """Verify the audit path of leaf `index`, and read the compact range of `[0, index)` from it.

    The left siblings on the way to the root are exactly the perfect subtrees that make up `[0, index)`.

    Raises:
        ProofError: the path doesn't verify.
    """
    verify_inclusion(index, size, leaf_hash, path, root)
    inner, _ = _path_shape(index, size)
    left = [sibling for level, sibling in enumerate(path) if level >= inner or index >> level & 1]
    return CompactRange(index, tuple(reversed(left)))


def verify_consistency(first: int, second: int, first_root: bytes, second_root: bytes, path: Sequence[bytes]) -> None:
    """Verify that the tree of `second` leaves begins with the tree of `first` leaves (RFC 6962 section 2.1.2).

    With `first` 0 or equal to `second` the path must be empty.

    Raises:
        ProofError: the path doesn't lead to both roots.
    """
    context = f"consistency proof from size {first} to {second}"
    if not 0 <= first <= second:
        raise ProofError(f"{context}: the first size must lie between 0 and the second")
    if first == second or first == 0:
        _verify_without_path(context, first, second, first_root, second_root, path)
        return
    _check_hashes((first_root, second_root, *path))
    old, new = _roots_from_consistency(context, first, second, first_root, path)
    if old != first_root:
        raise ProofError(f"{context}: expected first root {first_root.hex()}, the path leads to {old.hex()}")
    if new != second_root:
        raise ProofError(f"{context}: expected second root {second_root.hex()}, the path leads to {new.hex()}")


def _verify_without_path(
    context: str, first: int, second: int, first_root: bytes, second_root: bytes, path: Sequence[bytes]
) -> None:
    """Verify without hashes: equal sizes need equal roots; size 0 needs the empty root, and any tree begins with it."""
    if path:
        raise ProofError(f"{context}: expected an empty path, got {len(path)} hashes")
    if first == 0 and first_root != EMPTY_ROOT:
        raise ProofError(f"{context}: expected the root of the empty tree, got {first_root.hex()}")
    if first < second:
        _check_hashes((second_root,))
    elif first_root != second_root:
        raise ProofError(f"{context}: expected root {first_root.hex()}, got {second_root.hex()}")


def _roots_from_consistency(
    context: str, first: int, second: int, first_root: bytes, path: Sequence[bytes]
) -> tuple[bytes, bytes]:
    """Compute the roots that the path claims for both sizes, 0 < first < second.

    The root of the last perfect subtree of the old tree is the first hash of the path, unless it is the whole old tree.
    """
    is_perfect = first & (first - 1) == 0
    expected = _proof_length(first, second) - is_perfect
    if len(path) != expected:
        raise ProofError(f"{context}: expected {expected} hashes, got {len(path)}")
    return _climb(first, second, [first_root, *path] if is_perfect else path)


def roots_of_both(first: int, second: int, hashes: Sequence[bytes]) -> tuple[bytes, bytes]:
    """Compute the roots of the trees of `first` and `second` leaves from hashes of the larger tree, 0 < first < second.

    Both roots come from the same hashes: where the second is the signed root of the larger tree, the first is the root
    of its first leaves, and no other.

    Args:
        first: leaves of the smaller tree.
        second: leaves of the larger tree.
        hashes: a consistency proof (RFC 6962 section 2.1.2) that begins with the root of the last perfect subtree of
            the smaller tree, also where that subtree is the whole smaller tree.

    Raises:
        ProofError: the sizes are in the wrong order, or the number of hashes is wrong.
    """
    context = f"hashes of the trees of size {first} and {second}"
    if not 0 < first < second:
        raise ProofError(f"{context}: the first size must lie between 1 and the second")
    if len(hashes) != (expected := _proof_length(first, second)):
        raise ProofError(f"{context}: expected {expected} hashes, got {len(hashes)}")
    _check_hashes(hashes)
    return _climb(first, second, hashes)


def hashes_from_inclusion(first: int, leaf_hash: bytes, path: Sequence[bytes]) -> tuple[bytes, ...]:
    """Turn the audit path of the leaf `first - 1` in a larger tree into the hashes that `roots_of_both` takes."""
    low = _zeros(first)
    root = leaf_hash
    for sibling in path[:low]:  # the leaf is the last one of its perfect subtree, so every sibling is on the left
        root = node_hash(sibling, root)
    return (root, *path[low:])


def consistency_path(first: int, hashes: Sequence[bytes]) -> tuple[bytes, ...]:
    """Compute the consistency proof (RFC 6962 section 2.1.2) from the tree of `first` leaves to the tree of all.

    Args:
        first: leaves of the smaller tree.
        hashes: leaf hashes of the larger tree.

    Raises:
        ValueError: `first` is greater than the larger tree.
    """
    if not 0 <= first <= len(hashes):
        raise ValueError(f"consistency proof: a tree of {first} leaves is no part of one of {len(hashes)}")
    if first in (0, len(hashes)):
        return ()
    [path] = audit_paths(hashes, [first - 1])
    found = hashes_from_inclusion(first, hashes[first - 1], path)
    return found[1:] if first & (first - 1) == 0 else found  # a perfect smaller tree is its own last subtree


def _proof_length(first: int, second: int) -> int:
    """Count the hashes that `_climb` takes: the path of the last perfect subtree of the smaller tree, and its root."""
    inner, border = _path_shape(first - 1, second)
    return 1 + inner - _zeros(first) + border


def _climb(first: int, second: int, hashes: Sequence[bytes]) -> tuple[bytes, bytes]:
    """Climb from the last perfect subtree of the smaller tree to the roots of both trees."""
    low = _zeros(first)
    inner = _path_shape(first - 1, second)[0] - low
    old = new = hashes[0]
    position = (first - 1) >> low
    for level, sibling in enumerate(hashes[1:]):
        if level >= inner or position >> level & 1:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
        else:
            new = node_hash(new, sibling)
    return old, new


def _zeros(size: int) -> int:
    """Count the zero bits at the end of a size: the height of the last perfect subtree of its tree."""
    return (size & -size).bit_length() - 1


def _path_shape(index: int, size: int) -> tuple[int, int]:
    """Compute the lengths of the two parts of an audit path: below and on the right border of the tree.

    On the border every sibling is on the left.
    """
    if not 0 <= index < size:
        raise ProofError(f"inclusion proof: leaf {index} is not in a tree of {size} leaves")
    inner = (index ^ (size - 1)).bit_length()
    return inner, (index >> inner).bit_count()


def _check_hashes(hashes: Sequence[bytes]) -> None:
    for value in hashes:
        if len(value) != HASH_SIZE:
            raise ProofError(f"proof: expected hashes of {HASH_SIZE} bytes, got {len(value)} bytes")
