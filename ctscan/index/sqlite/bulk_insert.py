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
from ctscan.index.sqlite.rows import Kept

_AT_ONCE = 500


def divide(connection: sqlite3.Connection, log: int, kept: Sequence[Kept]) -> tuple[list[Kept], list[Kept]]:
    """`(fresh, others)`, both in their order. The fresh may be written before the others: they share nothing with those
    before them, and those after them find them written."""
    identities = _known(connection, "SELECT identity FROM certificate WHERE identity", [k.identity for k in kept])
    leaves = _known(connection, "SELECT sha256 FROM leaf WHERE sha256", [k.leaf_sha256 for k in kept])
    taken = _taken(connection, log, [k.entry.index for k in kept])
    fresh: list[Kept] = []
    others: list[Kept] = []
    for one in kept:
        is_known = one.identity in identities or one.leaf_sha256 in leaves or one.entry.index in taken
        (others if is_known else fresh).append(one)
        identities.add(one.identity)
        leaves.add(one.leaf_sha256)
        taken.add(one.entry.index)
    return fresh, others


def _known(connection: sqlite3.Connection, select: str, values: Sequence[bytes]) -> set[bytes]:
    """Those of the values that a column holds."""
    return {
        value
        for some in rows.portions(values, _AT_ONCE)
        for (value,) in connection.execute(f"{select} IN ({rows.marks(some)})", some)
    }


def _taken(connection: sqlite3.Connection, log: int, indexes: Sequence[int]) -> set[int]:
    """The indexes at which something is kept."""
    return {
        index
        for some in rows.portions(indexes, _AT_ONCE)
        for table in ("sighting", "unreadable")
        for (index,) in connection.execute(
            f"SELECT entry_index FROM {table} WHERE log = ? AND entry_index IN ({rows.marks(some)})", (log, *some)
        )
    }


def write(
    connection: sqlite3.Connection,
    log: int,
    fresh: Sequence[Kept],
    rules: str,
    mark_of: Callable[[int], int | None],
    proven: Mapping[int, int],
) -> None:
    """Certificates, leaves and sightings. By index: `mark_of` tells the start of the pending range of an entry,
    `proven` the row with its inclusion proof."""
    leaves = certificates.add(connection, fresh, rules)
    connection.executemany(
        "INSERT INTO sighting (log, entry_index, timestamp, leaf, issuer_key_hash, extensions, pending, paths)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                log,
                kept.entry.index,
                rows.signed64(kept.entry.timestamp),
                leaf,
                kept.entry.issuer_key_hash,
                kept.entry.extensions,
                mark_of(kept.entry.index),
                proven.get(kept.entry.index),
            )
            for kept, leaf in zip(fresh, leaves, strict=True)
        ],
    )
