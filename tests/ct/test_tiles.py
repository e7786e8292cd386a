"""Hash tiles: geometry, proof of every tile up to the root, edges and audit paths against the plain definition."""

from __future__ import annotations

import hashlib
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctscan.ct.merkle import audit_paths
from ctscan.ct.partial_tree import PartialTree
from ctscan.ct.tiles import HashTiles, edge_tiles, tile_path, tile_width
from ctscan.errors import ProofError
from ctscan.model.compact_range import EMPTY
from ctscan.model.hashes import subtree_root


def leaves(count: int) -> list[bytes]:
    return [hashlib.sha256(b"leaf %d" % i).digest() for i in range(count)]


class Tree:
    """Hash tiles of a whole tree, made the plain way."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.levels = [leaves(size)]
        while len(self.levels[-1]) >= 256:
            below = self.levels[-1]
            self.levels.append([subtree_root(below[i : i + 256]) for i in range(0, len(below) // 256 * 256, 256)])
        self.root = EMPTY.append(self.levels[0]).root()

    def tile(self, level: int, index: int) -> bytes:
        return b"".join(self.levels[level][256 * index : 256 * index + tile_width(level, index, self.size)])


def opened(tree: Tree, *wanted: tuple[int, int]) -> HashTiles:
    tiles = HashTiles(tree.size, tree.root)
    for tile in wanted:
        for missing in tiles.missing(tile):
            tiles.add(missing, tree.tile(*missing))
    return tiles


@pytest.mark.parametrize(
    ("level", "index", "width", "path"),
    [
        (0, 0, 256, "tile/0/000"),
        (1, 1234067, 256, "tile/1/x001/x234/067"),
        ("data", 1999001, 256, "tile/data/x001/x999/001"),
        (0, 273, 112, "tile/0/273.p/112"),
        (2, 1000, 1, "tile/2/x001/000.p/1"),
    ],
)
def test_tile_path_is_as_in_the_spec(level: int | str, index: int, width: int, path: str) -> None:
    assert tile_path(level, index, width) == path


def test_widths_of_the_spec_s_examples() -> None:
    assert (tile_width(0, 0, 256), tile_width(0, 1, 256), tile_width(1, 0, 256)) == (256, 0, 1)
    assert (tile_width(0, 273, 70000), tile_width(1, 1, 70000), tile_width(2, 0, 70000)) == (112, 17, 1)
    assert edge_tiles(70000) == [(2, 0), (1, 1), (0, 273)]


SIZES = (1, 2, 255, 256, 257, 300, 511, 512, 65535, 65536, 65537, 70000)


@cache
def tree_of(size: int) -> Tree:
    return Tree(size)


@pytest.mark.parametrize("size", SIZES)
def test_every_path_and_edge_equals_the_plain_tree(size: int) -> None:
    tree = tree_of(size)
    for index in sorted({0, 1, size // 3, size // 2, max(0, size - 257), size - 1} & set(range(size))):
        tiles = opened(tree, (0, index // 256), *edge_tiles(index))
        assert tiles.path(0, index) == audit_paths(tree.levels[0], [index])[0]
        assert tiles.compact_range(index) == EMPTY.append(tree.levels[0][:index])
        if index // 256 < size // 256:
            tile = index // 256
            inner = audit_paths(tree.levels[0][tile * 256 : tile * 256 + 256], [index % 256])[0]
            assert inner + opened(tree, (1, tile // 256)).path(1, tile) == audit_paths(tree.levels[0], [index])[0]


@pytest.mark.parametrize("size", [300, 70000])
def test_a_tile_with_one_wrong_bit_is_refused(size: int) -> None:
    tree = tree_of(size)
    for bad in [(0, 0), *edge_tiles(size)]:
        tiles = HashTiles(size, tree.root)
        with pytest.raises(ProofError):
            for missing in tiles.missing((0, 0)):
                data = bytearray(tree.tile(*missing))
                data[-1] ^= missing == bad
                tiles.add(missing, bytes(data))


def test_a_tile_of_another_width_is_refused() -> None:
    tiles = HashTiles(300, tree_of(300).root)
    with pytest.raises(ProofError, match="expected 32 bytes, got 64"):
        tiles.add((1, 0), bytes(64))


def test_after_a_wrong_edge_the_right_one_is_asked_for_again() -> None:
    tree = tree_of(300)
    tiles = HashTiles(300, tree.root)
    with pytest.raises(ProofError):
        for missing in tiles.missing((1, 0)):
            tiles.add(missing, bytes(len(tree.tile(*missing))))
    for missing in tiles.missing((1, 0)):
        tiles.add(missing, tree.tile(*missing))
    assert tiles.hash_at(1, 0) == tree.levels[1][0]


def test_an_empty_tree_has_the_root_of_nothing() -> None:
    HashTiles(0, hashlib.sha256().digest())
    with pytest.raises(ProofError):
        HashTiles(0, bytes(32))


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 300), st.data())
def test_a_partial_tree_gives_the_path_of_every_leaf_read(size: int, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, size - 1))
    end = data.draw(st.integers(start + 1, size))
    all_leaves = leaves(size)
    anchor = audit_paths(all_leaves, [end - 1])[0] if end < size else ()
    edge = EMPTY.append(all_leaves[:start])
    tree = PartialTree(edge, all_leaves[start:end], size, anchor)
    for index in range(start, end):
        assert tree.path(index) == audit_paths(all_leaves, [index])[0]
