"""Compact range of a Merkle tree: the few hashes that stand for all leaves from 0 on (term of transparency-dev)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from msgspec import Struct

from ctscan.model.hashes import fold_roots, node_hash, subtree_root


class CompactRange(Struct, frozen=True):
    """Compact range of the leaves `[0, size)`, also called the right edge of the tree of that size.

    `roots` holds the roots of its perfect subtrees, largest first: one for each 1 bit of `size`. A compact range can
    grow, and gives the root, without the leaves. ValueError when the number of roots doesn't fit `size`.
    """

    size: int
    roots: tuple[bytes, ...]

    def __post_init__(self) -> None:
        if self.size < 0 or len(self.roots) != self.size.bit_count():
            raise ValueError(f"compact range: {len(self.roots)} subtree roots don't belong to {self.size} leaves")

    def append(
        self, leaf_hashes: Sequence[bytes], root_of: Callable[[Sequence[bytes]], bytes] = subtree_root
    ) -> CompactRange:
        """Append leaves. The largest perfect subtrees that fit are hashed whole by `root_of`, such as 256 leaves at a
        multiple."""
        size, roots = self.size, self.roots
        done, count = 0, len(leaf_hashes)
        while done < count:
            level = (count - done).bit_length() - 1
            if size:
                level = min(level, (size & -size).bit_length() - 1)
            width = 1 << level
            roots = _with_subtree(size, roots, level, root_of(leaf_hashes[done : done + width]))
            size += width
            done += width
        return CompactRange(size, roots)

    def append_subtree(self, level: int, root: bytes) -> CompactRange:
        """Append a perfect subtree of `2**level` leaves by its root.

        Raises:
            ValueError: `size` is not a multiple of `2**level`.
        """
        if level < 0 or self.size & ((1 << level) - 1):
            raise ValueError(f"a subtree of level {level} can't follow {self.size} leaves: not a multiple of its width")
        return CompactRange(self.size + (1 << level), _with_subtree(self.size, self.roots, level, root))

    def root(self) -> bytes:
        """Compute the root of the tree of `size` leaves."""
        return fold_roots(self.roots)


def _with_subtree(size: int, roots: tuple[bytes, ...], level: int, root: bytes) -> tuple[bytes, ...]:
    """Roots after a subtree of `2**level` leaves: equal neighbours merge, as ones carry in a binary counter."""
    kept = len(roots)
    while size >> level & 1:
        kept -= 1
        root = node_hash(roots[kept], root)
        level += 1
    return (*roots[:kept], root)


EMPTY: Final = CompactRange(0, ())
"""Compact range of no leaves."""
