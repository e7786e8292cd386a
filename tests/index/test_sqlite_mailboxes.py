"""Mailboxes in SQLite: places of addresses, an index of an older version, rot, and a flood of addresses."""

# ruff: noqa: S608 - statements hold numbers and invented addresses

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Coroutine
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from support.kept import a_hit, an_advance, commit, email_finding, started

from ctscan.index.open import open_index
from ctscan.index.protocols import Index
from ctscan.index.sqlite import check_filling, controls, mailboxes, row_checks, schema
from ctscan.index.sqlite.controls import Family
from ctscan.index.sqlite.places import letters, mailbox_name, place_of

ADDRESSES = ("jane.roe@example.org", "janeroe+x@example.org", "john@example.org", "jane.roe@example.com")


def with_index(path: Path, work: Callable[[Index], Coroutine[Any, Any, Any]]) -> Any:
    async def run() -> Any:
        async with await open_index(path, create=True) as index:
            return await work(index)

    return asyncio.run(run())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return the path of an index with a certificate for each address."""

    async def fill(index: Index) -> None:
        hits = (a_hit(i, email_finding(address)) for i, address in enumerate(ADDRESSES))
        await commit(index, await started(index), an_advance(0, 256, *hits))

    with_index(tmp_path / "ctscan.db", fill)
    return tmp_path / "ctscan.db"


def change(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)


async def _found(index: Index) -> tuple[int, list[str]]:
    mailboxes, _ = await index.find_mailboxes(["jane.roe"], 9, ())
    return len(mailboxes), await index.similar_addresses(["jane.roe@example.org"], 9)


def damage(path: Path, work: Callable[[Index], Coroutine[Any, Any, Any]]) -> set[str]:
    """Run a look-up and return the damaged parts that it noted."""

    async def noting(index: Index) -> set[str]:
        with index.noted_damage() as found:
            await work(index)
        return found

    result: set[str] = with_index(path, noting)
    return result


@pytest.mark.parametrize(
    ("local", "found", "name"),
    [
        ("jane.roe", "janeroe", "jane.roe"),
        ("j.a.n.e-r_o_e2+x+y", "janeroe", "j.a.n.e-r_o_e"),
        ("jane.roe-02", "janeroe", "jane.roe"),
        ('"jane roe"', "jane roe", '"jane roe"'),
        ("o'neill2", "oneill", "oneill"),
        ("2", "2", "2"),
        ("+x", "+x", "+x"),
        ("...", "", "..."),
        ("", "", ""),
    ],
)
def test_letters_and_name_of_a_local_part(local: str, found: str, name: str) -> None:
    assert (letters(local), mailbox_name(local)) == (found, name)


def test_a_place_is_of_letters_then_host() -> None:
    here, there, other = (
        place_of(one) for one in ("jane.roe@example.org", "janeroe2+x@example.com", "john@example.org")
    )
    assert here >> 16 == there >> 16 != other >> 16
    assert here & 0xFFFF == other & 0xFFFF != there & 0xFFFF
    assert 0 <= here < 1 << 48


def test_numbered_addresses_have_places_of_their_own() -> None:
    """Letters that tens of thousands of addresses have are read for none of them alone."""
    numbered = {place_of(f"member{i}@example.org") for i in range(300)}
    assert len({place >> 16 for place in numbered}) == 1 and len(numbered) > 290
    assert place_of("member.7+x@example.org") == place_of("mem-ber7@example.org") != place_of("member@example.org")


@pytest.mark.parametrize("before", [check_filling.MAILBOXES, check_filling.PLACES])
def test_an_index_of_an_older_version_gets_its_mailboxes(before: str) -> None:
    known = schema.migrations()
    (number,) = (number for number, name, _ in known if name.endswith(before))
    keys = [("email", address) for address in ADDRESSES] + [("name", "jane"), ("domain", "org.example.")]
    with closing(sqlite3.connect(":memory:", isolation_level=None, factory=row_checks.NotingConnection)) as connection:
        schema.migrate(connection, known[: number - 1])
        rows = [(id, *key, row_checks.key_hash(*key)) for id, key in enumerate(keys, 1)]
        connection.executemany("INSERT INTO lookup_key (id, kind, key, hash) VALUES (?, ?, ?, ?)", rows)
        check_filling.fill(connection)  # totals of the version before
        if before == check_filling.PLACES:  # addresses at places of the version before
            connection.execute("INSERT INTO mailbox (place, key) SELECT 7, id FROM lookup_key WHERE kind = 'email'")
            controls.add(connection, Family.MAILBOX, [controls.place_term(7, id) for id in range(1, 5)])
        schema.migrate(connection, known)
        assert mailboxes.with_names(connection, ["jane.roe"]) == ({1: ADDRESSES[0], 4: ADDRESSES[3]}, False)
        assert mailboxes.like(connection, ADDRESSES[0], 9) == [ADDRESSES[0], ADDRESSES[1]]
        mailboxes.check_all(connection)
        check_filling.check_totals(connection)
        assert row_checks.take_noted(connection) == set()


@pytest.mark.parametrize(
    ("statement", "part"),
    [
        ("DELETE FROM mailbox WHERE key = {key}", "mailbox"),
        ("UPDATE mailbox SET place = place + (1 << 40) WHERE key = {key}", "mailbox"),
        ("UPDATE mailbox SET key = 999 WHERE key = {key}", "lookup_key"),
        ("DELETE FROM lookup_key WHERE id = {key}", "lookup_key"),
        ("UPDATE lookup_key SET key = 'john.roe@example.org' WHERE id = {key}", "lookup_key"),
        ("UPDATE lookup_key SET kind = 'name' WHERE id = {key}", "lookup_key"),
        ("UPDATE posting SET certificates = x'' WHERE key = {key}", "posting"),
        ("DELETE FROM posting WHERE key = {key}", "posting"),
        (f"UPDATE control_total SET totals = zeroblob(1024) WHERE id >= {Family.MAILBOX * 32}", "mailbox"),
    ],
)
@pytest.mark.parametrize("address", [ADDRESSES[0], ADDRESSES[1]])
def test_a_lost_or_changed_row_is_noticed(path: Path, statement: str, part: str, address: str) -> None:
    change(path, statement.format(key=f"(SELECT id FROM lookup_key WHERE key = '{address}')"))

    async def work(index: Index) -> None:
        await index.find_mailboxes(["jane.roe", "janeroe"], 9, ())

    assert part in damage(path, work)
    if part != "posting":  # similar addresses read no postings
        assert part in damage(path, _found)
    assert with_index(path, lambda index: index.damaged_parts(lambda: False))


def test_a_flood_of_addresses_is_cut(path: Path) -> None:
    many = [(place_of(f"jane.roe@host{i}.example.org"), 10_000 + i) for i in range(mailboxes.READ + 10)]
    with closing(sqlite3.connect(path)) as connection:
        connection.executemany("INSERT INTO mailbox VALUES (?, ?)", many)
        connection.commit()

    async def work(index: Index) -> bool:
        with index.noted_damage():
            _, is_cut = await index.find_mailboxes(["jane.roe"], 9, ())
        return is_cut

    assert with_index(path, work)


PLACED = "(SELECT place FROM mailbox WHERE key = (SELECT id FROM lookup_key WHERE key = 'jane.roe@example.org'))"


@pytest.mark.parametrize(
    "statement",
    [
        f"DELETE FROM mailbox WHERE place = {PLACED}",
        f"UPDATE mailbox SET key = key + 100 WHERE place = {PLACED}",
        f"UPDATE mailbox SET place = place + 1 WHERE place = {PLACED}",
        "UPDATE domain_total SET total = total + 1",
        "DELETE FROM domain_total",
    ],
)
def test_an_address_is_checked_by_its_place_alone(path: Path, statement: str) -> None:
    change(path, statement)

    async def work(index: Index) -> None:
        await index.similar_addresses(["jane.roe@example.org"], 9)

    assert "mailbox" in damage(path, work)


def test_totals_of_places_go_with_their_addresses(path: Path) -> None:
    with closing(sqlite3.connect(path, factory=row_checks.NotingConnection)) as connection:
        rows = connection.execute("SELECT id, key FROM lookup_key WHERE kind = 'email'").fetchall()
        before = connection.execute("SELECT count(*) FROM domain_total").fetchone()[0]
        mailboxes.remove(connection, rows)
        after = connection.execute("SELECT count(*) FROM domain_total").fetchone()[0]
        assert before - after == len({place_of(address) for address in ADDRESSES})
        mailboxes.add(connection, rows)
        check_filling.check_totals(connection)
        assert row_checks.take_noted(connection) == set()
