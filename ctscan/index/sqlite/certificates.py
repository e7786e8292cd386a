"""Certificates, their leaves and findings, from every origin. Functions of an open transaction.

A certificate is one row, whether a log holds it, a chain brought it, or a repository gave it. A log outranks a chain,
and a chain outranks a repository: the findings of the higher rank replace the lower, never the reverse. The sightings
are written by `commit`, `chains` and `repositories`. A leaf without any sighting is deleted, and a certificate with its
last leaf.
"""

# ruff: noqa: S608 - statements contain column lists and question marks of our own; values are bound

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from enum import IntEnum
from typing import TYPE_CHECKING

from ctscan.index.sqlite import controls, fingerprints, many_rows, postings, row_checks, rows, uses
from ctscan.index.sqlite.controls import Family
from ctscan.model import EntryKind

if TYPE_CHECKING:
    from ctscan.index.sqlite.certificate_rows import CertificateRow
    from ctscan.model import Finding


class Origin(IntEnum):
    """Origin of a certificate; the greater outranks the less."""

    REPOSITORY = 0
    CHAIN = 1  # beside an entry, covered by no tree
    LOG = 2


_SHOWN_BY = "EXISTS (SELECT 1 FROM leaf CROSS JOIN {0} ON {0}.leaf = leaf.id WHERE certificate = certificate.id)"

_ORIGIN = (
    f"CASE WHEN {_SHOWN_BY.format('sighting')} THEN {Origin.LOG:d}"
    f" WHEN {_SHOWN_BY.format('chain_sighting')} THEN {Origin.CHAIN:d} ELSE {Origin.REPOSITORY:d} END"
)


_HAS_FINDINGS = "EXISTS (SELECT 1 FROM finding WHERE finding.certificate = certificate.id)"


def write(connection: sqlite3.Connection, row: CertificateRow, rules: str, origin: Origin) -> tuple[int, int, bool]:
    """Write certificate and leaf; return `(certificate, leaf, is_new)`. New is a certificate that wasn't in the index;
    for a log, also a certificate that no log held. The caller writes the sighting, then calls `elect_leaf`."""
    certificate, is_new = _write_certificate(connection, row, rules, origin)
    return certificate, _write_leaf(connection, row, certificate), is_new


def add(connection: sqlite3.Connection, some: Sequence[CertificateRow], rules: str) -> list[int]:
    """Write certificates, all different, of which nothing is in the index yet, in few statements; return their leaves.
    None needs `elect_leaf`."""
    ids = _insert_certificates(connection, some, rules)
    leaves = _insert_leaves(connection, list(zip(ids, some, strict=True)))
    _insert_submitted(connection, zip(leaves, some, strict=True))
    return leaves


def elect_leaf(connection: sqlite3.Connection, certificate: int, row: CertificateRow) -> None:
    """Elect the SHA-256 that represents a certificate, after a sighting was written: logged certificates before chain
    before repository. Several certificates may share a TBS."""
    if row.entry.kind is EntryKind.X509:
        connection.execute(
            f"UPDATE certificate SET sha256 = {_BEST} WHERE id = :id AND sha256 IS NOT :seen",
            {"id": certificate, "seen": row.leaf_sha256},
        )


BEST_FIRST = (
    "EXISTS (SELECT 1 FROM sighting WHERE leaf = leaf.id) DESC,"
    " EXISTS (SELECT 1 FROM chain_sighting WHERE leaf = leaf.id) DESC, id"
)
"""Order of the leaves of one certificate and kind, the highest origin first."""

_BEST = f"(SELECT sha256 FROM leaf WHERE certificate = :id AND kind = 'x509' ORDER BY {BEST_FIRST} LIMIT 1)"


def _write_certificate(
    connection: sqlite3.Connection, row: CertificateRow, rules: str, origin: Origin
) -> tuple[int, bool]:
    """Write the certificate or, when the origin outranks the stored one or the rules are newer, its findings.

    A certificate without findings is kept because it was partly read: its findings, if there were any, are out of
    scope. So it never replaces stored findings, and any findings replace its lack.
    """
    found = connection.execute(
        f"SELECT id, rules, authority_key_id, {_ORIGIN}, {_HAS_FINDINGS} FROM certificate WHERE identity = ?",
        (row.identity,),
    ).fetchone()
    if found is None:
        return _insert_certificates(connection, [row], rules)[0], True
    id, stored_rules, key_id, stored_origin, has_findings = found
    if key_id is None and row.authority_key_id is not None:
        save_key_id(connection, row.identity, row.authority_key_id)
    is_newer = origin >= stored_origin and (stored_rules != rules or origin > stored_origin)
    if row.findings and (is_newer or not has_findings):
        connection.execute("UPDATE certificate SET partly = ? WHERE id = ?", (row.partly, id))
        postings.replace(connection, id, row.findings, rules)
    elif row.partly:
        connection.execute("UPDATE certificate SET partly = 1 WHERE id = ?", (id,))
    return id, origin is Origin.LOG and stored_origin < Origin.LOG


def save_key_id(connection: sqlite3.Connection, identity: bytes, key_id: bytes) -> None:
    """Save the authority key identifier of a certificate that was written without one."""
    connection.execute(
        "UPDATE certificate SET authority_key_id = ? WHERE identity = ? AND authority_key_id IS NULL",
        (key_id or None, identity),
    )


_CERTIFICATE = row_checks.Insert(
    "certificate",
    "id, identity, sha256, serial, issuer, subject, not_before, not_after, is_ca, rules, problem, authority_key_id,"
    " partly, serial_hash, findings_check",
)


def _insert_certificates(connection: sqlite3.Connection, some: Sequence[CertificateRow], rules: str) -> list[int]:
    """Insert certificates with their findings; return their rows."""
    ids = next_ids(connection, "certificate", len(some))
    issuers = _issuer_ids(connection, some)
    found = [
        (
            id,
            row.identity,
            row.leaf_sha256 if row.entry.kind is EntryKind.X509 else row.sha256,
            row.serial,
            issuers[row.issuer_hash],
            row.subject,
            row.not_before,
            row.not_after,
            int(row.is_ca),
            rules,
            row.problem,
            row.authority_key_id,
            int(row.partly),
            row_checks.signed_hash(row.serial),
            row.findings_check,
        )
        for id, row in zip(ids, some, strict=True)
    ]
    _CERTIFICATE.write(connection, found)
    if marked := sum(id for id, row in zip(ids, some, strict=True) if row.partly):
        connection.execute("UPDATE table_total SET total = total + ? WHERE name = 'certificate.partly'", (marked,))
    _control(
        connection, [(id, row.identity, row_checks.signed_hash(row.serial)) for id, row in zip(ids, some, strict=True)]
    )
    postings.write(connection, [(id, row.findings) for id, row in zip(ids, some, strict=True)])
    uses.write(connection, [(id, row.uses, row.hosts) for id, row in zip(ids, some, strict=True)])
    return ids


def _control(connection: sqlite3.Connection, some: Sequence[tuple[int, bytes, int]], sign: int = 1) -> None:
    """Add certificates `(id, identity, hash of the serial number)` to the control totals, or take them away."""
    identities = [controls.octets_term(identity, id) for id, identity, _ in some]
    controls.add(connection, Family.IDENTITY, identities, sign)
    controls.add(connection, Family.SERIAL, [controls.hash_term(hashed, id) for id, _, hashed in some], sign)


def _control_leaves(connection: sqlite3.Connection, leaves: Sequence[tuple[bytes, int, str]], sign: int = 1) -> None:
    """Add leaves `(SHA-256, id, kind)` to the control totals, or take them away."""
    controls.add(connection, Family.SHA256, [controls.octets_term(*leaf) for leaf in leaves], sign)


def next_ids(connection: sqlite3.Connection, table: str, count: int) -> list[int]:
    """Return the ids that SQLite would give to the next rows."""
    last = connection.execute(f"SELECT coalesce(max(id), 0) FROM {table}").fetchone()[0]
    return list(range(last + 1, last + 1 + count))


def _issuer_ids(connection: sqlite3.Connection, some: Sequence[CertificateRow]) -> dict[bytes, int]:
    """Return the rows of issuer names, by hash of the name; insert new names."""
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
    """Insert `(certificate, row)` as leaves; return their rows."""
    ids = next_ids(connection, "leaf", len(some))
    found = [
        (id, certificate, row.entry.kind.value, row.leaf_sha256, row.leaf_der)
        for id, (certificate, row) in zip(ids, some, strict=True)
    ]
    _LEAF.write(connection, found)
    fingerprints.write(connection, [(id, row.leaf_sha1_head) for id, (_, row) in zip(ids, some, strict=True)])
    leaves = [(row.leaf_sha256, id, row.entry.kind.value) for id, (_, row) in zip(ids, some, strict=True)]
    _control_leaves(connection, leaves)
    return ids


_LEAF = row_checks.Insert("leaf", "id, certificate, kind, sha256, der")


def _insert_submitted(connection: sqlite3.Connection, some: Iterable[tuple[int, CertificateRow]]) -> None:
    """Insert the submitted precertificates of leaves."""
    many_rows.insert(
        connection,
        "INSERT INTO submitted (leaf, der)",
        [(leaf, row.submitted_der) for leaf, row in some if row.submitted_der],
    )


def _has_submitted(connection: sqlite3.Connection, leaf: int, row: CertificateRow) -> bool:
    """Compare a submitted precertificate with the stored ones, unpacked: packed bytes may differ."""
    stored = connection.execute("SELECT der FROM submitted WHERE leaf = ?", (leaf,)).fetchall()
    plain = {rows.unpack(der, like=row.entry.der) for (der,) in stored}
    return bool(plain) and rows.unpack(row.submitted_der, like=row.entry.der) in plain


def _write_leaf(connection: sqlite3.Connection, row: CertificateRow, certificate: int) -> int:
    """Write the leaf unless it is in the index. A leaf that was unreadable before, and is readable now, moves to its
    certificate."""
    found = leaf_of(connection, row)
    leaf = _insert_leaves(connection, [(certificate, row)])[0] if found is None else found[0]
    if found is not None and found[1] != certificate:
        connection.execute("UPDATE leaf SET certificate = ? WHERE id = ?", (certificate, leaf))
        _drop_certificates(connection, [found[1]])
    if row.submitted_der and not _has_submitted(connection, leaf, row):
        _insert_submitted(connection, [(leaf, row)])
    return leaf


def leaf_of(connection: sqlite3.Connection, row: CertificateRow) -> tuple[int, int] | None:
    """Return `(leaf, certificate)` of an entry; None when it isn't in the index."""
    found: tuple[int, int] | None = connection.execute(
        "SELECT id, certificate FROM leaf WHERE sha256 = ? AND kind = ?", (row.leaf_sha256, str(row.entry.kind))
    ).fetchone()
    return found


# --- taking back --------------------------------------------------------------------------------------------------


def drop_leaves(connection: sqlite3.Connection, leaves: Iterable[int]) -> None:
    """Delete these leaves if no entry, chain or repository shows them any longer, and certificates without leaves."""
    certificates = set()
    for leaf in leaves:
        certificates |= set(connection.execute("SELECT certificate FROM leaf WHERE id = ?", (leaf,)))
        gone = connection.execute(
            "DELETE FROM leaf WHERE id = :leaf AND NOT EXISTS (SELECT 1 FROM sighting WHERE leaf = :leaf)"
            " AND NOT EXISTS (SELECT 1 FROM chain_sighting WHERE leaf = :leaf)"
            " AND NOT EXISTS (SELECT 1 FROM repository_sighting WHERE leaf = :leaf) RETURNING sha256, id, kind",
            {"leaf": leaf},
        )
        _control_leaves(connection, gone.fetchall(), -1)
    _drop_certificates(connection, [certificate for (certificate,) in certificates])


def _drop_certificates(connection: sqlite3.Connection, certificates: Iterable[int]) -> None:
    """Delete these certificates if they have no leaf left; elect the SHA-256 of the rest anew."""
    for certificate in certificates:
        if connection.execute("SELECT 1 FROM leaf WHERE certificate = ?", (certificate,)).fetchone() is None:
            drop(connection, certificate)
            continue
        connection.execute(  # the certificate may have gone while its precertificate is still there
            f"UPDATE certificate SET sha256 = {_BEST} WHERE id = :id", {"id": certificate}
        )


def drop(connection: sqlite3.Connection, certificate: int) -> None:
    """Delete a certificate with its findings, leaves and sightings."""
    postings.remove(connection, certificate)
    leaves = connection.execute("SELECT sha256, id, kind FROM leaf WHERE certificate = ?", (certificate,)).fetchall()
    _control_leaves(connection, leaves, -1)
    gone = connection.execute(
        "DELETE FROM certificate WHERE id = ? RETURNING id, identity, serial_hash", (certificate,)
    )
    _control(connection, gone.fetchall(), -1)


def rewrite(connection: sqlite3.Connection, certificate: int, row: CertificateRow) -> None:
    """Write the row of a certificate again from one of its leaves, with the check of its findings. `rules` stay: the
    findings are written again, too."""
    (issuer,) = _issuer_ids(connection, [row]).values()
    values = (row.identity, row.serial, row.subject, row.not_before, row.not_after, row.is_ca, row.problem)
    connection.execute(
        "UPDATE certificate SET identity = ?, serial = ?, subject = ?, not_before = ?, not_after = ?, is_ca = ?,"
        " problem = ?, authority_key_id = ?, issuer = ?, serial_hash = ?, findings_check = ? WHERE id = ?",
        (
            *values,
            row.authority_key_id,
            issuer,
            row_checks.signed_hash(row.serial),
            row.findings_check,
            certificate,
        ),
    )
    connection.execute(f"UPDATE certificate SET sha256 = {_BEST} WHERE id = :id", {"id": certificate})
    expression = row_checks.expression("certificate")
    connection.execute(f"UPDATE certificate SET crc = {expression} WHERE id = ?", (certificate,))


# --- new findings -------------------------------------------------------------------------------------------------


def replace_findings(
    connection: sqlite3.Connection, identity: bytes, findings: Sequence[Finding], rules: str, *, partly_read: bool
) -> None:
    """Replace the findings of a certificate; no findings delete the certificate, unless it was partly read. Unknown
    identities are ignored."""
    found = connection.execute("SELECT id FROM certificate WHERE identity = ?", (identity,)).fetchone()
    if found is None:
        return
    if not findings and not partly_read:
        drop(connection, found[0])
        return
    connection.execute("UPDATE certificate SET partly = ? WHERE id = ?", (partly_read, found[0]))
    postings.replace(connection, found[0], [rows.stored_finding(finding) for finding in findings], rules)


def mark_partly_read(connection: sqlite3.Connection, identity: bytes, partly_read: bool) -> None:
    """Set or clear the mark that a certificate was partly read."""
    connection.execute("UPDATE certificate SET partly = ? WHERE identity = ?", (partly_read, identity))
