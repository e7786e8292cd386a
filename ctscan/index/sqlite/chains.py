"""Certificates of chains: where they were seen. Functions of one open transaction.

No tree covers a chain, so a sighting in one is never verified and has no proof. It stands and falls with the entry that
it came with: while that is pending, so is the sighting, and it goes when the range is given up. Every pass over a log
sees the same chains again, so that one sighting is kept for each log: the first that is settled.
"""

# ruff: noqa: S608 - what is put into statements are question marks of our own; values are bound

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence

from ctscan.index.sqlite import rows
from ctscan.index.sqlite.rows import CertificateRow
from ctscan.model import EntryKind, Sighting


def write_sighting(
    connection: sqlite3.Connection, log: int, row: CertificateRow, leaf: int, pending_start: int | None
) -> None:
    """The unique keys of the table hold one for each pending range, and one settled; none is added beside that."""
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
    """Certificate and sighting, newest first."""
    cursor = connection.execute(
        "SELECT certificate, log.name, log.log_id, entry_index, timestamp"
        " FROM leaf CROSS JOIN chain_sighting ON chain_sighting.leaf = leaf.id JOIN log ON log.id = chain_sighting.log"
        f" WHERE certificate IN ({', '.join('?' * len(certificates))})"
        " ORDER BY timestamp DESC, log.name, entry_index",
        certificates,
    )
    for certificate, name, log_id, index, timestamp in cursor:
        yield certificate, Sighting(name, log_id, index, rows.unsigned64(timestamp), EntryKind.CHAIN, verified=False)
