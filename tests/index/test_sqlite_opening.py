"""Opening an SQLite index: files and permissions of a new index, and refusals that leave the file untouched."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing, contextmanager
from hashlib import sha256
from pathlib import Path

import pytest
from support import forked
from support.kept import LOG, a_hit, an_advance, commit, started

from ctscan.errors import IndexFault
from ctscan.index.open import open_index
from ctscan.index.protocols import Lease
from ctscan.index.sqlite import schema
from ctscan.index.sqlite.connection import fault


def make(path: Path) -> None:
    async def work() -> None:
        async with await open_index(path, create=True) as index:
            run_id = await started(index)
            await index.commit(run_id, an_advance(0, 256, a_hit(1)), Lease(LOG.id, 0, None))

    asyncio.run(work())


def refusal(path: Path, *, create: bool) -> str:
    """Return the message of a refused opening and assert that nothing in the folder changed."""

    async def work() -> None:
        async with await open_index(path, create=create):
            pass

    before = contents(path.parent)
    with pytest.raises(IndexFault) as caught:
        asyncio.run(work())
    assert contents(path.parent) == before
    message = str(caught.value)
    assert "\n" not in message
    assert str(path) in message
    return message


def contents(folder: Path) -> dict[str, bytes | None]:
    return {file.name: sha256(file.read_bytes()).digest() if file.is_file() else None for file in folder.iterdir()}


@contextmanager
def umask(mask: int) -> Iterator[None]:
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


# --- new files ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mask", [0, 0o022, 0o077, 0o277])
def test_nobody_else_may_read_an_index_whatever_the_umask(tmp_path: Path, mask: int) -> None:
    async def work() -> dict[str, int]:
        async with await open_index(tmp_path / "ctscan.db", create=True) as index:
            await commit(index, await started(index), an_advance(0, 256, a_hit(1)))
            async with index.lease(LOG.id, 0, None):
                return modes_below(tmp_path)

    with umask(mask):
        assert asyncio.run(work()) == {
            "ctscan.db": 0o600,
            "ctscan.db-wal": 0o600,
            "ctscan.db-shm": 0o600,
            "ctscan.db.locks": 0o700,
            LOG.id.hex(): 0o600,
        }


def modes_below(folder: Path) -> dict[str, int]:
    return {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.rglob("*")}


def test_the_file_says_whose_it_is_and_how_it_is_kept(tmp_path: Path) -> None:
    make(tmp_path / "ctscan.db")
    header = (tmp_path / "ctscan.db").read_bytes()[:100]
    assert header[68:72] == b"CTsc"
    assert header[18:20] == b"\2\2"  # write-ahead log
    assert [path.name for path in tmp_path.iterdir()] == ["ctscan.db"]


def test_the_connection_enforces_references_and_wipes_what_is_deleted(tmp_path: Path) -> None:
    async def work() -> dict[str, int]:
        async with await open_index(tmp_path / "ctscan.db", create=True) as index:
            return {
                name: await index._database.read(lambda c, name=name: c.execute(f"PRAGMA {name}").fetchone()[0])
                for name in ("foreign_keys", "secure_delete", "synchronous", "temp_store", "trusted_schema")
            }

    settings = {"foreign_keys": 1, "secure_delete": 1, "synchronous": 1, "temp_store": 2, "trusted_schema": 0}
    assert asyncio.run(work()) == settings


def test_what_is_deleted_leaves_no_trace_in_the_file(tmp_path: Path) -> None:
    async def work() -> None:
        async with await open_index(tmp_path / "ctscan.db", create=True) as index:
            hit = a_hit(1)
            await commit(index, await started(index), an_advance(0, 256, hit))
            await index.replace_findings(hit.certificate.identity, (), "rules-1")

    asyncio.run(work())
    assert b"person1@" not in (tmp_path / "ctscan.db").read_bytes()


def test_a_path_with_odd_characters_is_just_a_path(tmp_path: Path) -> None:
    path = tmp_path / "a #1?mode=memory 50%" / "ct scan ü.db"
    path.parent.mkdir()
    make(path)
    assert path.stat().st_size > 0
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_an_empty_file_is_taken_over_by_a_scan_alone(tmp_path: Path) -> None:
    path = tmp_path / "ctscan.db"
    path.touch(0o644)
    assert "empty" in refusal(path, create=False)
    make(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def _open_at_once(path: Path) -> None:
    for _ in range(3):
        make(path)


def test_processes_that_create_one_index_at_once_all_succeed(tmp_path: Path) -> None:
    assert forked.at_once("index.test_sqlite_opening:_open_at_once", tmp_path / "ctscan.db", 4) == [0, 0, 0, 0]


# --- refusals -----------------------------------------------------------------------------------------------------


def test_a_missing_index_is_made_by_a_scan_only(tmp_path: Path) -> None:
    assert "ctscan scan" in refusal(tmp_path / "ctscan.db", create=False)


def test_a_missing_directory_is_not_made(tmp_path: Path) -> None:
    message = f"{tmp_path / 'nowhere' / 'ctscan.db'}: the index can't be created"
    with pytest.raises(IndexFault, match=message):
        asyncio.run(open_index(tmp_path / "nowhere" / "ctscan.db", create=True))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("create", [False, True])
def test_a_directory_is_refused(tmp_path: Path, create: bool) -> None:
    (tmp_path / "ctscan.db").mkdir()
    assert "a directory, expected the file of an index" in refusal(tmp_path / "ctscan.db", create=create)


@pytest.mark.parametrize("create", [False, True])
@pytest.mark.parametrize("content", [b"x", b"-----BEGIN CERTIFICATE-----\n" * 100, bytes(5000)])
def test_a_file_of_another_kind_is_refused(tmp_path: Path, content: bytes, create: bool) -> None:
    (tmp_path / "ctscan.db").write_bytes(content)
    refusal(tmp_path / "ctscan.db", create=create)


@pytest.mark.parametrize("create", [False, True])
@pytest.mark.parametrize("mode", ["delete", "wal"])
def test_a_database_of_another_program_is_refused(tmp_path: Path, mode: str, create: bool) -> None:
    with closing(sqlite3.connect(tmp_path / "ctscan.db")) as connection:
        connection.execute(f"PRAGMA journal_mode = {mode}")
        connection.execute("CREATE TABLE certificate (id INTEGER)")
        connection.commit()
    assert "another program" in refusal(tmp_path / "ctscan.db", create=create)


@pytest.mark.parametrize("create", [False, True])
def test_an_index_of_a_newer_version_is_refused(tmp_path: Path, create: bool) -> None:
    path = tmp_path / "ctscan.db"
    make(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("INSERT INTO migration VALUES (9999, '9999_from_the_future', '2099-01-01')")
        connection.commit()
    message = refusal(path, create=create)
    assert "newer ctscan" in message
    assert "upgrade ctscan" in message


@pytest.mark.parametrize("keep", [4096, 9000, 20_000])
def test_a_truncated_index_is_refused(tmp_path: Path, keep: int) -> None:
    path = tmp_path / "ctscan.db"
    make(path)
    path.write_bytes(path.read_bytes()[:keep])
    assert "damaged" in refusal(path, create=True)


def test_damage_inside_is_told_when_it_is_met(tmp_path: Path) -> None:
    path = tmp_path / "ctscan.db"
    make(path)
    content = bytearray(path.read_bytes())
    content[8 * 4096 :] = b"\xaa" * (len(content) - 8 * 4096)
    path.write_bytes(content)

    async def work() -> None:
        async with await open_index(path, create=False) as index:
            await index.counts()
            await index.runs(5)

    with pytest.raises(IndexFault, match="damaged; `ctscan reindex` repairs"):
        asyncio.run(work())


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "loop.db").symlink_to("loop.db")
    (tmp_path / "dangling.db").symlink_to("nowhere.db")
    os.mkfifo(tmp_path / "pipe.db")
    for name, expected in (
        ("loop", "can't be opened"),
        ("dangling", "can't be opened"),
        ("pipe", "not a regular file"),
    ):
        with pytest.raises(IndexFault, match=expected):
            asyncio.run(open_index(tmp_path / f"{name}.db", create=True))
    assert len(list(tmp_path.iterdir())) == 3


def test_a_full_disk_writes_nothing_of_the_step(tmp_path: Path) -> None:
    async def work() -> None:
        async with await open_index(tmp_path / "ctscan.db", create=True) as index:
            run_id = await started(index)
            await index._database._run(lambda c: c.execute("PRAGMA max_page_count = 80").fetchone())
            with pytest.raises(IndexFault, match="the disk is full; nothing of this step was written"):
                await commit(index, run_id, an_advance(0, 10_000, *(a_hit(i) for i in range(2000))))
            state = await index.log_state(LOG.id)
            assert state is not None and state.verified == ()
            assert (await index.counts())["certificates"] == 0
            await index._database._run(lambda c: c.execute("PRAGMA max_page_count = 100000").fetchone())
            await commit(index, run_id, an_advance(0, 256, a_hit(1)))

    asyncio.run(work())


def test_waiting_for_another_writer_in_vain_is_told(tmp_path: Path) -> None:
    path = tmp_path / "ctscan.db"
    make(path)
    with closing(sqlite3.connect(path)) as writer, closing(sqlite3.connect(path, timeout=0)) as other:
        writer.execute("BEGIN IMMEDIATE")
        with pytest.raises(sqlite3.OperationalError) as caught:
            other.execute("BEGIN IMMEDIATE")
    assert str(fault(path, caught.value)).startswith(f"{path}: another process has been writing to the index")


def test_an_error_that_nobody_foresaw_is_told_by_its_name(tmp_path: Path) -> None:
    error = sqlite3.OperationalError("no such table: certificate")
    error.sqlite_errorname = "SQLITE_ERROR"
    message = f"{tmp_path}: the index could not be used (SQLITE_ERROR: no such table: certificate)"
    assert str(fault(tmp_path, error)) == message


# --- schema -------------------------------------------------------------------------------------------------------


def test_a_migration_and_its_record_are_one_transaction() -> None:
    broken = [(1, "0001_first", "CREATE TABLE a (x TEXT) STRICT;\n"), (2, "0002_broken", "CREATE TABLE a (y TEXT);\n")]
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        with pytest.raises(sqlite3.OperationalError):
            schema.migrate(connection, broken)
        connection.rollback()
        assert schema.version_of(connection) == 0
        assert connection.execute("PRAGMA application_id").fetchone() == (0,)


def test_an_older_database_gets_only_what_it_lacks() -> None:
    first = (1, "0001_first", "CREATE TABLE a (x TEXT) STRICT;\n")
    second = (
        2,
        "0002_second",
        "-- a comment; with a semicolon\nALTER TABLE a\n  ADD COLUMN y TEXT;\nCREATE TABLE b (z);\n",
    )
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        schema.migrate(connection, [first])
        connection.execute("INSERT INTO a VALUES ('kept')")
        schema.migrate(connection, [first, second])
        assert schema.version_of(connection) == 2
        assert connection.execute("SELECT x, y FROM a").fetchall() == [("kept", None)]
        recorded = connection.execute("SELECT number, name FROM migration ORDER BY number").fetchall()
        assert recorded == [(1, "0001_first"), (2, "0002_second")]


def test_a_script_is_cut_into_its_statements() -> None:
    script = (
        "CREATE TABLE a (x);\n\n-- why; because\nCREATE TRIGGER t AFTER INSERT ON a BEGIN\n  DELETE FROM a;\nEND;\n"
    )
    assert len(list(schema.statements(script))) == 2
