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

from ctscan.index.sqlite import postings, rows
from ctscan.index.sqlite.rows import CertificateRow
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


def write(connection: sqlite3.Connection, row: CertificateRow, rules: str, origin: Origin) -> tuple[int, int, bool]:
    """`(certificate, leaf, is_new)`. New is a certificate that wasn't row, and for a log one that no log held. The
    caller writes where it was seen, then calls `elect_leaf`."""
    certificate, is_new = _write_certificate(connection, row, rules, origin)
    return certificate, _write_leaf(connection, row, certificate), is_new


def add(connection: sqlite3.Connection, some: Sequence[CertificateRow], rules: str) -> list[int]:
    """The leaves of certificates of which nothing is kept yet, each of them another, in few statements. Nothing remains
    to be settled."""
    ids = _insert_certificates(connection, some, rules)
    leaves = _insert_leaves(connection, list(zip(ids, some, strict=True)))
    _insert_submitted(connection, zip(leaves, some, strict=True))
    return leaves


def elect_leaf(connection: sqlite3.Connection, certificate: int, row: CertificateRow) -> None:
    """After a sighting of the certificate itself was written: which of those with this TBS goes before the others?"""
    if row.entry.kind is EntryKind.X509:
        connection.execute(
            f"UPDATE certificate SET sha256 = {_BEST} WHERE id = :id AND sha256 IS NOT :seen",
            {"id": certificate, "seen": row.leaf_sha256},
        )


BEST_FIRST = (
    "EXISTS (SELECT 1 FROM sighting WHERE leaf = leaf.id) DESC,"
    " EXISTS (SELECT 1 FROM chain_sighting WHERE leaf = leaf.id) DESC, id"
)
"""The order of leaves of one certificate and kind: whose word goes before the others' first."""

_BEST = f"(SELECT sha256 FROM leaf WHERE certificate = :id AND kind = 'x509' ORDER BY {BEST_FIRST} LIMIT 1)"


def _write_certificate(
    connection: sqlite3.Connection, row: CertificateRow, rules: str, origin: Origin
) -> tuple[int, bool]:
    found = connection.execute(
        f"SELECT id, rules, authority_key_id, {_ORIGIN} FROM certificate WHERE identity = ?", (row.identity,)
    ).fetchone()
    if found is None:
        return _insert_certificates(connection, [row], rules)[0], True
    id, stored_rules, key_id, told = found
    if key_id is None and row.authority_key_id is not None:
        save_key_id(connection, row.identity, row.authority_key_id)
    if origin >= told and (stored_rules != rules or origin > told):
        connection.execute("UPDATE certificate SET rules = ? WHERE id = ?", (rules, id))
        postings.replace(connection, id, row.findings)
    return id, origin is Origin.LOG and told < Origin.LOG


def save_key_id(connection: sqlite3.Connection, identity: bytes, key_id: bytes) -> None:
    """The authority key identifier of a certificate that was written without one."""
    connection.execute(
        "UPDATE certificate SET authority_key_id = ? WHERE identity = ? AND authority_key_id IS NULL",
        (key_id or None, identity),
    )


_CERTIFICATE = (
    "INSERT INTO certificate (id, identity, sha256, serial, issuer, subject, not_before, not_after, is_ca, rules,"
    " problem, authority_key_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


def _insert_certificates(connection: sqlite3.Connection, some: Sequence[CertificateRow], rules: str) -> list[int]:
    """Their rows, with their findings."""
    ids = _next_ids(connection, "certificate", len(some))
    issuers = _issuer_ids(connection, some)
    connection.executemany(
        _CERTIFICATE,
        [
            (
                id,
                row.identity,
                row.leaf_sha256 if row.entry.kind is EntryKind.X509 else row.sha256,
                row.serial,
                issuers[row.issuer_hash],
                row.subject,
                row.not_before,
                row.not_after,
                row.is_ca,
                rules,
                row.problem,
                row.authority_key_id,
            )
            for id, row in zip(ids, some, strict=True)
        ],
    )
    postings.write(connection, [(id, row.findings) for id, row in zip(ids, some, strict=True)])
    return ids


def _next_ids(connection: sqlite3.Connection, table: str, count: int) -> list[int]:
    """As SQLite would number new rows."""
    last = connection.execute(f"SELECT coalesce(max(id), 0) FROM {table}").fetchone()[0]
    return list(range(last + 1, last + 1 + count))


def _issuer_ids(connection: sqlite3.Connection, some: Sequence[CertificateRow]) -> dict[bytes, int]:
    """By the hashes of their names; new ones are written."""
    names = {row.issuer_hash: row.issuer for row in some}
    ids = {}
    for digest, name in names.items():
        found = connection.execute("SELECT id FROM issuer_name WHERE hash = ?", (digest,)).fetchone()
        if found is None:
            insert = "INSERT INTO issuer_name (hash, name) VALUES (?, ?) RETURNING id"
            found = connection.execute(insert, (digest, name)).fetchone()
        ids[digest] = found[0]
    return ids


def _insert_leaves(connection: sqlite3.Connection, some: Sequence[tuple[int, CertificateRow]]) -> list[int]:
    """Their rows; each with its certificate."""
    ids = _next_ids(connection, "leaf", len(some))
    connection.executemany(
        "INSERT INTO leaf (id, certificate, kind, sha256, der) VALUES (?, ?, ?, ?, ?)",
        [
            (id, certificate, row.entry.kind.value, row.leaf_sha256, row.leaf_der)
            for id, (certificate, row) in zip(ids, some, strict=True)
        ],
    )
    return ids


def _insert_submitted(connection: sqlite3.Connection, some: Iterable[tuple[int, CertificateRow]]) -> None:
    """What was submitted for these leaves."""
    connection.executemany(
        "INSERT INTO submitted (leaf, der) VALUES (?, ?)",
        [(leaf, row.submitted_der) for leaf, row in some if row.submitted_der],
    )


def _has_submitted(connection: sqlite3.Connection, leaf: int, row: CertificateRow) -> bool:
    """Is what was submitted kept already? Packed in another way it may look different."""
    stored = connection.execute("SELECT der FROM submitted WHERE leaf = ?", (leaf,)).fetchall()
    plain = {rows.unpack(der, like=row.entry.der) for (der,) in stored}
    return bool(plain) and rows.unpack(row.submitted_der, like=row.entry.der) in plain


def _write_leaf(connection: sqlite3.Connection, row: CertificateRow, certificate: int) -> int:
    """A leaf that was unreadable before, and is not any longer, moves to its certificate."""
    found = leaf_of(connection, row)
    leaf = _insert_leaves(connection, [(certificate, row)])[0] if found is None else found[0]
    if found is not None and found[1] != certificate:
        connection.execute("UPDATE leaf SET certificate = ? WHERE id = ?", (certificate, leaf))
        _drop_certificates(connection, [found[1]])
    if row.submitted_der and not _has_submitted(connection, leaf, row):
        _insert_submitted(connection, [(leaf, row)])
    return leaf


def leaf_of(connection: sqlite3.Connection, row: CertificateRow) -> tuple[int, int] | None:
    """`(leaf, certificate)` of what was logged, if it is row."""
    found: tuple[int, int] | None = connection.execute(
        "SELECT id, certificate FROM leaf WHERE sha256 = ? AND kind = ?", (row.leaf_sha256, str(row.entry.kind))
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
    postings.replace(connection, found[0], [rows.stored_finding(finding) for finding in findings])
