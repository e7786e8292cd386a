"""Schemas of SQLite files, of an index and of an audit trail: their versions, and the numbered migrations that bring a
file up to date.

`migrations/NNNN_name.sql` are applied in order, for a trail those of `trail_migrations/`. All missing migrations and
the record of them are one transaction: a database has a version wholly or not at all. A released migration is never
edited; later changes are new migrations.

An empty index gets its tables from `baseline.sql` instead, in a tenth of the time. `make schema` writes that file: what
all migrations make of an empty database. A test compares both.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

from msgspec import Struct

from ctscan.errors import IndexFault
from ctscan.index.sqlite import check_filling, fingerprints, posting_lists, row_checks, trail_log


class Schema(Struct, frozen=True):
    """Kind of database file.

    Attributes:
        name: noun for messages.
        application_id: PRAGMA application_id, in the header of the file (bytes 68 to 71).
        folder: folder of the migrations.
        synchronous: PRAGMA synchronous, with WAL: NORMAL commits survive kill -9, FULL ones power loss, too.
        option: the setting that names another path.
        made_by: advice for a missing file.
        mended_by: advice for a damaged file.
        baseline: file with the tables of the newest version, for an empty database; empty: the migrations make them.
    """

    name: str
    application_id: int
    folder: str
    synchronous: str
    option: str
    made_by: str
    mended_by: str
    baseline: str = ""


INDEX = Schema(
    name="index",
    application_id=int.from_bytes(b"CTsc"),
    folder="migrations",
    synchronous="NORMAL",
    option="--db",
    made_by="`ctscan scan` creates it, as `ctscan backfill` does",
    mended_by="`ctscan reindex` repairs what it can and says what to scan again; else restore it from a copy, or move "
    "it away and scan again",
    baseline="baseline.sql",
)

TRAIL = Schema(
    name="audit trail",
    application_id=int.from_bytes(b"CTau"),
    folder="trail_migrations",
    synchronous="FULL",
    option="`path` under [audit] in ctscan.toml, or CTSCAN_AUDIT_PATH",
    made_by="the next scan or look-up creates it",
    mended_by="restore it from a copy; without one, move it away, keep it, and begin another: `ctscan audit begin`",
)

LOGGED_BY = 3
"""Migration of a trail that makes it a log."""

_RECORD = """CREATE TABLE migration (
    number  INTEGER PRIMARY KEY,
    name    TEXT NOT NULL,
    applied TEXT NOT NULL
) STRICT"""


def migrations(schema: Schema = INDEX) -> list[tuple[int, str, str]]:
    """Return `(number, name, SQL)` of every migration, in order. The numbers are 1, 2, 3 and so on."""
    found = sorted(
        (int(file.name[:4]), file.name.removesuffix(".sql"), file.read_text(encoding="utf-8"))
        for file in (Path(__file__).parent / schema.folder).glob("*.sql")
    )
    if [number for number, _, _ in found] != list(range(1, len(found) + 1)):
        raise IndexFault("the migrations of this installation have gaps; install ctscan anew")
    return found


def version_of(connection: sqlite3.Connection) -> int:
    """Return the number of the last migration applied; 0 for an empty database."""
    if connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'migration'").fetchone() is None:
        return 0
    return int(connection.execute("SELECT coalesce(max(number), 0) FROM migration").fetchone()[0])


def bring_up_to_date(connection: sqlite3.Connection, known: list[tuple[int, str, str]], schema: Schema = INDEX) -> None:
    """Make the tables of an empty database, or apply missing migrations, inside the transaction of the caller. A newer
    database is refused untouched."""
    if schema.baseline and version_of(connection) == 0:
        script = (Path(__file__).parent / schema.baseline).read_text(encoding="utf-8")
        for statement in statements(script):
            connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {schema.application_id}")
    migrate(connection, known, schema)


def migrate(connection: sqlite3.Connection, known: list[tuple[int, str, str]], schema: Schema = INDEX) -> None:
    """Apply missing migrations, inside the transaction of the caller. A newer database is refused untouched."""
    if schema is INDEX:
        row_checks.register(connection)
        fingerprints.register(connection)
    version = version_of(connection)
    if version > len(known):
        refuse_newer(version, len(known), schema)
    if version == 0:
        connection.execute(_RECORD)
        connection.execute(f"PRAGMA application_id = {schema.application_id}")
    for number, name, script in known[version:]:
        for statement in statements(script):
            connection.execute(statement)
        at = datetime.now(UTC).isoformat(timespec="seconds")
        connection.execute("INSERT INTO migration (number, name, applied) VALUES (?, ?, ?)", (number, name, at))
    if schema is TRAIL and version < LOGGED_BY <= len(known):
        trail_log.take_over(connection)
    if schema is INDEX and version < check_filling.FILLED_BY <= len(known):
        check_filling.fill(connection)
    if schema is INDEX and version < posting_lists.FILLED_BY <= len(known):
        posting_lists.fill(connection)
    if schema is INDEX and any(
        name.endswith((check_filling.MAILBOXES, check_filling.PLACES)) for _, name, _ in known[version:]
    ):
        check_filling.fill_mailboxes(connection)


def refuse_newer(version: int, known: int, schema: Schema) -> NoReturn:
    """Raise IndexFault for a file of a newer ctscan."""
    raise IndexFault(
        f"the {schema.name} was written by a newer ctscan (version {version} of its tables, this one knows {known}); "
        "upgrade ctscan"
    )


def statements(script: str) -> Iterator[str]:
    """Yield the single statements of a script, to run them in the open transaction: `executescript` would end it. A
    statement ends with its line."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if ";" in line and sqlite3.complete_statement(statement):
            yield statement
            statement = ""
