"""Insertion of many rows: some of them in one statement. Functions of an open transaction.

SQLite locks, starts and ends a statement for each row of `executemany`, and Python gives up its own lock and takes it
again. For short rows this takes as long as the insertion itself.

Before a statement of many rows changes a page, SQLite copies it, to be able to take back this statement alone. Nobody
here asks for that: an error ends the transaction. Tables without foreign keys are therefore written with INSERT OR
FAIL, which copies nothing; with foreign keys SQLite copies in any case.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from functools import cache
from itertools import chain
from typing import Any

_TOGETHER = 32
"""Rows of one statement. More save nothing further, and more rows are left that fill no statement."""


def insert(connection: sqlite3.Connection, into: str, found: Sequence[Sequence[Any]], conflict: str = "") -> None:
    """Insert rows in their order.

    Args:
        connection: in a transaction.
        into: the statement up to its columns: `INSERT INTO posting (key, certificate)`.
        found: values of the columns, as many in each row.
        conflict: the end of the statement: `ON CONFLICT …`.
    """
    if not found:
        return
    width = len(found[0])
    whole = len(found) // _TOGETHER * _TOGETHER
    together = _statement(into, width, _TOGETHER, conflict)
    for at in range(0, whole, _TOGETHER):
        connection.execute(together, list(chain.from_iterable(found[at : at + _TOGETHER])))
    if whole < len(found):
        connection.executemany(_statement(into, width, 1, conflict), found[whole:])


@cache
def _statement(into: str, width: int, count: int, conflict: str) -> str:
    """Write the statement of `count` rows; the same text each time, by which the driver finds it prepared."""
    row = f"({', '.join('?' * width)})"
    return f"{into} VALUES {', '.join([row] * count)} {conflict}".rstrip()
