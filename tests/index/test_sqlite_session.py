"""Sessions of both kinds: units of work that fail, are cancelled or come too late."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from ctscan.errors import IndexFault
from ctscan.index.sqlite.connection import Database, open_database

BOTH = pytest.mark.parametrize("inline", [False, True])


def size(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT count(*) FROM salt").fetchone()[0])


def with_database(path: Path, inline: bool, ask: Callable[[Database], Awaitable[None]]) -> None:
    async def run() -> None:
        database = await open_database(path / "ctscan.db", create=True, inline=inline)
        try:
            await asyncio.wait_for(ask(database), 20)
        finally:
            await database.aclose()

    asyncio.run(run())


@BOTH
@pytest.mark.parametrize("error", [RecursionError, MemoryError, StopIteration, ValueError, sqlite3.DataError])
def test_work_that_fails_writes_nothing_and_the_session_goes_on(
    inline: bool, error: type[Exception], tmp_path: Path
) -> None:
    def fail(connection: sqlite3.Connection) -> None:
        connection.execute("CREATE TABLE half (a)")
        raise error

    async def ask(database: Database) -> None:
        for run in (database.write, database.read):
            with pytest.raises((IndexFault, RuntimeError, MemoryError, ValueError)):
                await run(fail)
        assert (
            await database.read(lambda c: c.execute("SELECT 1 FROM sqlite_schema WHERE name = 'half'").fetchall()) == []
        )

    with_database(tmp_path, inline, ask)


@BOTH
def test_work_after_the_end_is_a_fault_that_blames_no_damage(inline: bool, tmp_path: Path) -> None:
    async def ask(database: Database) -> None:
        await database.aclose()
        for run in (database.write, database.read):
            with pytest.raises(IndexFault, match="closed database"):
                await run(size)

    with_database(tmp_path, inline, ask)


def test_cancelled_work_leaves_no_transaction_open_and_closing_waits_for_it(tmp_path: Path) -> None:
    async def ask(database: Database) -> None:
        begun, gate = threading.Event(), threading.Event()

        def slow(connection: sqlite3.Connection) -> None:
            connection.execute("CREATE TABLE whole (a)")
            begun.set()
            gate.wait(10)

        writing = asyncio.create_task(database.write(slow))
        await asyncio.to_thread(begun.wait, 10)
        writing.cancel()
        closing = asyncio.create_task(database.aclose())
        await asyncio.sleep(0)
        gate.set()
        await closing
        with pytest.raises(asyncio.CancelledError):
            await writing

    with_database(tmp_path, False, ask)
    connection = sqlite3.connect(tmp_path / "ctscan.db")
    assert connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'whole'").fetchall() == [(1,)]
    connection.close()
