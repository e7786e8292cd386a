"""Trees and proofs against the recursive definitions of RFC 6962 section 2.1, and proofs that must fail."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.logs import LogBuilder

from ctscan.ct import merkle
from ctscan.ct.wire import cut_tile
from ctscan.errors import ProofError
from ctscan.model.compact_range import EMPTY
from ctscan.model.hashes import EMPTY_ROOT, node_hash, subtree_root

OTHER = hashlib.sha256(b"another hash").digest()
SIZES = st.integers(1, 600)


def leaves(count: int) -> list[bytes]:
    return [hashlib.sha256(b"leaf %d" % i).digest() for i in range(count)]


LEAVES = leaves(600)


def split(count: int) -> int:
    return 1 << (count - 1).bit_length() - 1


def naive_root(hashes: list[bytes]) -> bytes:
    if not hashes:
        return hashlib.sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    k = split(len(hashes))
    return hashlib.sha256(b"\x01" + naive_root(hashes[:k]) + naive_root(hashes[k:])).digest()


def naive_path(hashes: list[bytes], index: int) -> list[bytes]:
    if len(hashes) == 1:
        return []
    k = split(len(hashes))
    if index < k:
        return [*naive_path(hashes[:k], index), naive_root(hashes[k:])]
    return [*naive_path(hashes[k:], index - k), naive_root(hashes[:k])]


def naive_consistency(hashes: list[bytes], first: int, is_whole: bool = True) -> list[bytes]:
    if first == len(hashes):
        return [] if is_whole else [naive_root(hashes)]
    k = split(len(hashes))
    if first <= k:
        return [*naive_consistency(hashes[:k], first, is_whole), naive_root(hashes[k:])]
    return [*naive_consistency(hashes[k:], first - k, False), naive_root(hashes[:k])]


# --- hashing ------------------------------------------------------------------------------------------------------


def test_known_hashes() -> None:
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert merkle.leaf_hash(b"").hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    assert node_hash(b"L" * 32, b"R" * 32) == hashlib.sha256(b"\x01" + b"L" * 32 + b"R" * 32).digest()


def test_batch_hashes_equal_hashes_of_leaf_input() -> None:
    log = LogBuilder()
    log.fill(5)
    log.add_precert(b"tbs", b"k" * 32, b"submitted")
    batch = cut_tile(log.data_tile(0, 6), log.id, 0, 6)
    assert merkle.batch_hashes(batch) == log.hashes
    assert merkle.leaf_hash(b"\0\0" + log.entries[3].leaf) == log.hashes[3]


@pytest.mark.parametrize("size", [0, 1, 2, 3, 4, 5, 7, 8, 9, 255, 256, 257, 600])
def test_subtree_root_is_mth(size: int) -> None:
    assert subtree_root(LEAVES[:size]) == naive_root(LEAVES[:size])


# --- inclusion ----------------------------------------------------------------------------------------------------


@given(st.data())
def test_inclusion_round_trip(data: st.DataObject) -> None:
    size = data.draw(SIZES)
    index = data.draw(st.integers(0, size - 1))
    root, path = naive_root(LEAVES[:size]), naive_path(LEAVES[:size], index)
    assert merkle.audit_paths(LEAVES[:size], [index]) == [tuple(path)]
    merkle.verify_inclusion(index, size, LEAVES[index], path, root)
    assert merkle.root_from_inclusion(index, size, LEAVES[index], path) == root
    assert merkle.range_from_inclusion(index, size, LEAVES[index], path, root) == EMPTY.append(LEAVES[:index])


def spoilt(path: list[bytes]) -> Iterator[tuple[str, list[bytes]]]:
    """Yield every kind of damage that a path can have."""
    yield "one more", [*path, OTHER]
    yield "one before", [OTHER, *path]
    yield "root-like end", [*path, b""]
    for i, value in enumerate(path):
        yield f"without {i}", path[:i] + path[i + 1 :]
        yield f"bit flipped in {i}", [*path[:i], bytes((value[0] ^ 1, *value[1:])), *path[i + 1 :]]
        yield f"{i} doubled", [*path[: i + 1], *path[i:]]
        yield f"{i} cut short", [*path[:i], value[:31], *path[i + 1 :]]
        yield f"{i} longer", [*path[:i], value + b"\0", *path[i + 1 :]]
    if len(path) > 1:
        yield "reversed", path[::-1]
        yield "empty", []


@pytest.mark.parametrize(
    ("index", "size"), [(0, 1), (0, 2), (1, 2), (0, 8), (5, 8), (2, 3), (1, 5), (4, 5), (6, 7), (299, 300)]
)
def test_damaged_inclusion_proof_is_refused(index: int, size: int) -> None:
    root, path = naive_root(LEAVES[:size]), naive_path(LEAVES[:size], index)
    merkle.verify_inclusion(index, size, LEAVES[index], path, root)
    for how, wrong in spoilt(path):
        with pytest.raises(ProofError):
            merkle.verify_inclusion(index, size, LEAVES[index], wrong, root)
            pytest.fail(how)
    with pytest.raises(ProofError, match="expected root"):
        merkle.verify_inclusion(index, size, OTHER, path, root)
    with pytest.raises(ProofError, match="expected root"):
        merkle.range_from_inclusion(index, size, LEAVES[index], path, OTHER)
    with pytest.raises(ProofError, match="32 bytes"):
        merkle.verify_inclusion(index, size, b"", path, root)


CHANGES: list[Callable[[int], int]] = [
    lambda n: n + 1,
    lambda n: n - 1,
    lambda n: n ^ 2,
    lambda n: n * 2,
    lambda n: n // 2,
    lambda n: n + (1 << 40),
    lambda n: -n,
]


@pytest.mark.parametrize(("index", "size"), [(0, 8), (5, 8), (3, 7), (4, 5), (2, 3)])
def test_inclusion_at_another_position_is_refused(index: int, size: int) -> None:
    root, path = naive_root(LEAVES[:size]), naive_path(LEAVES[:size], index)
    for change in CHANGES:
        if change(index) != index:
            with pytest.raises(ProofError):
                merkle.verify_inclusion(change(index), size, LEAVES[index], path, root)


@pytest.mark.parametrize(
    ("index", "size", "wrong"), [(0, 8, 9), (0, 8, 4), (5, 8, 5), (4, 5, 6), (0, 8, 0), (0, 1, -1)]
)
def test_inclusion_in_a_tree_of_another_size_is_refused(index: int, size: int, wrong: int) -> None:
    root, path = naive_root(LEAVES[:size]), naive_path(LEAVES[:size], index)
    with pytest.raises(ProofError):
        merkle.verify_inclusion(index, wrong, LEAVES[index], path, root)


@pytest.mark.parametrize("index", [-1, 3])
def test_path_of_no_leaf(index: int) -> None:
    with pytest.raises(IndexError, match="not in a tree of 3"):
        merkle.audit_paths(LEAVES[:3], [index])


# --- consistency --------------------------------------------------------------------------------------------------


@given(st.data())
def test_consistency_round_trip(data: st.DataObject) -> None:
    second = data.draw(SIZES)
    first = data.draw(st.integers(1, second))
    path = naive_consistency(LEAVES[:second], first)
    merkle.verify_consistency(first, second, naive_root(LEAVES[:first]), naive_root(LEAVES[:second]), path)


@pytest.mark.parametrize(("first", "second"), [(1, 2), (1, 8), (6, 8), (2, 5), (4, 8), (3, 7), (7, 8), (256, 600)])
def test_damaged_consistency_proof_is_refused(first: int, second: int) -> None:
    old, new = naive_root(LEAVES[:first]), naive_root(LEAVES[:second])
    path = naive_consistency(LEAVES[:second], first)
    merkle.verify_consistency(first, second, old, new, path)
    for how, wrong in [*spoilt(path), ("roots before", [old, *path]), ("roots after", [*path, new])]:
        with pytest.raises(ProofError):
            merkle.verify_consistency(first, second, old, new, wrong)
            pytest.fail(how)
    for wrong_old, wrong_new in [(new, old), (OTHER, new), (old, OTHER), (b"", new), (old, b"")]:
        with pytest.raises(ProofError):
            merkle.verify_consistency(first, second, wrong_old, wrong_new, path)


@pytest.mark.parametrize(("first", "second"), [(6, 8), (3, 7), (2, 5)])
def test_consistency_of_other_sizes_is_refused(first: int, second: int) -> None:
    old, new = naive_root(LEAVES[:first]), naive_root(LEAVES[:second])
    path = naive_consistency(LEAVES[:second], first)
    for change in CHANGES:
        with pytest.raises(ProofError):
            merkle.verify_consistency(change(first), second, old, new, path)
    for wrong in (second * 2, second // 2, first - 1, 0, -second):
        with pytest.raises(ProofError):
            merkle.verify_consistency(first, wrong, old, new, path)


def test_equal_sizes_need_equal_roots_and_no_path() -> None:
    root = naive_root(LEAVES[:7])
    merkle.verify_consistency(7, 7, root, root, [])
    with pytest.raises(ProofError, match="expected root"):
        merkle.verify_consistency(7, 7, root, OTHER, [])
    with pytest.raises(ProofError, match="empty path"):
        merkle.verify_consistency(7, 7, root, root, [OTHER])


def test_any_tree_begins_with_the_empty_one() -> None:
    root = naive_root(LEAVES[:7])
    merkle.verify_consistency(0, 7, EMPTY_ROOT, root, [])
    merkle.verify_consistency(0, 0, EMPTY_ROOT, EMPTY_ROOT, [])
    for first_root, second_root, path in [
        (OTHER, root, []),
        (EMPTY_ROOT, b"short", []),
        (EMPTY_ROOT, root, [OTHER]),
    ]:
        with pytest.raises(ProofError):
            merkle.verify_consistency(0, 7, first_root, second_root, path)
    with pytest.raises(ProofError, match="empty tree"):
        merkle.verify_consistency(0, 0, OTHER, OTHER, [])
    with pytest.raises(ProofError, match="expected root"):
        merkle.verify_consistency(0, 0, EMPTY_ROOT, OTHER, [])


@given(sizes=st.tuples(SIZES, SIZES))
def test_a_consistency_proof_that_was_made_verifies_and_no_other_root_does(sizes: tuple[int, int]) -> None:
    first, second = sorted(sizes)
    roots = subtree_root(LEAVES[:first]), subtree_root(LEAVES[:second])
    path = merkle.consistency_path(first, LEAVES[:second])
    merkle.verify_consistency(first, second, *roots, path)
    with pytest.raises(ProofError):
        merkle.verify_consistency(first, second, OTHER, roots[1], path)
    assert merkle.consistency_path(0, LEAVES[:second]) == ()


def test_a_larger_tree_is_consistent_with_no_smaller_one() -> None:
    with pytest.raises(ValueError, match="no part of"):
        merkle.consistency_path(4, LEAVES[:3])
