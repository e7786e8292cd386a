"""Inclusion proofs of a scan step: the index stores each hash once and returns every proof unchanged."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctscan.ct.merkle import audit_paths, leaf_hash, verify_inclusion
from ctscan.errors import IndexFault
from ctscan.index.sqlite.audit_paths import join, path_of, split
from ctscan.model.hashes import subtree_root

LEAVES = [leaf_hash(b"entry %d" % i) for i in range(300)]


@given(st.integers(1, 300).flatmap(lambda n: st.tuples(st.just(n), st.sets(st.integers(0, n - 1), min_size=1))))
def test_paths_come_back_and_no_hash_is_kept_twice(drawn: tuple[int, set[int]]) -> None:
    size, indexes = drawn
    leaves = LEAVES[:size]
    paths = {index: audit_paths(leaves, [index])[0] for index in sorted(indexes)}
    shape, hashes = join(paths.items())
    assert dict(split(shape, hashes)) == paths
    kept = [hashes[i : i + 32] for i in range(0, len(hashes), 32)]
    assert len(kept) == len(set(kept)) == len({each for path in paths.values() for each in path})
    last = max(indexes)
    verify_inclusion(last, size, leaves[last], path_of(shape, hashes, last), subtree_root(leaves))


def test_paths_that_share_nothing_are_kept_whole() -> None:
    paths = {3: (b"a" * 32, b"b" * 32), 7: (), 9: (b"c" * 32,)}
    assert join(paths.items()) == ("3 2 0 7 0 0 9 1 0", b"a" * 32 + b"b" * 32 + b"c" * 32)
    assert dict(split(*join(paths.items()))) == paths


@pytest.mark.parametrize("shape", ["5 3 0", "5 2 1", "5 -1 0", "4 2 0"])
def test_what_does_not_fit_together_is_damage(shape: str) -> None:
    with pytest.raises(IndexFault, match="damaged"):
        path_of(shape, bytes(64), 5)
