"""Hash tiles (C2SP tlog-tiles): their paths, and the proof that they belong to a signed tree.

Pure: `HashTiles` names the next tile that it needs, and the caller gives its bytes. A tile is kept only after it was
proven: tiles of the right edge by the root itself, any other tile by its parent.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

from ctscan.ct.merkle import audit_paths, rows_below_root
from ctscan.errors import ProofError
from ctscan.model import CompactRange
from ctscan.model.compact_range import EMPTY
from ctscan.model.hashes import EMPTY_ROOT, HASH_SIZE, fold_roots, split_hashes, subtree_root

WIDTH = 256
KEPT_TILES = 256  # 2 MiB; tiles above level 0 are read in order, so a few suffice

TileId = tuple[int, int]
"""`(level, index)`: level 0 holds leaf hashes, level n roots of subtrees of 256**n leaves."""


def tile_path(level: int | str, index: int, width: int = WIDTH) -> str:
    """Return the path of a tile under the monitoring prefix: `tile/0/x001/x234/067.p/5`.

    Args:
        level: level of a hash tile, or `"data"` for data tiles.
        index: index of the tile in its level.
        width: hashes or entries in the tile, 1 to 256.
    """
    groups = [f"{index % 1000:03d}"]
    while index >= 1000:
        index //= 1000
        groups.append(f"x{index % 1000:03d}")
    tail = "" if width == WIDTH else f".p/{width}"
    return f"tile/{level}/" + "/".join(reversed(groups)) + tail


def tile_width(level: int, index: int, size: int) -> int:
    """Count the hashes in tile `(level, index)` of a tree of `size`: 1 to 256, 0 when there is no such tile."""
    return max(0, min(WIDTH, (size >> (8 * level)) - WIDTH * index))


def edge_tiles(size: int) -> list[TileId]:
    """List the partial tiles on the right edge of a tree of `size`, highest level first. They determine its root."""
    level, found = 0, []
    while size:
        if size % WIDTH:
            found.append((level, size // WIDTH))
        size //= WIDTH
        level += 1
    return found[::-1]


class HashTiles:
    """Proven hash tiles of a signed tree.

    Give the tiles of `missing(...)` to `add`, in that order; `add` raises ProofError for a tile of another tree.
    """

    def __init__(self, size: int, root: bytes) -> None:
        self.size = size
        self.root = root
        self._edge: dict[TileId, bytes] = {}
        self._unproven: dict[TileId, bytes] = {}
        self._kept: OrderedDict[TileId, bytes] = OrderedDict()
        # rows of audit paths: entries are read in order, so the next path goes through the same tiles
        self._rows: dict[int, tuple[TileId, list[Sequence[bytes]]]] = {}
        self._edge_roots_around: dict[int, tuple[list[bytes], list[bytes]]] = {}
        if size == 0 and root != EMPTY_ROOT:
            raise ProofError(f"the root of an empty tree is not SHA-256 of nothing: got {root.hex()}")

    @property
    def is_rooted(self) -> bool:
        """Return whether the root proves the tiles of the right edge."""
        return bool(self._edge)

    def width(self, tile: TileId) -> int:
        """Count the hashes in this tile within this tree."""
        return tile_width(*tile, self.size)

    def missing(self, tile: TileId) -> list[TileId]:
        """List the tiles to add before `tile` can be used, in order: the right edge, then parents, then `tile`."""
        if not self._edge:
            edge = [t for t in edge_tiles(self.size) if t not in self._unproven]
            return edge + self._missing_below(tile, set(edge_tiles(self.size)))
        return self._missing_below(tile, set())

    def _missing_below(self, tile: TileId, promised: set[TileId]) -> list[TileId]:
        chain: list[TileId] = []
        while tile not in self._edge and tile not in self._kept and tile not in promised:
            chain.append(tile)
            tile = (tile[0] + 1, tile[1] // WIDTH)
        return chain[::-1]

    def add(self, tile: TileId, data: bytes) -> None:
        """Prove and keep a tile.

        Args:
            tile: the tile.
            data: its hashes, 32 bytes each.

        Raises:
            ProofError: the tile doesn't belong to the signed tree.
        """
        if len(data) != self.width(tile) * HASH_SIZE:
            raise ProofError(
                f"hash tile {tile[0]}/{tile[1]}: expected {self.width(tile) * HASH_SIZE} bytes, got {len(data)}"
            )
        if not self._edge and tile in edge_tiles(self.size):
            self._unproven[tile] = data
            if len(self._unproven) == len(edge_tiles(self.size)):
                self._prove_edge()
            return
        if subtree_root(split_hashes(data)) != self._parent_hash(tile):
            raise ProofError(f"hash tile {tile[0]}/{tile[1]} doesn't hash to its parent in the tree of {self.size}")
        self._kept[tile] = data
        while len(self._kept) > KEPT_TILES:
            self._kept.popitem(last=False)

    def _prove_edge(self) -> None:
        tiles, self._unproven = self._unproven, {}
        if CompactRange(self.size, _edge_roots(tiles, self.size)).root() != self.root:
            raise ProofError(f"the hash tiles of the right edge don't hash to the signed root of size {self.size}")
        self._edge = tiles

    def _parent_hash(self, tile: TileId) -> bytes:
        parent = self._get((tile[0] + 1, tile[1] // WIDTH))
        at = tile[1] % WIDTH * HASH_SIZE
        return parent[at : at + HASH_SIZE]

    def _get(self, tile: TileId) -> bytes:
        data = self._edge.get(tile)
        if data is None:
            data = self._kept[tile]
            self._kept.move_to_end(tile)
        return data

    def hashes(self, tile: TileId) -> list[bytes]:
        """Return the hashes of a proven tile. Raises KeyError when a tile of `missing` wasn't added."""
        return split_hashes(self._get(tile)[: self.width(tile) * HASH_SIZE])

    def hash_at(self, level: int, index: int) -> bytes:
        """Return a proven hash: the root of the 256**level leaves from `index * 256**level` on."""
        data, at = self._get((level, index // WIDTH)), index % WIDTH * HASH_SIZE
        return data[at : at + HASH_SIZE]

    def compact_range(self, size: int) -> CompactRange:
        """Compute the compact range of `[0, size)`, for a size up to this tree's; needs the tiles of
        `edge_needs(size)`."""
        return CompactRange(size, _edge_roots({tile: self._get(tile) for tile in edge_tiles(size)}, size))

    def edge_needs(self, size: int) -> list[TileId]:
        """List the tiles that `compact_range(size)` reads."""
        return edge_tiles(size)

    def path(self, level: int, index: int) -> tuple[bytes, ...]:
        """Compute the audit path (RFC 6962 section 2.1.1) of a subtree of 256**level leaves; level 0: of a leaf.

        Needs the tile that holds the node, and so its parents.
        """
        path: list[bytes] = []
        while (tile := (level, index // WIDTH)) not in self._edge:
            path += [row[index % WIDTH >> height ^ 1] for height, row in enumerate(self._rows_of(tile))]
            level, index = level + 1, index // WIDTH
        return tuple(path + self._path_on_edge(level, index))

    def extension(self, size: int) -> tuple[bytes, ...]:
        """Return the hashes from which `merkle.roots_of_both` computes the roots of `size` and of this tree.

        They are the root of the last perfect subtree of `[0, size)` and its path. Needs the tiles of
        `edge_needs(size)`; `size` lies between 0 and the size of this tree.
        """
        height = (size & -size).bit_length() - 1
        level = height // 8
        path = self.path(level, (size - 1) >> 8 * level)
        return (self.compact_range(size).roots[-1], *path[height - 8 * level :])

    def _rows_of(self, tile: TileId) -> list[Sequence[bytes]]:
        """Return the rows of the subtree of a whole tile, from its hashes up to the two below its root."""
        kept = self._rows.get(tile[0])
        if kept is None or kept[0] != tile:
            kept = self._rows[tile[0]] = (tile, rows_below_root(self.hashes(tile)))
        return kept[1]

    def _path_on_edge(self, level: int, index: int) -> list[bytes]:
        """Compute the path from a node on the right edge to the root.

        First comes the path within the perfect subtree that holds the node, then the smaller subtrees to the right
        folded into one hash, then the larger subtrees to the left, nearest first.
        """
        tile = (level, index // WIDTH)
        hashes, at = self.hashes(tile), index % WIDTH
        larger, smaller = self._edge_around(level)
        before, inside, after = _split_perfect(hashes, at)
        rest = _fold_right(after + smaller)
        return _path_within(inside[0], inside[1]) + rest + before[::-1] + larger[::-1]

    def _edge_around(self, level: int) -> tuple[list[bytes], list[bytes]]:
        """Return the edge's subtree roots in the tiles above and below a level, cached because the proven edge never
        changes."""
        if level not in self._edge_roots_around:
            above = {t: d for t, d in self._edge.items() if t[0] > level}
            below = {t: d for t, d in self._edge.items() if t[0] < level}
            self._edge_roots_around[level] = list(_edge_roots(above, self.size)), list(_edge_roots(below, self.size))
        return self._edge_roots_around[level]


class TilePaths:
    """Audit paths of the entries of one proven data tile; `tiles` has to hold the hash tile that covers it."""

    __slots__ = ("_hashes", "_start", "_tiles")

    def __init__(self, tiles: HashTiles, start: int, hashes: Sequence[bytes]) -> None:
        self._tiles, self._start, self._hashes = tiles, start, hashes

    def paths(self, indexes: Sequence[int]) -> list[tuple[bytes, ...]]:
        """Compute the audit paths (RFC 6962 section 2.1.1) of these entries, in order."""
        if len(self._hashes) < WIDTH:
            return [self._tiles.path(0, index) for index in indexes]
        above = self._tiles.path(1, self._start // WIDTH) if indexes else ()
        return [path + above for path in audit_paths(self._hashes, [index - self._start for index in indexes])]


def _edge_roots(tiles: dict[TileId, bytes], size: int) -> tuple[bytes, ...]:
    """Return the subtree roots on the right edge of `[0, size)` that these of its edge tiles hold.

    The tiles may be wider in a larger tree.
    """
    parts: list[bytes] = []
    for level, index in sorted(tiles, reverse=True):
        width = (size >> (8 * level)) % WIDTH
        parts += EMPTY.append(split_hashes(tiles[level, index][: width * HASH_SIZE])).roots
    return tuple(parts)


def _split_perfect(hashes: list[bytes], at: int) -> tuple[list[bytes], tuple[list[bytes], int], list[bytes]]:
    """Split a partial tile into its perfect subtrees: roots before, the subtree that holds `at`, roots after."""
    before: list[bytes] = []
    start = 0
    for bit in range(7, -1, -1):
        width = 1 << bit
        if not len(hashes) & width:
            continue
        if at < start + width:
            rest = list(EMPTY.append(hashes[start + width :]).roots)
            return before, (hashes[start : start + width], at - start), rest
        before.append(subtree_root(hashes[start : start + width]))
        start += width
    raise ValueError(f"position {at} lies outside a tile of {len(hashes)}")


def _path_within(hashes: list[bytes], at: int) -> list[bytes]:
    """Compute the audit path within a perfect subtree (a power of two of hashes)."""
    return list(audit_paths(hashes, [at])[0])


def _fold_right(roots: list[bytes]) -> list[bytes]:
    """Fold the roots of ever smaller subtrees into a single hash, from the right; no roots give no hash."""
    return [fold_roots(roots)] if roots else []
