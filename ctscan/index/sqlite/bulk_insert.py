"""Bulk insert of new entries: rows of a step that share nothing with the index, nor with each other. Functions of an
open transaction.

Nearly all entries are new: neither certificate nor leaf is stored, their index is free, and no other entry of the step
is equal in any of this. They need no comparison and no election, so that a few statements write all of them. The rest
goes through `commit`, one by one.
"""

# ruff: noqa: S608 - statements contain question marks of our own; values are bound

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from ctscan.index.sqlite import certificates, row_checks, rows
from ctscan.index.sqlite.rows import placeholders

if TYPE_CHECKING:
    from ctscan.index.sqlite.certificate_rows import CertificateRow

_AT_ONCE = 512


def split_new(
    connection: sqlite3.Connection, log: int, some: Sequence[CertificateRow]
) -> tuple[list[CertificateRow], list[CertificateRow]]:
    """Split rows into `(new, others)`, both in their order. The new rows may be written first: they share nothing with
    the rows before them, and the rows after them find them written."""
    identities = _known(connection, "SELECT identity FROM certificate WHERE identity", [row.identity for row in some])
    leaves = _known(connection, "SELECT sha256 FROM leaf WHERE sha256", [row.leaf_sha256 for row in some])
    taken = _taken(connection, log, [row.entry.index for row in some])
    new: list[CertificateRow] = []
    others: list[CertificateRow] = []
    for row in some:
        is_known = row.identity in identities or row.leaf_sha256 in leaves or row.entry.index in taken
        (others if is_known else new).append(row)
        identities.add(row.identity)
        leaves.add(row.leaf_sha256)
        taken.add(row.entry.index)
    return new, others


def _known(connection: sqlite3.Connection, select: str, values: Sequence[bytes]) -> set[bytes]:
    """Return the values that a column holds."""
    return {
        value
        for some in rows.portions(values, _AT_ONCE)
        for (value,) in connection.execute(f"{select} IN ({placeholders(some)})", some)
    }


def _taken(connection: sqlite3.Connection, log: int, indexes: Sequence[int]) -> set[int]:
    """Return the indexes that hold a sighting or an unreadable entry."""
    return {
        index
        for some in rows.portions(indexes, _AT_ONCE)
        for table in ("sighting", "unreadable")
        for (index,) in connection.execute(
            f"SELECT entry_index FROM {table} WHERE log = ? AND entry_index IN ({placeholders(some)})", (log, *some)
        )
    }


def write(
    connection: sqlite3.Connection,
    log: int,
    new: Sequence[CertificateRow],
    rules: str,
    pending_start_of: Callable[[int], int | None],
    proven: Mapping[int, int],
) -> None:
    """Write certificates, leaves and sightings of new rows.

    Args:
        connection: in a transaction.
        log: the row of the log.
        new: rows of `split_new`.
        rules: version of the rule set.
        pending_start_of: by index of an entry, the start of its pending range; None for a proven entry.
        proven: by index of an entry, the row with its inclusion proof.
    """
    leaves = certificates.add(connection, new, rules)
    ids = certificates.next_ids(connection, "sighting", len(new))
    sightings = [
        (
            id,
            log,
            row.entry.index,
            rows.signed64(row.entry.timestamp),
            leaf,
            row.entry.issuer_key_hash,
            row.entry.extensions,
            pending_start_of(row.entry.index),
            proven.get(row.entry.index),
        )
        for id, row, leaf in zip(ids, new, leaves, strict=True)
    ]
    _SIGHTING.write(connection, sightings)


_SIGHTING = row_checks.Insert(
    "sighting", "id, log, entry_index, timestamp, leaf, issuer_key_hash, extensions, pending, paths"
)
