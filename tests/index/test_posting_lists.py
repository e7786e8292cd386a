"""Lists of certificates that a look-up key finds: whatever is added and taken away, and whatever is damaged."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from zlib import crc32

import pytest

from ctscan.index.sqlite import posting_lists, row_checks, schema
from ctscan.index.sqlite.posting_lists import END, PER_ROW

KEY = 7
OTHER = 8


@contextmanager
def a_table(version: int | None = None) -> Iterator[sqlite3.Connection]:
    """Open an empty index, of an older version if given."""
    connection = sqlite3.connect(":memory:", isolation_level=None, factory=row_checks.NotingConnection)
    with closing(connection):
        schema.migrate(connection, schema.migrations()[:version])
        yield connection


def rows_of(connection: sqlite3.Connection) -> list[tuple[int, int, bytes]]:
    return connection.execute("SELECT key, first, certificates FROM posting ORDER BY key, first").fetchall()


def add(connection: sqlite3.Connection, certificates: list[int], *, is_new: bool = False) -> None:
    new_keys = range(KEY, OTHER + 1) if is_new else range(0)
    posting_lists.add(connection, [(key, one) for key in (KEY, OTHER) for one in certificates], new_keys)


def listed(connection: sqlite3.Connection) -> tuple[list[int], bool]:
    """Return the list of the key, and whether it is whole."""
    found = list(posting_lists.read(connection, [KEY])[KEY])
    return found, not row_checks.take_noted(connection)


@pytest.mark.parametrize("count", [1, PER_ROW - 1, PER_ROW, PER_ROW + 1, 3 * PER_ROW, 3 * PER_ROW + 5])
def test_a_list_of_any_length_is_read_as_it_was_written(count: int) -> None:
    certificates = list(range(10, 10 + 3 * count, 3))
    with a_table() as connection:
        add(connection, certificates, is_new=True)
        assert listed(connection) == (certificates, True)
        assert len(rows_of(connection)) == 2 * ((count - 1) // PER_ROW + 1)
        assert max(len(octets) for _, _, octets in rows_of(connection)) <= 4 * PER_ROW


@pytest.mark.parametrize("seed", range(6))
def test_what_is_added_and_taken_away_in_any_order_adds_up(seed: int) -> None:
    draw = random.Random(seed)
    held: set[int] = set()
    with a_table() as connection:
        for _ in range(150):
            if draw.random() < 0.6:
                most = 3 * PER_ROW if draw.random() < 0.1 else 20
                top = max(held, default=0) + 500 if draw.random() < 0.7 else max(held, default=500)
                low = max(held, default=0) + 1 if draw.random() < 0.5 else 1
                added = sorted(set(draw.sample(range(low, top + most + 1), most // 3)) - held)
                add(connection, added, is_new=not held)
                held.update(added)
            else:
                for certificate in draw.sample(sorted(held), min(len(held), draw.choice([1, 5, 200]))):
                    emptied = posting_lists.remove(connection, certificate, [KEY, OTHER, KEY])
                    held.remove(certificate)
                    assert emptied == ([] if held else [KEY, OTHER])
            if held:
                assert listed(connection) == (sorted(held), True)
            else:
                assert rows_of(connection) == []
        for certificate in draw.sample(sorted(held), len(held)):
            emptied = posting_lists.remove(connection, certificate, [KEY, OTHER])
        assert emptied == [KEY, OTHER]
        assert rows_of(connection) == []


def test_a_certificate_that_a_list_does_not_hold_is_taken_from_nothing() -> None:
    with a_table() as connection:
        add(connection, list(range(1, 1000, 2)), is_new=True)
        before = rows_of(connection)
        assert posting_lists.remove(connection, 300, [KEY, 99]) == []
        assert rows_of(connection) == before


DAMAGE = [
    "DELETE FROM posting WHERE rowid_of",
    "UPDATE posting SET key = 99 WHERE rowid_of",
    "UPDATE posting SET key = 8, first = first + 1 WHERE rowid_of",
    "UPDATE posting SET first = first + 1 WHERE rowid_of",
    "UPDATE posting SET first = first | (1 << 33) WHERE rowid_of AND first & (1 << 33) = 0",
    "UPDATE posting SET first = iif(first < 1 << 40, first + (1 << 40), first - (1 << 40)) WHERE rowid_of",
    "UPDATE posting SET certificates = substr(certificates, 5) WHERE rowid_of",
    "UPDATE posting SET certificates = substr(certificates, 2) WHERE rowid_of",
    "UPDATE posting SET certificates = CAST(certificates || x'ff000000' AS BLOB) WHERE rowid_of",
    "UPDATE posting SET certificates = x'' WHERE rowid_of",
    "INSERT INTO posting (key, first, certificates) VALUES (7, 4000, x'a00f0000')",
    "INSERT INTO posting (key, first, certificates) VALUES (7, (1 << 40) + 5, x'')",
]


@pytest.mark.parametrize("statement", DAMAGE)
@pytest.mark.parametrize("count", [1, 2 * PER_ROW + 3])
def test_a_lost_changed_or_added_row_is_noticed_and_stays_noticed(statement: str, count: int) -> None:
    with a_table() as connection:
        add(connection, list(range(1, 1 + 3 * count, 3)), is_new=True)
        firsts = [first for key, first, _ in rows_of(connection) if key == KEY]
        for first in firsts:
            connection.execute("SAVEPOINT whole")
            changed = connection.execute(statement.replace("rowid_of", f"key = {KEY} AND first = {first}")).rowcount
            assert listed(connection)[1] is (changed == 0)
            add(connection, [2, 5000])  # beside the damage
            assert listed(connection)[1] is (changed == 0)
            for certificate in (1, 2, 4, 5000):
                posting_lists.remove(connection, certificate, [KEY])
            assert listed(connection)[1] is (changed == 0)
            posting_lists.check(connection, [OTHER])
            row_checks.take_noted(connection)
            connection.execute("ROLLBACK TO whole")
        assert listed(connection)[1]


def test_every_changed_octet_is_noticed() -> None:
    draw = random.Random(3)
    with a_table() as connection:
        add(connection, sorted(draw.sample(range(1, 9000), 2 * PER_ROW + 50)), is_new=True)
        for _, first, octets in [row for row in rows_of(connection) if row[0] == KEY]:
            for at in draw.sample(range(len(octets)), 40):
                changed = bytearray(octets)
                changed[at] ^= 1 << draw.randrange(8)
                connection.execute("SAVEPOINT whole")
                connection.execute("UPDATE posting SET certificates = ? WHERE first = ? AND key = 7", (changed, first))
                found, is_whole = listed(connection)
                assert not is_whole
                assert found == sorted(set(found))
                connection.execute("ROLLBACK TO whole")


def test_an_older_index_is_packed_as_it_was() -> None:
    """What was lost or changed before stays noticed; numbers that no row has are left out."""
    lists = {
        1: [5],
        2: list(range(1, 1000)),
        3: [4, 5],  # one was lost
        4: [9],  # the sum was lost
        5: [1, 1 << 35, 7],  # one was changed
        6: [-3, 8],
        7: [],  # all were lost
    }
    with a_table(22) as connection:
        for key, certificates in lists.items():
            connection.executemany("INSERT INTO posting VALUES (?, ?)", [(key, one) for one in certificates])
            if key != 4:
                total = sum(certificates) + (key > 2)
                connection.execute("INSERT INTO posting VALUES (?, ?)", (key, END + total))
        schema.migrate(connection, schema.migrations())
        for key, certificates in lists.items():
            found = posting_lists.read(connection, [key])[key]
            assert list(found) == [one for one in certificates if 0 < one < 1 << 32]
            assert bool(row_checks.take_noted(connection)) is (key > 2)
        assert connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'old_posting'").fetchone() is None


def test_certificates_that_are_hidden_are_left_out_of_lists() -> None:
    with a_table() as connection:
        add(connection, [1, 2, 3], is_new=True)
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute("CREATE TEMP TABLE withheld (certificate INTEGER PRIMARY KEY)")
        connection.execute("INSERT INTO withheld VALUES (2)")
        assert listed(connection) == ([1, 2, 3], True)
        connection.execute("CREATE TEMP VIEW certificate AS SELECT * FROM main.certificate")  # as `hiding` does
        assert listed(connection) == ([1, 3], True)
        assert posting_lists.certificates_of(connection, [KEY, OTHER]) == {1, 3}
        assert posting_lists.certificates_of(connection, [KEY, OTHER], whole=True) == {1, 2, 3}


def test_an_end_too_many_makes_up_for_no_list_that_was_lost() -> None:
    """An older end of a list adds up by itself; beside the newer one it is damage, also where another list is lost."""
    with a_table() as connection:
        add(connection, [1, 2], is_new=True)
        older = rows_of(connection)[0]
        add(connection, [3])
        connection.execute("INSERT INTO posting (key, first, certificates) VALUES (?, ?, ?)", older)
        connection.execute("DELETE FROM posting WHERE key = ?", (OTHER,))
        for keys in ([KEY], [OTHER], [KEY, OTHER]):
            posting_lists.read(connection, keys)
            assert row_checks.take_noted(connection) == {"posting"}, keys


def test_octets_of_two_rows_that_changed_places_are_noticed() -> None:
    """A CRC is linear: of one in ten thousand pairs the checks have the same sum after the exchange."""

    def check(first: int, certificate: int) -> int:
        return crc32(certificate.to_bytes(4, "little"), crc32(b"%d %d" % (KEY, first)))

    of_one = check(1, 1)
    other = next(n for n in range(2, 1 << 22) if of_one + check(n, n) == check(1, n) + check(n, 1))
    end = END + of_one + check(other, other) + crc32(b"%d %d" % (KEY, END))
    for certificates, is_whole in (((1, other), True), ((other, 1), False)):
        with a_table() as connection:
            rows = [(first, one.to_bytes(4, "little")) for first, one in zip((1, other), certificates, strict=True)]
            connection.executemany("INSERT INTO posting VALUES (7, ?, ?)", [*rows, (end, b"")])
            assert listed(connection) == ([1, other], is_whole)
