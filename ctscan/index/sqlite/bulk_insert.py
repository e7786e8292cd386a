"""The entries of a step of which nothing is kept yet, written together. Functions of one open transaction.

Nearly all entries are of that kind: neither their certificate nor their leaf is kept, nothing is at their index, and
no other entry of the step is like them in any of it. Nothing has to be compared or settled for them, so they are
written in a few statements for all. Whatever is not so plain goes the careful way of `writing`, one by one.
"""

# ruff: noqa: S608 - what is put into statements are question marks of our own; values are bound

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence

from ctscan.index.sqlite import certificates, rows
from ctscan.index.sqlite.rows import CertificateRow, placeholders

_AT_ONCE = 500


def split_new(
    connection: sqlite3.Connection, log: int, some: Sequence[CertificateRow]
) -> tuple[list[CertificateRow], list[CertificateRow]]:
    """`(fresh, others)`, both in their order. The fresh may be written before the others: they share nothing with those
    before them, and those after them find them written."""
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
    """Those of the values that a column holds."""
    return {
        value
        for some in rows.portions(values, _AT_ONCE)
        for (value,) in connection.execute(f"{select} IN ({placeholders(some)})", some)
    }


def _taken(connection: sqlite3.Connection, log: int, indexes: Sequence[int]) -> set[int]:
    """The indexes at which something is kept."""
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
    """Write certificates, leaves and sightings. By index of the entry, `pending_start_of` gives the start of its
    pending range, and `proven` the row with its inclusion proof."""
    leaves = certificates.add(connection, new, rules)
    connection.executemany(
        "INSERT INTO sighting (log, entry_index, timestamp, leaf, issuer_key_hash, extensions, pending, paths)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                log,
                row.entry.index,
                rows.signed64(row.entry.timestamp),
                leaf,
                row.entry.issuer_key_hash,
                row.entry.extensions,
                pending_start_of(row.entry.index),
                proven.get(row.entry.index),
            )
            for row, leaf in zip(new, leaves, strict=True)
        ],
    )
