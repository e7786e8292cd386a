"""Health of a log: the worst that is known decides, with the exit code of the table in the README."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace
from support.kept import LOG, a_gap, a_head, pending, verified

from ctscan.answer.log_health import STALLED, exit_code, log_health, never_read
from ctscan.ct.freshness import Retirement
from ctscan.model import BasisLog, FailureKind, Holder, LogState, SkipReason
from ctscan.model.health import Condition, LogHealth
from ctscan.views.text import ENGLISH, texts

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
DAY = timedelta(days=1)
HOLDER = Holder(
    LOG.id, 65_536, 131_072, 4711, "machine", "operator", NOW - timedelta(hours=2), NOW - timedelta(hours=1)
)
WELL = LogState(
    LOG, a_head(300, int(NOW.timestamp() * 1000)), (verified(0, 300),), (), (), NOW - timedelta(hours=1), None, ()
)


MEMBER = BasisLog(LOG.id, LOG.name, LOG.operator)


def judged(*stalled: Holder, member: BasisLog = MEMBER, **changes: Any) -> LogHealth:
    is_retired = member.reason is not None and member.reason.code == SkipReason.RETIRED
    retirement = Retirement(NOW, "") if is_retired else None
    return log_health(member, replace(WELL, **changes), stalled, NOW, DAY, retirement=retirement)


@pytest.mark.parametrize(
    ("changes", "condition", "code"),
    [
        ({}, Condition.OK, 0),
        ({"gaps": (a_gap(0, 9),)}, Condition.GAPS, 4),
        ({"last_success": NOW - 2 * DAY}, Condition.STALE, 4),
        ({"head": a_head(300, 0)}, Condition.STALE, 4),
        ({"last_success": None, "head": a_head(999, int(NOW.timestamp() * 1000))}, Condition.STALE, 4),
        ({"verified": (verified(0, 200),)}, Condition.OK, 0),  # came since the last check: the next pass reads them
        ({"verified": (verified(0, 200),), "rate": 1.0, "growth": 2.0}, Condition.FALLING_BEHIND, 4),
        ({"head": None, "verified": ()}, Condition.NEVER_READ, 1),
        ({"last_error": "no connection", "failing_since": NOW - DAY}, Condition.FAILING, 1),
        ({"misbehaviour": ("two roots",), "last_error": "no connection"}, Condition.MISBEHAVING, 3),
    ],
)
def test_the_worst_that_is_known_decides(changes: dict[str, Any], condition: Condition, code: int) -> None:
    found = judged(**changes)
    assert (found.condition, exit_code([found])) == (condition, code)
    assert found.details


def test_a_frozen_log_that_was_never_read_to_its_head_is_behind() -> None:
    frozen = replace(LOG, monitoring_url="file:///srv/log/")
    for changes in ({"verified": (verified(0, 200),)}, {"verified": (verified(0, 0),), "pending": (pending(0, 9),)}):
        found = judged(log=frozen, last_success=None, **changes)
        assert (found.condition, exit_code([found])) == (Condition.BEHIND, 4)


def test_a_holder_without_progress_is_named_with_process_machine_and_times() -> None:
    found = judged(HOLDER)
    assert (found.condition, found.since, exit_code([found])) == (Condition.HELD, HOLDER.progressed_at, 4)
    (said,) = [texts(ENGLISH)(detail) for detail in found.details]
    assert "entries 65,536 to 131,072 are held since 2026-11-30T10:00:00Z by process 4711 on machine" in said
    assert "nothing since 2026-11-30T11:00:00Z" in said
    failing = judged(HOLDER, last_error="no connection")
    assert (failing.condition, len(failing.details)) == (Condition.FAILING, 2)
    assert timedelta(minutes=10) < STALLED  # a log may ask for a pause of ten minutes


def test_codes_of_several_logs_follow_the_precedence() -> None:
    stale, failing = judged(last_success=NOW - 2 * DAY), judged(last_error="no connection")
    lying, unknown = judged(misbehaviour=("two roots",)), never_read(MEMBER)
    assert exit_code([judged(), stale]) == 4
    assert exit_code([stale, failing]) == exit_code([stale, unknown]) == 1
    assert exit_code([stale, failing, lying]) == 3
    assert exit_code([]) == 1  # nothing was read


def test_a_log_that_scans_read_no_longer_is_not_failing_but_behind_where_entries_are_left() -> None:
    retired = replace(MEMBER, reason=SkipReason.RETIRED())
    unlisted = replace(MEMBER, reason=SkipReason.NO_LONGER_LISTED(since="2026-11-01"))
    old: dict[str, Any] = {"last_success": NOW - 9 * DAY, "last_error": "no connection"}
    assert judged(member=retired, **old).condition is Condition.OK
    assert judged(member=unlisted, **old).condition is Condition.STALE
    assert judged(member=retired, **old, verified=(verified(0, 200),)).condition is Condition.BEHIND
    assert judged(member=retired, **old, failure=FailureKind.UNPROVEN).condition is Condition.FAILING
    assert judged(member=retired).details[-1] == never_read(retired).details[-1] == SkipReason.RETIRED()


def test_a_stale_log_names_its_last_good_check_not_as_the_beginning() -> None:
    unchecked = judged(last_success=NOW - 2 * DAY)
    said = [texts(ENGLISH)(detail) for detail in unchecked.details]
    assert (unchecked.since, said) == (
        None,
        ["not checked within stale_after", "last good check 2026-11-28T12:00:00Z"],
    )
    old = judged(head=a_head(300, 0))  # a check just now found no newer head
    assert old.details[0].code == "stale.old-head"
    assert judged(head=a_head(300, 0), last_success=NOW - 2 * DAY).details[0].code == "stale.not-checked"


def test_a_log_that_was_read_from_now_on_is_well_and_says_what_is_not_read() -> None:
    found = judged(verified=(verified(200, 300),))
    assert (found.condition, exit_code([found])) == (Condition.OK, 0)
    assert [texts(ENGLISH)(detail) for detail in found.details] == [
        "read from entry 200 on; 200 earlier entries not read"
    ]
