"""Mailboxes: the addresses of the index by the letters of their local part. Functions of an open transaction.

`jane.roe`, `janeroe2` and `jane-roe+lists` have the letters `janeroe`: an address stands at the place that its letters,
its digits and its host give. A range of places holds one mailbox name at all hosts, so a look-up of a name reads one
range, and a look-up of an address with other dots one place. Rows come and go with their look-up keys (`postings`).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from ctscan.index.sqlite import controls, many_rows, row_checks
from ctscan.index.sqlite.controls import Family
from ctscan.index.sqlite.places import HOST_BITS, mailbox_name, place_of
from ctscan.index.sqlite.rows import within
from ctscan.model import IdentifierKind

READ = 20_000
"""Most addresses that one look-up reads: certificates are free to hold millions of them."""


# --- writing ------------------------------------------------------------------------------------------------------


def add(connection: sqlite3.Connection, addresses: Iterable[tuple[int, str]]) -> None:
    """Insert new look-up keys `(id, address)`, also into the control totals."""
    rows = sorted((place_of(address), id) for id, address in addresses)
    many_rows.insert(connection, "INSERT OR FAIL INTO mailbox (place, key)", rows)
    controls.add(connection, Family.MAILBOX, [controls.place_term(*row) for row in rows])
    controls.add_places(connection, rows)


def remove(connection: sqlite3.Connection, addresses: Iterable[tuple[int, str]]) -> None:
    """Delete look-up keys `(id, address)`, also from the control totals."""
    rows = [(place_of(address), id) for id, address in addresses]
    connection.executemany("DELETE FROM mailbox WHERE place = ? AND key = ?", rows)
    controls.add(connection, Family.MAILBOX, [controls.place_term(*row) for row in rows], -1)
    controls.add_places(connection, rows, -1)


# --- reading ------------------------------------------------------------------------------------------------------


def with_names(connection: sqlite3.Connection, names: Collection[str]) -> tuple[dict[int, str], bool]:
    """Return the addresses, by look-up key, whose mailbox name is one of these, at any host; and whether more than
    `READ` were to be read, so that others may be missing."""
    asked, left = set(names), READ
    found: dict[int, str] = {}
    for first in sorted({place_of(f"{name}@") >> HOST_BITS << HOST_BITS for name in asked}):
        rows = _between(connection, first, first + (1 << HOST_BITS) - 1, left + 1)
        some = _sound(connection, rows[:left])
        found.update((id, address) for id, address in some if mailbox_name(address.rpartition("@")[0]) in asked)
        left -= len(rows)
        if left < 0:
            break
    return found, left < 0


def like_any(connection: sqlite3.Connection, addresses: Collection[str], limit: int) -> set[str]:
    """Return addresses that are like one of these, at most `limit` for each: see `like`. Nearly always there are few,
    and two statements tell them."""
    hosts = {(place_of(one), one.rpartition("@")[2]) for one in addresses if not one.endswith("@")}
    places = sorted({place for place, _ in hosts})
    found = connection.execute(*within(f"{_AT_PLACES} LIMIT {limit:d}", places)).fetchall() if places else []
    if len(found) == limit:
        return {other for address in addresses for other in like(connection, address, limit)}
    sums = dict.fromkeys(places, 0)
    for place, id, *_ in found:
        sums[place] += id
    controls.check_places(connection, sums)
    place_by_id = {id: place for place, id, *_ in found}
    sound = _sound(connection, [row for _, *row in found])
    others = {other for id, other in sound if (place_by_id[id], other.rpartition("@")[2]) in hosts}
    return others.union(*[like(connection, address, limit) for address in addresses if address.endswith("@")])


_AT_PLACES = (
    "SELECT place, mailbox.key, kind, lookup_key.key, hash FROM mailbox"
    " LEFT JOIN lookup_key ON lookup_key.id = mailbox.key WHERE place IN ({})"
)


def like(connection: sqlite3.Connection, address: str, limit: int) -> list[str]:
    """Return addresses that have the same letters and digits, at the same host; for `name@` without a host those at any
    host, with any digits."""
    place, host = place_of(address), address.rpartition("@")[2]
    last = place if host else place | (1 << HOST_BITS) - 1
    rows = _between(connection, place if host else place >> HOST_BITS << HOST_BITS, last, limit)
    return [other for _, other in _sound(connection, rows) if not host or other.rpartition("@")[2] == host]


_Row = Sequence[Any]
"""Look-up key of an address: `(id, kind, key, hash)`."""


def _between(connection: sqlite3.Connection, first: int, last: int, limit: int) -> list[_Row]:
    """Return the rows at the places from `first` to `last`, which have one shard. Note damage: a row that is lost. A
    single place has a total of its own: the letters of `member1@` may have tens of thousands of addresses."""
    if first != last:
        controls.check_place(connection, first)
    found: list[_Row] = connection.execute(
        "SELECT mailbox.key, kind, lookup_key.key, hash FROM mailbox"
        " LEFT JOIN lookup_key ON lookup_key.id = mailbox.key WHERE place BETWEEN ? AND ? LIMIT ?",
        (first, last, limit),
    ).fetchall()
    if first == last:
        controls.check_one_place(connection, first, sum([id for id, *_ in found]) if len(found) < limit else None)
    return found


def _sound(connection: sqlite3.Connection, found: Iterable[_Row]) -> Iterator[tuple[int, str]]:
    """Yield `(id, address)` of rows. Note damage: a look-up key that is lost or changed. Places have their totals."""
    for id, kind, address, hashed in found:
        if kind == IdentifierKind.EMAIL and row_checks.key_hash(kind, address) == hashed:
            yield id, address
        else:
            row_checks.note(connection, "lookup_key")


def check_all(connection: sqlite3.Connection) -> None:
    """Check that every address has its place, and every place its address; note damage."""
    lost = connection.execute(
        "SELECT 1 FROM lookup_key WHERE kind = 'email'"
        " AND NOT EXISTS (SELECT 1 FROM mailbox WHERE place = place_of(lookup_key.key) AND mailbox.key = id) LIMIT 1"
    ).fetchone()
    alone = connection.execute(
        "SELECT 1 FROM mailbox WHERE key NOT IN (SELECT id FROM lookup_key WHERE kind = 'email') LIMIT 1"
    ).fetchone()
    if lost is not None or alone is not None:
        row_checks.note(connection, "mailbox")


def fill(connection: sqlite3.Connection) -> None:
    """Insert the addresses of an index of an older version. The totals are left as they are."""
    connection.execute(
        "INSERT INTO mailbox (place, key) SELECT place_of(key), id FROM lookup_key WHERE kind = 'email' ORDER BY 1, 2"
    )
