"""Span arithmetic against sets of points."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from ctscan.model import GapReason
from ctscan.model.coverage import Gap, merge_gaps
from ctscan.model.spans import Span, clip, count_pieces, merge, split_at, split_every, subtract, total

SPAN = st.tuples(st.integers(0, 40), st.integers(0, 40))
SPANS = st.lists(SPAN, max_size=8)


def points(spans: list[Span]) -> set[int]:
    return {i for start, end in spans for i in range(start, end)}


@given(SPANS)
def test_merging_keeps_the_points_in_disjoint_spans(spans: list[Span]) -> None:
    merged = merge(spans)
    assert points(merged) == points(spans)
    assert all(start < end for start, end in merged)
    assert all(a[1] < b[0] for a, b in pairwise(merged))
    assert merge(merged) == merged
    assert total(spans) == len(points(spans))


@given(SPAN, SPANS)
def test_subtracting_leaves_the_points_that_are_not_covered(span: Span, covered: list[Span]) -> None:
    left = subtract(span, covered)
    assert points(left) == points([span]) - points(covered)
    assert merge(left) == left


@given(SPAN, SPAN)
def test_clipping_leaves_the_points_of_both(one: Span, other: Span) -> None:
    both = points([one]) & points([other])
    assert points([clip(one, other)]) == both


@given(SPAN, st.integers(0, 40))
def test_splitting_at_a_point_loses_nothing(span: Span, at: int) -> None:
    pieces = split_at(span, at)
    assert points(pieces) == points([span])
    assert len(pieces) == (2 if span[0] < at < span[1] else 1)
    assert not any(start < at < end for start, end in pieces)


@given(st.tuples(st.integers(0, 40), st.integers(1, 40)), st.integers(1, 12))
def test_splitting_at_multiples_gives_pieces_that_cross_none(span: Span, width: int) -> None:
    start, length = span
    pieces = list(split_every((start, start + length), width))
    assert pieces[::-1] == list(split_every((start, start + length), width, last_first=True))
    assert len(pieces) == count_pieces((start, start + length), width)
    assert points(pieces) == points([(start, start + length)])
    assert all(a[1] == b[0] and a[1] % width == 0 for a, b in pairwise(pieces))
    assert all(low // width == (high - 1) // width for low, high in pieces)


@given(SPANS, st.lists(st.tuples(st.sampled_from(["", "why"]), st.integers(0, 1)), min_size=8, max_size=8))
def test_neighbouring_gaps_of_one_reason_become_one(spans: list[Span], kinds: list[tuple[str, int]]) -> None:
    disjoint = [piece for span in merge(spans) for piece in split_every(span, 5)]
    gaps = [Gap(*span, GapReason.PRUNED, *kinds[i % 8]) for i, span in enumerate(disjoint)]
    merged = merge_gaps(reversed(gaps))
    assert {(i, g.detail, g.tries) for g in merged for i in range(*g.span)} == {
        (i, g.detail, g.tries) for g in gaps for i in range(*g.span)
    }
    assert not any(a.end == b.start and (a.detail, a.tries) == (b.detail, b.tries) for a, b in pairwise(merged))
    joined = merge_gaps(gaps, across_tries=True)
    assert points([g.span for g in joined]) == points(spans)
    assert not any(a.end == b.start and a.detail == b.detail for a, b in pairwise(joined))
    assert all(g.tries == max(o.tries for o in gaps if points([o.span]) & points([g.span])) for g in joined)
