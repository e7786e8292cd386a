"""JSON shapes and words that a scan of a healthy log lacks: misbehaviour, gaps, doubts, odd times."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from math import inf

import pytest
from msgspec.structs import replace

from ctscan.answer.log_report import log_report
from ctscan.model import (
    Answer,
    FinalHead,
    Freshness,
    Gap,
    GapDetail,
    GapReason,
    Identifier,
    Log,
    LogCoverage,
    LogProtocol,
    LogState,
    MisbehaviourEvidence,
    MisbehaviourKind,
    PendingRange,
    RecordedMisbehaviour,
    Staleness,
    TreeHead,
    VerifiedRange,
)
from ctscan.views import answers, words
from ctscan.views import json as shapes
from ctscan.views.limits import doubts
from ctscan.views.text import texts

NOW = datetime(2026, 2, 1, 12, tzinfo=UTC)
DAY = timedelta(hours=24)
LOG = Log(b"\x01" * 32, b"key", "Example log", "Example Operator", LogProtocol.RFC6962, url="https://log.example.org/")
HEAD = TreeHead(LOG.id, 1000, b"r" * 32, 1_769_947_200_123, b"s", b"raw")
READONLY = replace(LOG, final_head=FinalHead(1000, HEAD.root))
STATE = LogState(LOG, HEAD, (VerifiedRange(0, 1000, "everything", "v1"),), (), (), NOW, None, ())
WHOLE = LogCoverage("Example log", LOG.id, 1000, (VerifiedRange(0, 1000, "everything", "v1"),), (), NOW)
JANE = Identifier("email", "jane@example.org", "jane@example.org")


def gap(start: int, end: int, reason: GapReason = GapReason.NOT_READ) -> LogCoverage:
    verified = tuple(VerifiedRange(a, b, "everything", "v1") for a, b in ((0, start), (end, 1000)) if a < b)
    return replace(WHOLE, verified=verified, gaps=(Gap(start, end, reason),))


@pytest.mark.parametrize(
    ("at", "text"),
    [
        (datetime(2026, 1, 31, 8, 15, tzinfo=UTC), "2026-01-31T08:15:00Z"),
        (datetime(2026, 1, 31, 8, 15, 0, 123456, tzinfo=UTC), "2026-01-31T08:15:00.123Z"),
        (datetime(2026, 1, 31, 8, 15, tzinfo=timezone(timedelta(hours=2))), "2026-01-31T06:15:00Z"),
        (None, None),
    ],
)
def test_times(at: datetime | None, text: str | None) -> None:
    assert shapes.time_text(at) == text


@pytest.mark.parametrize(
    ("milliseconds", "text"),
    [(0, "1970-01-01T00:00:00Z"), (1_769_947_200_123, "2026-02-01T12:00:00.123Z"), (2**64 - 1, None)],
)
def test_timestamps_of_logs(milliseconds: int, text: str | None) -> None:
    assert shapes.timestamp_text(milliseconds) == text


RECORDED = RecordedMisbehaviour(
    7, LOG.id, NOW, "two roots", MisbehaviourEvidence(MisbehaviourKind.TWO_ROOTS, (b"one", b"two"))
)


def test_shape_of_a_log_with_evidence_holes_and_backlog() -> None:
    state = replace(
        STATE,
        verified=(VerifiedRange(256, 512, "everything", "v1"),),
        pending=(PendingRange(512, "everything", "v1", (), b"h" * 32 * 10),),
        gaps=(Gap(600, 700, GapReason.PRUNED, GapDetail.UNAVAILABLE(detail="410"), 3),),
        last_error="time-out",
        misbehaviour=("two roots",),
        rate=1234.5678,
    )
    shape = shapes.log(log_report(state, [RECORDED], NOW, DAY))
    assert (shape["verified_size"], shape["position"], shape["backlog"], shape["rate"]) == (256, 522, 378, 1234.6)
    assert [(h["start"], h["end"], h["reason"], h["tries"]) for h in shape["holes"]] == [
        (0, 256, "not read", 0),
        (512, 600, "not read", 0),
        (600, 700, "pruned", 3),
        (700, 1000, "not read", 0),
    ]
    assert shape["evidence"] == [
        {
            "number": 7,
            "at": "2026-02-01T12:00:00Z",
            "kind": "two roots",
            "reason": "two roots",
            "tree_heads": ["b25l", "dHdv"],
            "hashes": [],
            "dismissed": None,
        }
    ]
    assert shape["last_error"] == "time-out"


@pytest.mark.parametrize(
    ("growth", "shown", "seconds", "how"),
    [
        (0.12345, 0.123, 20.5, "behind"),
        (5.0, 5.0, None, "falling behind"),
        (7.0, 7.0, None, "falling behind"),
        (None, None, None, "behind"),
    ],
)
def test_growth_and_the_time_to_catch_up(
    growth: float | None, shown: float | None, seconds: float | None, how: str
) -> None:
    state = replace(STATE, verified=(VerifiedRange(0, 900, "everything", "v1"),), rate=5.0, growth=growth)
    assert log_report(state, [], NOW, DAY).health == how
    shape = shapes.log(log_report(state, [], NOW, DAY))
    assert (shape["growth"], shape["catch_up_seconds"]) == (shown, seconds)
    at_the_head = replace(state, verified=STATE.verified)
    shape = shapes.log(log_report(at_the_head, [], NOW, DAY))
    assert (shape["health"], shape["catch_up_seconds"]) == ("ok", None)


@pytest.mark.parametrize(
    ("rate", "text"), [(None, "-"), (0.0, "0/s"), (0.023, "0.023/s"), (8.16, "8.2/s"), (51_200.4, "51,200/s")]
)
def test_rates_in_words(rate: float | None, text: str) -> None:
    assert words.per_second(rate) == text


@pytest.mark.parametrize(("seconds", "text"), [(None, "-"), (inf, "never at this rate"), (7200.0, "2 h 0 min")])
def test_the_time_to_catch_up_in_words(seconds: float | None, text: str) -> None:
    assert words.until_head(seconds, texts("en")) == text


def test_an_empty_range_holds_a_position_and_is_not_shown() -> None:
    state = replace(STATE, verified=(VerifiedRange(1000, 1000, "everything", "v1"),))
    shape = shapes.log(log_report(state, [], NOW, DAY))
    assert (shape["verified"], shape["position"], shape["verified_size"]) == ([], 1000, 0)


def test_shape_of_a_log_never_read() -> None:
    shape = shapes.log(log_report(replace(STATE, head=None, verified=(), last_success=None), [], NOW, DAY))
    assert (shape["head_size"], shape["head_time"], shape["last_success"], shape["holes"]) == (0, None, None, [])


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (STATE, "ok"),
        (replace(STATE, misbehaviour=("x",), last_error="y"), "misbehaving"),
        (replace(STATE, last_error="y", head=None), "failing"),
        (replace(STATE, head=None, verified=()), "never read"),
        (replace(STATE, last_success=NOW - timedelta(days=2)), "stale"),
        (
            replace(
                STATE, last_success=NOW - timedelta(days=2), log=replace(LOG, final_head=FinalHead(1000, b"r" * 32))
            ),
            "ok",
        ),
        (replace(STATE, verified=(VerifiedRange(0, 999, "everything", "v1"),)), "behind"),
        (replace(STATE, gaps=(Gap(1, 2, GapReason.QUARANTINED),)), "gaps"),
    ],
)
def test_health(state: LogState, expected: str) -> None:
    assert log_report(state, [], NOW, DAY).health == expected


def test_doubts_name_what_was_not_searched_and_what_to_do() -> None:
    given = Answer(JANE, (), (gap(0, 900), gap(500, 501, GapReason.PRUNED)), (), False)
    (about_gaps,) = doubts(given, texts("en"))
    assert about_gaps.startswith("901 entries of Example log and Example log not searched: 900 not read, 1 pruned (")
    assert "ctscan backfill" in about_gaps


@pytest.mark.parametrize(
    ("log", "row"),
    [
        (WHOLE, ("Example log", "all 1,000", "none", "2026-02-01T12:00:00Z")),
        (gap(0, 900), ("Example log", "100 of 1,000, from entry 900 on", "0 to 900 not read", "2026-02-01T12:00:00Z")),
        (
            replace(gap(900, 1000), as_of=None, freshness=Freshness.STALE, stale_reason=Staleness.OLD_HEAD()),
            (
                "Example log",
                "900 of 1,000",
                "900 to 1,000 not read",
                "never, stale: its newest signed head is older than its MMD and stale_after allow",
            ),
        ),
        (
            replace(WHOLE, freshness=Freshness.FROZEN, head_time=HEAD.timestamp),
            ("Example log", "all 1,000", "none", "as of the head signed on 2026-02-01T12:00:00Z"),
        ),
        (
            replace(WHOLE, gaps=tuple(Gap(n, n + 1, GapReason.REFUSED) for n in range(5)), verified=()),
            ("Example log", "0 of 1,000", "5 gaps: 5 refused", "2026-02-01T12:00:00Z"),
        ),
    ],
)
def test_rows_of_coverage(log: LogCoverage, row: tuple[str, ...]) -> None:
    assert answers.coverage_row(log, texts("en")) == row
