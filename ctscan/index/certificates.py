"""Certificates, their leaves and findings, whoever told of them. Functions of one open transaction.

A certificate is one row whether a log holds it, it came in a chain, or a repository gave it. What a log tells goes
before what a chain tells, and that before what a repository tells: the better word replaces the other, never the other
way round. Where it was seen is written by `writing`, `chains` and `repositories`; a leaf that none of them shows any
longer goes, and with its last leaf the certificate.
"""

# ruff: noqa: S608 - what is put into statements are column lists and question marks of our own; values are bound

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from enum import IntEnum
from typing import Any

from ctscan.index import rows
from ctscan.index.rows import Kept
from ctscan.model import EntryKind, Finding


class Origin(IntEnum):
    """Who tells of a certificate; the greater goes before the less."""

    REPOSITORY = 0
    CHAIN = 1  # came with an entry, but is covered by no tree
    LOG = 2


_SHOWN_BY = "EXISTS (SELECT 1 FROM leaf CROSS JOIN {0} ON {0}.leaf = leaf.id WHERE certificate = certificate.id)"

_ORIGIN = (
    f"CASE WHEN {_SHOWN_BY.format('sighting')} THEN {Origin.LOG:d}"
    f" WHEN {_SHOWN_BY.format('chain_sighting')} THEN {Origin.CHAIN:d} ELSE {Origin.REPOSITORY:d} END"
)


def write(connection: sqlite3.Connection, kept: Kept, rules: str, origin: Origin) -> tuple[int, int, bool]:
    """`(certificate, leaf, is_new)`. New is a certificate that wasn't kept, and for a log one that no log held. The
    caller writes where it was seen, then calls `settle`."""
    certificate, is_new = _write_certificate(connection, kept, rules, origin)
    return certificate, _write_leaf(connection, kept, certificate), is_new


def settle(connection: sqlite3.Connection, certificate: int, kept: Kept) -> None:
    """After a sighting of the certificate itself was written: which of those with this TBS goes before the others?"""
    if kept.entry.kind is EntryKind.X509:
        connection.execute(
            f"UPDATE certificate SET sha256 = {_BEST} WHERE id = :id AND sha256 IS NOT :seen",
            {"id": certificate, "seen": kept.leaf_sha256},
        )


BEST_FIRST = (
    "EXISTS (SELECT 1 FROM sighting WHERE leaf = leaf.id) DESC,"
    " EXISTS (SELECT 1 FROM chain_sighting WHERE leaf = leaf.id) DESC, id"
)
"""The order of leaves of one certificate and kind: whose word goes before the others' first."""

_BEST = f"(SELECT sha256 FROM leaf WHERE certificate = :id AND kind = 'x509' ORDER BY {BEST_FIRST} LIMIT 1)"


def _write_certificate(connection: sqlite3.Connection, kept: Kept, rules: str, origin: Origin) -> tuple[int, bool]:
    found = connection.execute(
        f"SELECT id, rules, authority_key_id, {_ORIGIN} FROM certificate WHERE identity = ?", (kept.identity,)
    ).fetchone()
    if found is None:
        return _insert_certificate(connection, kept, rules), True
    id, stored_rules, key_id, told = found
    if key_id is None and kept.authority_key_id is not None:
        save_key_id(connection, kept.identity, kept.authority_key_id)
    if origin >= told and (stored_rules != rules or origin > told):
        connection.execute("UPDATE certificate SET rules = ? WHERE id = ?", (rules, id))
        _write_findings(connection, id, kept.findings)
    return id, origin is Origin.LOG and told < Origin.LOG


def save_key_id(connection: sqlite3.Connection, identity: bytes, key_id: bytes) -> None:
    """The authority key identifier of a certificate that was written without one."""
    connection.execute(
        "UPDATE certificate SET authority_key_id = ? WHERE identity = ? AND authority_key_id IS NULL",
        (key_id or None, identity),
    )


def _insert_certificate(connection: sqlite3.Connection, kept: Kept, rules: str) -> int:
    cursor = connection.execute(
        "INSERT INTO certificate (identity, sha256, serial, issuer_hash, issuer, subject, not_before, not_after,"
        " is_ca, rules, problem, authority_key_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            kept.identity,
            kept.sha256,
            kept.serial,
            kept.issuer_hash,
            kept.issuer,
            kept.subject,
            kept.not_before,
            kept.not_after,
            kept.is_ca,
            rules,
            kept.problem,
            kept.authority_key_id,
        ),
    )
    id = int(cursor.lastrowid or 0)
    _write_findings(connection, id, kept.findings)
    return id


_INSERT_FINDING = (
    f"INSERT INTO finding (certificate, {rows.FINDING_COLUMNS})"
    f" VALUES (?{', ?' * len(rows.FINDING_COLUMNS.split(', '))})"
)


def _write_findings(connection: sqlite3.Connection, certificate: int, findings: Sequence[Finding]) -> None:
    connection.execute("DELETE FROM finding WHERE certificate = ?", (certificate,))
    keys: list[tuple[Any, ...]] = []
    for finding in findings:
        cursor = connection.execute(
            _INSERT_FINDING,
            (certificate, *rows.finding_row(finding)),
        )
        keys += [
            (rows.clean(key.kind), rows.clean(key.key), cursor.lastrowid, ordinal)
            for ordinal, key in enumerate(finding.keys)
        ]
    connection.executemany(
        "INSERT INTO lookup_key (kind, key, finding, ordinal) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING", keys
    )


def _write_leaf(connection: sqlite3.Connection, kept: Kept, certificate: int) -> int:
    """A leaf that was unreadable before, and is not any longer, moves to its certificate."""
    found = leaf_of(connection, kept)
    if found is None:
        cursor = connection.execute(
            "INSERT INTO leaf (certificate, kind, sha256, der) VALUES (?, ?, ?, ?)",
            (certificate, str(kept.entry.kind), kept.leaf_sha256, kept.leaf_der),
        )
        leaf = int(cursor.lastrowid or 0)
    else:
        leaf = found[0]
    if found is not None and found[1] != certificate:
        connection.execute("UPDATE leaf SET certificate = ? WHERE id = ?", (certificate, leaf))
        _drop_certificates(connection, [found[1]])
    if kept.submitted_der:
        connection.execute(
            "INSERT INTO submitted (leaf, sha256, der) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            (leaf, kept.submitted_sha256, kept.submitted_der),
        )
    return leaf


def leaf_of(connection: sqlite3.Connection, kept: Kept) -> tuple[int, int] | None:
    """`(leaf, certificate)` of what was logged, if it is kept."""
    found: tuple[int, int] | None = connection.execute(
        "SELECT id, certificate FROM leaf WHERE sha256 = ? AND kind = ?", (kept.leaf_sha256, str(kept.entry.kind))
    ).fetchone()
    return found


# --- taking back --------------------------------------------------------------------------------------------------


def drop_leaves(connection: sqlite3.Connection, leaves: Iterable[int]) -> None:
    """Of these, leaves that nothing shows any longer - no entry, no chain of one, no repository - go, and certificates
    that have none left."""
    certificates = set()
    for leaf in leaves:
        certificates |= set(connection.execute("SELECT certificate FROM leaf WHERE id = ?", (leaf,)))
        connection.execute(
            "DELETE FROM leaf WHERE id = :leaf AND NOT EXISTS (SELECT 1 FROM sighting WHERE leaf = :leaf)"
            " AND NOT EXISTS (SELECT 1 FROM chain_sighting WHERE leaf = :leaf)"
            " AND NOT EXISTS (SELECT 1 FROM repository_sighting WHERE leaf = :leaf)",
            {"leaf": leaf},
        )
    _drop_certificates(connection, [certificate for (certificate,) in certificates])


def _drop_certificates(connection: sqlite3.Connection, certificates: Iterable[int]) -> None:
    for certificate in certificates:
        connection.execute(
            "DELETE FROM certificate WHERE id = :id AND NOT EXISTS (SELECT 1 FROM leaf WHERE certificate = :id)",
            {"id": certificate},
        )
        connection.execute(  # the certificate itself may have gone, while its precertificate is still there
            f"UPDATE certificate SET sha256 = {_BEST} WHERE id = :id", {"id": certificate}
        )


# --- new findings -------------------------------------------------------------------------------------------------


def replace_findings(connection: sqlite3.Connection, identity: bytes, findings: Sequence[Finding], rules: str) -> None:
    """New findings of a kept certificate; none at all removes it. An identity that isn't kept is left alone."""
    found = connection.execute("SELECT id FROM certificate WHERE identity = ?", (identity,)).fetchone()
    if found is None:
        return
    if not findings:
        connection.execute("DELETE FROM certificate WHERE id = ?", found)
        return
    connection.execute("UPDATE certificate SET rules = ? WHERE id = ?", (rules, found[0]))
    _write_findings(connection, found[0], findings)
