"""Findings as rows: what each holds of its own, its trait, its look-up keys, and for each key the certificates that it
finds. Functions of one open transaction.

Most of a finding is said of many others too (rule, place, reason, ...): that is its trait, one row for all of them.
Most keys find many certificates: a key is one row, and a posting is two numbers. The findings of a certificate come
and go together; a trigger takes postings along, and keys that find nothing any longer.
"""

# ruff: noqa: S608 - what is put into statements are column lists and question marks of our own; values are bound

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
    """These instead of those that the certificate has."""
    connection.execute("DELETE FROM finding WHERE certificate = ?", (certificate,))
    write(connection, [(certificate, findings)])


def write(connection: sqlite3.Connection, found: Findings) -> None:
    """Findings of certificates that have none."""
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
    """The rows of traits; new ones are written."""
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
    """The rows of look-up keys; new ones are written."""
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
    """The rows of those of these keys, each `(kind, key)`, that there are."""
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
    """The findings of certificates, at most some hundreds, in their order."""
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
    return {
        id: rows.finding_kind_of(kind)
        for some in rows.portions(list(ids), _AT_ONCE)
        for id, *kind in connection.execute(
            f"SELECT id, {rows.FINDING_KIND_COLUMNS} FROM trait WHERE id IN ({placeholders(some)})", some
        )
    }


def _keys(connection: sqlite3.Connection, ids: Iterable[int]) -> dict[int, LookupKey]:
    return {
        id: LookupKey(IdentifierKind(kind), key)
        for some in rows.portions(list(ids), _AT_ONCE)
        for id, kind, key in connection.execute(
            f"SELECT id, kind, key FROM lookup_key WHERE id IN ({placeholders(some)})", some
        )
    }
