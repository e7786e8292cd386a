"""Control totals: sums kept beside the search indexes, by which a look-up notices that a row is missing.

A row whose key was damaged isn't found, and nothing that is read shows it. The entries of each search index are
therefore summed up in shards of one 4,096th of the hashes, in a table of its own. A look-up reads the shard of the hash
that it searches (two and a half thousand entries in an index of ten million) and compares the sums. All terms are
positive, so a lost row always shows, and each term holds the search value, so a changed value does too. Look-ups of
domains search a range of keys instead; its sum is kept for each domain and every domain above it.

Functions of an open transaction.
"""

# ruff: noqa: S608 - statements contain table and column names of our own; values are bound

from __future__ import annotations

import sqlite3
import struct
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from enum import IntEnum
from hashlib import blake2b
from zlib import crc32

from ctscan.index.sqlite import many_rows, row_checks, rows


class Family(IntEnum):
    """Search index with control totals."""

    KEY = 0  # lookup_key by hash
    SERIAL = 1  # certificate by hash of the serial number
    IDENTITY = 2  # certificate
    SHA256 = 3  # leaf
    MAILBOX = 4  # mailbox by place


_SHARD_BITS = 12
_REST = (1 << 32 - _SHARD_BITS) - 1  # bits of a hash below the number of its shard
_REST_OF_PLACE = (1 << 48 - _SHARD_BITS) - 1
_IN_PART = 128  # shards in a row of the table: a small step rewrites few octets, a large step few rows
_PARTS = (1 << _SHARD_BITS) // _IN_PART
_TOTALS = struct.Struct(f"<{_IN_PART}Q")
_TOTAL = struct.Struct("<Q")
_MASK = (1 << 64) - 1

LAST = "\U0010ffff"  # the largest character: no label begins with it

Term = tuple[int, int]
"""Shard of an entry, and its summand."""


# --- terms --------------------------------------------------------------------------------------------------------


def hash_term(hashed: int, id: int) -> Term:
    """Return the term of a row that is found by a signed 32-bit hash."""
    hashed &= 0xFFFFFFFF
    return hashed >> 32 - _SHARD_BITS, (hashed & _REST) + id


def place_term(place: int, id: int) -> Term:
    """Return the term of a row of `mailbox`, which is found by a place of 48 bits."""
    return place >> 48 - _SHARD_BITS, (place & _REST_OF_PLACE) + id


def octets_term(value: bytes, id: int, kind: str = "") -> Term:
    """Return the term of a row that is found by a cryptographic hash, and by its kind."""
    return int.from_bytes(value[:2].ljust(2, b"\0")) >> 16 - _SHARD_BITS, crc32(kind.encode(), crc32(value)) + id


# --- writing ------------------------------------------------------------------------------------------------------


def add(connection: sqlite3.Connection, family: Family, terms: Iterable[Term], sign: int = 1) -> None:
    """Add the terms of new rows to their totals; `sign` -1 takes the terms of deleted rows away."""
    parts: dict[int, list[Term]] = defaultdict(list)
    for shard, summand in terms:
        parts[family * _PARTS + shard // _IN_PART].append((shard % _IN_PART * _TOTAL.size, summand))
    marks = ", ".join("?" * len(parts))
    found = dict(connection.execute(f"SELECT id, totals FROM control_total WHERE id IN ({marks})", tuple(parts)))
    changed = [(id, _changed(found.get(id, bytes(_TOTALS.size)), changes, sign)) for id, changes in parts.items()]
    many_rows.insert(connection, "INSERT OR REPLACE INTO control_total (id, totals)", changed)


def _changed(totals: bytes, changes: Iterable[tuple[int, int]], sign: int) -> bytearray:
    """Add to some of the packed totals, `(offset, summand)`: a step changes few of them."""
    after = bytearray(totals)
    for offset, summand in changes:
        (total,) = _TOTAL.unpack_from(after, offset)
        _TOTAL.pack_into(after, offset, total + sign * summand & _MASK)
    return after


def add_domains(connection: sqlite3.Connection, keys: Iterable[tuple[int, str, int]], sign: int = 1) -> None:
    """Add `(id, key, hash)` of new domains to the totals of each domain and all domains above; `sign` -1 takes deleted
    domains away. A total of zero is deleted: it would say that the domain was there."""
    changes: dict[int, int] = defaultdict(int)
    for id, key, hashed in keys:
        for domain in _at_and_above(key):
            changes[_digest(domain)] += sign * hash_term(hashed, id)[1]
    _add_to_sparse(connection, changes)


def add_places(connection: sqlite3.Connection, rows: Iterable[tuple[int, int]], sign: int = 1) -> None:
    """Add rows `(place, key)` of `mailbox` to the totals of their places, which stand among those of domains; `sign` -1
    takes them away."""
    changes: dict[int, int] = defaultdict(int)
    for place, key in rows:
        changes[_digest(_name_of_place(place))] += sign * key
    _add_to_sparse(connection, changes)


def _name_of_place(place: int) -> str:
    return f"@{place}"  # no domain has this character


def _add_to_sparse(connection: sqlite3.Connection, changes: Mapping[int, int]) -> None:
    many_rows.insert(
        connection,
        "INSERT INTO domain_total (digest, total)",
        list(changes.items()),
        "ON CONFLICT (digest) DO UPDATE SET total = total + excluded.total",
    )
    if min(changes.values(), default=0) < 0:
        connection.executemany("DELETE FROM domain_total WHERE digest = ? AND total = 0", [(d,) for d in changes])


def _at_and_above(key: str) -> Iterator[str]:
    """Yield a domain with reversed labels, each with its dot, and the domains above it."""
    at = key.find(".") + 1
    while at:
        yield key[:at]
        at = key.find(".", at) + 1
    if not key.endswith("."):
        yield key


def _digest(domain: str) -> int:
    """Return 63 bits for a domain: two domains with one total would be said to be damaged for ever."""
    return int.from_bytes(blake2b(domain.encode("utf-8", "surrogatepass"), digest_size=8).digest()) >> 1


# --- reading ------------------------------------------------------------------------------------------------------


def check_hash(connection: sqlite3.Connection, family: Family, hashed: int) -> None:
    """Compare the shard of a hash with its total, for the families KEY and SERIAL; note damage."""
    table, column = ("lookup_key", "hash") if family is Family.KEY else ("certificate", "serial_hash")
    shard = hash_term(hashed, 0)[0]
    low = hashed & ~_REST
    (found,) = connection.execute(
        f"SELECT coalesce(sum(({column} & {_REST}) + id), 0) FROM main.{table} WHERE {column} BETWEEN ? AND ?",
        (low, low + _REST),
    ).fetchone()
    _compare(connection, family, shard, found, table)


def check_all_hashes(connection: sqlite3.Connection, family: Family) -> None:
    """Compare every shard of a family, KEY or SERIAL, with its total; note damage."""
    table, column = ("lookup_key", "hash") if family is Family.KEY else ("certificate", "serial_hash")
    found = connection.execute(
        f"SELECT ({column} & {0xFFFFFFFF}) >> {32 - _SHARD_BITS}, sum(({column} & {_REST}) + id) FROM main.{table}"
        " WHERE id IS NOT NULL GROUP BY 1"
    )
    sums = {shard: total & _MASK for shard, total in found}
    first = family * _PARTS
    kept = connection.execute("SELECT id, totals FROM control_total WHERE id >= ? AND id < ?", (first, first + _PARTS))
    totals = {
        (id - first) * _IN_PART + place: total
        for id, packed in kept
        for place, total in enumerate(_TOTALS.unpack(packed))
        if total
    }
    if totals != sums:
        row_checks.note(connection, table)


def check_place(connection: sqlite3.Connection, place: int) -> None:
    """Compare the shard of a place with its total, for the family MAILBOX; note damage."""
    low = place & ~_REST_OF_PLACE
    (found,) = connection.execute(
        f"SELECT coalesce(sum((place & {_REST_OF_PLACE}) + key), 0) FROM mailbox WHERE place BETWEEN ? AND ?",
        (low, low + _REST_OF_PLACE),
    ).fetchone()
    _compare(connection, Family.MAILBOX, place_term(place, 0)[0], found, "mailbox")


def check_one_place(connection: sqlite3.Connection, place: int, found: int | None) -> None:
    """Compare the sum over the addresses at a place, where all of them were read, with their total; note damage."""
    if found is None:
        sql = "SELECT coalesce(sum(key), 0) FROM mailbox WHERE place = ?"
        (found,) = connection.execute(sql, (place,)).fetchone()
    _compare_sparse(connection, _name_of_place(place), found, "mailbox")


def check_places(connection: sqlite3.Connection, sums: Mapping[int, int]) -> None:
    """Compare the sums over the addresses at places, of which all were read, with their totals; note damage."""
    digests = {_digest(_name_of_place(place)): found for place, found in sums.items()}
    kept = connection.execute(*rows.within(_SPARSE, list(digests))).fetchall() if digests else []
    if digests != dict.fromkeys(digests, 0) | dict(kept):
        row_checks.note(connection, "mailbox")


_SPARSE = "SELECT digest, total FROM domain_total WHERE digest IN ({})"


def check_octets(connection: sqlite3.Connection, family: Family, value: bytes) -> None:
    """Compare the shard of a value with its total, for the families IDENTITY and SHA256; note damage."""
    shard = octets_term(value, 0)[0]
    low, high = shard << 16 - _SHARD_BITS, shard + 1 << 16 - _SHARD_BITS
    above = high.to_bytes(2) if high < 1 << 16 else b"\xff" * 33
    if family is Family.IDENTITY:
        table, select = "certificate", "SELECT identity, id FROM main.certificate WHERE identity >= ? AND identity < ?"
    else:
        table, select = "leaf", "SELECT sha256, id, kind FROM main.leaf WHERE sha256 >= ? AND sha256 < ?"
    found = sum(octets_term(*row)[1] for row in connection.execute(select, (low.to_bytes(2), above)))
    _compare(connection, family, shard, found, table)


def _compare(connection: sqlite3.Connection, family: Family, shard: int, found: int, table: str) -> None:
    id, place = family * _PARTS + shard // _IN_PART, shard % _IN_PART
    row = connection.execute("SELECT totals FROM control_total WHERE id = ?", (id,)).fetchone()
    total = _TOTALS.unpack(row[0])[place] if row else 0
    if total != found & _MASK:
        row_checks.note(connection, table)


def check_domain(connection: sqlite3.Connection, domain: str) -> None:
    """Compare the sum over the keys at and below a domain with its total; note damage."""
    (found,) = connection.execute(
        f"SELECT coalesce(sum((hash & {_REST}) + id), 0) FROM lookup_key WHERE kind = 'domain' AND key BETWEEN ? AND ?",
        (domain, domain + LAST),
    ).fetchone()
    _compare_sparse(connection, domain, found, "lookup_key")


def _compare_sparse(connection: sqlite3.Connection, name: str, found: int, table: str) -> None:
    row = connection.execute("SELECT total FROM domain_total WHERE digest = ?", (_digest(name),)).fetchone()
    if (row[0] if row else 0) != found:
        row_checks.note(connection, table)
