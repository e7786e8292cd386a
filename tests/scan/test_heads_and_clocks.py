"""Heads that are old or of the future, and clocks that are wrong: theirs, and that of this machine."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from support.exchange import Answer, Request
from support.scanning import Heard, look_up, no_sleep, people_log, ranges, request, scan, states, with_index
from support.simulator import Change, SimulatedLog, Simulator

from ctscan.answer.log_report import log_report
from ctscan.model import FailureKind, Freshness, LogCoverage, LogProtocol, Remark, Staleness
from ctscan.scan.run import ScanClock, ScanResult, run_scan

JANE = "jane.roe@example.org"
BOTH = [LogProtocol.STATIC_CT, LogProtocol.RFC6962]
HOUR, MINUTE, DAY = timedelta(hours=1), timedelta(minutes=1), timedelta(days=1)
YEARS = 3650 * DAY


def ms(time: datetime) -> int:
    return int(time.timestamp() * 1000)


def now() -> datetime:
    return datetime.now(UTC)


def scan_at(sim: Simulator, db: Path, ahead: timedelta, heard: Heard | None = None, **changes: object) -> ScanResult:
    """Scan with a clock that is so far ahead of the true time."""
    clock = ScanClock(now=lambda: now() + ahead, sleep=no_sleep)
    return asyncio.run(run_scan(request(sim, db, **changes), (heard or Heard()).emit, asyncio.Event(), clock))


def add(sim: Simulator, name: str, protocol: LogProtocol = LogProtocol.STATIC_CT, operator: str = "") -> SimulatedLog:
    builder = people_log(
        name, 300, leaf_index=protocol is LogProtocol.STATIC_CT, operator=operator or f"Operator of {name}"
    )
    return sim.add(name, builder, protocol)


def coverage(db: Path, at: datetime | None = None) -> LogCoverage:
    """Return the coverage of the only log, and hold that a stale log makes no answer complete."""
    found = look_up(db, JANE, at)
    (log,) = found.coverage
    assert found.complete is (log.freshness is not Freshness.STALE)
    return log


# --- old heads ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("protocol", BOTH)
def test_a_head_dated_1970_makes_the_log_stale_though_it_was_just_read(protocol: LogProtocol, tmp_path: Path) -> None:
    with Simulator() as sim:
        log = add(sim, "people", protocol)
        log.timestamp = 0
        assert scan(sim, tmp_path / "db").exit_code == 0
    found = coverage(tmp_path / "db")
    assert (found.stale_reason, found.head_time, found.gaps) == (Staleness.OLD_HEAD(), 0, ())
    assert log_report(states(tmp_path / "db")["people"], [], now(), DAY).health == "stale"


@pytest.mark.parametrize("protocol", BOTH)
def test_an_old_head_replayed_by_a_mirror_is_stale(protocol: LogProtocol, tmp_path: Path) -> None:
    """The mirror was cut off three days ago: its newest head verifies, and each check of it succeeds."""
    with Simulator() as sim:
        log = add(sim, "people", protocol)
        log.began = ms(now() - 3 * DAY)
        for _ in range(2):
            assert scan(sim, tmp_path / "db").exit_code == 0
        assert coverage(tmp_path / "db").stale_reason == Staleness.OLD_HEAD()
        log.began = ms(now() - MINUTE)
        assert scan(sim, tmp_path / "db", start=None).exit_code == 0
    assert coverage(tmp_path / "db").freshness is Freshness.FRESH


@pytest.mark.parametrize("protocol", BOTH)
def test_a_list_can_not_make_old_heads_fresh_by_a_huge_mmd(protocol: LogProtocol, tmp_path: Path) -> None:
    heard = Heard()
    with Simulator() as sim:
        log = add(sim, "people", protocol)
        log.mmd, log.began = YEARS // timedelta(seconds=1), ms(now() - 3 * DAY)
        scan(sim, tmp_path / "db", heard)
        assert coverage(tmp_path / "db").stale_reason == Staleness.OLD_HEAD()
        log.began = ms(now() - HOUR)
        scan(sim, tmp_path / "db", start=None)
    assert any("MMD beyond 86,400 seconds, not believed: people" in notice for notice in heard.notices)
    assert coverage(tmp_path / "db").freshness is Freshness.FRESH
    said = Remark.MMD_TOO_LONG(log="people", mmd=315_360_000, limit=86_400)
    assert said in look_up(tmp_path / "db", JANE).remarks


def test_smaller_heads_of_a_cache_are_no_good_check(tmp_path: Path) -> None:
    with Simulator() as sim:
        log = add(sim, "people")
        scan(sim, tmp_path / "db")
        log.publish(200)
        scan_at(sim, tmp_path / "db", 25 * HOUR, start=None)
    assert coverage(tmp_path / "db", now() + 24 * HOUR + 2 * MINUTE).stale_reason == Staleness.NOT_CHECKED()
    assert coverage(tmp_path / "db", now() + 23 * HOUR).freshness is Freshness.FRESH


def test_a_readonly_log_is_complete_only_at_the_final_head_of_its_list(tmp_path: Path) -> None:
    with Simulator() as sim:
        log = add(sim, "people")
        log.began = ms(now() - 400 * DAY)
        log.publish(200)
        scan(sim, tmp_path / "db")
        log.state, log.final_size = "readonly", 300
        sim.list_etag = "changed"
        log.fault("checkpoint|get-sth", Answer(404, b""))
        log.missing_tiles = {0, 1}
        scan(sim, tmp_path / "db", start=None)
        found = look_up(tmp_path / "db", JANE)
        assert not found.complete and found.coverage[0].stale_reason == Staleness.NOT_FINAL()
        log.missing_tiles = set()
        log.faults.clear()
        log.publish(300)
        assert scan(sim, tmp_path / "db", start=None).exit_code == 0
    assert coverage(tmp_path / "db", now() + 60 * DAY).freshness is Freshness.FINAL


def test_a_folder_is_frozen_as_of_its_head(tmp_path: Path) -> None:
    builder = people_log("archived", 300)
    builder.write_static_tree(tmp_path / "log")
    with Simulator() as sim:
        scan(sim, tmp_path / "db", logs=((tmp_path / "log").as_uri(),), log_lists=())
    found = coverage(tmp_path / "db", now() + YEARS)
    assert (found.freshness, found.head_time) == (Freshness.FROZEN, builder.head_time(300))


# --- heads of the future ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("protocol", BOTH)
def test_a_head_of_the_future_fails_and_is_neither_saved_nor_misbehaviour(
    protocol: LogProtocol, tmp_path: Path
) -> None:
    with Simulator() as sim:
        log = add(sim, "people", protocol)
        log.publish(200)
        scan(sim, tmp_path / "db")
        log.publish(250, timestamp=ms(now() + 2 * HOUR))
        heard = Heard()
        result = scan(sim, tmp_path / "db", heard, start=None)
        assert (result.exit_code, result.logs[0].status) == (1, "incomplete")
        assert re.search(r"is dated 1 h 5\d min after this machine's clock", result.logs[0].message)
        assert not any("this machine's clock is" in notice for notice in heard.notices)  # one operator may be wrong
        state = states(tmp_path / "db")["people"]
        assert (state.head and state.head.size, state.failure) == (200, FailureKind.FUTURE_HEAD)
        assert state.failing_since is not None and not state.misbehaviour
        log.publish(300)  # dated rightly, before the head that was refused
        assert scan(sim, tmp_path / "db", start=None).exit_code == 0
    state = states(tmp_path / "db")["people"]
    assert (state.failing_since, state.failure, state.misbehaviour) == (None, None, ())
    assert ranges(tmp_path / "db", "people") == [(0, 300, "everything")]


def test_a_head_of_the_next_minutes_is_believed(tmp_path: Path) -> None:
    with Simulator() as sim:
        add(sim, "people").timestamp = ms(now() + 4 * MINUTE)
        assert scan(sim, tmp_path / "db").exit_code == 0


def test_heads_of_two_operators_show_that_this_clock_is_behind(tmp_path: Path) -> None:
    heard = Heard()
    with Simulator() as sim:
        for name in ("one", "two", "three"):
            add(sim, name, operator="Alone" if name == "three" else "")
        result = scan_at(sim, tmp_path / "db", -2 * DAY, heard)
    told = [notice for notice in heard.notices if "clock" in notice]
    assert len(told) == 1
    wrong = r"this machine's clock is behind by 47 h 5\d min or more, as "
    assert re.match(wrong, told[0])
    assert result.exit_code == 1
    assert all(re.search(f"tree head of size 300 is dated .*; {wrong}", log.message) for log in result.logs)


def test_heads_of_one_operator_show_nothing_of_this_clock(tmp_path: Path) -> None:
    heard = Heard()
    with Simulator() as sim:
        for name in ("one", "two"):
            add(sim, name, operator="Alone")
        scan_at(sim, tmp_path / "db", -2 * DAY, heard)
    assert not any("this machine's clock is" in notice for notice in heard.notices)


def dated(ahead: timedelta, age: str = "") -> Change:
    """Answer with the Date of a server whose clock is so far ahead."""

    def change(_request: Request, honest: Answer) -> Answer:
        extra = {"Date": format_datetime(now() + ahead, usegmt=True)} | ({"Age": age} if age else {})
        return Answer(honest.status, honest.body, {**honest.headers, **extra})

    return change


def test_date_headers_of_two_servers_show_that_this_clock_is_ahead(tmp_path: Path) -> None:
    heard = Heard()
    with Simulator() as sim:
        for name in ("one", "two"):
            add(sim, name).fault("", dated(-3 * DAY))
        result = scan(sim, tmp_path / "db", heard)
    assert result.exit_code == 0  # the heads are fresh by this clock: a wrong Date is no failure
    (notice,) = [notice for notice in heard.notices if "clock" in notice]
    assert notice.startswith("this machine's clock is ahead by 3 days or more, as one and two show; set it right")
    assert all("this machine's clock is ahead" in log.message for log in result.logs)


@pytest.mark.parametrize("changes", [(dated(MINUTE), dated(-MINUTE)), (dated(-3 * DAY, age="259200"),) * 2])
def test_dates_that_agree_show_nothing(changes: tuple[Change, Change], tmp_path: Path) -> None:
    heard = Heard()
    with Simulator() as sim:
        for name, change in zip(("one", "two"), changes, strict=True):
            add(sim, name).fault("", change)
        scan(sim, tmp_path / "db", heard)
    assert not any("clock" in notice for notice in heard.notices)


# --- this clock ---------------------------------------------------------------------------------------------------


def test_a_clock_set_back_is_noticed_by_a_look_up(tmp_path: Path) -> None:
    with Simulator() as sim:
        add(sim, "people")
        scan(sim, tmp_path / "db")
    found = look_up(tmp_path / "db", JANE, now() - 6 * MINUTE - MINUTE)
    assert not found.complete and found.coverage[0].stale_reason == Staleness.CLOCK()
    assert [remark.code for remark in found.remarks if remark.code == Remark.CLOCK_SET_BACK] == [Remark.CLOCK_SET_BACK]
    assert look_up(tmp_path / "db", JANE, now() - 4 * MINUTE).complete


def test_a_clock_set_back_is_noticed_though_all_logs_are_frozen(tmp_path: Path) -> None:
    people_log("archived", 300).write_static_tree(tmp_path / "log")
    with Simulator() as sim:
        scan(sim, tmp_path / "db", logs=((tmp_path / "log").as_uri(),), log_lists=())
    assert not look_up(tmp_path / "db", JANE, now() - 6 * MINUTE).complete
    assert look_up(tmp_path / "db", JANE).complete


def test_a_clock_that_ran_ahead_heals_with_the_next_good_scan(tmp_path: Path) -> None:
    with Simulator() as sim:
        good, silent = add(sim, "good"), add(sim, "silent")
        fault = good.fault("checkpoint", Answer(403, b""))
        scan_at(sim, tmp_path / "db", YEARS)  # one fails ten years ahead, the other is read then
        wrong = look_up(tmp_path / "db", JANE)
        assert not wrong.complete and wrong.remarks[0].code == Remark.CLOCK_SET_BACK
        good.faults.remove(fault)
        fault = silent.fault("checkpoint", Answer(403, b""))
        assert scan(sim, tmp_path / "db").exit_code == 1
        found = look_up(tmp_path / "db", JANE)
        assert {log.log: log.stale_reason for log in found.coverage} == {
            "good": None,
            "silent": Staleness.NOT_CHECKED(),  # its check of then counts no more
        }
        assert not any(remark.code == Remark.CLOCK_SET_BACK for remark in found.remarks)
        assert states(tmp_path / "db")["good"].failing_since is None
        silent.faults.remove(fault)
        assert scan(sim, tmp_path / "db").exit_code == 0
    assert look_up(tmp_path / "db", JANE).complete


def test_an_old_head_heals_no_clock(tmp_path: Path) -> None:
    """A clock that is far behind, and a mirror that replays heads of that time, make nothing of today forgotten."""
    with Simulator() as sim:
        add(sim, "people")
        scan(sim, tmp_path / "db")
    with Simulator() as sim:
        other = add(sim, "other")
        other.began = ms(now() - 30 * DAY)
        scan(sim, tmp_path / "db")
    assert states(tmp_path / "db")["people"].last_success is not None


# --- heads seen ---------------------------------------------------------------------------------------------------


def test_heads_are_recorded_as_they_were_signed(tmp_path: Path) -> None:
    with Simulator() as sim:
        log = add(sim, "people")
        log.publish(200)
        scan(sim, tmp_path / "db")
        log.publish(300)
        scan(sim, tmp_path / "db", start=None)
        scan(sim, tmp_path / "db", start=None)
    seen = with_index(tmp_path / "db", lambda index: index.heads_seen(log.builder.id))
    assert [one.head.size for one in seen] == [300, 200]
    assert seen[0].head.raw == log.builder.checkpoint(300, timestamp=log.head_time(300))
    assert seen[1].first_seen == seen[1].last_seen <= seen[0].first_seen < seen[0].last_seen


# --- logs that leave the list -------------------------------------------------------------------------------------


def test_a_retired_log_is_frozen_and_a_log_no_longer_listed_grows_stale(tmp_path: Path) -> None:
    with Simulator() as sim:
        add(sim, "kept"), add(sim, "gone")
        retired = add(sim, "retired")
        scan(sim, tmp_path / "db")
        retired.state = "retired"
        del sim.logs["gone"]
        scan(sim, tmp_path / "db", start=None)
        assert look_up(tmp_path / "db", JANE).complete
        sim.logs["kept"].began = ms(now() + 3 * DAY)
        scan_at(sim, tmp_path / "db", 3 * DAY, start=None)
    found = look_up(tmp_path / "db", JANE, now() + 3 * DAY)
    assert {log.log: (log.freshness, log.stale_reason) for log in found.coverage} == {
        "kept": (Freshness.FRESH, None),
        "gone": (Freshness.STALE, Staleness.NOT_CHECKED()),
        "retired": (Freshness.FROZEN, None),
    }
    assert not found.complete
