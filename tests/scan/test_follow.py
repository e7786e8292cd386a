"""Following: the scan reads new entries as they come, reloads lists, and waits for partial tiles to fill."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from support.scanning import Heard, gaps_in, last_run, people_log, ranges, request, said
from support.simulator import SimulatedLog, Simulator

from ctscan.scan.run import ScanClock, ScanResult, run_scan

Script = Callable[[Simulator, Heard], Awaitable[None]]


def follow(sim: Simulator, db: Path, script: Script, **clock: float) -> tuple[ScanResult, Heard]:
    """Follow the logs while `script` runs, then stop."""

    async def run() -> tuple[ScanResult, Heard]:
        stop, heard = asyncio.Event(), Heard()
        made = ScanClock(sleep=short_sleep, poll=0.01, reload=0.02, **clock)  # type: ignore[arg-type]
        task = asyncio.create_task(run_scan(request(sim, db, follow=True), heard.emit, stop, made))
        try:
            await script(sim, heard)
        finally:
            stop.set()
        return await task, heard

    return asyncio.run(run())


async def short_sleep(seconds: float) -> None:
    await asyncio.sleep(min(seconds, 0.01))


async def until(condition: Callable[[], bool]) -> None:
    for _ in range(1000):
        if condition():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("waited in vain")


def asked_for(log: SimulatedLog, text: str) -> int:
    return sum(text in r.target for r in log.requests)


def test_entries_are_read_as_they_come(tmp_path: Path) -> None:
    async def script(sim: Simulator, heard: Heard) -> None:
        await until(lambda: heard.entries == 300)
        sim.log("people").publish(700)
        await until(lambda: heard.entries == 700)
        sim.log("people").publish(1000)
        await until(lambda: heard.entries == 1000)

    with Simulator() as sim:
        sim.add("people", people_log(), size=300)
        outcome, _ = follow(sim, tmp_path / "db", script, partial_wait=0.0)
    assert outcome.exit_code == 0
    assert ranges(tmp_path / "db", "people") == [(0, 1000, "everything")]
    assert last_run(tmp_path / "db").outcome == "interrupted"


def test_the_partial_tile_waits_and_is_read_once_its_time_is_up(tmp_path: Path) -> None:
    async def script(sim: Simulator, heard: Heard) -> None:
        log = sim.log("people")
        await until(lambda: heard.entries == 256 and asked_for(log, "checkpoint") > 5)
        assert asked_for(log, "/tile/data/001.p/") == 0
        assert asked_for(log, "/tile/0/001.p/44") == 1  # the head is proven nevertheless
        assert {(o.status.value, said(o)) for o in heard.done} == {
            ("done", "read up to 256 of 300; the last partial tile follows")
        }
        log.publish(512)
        await until(lambda: heard.entries == 512)
        await until(lambda: (heard.done[-1].status.value, said(heard.done[-1])) == ("done", ""))

    with Simulator() as sim:
        sim.add("people", people_log(), size=300)
        follow(sim, tmp_path / "db", script, partial_wait=3600.0)
    assert ranges(tmp_path / "db", "people") == [(0, 512, "everything")]


def test_a_log_that_joins_the_list_is_read_from_0_and_one_that_leaves_is_left(tmp_path: Path) -> None:
    async def script(sim: Simulator, heard: Heard) -> None:
        await until(lambda: heard.entries == 300)
        sim.add("later", people_log("later", 400))
        sim.log("people").state = "retired"
        await until(lambda: heard.entries == 700)
        await until(lambda: any(o.name == "people" for o in heard.done))
        seen = len(sim.log("people").requests)
        sim.log("people").publish(1000)
        await asyncio.sleep(0.2)
        assert len(sim.log("people").requests) <= seen + 1

    with Simulator() as sim:
        sim.add("people", people_log(), size=300)
        follow(sim, tmp_path / "db", script, partial_wait=0.0)
    assert ranges(tmp_path / "db", "later") == [(0, 400, "everything")]
    assert ranges(tmp_path / "db", "people") == [(0, 300, "everything")]
    assert gaps_in(tmp_path / "db", "later") == []


def test_a_log_that_misbehaves_is_left_and_the_exit_code_remembers(tmp_path: Path) -> None:
    async def script(sim: Simulator, heard: Heard) -> None:
        await until(lambda: heard.entries == 600)
        sim.log("bad").root = bytes(32)
        await until(lambda: any(o.status.value == "misbehaviour" for o in heard.done))
        sim.log("good").publish(500)
        await until(lambda: heard.entries == 800)

    with Simulator() as sim:
        sim.add("good", people_log("good"), size=300)
        sim.add("bad", people_log("bad"), size=300)
        outcome, _ = follow(sim, tmp_path / "db", script, partial_wait=0.0)
    assert outcome.exit_code == 3
