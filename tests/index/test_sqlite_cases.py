"""Register of cases in SQLite: nothing that was written changes, a case goes as a whole, and damage is noticed."""

# ruff: noqa: S608 - statements contain names of tables and columns of the schema

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from support.cases import a_case, an_event
from support.kept import later

from ctscan.errors import IndexFault
from ctscan.index.open import open_index
from ctscan.index.sqlite.row_checks import CHECKED, register
from ctscan.model.case import Case

TABLES = ("subject_case", "case_identifier", "case_event")
COUNTS = {("subject_case", "identifiers"), ("subject_case", "events")}
COLUMNS = [(table, column) for table in TABLES for column in CHECKED[table].split()]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Give an index with two cases, the first of which has a history of three events."""

    async def fill() -> None:
        async with await open_index(tmp_path / "ctscan.db", create=True) as index:
            first = await index.save_case(a_case())
            await index.save_case(a_case())
            assert await index.add_events(first.number, 1, [an_event(minutes=number) for number in (1, 2)])

    asyncio.run(fill())
    return tmp_path / "ctscan.db"


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """Open the file without ctscan."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA foreign_keys = ON")
        register(connection)
        yield connection


def cases(path: Path) -> list[Case]:
    async def work() -> list[Case]:
        async with await open_index(path, create=False) as index:
            return await index.cases()

    return asyncio.run(work())


@pytest.mark.parametrize(("table", "column"), [pair for pair in COLUMNS if pair not in COUNTS])
def test_nothing_that_was_written_changes(table: str, column: str, path: Path) -> None:
    with opened(path) as connection, pytest.raises(sqlite3.IntegrityError, match="only added to"):
        connection.execute(f"UPDATE {table} SET {column} = {column}")


@pytest.mark.parametrize("table", ["case_identifier", "case_event"])
def test_a_part_of_a_case_is_never_deleted(table: str, path: Path) -> None:
    with opened(path) as connection, pytest.raises(sqlite3.IntegrityError, match="goes as a whole"):
        connection.execute(f"DELETE FROM {table} WHERE id = 1")
    assert len(cases(path)) == 2


def test_a_case_is_deleted_as_a_whole_and_its_number_is_not_given_again(path: Path) -> None:
    with opened(path) as connection:
        connection.execute("DELETE FROM subject_case WHERE number = 'C-2026-0002'")
        left = [connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in TABLES]
    assert left == [1, 2, 3]
    assert [case.number for case in cases(path)] == ["C-2026-0001"]

    async def another() -> str:
        async with await open_index(path, create=False) as index:
            return (await index.save_case(a_case())).number

    assert asyncio.run(another()) == "C-2026-0003"


@contextmanager
def damaging(path: Path) -> Iterator[sqlite3.Connection]:
    """Open the file as rot does: without its triggers and references."""
    with opened(path) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        triggers = connection.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        yield connection
        for _, sql in triggers:
            connection.execute(sql)


@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_a_changed_value_is_noticed(table: str, column: str, path: Path) -> None:
    with damaging(path) as connection:
        kinds = {row[1]: row[2] for row in connection.execute(f"PRAGMA table_info({table})")}
        value = f"{column} + 100" if kinds[column] == "INTEGER" else f"coalesce('~' || {column}, '~')"
        connection.execute(f"UPDATE {table} SET {column} = {value} WHERE id = (SELECT max(id) FROM {table})")
    with pytest.raises(IndexFault, match="damaged"):
        cases(path)


@pytest.mark.parametrize("table", ["case_identifier", "case_event"])
@pytest.mark.parametrize("place", ["min", "max"])
def test_a_lost_row_is_noticed_and_not_called_repaired(table: str, place: str, path: Path) -> None:
    with damaging(path) as connection:
        connection.execute(f"DELETE FROM {table} WHERE id = (SELECT {place}(id) FROM {table})")
    with pytest.raises(IndexFault, match=f"damaged \\({table}\\)"):
        cases(path)

    async def repair() -> tuple[str, ...]:
        async with await open_index(path, create=False) as index:
            assert await index.damaged_parts(lambda: False) == {table}
            repaired = await index.begin_repair(later(0), lambda: False)
            assert repaired is not None
            return repaired.unrepaired

    assert asyncio.run(repair()) == (table,)


def test_a_lost_case_is_noticed_by_its_history(path: Path) -> None:
    with damaging(path) as connection:
        connection.execute("DELETE FROM subject_case WHERE id = 2")
    with pytest.raises(IndexFault, match=r"damaged \(subject_case\)"):
        cases(path)


def test_nothing_is_added_to_a_damaged_case(path: Path) -> None:
    with damaging(path) as connection:
        connection.execute("UPDATE subject_case SET received = '2026-12-24' WHERE id = 1")

    async def add() -> bool:
        async with await open_index(path, create=False) as index:
            return await index.add_events("C-2026-0001", 3, [an_event()])

    with pytest.raises(IndexFault, match="damaged"):
        asyncio.run(add())
