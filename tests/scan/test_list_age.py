"""Age of the log list: every answer names its edition, and an old list makes none complete."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from support.cli import ROOT, run
from support.scanning import Heard, look_up, no_sleep, people_log, request, with_index
from support.simulator import Simulator

from ctscan import app
from ctscan.clock import Clock
from ctscan.config import Config
from ctscan.model import Answer, Basis, LogListEdition, LogProtocol, Remark
from ctscan.scan.run import ScanClock, run_scan

JANE = "jane.roe@example.org"
DAY = timedelta(days=1)
BEGAN = datetime.now(UTC)


def scan_at(sim: Simulator, db: Path, after: timedelta, heard: Heard | None = None, **changes: object) -> int:
    """Scan with a clock that is so far ahead of the beginning; the log signs its head anew."""
    at = BEGAN + after
    for log in sim.logs.values():
        log.began = int((at - timedelta(minutes=1)).timestamp() * 1000)
    clock = ScanClock(now=lambda: at, sleep=no_sleep)
    asked = request(sim, db, **changes)
    return asyncio.run(run_scan(asked, (heard or Heard()).emit, asyncio.Event(), clock)).exit_code


def answer_at(db: Path, after: timedelta) -> Answer:
    return look_up(db, JANE, BEGAN + after)


def basis(db: Path) -> Basis:
    found = with_index(db, lambda index: index.basis())
    assert found is not None
    return found


def codes(answer: Answer) -> set[str]:
    return {remark.code for remark in answer.remarks}


def add(sim: Simulator) -> None:
    sim.add("people", people_log(size=300))


def test_scans_go_on_but_no_answer_is_complete_beyond_ten_weeks_of_one_list(tmp_path: Path) -> None:
    db, heard = tmp_path / "db", Heard()
    with Simulator() as sim:
        add(sim)
        assert scan_at(sim, db, timedelta(0)) == 0
        first = basis(db).edition
        assert first is not None and first.dated == datetime.fromisoformat(sim.list_timestamp)
        assert (first.version, first.read_at) == ("1.0", BEGAN)
        assert scan_at(sim, db, 69 * DAY, start=None) == 0
        assert answer_at(db, 69 * DAY).complete
        assert scan_at(sim, db, 71 * DAY, heard, start=None) == 0
        old = answer_at(db, 71 * DAY)
        assert not old.complete and Remark.LIST_OLD in codes(old)
        assert any("the log list is of" in notice for notice in heard.notices)
        assert (basis(db).revision, basis(db).edition) == (1, first)
        sim.list_timestamp = f"{BEGAN + 70 * DAY:%Y-%m-%dT%H:%M:%SZ}"  # a later edition with the same logs
        assert scan_at(sim, db, 71 * DAY, start=None) == 0
    found = answer_at(db, 71 * DAY)
    assert found.complete and found.basis is not None and found.basis.edition is not None
    assert (found.basis.revision, found.basis.edition.read_at) == (1, BEGAN + 71 * DAY)


def test_a_list_of_the_future_that_a_clock_ahead_read_is_not_young_for_years(tmp_path: Path) -> None:
    db = tmp_path / "db"
    with Simulator() as sim:
        log = sim.add("people", people_log(size=300))
        sim.list_timestamp = "2100-01-01T00:00:00Z"
        clock = ScanClock(now=lambda: BEGAN + 1500 * DAY, sleep=no_sleep)
        asyncio.run(run_scan(request(sim, db), Heard().emit, asyncio.Event(), clock))
        log.began += 3_600_000
        assert not answer_at(db, timedelta(hours=1)).complete
        assert scan_at(sim, db, timedelta(hours=1), start=None) == 0
        assert answer_at(db, timedelta(hours=1)).complete
        assert scan_at(sim, db, 71 * DAY, start=None) == 0
    assert Remark.LIST_OLD in codes(answer_at(db, 71 * DAY))


def test_a_basis_of_named_logs_does_not_wait_for_a_later_list(tmp_path: Path) -> None:
    db = tmp_path / "db"
    with Simulator() as sim:
        add(sim)
        sim.list_timestamp = "2020-01-01T00:00:00Z"
        assert scan_at(sim, db, timedelta(0), logs=("people",)) == 0
    assert answer_at(db, DAY / 2).complete
    assert basis(db).edition is not None


def test_a_directory_has_no_list(tmp_path: Path) -> None:
    log = "file://" + str(ROOT / "data/demo-log")
    assert run("scan", "--db", tmp_path / "db", "--log", log, "--everything", "--from", "start").exit_code == 0
    assert basis(tmp_path / "db").edition is None
    found = run("lookup", JANE, "--db", tmp_path / "db")
    assert found.exit_code == 0 and "log list" not in found.stdout


@pytest.mark.parametrize("date", ["", "soon", "2026-02-30T00:00:00Z", "2026-01-01", "9" * 40])
def test_a_list_of_ones_own_may_have_no_date_and_the_answer_says_so(date: str, tmp_path: Path) -> None:
    with Simulator() as sim:
        add(sim)
        sim.list_timestamp = date
        assert scan_at(sim, tmp_path / "db", timedelta(0)) == 0
    found = answer_at(tmp_path / "db", timedelta(0))
    assert found.complete and Remark.LIST_UNDATED in codes(found)
    assert "log list without a date" in run("lookup", JANE, "--db", tmp_path / "db").stdout


def test_answers_and_health_name_the_list(tmp_path: Path) -> None:
    db = tmp_path / "db"
    with Simulator() as sim:
        add(sim)
        sim.list_timestamp = "2020-01-01T00:00:00Z"
        assert scan_at(sim, db, timedelta(0)) == 0
    text = run("lookup", JANE, "--db", db)
    assert text.exit_code == 4
    assert "log list of 2020-01-01, version 1.0" in text.stdout
    assert "the log list is of 2020-01-01" in text.stdout
    shape = json.loads(run("lookup", JANE, "--db", db, "--format", "json").stdout)
    assert (shape["complete"], shape["basis"]["edition"]["dated"]) == (False, "2020-01-01T00:00:00Z")
    health = run("health", "--db", db)
    assert health.exit_code == 4
    assert "log list: the log list is of 2020-01-01" in health.stdout
    assert json.loads(run("health", "--db", db, "--format", "json").stdout)["list_age_codes"][0]["code"] == (
        "remark.list-old"
    )
    plugin = run("health", "--db", db, "--nagios")
    assert plugin.exit_code == 1
    assert plugin.stdout.startswith("CTSCAN WARNING - the log list is of 2020-01-01")
    assert "Log list of 2020-01-01T00:00:00Z, version 1.0" in run("basis", "show", "--db", db).stdout


def test_a_decision_keeps_the_edition(tmp_path: Path) -> None:
    db = tmp_path / "db"
    with Simulator() as sim:
        add(sim)
        sim.add("other", people_log("other", 300, leaf_index=False), LogProtocol.RFC6962)
        assert scan_at(sim, db, timedelta(0)) == 0
    before = basis(db).edition
    dropping = app.drop_from_basis(
        Config(db=str(db)), ["other"], who="a tester", reason="not ours", clock=Clock(now=lambda: BEGAN)
    )
    asyncio.run(dropping)
    assert (basis(db).revision, basis(db).edition) == (2, before)
    assert answer_at(db, timedelta(0)).complete


def test_an_index_of_an_older_version_knows_no_date_until_the_next_scan(tmp_path: Path) -> None:
    db = tmp_path / "db"
    with Simulator() as sim:
        add(sim)
        assert scan_at(sim, db, timedelta(0)) == 0
        _forget_edition(db)
        old = answer_at(db, timedelta(0))
        assert not old.complete and Remark.LIST_UNKNOWN in codes(old)
        assert scan_at(sim, db, timedelta(0), start=None) == 0
    assert answer_at(db, timedelta(0)).complete
    assert isinstance(basis(db).edition, LogListEdition)


def _forget_edition(db: Path) -> None:
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(db)) as connection, connection:
        connection.execute("DELETE FROM basis_list")
