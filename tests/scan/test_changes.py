"""Changes during a scan or between two scans: a stop, another scope, protocol or list, dead processes.

Nothing waits, no entry is lost, and evidence of misbehaviour stays.
"""

from __future__ import annotations

import asyncio
import gc
import os
import sqlite3
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from support.attacking import ALL, BOTH, add_people, all_evidence, endings, tiles_of
from support.crossing import crossed
from support.exchange import Answer
from support.scanning import (
    PEOPLE,
    Heard,
    gaps_in,
    last_run,
    look_up,
    no_sleep,
    people_log,
    ranges,
    request,
    scan,
    states,
    with_index,
)
from support.simulator import Change, SimulatedLog, Simulator, server_error, slow

from ctscan.ct.coverage import verified_size
from ctscan.errors import IndexFault
from ctscan.model import LogProtocol
from ctscan.personal.scope import Scope
from ctscan.scan.events import Emit, HeadAccepted, LogDone
from ctscan.scan.run import LogOutcome, LogStatus, ScanClock, ScanRequest, ScanResult, run_scan
from ctscan.scan.workers.aggregate import ProgressAggregator
from ctscan.scan.workers.assignment import Assignment
from ctscan.scan.workers.processes import Work, WorkerCommands, WorkerProcesses, WorkerTask

Script = Callable[[Simulator, Heard], Awaitable[None]]


def follow(
    sim: Simulator, db: Path, script: Script, *, partial_wait: float, poll: float = 0.01, **changes: object
) -> tuple[ScanResult, Heard]:
    """Follow the logs while `script` runs, then stop."""

    async def run() -> tuple[ScanResult, Heard]:
        stop, heard = asyncio.Event(), Heard()
        clock = ScanClock(sleep=short_sleep, poll=poll, reload=0.02, partial_wait=partial_wait)
        task = asyncio.create_task(run_scan(request(sim, db, follow=True, **changes), heard.emit, stop, clock))
        try:
            await script(sim, heard)
        finally:
            stop.set()
        return await task, heard

    return asyncio.run(run())


async def short_sleep(seconds: float) -> None:
    await asyncio.sleep(seconds if seconds >= 100 else min(seconds, 0.01))


async def until(condition: Callable[[], bool], seconds: float = 10) -> None:
    for _ in range(int(seconds * 100)):
        if condition():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("waited in vain")


def asked_for(log: SimulatedLog, text: str) -> int:
    return sum(text in r.target for r in log.requests)


# --- stopping -----------------------------------------------------------------------------------------------------


def stop_when(sim: Simulator, db: Path, condition: Callable[[], bool], **changes: object) -> tuple[ScanResult, float]:
    """Scan and set `stop` once the condition holds; return the result and the seconds from the stop to the end."""

    async def run() -> tuple[ScanResult, float]:
        stop, loop = asyncio.Event(), asyncio.get_running_loop()
        task = asyncio.create_task(
            run_scan(request(sim, db, **changes), Heard().emit, stop, ScanClock(leave_within=0.1))
        )
        for _ in range(1000):
            if condition():
                break
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.1)
        assert not task.done()
        stop.set()
        told = loop.time()
        return await task, loop.time() - told

    return asyncio.run(run())


@pytest.mark.parametrize("protocol", BOTH)
def test_stopping_does_not_wait_for_a_batch_that_is_asked_again(protocol: LogProtocol, tmp_path: Path) -> None:
    with Simulator() as sim:
        log = add_people(sim, protocol)
        faults = log.corrupt(300)
        outcome, seconds = stop_when(sim, tmp_path / "db", lambda: sum(f.hits for f in faults) >= 1)
        assert endings(outcome) == {"people": "stopped"}
        assert seconds < 3
        assert gaps_in(tmp_path / "db", "people") == []
        log.faults.clear()
        rest = Heard()
        assert scan(sim, tmp_path / "db", rest).exit_code == 0
    assert ranges(tmp_path / "db", "people") == [(0, 1000, "everything")]
    assert with_index(tmp_path / "db", all_evidence) == [(i, True) for i in sorted(PEOPLE)]


@pytest.mark.parametrize(
    ("where", "answer"),
    [
        ("/checkpoint", server_error(503, "30")),
        ("/checkpoint", slow(20)),
        ("/tile/1/", server_error(500)),
        ("/tile/data/002", server_error(503, "30")),
        ("/tile/data/002", slow(20)),
    ],
)
def test_stopping_does_not_wait_for_a_server_that_does_not_answer(
    where: str, answer: Answer | Change, tmp_path: Path
) -> None:
    with Simulator() as sim:
        log = add_people(sim, LogProtocol.STATIC_CT)
        fault = log.fault(where, answer)
        outcome, seconds = stop_when(sim, tmp_path / "db", fault.struck.is_set)
        assert endings(outcome) == {"people": "stopped"}
        assert seconds < 3
        if "data" in where and not (isinstance(answer, Answer) and answer.headers):  # the wait holds for all else
            assert ranges(tmp_path / "db", "people") == [(0, 512, "everything")]


@pytest.mark.parametrize("protocol", ALL)
def test_stopping_at_the_very_end_leaves_nothing_unproven_that_counts(protocol: LogProtocol, tmp_path: Path) -> None:
    async def run(log: SimulatedLog) -> ScanResult:
        stop, heard = asyncio.Event(), Heard()
        heard.on_advance = lambda: stop.set() if heard.entries == 1000 else None
        clock = ScanClock(sleep=no_sleep, commit_every=0.0)
        return await run_scan(request(sim, tmp_path / "db", tuning=tiles_of(log)), heard.emit, stop, clock)

    with Simulator() as sim:
        log = add_people(sim, protocol)
        outcome = asyncio.run(run(log))
        state = states(tmp_path / "db")["people"]
        is_whole = verified_size(state) == 1000
        assert endings(outcome) == {"people": "done" if is_whole else "stopped"}
        assert (state.last_success is not None, state.pending == ()) == (is_whole, is_whole)
        rest = Heard()
        assert scan(sim, tmp_path / "db", rest, start=None, tuning=tiles_of(log)).exit_code == 0
    assert rest.entries == 0
    assert ranges(tmp_path / "db", "people") == [(0, 1000, "everything")]


def test_what_was_pending_behind_a_missing_batch_is_taken_up(tmp_path: Path) -> None:
    with Simulator() as sim:
        log = add_people(sim, LogProtocol.RFC6962)
        log.max_batch = 20  # the writer is a few steps behind the reader
        log.fault("get-entries.start=[12]..&", server_error(404))
        # four requests run from the start, so the size of an answer is known before the reader meets the gap
        interrupted(sim, tmp_path / "db", 700, tuning={"people": {"concurrency": 8}})
        state = states(tmp_path / "db")["people"]
        assert [p.start for p in state.pending] == [300]
        assert gaps_in(tmp_path / "db", "people") == [(100, 300, "not read")]  # earlier entries of the answer count
        log.faults.clear()
        rest = Heard()
        asked = len(log.requests)
        assert scan(sim, tmp_path / "db", rest, start=None).exit_code == 0
        starts = {r.number("start") for r in log.requests[asked:] if "get-entries?" in r.target}
    assert starts and not {start for start in starts if 300 <= start < 700}
    assert ranges(tmp_path / "db", "people") == [(0, 1000, "everything")]
    assert with_index(tmp_path / "db", all_evidence) == [(i, True) for i in sorted(PEOPLE)]


# --- changes of scope, rules and protocol -------------------------------------------------------------------------


def interrupted(sim: Simulator, db: Path, after: int = 400, **changes: object) -> None:
    """Stop a scan that has committed pending entries but has not proven them."""

    async def run() -> None:
        stop, heard = asyncio.Event(), Heard()
        heard.on_advance = lambda: stop.set() if heard.entries >= after else None
        await run_scan(request(sim, db, **changes), heard.emit, stop, ScanClock(sleep=no_sleep, commit_every=0.0))

    asyncio.run(run())
    assert states(db)["people"].pending


@pytest.mark.parametrize(
    "then",
    [
        {"scope": "domain:example.org"},
        {"start": "100"},
        {"start": "100", "scope": "domain:example.org"},
        {"start": "start", "scope": "domain:example.org"},
    ],
    ids=str,
)
def test_what_was_pending_is_proven_or_given_up_whatever_changes(then: dict[str, object], tmp_path: Path) -> None:
    with Simulator() as sim:
        add_people(sim, LogProtocol.RFC6962)
        interrupted(sim, tmp_path / "db", start="150", logs=("people",))
        assert scan(sim, tmp_path / "db", logs=("people",), **{"start": None, **then}).exit_code == 0
        state = states(tmp_path / "db")["people"]
        assert state.pending == ()
        found = with_index(tmp_path / "db", all_evidence)
    assert all(ok for _, ok in found)
    kept = {i for i, a in PEOPLE.items() if i >= 150 and (then.get("scope") is None or a.endswith("example.org"))}
    assert kept <= {i for i, _ in found}
    for address in ("jane.roe@example.org", "иван.петров@example.com"):
        for match in look_up(tmp_path / "db", address).matches:
            assert all(s.verified for s in match.sightings)


@pytest.mark.parametrize(
    ("before", "step"), [*crossed(ALL, [1]), *(pytest.param(one, 2, marks=pytest.mark.long) for one in ALL)]
)
def test_a_log_that_changes_its_protocol_goes_on_where_it_was(before: LogProtocol, step: int, tmp_path: Path) -> None:
    after = ALL[(ALL.index(before) + step) % len(ALL)]
    with Simulator() as sim:
        log = sim.add("people", people_log(leaf_index=True), before)
        log.max_batch = 90
        if before is LogProtocol.STATIC_CT:
            log.publish(700)
            scan(sim, tmp_path / "db")
            log.publish(1000)
        else:
            interrupted(sim, tmp_path / "db", tuning=tiles_of(log))
        log.protocol = after
        assert scan(sim, tmp_path / "db", start=None, tuning=tiles_of(log)).exit_code == 0
        assert states(tmp_path / "db")["people"].log.protocol is after
    state = states(tmp_path / "db")["people"]
    assert state.pending == () and verified_size(state) == 1000
    assert with_index(tmp_path / "db", all_evidence) == [(i, True) for i in sorted(PEOPLE)]


# --- lists and selections -----------------------------------------------------------------------------------------


def test_a_directory_given_twice_is_one_log(tmp_path: Path) -> None:
    people_log(size=300).write_static_tree(tmp_path / "log")
    url = (tmp_path / "log").as_uri()
    with Simulator() as sim:
        for jobs in (1, 2):
            outcome = scan(sim, tmp_path / f"db{jobs}", logs=(url, url + "/"), jobs=jobs)
            assert (outcome.exit_code, len(outcome.logs)) == (0, 1)


def test_a_directory_that_the_list_names_too_is_read_and_covered(tmp_path: Path) -> None:
    builder = people_log()
    builder.write_static_tree(tmp_path / "log")
    with Simulator() as sim:
        sim.add("people", builder)
        retired = sim.add("old", people_log("old", 300))
        retired.state = "retired"
        retired.builder.write_static_tree(tmp_path / "old")
        sim.add("other", people_log("other", 300))
        archived = tuple((tmp_path / name).as_uri() for name in ("log", "old"))
        assert scan(sim, tmp_path / "db", logs=(*archived, "other")).exit_code == 0
        assert sim.log("people").requests == []
    answer = look_up(tmp_path / "db", "jane.roe@example.org")
    assert sorted(log.log for log in answer.coverage) == ["old", "other", "people"]
    assert answer.not_covered == () and answer.complete


def test_a_log_that_was_pending_when_the_list_was_first_read_is_read_from_0(tmp_path: Path) -> None:
    with Simulator() as sim:
        sim.add("people", people_log())
        later = sim.add("later", people_log("later"))
        left_out = sim.add("left", people_log("left"))
        later.state = "pending"
        scan(sim, tmp_path / "db", start=None, logs=("people",))
        later.state = "usable"
        assert scan(sim, tmp_path / "db", start=None).exit_code == 0
        assert left_out.requests
    assert ranges(tmp_path / "db", "later") == [(0, 1000, "everything")]
    assert ranges(tmp_path / "db", "left") == [(1000, 1000, "everything")]  # first sight of the log: read from now on


# --- changes of the list while following --------------------------------------------------------------------------


def reloads(sim: Simulator) -> int:
    return sum(r.path == "/log_list.json" for r in sim.requests)


def test_a_log_that_was_pending_joins_and_one_that_left_comes_back(tmp_path: Path) -> None:
    async def script(sim: Simulator, heard: Heard) -> None:
        await until(lambda: heard.entries == 300)
        sim.log("later").state = "usable"
        await until(lambda: heard.entries == 700)
        sim.log("people").state = "retired"
        seen = reloads(sim)
        await until(lambda: reloads(sim) > seen + 2)
        sim.log("people").publish(600)
        sim.log("people").state = "usable"
        await until(lambda: heard.entries == 1000)

    with Simulator() as sim:
        sim.add("people", people_log(), size=300)
        sim.add("later", people_log("later", 400)).state = "pending"
        outcome, _ = follow(sim, tmp_path / "db", script, partial_wait=0.0)
    assert outcome.exit_code == 0
    assert ranges(tmp_path / "db", "later") == [(0, 400, "everything")]
    assert ranges(tmp_path / "db", "people") == [(0, 600, "everything")]
    assert look_up(tmp_path / "db", "jane.roe@example.org").not_covered == ()


def test_a_log_that_becomes_readonly_while_it_is_followed_is_read_to_its_end_and_left_alone(tmp_path: Path) -> None:
    async def script(sim: Simulator, heard: Heard) -> None:
        log = sim.log("people")
        await until(lambda: heard.entries == 300)
        log.publish(1000)
        log.state, log.final_size = "readonly", 1000
        await until(lambda: heard.entries == 1000)
        known = reloads(sim)
        await until(lambda: reloads(sim) > known + 5)
        seen = len(log.requests)
        await asyncio.sleep(0.3)
        assert len(log.requests) == seen

    with Simulator() as sim:
        sim.add("people", people_log(), size=300)
        outcome, _ = follow(sim, tmp_path / "db", script, partial_wait=0.0)
    assert outcome.exit_code == 0
    assert look_up(tmp_path / "db", "jane.roe@example.org", datetime.now(UTC) + timedelta(days=60)).complete


def test_a_list_that_cannot_be_read_again_stops_nothing_and_is_asked_for_again(tmp_path: Path) -> None:
    async def script(sim: Simulator, heard: Heard) -> None:
        await until(lambda: heard.entries == 300)
        fault = sim.fault("log_list.json", server_error(404))
        await until(lambda: any("could not be read again" in notice for notice in heard.notices))
        sim.log("people").publish(500)
        await until(lambda: heard.entries == 500)
        sim.faults.remove(fault)
        sim.add("later", people_log("later", 200))
        await until(lambda: heard.entries == 700)
        seen, unchanged = len(heard.done), reloads(sim)
        await until(lambda: reloads(sim) > unchanged + 3)
        assert not any(o.status.value == "stopped" for o in heard.done[seen:])

    with Simulator() as sim:
        sim.add("people", people_log(), size=300)
        outcome, _ = follow(sim, tmp_path / "db", script, partial_wait=0.0)
    assert outcome.exit_code == 0


def test_a_date_is_searched_for_once_while_following(tmp_path: Path) -> None:
    async def script(sim: Simulator, heard: Heard) -> None:
        log = sim.log("people")
        await until(lambda: asked_for(log, "/checkpoint") >= 3)
        seen = asked_for(log, "/tile/data/")
        await until(lambda: asked_for(log, "/checkpoint") >= 8)
        assert asked_for(log, "/tile/data/") == seen

    with Simulator() as sim:
        sim.add("people", people_log())
        follow(sim, tmp_path / "db", script, start="2026-01-03", partial_wait=0.0)


def test_what_follows_a_partial_tile_that_was_read_has_its_own_time_to_wait(tmp_path: Path) -> None:
    async def script(sim: Simulator, heard: Heard) -> None:
        log = sim.log("people")
        await until(lambda: heard.entries == 300)
        log.publish(310)
        heads = asked_for(log, "/checkpoint")
        await until(lambda: asked_for(log, "/checkpoint") > heads + 3)
        assert heard.entries == 300
        await until(lambda: heard.entries == 310)

    with Simulator() as sim:
        sim.add("people", people_log(), size=300)
        follow(sim, tmp_path / "db", script, partial_wait=0.5)


def test_quarantined_bytes_go_when_their_days_are_over_while_following_too(tmp_path: Path) -> None:
    async def script(sim: Simulator, heard: Heard) -> None:
        await until(lambda: any("quarantined" in notice for notice in heard.notices))
        seen = reloads(sim)
        await until(lambda: reloads(sim) > seen + 2)

    with Simulator() as sim:
        sim.add("people", people_log(size=512)).corrupt(300)
        follow(sim, tmp_path / "db", script, partial_wait=0.0, poll=1000.0, quarantine_days=0)
    assert with_index(tmp_path / "db", lambda index: index.counts())["quarantined"] == 0
    assert gaps_in(tmp_path / "db", "people") == [(256, 512, "quarantined")]


# --- processes ----------------------------------------------------------------------------------------------------


def test_changes_of_the_list_reach_the_process_that_reads_the_log(tmp_path: Path) -> None:
    async def script(sim: Simulator, heard: Heard) -> None:
        await until(lambda: heard.entries == 512, seconds=20)
        for name in ("one", "two"):
            sim.log(name).state = "retired"
        seen = reloads(sim)
        await until(lambda: reloads(sim) > seen + 2)
        for name in ("one", "two"):
            sim.log(name).publish(512)
            sim.log(name).state = "usable"
            sim.add(f"{name}-again", people_log(f"{name}-again", 256, operator=name))
        await until(lambda: heard.entries == 1536, seconds=20)  # long before a worker process polls again by itself

    with Simulator() as sim:
        for name in ("one", "two"):
            sim.add(name, people_log(name, operator=name), size=256)
        outcome, _ = follow(sim, tmp_path / "db", script, partial_wait=0.0, jobs=2)
    assert outcome.exit_code == 0
    assert sorted(endings(outcome)) == ["one", "one-again", "two", "two-again"]


def test_children_are_heard_however_few_threads_there_are(tmp_path: Path) -> None:
    async def run(sim: Simulator, heard: Heard) -> ScanResult:
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(1))
        asked = request(sim, tmp_path / "db", jobs=2)
        return await asyncio.wait_for(run_scan(asked, heard.emit, asyncio.Event(), ScanClock(sleep=no_sleep)), 60)

    with Simulator() as sim:
        for number in range(2):
            sim.add(f"log{number}", people_log(f"log{number}", 300, operator=f"Operator {number}"))
        heard = Heard()
        outcome = asyncio.run(run(sim, heard))
    assert outcome.exit_code == 0 and heard.entries == 600


async def fails(task: WorkerTask, emit: Emit, commands: WorkerCommands) -> list[LogOutcome]:
    """Report misbehaviour of a log, then fail with an error that holds personal data."""
    emit(LogDone(LogOutcome(task.logs[0].id, task.logs[0].name, LogStatus.MISBEHAVIOUR, "two roots")))
    raise ValueError("jane.roe@example.org")


async def dies(task: WorkerTask, emit: Emit, commands: WorkerCommands) -> list[LogOutcome]:
    """Kill the worker process during its work."""
    os._exit(9)


@pytest.mark.parametrize(("work", "code"), [(fails, 3), (dies, 1)])
def test_a_child_that_fails_is_told_of_without_what_it_read_and_takes_nothing_back(
    work: Work, code: int, capfd: pytest.CaptureFixture[str]
) -> None:
    logs = tuple(people_log(name, 1).log("http://127.0.0.1/", LogProtocol.RFC6962) for name in ("one", "two"))
    task = WorkerTask(ScanRequest("db", Scope(everything=True)), 1, 1, logs, Assignment(2, {}), frozenset())
    heard = Heard()

    async def run() -> list[LogOutcome]:
        workers = WorkerProcesses(work, [task], ProgressAggregator(heard.emit))
        workers.start()
        return await asyncio.wait_for(workers.finish(), 30)

    outcome = ScanResult(tuple(asyncio.run(run())))
    assert outcome.exit_code == code
    assert sorted(endings(outcome)) == ["one", "two"] == sorted({o.name for o in heard.done})
    assert all(o.message for o in outcome.logs)
    assert "Traceback" not in capfd.readouterr().err and "jane" not in str(outcome)


class Clumsy(Heard):
    """Receiver of events that fails at the tree head of a log."""

    def on_head(self, event: HeadAccepted) -> None:
        if event.name == "bad":
            raise ZeroDivisionError("jane.roe@example.org")


def test_a_fault_of_ours_in_one_log_stops_no_other_and_is_told(tmp_path: Path) -> None:
    with Simulator() as sim:
        sim.add("bad", people_log("bad", 300))
        sim.add("good", people_log("good", 300))
        outcome = scan(sim, tmp_path / "db", Clumsy())
    assert endings(outcome) == {"bad": "incomplete", "good": "done"}
    (message,) = [o.message for o in outcome.logs if o.name == "bad"]
    assert "ZeroDivisionError" in message and "jane" not in message


def test_an_index_that_fails_half_way_ends_the_scan_with_its_reason_told_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    heard = Heard()

    def sabotage() -> None:
        if heard.entries:
            with closing(sqlite3.connect(tmp_path / "db")) as connection:
                connection.execute("DROP TABLE IF EXISTS coverage")
                connection.commit()

    heard.on_advance = sabotage
    with Simulator() as sim:
        for name in ("one", "two", "three"):
            sim.add(name, people_log(name, 6000))
        asked, clock = request(sim, tmp_path / "db"), ScanClock(sleep=no_sleep, commit_every=0.0)
        with pytest.raises(IndexFault, match="coverage"):
            asyncio.run(run_scan(asked, heard.emit, asyncio.Event(), clock))
    gc.collect()
    assert caplog.records == []  # no "exception was never retrieved"
    assert last_run(tmp_path / "db").outcome == "failed"
