"""Posting lists: the certificates of each look-up key, many of them packed in a row of the table `posting`. Functions
of an open transaction. Certificates and keys are given by their rows.

    key  first                       certificates
    7    12                          240 certificates from 12 on: ascending, four octets each, little-endian
    7    9034                        240 certificates from 9034 on
    7    2^40 + sum of the checks    the last certificates, at most 240: the end of the list

A common word of a name is in every tenth certificate. A look-up reads all of its list, for only the whole list shows
that nothing of it was lost; as a row each, the certificates took twenty times as long.

Each row has a check: a CRC-32 of key, first certificate and octets. The end of a list holds the sum of the checks of
all its rows, also of its own. A row that was lost, changed or added differs from the sum, and so does a lost end.
Nearly every list is short: it is its end, one row, and a new certificate rewrites that row alone.
"""

from __future__ import annotations

import sqlite3
import sys
from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import TypeAlias
from zlib import crc32

from ctscan.index.sqlite import many_rows, row_checks, rows
from ctscan.index.sqlite.hidden_rows import hidden_rows
from ctscan.index.sqlite.rows import within

END = 1 << 40
"""Number in the place of the first certificate of the end of a list, before the sum. It stands behind all certificates
in the order of the table, and is thus on the page of the newest."""

FILLED_BY = 23
"""Migration whose table is filled here."""

PER_ROW = 240
"""Certificates in a row: SQLite keeps at most 1,002 octets of a row of such a table on its page."""

Certificates: TypeAlias = "array[int]"
"""Certificates of a key, ascending."""

_Row = tuple[int, int, bytes]
"""`(key, first, certificates)`, as in the table."""

_AT_ONCE = 500


# --- rows ---------------------------------------------------------------------------------------------------------


def _packed(certificates: Certificates) -> bytes:
    if sys.byteorder == "big":
        certificates = array("I", certificates)
        certificates.byteswap()
    return certificates.tobytes()


def _unpacked(octets: bytes) -> Certificates:
    """Unpack certificates. Octets that are left over are damage, which the check shows."""
    certificates = array("I")
    certificates.frombytes(octets[: len(octets) & ~3])
    if sys.byteorder == "big":
        certificates.byteswap()
    return certificates


def _check(key: int, first: int, octets: bytes) -> int:
    """Compute the check of a row; `first` of an end is END."""
    return crc32(octets, crc32(b"%d %d" % (key, first)))


# --- reading ------------------------------------------------------------------------------------------------------


def read(connection: sqlite3.Connection, keys: Collection[int]) -> dict[int, Certificates]:
    """Return the lists of keys, without certificates that are hidden; note damage."""
    lists = dict(_checked(connection, keys))
    hidden = hidden_rows(connection)
    return {key: _without(found, hidden) for key, found in lists.items()} if hidden else lists


def check(connection: sqlite3.Connection, keys: Collection[int]) -> None:
    """Check the lists of keys; note damage."""
    for _ in _checked(connection, keys):
        pass


def certificates_of(connection: sqlite3.Connection, keys: Collection[int], *, whole: bool = False) -> set[int]:
    """Return the certificates with any of the keys, unchecked; `whole`: hidden certificates, too."""
    found: set[int] = set()
    for some in rows.portions(sorted(keys), _AT_ONCE):
        for _, _, octets in connection.execute(*within(_READ, some)):
            found.update(_unpacked(octets))
    return found if whole else found.difference(hidden_rows(connection))


_READ = "SELECT key, first, certificates FROM posting WHERE key IN ({}) ORDER BY key, first"


def _checked(connection: sqlite3.Connection, keys: Collection[int]) -> Iterator[tuple[int, Certificates]]:
    """Yield each key with its list; note damage. What can be read of a damaged list is there: a person is rather shown
    than hidden."""
    for some in rows.portions(sorted(keys), _AT_ONCE):
        parts: dict[int, list[bytes]] = {key: [] for key in some}
        sums = dict.fromkeys(some, -END)  # with its one end, without the checks: 0 in a whole list
        is_damaged = False
        for key, first, octets in connection.execute(*within(_READ, some)):
            if first >= END:
                sums[key] += first
                first = END
            elif int.from_bytes(octets[:4], "little") != first:  # octets of two rows that changed places may add up
                is_damaged = True
            sums[key] -= _check(key, first, octets)
            parts[key].append(octets)
        is_damaged = is_damaged or any(sums.values())
        if is_damaged:
            row_checks.note(connection, "posting")
        for key, its in parts.items():
            found = _unpacked(its[0] if len(its) == 1 else b"".join(its))
            yield key, array("I", sorted(set(found))) if is_damaged else found


def _without(certificates: Certificates, hidden: set[int]) -> Certificates:
    return array("I", [certificate for certificate in certificates if certificate not in hidden])


# --- writing ------------------------------------------------------------------------------------------------------


def add(connection: sqlite3.Connection, postings: Iterable[tuple[int, int]], new_keys: range) -> None:
    """Add `(key, certificate)` to the lists; `new_keys` have none yet. A list without an end stays damaged."""
    added: dict[int, list[int]] = defaultdict(list)
    for key, certificate in postings:
        added[key].append(certificate)
    ends = _ends(connection, [key for key in added if key not in new_keys])
    written: list[_Row] = []
    for key in sorted(added):
        if key in new_keys:
            written += _new_list(key, sorted(added[key]))
        elif key in ends:
            written += _longer(connection, key, *ends[key], sorted(added[key]))
    connection.executemany(_DELETE, [(key, first) for key, (first, _) in ends.items()])
    many_rows.insert(connection, _INSERT, written)


def _ends(connection: sqlite3.Connection, keys: Sequence[int]) -> dict[int, tuple[int, bytes]]:
    """Return the ends of lists, `(first, certificates)`, by key."""
    return {
        key: (first, octets)
        for some in rows.portions(sorted(keys), _AT_ONCE)
        for key, first, octets in connection.execute(*within(_ENDS, some))
    }


_ENDS = f"SELECT key, first, certificates FROM posting WHERE key IN ({{}}) AND first >= {END}"  # noqa: S608 - a number
_INSERT = (
    "INSERT OR REPLACE INTO posting (key, first, certificates)"  # it replaces a row only beside damage, which stays
)
_DELETE = "DELETE FROM posting WHERE key = ? AND first = ?"


def _new_list(key: int, certificates: Sequence[int]) -> list[_Row]:
    return _rows_to_end(key, 0, array("I", certificates))


def _longer(connection: sqlite3.Connection, key: int, first: int, octets: bytes, added: Sequence[int]) -> list[_Row]:
    """Return the new end of a list, with what stands before it and is new. Damage stays: it is in the difference."""
    before = first - END - _check(key, END, octets)
    if octets and added[0] > int.from_bytes(octets[-4:], "little") and len(octets) // 4 + len(added) <= PER_ROW:
        octets += _packed(array("I", added))
        return [(key, END + before + _check(key, END, octets), octets)]  # nearly always
    last = _unpacked(octets)
    if before and not (last and last[0] < added[0]):  # findings of an older certificate came anew
        for certificate in added:
            if not last or certificate < last[0]:
                before += _put_between(connection, key, certificate)
        added = [certificate for certificate in added if last and certificate > last[0]]
    last.extend(added)
    if len(last) > len(added) > 0 and last[-len(added) - 1] > added[0]:
        last = array("I", sorted(last))
    return _rows_to_end(key, before, last)


def _rows_to_end(key: int, before: int, certificates: Certificates) -> list[_Row]:
    """Return the rows of the last certificates of a list; `before`: the sum of the checks of all rows before them."""
    written: list[_Row] = []
    while len(certificates) > PER_ROW:
        octets = _packed(certificates[:PER_ROW])
        written.append((key, certificates[0], octets))
        before += _check(*written[-1])
        certificates = certificates[PER_ROW:]
    octets = _packed(certificates)
    return [*written, (key, END + before + _check(key, END, octets), octets)]


def _put_between(connection: sqlite3.Connection, key: int, certificate: int) -> int:
    """Put a certificate into a row before the end of a list; return the change of the sum of the checks."""
    first, octets = _row_for(connection, key, certificate) or (certificate, b"")
    certificates = _unpacked(octets)
    certificates.insert(bisect_left(certificates, certificate), certificate)
    middle = len(certificates) // 2 if len(certificates) > PER_ROW else 0
    return _replace(connection, key, first, octets, [certificates[:middle], certificates[middle:]])


def _row_for(connection: sqlite3.Connection, key: int, certificate: int) -> tuple[int, bytes] | None:
    """Return the row `(first, certificates)` before the end in which a certificate would stand; None where no row is
    before the end."""
    for sql in (_ROW_BEFORE, _FIRST_ROW):
        found: tuple[int, bytes] | None = connection.execute(sql, (key, certificate)).fetchone()
        if found is not None:
            return found
    return None


_ROW_BEFORE = "SELECT first, certificates FROM posting WHERE key = ? AND first <= ? ORDER BY first DESC LIMIT 1"
_FIRST_ROW = (
    "SELECT first, certificates FROM posting"  # noqa: S608 - a number
    f" WHERE key = ? AND first > ? AND first < {END} ORDER BY first LIMIT 1"
)


def _replace(connection: sqlite3.Connection, key: int, first: int, octets: bytes, parts: Sequence[Certificates]) -> int:
    """Write parts, those that aren't empty, in the place of a row; return the change of the sum of the checks."""
    written = [(key, part[0], _packed(part)) for part in parts if part]
    connection.execute(_DELETE, (key, first))
    connection.executemany(f"{_INSERT} VALUES (?, ?, ?)", written)
    return sum([_check(*row) for row in written]) - (_check(key, first, octets) if octets else 0)


def remove(connection: sqlite3.Connection, certificate: int, keys: Iterable[int]) -> list[int]:
    """Take a certificate out of the lists of keys; return the keys without any other, whose lists are deleted."""
    return [key for key in sorted(set(keys)) if _remove(connection, certificate, key)]


def _remove(connection: sqlite3.Connection, certificate: int, key: int) -> bool:
    """Take a certificate out of a list, and return whether nothing is left of it: an empty end that knows of no row."""
    first, octets = _ends(connection, [key]).get(key, (END, b""))
    before = first - END - _check(key, END, octets)
    last = _unpacked(octets)
    if certificate in last:
        last.remove(certificate)
    else:
        before += _take_from_between(connection, key, certificate)
    changed = connection.execute(_DELETE, (key, first)).rowcount
    is_left = bool(last) or before != 0 or connection.execute(_IS_THERE, (key,)).fetchone() is not None
    if changed and is_left:
        many_rows.insert(connection, _INSERT, _rows_to_end(key, before, last))
    return bool(changed) and not is_left


_IS_THERE = "SELECT 1 FROM posting WHERE key = ? LIMIT 1"


def _take_from_between(connection: sqlite3.Connection, key: int, certificate: int) -> int:
    """Take a certificate out of a row before the end, if it is there; return the change of the sum of the checks."""
    first, octets = connection.execute(_ROW_BEFORE, (key, certificate)).fetchone() or (0, b"")
    certificates = _unpacked(octets)
    if certificate not in certificates:
        return 0
    certificates.remove(certificate)
    return _replace(connection, key, first, octets, [certificates])


# --- older indexes ------------------------------------------------------------------------------------------------


def fill(connection: sqlite3.Connection) -> None:
    """Pack the rows `(key, certificate)` of `old_posting`, and drop it. A row of 2^40 or more is the sum of the
    certificates of its key. A list that differs from it stays damaged."""
    written: list[_Row] = []
    key, certificates = 0, array("I")
    cursor = connection.execute("SELECT key, certificate FROM old_posting ORDER BY key, certificate")
    for its, certificate in cursor:
        if its != key:
            written += _without_end(key, certificates)
            key, certificates = its, array("I")
        if certificate < END:
            if certificate >> 32 == 0:  # else it is damaged, and missing from the sum
                certificates.append(certificate)
            continue
        is_whole = certificate - END == sum(certificates)
        written += _rows_to_end(key, 0 if is_whole else 1, certificates)
        certificates = array("I")
        if len(written) >= _AT_ONCE:
            many_rows.insert(connection, _INSERT, written)
            written = []
    written += _without_end(key, certificates)
    many_rows.insert(connection, _INSERT, written)
    connection.execute("DROP TABLE old_posting")


def _without_end(key: int, certificates: Certificates) -> list[_Row]:
    """Return the rows of a list whose end was lost, or that has none left."""
    parts = [certificates[at : at + PER_ROW] for at in range(0, len(certificates), PER_ROW)]
    return [(key, part[0], _packed(part)) for part in parts]
