"""File of an audit trail: mode, syncing, refusal of changes, several processes, and kills between two events."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from index.test_contract_trail import AT, LOOKUP, SCAN
from msgspec.structs import replace
from support import forked
from support.forked import Forked

from ctscan.errors import IndexFault
from ctscan.index.open import open_index, open_trail
from ctscan.model import AuditEvent, AuditState


def add(path: Path, number: int) -> None:
    async def work() -> None:
        async with await open_trail(path, create=True, inline=True) as trail:
            for _ in range(number):
                await trail.append(replace(LOOKUP, answer=""))

    asyncio.run(work())


def events(path: Path) -> list[AuditEvent]:
    async def work() -> list[AuditEvent]:
        async with await open_trail(path, create=False, inline=True) as trail:
            return await trail.events(10_000)

    return asyncio.run(work())


def modes(folder: Path) -> dict[str, int]:
    return {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}


@contextmanager
def umask(mask: int) -> Iterator[None]:
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


@pytest.mark.parametrize("mask", [0, 0o022, 0o277])
def test_nobody_else_may_read_a_trail_whatever_the_umask(tmp_path: Path, mask: int) -> None:
    async def work() -> dict[str, int]:
        async with await open_trail(tmp_path / "t", create=True) as trail, trail.intend(SCAN):
            return modes(tmp_path)

    with umask(mask):
        assert asyncio.run(work()) == {"t": 0o600, "t-wal": 0o600, "t-shm": 0o600, "t.lock": 0o600}


def test_every_event_is_synced_to_the_disk(tmp_path: Path) -> None:
    async def work() -> tuple[int, str]:
        async with await open_trail(tmp_path / "t", create=True) as trail:
            database = trail._database  # type: ignore[attr-defined]
            return await database.read(
                lambda c: (
                    c.execute("PRAGMA synchronous").fetchone()[0],
                    c.execute("PRAGMA journal_mode").fetchone()[0],
                )
            )

    assert asyncio.run(work()) == (2, "wal")  # FULL: the write-ahead log is synced at each commit


@pytest.mark.parametrize("change", ["UPDATE event SET who = 'nobody'", "DELETE FROM event WHERE id = 1"])
def test_no_event_is_changed_or_deleted(tmp_path: Path, change: str) -> None:
    add(tmp_path / "t", 2)
    with closing(sqlite3.connect(tmp_path / "t")) as connection:
        with pytest.raises(sqlite3.IntegrityError, match="events are only added"):
            connection.execute(change)
        connection.rollback()
    assert [event.who for event in events(tmp_path / "t")] == ["privacy", "privacy"]


def test_an_index_is_no_trail_and_a_trail_is_no_index(tmp_path: Path) -> None:
    add(tmp_path / "trail", 1)

    async def make_index() -> None:
        async with await open_index(tmp_path / "index", create=True):
            pass

    asyncio.run(make_index())
    with pytest.raises(IndexFault, match=r"expected \d+, an audit trail of ctscan"):
        asyncio.run(open_trail(tmp_path / "index", create=True))
    with pytest.raises(IndexFault, match=r"expected \d+, an index of ctscan"):
        asyncio.run(open_index(tmp_path / "trail", create=True))


def test_the_tables_are_strict(tmp_path: Path) -> None:
    add(tmp_path / "t", 1)
    with closing(sqlite3.connect(tmp_path / "t")) as connection:
        rows = connection.execute("SELECT name, strict FROM pragma_table_list WHERE schema = 'main' AND type = 'table'")
        assert {name for name, strict in rows if not strict and not name.startswith("sqlite_")} == set()


def test_open_intents_are_found_without_reading_all_events(tmp_path: Path) -> None:
    from ctscan.index.sqlite.trail import _COLUMNS, _OPEN

    add(tmp_path / "t", 1)
    with closing(sqlite3.connect(tmp_path / "t")) as connection:
        plan = connection.execute(f"EXPLAIN QUERY PLAN SELECT {_COLUMNS} FROM event WHERE {_OPEN}").fetchall()  # noqa: S608
    assert any("event_intended" in row[3] for row in plan), plan
    assert not any(row[3] == "SCAN event" for row in plan), plan


# --- several processes ---------------------------------------------------------------------------------------------


def _add_at_once(path: Path) -> None:
    add(path, 25)


def test_processes_that_append_at_once_lose_and_double_nothing(tmp_path: Path) -> None:
    assert forked.at_once("index.test_trail_file:_add_at_once", tmp_path / "t", 3) == [0, 0, 0]
    assert [event.id for event in events(tmp_path / "t")] == list(range(75, 0, -1))


INTEND = """
import asyncio, sys
from pathlib import Path
from index.test_contract_trail import SCAN
from ctscan.index.open import open_trail

async def work():
    async with await open_trail(Path(sys.argv[1]), create=True) as trail, trail.intend(SCAN) as intent:
        print(intent, flush=True)
        await asyncio.sleep(60)

asyncio.run(work())
"""


@contextmanager
def intending(path: Path) -> Iterator[Forked]:
    """Start a process that holds an intent; it is killed at the end at the latest."""
    tests = str(Path(__file__).parents[1])
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([tests, *sys.path])}
    command = [sys.executable, "-c", INTEND, str(path)]
    with forked.popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline().strip().isdigit()
            yield process
        finally:
            process.kill()


def end_abandoned(path: Path) -> list[int]:
    async def work() -> list[int]:
        async with await open_trail(path, create=False, inline=True) as trail:
            return await trail.end_abandoned(AT)

    return asyncio.run(work())


def test_the_intent_of_a_killed_process_is_ended_and_that_of_a_living_one_is_not(tmp_path: Path) -> None:
    path = tmp_path / "t"
    with intending(path) as killed, intending(path):
        assert end_abandoned(path) == []
        killed.send_signal(signal.SIGKILL)
        killed.wait(60)
        assert end_abandoned(path) == [1]
        assert end_abandoned(path) == []
        assert [(event.id, event.state, event.intent) for event in events(path)] == [
            (3, AuditState.INTERRUPTED, 1),
            (2, AuditState.INTENDED, None),
            (1, AuditState.INTENDED, None),
        ]
    assert end_abandoned(path) == [2]


def test_a_look_up_opens_beside_a_living_intent_without_ending_its_lock(tmp_path: Path) -> None:
    """Closing any descriptor of a file drops the locks of a process on it: the trail may be opened again and again."""
    path = tmp_path / "t"

    async def work() -> list[int]:
        async with await open_trail(path, create=True) as trail, trail.intend(SCAN):
            async with await open_trail(path, create=False) as again, again.intend(SCAN) as second:
                await again.append(replace(SCAN, state=AuditState.DONE, intent=second))
            return await asyncio.to_thread(end_abandoned_elsewhere, path)

    assert asyncio.run(work()) == []


def end_abandoned_elsewhere(path: Path) -> list[int]:
    """End abandoned intents in another process."""
    program = (
        "import sys; from pathlib import Path; from index.test_trail_file import end_abandoned; "
        "print(*end_abandoned(Path(sys.argv[1])))"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[1]), *sys.path])}
    words = [sys.executable, "-c", program, str(path)]
    said = forked.run(words, text=True, stdout=forked.PIPE, env=environment, check=True).stdout
    return [int(number) for number in said.split()]


FULL = """
import asyncio, resource, sys
from msgspec.structs import replace
from pathlib import Path
from index.test_contract_trail import LOOKUP
from ctscan.errors import IndexFault
from ctscan.index.open import open_trail

async def work():
    async with await open_trail(Path(sys.argv[1]), create=True, inline=True) as trail:
        await trail.append(replace(LOOKUP, answer=""))
        resource.setrlimit(resource.RLIMIT_FSIZE, (32768, 32768))
        for _ in range(1000):
            await trail.append(replace(LOOKUP, answer="", purpose="x" * 2000))

try:
    asyncio.run(work())
except IndexFault as fault:
    print(fault)
"""


def test_a_full_disk_is_one_line_and_loses_no_event_that_was_confirmed(tmp_path: Path) -> None:
    path = tmp_path / "t"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[1]), *sys.path])}
    words = [sys.executable, "-c", FULL, str(path)]
    said = forked.run(words, text=True, stdout=forked.PIPE, env=environment, check=True).stdout
    assert said.startswith(f"{path}: ") and said.count("\n") == 1
    found = events(path)
    assert [event.id for event in found] == list(range(len(found), 0, -1)) and found
