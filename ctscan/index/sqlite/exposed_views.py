"""Rows of the views of exposure, for exports. Functions of an open transaction.

The views of the schema read the tables below them directly. Copies of them, made for one reading, resolve names as
every reading does, so that whatever is hidden from readers is hidden here, too.
"""

# ruff: noqa: S608 - statements contain names of views of our own

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from ctscan.model.exposure import EXPOSURE_VIEWS

T = TypeVar("T")

Take = Callable[[Sequence[str], Iterator[Sequence[object]]], T]
"""Taker of the names of columns and of the rows, one by one."""


def read_view(connection: sqlite3.Connection, view: str, take: Take[T]) -> T:
    """Give the rows of a view to a taker; return its result. KeyError for another name."""
    if view not in EXPOSURE_VIEWS:
        raise KeyError(view)
    made = _copies(connection)
    try:
        rows = connection.execute(f"SELECT * FROM temp.{view}")
        return take([column[0] for column in rows.description], rows)
    finally:
        for name in reversed(made):
            connection.execute(f"DROP VIEW temp.{name}")


def _copies(connection: sqlite3.Connection) -> list[str]:
    found = connection.execute(
        "SELECT name, sql FROM main.sqlite_schema WHERE type = 'view' AND name LIKE 'exposure\\_%' ESCAPE '\\'"
        " ORDER BY rowid"
    ).fetchall()
    for _, sql in found:
        connection.execute(sql.replace("CREATE VIEW", "CREATE TEMP VIEW", 1))
    return [name for name, _ in found]
