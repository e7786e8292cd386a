"""Evidence of misbehaviour: only a real contradiction verifies, here and by other software, and from bytes alone."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from support.logs import LogBuilder
from support.third_party import Unconvinced, convince

from ctscan.ct.api import parse_sth
from ctscan.ct.merkle import hashes_from_inclusion, roots_of_both
from ctscan.ct.misbehaviour import not_extended, of_heads, verify_evidence
from ctscan.ct.note import parse_checkpoint
from ctscan.ct.tiles import HashTiles
from ctscan.errors import ContradictsList, Misbehaviour, ProofError, Unproven
from ctscan.model import LogProtocol, MisbehaviourEvidence, MisbehaviourKind, RecordedMisbehaviour, TreeHead
from ctscan.model.results import CheckedMisbehaviour
from ctscan.views.json import exported_misbehaviour

SIZE = 700
AT = datetime(2026, 3, 1, tzinfo=UTC)
KIND = MisbehaviourKind


@pytest.fixture(scope="module")
def honest() -> LogBuilder:
    made = LogBuilder("Example log")
    made.fill(SIZE)
    return made


@pytest.fixture(scope="module")
def forked(honest: LogBuilder) -> LogBuilder:
    """Build a history that differs from entry 3 on."""
    return honest.fork(3, SIZE)


def exported(builder: LogBuilder, evidence: MisbehaviourEvidence) -> dict[str, Any]:
    """Export evidence as `ctscan logs evidence --export` does."""
    recorded = RecordedMisbehaviour(1, builder.id, AT, "reason", evidence)
    log = builder.log("http://127.0.0.1/", LogProtocol.RFC6962)
    (item,) = exported_misbehaviour([CheckedMisbehaviour(log, recorded, "words")])["evidence"]
    return dict(item)


def accepts(builder: LogBuilder, evidence: MisbehaviourEvidence) -> bool:
    """Return whether the evidence verifies; both verifiers have to agree."""
    try:
        ours = bool(verify_evidence(builder.key, evidence))
    except ProofError:
        ours = False
    try:
        convince(exported(builder, evidence))
        theirs = True
    except (Unconvinced, ValueError, IndexError):
        theirs = False
    assert ours is theirs
    return ours


def head_of(builder: LogBuilder, size: int, tiled: bool = False) -> TreeHead:
    if tiled:
        return parse_checkpoint(builder.checkpoint(size), builder.id)
    return parse_sth(builder.sth(size), builder.id)


def tiles_of(builder: LogBuilder, size: int, wanted: int) -> HashTiles:
    """Give the hash tiles that the extension of `wanted` needs."""
    tiles = HashTiles(size, builder.root(size))
    for need in tiles.edge_needs(wanted):
        for tile in tiles.missing(need):
            tiles.add(tile, builder.hash_tile(*tile, tiles.width(tile)))
    return tiles


# --- kinds --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("use_rsa", [False, True])
@pytest.mark.parametrize("form", ["checkpoint", "sth"])
def test_contradictions_of_heads(form: str, use_rsa: bool) -> None:
    log = LogBuilder("Both forms", use_rsa=use_rsa)
    log.fill(9)
    sign = getattr(log, form)
    two = MisbehaviourEvidence(KIND.TWO_ROOTS, (sign(8), sign(8, root=b"x" * 32)))
    shrank = MisbehaviourEvidence(KIND.SHRANK, (sign(9), sign(8, timestamp=log.head_time(9) + 1)))
    empty = MisbehaviourEvidence(KIND.EMPTY_ROOT, (sign(0, root=b"x" * 32),))
    for evidence in (two, shrank, empty):
        assert accepts(log, evidence)
        assert accepts(log, replace(evidence, heads=evidence.heads[::-1]))
        assert of_heads(log.key, evidence.heads).kind is evidence.kind
    assert "two roots for the size 8" in verify_evidence(log.key, two)
    assert f"size 8 at {log.head_time(9) + 1} ms" in verify_evidence(log.key, shrank)


def test_two_forms_of_a_head_can_contradict_each_other(honest: LogBuilder) -> None:
    assert accepts(honest, MisbehaviourEvidence(KIND.TWO_ROOTS, (honest.sth(5), honest.checkpoint(5, root=b"x" * 32))))


@pytest.mark.parametrize(
    ("kind", "make"),
    [
        (KIND.TWO_ROOTS, lambda b: (b.sth(8), b.sth(8, timestamp=1))),  # signed again
        (KIND.TWO_ROOTS, lambda b: (b.sth(8), b.sth(9))),
        (KIND.TWO_ROOTS, lambda b: (b.sth(8), b.sth(8, root=b"x" * 32, spoil=True))),
        (KIND.TWO_ROOTS, lambda b: (b.sth(8),)),
        (KIND.TWO_ROOTS, lambda b: ()),
        (KIND.SHRANK, lambda b: (b.sth(8), b.sth(9))),
        (KIND.SHRANK, lambda b: (b.sth(8, timestamp=b.head_time(9)), b.sth(9))),  # at the same time
        (KIND.SHRANK, lambda b: (b.sth(8, timestamp=b.head_time(9) + 1, spoil=True), b.sth(9))),
        (KIND.EMPTY_ROOT, lambda b: (b.sth(0),)),
        (KIND.EMPTY_ROOT, lambda b: (b.sth(1, root=b"x" * 32),)),
        (KIND.EMPTY_ROOT, lambda b: (b.sth(0, root=b"x" * 32, spoil=True),)),
        (KIND.NOT_EXTENDED, lambda b: (b.sth(8), b.sth(9))),
    ],
)
def test_heads_that_prove_nothing(honest: LogBuilder, kind: MisbehaviourKind, make: Any) -> None:
    heads = make(honest)
    assert not accepts(honest, MisbehaviourEvidence(kind, heads))
    with pytest.raises(ProofError):
        of_heads(honest.key, heads)
    with pytest.raises(ProofError):
        verify_evidence(honest.key, MisbehaviourEvidence(None, heads))


def test_evidence_against_one_log_accuses_no_other(honest: LogBuilder) -> None:
    evidence = MisbehaviourEvidence(KIND.TWO_ROOTS, (honest.sth(5), honest.sth(5, root=b"x" * 32)))
    other = LogBuilder("Another log")
    assert not accepts(other, evidence)


@pytest.mark.parametrize("raw", [b"", b"{", b"{}", b"[]", b"\xff" * 90, b"{" * 100_000])
def test_bytes_that_are_no_head_prove_nothing(honest: LogBuilder, raw: bytes) -> None:
    with pytest.raises(ProofError):
        verify_evidence(honest.key, MisbehaviourEvidence(KIND.EMPTY_ROOT, (raw,)))


# --- trees that don't extend each other -----------------------------------------------------------------------------

SIZES = st.tuples(st.integers(1, SIZE), st.integers(1, SIZE)).filter(lambda pair: pair[0] != pair[1]).map(sorted)


@given(SIZES)
@settings(max_examples=60, deadline=None)
def test_hashes_of_a_tree_prove_that_it_does_not_extend_another_one_and_never_more(
    honest: LogBuilder, forked: LogBuilder, sizes: list[int]
) -> None:
    """However the hashes come (tiles, inclusion, consistency), they are the same ones."""
    first, second = sizes
    hashes = tiles_of(forked, second, first).extension(first)
    path = forked.inclusion_path(first - 1, second)
    assert hashes == hashes_from_inclusion(first, forked.hashes[first - 1], tuple(path))
    if first & (first - 1):
        assert list(hashes) == forked.consistency_path(first, second)
    else:
        assert list(hashes[1:]) == forked.consistency_path(first, second)
    assert roots_of_both(first, second, hashes) == (forked.root(first), forked.root(second))
    for tiled in (False, True):
        known, head = head_of(honest, first, tiled), head_of(forked, second, tiled)
        evidence = MisbehaviourEvidence(KIND.NOT_EXTENDED, (known.raw, head.raw), hashes)
        assert accepts(honest, evidence) is (known.root != forked.root(first))
        own = MisbehaviourEvidence(KIND.NOT_EXTENDED, (head_of(forked, first, tiled).raw, head.raw), hashes)
        assert not accepts(honest, own)


@given(SIZES, st.data())
@settings(max_examples=40, deadline=None)
def test_changed_hashes_prove_nothing(
    honest: LogBuilder, forked: LogBuilder, sizes: list[int], data: st.DataObject
) -> None:
    first, second = sizes
    hashes = list(tiles_of(forked, second, first).extension(first))
    at = data.draw(st.integers(0, len(hashes) - 1))
    changed = data.draw(
        st.sampled_from(
            [
                [*hashes[:at], bytes(32), *hashes[at + 1 :]],
                [*hashes[:at], *hashes[at + 1 :]],
                [*hashes, hashes[-1]],
                [*hashes[:at], hashes[at][:31], *hashes[at + 1 :]],
            ]
        )
    )
    heads = (head_of(honest, first).raw, head_of(forked, second).raw)
    assert not accepts(honest, MisbehaviourEvidence(KIND.NOT_EXTENDED, heads, tuple(changed)))


def test_an_accusation_carries_evidence_or_says_that_there_is_none(honest: LogBuilder, forked: LogBuilder) -> None:
    known, head = head_of(honest, 300), head_of(forked, 600)
    hashes = tiles_of(forked, 600, 300).extension(300)
    error = not_extended("Example log", known, head, hashes)
    assert isinstance(error, Misbehaviour) and accepts(honest, error.evidence)
    assert isinstance(not_extended("Example log", known, head), Unproven)
    listed = replace(known, signature=b"")
    assert isinstance(not_extended("Example log", listed, head, hashes), ContradictsList)
