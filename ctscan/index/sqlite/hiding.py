"""One filter between every reader and the certificates whose processing is restricted: views that stand before the
tables. Functions of a connection.

A temporary view of the name of a table comes before the table. So a reading transaction sees the tables of a
certificate (`registry.of_certificates`) without the hidden rows, whichever statement reads them, and no statement can
forget it. Writing transactions see the tables themselves, and so do control totals, which count hidden rows too: they
name their tables `main.…`. The views stand only while something is hidden. SQL from outside ctscan isn't filtered.
"""

# ruff: noqa: S608 - statements contain names of tables of our own

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from ctscan.index.registry import of_certificates

_HIDDEN = "SELECT certificate FROM main.restricted_certificate UNION SELECT certificate FROM temp.withheld"
_WITHHELD = "CREATE TABLE temp.withheld (certificate INTEGER PRIMARY KEY)"


def _conditions() -> dict[str, str]:
    """Return the condition of the rows that are shown, by table."""
    hidden = {"certificate": _HIDDEN}
    shown = {"certificate": f"id NOT IN ({_HIDDEN})"}
    for table, (parent, column) in of_certificates().items():
        shown[table] = f"({column} IS NULL OR {column} NOT IN ({hidden[parent]}))"
        hidden[table] = f"SELECT id FROM main.{table} WHERE {column} IN ({hidden[parent]})"
    del shown["restricted_certificate"]
    return shown


_VIEWS = [
    f"CREATE TEMP VIEW {table} AS SELECT * FROM main.{table} WHERE {shown}" for table, shown in _conditions().items()
]
_DROPS = [f"DROP VIEW temp.{table}" for table in _conditions()]


def before_reading(connection: sqlite3.Connection) -> None:
    """Put the views before the tables if anything is hidden, else take them away."""
    if _is_anything_hidden(connection):
        _put(connection)
    else:
        before_writing(connection)


def before_writing(connection: sqlite3.Connection) -> None:
    """Take the views away."""
    if _stands(connection, "certificate"):
        for drop in _DROPS:
            connection.execute(drop)


def withhold(connection: sqlite3.Connection, certificates: Iterable[int]) -> None:
    """Hide certificates from this connection alone: of an index that can't be written to, and that hasn't carried out
    all suppressions."""
    _make_room(connection)
    connection.execute("DELETE FROM temp.withheld")
    connection.executemany(
        "INSERT OR IGNORE INTO temp.withheld (certificate) VALUES (?)", [(id,) for id in certificates]
    )


def _put(connection: sqlite3.Connection) -> None:
    if not _stands(connection, "certificate"):
        _make_room(connection)
        for view in _VIEWS:
            connection.execute(view)


def _make_room(connection: sqlite3.Connection) -> None:
    if not _stands(connection, "withheld"):
        connection.execute(_WITHHELD)


def _is_anything_hidden(connection: sqlite3.Connection) -> bool:
    found = connection.execute("SELECT 1 FROM main.restricted_certificate LIMIT 1").fetchone()
    if found is None and _stands(connection, "withheld"):
        found = connection.execute("SELECT 1 FROM temp.withheld LIMIT 1").fetchone()
    return found is not None


def _stands(connection: sqlite3.Connection, name: str) -> bool:
    return connection.execute("SELECT 1 FROM sqlite_temp_schema WHERE name = ?", (name,)).fetchone() is not None
