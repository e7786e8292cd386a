"""Iteration over the index in portions: leaves for `reindex` and status checks, evidence of sightings; retention and
counts.

A portion is one short transaction, so that an iteration over the whole index holds up no writer. A certificate that is
deleted meanwhile is left out.
"""

# ruff: noqa: S608 - statements contain column lists and question marks of our own; values are bound

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import ctscan.model as model
from ctscan.index.sqlite import audit_paths, logs, revocations, rows
from ctscan.index.sqlite.certificates import BEST_FIRST
from ctscan.index.sqlite.rows import placeholders
from ctscan.index.sqlite.sightings import IS_VERIFIED
from ctscan.model import EntryKind, Revocation

if TYPE_CHECKING:
    from ctscan.model import Evidence, KeptCertificate, Log, Span


PORTION = 200
"""Rows of one transaction."""

SUBMITTED = 4
"""Most precertificates of a certificate for a status check."""

LeafRow = tuple[int, bytes, bytes, str]
"""Row, identity, leaf DER and kind of a certificate."""

_KEPT = (
    "SELECT certificate.id, identity, der, kind FROM certificate CROSS JOIN leaf ON leaf.id ="
    f" (SELECT id FROM leaf WHERE certificate = certificate.id ORDER BY kind DESC, {BEST_FIRST} LIMIT 1)"
    " WHERE {} ORDER BY certificate.id LIMIT ?"
)
"""The whole certificate where it was seen, the leaf whose fingerprint answers show; else the TBS."""


def kept_after(connection: sqlite3.Connection, row: int) -> list[LeafRow]:
    """Return the next certificates after a row: the whole certificate where it was seen, else the TBS."""
    cursor = connection.execute(_KEPT.format("certificate.id > ?"), (row, PORTION))
    return [(id, identity, rows.unpack(der), kind) for id, identity, der, kind in cursor]


# --- to check the status ------------------------------------------------------------------------------------------


def to_check_after(connection: sqlite3.Connection, row: int) -> list[tuple[int, KeptCertificate]]:
    """Return `(row, certificate)` of the next readable certificates after a row."""
    sql = _KEPT.format("certificate.id > ? AND problem IS NULL")
    return _to_check(connection, connection.execute(sql, (row, PORTION)).fetchall())


def to_check(connection: sqlite3.Connection, identities: Sequence[bytes]) -> list[tuple[int, KeptCertificate]]:
    """Return `(row, certificate)` of the readable certificates among these, at most a portion."""
    sql = _KEPT.format(f"identity IN ({placeholders(identities)}) AND problem IS NULL")
    return _to_check(connection, connection.execute(sql, (*identities, PORTION)).fetchall())


DatesAndRevocations = tuple[datetime | None, datetime | None, tuple[Revocation, ...]]
"""The dates of a certificate, and what each source says of its revocation."""


def standings_after(connection: sqlite3.Connection, row: int) -> list[tuple[int, DatesAndRevocations]]:
    """Return `(row, (not before, not after, revocation by source))` of the next readable certificates after a row."""
    found = connection.execute(
        "SELECT id, not_before, not_after FROM certificate WHERE id > ? AND problem IS NULL ORDER BY id LIMIT ?",
        (row, PORTION),
    ).fetchall()
    said = revocations.by_certificate(connection, [id for id, *_ in found])
    return [(id, (rows.time_at(start), rows.time_at(end), tuple(said[id]))) for id, start, end in found]


def _to_check(connection: sqlite3.Connection, found: Sequence[LeafRow]) -> list[tuple[int, KeptCertificate]]:
    """Add issuer key hashes, revocations and submitted precertificates to leaves."""
    ids = [id for id, *_ in found]
    keys = _issuer_key_hashes(connection, ids)
    said = revocations.by_certificate(connection, ids)
    signed = _submitted(connection, [id for id, _, _, kind in found if kind == EntryKind.PRECERT and not keys[id]])
    return [
        (
            id,
            model.KeptCertificate(
                identity, rows.unpack(der), EntryKind(kind), tuple(keys[id]), tuple(said[id]), tuple(signed[id])
            ),
        )
        for id, identity, der, kind in found
    ]


def _submitted(connection: sqlite3.Connection, ids: Sequence[int]) -> dict[int, list[bytes]]:
    """Return, by certificate, the first submitted precertificates; more than one is an attack or a mistake."""
    submitted: dict[int, list[bytes]] = defaultdict(list)
    if not ids:  # the usual case; with an empty list SQLite would scan the table
        return submitted
    cursor = connection.execute(
        "SELECT certificate, submitted.der, leaf.der FROM leaf CROSS JOIN submitted ON submitted.leaf = leaf.id"
        f" WHERE certificate IN ({placeholders(ids)}) AND kind = 'precert' ORDER BY submitted.id",
        ids,
    )
    for certificate, der, leaf in cursor:
        if len(submitted[certificate]) < SUBMITTED:
            submitted[certificate].append(rows.unpack(der, like=rows.unpack(leaf)))
    return submitted


def _issuer_key_hashes(connection: sqlite3.Connection, ids: Sequence[int]) -> dict[int, list[bytes]]:
    """Return, by certificate, the issuer key hashes of proven entries: the tree covers the issuer key hash of a
    precertificate entry."""
    keys: dict[int, list[bytes]] = defaultdict(list)
    cursor = connection.execute(
        "SELECT DISTINCT certificate, issuer_key_hash FROM leaf CROSS JOIN sighting ON sighting.leaf = leaf.id"
        f" WHERE certificate IN ({placeholders(ids)}) AND kind = 'precert' AND {IS_VERIFIED}"
        " ORDER BY certificate, issuer_key_hash",
        ids,
    )
    for certificate, key in cursor:
        keys[certificate].append(key)
    return keys


# --- evidence -----------------------------------------------------------------------------------------------------

_PARTS = "entry_index, sighting.timestamp, kind, der, issuer_key_hash, extensions"
_HEAD = ", ".join(f"tree_head.{column}" for column in rows.HEAD_COLUMNS.split(", "))
_LOG = ", ".join(f"log.{column}" for column in rows.LOG_COLUMNS.split(", "))
_EVIDENCE = (
    f"SELECT sighting.id, {IS_VERIFIED}, shape, hashes, {_PARTS}, {_HEAD}, {_LOG}"
    " FROM {} JOIN log ON log.id = sighting.log LEFT JOIN audit_paths ON audit_paths.id = sighting.paths"
    " LEFT JOIN tree_head ON tree_head.id = audit_paths.head"
    " WHERE {} sighting.id > ? ORDER BY sighting.id LIMIT ?"
)
_OF_ALL = _EVIDENCE.format("sighting CROSS JOIN leaf ON leaf.id = sighting.leaf", "")
_OF_ONE = _EVIDENCE.format(
    "certificate CROSS JOIN leaf ON leaf.certificate = certificate.id CROSS JOIN sighting ON sighting.leaf = leaf.id",
    "identity = ? AND",
)


def evidence_after(connection: sqlite3.Connection, identity: bytes | None, row: int) -> list[tuple[int, Evidence]]:
    """Return `(row, evidence)` of the next sightings after a row, of one certificate or (None) of all."""
    sql, given = (_OF_ALL, ()) if identity is None else (_OF_ONE, (identity,))
    return [(columns[0], _evidence_of(columns[1:])) for columns in connection.execute(sql, (*given, row, PORTION))]


def _evidence_of(columns: Sequence[Any]) -> Evidence:
    """Build the evidence of a row of `_EVIDENCE`."""
    verified, shape, hashes, index, timestamp, kind, der, issuer_key_hash, extensions = columns[:9]
    log: Log = rows.log_of(tuple(columns[14:]))
    entry = model.Entry(
        log_id=log.id,
        index=index,
        timestamp=rows.unsigned64(timestamp),
        kind=EntryKind(kind),
        der=rows.unpack(der),
        issuer_key_hash=issuer_key_hash,
        extensions=extensions,
    )
    inclusion = None
    if shape is not None:
        head = rows.head_of(log.id, tuple(columns[9:14]))
        inclusion = model.InclusionProof(index, head, audit_paths.path_of(shape, hashes, index))
    return model.Evidence(log, entry, inclusion, bool(verified))


def unproven(connection: sqlite3.Connection, log_id: bytes, start: int, end: int) -> list[int]:
    """Return indexes in `[start, end)` of sightings that are pending or have no inclusion proof."""
    cursor = connection.execute(
        "SELECT entry_index FROM sighting WHERE log = ? AND entry_index >= ? AND entry_index < ?"
        " AND (pending IS NOT NULL OR paths IS NULL) ORDER BY entry_index",
        (logs.row_of(connection, log_id), start, end),
    )
    return [index for (index,) in cursor]


# --- retention, figures -------------------------------------------------------------------------------------------


def purge_quarantine(connection: sqlite3.Connection, before: datetime) -> int:
    """Delete quarantined bytes older than `before`; return the number of rows."""
    return connection.execute("DELETE FROM quarantine WHERE at < ?", (rows.time_text(before),)).rowcount


def certificates_in(connection: sqlite3.Connection, ranges: Sequence[tuple[bytes, Span]]) -> int:
    """Count the certificates of the sightings in these ranges of logs, each once."""
    found: set[int] = set()
    for log_id, (start, end) in ranges:
        cursor = connection.execute(
            "SELECT leaf.certificate FROM sighting JOIN leaf ON leaf.id = sighting.leaf"
            " WHERE sighting.log = (SELECT id FROM log WHERE log_id = ?) AND entry_index >= ? AND entry_index < ?",
            (log_id, start, end),
        )
        found.update(certificate for (certificate,) in cursor)
    return len(found)


def counts(connection: sqlite3.Connection) -> dict[str, int]:
    """Count the rows of each noun."""
    tables = {
        "certificates": "certificate",
        "findings": "finding",
        "sightings": "sighting",
        "sightings in chains": "chain_sighting",
        "sightings in repositories": "repository_sighting",
        "unreadable": "unreadable",
        "quarantined": "quarantine",
    }
    return {
        noun: int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]) for noun, table in tables.items()
    }
