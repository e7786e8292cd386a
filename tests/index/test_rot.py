"""Rot: damage of an index that SQLite doesn't notice. No answer says *complete* while it hides a person, or shows other
things than before."""

# ruff: noqa: S608 - statements contain table and column names of the schema

from __future__ import annotations

import asyncio
import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from support.kept import later
from support.rotting import PAGE, Asked, ask, build, change, copy, misled
from support.scanning import with_index

from ctscan.index.open import open_index
from ctscan.index.protocols import Index
from ctscan.index.sqlite.row_checks import CHECKED, EXCUSED, WITHOUT_ROWID
from ctscan.model import LEGACY, IdentifierKind, LookupKey, Message, MisbehaviourDecision, MisbehaviourEvidence

FLIPS, FLIPS_LONG = 40, 6_000
TABLES_BY_KEY = ("lookup_key", "mailbox", "posting", "finding", "trait", "control_total", "domain_total", "table_total")
"""Tables under totals and checks of several rows."""


@dataclass(frozen=True)
class Rotting:
    """Index to be damaged, in octets, and its answers before."""

    octets: bytes
    path: Path
    identifiers: tuple[str, ...]
    before: dict[str, Asked]

    def columns(self, tables: tuple[str, ...]) -> Iterator[tuple[str, str, str]]:
        """Yield `(table, column, type)`."""
        copy(self.octets, self.path)
        with closing(sqlite3.connect(self.path)) as connection:
            for table in tables:
                for _, column, kind, *_ in connection.execute(f"PRAGMA table_info({table})").fetchall():
                    yield table, column, kind

    def rows(self, table: str) -> int:
        """Count the rows of a table."""
        with closing(sqlite3.connect(self.path)) as connection:
            return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])

    def ask(self) -> dict[str, Asked]:
        """Ask everything of the damaged copy."""
        return ask(self.path, self.identifiers)


@pytest.fixture(scope="module")
def rotting(tmp_path_factory: pytest.TempPathFactory) -> Rotting:
    folder = tmp_path_factory.mktemp("rot")
    identifiers = build(folder / "ctscan.db")
    before = ask(folder / "ctscan.db", identifiers)
    assert all(asked.answer for asked in before.values())
    assert sum(asked.is_complete for asked in before.values()) == len(before) - 1  # no fingerprint of a precertificate
    return Rotting((folder / "ctscan.db").read_bytes(), folder / "copy.db", identifiers, before)


def changed(column: str, kind: str) -> str:
    """Write an expression for another value of a column, near the stored one."""
    if kind == "INTEGER":
        return f"CASE WHEN {column} IS NULL THEN 7 ELSE {column} + 4 END"
    if kind == "BLOB":
        return f"CASE WHEN {column} IS NULL THEN x'00' ELSE CAST('~' || substr({column}, 2) AS BLOB) END"
    return f"coalesce('~' || substr({column}, 2), '~')"


def test_every_column_is_under_a_check_or_excused(rotting: Rotting) -> None:
    copy(rotting.octets, rotting.path)
    with closing(sqlite3.connect(rotting.path)) as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        assert set(CHECKED).isdisjoint(EXCUSED)
        assert set(tables) == set(CHECKED) | {name for name in EXCUSED if "." not in name}
        for table, columns in CHECKED.items():
            found = {row[1] for row in connection.execute(f"PRAGMA table_info({table})")}
            excused = {name.partition(".")[2] for name in EXCUSED if name.startswith(f"{table}.")}
            assert found == set(columns.split()) | excused | {"crc"}, table


def test_an_index_in_order_is_not_called_damaged(rotting: Rotting) -> None:
    async def check() -> set[str]:
        async with await open_index(rotting.path, create=False) as index:
            return await index.damaged_parts(lambda: False)

    copy(rotting.octets, rotting.path)
    assert asyncio.run(check()) == set()


def test_a_changed_sha1_is_noticed_by_a_check_of_everything_and_repaired(rotting: Rotting) -> None:
    copy(rotting.octets, rotting.path)
    change(rotting.path, "UPDATE leaf_sha1 SET head = head + 1")

    async def check() -> None:
        async with await open_index(rotting.path, create=False) as index:
            assert await index.damaged_parts(lambda: False) == {"leaf_sha1"}
            assert await index.begin_repair(later(0), lambda: False) is not None
            assert "leaf_sha1" not in await index.damaged_parts(lambda: False)

    asyncio.run(check())


@pytest.mark.parametrize("table", CHECKED)
def test_a_changed_value_of_a_checked_table_is_noticed(rotting: Rotting, table: str) -> None:
    """Each column in turn, in every row: an answer that reads the row says so, and no answer misleads. Of a table
    without rows one column is enough, as nothing changes."""
    columns = list(rotting.columns((table,)))
    for _, column, kind in columns if rotting.rows(table) else columns[:1]:
        if column not in CHECKED[table].split() or (table, column) == ("run_log", "id"):
            continue
        copy(rotting.octets, rotting.path)
        is_key = column == "id" or column in WITHOUT_ROWID.get(table, ())
        value = f"{column} + 100000" if is_key and kind == "INTEGER" else changed(column, kind)
        rows = f" WHERE rowid = (SELECT min(rowid) FROM {table})" if table not in WITHOUT_ROWID else ""
        change(rotting.path, f"UPDATE OR REPLACE {table} SET {column} = {value}{rows}")
        after = rotting.ask()
        assert misled(rotting.before, after) == [], column
        if table not in UNSEEN and (table, column) not in VANISHING:
            assert any(asked.states_damage for asked in after.values()), column


UNSEEN = (
    "pending", "hole", "misbehaviour", "misbehaviour_decision", "unreadable", "chain_sighting", "search",
    "subject_case", "case_identifier", "case_event", "suppressed_other", "watch", "ack",
)  # fmt: skip
"""Tables without rows here, or that no answer here reads the first row of."""


VANISHING = {
    ("coverage", "log"),  # its range counts as not read
    ("basis_list", "revision"),  # the date of the log list isn't known then
    ("coordinate", "sighting"),
    ("revocation", "certificate"),
    ("authority", "key_id"),
}
"""Columns by which rows are found. A row of other tables is missed when its column has changed."""


@pytest.mark.parametrize("table", [*CHECKED, *TABLES_BY_KEY])
def test_a_lost_row_makes_no_answer_complete(rotting: Rotting, table: str) -> None:
    copy(rotting.octets, rotting.path)
    for place in ("min", "max") if rotting.rows(table) > 1 else ("min",):
        copy(rotting.octets, rotting.path)
        key = {
            "posting": "key",
            "finding": "certificate",
            "coordinate": "sighting",
            "revocation": "certificate",
            "mailbox": "key",
        }.get(table, "rowid")
        which = f"{key} = (SELECT {place}({key}) FROM {table})"
        change(rotting.path, f"DELETE FROM {table} WHERE {which}")
        assert misled(rotting.before, rotting.ask()) == []


@pytest.mark.parametrize("table", TABLES_BY_KEY)
def test_a_changed_value_under_a_total_is_noticed(rotting: Rotting, table: str) -> None:
    """Each column in turn, in all rows."""
    for _, column, kind in list(rotting.columns((table,))):
        copy(rotting.octets, rotting.path)
        value = f"{column} + 100000" if column in ("id", "digest", "certificate") else changed(column, kind)
        if column in ("keys", "totals"):
            value = "'1'" if column == "keys" else "randomblob(1024)"
        change(rotting.path, f"UPDATE OR REPLACE {table} SET {column} = {value}")
        after = rotting.ask()
        assert misled(rotting.before, after) == [], column
        if (table, column) != ("finding", "ordinal"):  # moved all alike, they keep their order
            assert any(asked.states_damage for asked in after.values()), column


@pytest.mark.parametrize(
    ("index", "columns"),
    [
        ("lookup_key_hash", "lookup_key (hash) WHERE id % 2"),
        ("lookup_key_domain", "lookup_key (key, hash) WHERE kind = 'domain' AND id % 2"),
        ("certificate_serial_hash", "certificate (serial_hash) WHERE id < 0"),
        ("sighting_leaf", "sighting (leaf, timestamp) WHERE id % 2"),
        ("leaf_certificate", "leaf (certificate, kind) WHERE id % 2"),
    ],
)
def test_a_search_index_that_lost_rows_hides_nobody(rotting: Rotting, index: str, columns: str) -> None:
    """The index of SQLite has lost every other row of its table."""
    copy(rotting.octets, rotting.path)
    with closing(sqlite3.connect(rotting.path, isolation_level=None)) as connection:
        ((sql,),) = connection.execute("SELECT sql FROM sqlite_schema WHERE name = ?", (index,)).fetchall()
        connection.execute(f"DROP INDEX {index}")
        connection.execute(f"CREATE INDEX {index} ON {columns}")
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute("UPDATE sqlite_schema SET sql = ? WHERE name = ?", (sql, index))
    after = rotting.ask()
    assert misled(rotting.before, after) == []
    assert any(asked.states_damage for asked in after.values())


@pytest.mark.parametrize("lost", ["misbehaviour", "misbehaviour_decision"])
def test_a_lost_reason_against_a_log_makes_no_answer_complete(rotting: Rotting, lost: str) -> None:
    """The second decision restored the evidence that the first one dismissed; or the evidence itself is lost."""

    async def record(index: Index) -> None:
        (log, *_) = [state.log.id for state in await index.log_states()]
        await index.record_misbehaviour(log, later(0), "it shows two trees", MisbehaviourEvidence(None, (b"head",)))
        for is_dismissal in (True, False):
            reason = Message(LEGACY, (("text", "a test"),))
            await index.decide(1, MisbehaviourDecision(later(1), "jane", is_dismissal, reason))

    copy(rotting.octets, rotting.path)
    with_index(rotting.path, record)
    assert not any(asked.is_complete for asked in rotting.ask().values())
    change(rotting.path, f"DELETE FROM {lost} WHERE id = (SELECT max(id) FROM {lost})")
    after = rotting.ask()
    assert not any(asked.is_complete for asked in after.values())
    assert all(asked.states_damage for asked in after.values())


def test_a_lost_mark_of_a_certificate_that_was_partly_read_makes_no_answer_complete(rotting: Rotting) -> None:
    async def mark(index: Index) -> None:
        (match,) = await index.find_keys([LookupKey(IdentifierKind.NUMBER, "12345678Z")], 10)
        await index.mark_partly_read(match.certificate.identity, True)

    copy(rotting.octets, rotting.path)
    with_index(rotting.path, mark)
    assert not rotting.ask()["nobody@example.org"].is_complete
    change(rotting.path, "UPDATE certificate SET partly = 0")
    after = rotting.ask()["nobody@example.org"]
    assert not after.is_complete
    assert after.states_damage


def damage(octets: bytes, draw: random.Random) -> bytes:
    """Damage a place at random, more often where a page begins: a bit, eight octets, or the rest of a sector."""
    found = bytearray(octets)
    page = draw.randrange(len(octets) // PAGE) * PAGE
    at = page + (draw.randrange(200) if draw.random() < 0.3 else draw.randrange(PAGE))
    match draw.randrange(4):
        case 0 | 1:
            found[at] ^= 1 << draw.randrange(8)
        case 2:
            found[at : at + 8] = draw.randbytes(len(found[at : at + 8]))
        case _:
            end = at // 512 * 512 + 512
            found[at:end] = bytes(end - at)
    return bytes(found)


def flipped(rotting: Rotting, flips: int, seed: int) -> int:
    """Damage copies at random, assert that no answer misleads, and return the number of copies with stated damage."""
    draw = random.Random(seed)
    stated = 0
    for number in range(flips):
        copy(damage(rotting.octets, draw), rotting.path)
        after = rotting.ask()
        assert misled(rotting.before, after) == [], f"flip {number} of seed {seed}"
        stated += any(asked.states_damage for asked in after.values())
    return stated


def test_damage_at_random_misleads_no_answer(rotting: Rotting) -> None:
    assert flipped(rotting, FLIPS, seed=1) > FLIPS // 20


@pytest.mark.long
def test_damage_at_random_misleads_no_answer_for_long(rotting: Rotting) -> None:
    assert flipped(rotting, FLIPS_LONG, seed=2) > FLIPS_LONG // 20
