"""Values that are the same for every question, kept in memory while the file stays as it is: logs, basis, rule sets,
kinds of findings, and which tables are empty.

Only reading transactions keep and use them. Each begins by asking for the state of the file: `PRAGMA data_version`,
which changes with every commit of another connection, and the number of rows that this connection has changed itself.
In another state everything is forgotten. Damage forgets everything, too, and nothing more is kept in that transaction,
so that the next one meets the damage again.
"""

# ruff: noqa: S608 - the statement contains the name of a table of our own

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

T = TypeVar("T")
Work = Callable[[sqlite3.Connection], T]


class Remembering:
    """Part of a connection that remembers values in reading transactions without damage."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.is_remembering = False
        self.state_remembered = (0, 0)
        self.remembered: dict[Hashable, Any] = {}


def begin(connection: sqlite3.Connection) -> None:
    """Begin to remember, in a reading transaction; forget what was read from another state of the file."""
    if not isinstance(connection, Remembering):
        return
    state = (connection.execute("PRAGMA data_version").fetchone()[0], connection.total_changes)
    if state != connection.state_remembered:
        connection.state_remembered = state
        connection.remembered.clear()
    connection.is_remembering = True


@contextmanager
def remembering(connection: sqlite3.Connection) -> Iterator[None]:
    """Remember in a reading transaction."""
    begin(connection)
    try:
        yield
    finally:
        end(connection)


def end(connection: sqlite3.Connection) -> None:
    """End with the transaction."""
    if isinstance(connection, Remembering):
        connection.is_remembering = False


def forget(connection: sqlite3.Connection) -> None:
    """Forget everything, and keep nothing until the next transaction."""
    if isinstance(connection, Remembering):
        connection.is_remembering = False
        connection.remembered.clear()


def once(work: Work[T], keeps: Callable[[T], bool] = lambda _: True) -> Work[T]:
    """Make a unit of work that reads a value once for each state of the file; `keeps` says whether to keep it."""

    def read(connection: sqlite3.Connection) -> T:
        return recall(connection, work, work, keeps)

    return read


def recall(
    connection: sqlite3.Connection, name: Hashable, work: Work[T], keeps: Callable[[T], bool] = lambda _: True
) -> T:
    """Return the value of a name, as it was read from this state of the file; else read it."""
    if not isinstance(connection, Remembering) or not connection.is_remembering:
        return work(connection)
    if name in connection.remembered:
        value: T = connection.remembered[name]
        return value
    value = work(connection)
    if connection.is_remembering and keeps(value):  # reading may have met damage
        connection.remembered[name] = value
    return value


def is_empty(connection: sqlite3.Connection, table: str) -> bool:
    """Return whether a table is known to have no row: in a reading transaction, else nobody knows."""
    if not isinstance(connection, Remembering) or not connection.is_remembering:
        return False
    sql = f"SELECT 1 FROM main.{table} LIMIT 1"
    return recall(connection, ("is empty", table), lambda c: c.execute(sql).fetchone() is None)
