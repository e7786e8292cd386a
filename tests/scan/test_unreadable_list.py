"""Log lists that change, or that nobody can read: scans, answers and `ctscan health` say so."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from support.cli import run
from support.scanning import Heard, look_up, people_log, request, scan, with_index
from support.simulator import SimulatedLog, Simulator, server_error

from ctscan.errors import SourceError, UsageError
from ctscan.model import LogChoice, Remark
from ctscan.scan.run import ScanClock, run_scan


def health(db: Path, code: int) -> dict[str, Any]:
    checked = run("health", "--db", db, "--format", "json")
    assert checked.exit_code == code, checked.output
    found: dict[str, Any] = json.loads(checked.stdout)
    assert found["exit_code"] == code
    return found


def test_a_list_that_can_not_be_fetched_is_failing_since_the_first_try(tmp_path: Path) -> None:
    with Simulator() as sim:
        sim.add("people", people_log(size=300))
        scan(sim, tmp_path / "db")
        assert health(tmp_path / "db", 0)["log_list"] is None
        sim.fault("log_list.json", server_error(404))
        for _ in range(2):
            with pytest.raises(SourceError):
                scan(sim, tmp_path / "db", give_up_after=0.1)
        found = health(tmp_path / "db", 1)["log_list"]
        assert found["since"] < found["at"] and "404" in found["error"]
        line = run("health", "--db", tmp_path / "db").stdout.splitlines()[0]
        assert line.startswith("log list: failing since 20") and "404" in line and "check the network" in line
        plug_in = run("health", "--nagios", "--db", tmp_path / "db")
        assert plug_in.exit_code == 2 and plug_in.stdout.count("\n") == plug_in.stdout.count("|") == 1
        assert plug_in.stdout.startswith("CTSCAN CRITICAL - the log list can't be read since 20")
        sim.faults.clear()
        scan(sim, tmp_path / "db")
    assert health(tmp_path / "db", 0)["log_list"] is None


def test_a_list_file_that_is_gone_is_failing_and_another_list_of_a_partial_read_is_not(tmp_path: Path) -> None:
    kept, given = tmp_path / "list.json", tmp_path / "other.json"
    with Simulator() as sim:
        sim.add("people", people_log(size=300))
        kept.write_bytes(sim.log_list())
        scan(sim, tmp_path / "db", log_lists=(str(kept),))
        keys = LogChoice((str(kept),))
        with pytest.raises(UsageError, match="can't be read"):
            scan(sim, tmp_path / "db", log_lists=(str(given),), keys=keys)
        assert health(tmp_path / "db", 0)["log_list"] is None
        kept.rename(given)
        with pytest.raises(UsageError, match="can't be read"):
            scan(sim, tmp_path / "db", log_lists=(str(kept),))
        assert "list.json: can't be read" in health(tmp_path / "db", 1)["log_list"]["error"]
        scan(sim, tmp_path / "db", log_lists=(str(given),))  # the key names the other file now
    assert health(tmp_path / "db", 0)["log_list"] is None


def test_a_scan_that_follows_notes_the_failure_and_its_end(tmp_path: Path) -> None:
    async def seen(is_failing: bool) -> None:
        for _ in range(500):
            shape = await asyncio.to_thread(run, "health", "--db", tmp_path / "db", "--format", "json")
            if shape.stdout and (json.loads(shape.stdout)["log_list"] is not None) is is_failing:
                return
            await asyncio.sleep(0.02)
        raise AssertionError("waited in vain")

    async def follow(sim: Simulator) -> None:
        stop, read = asyncio.Event(), asyncio.get_running_loop().create_future()
        heard = Heard(on_advance=lambda: read.done() or read.set_result(None))
        clock = ScanClock(sleep=lambda s: asyncio.sleep(min(s, 0.01)), poll=0.01, reload=0.02, partial_wait=0.0)
        task = asyncio.create_task(run_scan(request(sim, tmp_path / "db", follow=True), heard.emit, stop, clock))
        await read
        sim.fault("log_list.json", server_error(404))
        await seen(is_failing=True)
        sim.faults.clear()
        await seen(is_failing=False)
        stop.set()
        await task

    with Simulator() as sim:
        sim.add("people", people_log(size=300))
        asyncio.run(follow(sim))
    assert with_index(tmp_path / "db", lambda index: index.list_failure()) is None


def test_a_log_that_vanishes_from_the_list_while_a_scan_follows_is_named_in_answers(tmp_path: Path) -> None:
    kept = tmp_path / "list.json"

    def reasons() -> dict[str, str | None]:
        given = run("lookup", "nobody@example.org", "--db", tmp_path / "db", "--format", "json")
        return {log["log"]: log["reason_code"] for log in json.loads(given.stdout)["basis"]["logs"]}

    async def until(expected: dict[str, str | None]) -> None:
        for _ in range(500):
            if await asyncio.to_thread(reasons) == expected:
                return
            await asyncio.sleep(0.02)
        raise AssertionError("waited in vain")

    async def follow(sim: Simulator, jobs: int) -> None:
        stop, heard = asyncio.Event(), Heard()
        clock = ScanClock(sleep=lambda s: asyncio.sleep(min(s, 0.01)), poll=0.01, reload=0.02, partial_wait=0.0)
        asked = request(sim, tmp_path / "db", follow=True, log_lists=(str(kept),), jobs=jobs)
        task = asyncio.create_task(run_scan(asked, heard.emit, stop, clock))
        await until({"one": None, "two": None})
        vanished = sim.logs.pop("two")
        kept.write_bytes(sim.log_list())
        await until({"one": None, "two": "skip.no-longer-listed"})
        shown = await asyncio.to_thread(run, "lookup", "nobody@example.org", "--db", tmp_path / "db")
        assert "in the basis, but no longer read: two (no longer listed since" in " ".join(shown.stdout.split())
        sim.logs["two"] = vanished
        kept.write_bytes(sim.log_list())
        await until({"one": None, "two": None})
        stop.set()
        await task

    with Simulator() as sim:
        for name in ("one", "two"):
            sim.add(name, people_log(name, 300))
        kept.write_bytes(sim.log_list())
        scan(sim, tmp_path / "db", log_lists=(str(kept),))
        for jobs in (1, 2):
            asyncio.run(follow(sim, jobs))
    revisions = with_index(tmp_path / "db", lambda index: index.basis_history())
    assert [str(one.change) for one in revisions] == ["basis.list-changed"] * 4 + ["basis.first-scan"]


class WithBadMmd:
    """Entries of a simulated log whose MMD is a text."""

    def __init__(self, log: SimulatedLog) -> None:
        self._honest = log.list_entry

    def __call__(self) -> dict[str, object]:
        return {**self._honest(), "mmd": "86400"}


def test_an_entry_that_can_not_be_read_may_be_a_log_that_counts_and_no_answer_is_complete(tmp_path: Path) -> None:
    db = tmp_path / "db"
    with Simulator() as sim:
        sim.add("people", people_log(size=300))
        scan(sim, db)
        assert look_up(db, "jane.roe@example.org").complete
        new = sim.add("new", people_log("new", 310))
        new.list_entry = WithBadMmd(new)  # type: ignore[method-assign]
        scan(sim, db, start=None)
        found = look_up(db, "jane.roe@example.org")
        assert not found.complete
        (remark,) = (one for one in found.remarks if one.code == Remark.LIST_ENTRIES_UNREADABLE)
        assert dict(remark.params) == {"count": 1, "logs": "new"}
        assert health(db, 4)["list_age_codes"] == [{"code": remark.code, "params": {"count": 1, "logs": "new"}}]
        scan(sim, db, start=None, logs=("people",))
    assert look_up(db, "jane.roe@example.org").complete  # who names the logs takes none from the list
    assert health(db, 0)["list_age"] == []
