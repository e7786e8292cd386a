"""Schema of an SQLite index: its version, and the numbered migrations that bring it up to date.

`migrations/NNNN_name.sql` are applied in order, all missing migrations and the record of them in one transaction: a
database has a version wholly or not at all. A released migration is never edited; later changes are new migrations.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from ctscan.errors import IndexFault

APPLICATION_ID = int.from_bytes(b"CTsc")
"""PRAGMA application_id of an index, in the header of the file (bytes 68 to 71)."""

_RECORD = """CREATE TABLE migration (
    number  INTEGER PRIMARY KEY,
    name    TEXT NOT NULL,
    applied TEXT NOT NULL
) STRICT"""


def migrations() -> list[tuple[int, str, str]]:
    """Return `(number, name, SQL)` of every migration, in order. The numbers are 1, 2, 3 and so on."""
    found = sorted(
        (int(file.name[:4]), file.name.removesuffix(".sql"), file.read_text(encoding="utf-8"))
        for file in (Path(__file__).parent / "migrations").glob("*.sql")
    )
    if [number for number, _, _ in found] != list(range(1, len(found) + 1)):
        raise IndexFault("the migrations of this installation have gaps; install ctscan anew")
    return found


def version_of(connection: sqlite3.Connection) -> int:
    """Return the number of the last migration applied; 0 for an empty database."""
    if connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'migration'").fetchone() is None:
        return 0
    return int(connection.execute("SELECT coalesce(max(number), 0) FROM migration").fetchone()[0])


def migrate(connection: sqlite3.Connection, known: list[tuple[int, str, str]]) -> None:
    """Apply missing migrations, inside the transaction of the caller. A newer database is refused untouched."""
    version = version_of(connection)
    if version > len(known):
        raise IndexFault(
            f"the index was written by a newer ctscan (version {version} of its tables, this one knows {len(known)}); "
            "upgrade ctscan"
        )
    if version == 0:
        connection.execute(_RECORD)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    for number, name, script in known[version:]:
        for statement in statements(script):
            connection.execute(statement)
        at = datetime.now(UTC).isoformat(timespec="seconds")
        connection.execute("INSERT INTO migration (number, name, applied) VALUES (?, ?, ?)", (number, name, at))


def statements(script: str) -> Iterator[str]:
    """Yield the single statements of a script, to run them in the open transaction: `executescript` would end it. A
    statement ends with its line."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
