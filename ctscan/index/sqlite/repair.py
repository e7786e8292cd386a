"""Repair of a damaged index: it keeps what its checks confirm, makes the rest again from the certificates, and gives up
what it can't. Functions of an open transaction.

    indexes of SQLite     made again from their tables
    small tables          damaged rows deleted: what they said of coverage counts as not read
    certificates          a leaf that doesn't hash to its SHA-256 is deleted, and its entries count as not read;
                          a damaged row is written again from its leaf
    findings, keys,       all deleted; the caller finds them again in the certificates. Until then the part `finding`
    postings              stands in the table `damage`, and no answer is complete

Nothing is taken from a damaged row, and nothing is called sound that its check doesn't confirm. Lost rows of
`TOTALLED` tables, and damage of the register of cases, can't be made good: `unrepaired` names them.
"""

# ruff: noqa: S608 - statements contain table and column names of our own; values are bound

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256

from msgspec import Struct, field

from ctscan.errors import FormatError, IndexFault
from ctscan.index.sqlite import (
    basis,
    cases,
    certificate_rows,
    certificates,
    check_filling,
    commit,
    fingerprints,
    mailboxes,
    postings,
    row_checks,
    rows,
)
from ctscan.index.sqlite.certificate_rows import CertificateRow
from ctscan.index.sqlite.cipher import plain_errors
from ctscan.model import Certificate, Entry, EntryKind, Hit, Unreadable
from ctscan.model.results import Repaired
from ctscan.model.spans import Span, clip, total
from ctscan.x509.attribute_certificate import read_attribute_certificate
from ctscan.x509.certificate import read_certificate, read_tbs
from ctscan.x509.name_text import render_name

_FINDINGS = "finding"
"""Part that is damaged until the findings are made again."""

_DELETED = (
    "coverage", "hole", "pending", "sighting", "chain_sighting", "coordinate", "repository_sighting", "revocation",
    "authority", "authority_list",
)  # fmt: skip
"""Tables whose damaged rows are deleted."""

_DERIVED = ("leaf_sha1", "finding", "posting", "lookup_key", "mailbox", "trait", "control_total", "domain_total")


# --- is anything damaged ------------------------------------------------------------------------------------------


def damaged_parts(connection: sqlite3.Connection) -> set[str]:
    """Check the whole index, and return the damaged tables."""
    found = row_checks.known_damage(connection)
    found |= {
        table
        for table in row_checks.CHECKED
        if connection.execute(f"SELECT 1 FROM {table} WHERE NOT ({row_checks.is_sound(table)}) LIMIT 1").fetchone()
    }
    row_checks.check_whole_tables(connection)
    row_checks.check_marks(connection)
    basis.history(connection)
    cases.all_cases(connection)
    if connection.execute("PRAGMA integrity_check(1)").fetchone()[0] != "ok":
        found.add("indexes")
    if connection.execute("PRAGMA foreign_key_check").fetchone() is not None:
        found.add("references")
    _check_findings(connection)
    found |= _damaged_leaves(connection)
    postings.check_all(connection)
    mailboxes.check_all(connection)
    check_filling.check_totals(connection)
    return found | row_checks.take_noted(connection)


def _damaged_leaves(connection: sqlite3.Connection) -> set[str]:
    """Return the damaged tables of leaves that don't hash to their SHA-256, or to what is kept of their SHA-1."""
    found = set()
    sql = "SELECT sha256, der, kind, head FROM leaf LEFT JOIN leaf_sha1 ON leaf = leaf.id"
    for fingerprint, packed, kind, head in connection.execute(sql):
        der = _intact(fingerprint, packed)
        if der is None:
            found.add("leaf")
        elif _sha1_head(der, kind) != head:
            found.add("leaf_sha1")
    return found


def _check_findings(connection: sqlite3.Connection) -> None:
    for ids in _portions(connection):
        kept = connection.execute(
            f"SELECT id, findings_check FROM certificate WHERE id IN ({rows.placeholders(ids)})", ids
        )
        if dict(kept) != postings.checks_of(connection, ids):
            row_checks.note(connection, "finding")


def _portions(connection: sqlite3.Connection) -> Iterator[list[int]]:
    """Yield the rows of all certificates in portions."""
    last = 0
    sql = "SELECT id FROM certificate WHERE id > ? ORDER BY id LIMIT ?"
    while ids := [id for (id,) in connection.execute(sql, (last, postings.AT_ONCE))]:
        yield ids
        last = ids[-1]


# --- repair -------------------------------------------------------------------------------------------------------


class _Counts(Struct):
    """Outcome of a repair so far."""

    rewritten: int = 0
    dropped: int = 0
    lost: dict[int, list[Span]] = field(default_factory=dict)  # entries by log; spans may overlap

    def lose(self, log: int, start: int, end: int) -> None:
        """Count entries as not read from now on."""
        self.lost.setdefault(log, []).append((start, end))

    def unread(self, sizes: dict[int, int]) -> int:
        """Number the entries that count as not read now, each once.

        A damaged range may reach beyond its log: `sizes` of logs limit it.
        """
        return sum(
            total(clip(span, (0, sizes.get(log, span[1]))) for span in spans) for log, spans in self.lost.items()
        )


def begin(connection: sqlite3.Connection, at: datetime) -> Repaired:
    """Repair all but the findings, and delete these. IndexFault where the tables themselves can't be read."""
    counts = _Counts()
    connection.execute("INSERT OR REPLACE INTO damage (part, at) VALUES (?, ?)", (_FINDINGS, rows.time_text(at)))
    try:
        with plain_errors():
            connection.execute("REINDEX")
    except sqlite3.IntegrityError as error:
        raise IndexFault("two rows have become one; restore the index from a copy, or scan into a new one") from error
    sizes = _sizes(connection)
    _forget_heads(connection)
    _forget_logs(connection, counts)
    _clear_small_tables(connection, counts)
    for table in _DERIVED:
        connection.execute(f"DELETE FROM {table}")
    connection.execute("UPDATE issuer_name SET hash = CAST('damaged ' || id AS BLOB) WHERE " + _damaged("issuer_name"))
    for ids in _portions(connection):
        for id in ids:
            _repair_certificate(connection, id, counts)
    connection.execute("DELETE FROM issuer_name WHERE id NOT IN (SELECT issuer FROM certificate)")
    check_filling.fill_totals(connection)
    row_checks.take_noted(connection)
    return Repaired(counts.rewritten, counts.dropped, counts.unread(sizes), _unrepaired(connection))


def end(connection: sqlite3.Connection) -> None:
    """Record that the findings are whole again, and with them the marks of certificates that were partly read."""
    connection.execute(
        "UPDATE table_total SET total = (SELECT coalesce(sum(id), 0) FROM certificate WHERE partly > 0)"
        " WHERE name = 'certificate.partly'"
    )
    connection.execute("DELETE FROM damage WHERE part = ?", (_FINDINGS,))


def _unrepaired(connection: sqlite3.Connection) -> tuple[str, ...]:
    """Return the tables that are damaged still."""
    left = {
        table
        for table in row_checks.CHECKED
        if connection.execute(f"SELECT 1 FROM {table} WHERE {_damaged(table)} LIMIT 1").fetchone()
    }
    basis.history(connection)
    cases.all_cases(connection)
    row_checks.check_whole_tables(connection)
    row_checks.check_marks(connection)
    made_again = {_FINDINGS, "certificate"}  # the caller does: marks of certificates come with the findings
    return tuple(sorted(left | row_checks.take_noted(connection) - made_again))


def _damaged(table: str) -> str:
    return f"NOT ({row_checks.is_sound(table)})"


def _sizes(connection: sqlite3.Connection) -> dict[int, int]:
    """Return the size of each log by its largest sound head."""
    sql = f"SELECT log, max(size) FROM tree_head WHERE {row_checks.is_sound('tree_head')} GROUP BY log"
    return dict(connection.execute(sql).fetchall())


def _forget_heads(connection: sqlite3.Connection) -> None:
    """Delete damaged tree heads, and the proofs that lead to them. The next scan takes a new head."""
    heads = [id for (id,) in connection.execute(f"SELECT id FROM tree_head WHERE {_damaged('tree_head')}")]
    for head in heads:
        connection.execute("UPDATE log SET head = NULL WHERE head = ?", (head,))
        connection.execute(
            "UPDATE sighting SET paths = NULL WHERE paths IN (SELECT id FROM audit_paths WHERE head = ?)", (head,)
        )
        connection.execute("DELETE FROM audit_paths WHERE head = ?", (head,))
        connection.execute("DELETE FROM tree_head WHERE id = ?", (head,))


def _forget_logs(connection: sqlite3.Connection, counts: _Counts) -> None:
    """Give up the coverage of logs whose row is damaged, and all that the row says beside the log list. The next scan
    writes what the log list says."""
    damaged = [id for (id,) in connection.execute(f"SELECT id FROM log WHERE {_damaged('log')}")]
    for log in damaged:
        _lose_ranges(connection, counts, "log = ?", (log,))
        for table in ("coverage", "hole"):
            connection.execute(f"DELETE FROM {table} WHERE log = ?", (log,))
        for (start,) in connection.execute("SELECT range_start FROM pending WHERE log = ?", (log,)).fetchall():
            commit.give_up(connection, log, start)
        connection.execute("DELETE FROM pending WHERE log = ?", (log,))
        connection.execute(
            "UPDATE log SET head = NULL, last_success = NULL, last_error = NULL, last_error_at = NULL,"
            " failing_since = NULL, failure = NULL WHERE id = ?",
            (log,),
        )
        connection.execute(f"UPDATE log SET crc = {row_checks.expression('log')} WHERE id = ?", (log,))


def _clear_small_tables(connection: sqlite3.Connection, counts: _Counts) -> None:
    _lose_ranges(connection, counts, _damaged("coverage"), ())
    given_up = connection.execute(f"SELECT log, range_start FROM pending WHERE {_damaged('pending')}").fetchall()
    for log, start in given_up:
        commit.give_up(connection, log, start)
    lost = f"{_damaged('sighting')} OR leaf NOT IN (SELECT id FROM leaf)"
    seen = connection.execute(f"DELETE FROM sighting WHERE {lost} RETURNING log, entry_index").fetchall()
    for table in _DELETED:
        connection.execute(f"DELETE FROM {table} WHERE {_damaged(table)}")
    connection.execute("DELETE FROM coverage WHERE log NOT IN (SELECT id FROM log)")
    alone = connection.execute("SELECT id FROM leaf WHERE certificate NOT IN (SELECT id FROM certificate)").fetchall()
    for (leaf,) in alone:
        _drop_leaf(connection, leaf, counts)
    for log, index in seen:
        _uncover(connection, log, index, counts)
    lost_rules = connection.execute(f"SELECT version FROM rule_set WHERE {_damaged('rule_set')}").fetchall()
    for version in lost_rules:  # ranges refer to it
        connection.execute("UPDATE rule_set SET rules = '[]' WHERE version = ?", version)
        connection.execute(f"UPDATE rule_set SET crc = {row_checks.expression('rule_set')} WHERE version = ?", version)
    damaged = [id for (id,) in connection.execute(f"SELECT id FROM search WHERE {_damaged('search')}")]
    for search in damaged:  # sightings refer to it
        connection.execute("UPDATE search SET outcome = 'failed', question = NULL WHERE id = ?", (search,))
        connection.execute(f"UPDATE search SET crc = {row_checks.expression('search')} WHERE id = ?", (search,))


def _lose_ranges(connection: sqlite3.Connection, counts: _Counts, condition: str, values: tuple[int, ...]) -> None:
    """Count the entries of ranges as not read."""
    for span in connection.execute(f"SELECT log, range_start, range_end FROM coverage WHERE {condition}", values):
        counts.lose(*span)


# --- certificates -------------------------------------------------------------------------------------------------


def _repair_certificate(connection: sqlite3.Connection, id: int, counts: _Counts) -> None:
    """Delete the damaged leaves of a certificate, and write its row again from a sound leaf. Without any sound leaf the
    certificate is deleted."""
    leaves = connection.execute(
        f"SELECT id, kind, sha256, der, {row_checks.is_sound('leaf')} FROM leaf WHERE certificate = ?"
        " ORDER BY kind DESC, id",
        (id,),
    ).fetchall()
    intact = []
    for leaf, kind, fingerprint, packed, is_sound in leaves:
        der = _intact(fingerprint, packed)
        if is_sound and der is not None:
            intact.append((der, kind))
            fingerprints.write(connection, [(leaf, _sha1_head(der, kind))])
        else:
            _drop_leaf(connection, leaf, counts)
    if not intact:
        counts.dropped += 1
        _drop(connection, id)
        return
    (is_sound,) = connection.execute(
        f"SELECT {row_checks.is_sound('certificate')} AND {row_checks.is_sound('issuer_name')}"
        " FROM certificate LEFT JOIN issuer_name ON issuer_name.id = issuer WHERE certificate.id = ?",
        (id,),
    ).fetchone()
    if not is_sound or len(intact) < len(leaves):
        counts.rewritten += not is_sound
        _rewrite(connection, id, _row_of(*intact[0]))


def _sha1_head(der: bytes, kind: str) -> int | None:
    return fingerprints.head_of(fingerprints.sha1_of(der)) if kind == EntryKind.X509 else None


def _intact(fingerprint: bytes, packed: bytes) -> bytes | None:
    """Unpack a leaf; None where it doesn't hash to its SHA-256."""
    try:
        der = rows.unpack(packed)
    except IndexFault:
        return None
    return der if sha256(der).digest() == fingerprint else None


def _drop_leaf(connection: sqlite3.Connection, leaf: int, counts: _Counts) -> None:
    """Delete a leaf and its sightings, and count their entries as not read."""
    seen = connection.execute(
        "SELECT log, entry_index FROM sighting WHERE leaf = ?1"
        " UNION SELECT log, entry_index FROM chain_sighting WHERE leaf = ?1",
        (leaf,),
    ).fetchall()
    connection.execute("DELETE FROM leaf WHERE id = ?", (leaf,))
    for log, index in seen:
        _uncover(connection, log, index, counts)


def _drop(connection: sqlite3.Connection, certificate: int) -> None:
    """Delete a certificate; totals, findings and keys are made again anyway."""
    connection.execute("DELETE FROM certificate WHERE id = ?", (certificate,))


def _uncover(connection: sqlite3.Connection, log: int, index: int, counts: _Counts) -> None:
    """Cut an entry out of the coverage of its log, so that it is read again. The part before it has no edge any longer;
    an empty part keeps the beginning of the coverage."""
    found = connection.execute(
        "SELECT id, scope, rules, range_start, range_end, edge, since FROM coverage"
        " WHERE log = ? AND range_start <= ? AND range_end > ?",
        (log, index, index),
    ).fetchall()
    for id, scope, rules, start, end, edge, since in found:
        connection.execute("DELETE FROM coverage WHERE id = ?", (id,))
        parts = [(start, index, b"", since), (index + 1, end, edge, None)]
        connection.executemany(
            "INSERT INTO coverage (log, scope, rules, range_start, range_end, edge, since)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            [(log, scope, rules, *part) for part in parts],
        )
    if found:
        counts.lose(log, index, index + 1)


def _row_of(der: bytes, kind: str) -> CertificateRow:
    """Convert a leaf to the row of its certificate, without findings."""
    entry = Entry(b"", 0, 0, EntryKind(kind), der, b"", b"")
    certificate = _read(der, entry.kind)
    if certificate is None:
        return certificate_rows.row_of_unreadable(Unreadable(b"", 0, b"", "it can't be read", entry, ()), entry)
    return certificate_rows.row_of_hit(Hit(entry, certificate, ()), render_name)


def _read(der: bytes, kind: EntryKind) -> Certificate | None:
    for read in (read_tbs,) if kind is EntryKind.PRECERT else (read_certificate, read_attribute_certificate):
        try:
            return read(der)
        except FormatError:
            continue
    return None


def _rewrite(connection: sqlite3.Connection, id: int, row: CertificateRow) -> None:
    """Write the row of a certificate again. Another row with its identity keeps the leaves of both."""
    other = connection.execute(
        "SELECT id FROM certificate WHERE identity = ? AND id <> ?", (row.identity, id)
    ).fetchone()
    if other is not None:
        connection.execute("UPDATE leaf SET certificate = ? WHERE certificate = ?", (*other, id))
        _drop(connection, id)
        return
    certificates.rewrite(connection, id, row)
