"""Rows of certificates that are hidden from readers, as `hiding` keeps them."""

from __future__ import annotations

import sqlite3

HIDDEN = "SELECT certificate FROM main.restricted_certificate UNION SELECT certificate FROM temp.withheld"
"""Certificates that are hidden, where `temp.withheld` stands."""


def stands(connection: sqlite3.Connection, name: str) -> bool:
    """Return whether a connection has a temporary table or view of this name."""
    return connection.execute("SELECT 1 FROM sqlite_temp_schema WHERE name = ?", (name,)).fetchone() is not None


def hidden_rows(connection: sqlite3.Connection) -> set[int]:
    """Return the certificates that this transaction doesn't see: none where the views of `hiding` don't stand."""
    if not stands(connection, "certificate"):
        return set()
    return {certificate for (certificate,) in connection.execute(HIDDEN)}
