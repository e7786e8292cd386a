"""Compact ranges against the recursive definition of the tree in RFC 6962 section 2.1."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctscan.model import CompactRange
from ctscan.model.compact_range import EMPTY
from ctscan.model.hashes import EMPTY_ROOT, HASH_SIZE, split_hashes

OTHER = hashlib.sha256(b"another hash").digest()
LEAVES = [hashlib.sha256(b"leaf %d" % i).digest() for i in range(600)]


def naive_root(hashes: list[bytes]) -> bytes:
    if not hashes:
        return hashlib.sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    k = 1 << (len(hashes) - 1).bit_length() - 1
    return hashlib.sha256(b"\x01" + naive_root(hashes[:k]) + naive_root(hashes[k:])).digest()


def naive_range(size: int) -> CompactRange:
    """Compute a root for each 1 bit of the size, largest subtree first."""
    roots, start = [], 0
    for level in reversed(range(size.bit_length())):
        if size >> level & 1:
            roots.append(naive_root(LEAVES[start : start + (1 << level)]))
            start += 1 << level
    return CompactRange(size, tuple(roots))


@given(st.lists(st.integers(0, 300), max_size=5))
def test_a_range_grown_in_steps_is_the_range_of_the_whole(steps: list[int]) -> None:
    grown = EMPTY
    for step in steps:
        grown = grown.append(LEAVES[grown.size : min(grown.size + step, 600)])
    assert grown == naive_range(grown.size)
    assert grown.root() == naive_root(LEAVES[: grown.size])


@given(st.integers(0, 70), st.integers(0, 3))
def test_appending_a_subtree_is_appending_its_leaves(eighths: int, level: int) -> None:
    size = eighths * 8
    new = LEAVES[size : size + (1 << level)]
    assert naive_range(size).append_subtree(level, naive_root(new)) == naive_range(size).append(new)


@pytest.mark.parametrize(("size", "level"), [(1, 1), (4, 3), (6, 2), (256, 9), (0, -1)])
def test_a_subtree_that_does_not_follow_is_refused(size: int, level: int) -> None:
    with pytest.raises(ValueError, match="not a multiple"):
        naive_range(size).append_subtree(level, OTHER)


@pytest.mark.parametrize("size", [-1, 0, 2, 5])
def test_roots_of_another_size_are_refused(size: int) -> None:
    with pytest.raises(ValueError, match="3 subtree roots"):
        CompactRange(size, naive_range(7).roots)


def test_the_empty_range_has_the_empty_root() -> None:
    assert EMPTY.root() == EMPTY_ROOT
    assert EMPTY.append([]) == EMPTY


@given(st.integers(0, 9))
def test_joined_hashes_are_split_again(count: int) -> None:
    assert split_hashes(b"".join(LEAVES[:count])) == LEAVES[:count]
    assert all(len(part) == HASH_SIZE for part in split_hashes(b"".join(LEAVES[:count])))
