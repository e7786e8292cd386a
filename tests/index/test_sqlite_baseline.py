"""The baseline: an index that is made at once equals an index that all migrations made, one after the other."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import make_baseline
from index.test_kills import version_and_rows

from ctscan.index.open import open_index
from ctscan.index.sqlite import schema


def make(path: Path) -> None:
    async def work() -> None:
        async with await open_index(path, create=True):
            pass

    asyncio.run(work())


def migrate_from_nothing(path: Path) -> None:
    """Make an index by the migrations alone, then open it, as ctscan does."""
    with closing(sqlite3.connect(path)) as connection:
        schema.migrate(connection, schema.migrations())
        connection.commit()
    make(path)


def test_the_baseline_is_what_the_migrations_make() -> None:
    """To renew the file: `make schema`. The file shows a review what a migration changes."""
    assert make_baseline.PATH.read_text(encoding="utf-8") == make_baseline.baseline()


def test_an_index_made_at_once_equals_a_migrated_one(tmp_path: Path) -> None:
    at_once, migrated = tmp_path / "at_once.db", tmp_path / "migrated.db"
    make(at_once)
    migrate_from_nothing(migrated)
    version, rows = version_and_rows(at_once)
    assert (version, rows) == version_and_rows(migrated)
    assert version == len(schema.migrations())
    assert len(rows["migration"]) == version
    settings = ("application_id", "user_version", "journal_mode", "page_size", "auto_vacuum", "encoding")
    for setting in settings:
        with closing(sqlite3.connect(at_once)) as one, closing(sqlite3.connect(migrated)) as other:
            found = one.execute(f"PRAGMA {setting}").fetchone()
            assert found == other.execute(f"PRAGMA {setting}").fetchone()


def test_every_table_of_an_index_is_strict(tmp_path: Path) -> None:
    make(tmp_path / "ctscan.db")
    with closing(sqlite3.connect(tmp_path / "ctscan.db")) as connection:
        tables = connection.execute(
            "SELECT name, strict FROM pragma_table_list WHERE schema = 'main' AND type = 'table'"
        )
        loose = {name for name, strict in tables if not strict and not name.startswith("sqlite_")}
        assert loose == set()


def test_every_index_has_a_salt_and_a_date_of_its_own(tmp_path: Path) -> None:
    salts = set()
    for name in ("a.db", "b.db"):
        make(tmp_path / name)
        with closing(sqlite3.connect(tmp_path / name)) as connection:
            salts.add(connection.execute("SELECT salt FROM salt").fetchone()[0])
            applied = [datetime.fromisoformat(at) for (at,) in connection.execute("SELECT applied FROM migration")]
        assert all(timedelta(0) <= datetime.now(UTC) - at < timedelta(minutes=5) for at in applied)
    assert [len(salt) for salt in salts] == [32, 32]


def test_a_migration_behind_the_baseline_is_applied_to_a_new_index() -> None:
    known = schema.migrations()
    newer = (len(known) + 1, "9999_newer", "CREATE TABLE newer (x TEXT) STRICT;\n")
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        schema.bring_up_to_date(connection, [*known, newer])
        assert schema.version_of(connection) == len(known) + 1
        assert connection.execute("SELECT count(*) FROM newer").fetchone() == (0,)
