"""Script that makes `ctscan/index/sqlite/baseline.sql`: what all migrations make of an empty database.

python tests/make_baseline.py
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from ctscan.index.sqlite import schema

PATH = Path(schema.__file__).parent / schema.INDEX.baseline

HEAD = """\
-- Tables of an empty index, as all migrations make them. Written by `make schema`, never by hand.
"""

NEW_EACH_TIME = {
    ("migration", "applied"): "strftime('%Y-%m-%dT%H:%M:%S+00:00', 'now')",
    ("salt", "salt"): "randomblob(32)",
}
"""Expressions of the values that differ from index to index."""


def baseline() -> str:
    """Return the statements that make an empty index of the newest version."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        schema.migrate(connection, schema.migrations())
        found = connection.execute(
            "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY rowid"
        ).fetchall()
        objects = [f"{sql};\n" for (sql,) in found]
        return "\n".join([HEAD, *objects, *_insertions(connection)])


def _insertions(connection: sqlite3.Connection) -> Iterator[str]:
    """Yield a statement for each table with rows."""
    tables = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY rowid").fetchall()
    for (table,) in tables:
        columns = [row[1] for row in connection.execute(f"PRAGMA table_info ({table})")]
        quoted = ", ".join(f"quote({column})" for column in columns)
        rows = [
            [NEW_EACH_TIME.get((table, column), value) for column, value in zip(columns, row, strict=True)]
            for row in connection.execute(f"SELECT {quoted} FROM {table}")  # noqa: S608 - names of ours
        ]
        if rows:
            lines = ",\n".join(f"    ({', '.join(row)})" for row in rows)
            yield f"INSERT INTO {table} ({', '.join(columns)}) VALUES\n{lines};\n"


if __name__ == "__main__":
    PATH.write_text(baseline(), encoding="utf-8")
