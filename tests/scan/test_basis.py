"""The basis: an answer speaks of the recorded logs, whichever part of them a later scan reads."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from support.scanning import Heard, look_up, no_sleep, people_log, ranges, request, scan, states, with_index
from support.simulator import Simulator, server_error

from ctscan.errors import InputError, UsageError
from ctscan.index.open import open_index
from ctscan.model import Answer, Basis, LogChoice
from ctscan.scan.basis_decision import drop_logs, set_basis
from ctscan.scan.network import open_network
from ctscan.scan.revision import Act
from ctscan.scan.run import ScanClock, run_scan
from ctscan.views.text import ENGLISH, text

NOBODY = "nobody@example.org"


def history(db: Path) -> list[Basis]:
    return with_index(db, lambda index: index.basis_history())


def basis(db: Path) -> Basis:
    return history(db)[0]


def members(db: Path) -> dict[str, str]:
    """Map the members of the basis to `read`, or to the reason why scans don't read them."""
    return {log.name: text(log.reason, ENGLISH) if log.reason else "read" for log in basis(db).logs}


def not_covered(answer: Answer) -> dict[str, str]:
    return {log.name: text(log.reason, ENGLISH) for log in answer.not_covered}


def part(sim: Simulator, db: Path, *logs: str, heard: Heard | None = None, **changes: object) -> int:
    """Scan with --log beside a configuration that names the whole list; return the exit code."""
    return scan(sim, db, heard, logs=logs, keys=LogChoice((sim.list_url,)), **changes).exit_code


def two_logs(sim: Simulator, size: int = 300) -> None:
    for name in ("one", "two"):
        sim.add(name, people_log(name, size))


# --- the first scan -------------------------------------------------------------------------------------------------


def test_the_first_scan_records_the_keys_and_says_so(tmp_path: Path) -> None:
    heard = Heard()
    with Simulator() as sim:
        two_logs(sim)
        scan(sim, tmp_path / "db", heard, who="jane")
        url = sim.list_url
    assert heard.notices == ["basis: 2 logs of the configuration (revision 1)"]
    found = basis(tmp_path / "db")
    assert (found.revision, found.who, found.source, found.keys) == (1, "jane", "configuration", LogChoice((url,)))
    assert look_up(tmp_path / "db", NOBODY).basis == found


def test_without_keys_the_first_scan_records_its_command_line(tmp_path: Path) -> None:
    heard = Heard()
    with Simulator() as sim:
        two_logs(sim)
        scan(sim, tmp_path / "db", heard, logs=("two",), keys=None)
        assert basis(tmp_path / "db").choice == LogChoice((sim.list_url,), ("two",))
    assert heard.notices == ["basis: 1 log of the command line (revision 1)"]
    answer = look_up(tmp_path / "db", NOBODY)
    assert answer.complete and not_covered(answer) == {"one": "not selected with --log"}


def test_a_basis_of_several_lists_has_the_logs_of_all_of_them(tmp_path: Path) -> None:
    other = tmp_path / "list.json"
    with Simulator() as sim:
        two_logs(sim)
        other.write_bytes(sim.log_list())
        with Simulator() as more:
            more.add("three", people_log("three", size=300))
            lists = (more.list_url, str(other))
            assert scan(more, tmp_path / "db", log_lists=lists, keys=LogChoice(lists)).exit_code == 0
            assert basis(tmp_path / "db").choice == LogChoice(lists)
            assert sorted(log.name for log in basis(tmp_path / "db").logs) == ["one", "three", "two"]
            other.write_bytes(sim.log_list().replace(b'"two"', b'"zwei"'))
            assert scan(more, tmp_path / "db", log_lists=lists, keys=LogChoice(lists)).exit_code == 0
            assert look_up(tmp_path / "db", NOBODY).complete


def test_a_first_scan_with_keys_and_options_records_the_keys_and_reads_the_options(tmp_path: Path) -> None:
    with Simulator() as sim:
        two_logs(sim)
        assert part(sim, tmp_path / "db", "two") == 0
        assert sim.log("one").requests == []
    assert members(tmp_path / "db") == {"one": "read", "two": "read"}
    answer = look_up(tmp_path / "db", NOBODY)
    assert not answer.complete and list(not_covered(answer)) == ["one"]
    assert states(tmp_path / "db")["one"].log.url or states(tmp_path / "db")["one"].log.monitoring_url


def test_a_first_backfill_records_the_basis(tmp_path: Path) -> None:
    with Simulator() as sim:
        two_logs(sim)
        assert scan(sim, tmp_path / "db", past=True, start=None).exit_code == 0
    assert members(tmp_path / "db") == {"one": "read", "two": "read"}


def test_a_log_that_fails_in_the_first_scan_is_in_the_basis_all_the_same(tmp_path: Path) -> None:
    with Simulator() as sim:
        two_logs(sim)
        sim.log("one").fault("", server_error(404))
        assert scan(sim, tmp_path / "db").exit_code == 1
    answer = look_up(tmp_path / "db", NOBODY)
    assert not answer.complete and "404" in not_covered(answer)["one"]


# --- partial reads --------------------------------------------------------------------------------------------------


def test_reading_the_other_log_makes_no_answer_complete_while_one_is_down(tmp_path: Path) -> None:
    """The first of the two examples that the basis is there for."""
    heard = Heard()
    with Simulator() as sim:
        two_logs(sim)
        sim.log("one").fault("", server_error(404))
        scan(sim, tmp_path / "db")
        before = look_up(tmp_path / "db", NOBODY)
        assert part(sim, tmp_path / "db", "two", heard=heard) == 0
    after = look_up(tmp_path / "db", NOBODY)
    assert not before.complete and not after.complete
    assert not_covered(before).keys() == not_covered(after).keys() == {"one"}
    assert heard.notices == ["partial read: the basis stays (revision 1, 2 logs)"]
    assert len(history(tmp_path / "db")) == 1


def test_scanning_a_directory_leaves_the_answers_to_the_logs_of_the_basis(tmp_path: Path) -> None:
    """The second example: `scan --log file://…/demo-log`."""
    people_log("demo", 300).write_static_tree(tmp_path / "demo")
    with Simulator() as sim:
        two_logs(sim)
        scan(sim, tmp_path / "db")
        assert part(sim, tmp_path / "db", (tmp_path / "demo").as_uri()) == 0
    answer = look_up(tmp_path / "db", "jane.roe@example.org")
    assert [log.log for log in answer.coverage] == ["one", "two"]
    assert "demo" in {seen.log for match in answer.matches for seen in match.sightings}


def test_a_partial_read_of_another_list_changes_nothing(tmp_path: Path) -> None:
    with Simulator() as sim, Simulator() as other:
        two_logs(sim)
        other.add("three", people_log("three", 300))
        scan(sim, tmp_path / "db")
        scan(sim, tmp_path / "db", log_lists=(other.list_url,), keys=LogChoice((sim.list_url,)))
    assert list(members(tmp_path / "db")) == ["one", "two"]
    assert ranges(tmp_path / "db", "three") == [(0, 300, "everything")]


def test_a_scan_without_keys_and_options_reads_the_recorded_choice(tmp_path: Path) -> None:
    with Simulator() as sim:
        two_logs(sim)
        scan(sim, tmp_path / "db", logs=("one",), keys=None)
        heard = Heard()
        outcome = scan(sim, tmp_path / "db", heard, log_lists=(), keys=None)
        assert [log.name for log in outcome.logs] == ["one"] and heard.notices == []
    assert len(history(tmp_path / "db")) == 1


def test_look_ups_use_the_recorded_basis_of_another_process(tmp_path: Path) -> None:
    with Simulator() as sim:
        two_logs(sim)
        scan(sim, tmp_path / "db", logs=("one",))
    assert [log.log for log in look_up(tmp_path / "db", NOBODY).coverage] == ["one"]


# --- edits and editions ---------------------------------------------------------------------------------------------


def test_an_edit_of_the_keys_is_a_revision_and_the_log_that_it_leaves_out_stays(tmp_path: Path) -> None:
    heard = Heard()
    with Simulator() as sim:
        two_logs(sim)
        scan(sim, tmp_path / "db")
        scan(sim, tmp_path / "db", heard, logs=("two",), who="john")
    assert heard.notices == [
        "basis: 2 logs of the configuration (revision 2: the keys logs and log_list changed: no longer read one)"
    ]
    assert members(tmp_path / "db")["two"] == "read"
    assert members(tmp_path / "db")["one"].startswith("no longer chosen since ")
    assert [found.who for found in history(tmp_path / "db")] == ["john", ""]
    assert not look_up(tmp_path / "db", NOBODY, datetime(2099, 1, 1, tzinfo=UTC)).complete


def test_a_new_edition_of_the_list_is_a_revision(tmp_path: Path) -> None:
    heard = Heard()
    with Simulator() as sim:
        sim.add("one", people_log("one", 300))
        scan(sim, tmp_path / "db", start=None)
        sim.add("two", people_log("two", 300))
        scan(sim, tmp_path / "db", heard, start=None)
    assert heard.notices[0].endswith("(revision 2: the log list changed: joined two)")
    assert ranges(tmp_path / "db", "two") == [(0, 300, "everything")]  # it joined, so it is read from entry 0


def test_a_log_that_joined_the_list_but_failed_at_first_is_read_from_entry_0_later(tmp_path: Path) -> None:
    with Simulator() as sim:
        sim.add("one", people_log("one", 300))
        scan(sim, tmp_path / "db", start=None)
        fault = sim.add("two", people_log("two", 300)).fault("", server_error(404))
        assert scan(sim, tmp_path / "db", start=None).exit_code == 1
        sim.log("two").faults.remove(fault)
        assert scan(sim, tmp_path / "db", start=None).exit_code == 0
    assert ranges(tmp_path / "db", "two") == [(0, 300, "everything")]


def test_a_log_that_retires_and_one_that_vanishes_stay_by_name_and_one_that_returns_is_read(tmp_path: Path) -> None:
    with Simulator() as sim:
        for name in ("stays", "retires", "vanishes"):
            sim.add(name, people_log(name, 300))
        scan(sim, tmp_path / "db")
        sim.log("retires").state = "retired"
        gone = sim.logs.pop("vanishes")
        assert scan(sim, tmp_path / "db").exit_code == 0
        found = members(tmp_path / "db")
        assert found["retires"].startswith("retired") and found["vanishes"].startswith("no longer listed")
        answer = look_up(tmp_path / "db", NOBODY)
        assert {log.log: str(log.freshness) for log in answer.coverage}["retires"] == "frozen"
        sim.logs["vanishes"] = gone
        assert scan(sim, tmp_path / "db").exit_code == 0
    assert members(tmp_path / "db")["vanishes"] == "read"
    assert [found.revision for found in history(tmp_path / "db")] == [3, 2, 1]


def test_a_log_that_the_keys_name_may_vanish_from_the_list(tmp_path: Path) -> None:
    with Simulator() as sim:
        two_logs(sim)
        scan(sim, tmp_path / "db", logs=("one", "two"))
        del sim.logs["one"]
        assert scan(sim, tmp_path / "db", logs=("one", "two")).exit_code == 0
        assert members(tmp_path / "db")["one"].startswith("no longer listed")
        sim.log("two").state = "retired"
        with pytest.raises(InputError, match="expected a log to read"):
            scan(sim, tmp_path / "db", logs=("one", "two"))
    assert members(tmp_path / "db")["two"].startswith("retired")


def test_an_edit_that_names_a_log_of_no_list_is_a_usage_error_and_no_revision(tmp_path: Path) -> None:
    with Simulator() as sim:
        two_logs(sim)
        scan(sim, tmp_path / "db")
        with pytest.raises(UsageError, match="not in the log list"):
            scan(sim, tmp_path / "db", logs=("nowhere",))
    assert len(history(tmp_path / "db")) == 1


def test_a_log_of_the_basis_whose_directory_is_missing_fails_alone(tmp_path: Path) -> None:
    people_log("archived", 300).write_static_tree(tmp_path / "log")
    with Simulator() as sim:
        two_logs(sim)
        chosen = ((tmp_path / "log").as_uri(), "one")
        scan(sim, tmp_path / "db", logs=chosen)
        (tmp_path / "log").rename(tmp_path / "away")
        sim.log("one").publish(300)
        result = scan(sim, tmp_path / "db", logs=chosen)
    assert {log.name: str(log.status) for log in result.logs} == {"archived": "incomplete", "one": "done"}
    state = states(tmp_path / "db")["archived"]
    assert state.last_error and str(tmp_path / "log") in state.last_error and state.failing_since
    answer = look_up(tmp_path / "db", NOBODY)
    assert [log.log for log in answer.coverage if log.failing_since] == ["archived"]
    assert members(tmp_path / "db") == {"archived": "read", "one": "read"}
    assert len(history(tmp_path / "db")) == 1


def loaded(sim: Simulator) -> int:
    """Count the loads of the list."""
    return sum(request.target.endswith("/log_list.json") for request in sim.requests)


def test_a_scan_that_follows_revises_the_basis_and_obeys_decisions_of_others(tmp_path: Path) -> None:
    async def until(is_done: Callable[[], bool]) -> None:
        for _ in range(1000):
            if is_done():
                return
            await asyncio.sleep(0.01)
        raise AssertionError("waited in vain")

    async def run(sim: Simulator, heard: Heard) -> None:
        stop = asyncio.Event()
        clock = ScanClock(sleep=lambda s: asyncio.sleep(min(s, 0.01)), poll=0.01, reload=0.02, partial_wait=0.0)
        task = asyncio.create_task(run_scan(request(sim, tmp_path / "db", follow=True), heard.emit, stop, clock))
        await until(lambda: heard.entries == 600)
        sim.add("three", people_log("three", 300))
        await until(lambda: any("revision 2" in notice for notice in heard.notices))
        await until(lambda: heard.entries == 900)
        await asyncio.to_thread(drop, tmp_path / "db", "two")
        loads = loaded(sim)
        await until(lambda: loaded(sim) > loads + 2)  # the next load begins when the basis was read
        seen, polled = len(sim.log("two").requests), len(sim.log("one").requests)
        await until(lambda: len(sim.log("one").requests) > polled + 5)
        assert len(sim.log("two").requests) == seen
        stop.set()
        await task

    with Simulator() as sim:
        two_logs(sim)
        asyncio.run(run(sim, Heard()))
    assert members(tmp_path / "db") == {"one": "read", "three": "read"}
    assert [str(found.change) for found in history(tmp_path / "db")] == [
        "basis.dropped", "basis.list-changed", "basis.first-scan",
    ]  # fmt: skip


# --- decisions ------------------------------------------------------------------------------------------------------


def act() -> Act:
    return Act(datetime.now(UTC), "john", "shut down")


def drop(db: Path, *names: str) -> Basis:
    return with_index(db, lambda index: drop_logs(index, names, act()))


def choose(sim: Simulator, db: Path, choice: LogChoice, **keys: object) -> Basis:
    """Do as `ctscan basis set` does."""

    async def run() -> Basis:
        async with (
            open_network(request(sim, db, **keys), ScanClock(sleep=no_sleep)) as network,
            await open_index(db, create=False) as index,
        ):
            return await set_basis(network, index, choice, act())

    return asyncio.run(run())


def test_a_dropped_log_is_named_and_neither_read_nor_waited_for_until_it_is_chosen_again(tmp_path: Path) -> None:
    with Simulator() as sim:
        two_logs(sim)
        sim.log("one").fault("", server_error(404))
        scan(sim, tmp_path / "db")
        assert drop(tmp_path / "db", "one").note == "shut down"
        answer = look_up(tmp_path / "db", NOBODY)
        assert answer.complete and not_covered(answer)["one"].startswith("dropped from the basis on ")
        seen = len(sim.log("one").requests)
        assert scan(sim, tmp_path / "db").exit_code == 0
        assert len(sim.log("one").requests) == seen
        sim.log("one").faults.clear()
        choose(sim, tmp_path / "db", LogChoice((sim.list_url,)))
        assert not look_up(tmp_path / "db", NOBODY).complete
        assert scan(sim, tmp_path / "db").exit_code == 0
    assert look_up(tmp_path / "db", NOBODY).complete
    assert [(f.who, f.note) for f in history(tmp_path / "db")] == [
        ("john", "shut down"),
        ("john", "shut down"),
        ("", ""),
    ]


def test_a_decision_lasts_until_the_keys_are_edited(tmp_path: Path) -> None:
    with Simulator() as sim:
        two_logs(sim)
        scan(sim, tmp_path / "db", logs=("one",))
        choose(sim, tmp_path / "db", LogChoice((sim.list_url,)), logs=("one",))
        outcome = scan(sim, tmp_path / "db", logs=("one",))  # the keys as they were
        assert {log.name for log in outcome.logs} == {"one", "two"}
        assert len(history(tmp_path / "db")) == 2
        scan(sim, tmp_path / "db", logs=("two",))
    assert str(basis(tmp_path / "db").change) == "basis.keys-edited"


@pytest.mark.parametrize(("name", "words"), [("three", "fits no log of the basis"), ("o", "fits 2 logs: one, two")])
def test_a_log_to_drop_has_to_be_one_of_the_basis(name: str, words: str, tmp_path: Path) -> None:
    with Simulator() as sim:
        two_logs(sim)
        scan(sim, tmp_path / "db")
    with pytest.raises(UsageError, match=words):
        drop(tmp_path / "db", name)
    with pytest.raises(UsageError, match="expected to keep a log"):
        drop(tmp_path / "db", "one", "two")
    assert len(history(tmp_path / "db")) == 1


def test_a_log_to_drop_may_be_named_by_its_address_or_id(tmp_path: Path) -> None:
    with Simulator() as sim:
        for name in ("one", "two", "three"):
            sim.add(name, people_log(name, 300))
        scan(sim, tmp_path / "db")
        log = states(tmp_path / "db")["one"].log
        drop(tmp_path / "db", log.url or log.monitoring_url)
    drop(tmp_path / "db", b64encode(states(tmp_path / "db")["two"].log.id).decode())
    assert list(members(tmp_path / "db")) == ["three"]


# --- several processes ----------------------------------------------------------------------------------------------


def test_first_scans_side_by_side_record_one_basis(tmp_path: Path) -> None:
    with Simulator() as sim:
        two_logs(sim)
        with ThreadPoolExecutor(2) as pool:
            one = pool.submit(scan, sim, tmp_path / "db", logs=("one",), keys=None)
            two = pool.submit(scan, sim, tmp_path / "db", logs=("two",), keys=None)
            assert (one.result().exit_code, two.result().exit_code) == (0, 0)
    assert len(history(tmp_path / "db")) == 1
    assert ranges(tmp_path / "db", "one") == ranges(tmp_path / "db", "two") == [(0, 300, "everything")]


def test_edits_side_by_side_are_one_revision(tmp_path: Path) -> None:
    with Simulator() as sim:
        two_logs(sim)
        scan(sim, tmp_path / "db")
        with ThreadPoolExecutor(2) as pool:
            both = [pool.submit(scan, sim, tmp_path / "db", logs=("two",)) for _ in range(2)]
            assert [found.result().exit_code for found in both] == [0, 0]
    assert [found.revision for found in history(tmp_path / "db")] == [2, 1]
