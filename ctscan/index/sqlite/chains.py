"""Sightings of certificates in chains. Functions of an open transaction.

No tree covers a chain: a sighting in a chain is never verified and has no proof. It shares the fate of its entry:
pending with it, and deleted when the pending range is given up. Every pass over a log sees the same chains again, so
that each log keeps one sighting of a certificate, the first that is no longer pending.
"""

# ruff: noqa: S608 - statements contain question marks of our own; values are bound

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ctscan.index.sqlite import row_checks, rows
from ctscan.index.sqlite.remembered import is_empty
from ctscan.model import EntryKind, Sighting

if TYPE_CHECKING:
    from ctscan.index.sqlite.certificate_rows import CertificateRow


def write_sighting(
    connection: sqlite3.Connection, log: int, row: CertificateRow, leaf: int, pending_start: int | None
) -> None:
    """Write a sighting unless there is one that isn't pending. The unique keys of the table allow one for each pending
    range."""
    connection.execute(
        "INSERT INTO chain_sighting (log, entry_index, timestamp, leaf, pending)"
        " SELECT :log, :at, :timestamp, :leaf, :pending_start WHERE NOT EXISTS"
        " (SELECT 1 FROM chain_sighting WHERE leaf = :leaf AND log = :log AND pending IS NULL)"
        " ON CONFLICT DO NOTHING",
        {
            "log": log,
            "at": row.entry.index,
            "timestamp": rows.signed64(row.entry.timestamp),
            "leaf": leaf,
            "pending_start": pending_start,
        },
    )


def sightings(connection: sqlite3.Connection, certificates: Sequence[int]) -> Iterator[tuple[int, Sighting]]:
    """Yield `(certificate, sighting)`, newest first."""
    if is_empty(connection, "chain_sighting"):
        return
    cursor = connection.execute(*rows.within(_SIGHTINGS, certificates))
    found = row_checks.sound(connection, "chain_sighting", cursor)
    for certificate, name, log_id, index, timestamp in found:
        yield certificate, Sighting(name, log_id, index, rows.unsigned64(timestamp), EntryKind.CHAIN, verified=False)


_SIGHTINGS = (
    "SELECT certificate, log.name, log.log_id, entry_index, timestamp,"
    f" {row_checks.is_sound('leaf')} AND {row_checks.is_sound('chain_sighting')} AND log.id IS NOT NULL"
    " FROM leaf CROSS JOIN chain_sighting ON chain_sighting.leaf = leaf.id"
    " LEFT JOIN log ON log.id = chain_sighting.log"
    " WHERE certificate IN ({}) ORDER BY timestamp DESC, log.name, entry_index"
)
