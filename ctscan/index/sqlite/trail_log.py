"""Merkle tree of an audit trail, in open transactions: an event, its leaf, the right edge and the signed head are one
transaction, so that a log is never seen between an event and its head.

    event + nonce ──► leaf hash ──► edge (compact range) ──► root ──► head, where a signer is at hand
"""

# ruff: noqa: S608 - statements contain column lists of our own; values are bound

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from secrets import token_bytes
from typing import TYPE_CHECKING, Any

from ctscan.errors import IndexFault
from ctscan.model import AuditAction, AuditState, CompactRange
from ctscan.model.audit_leaf import NONCE_SIZE, audit_leaf, audit_leaf_hash
from ctscan.model.audit_log import AuditLog, LogHead, LogIdentity
from ctscan.model.hashes import HASH_SIZE, split_hashes
from ctscan.model.number_ranges import numbers_in

if TYPE_CHECKING:
    from ctscan.index.protocols import HeadSigner

COLUMNS = (
    "id, at, who, action, state, purpose, case_number, kind, digest, answer, answer_digest, verdict, detail, intent"
)
_EVENT = f"INSERT INTO event ({COLUMNS}, nonce) VALUES (?{', ?' * 14})"


def append(connection: sqlite3.Connection, values: Sequence[Any], signer: HeadSigner | None) -> int:
    """Append an event to the log; return its number.

    Args:
        connection: connection with an open transaction.
        values: the columns behind `id`.
        signer: signer of the head; None leaves the head to a later event.

    Raises:
        IndexFault: leaves or heads don't fit the edge: they were changed by hand.
    """
    edge = read_edge(connection)
    number, nonce = edge.size + 1, token_bytes(NONCE_SIZE)
    row = (number, *values)
    connection.execute(_EVENT, (*row, nonce))
    grown = edge.append([_add_leaf(connection, number, row, nonce)])
    connection.execute("UPDATE edge SET size = ?, roots = ? WHERE one = 1", (grown.size, b"".join(grown.roots)))
    if signer is not None:
        _sign(connection, grown, signer)
    return number


def read_edge(connection: sqlite3.Connection) -> CompactRange:
    """Read the right edge, and compare it with leaves and heads.

    Raises:
        IndexFault: they don't fit together.
    """
    size, roots, last, head = connection.execute(
        "SELECT size, roots, (SELECT coalesce(max(position) + 1, 0) FROM leaf), (SELECT coalesce(max(size), 0)"
        " FROM head) FROM edge WHERE one = 1"
    ).fetchone() or (-1, b"", 0, 0)
    if size != last or head > size or len(roots) != HASH_SIZE * size.bit_count():
        raise IndexFault(
            "the audit trail was changed by hand: its log has another length than its leaves; `ctscan audit verify` "
            "names the first event that is wrong; restore the trail from a copy"
        )
    return CompactRange(size, tuple(split_hashes(roots)))


def _add_leaf(connection: sqlite3.Connection, number: int, row: Sequence[Any], nonce: bytes) -> bytes:
    hashed = audit_leaf_hash(audit_leaf(row, nonce))
    connection.execute("INSERT INTO leaf (position, hash) VALUES (?, ?)", (number - 1, hashed))
    return hashed


def _sign(connection: sqlite3.Connection, edge: CompactRange, signer: HeadSigner) -> None:
    root = edge.root()
    signature = signer.sign(edge.size, root)
    connection.execute("INSERT INTO head (size, root, signature) VALUES (?, ?, ?)", (edge.size, root, signature))
    connection.execute("UPDATE identity SET vkey = ? WHERE vkey = ''", (signer.vkey,))


# --- reading ------------------------------------------------------------------------------------------------------


def read_identity(connection: sqlite3.Connection) -> LogIdentity:
    """Read the identity of the log."""
    id, older, vkey = connection.execute("SELECT id, older, vkey FROM identity").fetchone()
    return LogIdentity(bytes(id), older, vkey)


def read_log(connection: sqlite3.Connection) -> AuditLog:
    """Read everything that is stored of the log, even where it doesn't fit together."""
    size, roots = connection.execute("SELECT size, roots FROM edge").fetchone() or (0, b"")
    identity = read_identity(connection)  # with text that has to be text
    return AuditLog(
        identity,
        tuple(connection.execute("SELECT position, hash FROM leaf ORDER BY position").fetchall()),
        {number: _hash_of(values, nonce) for number, values, nonce in _rows(connection)},
        forgotten(connection),
        tuple(LogHead(*row) for row in connection.execute("SELECT size, root, signature FROM head ORDER BY size")),
        (size, tuple(split_hashes(roots))),
    )


def read_leaves(connection: sqlite3.Connection) -> dict[int, bytes]:
    """Read the leaf of every event that is there, by the number of the event."""
    return {number: _leaf_of(values, nonce) for number, values, nonce in _rows(connection)}


def read_leaf(connection: sqlite3.Connection, number: int) -> bytes | None:
    """Read the leaf of an event; None where the event is not there."""
    found = next(_rows(connection, " WHERE id = ?", (number,)), None)
    return None if found is None else _leaf_of(found[1], found[2])


def newest_head(connection: sqlite3.Connection) -> LogHead | None:
    """Read the newest signed head."""
    row = connection.execute("SELECT size, root, signature FROM head ORDER BY size DESC LIMIT 1").fetchone()
    return None if row is None else LogHead(*row)


def newest_run(connection: sqlite3.Connection) -> tuple[int, int]:
    """Read the newest run that the end of a scan or backfill names, and count the announcements that may stand for
    newer ones: those without an end, and those that ended without a number since."""
    found = connection.execute(
        "SELECT id, state, detail, intent FROM event WHERE action IN ('scan', 'backfill') ORDER BY id"
    ).fetchall()
    ends = [(id, max(numbers_in(detail), default=0), intent) for id, state, detail, intent in found if intent]
    newest, named_by = max(((number, id) for id, number, _ in ends), default=(0, 0))
    announced = {id for id, state, _, _ in found if state == "intended"}
    unended = len(announced - {intent for _, _, intent in ends})
    return newest, unended + sum(1 for id, number, _ in ends if not number and id > named_by)


def last_configuration(connection: sqlite3.Connection) -> str:
    """Read the digest of the settings that were seen last; empty before the first."""
    row = connection.execute("SELECT detail FROM event WHERE action = 'configuration' ORDER BY id DESC LIMIT 1")
    return str((row.fetchone() or ("",))[0])


def _rows(
    connection: sqlite3.Connection, where: str = "", values: tuple[int, ...] = ()
) -> Iterator[tuple[int, tuple[Any, ...], bytes]]:
    """Yield number, columns and nonce of events. Octets that are no UTF-8 are read as U+FFFD: the hash shows them."""
    before = connection.text_factory
    connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
    try:
        for *row, nonce in connection.execute(f"SELECT {COLUMNS}, nonce FROM event{where} ORDER BY id", values):
            yield row[0], tuple(row), bytes(nonce)
    finally:
        connection.text_factory = before


def _leaf_of(values: tuple[Any, ...], nonce: bytes) -> bytes:
    try:
        return audit_leaf(values, nonce)
    except ValueError:  # no canonical form
        return b""


def _hash_of(values: tuple[Any, ...], nonce: bytes) -> bytes:
    leaf = _leaf_of(values, nonce)
    return audit_leaf_hash(leaf) if leaf else b""


# --- bodies that are forgotten --------------------------------------------------------------------------------------


_NAMES_BODIES = f"action = '{AuditAction.PURGE}' AND state = '{AuditState.DONE}' AND intent IS NULL"
"""Condition of the events that name deleted bodies; the beginning and the end of a purge are others."""


def forgettable(connection: sqlite3.Connection, before: str) -> list[int]:
    """List events before a time whose bodies may go: not the intents that have no end yet, nor those that end later."""
    found = connection.execute(
        f"SELECT id FROM event WHERE at < ?1 AND NOT ({_NAMES_BODIES})"
        " AND (state <> 'intended' OR EXISTS"
        " (SELECT 1 FROM event AS ending WHERE ending.intent = event.id AND ending.at < ?1))"
        " AND NOT EXISTS (SELECT 1 FROM event AS begun WHERE begun.id = event.intent AND begun.at >= ?1)",
        (before,),
    )
    older = connection.execute(
        f"SELECT id FROM event WHERE at < ?1 AND {_NAMES_BODIES}"
        f" AND id < (SELECT max(id) FROM event WHERE {_NAMES_BODIES})",
        (before,),
    )  # each names all bodies that are gone, so the newest is enough
    return sorted(row[0] for row in (*found, *older))


def delete_bodies(connection: sqlite3.Connection, numbers: Sequence[int]) -> None:
    """Delete events with their nonces; their leaves stay. Endings go before the intents that they name."""
    connection.execute("DELETE FROM forgetting")  # numbers that somebody put there by hand
    connection.executemany("INSERT INTO forgetting (event) VALUES (?)", ((number,) for number in numbers))
    connection.execute("PRAGMA defer_foreign_keys = ON")
    connection.execute("DELETE FROM event WHERE id IN (SELECT event FROM forgetting)")
    connection.execute("DELETE FROM forgetting")


def forgotten(connection: sqlite3.Connection) -> frozenset[int]:
    """Read the numbers of the events whose bodies were deleted by the rules: the newest purge names all of them."""
    row = connection.execute(f"SELECT detail FROM event WHERE {_NAMES_BODIES} ORDER BY id DESC LIMIT 1").fetchone()
    return frozenset(numbers_in(row[0])) if row else frozenset()


# --- trails of older versions ---------------------------------------------------------------------------------------


def take_over(connection: sqlite3.Connection) -> None:
    """Give the events of an older version nonces and leaves, in order, and remember their number."""
    rows = connection.execute(f"SELECT {COLUMNS} FROM event ORDER BY id").fetchall()
    if not rows:
        return
    connection.execute("DROP TRIGGER event_stays")
    edge = CompactRange(0, ())
    for row in rows:
        while edge.size < row[0] - 1:  # an event that somebody deleted: it stays missing
            edge = edge.append([_add_lost_leaf(connection, edge.size)])
        nonce = token_bytes(NONCE_SIZE)
        connection.execute("UPDATE event SET nonce = ? WHERE id = ?", (nonce, row[0]))
        edge = edge.append([_add_leaf(connection, row[0], row, nonce)])
    connection.execute(_STAYS)
    connection.execute("UPDATE edge SET size = ?, roots = ? WHERE one = 1", (edge.size, b"".join(edge.roots)))
    connection.execute("UPDATE identity SET older = ?", (edge.size,))


_STAYS = """CREATE TRIGGER event_stays BEFORE UPDATE ON event BEGIN
    SELECT raise(ABORT, 'events are only added');
END"""


def _add_lost_leaf(connection: sqlite3.Connection, position: int) -> bytes:
    hashed = token_bytes(HASH_SIZE)
    connection.execute("INSERT INTO leaf (position, hash) VALUES (?, ?)", (position, hashed))
    return hashed
