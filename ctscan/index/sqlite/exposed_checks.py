"""Checks of the rows that a report of exposure reads: of the certificates that `exposed_scope.choose` chose, with all
that hangs on them. Functions of an open transaction.

A look-up checks a row as it reads it. A report reads millions of rows in a pass that groups them, so that they are
checked beside it: rows by their own checks, the findings of each certificate by `findings_check`, lost certificates and
keys by their totals. What is damaged is noted, and counted all the same: the report says that it may be wrong.
"""

# ruff: noqa: S608 - statements contain names of tables of our own; values are bound

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Iterator
from typing import TYPE_CHECKING
from zlib import crc32

from ctscan.index.sqlite import controls, posting_lists, postings, row_checks, rows
from ctscan.index.sqlite.controls import Family
from ctscan.index.sqlite.row_checks import is_sound
from ctscan.x509.certificate_use import WORDS, reversed_host

if TYPE_CHECKING:
    from ctscan.model.exposure import ExposureQuestion

_MOST_KEPT = 20_000  # joined texts of keys in memory
_MOST_GAPS = 100_000_000  # rows between two keys; a row of a key that is far behind all others is damaged

_EXPOSED = "temp.exposed_certificate AS exposed"
_LEAVES = f"{_EXPOSED} CROSS JOIN leaf ON leaf.certificate = exposed.certificate"
_SEEN = " OR ".join(
    f"EXISTS (SELECT 1 FROM {table} WHERE {table}.leaf = leaf.id)"
    for table in ("sighting", "chain_sighting", "repository_sighting")
)

_WRONG = {
    "certificate": f"{_EXPOSED} LEFT JOIN certificate ON certificate.id = exposed.certificate"
    f" WHERE certificate.id IS NULL OR NOT ({is_sound('certificate')})",
    "issuer_name": f"issuer_name WHERE NOT ({is_sound('issuer_name')})",
    "leaf": f"{_LEAVES} WHERE NOT ({is_sound('leaf')})",
    "sighting": f"{_LEAVES} WHERE NOT ({_SEEN})",
    "revocation": f"{_EXPOSED} CROSS JOIN revocation ON revocation.certificate = exposed.certificate"
    f" WHERE NOT ({is_sound('revocation')})",
} | {
    f"{table} of a log": f"{_LEAVES} CROSS JOIN {table} ON {table}.leaf = leaf.id WHERE NOT ({is_sound(table)})"
    for table in ("sighting", "chain_sighting", "repository_sighting")
}
"""Conditions of damage, by the table that is damaged: the word before the first blank."""

_LOST = {
    "issuer_name": f"{_EXPOSED} CROSS JOIN certificate ON certificate.id = exposed.certificate"
    " WHERE issuer NOT IN (SELECT id FROM issuer_name)",
    "leaf": f"{_EXPOSED} CROSS JOIN certificate ON certificate.id = exposed.certificate WHERE NOT EXISTS"
    " (SELECT 1 FROM leaf WHERE leaf.certificate = exposed.certificate"
    " AND (certificate.sha256 IS NULL OR leaf.kind = 'x509'))",
}


def check(connection: sqlite3.Connection, question: ExposureQuestion) -> None:
    """Check every row that a report on this question reads; note damage."""
    row_checks.check_whole_tables(connection)
    _check_choice(connection, question)
    _check_uses_and_hosts(connection)
    for statements in (_WRONG, _LOST):
        for part, wrong in statements.items():
            if connection.execute(f"SELECT 1 FROM {wrong} LIMIT 1").fetchone() is not None:
                row_checks.note(connection, part.partition(" ")[0])
    if any(_is_wrong(connection)):
        row_checks.note(connection, "finding")


def _check_choice(connection: sqlite3.Connection, question: ExposureQuestion) -> None:
    """Check that no certificate is missing from the choice because a row by which it is found was lost."""
    if question.everything or question.has_organisation is not None:
        controls.check_all_hashes(connection, Family.SERIAL)
    if question.everything:
        controls.check_all_hashes(connection, Family.KEY)
    for domain in question.domains:
        controls.check_domain(connection, reversed_host(domain))
        posting_lists.check(connection, postings.ids_below(connection, reversed_host(domain)))
    keys = [("email", email) for email in question.emails]
    postings.check_keys(connection, keys)
    posting_lists.check(connection, postings.ids_of(connection, keys).values())


def _check_uses_and_hosts(connection: sqlite3.Connection) -> None:
    """Check the two tables whose rows have no check of their own: their pages, and what their values say twice. A word
    that became another known word, and a host that is lost with its place in the search index, aren't noticed."""
    connection.create_function("reversed_host", 1, reversed_host, deterministic=True)
    for table in ("certificate_use", "certificate_host"):
        if connection.execute(f"PRAGMA main.integrity_check({table})").fetchone()[0] != "ok":
            row_checks.note(connection, table)
    if connection.execute(_WRONG_HOST).fetchone() is not None:
        row_checks.note(connection, "certificate_host")
    words = {
        word for (uses,) in connection.execute("SELECT DISTINCT uses FROM certificate_use") for word in uses.split()
    }
    if words - WORDS or connection.execute(_WITHOUT_USE).fetchone() is not None:
        row_checks.note(connection, "certificate_use")


_WRONG_HOST = (
    "SELECT 1 FROM main.certificate_host WHERE host IS NOT reversed_host(name)"
    " OR certificate NOT IN (SELECT id FROM main.certificate) LIMIT 1"
)
_WITHOUT_USE = (
    f"SELECT 1 FROM {_EXPOSED} CROSS JOIN certificate ON certificate.id = exposed.certificate"
    " WHERE problem IS NULL AND NOT EXISTS"
    " (SELECT 1 FROM certificate_use WHERE certificate_use.certificate = exposed.certificate) LIMIT 1"
)


# --- findings -----------------------------------------------------------------------------------------------------

_FINDINGS = f"""
    SELECT exposed.certificate, findings_check, trait, keys, value, canonical, raw, repaired
    FROM {_EXPOSED}
    CROSS JOIN certificate ON certificate.id = exposed.certificate
    LEFT JOIN finding ON finding.certificate = exposed.certificate
    ORDER BY exposed.certificate, finding.ordinal
"""


def _is_wrong(connection: sqlite3.Connection) -> Iterator[bool]:
    """Yield of each chosen certificate whether its findings have another check than they should have."""
    kinds = {
        id: str(rows.check_of_kind(tuple(kind)))
        for id, *kind in connection.execute(f"SELECT id, {rows.FINDING_KIND_COLUMNS} FROM trait")
    }
    none, keys_of = str(rows.check_of_kind(())), _KeyTexts(connection)
    last, expected, parts = None, None, list[str]()
    for certificate, check, trait, keys, value, canonical, raw, repaired in connection.execute(_FINDINGS):
        if certificate != last:
            yield last is not None and expected != _check(parts)
            last, expected, parts = certificate, check, []
        if trait is not None:
            parts.append(f"{kinds.get(trait, none)}\0{keys_of[keys]}\0{value}\0{canonical}\0{raw}\0{repaired}")
    yield last is not None and expected != _check(parts)


def _check(parts: list[str]) -> int:
    return crc32("\0".join(parts).encode("utf-8", "surrogatepass"))


class _KeyTexts(dict[str, str]):
    """Look-up keys in words, as `rows.check_of_findings` has them, by the column `keys` of a finding.

    All keys lie in one array of octets, behind one of places by the row of a key: objects of Python would take three
    times as much memory.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        super().__init__()
        self._octets, self._places, end = bytearray(), array("Q"), 0
        for id, kind, key in connection.execute("SELECT id, kind, key FROM lookup_key ORDER BY id"):
            missing = id - len(self._places)
            if 0 <= missing <= _MOST_GAPS:
                self._places.extend([end] * (missing + 1))
                self._octets += f"{kind} {key}".encode("utf-8", "surrogatepass")
                end = len(self._octets)
        self._places.append(end)

    def __missing__(self, keys: str) -> str:
        """Join the texts of the keys."""
        if len(self) > _MOST_KEPT:
            self.clear()
        ids = dict.fromkeys(map(int, keys.split(","))) if keys else ()
        self[keys] = text = b" ".join([self._text(id) for id in ids]).decode("utf-8", "surrogatepass")
        return text

    def _text(self, id: int) -> bytes:
        """Return kind and key of a row; a blank, of two empty words, where it is lost."""
        if not 0 <= id < len(self._places) - 1:
            return b" "
        return bytes(self._octets[self._places[id] : self._places[id + 1]]) or b" "
