"""Signals: every command that works for long stops within two seconds, wherever it waits, and says so."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from support import forked
from support.certs import make_certificate
from support.cli import ROOT, command
from support.cli import run as run_here
from support.forked import Forked
from support.refreshing import CA, World
from support.scanning import last_run, people_log, with_index
from support.simulator import Simulator, slow

import ctscan.app as app
from ctscan.cli.process import hang_ups, run, stop_on_signal
from ctscan.config import Config

SIGNALS = [signal.SIGTERM, signal.SIGINT, signal.SIGHUP]
MOST = 2.0
"""Seconds from a signal to the end; a loaded machine gets `MORE` of them."""
MORE = 3.0


def started(*arguments: str | Path, cwd: Path, stdin: int = subprocess.DEVNULL) -> Forked:
    clean = {k: v for k, v in os.environ.items() if not k.startswith("CTSCAN_")}
    return forked.popen(
        command(*arguments), cwd=cwd, stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={**clean, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip


def stopped(process: Forked, number: signal.Signals) -> tuple[int, bytes, bytes]:
    """Send a signal; return exit code, stdout and stderr of a process that ends in time."""
    began = time.monotonic()
    process.send_signal(number)
    try:
        out, shown = process.communicate(timeout=30)
    finally:
        process.kill()
    assert time.monotonic() - began < MOST + MORE, shown
    return process.returncode, out, shown


def until(is_so: Callable[[], bool]) -> None:
    for _ in range(2000):
        if is_so():
            return
        time.sleep(0.01)
    raise AssertionError("waited in vain")


def is_recorded(db: Path) -> bool:
    """Return whether a search or an import has begun."""
    return db.exists() and db.stat().st_size > 0 and bool(_searches(db))


def _searches(db: Path) -> list[str]:
    try:
        return with_index(db, lambda index: _outcomes(index))
    except Exception:  # the index is being made
        return []


async def _outcomes(index: object) -> list[str]:
    return [str(one.outcome) for one in await index.newest_searches(9)]  # type: ignore[attr-defined]


@contextmanager
def silent_server() -> Iterator[tuple[str, threading.Event]]:
    """Serve connections that never get an answer; the event is set by the first."""
    asked, server = threading.Event(), socket.create_server(("127.0.0.1", 0))
    kept = []

    def serve() -> None:
        while True:
            try:
                kept.append(server.accept()[0])
            except OSError:
                return
            asked.set()

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.getsockname()[1]}/", asked
    finally:
        server.shutdown(socket.SHUT_RDWR)
        server.close()
        for one in kept:
            one.close()


@pytest.mark.parametrize("number", SIGNALS)
def test_an_import_stops_within_a_stream(number: signal.Signals, tmp_path: Path) -> None:
    ours, theirs = os.pipe()
    process = started("import", "-", "--everything", "--db", "x.db", "--format", "json", cwd=tmp_path, stdin=ours)
    os.close(ours)
    os.write(theirs, b"-----BEGIN CERTIFICATE-----\n")
    until(lambda: is_recorded(tmp_path / "x.db"))
    code, out, shown = stopped(process, number)
    os.close(theirs)
    assert (code, json.loads(out)["outcome"], b"stopping" in shown) == (1, "interrupted", True)
    assert _searches(tmp_path / "x.db") == ["interrupted"]


def test_an_import_stops_before_a_pipe_that_nobody_writes_to_and_keeps_what_was_kept(tmp_path: Path) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(210):  # a portion, and the beginning of the next
        (folder / f"{number:03}.der").write_bytes(
            make_certificate(serial=number + 1, subject=[("1.2.840.113549.1.9.1", "jane@example.org")])
        )
    os.mkfifo(tmp_path / "pipe")
    process = started("import", folder, "pipe", "--everything", "--db", "x.db", "--format", "json", cwd=tmp_path)
    until(lambda: is_recorded(tmp_path / "x.db") and _kept(tmp_path / "x.db") >= 1)
    code, out, _ = stopped(process, signal.SIGTERM)
    found = json.loads(out)
    assert (code, found["outcome"]) == (1, "interrupted")
    assert found["kept"] == found["new"] == _kept(tmp_path / "x.db") >= 1


def _kept(db: Path) -> int:
    return with_index(db, lambda index: index.counts())["certificates"]


def test_a_search_stops_within_a_request(tmp_path: Path) -> None:
    with silent_server() as (url, asked):
        (tmp_path / "ctscan.toml").write_text(f'purpose = "case 17"\n[tuning."crt.sh"]\nurl = "{url}"\n')
        process = started("search", "jane@example.org", "--yes", "--format", "json", cwd=tmp_path)
        assert asked.wait(30)
        code, out, _ = stopped(process, signal.SIGTERM)
    assert (code, json.loads(out)["complete"]) == (1, False)
    assert _searches(tmp_path / "ctscan.db") == ["interrupted"]


@pytest.mark.parametrize("number", SIGNALS)
@pytest.mark.parametrize("waits_for", ["list", "responder"])
def test_a_refresh_stops_within_a_request(waits_for: str, number: signal.Signals, tmp_path: Path) -> None:
    with silent_server() as (url, asked):
        port = url.rpartition(":")[2].rstrip("/")
        at = f"http://ca.example.net:{port}/x"
        dates = {
            "not_before": datetime.now(UTC) - timedelta(days=9),
            "not_after": datetime.now(UTC) + timedelta(days=9),
        }
        named = {"crls": [at]} if waits_for == "list" else {"ocsp": at}
        World(tmp_path).keep(CA.issue(7, **named, **dates))  # type: ignore[arg-type]
        process = forked.popen(
            [sys.executable, "-m", "support.refresh_process", str(tmp_path / "db"), port, "ocsp"], cwd=tmp_path,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests")])},
        )  # fmt: skip
        assert asked.wait(30)
        code, _, shown = stopped(process, number)
    assert (code, b"stopping" in shown) == (1, True)
    events = json.loads(run_here("audit", "show", "--db", tmp_path / "db", "--format", "json").stdout)
    assert [(event["action"], event["state"]) for event in (events[0], events[-1])] == [
        ("refresh", "failed"),
        ("refresh", "intended"),
    ]
    assert len(events) == (3 if waits_for == "responder" else 2)  # the disclosure


@pytest.mark.parametrize("number", SIGNALS)
def test_a_scan_stops_before_its_log_list_came(number: signal.Signals, tmp_path: Path) -> None:
    with silent_server() as (url, asked):
        process = started("scan", "--everything", "--log-list", url, "--format", "json", cwd=tmp_path)
        assert asked.wait(30)
        code, out, _ = stopped(process, number)
    assert (code, json.loads(out)["logs"]) == (1, [])


def test_a_terminal_shows_within_seconds_which_answer_is_waited_for(tmp_path: Path) -> None:
    ours, theirs = pytest.importorskip("pty").openpty()
    clean = {k: v for k, v in os.environ.items() if not k.startswith("CTSCAN_")}
    with silent_server() as (url, asked):
        process = forked.popen(
            command("scan", "--everything", "--log-list", url), cwd=tmp_path, stdin=theirs, stdout=theirs,
            stderr=theirs, env={**clean, "PYTHONPATH": str(ROOT), "TERM": "xterm"},
        )  # fmt: skip
        os.close(theirs)
        shown = b""
        assert asked.wait(30)
        began = time.monotonic()
        while b"waiting for the log list" not in shown:
            assert forked.can_read(ours, MOST + MORE), shown
            shown += os.read(ours, 4096)
        assert time.monotonic() - began < MOST + MORE
        process.terminate()
        assert process.wait(30) == 1
    os.close(ours)


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_hang_up_ends_a_scan_in_every_process(jobs: str, tmp_path: Path) -> None:
    """The terminal sends SIGHUP to the workers too."""
    with Simulator() as sim:
        log = sim.add("people", people_log(size=6000))
        log.fault("/tile/data/", slow(0.2))
        logs = ("--log-list", sim.list_url, "--from", "start", "--jobs", jobs)
        clean = {k: v for k, v in os.environ.items() if not k.startswith("CTSCAN_")}
        process = forked.popen(
            command("scan", "--everything", *logs, "--db", "x.db", "--format", "json"),
            cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env={**clean, "PYTHONPATH": str(ROOT)}, start_new_session=True,
        )  # fmt: skip
        until(lambda: sum("/tile/data/" in r.target for r in log.requests) > 2 * int(jobs))
        os.killpg(process.pid, signal.SIGHUP)
        out, shown = process.communicate(timeout=30)
    assert (process.returncode, [log["outcome"] for log in json.loads(out)["logs"]]) == (1, ["stopped"]), shown
    assert last_run(tmp_path / "x.db").outcome == "interrupted"


def test_a_reindex_that_is_stopped_goes_no_further_and_goes_on_when_called_again(tmp_path: Path) -> None:
    with Simulator() as sim:
        sim.add("people", people_log())
        assert (
            run_here(
                "scan", "--everything", "--log-list", sim.list_url, "--from", "start", "--db", tmp_path / "x.db"
            ).exit_code
            == 0
        )

    async def reindexed() -> app.ReindexResult:  # type: ignore[name-defined]
        stop = asyncio.Event()
        stop.set()
        return await app.reindex(Config(db=str(tmp_path / "x.db")), who="tester", stop=stop)

    result = asyncio.run(reindexed())
    assert (result.stopped, result.exit_code, result.unchanged) == (True, 1, 0)
    whole = asyncio.run(app.reindex(Config(db=str(tmp_path / "x.db")), who="tester"))
    assert (whole.stopped, whole.exit_code, whole.unchanged) == (False, 0, 5)


def test_nohup_stays_in_force() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        assert hang_ups() == ()
    finally:
        signal.signal(signal.SIGHUP, before)
    assert hang_ups() == (signal.SIGHUP,)


def test_each_signal_sets_the_stop_and_the_handlers_are_put_back() -> None:
    async def hear(number: signal.Signals) -> None:
        with stop_on_signal() as stop:
            os.kill(os.getpid(), number)
            await asyncio.wait_for(stop.wait(), 5)

    for number in SIGNALS:
        before = signal.getsignal(number)
        asyncio.run(hear(number))
        assert signal.getsignal(number) is before


def test_a_thread_that_waits_holds_no_command_back() -> None:
    """The system's resolver may wait for minutes, and can't be interrupted."""
    script = (
        "import asyncio, time\n"
        "from ctscan.cli.process import run\n"
        "async def work():\n"
        "    assert await asyncio.to_thread(lambda: 6 * 7) == 42\n"
        "    waiting = asyncio.create_task(asyncio.to_thread(time.sleep, 600))\n"
        "    await asyncio.sleep(0.1)\n"
        "    waiting.cancel()\n"
        "run(work())\n"
    )
    subprocess.run([sys.executable, "-c", script], env={**os.environ, "PYTHONPATH": str(ROOT)}, timeout=30, check=True)


def test_threads_run_side_by_side_and_raise_where_they_are_awaited() -> None:
    async def work() -> list[int]:
        barrier = threading.Barrier(3)
        with pytest.raises(ZeroDivisionError):
            await asyncio.to_thread(lambda: 1 // 0)
        return await asyncio.gather(*[asyncio.to_thread(barrier.wait, 10) for _ in range(3)])

    assert sorted(run(work())) == [0, 1, 2]
