"""Findings as rows: their own values, their kind, their look-up keys, and the certificates that a key finds. Functions
of an open transaction.

Many findings have rule, field, category, reason and more in common: this is their kind, one row for all of them (table
`trait`). Many certificates have keys in common: a key is one row, and a posting is two numbers. The findings of a
certificate are written and deleted together; a trigger deletes postings with them, and keys without postings.
"""

# ruff: noqa: S608 - statements contain column lists and question marks of our own; values are bound

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from ctscan.index.sqlite import rows
from ctscan.index.sqlite.rows import StoredFinding, placeholders
from ctscan.model import Finding, IdentifierKind, LookupKey

_AT_ONCE = 500

Findings = Sequence[tuple[int, Sequence[StoredFinding]]]
"""`(certificate, its findings)`."""


# --- writing ------------------------------------------------------------------------------------------------------


def replace(connection: sqlite3.Connection, certificate: int, findings: Sequence[StoredFinding]) -> None:
    """Replace the findings of a certificate."""
    connection.execute("DELETE FROM finding WHERE certificate = ?", (certificate,))
    write(connection, [(certificate, findings)])


def write(connection: sqlite3.Connection, found: Findings) -> None:
    """Write findings of certificates that have none."""
    keys = _key_ids(connection, {key for _, findings in found for finding in findings for key in finding.keys})
    finding_kinds = _finding_kind_ids(
        connection, {finding.finding_kind for _, findings in found for finding in findings}
    )
    plain: list[tuple[Any, ...]] = []
    full: list[tuple[Any, ...]] = []
    postings: set[tuple[int, int]] = set()
    for certificate, findings in found:
        for ordinal, finding in enumerate(findings):
            ids = dict.fromkeys([keys[key] for key in finding.keys])
            postings.update([(id, certificate) for id in ids])
            row = (certificate, ordinal, finding_kinds[finding.finding_kind], ",".join(map(str, ids)), finding.value)
            if finding.raw is None and finding.repaired is None:
                plain.append((*row, finding.canonical))
            else:
                full.append((*row, finding.canonical, finding.raw, finding.repaired))
    connection.executemany(f"INSERT INTO finding ({_PLAIN}) VALUES (?, ?, ?, ?, ?, ?)", plain)
    connection.executemany(f"INSERT INTO finding ({_PLAIN}, raw, repaired) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", full)
    # in their order: neighbours are on one page
    connection.executemany("INSERT INTO posting (key, certificate) VALUES (?, ?)", sorted(postings))


_PLAIN = "certificate, ordinal, trait, keys, value, canonical"
_FINDING_KIND_MARKS = ", ".join("?" * len(rows.FINDING_KIND_COLUMNS.split(", ")))
_IS_FINDING_KIND = " AND ".join(f"{column} = ?" for column in rows.FINDING_KIND_COLUMNS.split(", "))


def _finding_kind_ids(
    connection: sqlite3.Connection, finding_kinds: Iterable[tuple[Any, ...]]
) -> dict[tuple[Any, ...], int]:
    """Return the rows of finding kinds; insert new kinds."""
    ids = {}
    for kind in finding_kinds:
        cleaned = (*map(rows.clean, kind[:-1]), kind[-1])
        found = connection.execute(f"SELECT id FROM trait WHERE {_IS_FINDING_KIND}", cleaned).fetchone()
        if found is None:
            found = connection.execute(
                f"INSERT INTO trait ({rows.FINDING_KIND_COLUMNS}) VALUES ({_FINDING_KIND_MARKS}) RETURNING id", cleaned
            ).fetchone()
        ids[kind] = found[0]
    return ids


def _key_ids(connection: sqlite3.Connection, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """Return the rows of look-up keys; insert new keys."""
    asked = sorted(keys)
    ids = ids_of(connection, asked)
    new = [key for key in asked if key not in ids]
    if new:
        first = 1 + connection.execute("SELECT coalesce(max(id), 0) FROM lookup_key").fetchone()[0]
        ids |= {key: id for id, key in enumerate(new, first)}
        connection.executemany(
            "INSERT INTO lookup_key (id, kind, key) VALUES (?, ?, ?)", [(ids[key], *key) for key in new]
        )
    return ids


def ids_of(connection: sqlite3.Connection, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """Return the rows of the keys `(kind, key)` that are in the index."""
    by_kind = defaultdict(list)
    for kind, key in keys:
        by_kind[kind].append(key)
    return {
        (kind, key): id
        for kind, theirs in by_kind.items()
        for some in rows.portions(theirs, _AT_ONCE)
        for key, id in connection.execute(
            f"SELECT key, id FROM lookup_key WHERE kind = ? AND key IN ({placeholders(some)})", (kind, *some)
        )
    }


# --- reading ------------------------------------------------------------------------------------------------------


def read(connection: sqlite3.Connection, certificates: Sequence[int]) -> dict[int, list[Finding]]:
    """Return the findings of at most some hundreds of certificates, in their order."""
    found = connection.execute(
        "SELECT certificate, trait, keys, value, canonical, raw, repaired FROM finding"
        f" WHERE certificate IN ({placeholders(certificates)}) ORDER BY certificate, ordinal",
        certificates,
    ).fetchall()
    finding_kinds = _finding_kinds(connection, {kind for _, kind, *_ in found})
    ids = {keys: tuple(map(int, keys.split(","))) if keys else () for _, _, keys, *_ in found}
    keys = _keys(connection, {id for some in ids.values() for id in some})
    findings: dict[int, list[Finding]] = defaultdict(list)
    for certificate, kind, its, *own in found:
        findings[certificate].append(rows.finding_of(finding_kinds[kind], tuple(keys[id] for id in ids[its]), own))
    return findings


def _finding_kinds(connection: sqlite3.Connection, ids: Iterable[int]) -> dict[int, rows.FindingKind]:
    """Return finding kinds by row."""
    return {
        id: rows.finding_kind_of(kind)
        for some in rows.portions(list(ids), _AT_ONCE)
        for id, *kind in connection.execute(
            f"SELECT id, {rows.FINDING_KIND_COLUMNS} FROM trait WHERE id IN ({placeholders(some)})", some
        )
    }


def _keys(connection: sqlite3.Connection, ids: Iterable[int]) -> dict[int, LookupKey]:
    """Return look-up keys by row."""
    return {
        id: LookupKey(IdentifierKind(kind), key)
        for some in rows.portions(list(ids), _AT_ONCE)
        for id, kind, key in connection.execute(
            f"SELECT id, kind, key FROM lookup_key WHERE id IN ({placeholders(some)})", some
        )
    }
