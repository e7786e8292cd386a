"""One filter between every reader and the certificates whose processing is restricted: views that stand before the
tables. Functions of a connection.

A temporary view of the name of a table comes before the table. So a reading transaction sees the tables of a
certificate (`registry.of_certificates`) without the hidden rows, whichever statement reads them, and no statement can
forget it. The lists of certificates are packed: `posting_lists` leaves hidden ones out while the views stand. Writing
transactions see the tables themselves, and so do control totals, which count hidden rows too: they name their tables
`main.…`. The views stand only while something is hidden. SQL from outside ctscan isn't filtered.
"""

# ruff: noqa: S608 - statements contain names of tables of our own

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence

from ctscan.index.registry import of_certificates
from ctscan.index.sqlite import posting_lists, postings
from ctscan.index.sqlite.hidden_rows import HIDDEN, stands
from ctscan.index.sqlite.remembered import recall
from ctscan.model.identifier import IdentifierKind

_WITHHELD = "CREATE TABLE temp.withheld (certificate INTEGER PRIMARY KEY)"


def _conditions() -> dict[str, str]:
    """Return the condition of the rows that are shown, by table."""
    hidden = {"certificate": HIDDEN}
    shown = {"certificate": f"id NOT IN ({HIDDEN})"}
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
    """Put the views before the tables if anything is hidden, else take them away. Nearly always nothing is, as one
    statement tells. Its result is remembered: whoever hides more certificates, or fewer, changes rows."""
    is_restricted, has_room, has_views = recall(connection, before_reading, lambda c: c.execute(_STATE).fetchone())
    if is_restricted or (has_room and _is_anything_hidden(connection)):
        _put(connection)
    elif has_views:
        before_writing(connection)


_STATE = (
    "SELECT EXISTS (SELECT 1 FROM main.restricted_certificate),"
    " EXISTS (SELECT 1 FROM sqlite_temp_schema WHERE name = 'withheld'),"
    " EXISTS (SELECT 1 FROM sqlite_temp_schema WHERE name = 'certificate')"
)


def before_writing(connection: sqlite3.Connection) -> None:
    """Take the views away."""
    if stands(connection, "certificate"):
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


def hides_match(
    connection: sqlite3.Connection, forms: Sequence[tuple[str, str]], names: Sequence[Sequence[Sequence[str]]]
) -> bool:
    """Return whether a hidden certificate would answer a look-up.

    Args:
        connection: in a transaction.
        forms: forms of the identifier.
        names: of each name that is asked for its words, each in its forms.
    """
    if not _is_anything_hidden(connection):
        return False
    _make_room(connection)
    kind = str(IdentifierKind.NAME)
    if _hidden_with(connection, forms) or any(_are_hidden(connection, text) for _, text in forms):
        return True
    words = [[_hidden_with(connection, [(kind, form) for form in word]) for word in name] for name in names if name]
    return any(set.intersection(*some) for some in words)


def _hidden_with(connection: sqlite3.Connection, keys: Sequence[tuple[str, str]]) -> set[int]:
    """Return the hidden certificates with one of these look-up keys."""
    found = posting_lists.certificates_of(connection, postings.ids_of(connection, keys).values(), whole=True)
    return {certificate for (certificate,) in connection.execute(HIDDEN) if certificate in found}


def _are_hidden(connection: sqlite3.Connection, text: str) -> bool:
    """Return whether a hidden certificate has this identity, fingerprint or serial number."""
    return connection.execute(_BY_FINGERPRINT, {"text": text}).fetchone() is not None


_BY_FINGERPRINT = (
    f"SELECT 1 FROM main.certificate WHERE id IN ({HIDDEN}) AND (serial = :text OR lower(hex(identity)) = :text"
    " OR EXISTS (SELECT 1 FROM main.leaf WHERE leaf.certificate = certificate.id AND lower(hex(leaf.sha256)) = :text))"
    " LIMIT 1"
)


def _put(connection: sqlite3.Connection) -> None:
    if not stands(connection, "certificate"):
        _make_room(connection)
        for view in _VIEWS:
            connection.execute(view)


def _make_room(connection: sqlite3.Connection) -> None:
    if not stands(connection, "withheld"):
        connection.execute(_WITHHELD)


def _is_anything_hidden(connection: sqlite3.Connection) -> bool:
    found = connection.execute("SELECT 1 FROM main.restricted_certificate LIMIT 1").fetchone()
    if found is None and stands(connection, "withheld"):
        found = connection.execute("SELECT 1 FROM temp.withheld LIMIT 1").fetchone()
    return found is not None
