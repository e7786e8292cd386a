"""Limits of answers: each names the logs that it doesn't cover, or covers up to a moment in the past."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace
from test_pseudo_language import match

from ctscan.model import (
    Answer,
    AnswerHeader,
    Basis,
    BasisChange,
    BasisLog,
    BasisSource,
    FailureKind,
    Freshness,
    Gap,
    GapReason,
    Identifier,
    LogCoverage,
    Message,
    Remark,
    SkippedLog,
    SkipReason,
    Staleness,
    VerifiedRange,
)
from ctscan.views import tables
from ctscan.views.answers import coverage_row, verdict
from ctscan.views.console import Console
from ctscan.views.json import answer as shape
from ctscan.views.limits import doubts, limits
from ctscan.views.text import texts

AT = datetime(2026, 11, 30, 14, 3, 5, tzinfo=UTC)
HEAD = 1_764_540_000_123  # 2025-11-30T22:00:00.123Z
EN = texts("en")
JANE = Identifier("email", "jane@example.org", "jane@example.org")
HEADER = AnswerHeader("3f" * 16, AT, "1.0.0", "d728f1ef684b", "privacy", "access request", "2026-17")


def log(number: int, **changes: object) -> LogCoverage:
    whole = (VerifiedRange(0, 1000, "everything", "v1"),)
    made = LogCoverage(f"Log {number}", bytes([number]) * 32, 1000, whole, (), AT - timedelta(hours=1), head_time=HEAD)
    made = replace(made, **changes)  # type: ignore[arg-type]
    if made.freshness is Freshness.FRESH and made.as_of is not None and "head_time" not in changes:
        return replace(made, head_time=int(made.as_of.timestamp() * 1000))  # signed as it was checked
    return made


def skipped(number: int, reason: Message) -> SkippedLog:
    return SkippedLog(bytes([number]) * 32, f"Log {number}", "Example", reason)


def answer(
    *logs: LogCoverage, outside: tuple[SkippedLog, ...] = (), reasons: dict[int, Message] | None = None
) -> Answer:
    """Build an answer that found nothing; it is complete where all logs are whole."""
    unread = [one for one in outside if one.reason.code in (SkipReason.NEVER_READ, SkipReason.NO_HEAD)]
    members = [BasisLog(one.log_id, one.log, "Example") for one in logs]
    members += [BasisLog(one.id, one.name, one.operator) for one in unread]
    members = [replace(one, reason=(reasons or {}).get(one.id[0])) for one in members]
    basis = Basis(
        3,
        datetime(2026, 11, 2, 8, tzinfo=UTC),
        "operator",
        BasisChange.LIST_CHANGED(),
        "",
        BasisSource.DEFAULT,
        None,
        None,
        tuple(members),
        tuple(one for one in outside if one not in unread),
    )
    doubtful = any(one.gaps or one.is_stale or (one.failure and one.failure.is_doubt) for one in logs)
    remarks = (Remark.LIMITS_OF_RECOGNITION(),)
    is_complete = not unread and not doubtful
    return Answer(JANE, (), logs, outside, is_complete, remarks, basis=basis, header=HEADER, digest="ab" * 32)


SINCE = AT - timedelta(hours=4)
FAILING = log(2, failing_since=SINCE, failure=FailureKind.UNAVAILABLE)
FROZEN = log(1, freshness=Freshness.FROZEN)
MANY_OUTSIDE = tuple(skipped(100 + n, SkipReason.RETIRED_SINCE(since=f"2024-01-{n + 1:02}")) for n in range(12))
CASES = {
    "complete": answer(
        *map(log, range(1, 42)), outside=(*MANY_OUTSIDE, skipped(90, SkipReason.DROPPED(since="2026-11-02")))
    ),
    "forty not covered": answer(
        log(1), outside=tuple(skipped(n, SkipReason.NEVER_READ(detail="404 for get-sth")) for n in range(2, 42))
    ),
    "frozen": answer(FROZEN),
    "failing": answer(log(1), FAILING),
    "stale": answer(
        log(1, freshness=Freshness.STALE, stale_reason=Staleness.OLD_HEAD()),
        log(2, gaps=(Gap(0, 9, GapReason.NOT_READ),)),
    ),
}


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (
            CASES["complete"],
            "Nothing found, complete: every entry of 41 logs (basis revision 3 of 2026-11-02) was searched for this "
            "e-mail address, as of 2026-11-30T13:03:05Z.",
        ),
        (
            CASES["forty not covered"],
            "Nothing found, but the answer may be incomplete: 1 of 41 logs (basis revision 3 of 2026-11-02) was "
            "searched whole, as of 2026-11-30T13:03:05Z.",
        ),
        (
            CASES["stale"],
            "Nothing found, but the answer may be incomplete: 0 of 2 logs (basis revision 3 of 2026-11-02) were "
            "searched whole, as of 2025-11-30T22:00:00Z.",
        ),
        (
            CASES["frozen"],
            "Nothing found, complete: every entry of 1 log (basis revision 3 of 2026-11-02) was searched for this "
            "e-mail address, as of the head signed on 2025-11-30T22:00:00Z.",
        ),
        (
            answer(FROZEN, replace(FROZEN, log_id=b"x", head_time=HEAD - 10**8)),
            "Nothing found, complete: every entry of 2 logs (basis revision 3 of 2026-11-02) was searched for this "
            "e-mail address, as of heads signed from 2025-11-29T18:13:20Z to 2025-11-30T22:00:00Z.",
        ),
        (
            answer(FROZEN, log(2)),
            "Nothing found, complete: every entry of 2 logs (basis revision 3 of 2026-11-02) was searched for this "
            "e-mail address, as of 2026-11-30T13:03:05Z, 1 of them as of the head that it signed last.",
        ),
        (
            Answer(JANE, (), (), (), False, basis=None, header=HEADER),
            "Nothing found, but the answer may be incomplete: no log was searched, as of 2026-11-30T14:03:05Z.",
        ),
        (
            answer(outside=(skipped(1, SkipReason.NO_HEAD()),)),
            "Nothing found, but the answer may be incomplete: no log of the basis was searched, as of "
            "2026-11-30T14:03:05Z.",
        ),
        (
            replace(CASES["frozen"], matches=(match(1),)),
            "Found in 1 certificate; the answer is complete: every entry of 1 log (basis revision 3 of 2026-11-02) was "
            "searched for this e-mail address, as of the head signed on 2025-11-30T22:00:00Z.",
        ),
        (
            replace(CASES["stale"], matches=(match(1),)),
            "Found in 1 certificate; there may be more, the answer may be incomplete: 0 of 2 logs (basis revision 3 of "
            "2026-11-02) were searched whole, as of 2025-11-30T22:00:00Z.",
        ),
    ],
)
def test_the_verdict_says_of_which_logs_and_of_which_time_it_speaks(given: Answer, sentence: str) -> None:
    assert verdict(given, EN) == sentence


def test_logs_that_make_an_answer_incomplete_are_named() -> None:
    assert doubts(CASES["complete"], EN) == doubts(CASES["failing"], EN) == []
    assert doubts(CASES["forty not covered"], EN) == [
        "40 logs never read: Log 2, Log 3, Log 4 and 37 more ('ctscan logs' lists them)"
    ]
    few = answer(log(1), outside=(skipped(2, SkipReason.NEVER_READ(detail="404")), skipped(3, SkipReason.NO_HEAD())))
    assert doubts(few, EN) == ["Log 2: never read: 404", "Log 3: never read: no tree head yet"]
    assert doubts(CASES["stale"], EN)[1] == (
        "Log 1 is stale: its newest signed head is older than its MMD and stale_after allow (signed head of "
        "2025-11-30T22:00:00Z, last check 2026-11-30T13:03:05Z); the log, or a mirror of it, shows an old head, and a "
        "scan just now can't help"
    )
    many = answer(*(log(n, freshness=Freshness.STALE, stale_reason=Staleness.CLOCK()) for n in range(9)))
    assert doubts(many, EN) == [
        "9 logs are stale: this machine's clock is behind its newest head or check: Log 0, Log 1, Log 2 and 6 more "
        "('ctscan logs' lists them); set the clock"
    ]
    unchecked = answer(log(1, freshness=Freshness.STALE, stale_reason=Staleness.NOT_CHECKED()))
    assert doubts(unchecked, EN)[0].endswith("last check 2026-11-30T13:03:05Z); run 'ctscan scan'")
    doubtful = answer(log(1, failing_since=SINCE, failure=FailureKind.UNPROVEN))
    assert (len(limits(doubtful, EN)), doubts(doubtful, EN)) == (
        0,
        [
            "Log 1: failing since 2026-11-30T10:03:05Z (it contradicts itself, in a way that nobody else could "
            "verify); no answer is complete before it is read well again"
        ],
    )


def test_logs_that_a_complete_answer_does_not_cover_are_named() -> None:
    assert limits(CASES["complete"], EN) == [
        "outside the basis, not searched: 12 logs that are retired: Log 100, Log 101, Log 102 and 9 more "
        "('ctscan basis show' lists them)",
        "outside the basis: Log 90 (dropped from the basis on 2026-11-02): answers don't wait for it",
    ]
    read = tuple(skipped(n, SkipReason.READ_APART()) for n in range(2, 7))
    assert limits(answer(log(1), outside=read[:1]), EN) == [
        "outside the basis: Log 2 (read by --log, but not in the basis): answers don't wait for it"
    ]
    assert limits(answer(log(1), outside=read), EN) == [
        "outside the basis: 5 logs that a scan with --log read: Log 2, Log 3, Log 4 and 2 more ('ctscan basis show' "
        "lists them): answers don't wait for them"
    ]
    unknown = answer(log(1), outside=(skipped(2, Message("legacy", (("text", "as an older version said"),))),))
    assert limits(unknown, EN) == ["outside the basis, not searched: Log 2 (as an older version said)"]


def test_logs_of_the_past_are_named() -> None:
    assert limits(CASES["failing"], EN) == [
        "Log 2: failing since 2026-11-30T10:03:05Z (it can't be read), covered up to the head signed on "
        "2026-11-30T13:03:05Z"
    ]
    many = answer(*(replace(FAILING, log=f"Log {n}") for n in range(5)))
    assert limits(many, EN) == [
        "5 logs failing, the first since 2026-11-30T10:03:05Z: Log 0, Log 1, Log 2 and 2 more ('ctscan logs' lists "
        "them)"
    ]
    assert limits(CASES["frozen"], EN) == []  # the verdict says it
    retired = SkipReason.RETIRED_SINCE(since="2026-01-31")
    assert limits(answer(FROZEN, reasons={1: retired}), EN) == [
        "Log 1: retired since 2026-01-31, as of the head signed on 2025-11-30T22:00:00Z"
    ]
    assert limits(answer(FROZEN, log(2)), EN) == ["Log 1: as of the head signed on 2025-11-30T22:00:00Z"]
    frozen = answer(*(log(n, freshness=Freshness.FROZEN, head_time=HEAD + n * 10**6) for n in range(4)))
    assert limits(frozen, EN) == [
        "4 logs as of heads signed from 2025-11-30T22:00:00Z to 2025-11-30T22:50:00Z: Log 0, Log 1, Log 2 and 1 more "
        "('ctscan basis show' lists them)"
    ]
    unlisted = SkipReason.NO_LONGER_LISTED(since="2026-11-01")
    assert limits(answer(log(1), log(2), reasons={2: unlisted}), EN) == [
        "in the basis, but no longer read: Log 2 (no longer listed since 2026-11-01)"
    ]
    five = answer(*map(log, range(5)), reasons=dict.fromkeys(range(5), unlisted))
    assert limits(five, EN) == [
        "in the basis, but no longer read: 5 logs that are no longer listed: Log 0, Log 1, Log 2 and 2 more "
        "('ctscan basis show' lists them)"
    ]


def test_json_lists_all_of_them() -> None:
    found = shape(CASES["complete"])
    assert [one["log"] for one in found["not_covered"]] == [*(f"Log {100 + n}" for n in range(12)), "Log 90"]
    assert found["not_covered"][3]["reason_params"] == {"since": "2024-01-04"}
    found = shape(CASES["forty not covered"])
    assert [one["in_basis"] for one in found["not_covered"]] == [True] * 40
    (_, failing) = shape(CASES["failing"])["coverage"]
    assert (failing["failing_since"], failing["failure"]) == ("2026-11-30T10:03:05Z", "unavailable")
    (frozen,) = shape(CASES["frozen"])["coverage"]
    assert (frozen["freshness"], frozen["head_time"]) == ("frozen", "2025-11-30T22:00:00.123Z")


@pytest.mark.parametrize(
    ("given", "last"),
    [
        (FAILING, "2026-11-30T13:03:05Z (failing)"),
        (
            log(1, freshness=Freshness.STALE, stale_reason=Staleness.NOT_CHECKED(), failing_since=SINCE),
            "2026-11-30T13:03:05Z, stale: not checked within stale_after",
        ),
        (FROZEN, "as of the head signed on 2025-11-30T22:00:00Z"),
    ],
)
def test_the_table_of_coverage_marks_logs(given: LogCoverage, last: str) -> None:
    assert coverage_row(given, EN)[-1] == last


def printed(given: Answer, width: int, above: Answer | None = None) -> str:
    out = io.StringIO()
    tables.answer(Console(file=out, width=width), given, EN, above=above)
    return out.getvalue()


@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize("case", CASES)
def test_an_answer_is_readable_at_every_width(case: str, width: int) -> None:
    lines = [line.rstrip() for line in printed(CASES[case], width).splitlines()]
    assert max(map(len, lines)) <= width
    assert lines[0] == "jane@example.org"
    assert lines[1].startswith("Nothing found, ")
    words = " ".join(" ".join(lines).split())
    assert "answer " + "3f" * 16 + ", 2026-11-30T14:03:05Z, ctscan 1.0.0, rules d728f1ef684b asked by privacy" in words
    assert "purpose: access request, case 2026-17 SHA-256 abab" in words
    assert words.index("docs/lookups.md#what-is-not-found") < words.index("Last check")


def test_limits_and_coverage_are_shown_once_for_answers_that_share_them() -> None:
    first = CASES["complete"]
    second = replace(first, identifier=replace(JANE, value="zoe@example.org"))
    shown = printed(second, 120, above=first)
    assert "logs in the past, and logs not covered: as above" in shown
    assert "Last check" not in shown and "12 logs" not in shown
    assert "SHA-256 abab" in shown
    other = printed(second, 120, above=CASES["failing"])
    assert "Last check" in other and "12 logs" in other and "as above" not in other


def test_an_answer_speaks_of_the_oldest_check_or_head_of_logs_that_grow() -> None:
    """An entry that a log published after its check is not in the answer."""
    early, late = log(1, as_of=AT - timedelta(hours=5)), log(2, as_of=AT - timedelta(hours=1))
    assert answer(late, early).as_of == AT - timedelta(hours=5)
    behind = log(3, as_of=AT, head_time=int((AT - timedelta(hours=30)).timestamp() * 1000))
    assert answer(late, behind).as_of == AT - timedelta(hours=30)  # a check just now saw the head of yesterday
    assert "as of 2026-11-30T09:03:05Z" in verdict(answer(late, early), EN)
    assert answer(late, replace(early, freshness=Freshness.FROZEN)).as_of == AT - timedelta(hours=1)
    assert answer(replace(late, freshness=Freshness.FINAL)).as_of is None


def test_a_log_of_the_basis_that_was_never_read_and_is_retired_now_is_a_doubt_and_not_outside() -> None:
    retired = SkipReason.RETIRED_SINCE(since="2026-11-29")
    given = answer(log(1), outside=(skipped(2, SkipReason.NO_HEAD()),), reasons={2: retired})
    given = replace(given, not_covered=(skipped(2, retired),))
    assert not given.complete
    assert doubts(given, EN) == ["Log 2: retired since 2026-11-29"]
    assert limits(given, EN) == ["in the basis, but no longer read: Log 2 (retired since 2026-11-29)"]
