"""kill -9 at random moments loses and doubles no entry; locks and worker processes end with their parent process."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from support import forked
from support.forked import Forked
from support.scanning import dump, people_log, said, scan, with_index
from support.simulator import Simulator, slow

from ctscan.errors import IndexFault
from ctscan.model import LogProtocol
from ctscan.scan.log.parts import SMALL

Start = Callable[..., Forked]


@pytest.fixture
def start_scan() -> Iterator[Start]:
    """Return a function that starts `ctscan scan` as a process; kill every process still running after the test."""
    started: list[Forked] = []

    def start(sim: Simulator, db: Path, *options: str, name: str = "scan") -> Forked:
        command = [sys.executable, "-m", "ctscan", name, "--db", str(db), "--everything", "--from", "start"]
        command += ["--log-list", sim.list_url, *options]
        started.append(forked.popen(command, stderr=subprocess.DEVNULL, start_new_session=True))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()


def committed(db: Path) -> int:
    """Count the committed sightings, which show that a scan is under way."""
    try:
        return with_index(db, lambda index: index.counts())["sightings"]
    except IndexFault:
        return 0


@pytest.mark.parametrize(
    ("protocol", "kills"),
    [(LogProtocol.STATIC_CT, 3), (LogProtocol.RFC6962, 3)]
    + [pytest.param(protocol, 6, marks=pytest.mark.long) for protocol in (LogProtocol.STATIC_CT, LogProtocol.RFC6962)],
)
def test_killed_again_and_again_it_ends_as_an_undisturbed_scan_does(
    protocol: LogProtocol, kills: int, tmp_path: Path, start_scan: Start
) -> None:
    moments = random.Random(20260301)
    with Simulator() as sim:
        builder = people_log(size=6000, leaf_index=protocol is LogProtocol.STATIC_CT)
        log = sim.add("people", builder, protocol)
        log.max_batch = 64
        scan(sim, tmp_path / "whole")
        log.fault("/tile/data/|/get-entries", slow(0.03))
        for _ in range(kills):
            process = start_scan(sim, tmp_path / "db")
            time.sleep(0.5 + moments.random())
            process.kill()
            process.wait()
        log.faults.clear()
        assert scan(sim, tmp_path / "db").exit_code == 0
    assert dump(tmp_path / "db") == dump(tmp_path / "whole")


@pytest.mark.parametrize("kills", [1, pytest.param(3, marks=pytest.mark.long)])
def test_two_processes_that_read_the_past_of_one_log_are_killed_again_and_again(
    kills: int, tmp_path: Path, start_scan: Start
) -> None:
    moments = random.Random(20261129)
    with Simulator() as sim:
        log = sim.add("people", people_log(size=3 * SMALL))
        scan(sim, tmp_path / "whole")
        log.fault("/tile/data/", slow(0.05))
        for _ in range(kills):
            process = start_scan(sim, tmp_path / "db", "--jobs", "2", name="backfill")
            time.sleep(1 + moments.random())
            process.kill()
            process.wait()
            _wait_for(partial(_is_gone, process.pid), seconds=20)
        log.faults.clear()
        assert scan(sim, tmp_path / "db", past=True, jobs=2).exit_code == 0
    assert dump(tmp_path / "db") == dump(tmp_path / "whole")


@pytest.mark.parametrize("signal_number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_commits_and_leaves(signal_number: signal.Signals, tmp_path: Path, start_scan: Start) -> None:
    with Simulator() as sim:
        log = sim.add("people", people_log(size=6000))
        log.fault("/tile/data/", slow(0.2))
        process = start_scan(sim, tmp_path / "db")
        _wait_for(lambda: any("/tile/data/" in r.target for r in log.requests))
        process.send_signal(signal_number)
        assert process.wait(20) in (0, 1)
        log.faults.clear()
        assert scan(sim, tmp_path / "db").exit_code == 0
        scan(sim, tmp_path / "whole")
    assert dump(tmp_path / "db") == dump(tmp_path / "whole")


def test_only_overlapping_work_is_refused_and_a_killed_scan_holds_nothing(tmp_path: Path, start_scan: Start) -> None:
    with Simulator() as sim:
        log = sim.add("people", people_log(size=2000))
        other = sim.add("other", people_log("other", 300))
        log.fault("/tile/data/", slow(30))
        process = start_scan(sim, tmp_path / "db", "--log", "people")
        _wait_for(lambda: any("/tile/data/" in r.target for r in log.requests))
        refused = scan(sim, tmp_path / "db", logs=("people",))
        assert refused.exit_code == 0 and "another scan" in said(refused.logs[0])
        assert scan(sim, tmp_path / "db", logs=("other",)).exit_code == 0
        assert other.requests
        process.kill()
        process.wait()
        log.faults.clear()
        assert scan(sim, tmp_path / "db", logs=("people",)).exit_code == 0


def test_children_end_with_their_parent(tmp_path: Path, start_scan: Start) -> None:
    with Simulator() as sim:
        for number in range(3):
            log = sim.add(f"log{number}", people_log(f"log{number}", 3000, operator=f"Operator {number}"))
            log.fault("/tile/data/", slow(0.5))
        process = start_scan(sim, tmp_path / "db", "--jobs", "3")
        _wait_for(lambda: all(log.requests for log in sim.logs.values()))
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        _wait_for(partial(_is_gone, process.pid), seconds=20)
        for log in sim.logs.values():
            log.faults.clear()
        assert scan(sim, tmp_path / "db").exit_code == 0


def test_look_ups_work_while_a_scan_writes(tmp_path: Path, start_scan: Start) -> None:
    with Simulator() as sim:
        log = sim.add("people", people_log(size=6000))
        log.fault("/tile/data/", slow(2))  # slow enough that the scan outlives the look-up on a busy machine
        process = start_scan(sim, tmp_path / "db")
        _wait_for(lambda: committed(tmp_path / "db") > 0)
        look = [sys.executable, "-m", "ctscan", "lookup", "jane.roe@example.org", "--db", str(tmp_path / "db")]
        asked = forked.run(look, capture_output=True, check=False, timeout=30)
        assert process.poll() is None
        process.kill()
        process.wait()
    assert asked.returncode == 4, asked.stderr
    assert b"may be" in asked.stdout.lower() or b"incomplete" in asked.stdout.lower() or b"not complete" in asked.stdout


def _is_gone(session: int) -> bool:
    return not _alive_in_session(session)


def _alive_in_session(session: int) -> list[int]:
    """List the processes of a session that have not ended; zombies have ended."""
    alive = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == session and fields[0] != "Z":
            alive.append(int(entry.name))
    return alive


def _wait_for(condition: object, seconds: float = 15) -> None:
    assert callable(condition)
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)
