"""Coverage: every entry of a log is in a range that counts or in exactly one gap."""

from __future__ import annotations

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from ctscan.ct.coverage import (
    backlog,
    catch_up,
    edge_known_at,
    judge,
    position,
    unavailable,
    unread,
    verified_size,
)
from ctscan.model import (
    FinalHead,
    Freshness,
    Gap,
    GapDetail,
    GapReason,
    Log,
    LogProtocol,
    LogState,
    PendingRange,
    Staleness,
    TreeHead,
    VerifiedRange,
)

LOG = Log(bytes(32), b"", "Example log", "Example", LogProtocol.STATIC_CT)
FRESH = (Freshness.FRESH, None)
OLD = (Freshness.STALE, Staleness.OLD_HEAD())
SPANS = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=8)


def state(*verified: VerifiedRange, gaps: tuple[Gap, ...] = (), pending: tuple[PendingRange, ...] = ()) -> LogState:
    head = TreeHead(LOG.id, 100, bytes(32), 0, b"", b"")
    return LogState(LOG, head, verified, pending, gaps, None, None, ())


def points(spans: list[tuple[int, int]]) -> set[int]:
    return {i for start, end in spans for i in range(start, end)}


@given(SPANS)
def test_gaps_of_entries_that_are_missing_come_in_order(known: list[tuple[int, int]]) -> None:
    """A reader goes on behind the last one."""
    seen = [Gap(*span, GapReason.NOT_READ, tries=1) for span in known if span[0] < span[1]]
    found = unavailable((0, 50), "404", seen, GapReason.PRUNED)
    assert [i for gap in found for i in range(gap.start, gap.end)] == list(range(50))


@given(SPANS, SPANS)
def test_verified_ranges_and_gaps_cover_the_log_without_overlap(
    counted: list[tuple[int, int]], other: list[tuple[int, int]]
) -> None:
    ranges = [VerifiedRange(*span, "everything", "now") for span in counted]
    ranges += [VerifiedRange(*span, "domain:example.org", "now") for span in other]
    known = state(*ranges, gaps=(Gap(30, 60, GapReason.PRUNED),))
    answer = judge(known, lambda r: None if r.scope == "everything" else GapReason.OUT_OF_SCOPE, FRESH)
    verified = points([(r.start, r.end) for r in answer.verified])
    left = [i for h in answer.gaps for i in range(h.start, h.end)]
    assert len(left) == len(set(left))
    assert verified | set(left) == set(range(100)) and not verified & set(left)


def test_a_gap_has_the_best_known_reason() -> None:
    known = state(
        VerifiedRange(0, 10, "domain:example.org", "now"),
        VerifiedRange(5, 20, "everything", "now"),
        gaps=(Gap(40, 50, GapReason.QUARANTINED, GapDetail.QUARANTINED(detail="garbled")),),
    )
    answer = judge(
        known,
        lambda r: None if r.scope == "everything" else GapReason.OUT_OF_SCOPE,
        (Freshness.STALE, Staleness.OLD_HEAD()),
    )
    assert [(h.start, h.end, h.reason.value) for h in answer.gaps] == [
        (0, 5, "out of scope"),
        (20, 40, "not read"),
        (40, 50, "quarantined"),
        (50, 100, "not read"),
    ]
    assert (answer.freshness, answer.stale_reason) == (Freshness.STALE, Staleness.OLD_HEAD())


def test_ranges_of_two_scopes_count_together_where_each_answers() -> None:
    known = state(
        VerifiedRange(0, 50, "a", "now"), VerifiedRange(50, 100, "b", "now"), VerifiedRange(20, 30, "b", "now")
    )
    assert judge(known, lambda _: None, FRESH).gaps == ()
    assert verified_size(known) == 100


def test_nothing_beyond_the_head_counts() -> None:
    known = state(VerifiedRange(90, 120, "everything", "now"))
    (verified,) = judge(known, lambda _: None, FRESH).verified
    assert (verified.start, verified.end) == (90, 100)


def test_position_includes_pending_entries_and_verified_size_does_not() -> None:
    known = state(VerifiedRange(0, 10, "s", "r"), pending=(PendingRange(10, "s", "r", (), bytes(32 * 7)),))
    assert (position(known), verified_size(known)) == (17, 10)


def test_an_edge_is_known_where_a_range_ends() -> None:
    known = state(VerifiedRange(0, 10, "s", "r", (b"x",)), VerifiedRange(20, 30, "s", "r"))
    assert edge_known_at(known, 10) is not None
    assert edge_known_at(known, 30) is None and edge_known_at(known, 11) is None


def test_unread_asks_which_ranges_count() -> None:
    known = state(VerifiedRange(0, 50, "narrow", "r"), VerifiedRange(50, 60, "wide", "r"))
    assert unread(known, (0, 100), lambda r: r.scope == "wide") == [(0, 50), (60, 100)]
    assert unread(known, (10, 100), lambda r: True) == [(60, 100)]


def read(*spans: tuple[int, int]) -> tuple[VerifiedRange, ...]:
    return tuple(VerifiedRange(*span, "everything", "now") for span in spans)


def test_backlog_counts_unread_entries_after_the_beginning_of_coverage() -> None:
    pending = PendingRange(80, "everything", "now", (), bytes(32) * 10)
    assert backlog(state(*read((20, 40), (60, 70)), pending=(pending,))) == 20 + 10 + 10
    assert backlog(state(*read((20, 40)), gaps=(Gap(50, 60, GapReason.PRUNED),))) == 50
    assert backlog(state(*read((20, 40)), gaps=(Gap(0, 60, GapReason.PRUNED),))) == 40
    assert backlog(state(*read((100, 100)))) == 0, "an empty range says where coverage begins"
    assert backlog(state(*read((0, 100)))) == 0
    assert backlog(state()) == 100
    assert backlog(replace(state(), head=None)) == 0


@pytest.mark.parametrize(
    ("rate", "growth", "seconds"),
    [(30.0, 10.0, 2.0), (40.0, 0.0, 1.0), (10.0, 10.0, inf), (5.0, 10.0, inf), (None, 10.0, None), (5.0, None, None)],
)
def test_the_time_to_catch_up(rate: float | None, growth: float | None, seconds: float | None) -> None:
    behind = replace(state(*read((0, 60))), rate=rate, growth=growth)
    assert catch_up(behind) == seconds
    assert catch_up(replace(behind, verified=read((0, 100)))) is None


def test_a_log_that_has_ended_grows_no_more() -> None:
    ended = replace(LOG, final_head=FinalHead(100, bytes(32)))
    assert catch_up(replace(state(*read((0, 60))), log=ended, rate=20.0)) == 2.0
