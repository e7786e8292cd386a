"""Deletion of certificates with all that hangs on them, and what only they used. Functions of an open transaction."""

# ruff: noqa: S608 - statements contain question marks of our own; values are bound

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Sequence

from ctscan.index.sqlite import audit_paths, certificates, rows, watch_dropping
from ctscan.index.sqlite.rows import placeholders
from ctscan.model.keep import Purged

IS_RESTRICTED = "certificate.id IN (SELECT certificate FROM restricted_certificate)"
"""Condition: the person asked to keep it, and to do nothing else with it (GDPR article 18). Age is no reason then."""


def drop_certificates(connection: sqlite3.Connection, ids: Sequence[int]) -> Counter[Purged]:
    """Delete certificates with findings, keys, postings, bytes, sightings and proofs; return the numbers of both."""
    counts: Counter[Purged] = Counter()
    for id in ids:
        (findings,) = connection.execute("SELECT count(*) FROM finding WHERE certificate = ?", (id,)).fetchone()
        counts.update({Purged.CERTIFICATES: 1, Purged.FINDINGS: findings})
        traits = connection.execute("SELECT DISTINCT trait FROM finding WHERE certificate = ?", (id,)).fetchall()
        proven = connection.execute(_PROVEN, (id,)).fetchall()
        connection.execute(_UNREADABLE, (id,))
        watch_dropping.drop_acks_of(connection, id)
        certificates.drop(connection, id)
        _drop_proofs(connection, proven)
        connection.executemany(_UNUSED_TRAIT, traits)
    return counts


def rows_of(connection: sqlite3.Connection, identities: Sequence[bytes]) -> list[int]:
    """Return the rows of certificates, without those whose processing is restricted."""
    return [
        id
        for some in rows.portions(identities, 500)
        for (id,) in connection.execute(
            f"SELECT id FROM certificate WHERE identity IN ({placeholders(some)}) AND NOT {IS_RESTRICTED}", some
        )
    ]


_UNUSED_TRAIT = "DELETE FROM trait WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM finding WHERE trait = ?1)"
_PROVEN = (
    "SELECT DISTINCT paths FROM leaf CROSS JOIN sighting ON sighting.leaf = leaf.id"
    " WHERE certificate = ? AND paths IS NOT NULL"
)
_UNREADABLE = "DELETE FROM unreadable WHERE leaf IN (SELECT id FROM leaf WHERE certificate = ?)"


def _drop_proofs(connection: sqlite3.Connection, proven: Sequence[tuple[int]]) -> None:
    """Take the inclusion proofs of entries that are gone out of rows that other entries use: a proof says where an
    entry was, and so which certificate it held."""
    for (row,) in proven:
        found = connection.execute("SELECT shape, hashes FROM audit_paths WHERE id = ?", (row,)).fetchone()
        if found is None:  # the last of its entries took it along
            continue
        used = {index for (index,) in connection.execute("SELECT entry_index FROM sighting WHERE paths = ?", (row,))}
        left = [(index, path) for index, path in audit_paths.split(*found) if index in used]
        values = (*audit_paths.join(left), row)
        connection.execute("UPDATE audit_paths SET shape = ?, hashes = ? WHERE id = ?", values)
