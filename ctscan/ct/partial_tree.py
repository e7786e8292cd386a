"""Part of a tree read from a log without tiles, and audit paths in it.

Known are the compact range of `[0, start)`, every leaf hash from `start` to `end`, and, when the tree is larger, the
audit path of the last leaf (the anchor), which covers the rest. Together they give the audit path of every leaf read,
so a single request proves a whole range and gives the evidence for each finding in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from ctscan.ct.merkle import tile_root
from ctscan.model.hashes import node_hash

if TYPE_CHECKING:
    from ctscan.model import CompactRange

_AT_ONCE: Final = 256
"""Most leaves whose root is computed at once. Nodes below aren't kept: few leaves of so many need a path."""


def _split(low: int, high: int) -> int:
    """Split a subtree as in RFC 6962 section 2.1: the largest power of two smaller than the width goes left."""
    return low + (1 << ((high - low - 1).bit_length() - 1))


class PartialTree:
    """Audit paths in the tree of `size` for leaves in `[start, start + len(hashes))`, after the leaves in `before`.

    `anchor_path` is the audit path of the last leaf known, empty when the tree ends there.
    """

    def __init__(
        self, before: CompactRange, hashes: Sequence[bytes], size: int, anchor_path: tuple[bytes, ...] = ()
    ) -> None:
        self.start, self.end, self.size = before.size, before.size + len(hashes), size
        self._hashes = hashes
        self._nodes: dict[tuple[int, int], bytes] = {}
        self._keep_roots(before)
        if self.end < size:
            self._keep_anchor(anchor_path)

    def _keep_roots(self, before: CompactRange) -> None:
        low = 0
        bits = [b for b in range(before.size.bit_length() - 1, -1, -1) if before.size >> b & 1]
        for bit, root in zip(bits, before.roots, strict=True):
            self._nodes[low, low + (1 << bit)] = root
            low += 1 << bit

    def _keep_anchor(self, path: tuple[bytes, ...]) -> None:
        """Keep every ancestor of the last leaf known, and the sibling of each."""
        way: list[tuple[tuple[int, int], tuple[int, int]]] = []  # (child, sibling) from the root down
        low, high = 0, self.size
        while high - low > 1:
            middle = _split(low, high)
            left, right = (low, middle), (middle, high)
            child, sibling = (left, right) if self.end - 1 < middle else (right, left)
            way.append((child, sibling))
            low, high = child
        value = self._hashes[-1]
        for (child, sibling), other in zip(reversed(way), path, strict=True):
            self._nodes[child], self._nodes[sibling] = value, other
            value = node_hash(value, other) if child < sibling else node_hash(other, value)

    def _node(self, low: int, high: int) -> bytes:
        known = self._nodes.get((low, high))
        if known is not None:
            return known
        if high - low == 1:
            return self._hashes[low - self.start]
        if self.start <= low and high <= self.end and high - low <= _AT_ONCE:
            value = tile_root(self._hashes[low - self.start : high - self.start])
        else:
            middle = _split(low, high)
            value = node_hash(self._node(low, middle), self._node(middle, high))
        self._nodes[low, high] = value
        return value

    def path(self, index: int) -> tuple[bytes, ...]:
        """Compute the audit path of leaf `index`, leaf to root (RFC 6962 section 2.1.1)."""
        path: list[bytes] = []
        low, high = 0, self.size
        while high - low > 1:
            middle = _split(low, high)
            if index < middle:
                path.append(self._node(middle, high))
                high = middle
            else:
                path.append(self._node(low, middle))
                low = middle
        return tuple(reversed(path))

    def paths(self, indexes: Sequence[int]) -> list[tuple[bytes, ...]]:
        """Compute the audit paths of these leaves, in order."""
        return [self.path(index) for index in indexes]
