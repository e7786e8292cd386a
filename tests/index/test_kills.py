"""kill -9 while files are made or brought up to date: index, audit trail and key file are whole, or as they were."""

from __future__ import annotations

import asyncio
import random
import shutil
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest
from index.test_contract_trail import LOOKUP
from index.test_sqlite_migrating import database, write_old
from index.test_trail_file import add, events
from msgspec.structs import replace
from support.killing import kill_often

from ctscan.index.open import open_index, open_trail
from ctscan.index.sqlite import schema
from ctscan.privacy.key_file import load_key, make_key

NEWEST = len(schema.migrations())

Rows = dict[str, list[str]]


# --- migration -----------------------------------------------------------------------------------------------------


def migrate(folder: Path) -> None:
    """Open an old index, which brings it up to date."""

    async def work() -> None:
        async with await open_index(folder / "ctscan.db", create=False):
            pass

    asyncio.run(work())


def write_version(path: Path, version: int, *, wal: bool) -> None:
    """Write an index of an old version, as it lies on a disk: with a write-ahead log, or without."""
    write_old(path, min(version, 2))
    with database(path) as connection:
        connection.execute("BEGIN")
        schema.migrate(connection, schema.migrations()[:version])
        connection.execute("COMMIT")
        connection.execute(f"PRAGMA journal_mode = {'WAL' if wal else 'DELETE'}")


def version_and_rows(path: Path) -> tuple[int, Rows]:
    """Read version, tables and rows, without times of migrations and without the salt, which is random."""
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        tables = connection.execute("SELECT name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%'").fetchall()
        rows = {"schema": sorted(map(repr, tables))}
        for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall():
            if name != "salt":
                columns = "number, name" if name == "migration" else "*"
                rows[name] = sorted(map(repr, connection.execute(f"SELECT {columns} FROM {name}")))  # noqa: S608
        return schema.version_of(connection), rows


EACH_VERSION = [(version, wal) for version in range(1, NEWEST) for wal in (True, False)]


@pytest.mark.parametrize(
    ("kinds", "kills"),
    [([(1, True), (NEWEST - 1, False)], 3), pytest.param(EACH_VERSION, 6, marks=pytest.mark.long)],
    ids=["oldest and last", "each"],
)
def test_a_migration_that_is_killed_is_done_or_undone_and_the_next_open_ends_as_an_undisturbed_one(
    kinds: list[tuple[int, bool]], kills: int, tmp_path: Path
) -> None:
    old, whole, folders = [], [], []
    for kind, (version, wal) in enumerate(kinds):
        path = tmp_path / str(kind)
        path.mkdir()
        write_version(path / "ctscan.db", version, wal=wal)
        folders += [Path(shutil.copytree(path, tmp_path / f"{kind} {number}")) for number in range(kills)]
        old.append(version_and_rows(path / "ctscan.db"))
        migrate(path)
        whole.append(version_and_rows(path / "ctscan.db"))
        assert (old[-1][0], whole[-1][0]) == (version, NEWEST)
    random.Random(14).shuffle(folders)  # no version is always killed early
    kill_often("index.test_kills:migrate", folders)
    for folder in folders:
        kind = int(folder.name.split()[0])
        seen = Path(shutil.copytree(folder, tmp_path / "seen"))  # SQLite undoes there what was begun
        assert version_and_rows(seen / "ctscan.db") in (old[kind], whole[kind])
        shutil.rmtree(seen)
        migrate(folder)
        assert version_and_rows(folder / "ctscan.db") == whole[kind]


# --- audit trail and key file --------------------------------------------------------------------------------------


def make_trail(folder: Path) -> None:
    """Make a trail, append two events, and say how many were confirmed."""

    async def work() -> None:
        async with await open_trail(folder / "trail", create=True) as trail:
            for number in (1, 2):
                await trail.append(replace(LOOKUP, answer=""))
                (folder / f"confirmed {number}").touch()

    asyncio.run(work())


def empty(tmp_path: Path, number: int) -> list[Path]:
    folders = [tmp_path / str(n) for n in range(number)]
    for folder in folders:
        folder.mkdir()
    return folders


@pytest.mark.parametrize("kills", [6, pytest.param(40, marks=pytest.mark.long)])
def test_a_trail_whose_making_is_killed_keeps_what_was_confirmed_and_can_be_used(kills: int, tmp_path: Path) -> None:
    folders = empty(tmp_path, kills + 1)
    kill_often("index.test_kills:make_trail", folders)
    for folder in folders:
        confirmed = len(list(folder.glob("confirmed *")))
        add(folder / "trail", 1)
        found = events(folder / "trail")
        assert confirmed + 1 <= len(found) <= 3
        assert [event.id for event in found] == list(range(len(found), 0, -1))
        assert {stat.S_IMODE(file.stat().st_mode) for file in folder.glob("trail*")} == {0o600}
    assert len(events(folders[0] / "trail")) == 3


def make_keys(folder: Path) -> None:
    """Make 20 keys one after the other and say which were confirmed."""
    for number in range(20):
        made = make_key(folder / f"{number}.key")
        (folder / f"{number}.confirmed").write_bytes(made.secret)


@pytest.mark.parametrize("kills", [20, pytest.param(200, marks=pytest.mark.long)])
def test_a_key_whose_making_is_killed_is_there_whole_or_made_again_and_leaves_no_copy(
    kills: int, tmp_path: Path
) -> None:
    folders = empty(tmp_path, kills + 1)
    ended = kill_often("index.test_kills:make_keys", folders)
    assert not all(ended)
    for folder in folders:
        for path in {file.with_name(file.name[: file.name.index(".key") + 4]) for file in folder.glob("*.key*")}:
            before = path.read_bytes() if path.exists() else None
            made = make_key(path)
            assert load_key(path) == made and before in (None, path.read_bytes())
            confirmed = path.with_suffix(".confirmed")
            assert not confirmed.exists() or confirmed.read_bytes() in (b"", made.secret)
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert not list(folder.glob("*.new")), "a copy of a key stays where backups may find it"
