"""Checks, totals and mailboxes of rows that were written without them: by a version before the migrations that brought
them. Functions of an open transaction.
"""

# ruff: noqa: S608 - statements contain table and column names of our own; values are bound

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Sequence
from typing import Any

from ctscan.index.sqlite import controls, mailboxes, postings, row_checks
from ctscan.index.sqlite.controls import Family
from ctscan.model import IdentifierKind

FILLED_BY = 9
"""Migration whose columns and tables are filled here."""

MAILBOXES = "_mailboxes"
PLACES = "_places"
"""Ends of the names of the migrations that leave the table of addresses empty, to be filled here."""

_AT_ONCE = 2_000


def fill(connection: sqlite3.Connection) -> None:
    """Compute every check and total anew from the rows as they are."""
    _fill_findings_checks(connection)
    present = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    for table in row_checks.CHECKED.keys() & present:  # a table of a later migration is empty
        connection.execute(f"UPDATE {table} SET crc = {row_checks.expression(table)}")
    _empty_totals(connection)
    _add_all(connection, 1, set(_TERMS) - {Family.MAILBOX})


def fill_mailboxes(connection: sqlite3.Connection) -> None:
    """Insert the places of all addresses, and compute their totals."""
    mailboxes.fill(connection)
    _add_all(connection, 1, {Family.MAILBOX})


def fill_totals(connection: sqlite3.Connection) -> None:
    """Compute the control totals anew."""
    _empty_totals(connection)
    _add_all(connection, 1, set(_TERMS))


def _empty_totals(connection: sqlite3.Connection) -> None:
    connection.execute("DELETE FROM control_total")
    connection.execute("DELETE FROM domain_total")


def check_totals(connection: sqlite3.Connection) -> None:
    """Compare all control totals with their sums; note damage. They are taken away in a transaction that is undone."""
    connection.execute("SAVEPOINT check_totals")
    _add_all(connection, -1, set(_TERMS))
    if connection.execute("SELECT 1 FROM control_total WHERE totals <> zeroblob(1024) LIMIT 1").fetchone():
        row_checks.note(connection, "control_total")
    if connection.execute("SELECT 1 FROM domain_total LIMIT 1").fetchone():
        row_checks.note(connection, "domain_total")
    connection.execute("ROLLBACK TO check_totals")
    connection.execute("RELEASE check_totals")


def _add_all(connection: sqlite3.Connection, sign: int, families: Collection[Family]) -> None:
    """Add the terms of all rows to their totals, or take them away. Totals of domains go with those of their keys."""
    for family in sorted(families):
        cursor = connection.execute(_TERMS[family])
        while some := cursor.fetchmany(_AT_ONCE):
            controls.add(connection, family, [_term(family, row) for row in some], sign)
            if family is Family.MAILBOX:
                controls.add_places(connection, some, sign)
    if Family.KEY not in families:
        return
    domains = connection.execute("SELECT id, key, hash FROM lookup_key WHERE kind = ?", (str(IdentifierKind.DOMAIN),))
    while some := domains.fetchmany(_AT_ONCE):
        controls.add_domains(connection, some, sign)


_TERMS = {
    Family.KEY: "SELECT hash, id FROM lookup_key",
    Family.SERIAL: "SELECT serial_hash, id FROM certificate",
    Family.IDENTITY: "SELECT identity, id FROM certificate",
    Family.SHA256: "SELECT sha256, id, kind FROM leaf",
    Family.MAILBOX: "SELECT place, key FROM mailbox",
}


def _term(family: Family, row: Sequence[Any]) -> controls.Term:
    if family is Family.MAILBOX:
        return controls.place_term(*row)
    return controls.hash_term(*row) if family in (Family.KEY, Family.SERIAL) else controls.octets_term(*row)


def _fill_findings_checks(connection: sqlite3.Connection) -> None:
    last = 0
    while ids := [
        id
        for (id,) in connection.execute(
            "SELECT id FROM certificate WHERE id > ? ORDER BY id LIMIT ?", (last, postings.AT_ONCE)
        )
    ]:
        connection.executemany(
            "UPDATE certificate SET findings_check = ? WHERE id = ?",
            [(check, id) for id, check in postings.checks_of(connection, ids).items()],
        )
        last = ids[-1]
