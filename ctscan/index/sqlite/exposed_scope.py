"""Scope of a report of exposure: the certificates in it, and a flag for each look-up key. Functions of an open
transaction, which work in temporary tables.

    exposed_certificate   certificate, and whether all of it is in scope whatever its addresses are
    KeyFlags              one octet for each look-up key: its kind, whether it is in scope, whether a pass has seen it

An array by the row of a key takes an octet, where a set would take fifty: an index has millions of keys.
"""

# ruff: noqa: S608 - statements contain conditions of our own; values are bound

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from ctscan.index.sqlite import controls, posting_lists, postings, rows
from ctscan.model.finding import SubjectKind
from ctscan.x509.certificate_use import reversed_host

if TYPE_CHECKING:
    from ctscan.model.exposure import ExposureQuestion

EMAIL, NUMBER, DOMAIN, IN_SCOPE, SEEN, SEEN_OF_PERSON = (1 << bit for bit in range(6))

OF_PEOPLE = (str(SubjectKind.PERSON), str(SubjectKind.ROLE), str(SubjectKind.UNKNOWN))
"""Kinds of subject whose data counts: the mailbox of a function is often that of one person."""

KeyFlags = bytearray

_KINDS = {"email": EMAIL, "number": NUMBER, "domain": DOMAIN}

_TABLE = (
    "CREATE TEMP TABLE exposed_certificate"
    " (certificate INTEGER PRIMARY KEY, whole INTEGER NOT NULL, newer INTEGER NOT NULL DEFAULT 0)"
)
_ADD = "INSERT OR IGNORE INTO temp.exposed_certificate (certificate, whole) "


def choose(connection: sqlite3.Connection, question: ExposureQuestion, flags: KeyFlags) -> None:
    """Fill `exposed_certificate`, and flag the keys in scope."""
    forget(connection)
    connection.execute(_TABLE)
    if question.everything:
        connection.execute(f"{_ADD} SELECT id, 1 FROM certificate WHERE {_NOT_RESTRICTED}")
        return
    if question.has_organisation is not None:
        connection.create_function("has_organisation", 1, question.has_organisation, deterministic=True)
        connection.execute(f"{_ADD} SELECT id, 1 FROM certificate WHERE has_organisation(subject)")
    for domain in question.domains:
        first = reversed_host(domain)
        connection.execute(
            f"{_ADD} SELECT certificate, 1 FROM certificate_host WHERE host BETWEEN ? AND ?",
            (first, first + controls.LAST),
        )
    for key in _keys_in_scope(connection, question):
        flags[key] |= IN_SCOPE
        found = posting_lists.certificates_of(connection, [key])
        connection.executemany(f"{_ADD} VALUES (?, 0)", [(certificate,) for certificate in found])
    connection.execute(
        f"DELETE FROM temp.exposed_certificate WHERE NOT ({_NOT_RESTRICTED.replace('id', 'certificate')})"
    )


_NOT_RESTRICTED = "id NOT IN (SELECT certificate FROM main.restricted_certificate)"


def forget(connection: sqlite3.Connection) -> None:
    """Drop the temporary table."""
    connection.execute("DROP TABLE IF EXISTS temp.exposed_certificate")


def keep(connection: sqlite3.Connection, certificates: Sequence[int]) -> None:
    """Keep only these certificates."""
    (chosen,) = connection.execute("SELECT count(*) FROM temp.exposed_certificate").fetchone()
    if chosen > len(certificates):
        connection.execute("CREATE TEMP TABLE exposed_kept (certificate INTEGER PRIMARY KEY)")
        connection.executemany("INSERT INTO temp.exposed_kept (certificate) VALUES (?)", ((id,) for id in certificates))
        connection.execute(
            "DELETE FROM temp.exposed_certificate WHERE certificate NOT IN (SELECT certificate FROM temp.exposed_kept)"
        )
        connection.execute("DROP TABLE temp.exposed_kept")


def mark_newer(connection: sqlite3.Connection, since: datetime) -> None:
    """Mark the certificates that were first seen at a moment or later. Those without a known time count as older."""
    limit = int(since.timestamp() * 1000)
    connection.execute(
        f"UPDATE temp.exposed_certificate SET newer = 1 WHERE NOT ({_SEEN}) AND ({_SEEN})",
        (*[0, limit - 1] * 3, *[limit, LAST_TIME] * 3),
    )


def count_newer(connection: sqlite3.Connection) -> int:
    """Count the certificates that are marked."""
    found = connection.execute("SELECT count(*) FROM temp.exposed_certificate WHERE newer")
    return int(found.fetchone()[0])


LAST_TIME = 253_402_300_799_999
"""Milliseconds since 1970 of the last second of the year 9999; a later time is no time."""

_SEEN = " OR ".join(
    f"EXISTS (SELECT 1 FROM leaf CROSS JOIN {table} ON {table}.leaf = leaf.id"
    f" WHERE leaf.certificate = exposed_certificate.certificate AND {column} BETWEEN ? AND ?)"
    for table, column in (
        ("sighting", "timestamp"), ("chain_sighting", "timestamp"), ("repository_sighting", "first_logged")
    )
)  # fmt: skip
"""Condition of a certificate that was seen between two times."""


def key_flags(connection: sqlite3.Connection) -> KeyFlags:
    """Make the flags of all look-up keys, with their kinds."""
    (last,) = connection.execute("SELECT coalesce(max(id), 0) FROM lookup_key").fetchone()
    flags = bytearray(last + 1)
    for id, kind in connection.execute("SELECT id, kind FROM lookup_key WHERE kind IN ('email', 'number', 'domain')"):
        flags[id] = _KINDS[kind]
    return flags


def _keys_in_scope(connection: sqlite3.Connection, question: ExposureQuestion) -> Iterator[int]:
    for domain in question.domains:
        yield from _below(connection, domain)
    for some in rows.portions(question.emails, postings.AT_ONCE):
        yield from postings.ids_of(connection, [("email", email) for email in some]).values()


def _below(connection: sqlite3.Connection, domain: str) -> list[int]:
    """Return the keys of a domain and of everything below it."""
    return postings.ids_below(connection, reversed_host(domain))


def keys_of_value(connection: sqlite3.Connection, value: str) -> Iterator[int]:
    """Yield the keys of an address, of a number, or of a domain and everything below it."""
    number = "".join(filter(str.isalnum, value)).upper()
    yield from postings.ids_of(connection, [("email", value), ("number", number)]).values()
    if "@" not in value and "." in value:
        yield from _below(connection, value)
