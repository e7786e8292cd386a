"""Plan of a scan: where coverage begins, the spans left to read, and the notice before a long read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from ctscan.errors import UsageError
from ctscan.model import LogProtocol, RuleSet, VerifiedRange
from ctscan.personal.scope import Scope
from ctscan.scan.log.plan import check_start, check_start_index, parse_date, range_filter, warning_before
from ctscan.scan.request import LogOutcome, LogStatus, ScanResult

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["start", "now", None, "2026-01-31", "2026-01-31T12:00:00Z", "2026-01-31T12:00:00+05:30"]
)
def test_starts_that_any_number_of_logs_may_have(text: str | None) -> None:
    check_start(text, NOON)
    check_start_index(text, 40)


@pytest.mark.parametrize("text", ["yesterday", "2026-13-01", "-5", "1.5", "²", "", "start ", "2026-01-31T25:00:00Z"])
def test_other_starts_are_refused(text: str) -> None:
    with pytest.raises(UsageError, match="expected start, now, an index or a date"):
        check_start(text, NOON)


def test_an_index_belongs_to_one_log() -> None:
    check_start("12", NOON)
    check_start_index("12", 1)
    with pytest.raises(UsageError, match="name exactly one with --log, got 2"):
        check_start_index("12", 2)


def test_a_date_in_the_future_is_refused_with_the_time_of_this_machine() -> None:
    check_start("2026-03-01T13:00:00+01:00", NOON)
    for text in ("2026-03-02", "2026-03-01T13:00:00"):
        with pytest.raises(UsageError, match=r"lies in the future: on this machine it is 2026-03-01T12:00:00Z"):
            check_start(text, NOON)


def test_dates_are_utc_unless_they_say_otherwise() -> None:
    assert parse_date("2026-01-31") == datetime(2026, 1, 31, tzinfo=UTC)
    assert parse_date("2026-01-31T01:00:00") == datetime(2026, 1, 31, 1, tzinfo=UTC)
    assert parse_date("2026-01-31T01:00:00+01:00") == datetime(2026, 1, 31, tzinfo=UTC)
    assert parse_date("2026-01-31T01:00:00+01:00").utcoffset() == timedelta(hours=1)


def test_only_an_explicit_start_reads_again_what_was_read_with_less() -> None:
    ranges = (VerifiedRange(0, 50, "domain:example.org", "r"), VerifiedRange(50, 60, "everything", "r"))
    rules = RuleSet("r", ())
    judged = {
        is_explicit: [range_filter(is_explicit, Scope(everything=True), rules, {"r": rules})(r) for r in ranges]
        for is_explicit in (False, True)
    }
    assert judged == {False: [True, True], True: [False, True]}


def test_much_to_read_is_announced_with_entries_bytes_and_hours() -> None:
    assert warning_before("a", 10_000_000, LogProtocol.STATIC_CT, 10, 256) is None
    said = warning_before("a", 92_160_000, LogProtocol.STATIC_CT, 10.0, 256)
    assert said == "a: 92,160,000 entries to read, about 60 GB and 10 hours at this log's rate"
    slower = warning_before("a", 92_160_000, LogProtocol.RFC6962, 10.0, 256)
    assert slower is not None and "240 GB" in slower


@pytest.mark.parametrize(
    ("endings", "follow", "code"),
    [
        (["done", "done"], False, 0),
        (["done", "incomplete"], False, 1),
        (["stopped"], False, 1),
        (["stopped"], True, 0),
        (["shared"], False, 0),
        (["shared"], True, 0),
        (["gaps", "done", "shared"], False, 4),
        (["gaps", "stopped"], True, 4),
        (["gaps", "incomplete"], False, 1),
        (["incomplete"], True, 1),
        (["incomplete", "misbehaviour", "done"], False, 3),
        (["stopped", "misbehaviour"], True, 3),
    ],
)
def test_exit_codes_of_a_scan(endings: list[str], follow: bool, code: int) -> None:
    logs = tuple(LogOutcome(bytes(32), "log", LogStatus(ending)) for ending in endings)
    assert ScanResult(logs, follow).exit_code == code
