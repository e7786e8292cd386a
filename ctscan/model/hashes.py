"""SHA-256 values of Merkle trees (RFC 6962 section 2.1): node hashes, and roots of small subtrees.

node hash   SHA-256(01 || left || right)
empty tree  SHA-256("")
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Final

HASH_SIZE: Final = 32
"""Bytes of a SHA-256 value."""

EMPTY_ROOT: Final = sha256(b"").digest()
"""Root of the tree without leaves."""


def split_hashes(joined: bytes) -> list[bytes]:
    """Split concatenated hashes of 32 bytes each."""
    return [joined[at : at + HASH_SIZE] for at in range(0, len(joined), HASH_SIZE)]


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash the node above `left` and `right`."""
    return sha256(b"\x01" + left + right).digest()


def row_above(row: Sequence[bytes]) -> list[bytes]:
    """Hash the nodes above a row of nodes pair by pair; an unpaired last node rises unchanged."""
    hasher = sha256
    nodes = iter(row)
    above = [hasher(b"\x01" + left + right).digest() for left, right in zip(nodes, nodes, strict=False)]
    if len(row) & 1:
        above.append(row[-1])
    return above


def subtree_root(hashes: Sequence[bytes]) -> bytes:
    """Compute MTH over leaf hashes, or over the roots of perfect subtrees of one size; of none: the empty root.

    Pairing up level by level, with an unpaired last node that rises unchanged, gives the same tree as splitting at the
    largest power of two.
    """
    if not hashes:
        return EMPTY_ROOT
    row = hashes
    while len(row) > 1:
        row = row_above(row)
    return row[0]


def fold_roots(roots: Sequence[bytes]) -> bytes:
    """Fold the roots of ever smaller neighbouring subtrees into one hash, from the right; of none: the empty root."""
    if not roots:
        return EMPTY_ROOT
    root = roots[-1]
    for left in reversed(roots[:-1]):
        root = node_hash(left, root)
    return root
