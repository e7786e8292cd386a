"""Databases of every released version: after opening and migration they still hold their contents."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from hashlib import sha1
from pathlib import Path
from typing import NamedTuple

import pytest
from msgspec.structs import replace
from support.kept import (
    LOG,
    RULES,
    a_certificate_hit,
    a_gap,
    a_head,
    a_hit,
    a_repository_hit,
    a_run,
    a_search,
    an_advance,
    an_unreadable,
    commit,
    digest,
    email_finding,
    in_chain,
    later,
    number_finding,
    pending_advance,
    proof,
    rewind,
    save_head,
    started,
    with_result,
)

from ctscan.index.open import open_index
from ctscan.index.protocols import Index
from ctscan.index.sqlite import schema
from ctscan.model import (
    LEGACY,
    AttributionReason,
    BasisChange,
    Evidence,
    FailureKind,
    LogState,
    LookupKey,
    Match,
    Message,
    MisbehaviourEvidence,
    Phrase,
    Run,
    SkippedLog,
    SkipReason,
    decoded_message,
)
from ctscan.views.text import text


class Contents(NamedTuple):
    """Contents of an index of version 1."""

    matches: list[Match]
    kept: list[tuple[bytes, bytes, str]]
    evidence: list[Evidence]
    logs: list[LogState]
    runs: list[Run]
    counts: dict[str, int]


async def contents(index: Index) -> Contents:
    asked = [LookupKey("domain", "org.example."), LookupKey("domain", "net.example."), LookupKey("number", "12")]
    return Contents(
        await index.find_keys(asked, 100),
        [kept async for kept in index.kept()],
        sorted([evidence async for evidence in index.evidence(None)], key=lambda one: one.entry.index),
        await index.log_states(),
        await index.runs(10),
        await index.counts(),
    )


async def fill(index: Index) -> Contents:
    """Fill an index with rows of every kind in version 1 and return its contents."""
    run_id = await started(index)
    await save_head(index, a_head(256), later(1))
    broken = an_unreadable(70, email_finding("salvaged@example.org"))
    hits = (a_hit(1), a_hit(2, number_finding("12")), a_certificate_hit(3, 1))
    step = an_advance(0, 256, *hits, unreadable=(broken, an_unreadable(71)), chain_hits=(in_chain(5),))
    await commit(index, run_id, replace(step, proofs=(proof(1, a_head(256)),), quarantine=((0, 9, b"raw"),)))
    await commit(index, run_id, with_result(pending_advance(300, 310, a_hit(301)), gaps=(a_gap(260, 300),)))
    await index.end_run(run_id, later(9), "done")
    return await contents(index)


@contextmanager
def database(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        yield connection


def write_old(path: Path, version: int) -> None:
    """Write a database of an older version with the rows of version 2, except rows that version 1 can't store."""
    with database(path) as connection:
        schema.migrate(connection, schema.migrations()[:version])
        with database(Path(":memory:")) as second:
            schema.migrate(second, schema.migrations()[:2])
            second.executescript((Path(__file__).parent / "version_2.sql").read_text(encoding="utf-8"))
            for table, columns, rows in _rows_for(connection, second):
                marks = ", ".join("?" * len(columns))
                connection.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", rows)  # noqa: S608
        assert schema.version_of(connection) == version


def _rows_for(
    old: sqlite3.Connection, second: sqlite3.Connection
) -> Iterator[tuple[str, list[str], list[tuple[object, ...]]]]:
    """Yield `(table, columns, rows)` of every table of a database."""
    for (table,) in old.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall():
        if table not in ("migration", "salt") and not table.startswith("sqlite_"):
            columns = [row[1] for row in old.execute(f"PRAGMA table_info ({table})")]
            yield table, columns, second.execute(f"SELECT {', '.join(columns)} FROM {table}").fetchall()  # noqa: S608


def _fill(path: Path) -> Contents:
    async def work() -> Contents:
        async with await open_index(path, create=True) as index:
            return await fill(index)

    return asyncio.run(work())


@pytest.mark.parametrize("version", [1, 2])
def test_an_index_of_an_older_version_tells_the_same(tmp_path: Path, version: int) -> None:
    told = _fill(tmp_path / "newest.db")
    old = tmp_path / "ctscan.db"
    write_old(old, version)

    async def work() -> None:
        async with await open_index(old, create=False) as index:
            assert await contents(index) == told
            assert all(told)

    asyncio.run(work())
    with database(old) as connection:
        assert schema.version_of(connection) == len(schema.migrations())
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []


@pytest.mark.parametrize("version", [1, 2])
def test_the_logs_of_the_last_run_become_revision_1_of_the_basis(tmp_path: Path, version: int) -> None:
    old = tmp_path / "ctscan.db"
    write_old(old, version)
    with database(old) as connection:
        connection.execute(
            "INSERT INTO run_log (run, log_id, name, operator, reason) VALUES (1, x'01', 'Example 2019', 'O', ?)",
            ("retired" if version < 5 else '["skip.retired"]',),
        )
        connection.execute(
            "INSERT INTO run (who, started, scope, rules, purpose, command, outcome)"
            " SELECT 'john', '2031-05-07T00:00:00.000000+00:00', scope, rules, '', 'ctscan backfill', 'done' FROM run"
        )  # a backfill of old named no logs, and changed nothing

    async def work() -> None:
        async with await open_index(old, create=False) as index:
            basis = await index.basis()
            assert basis is not None and await index.basis_history() == [basis]
            assert (basis.revision, basis.source, basis.change) == (1, "last run", BasisChange.MIGRATED())
            assert (basis.at, basis.who) == (a_run().started, "jane")
            assert (basis.note, basis.choice, basis.keys) == ("", None, None)
            assert [(log.id, log.name, log.reason, log.since) for log in basis.logs] == [(LOG.id, LOG.name, None, None)]
            assert basis.outside == (SkippedLog(b"\1", "Example 2019", "O", SkipReason.RETIRED()),)

    asyncio.run(work())


@pytest.mark.parametrize("version", [1, 2])
def test_accusations_of_older_versions_keep_their_heads_and_stand_until_they_are_reviewed(
    tmp_path: Path, version: int
) -> None:
    old = tmp_path / "ctscan.db"
    write_old(old, version)
    with database(old) as connection:
        connection.execute(
            "INSERT INTO misbehaviour (id, log, at, reason, digest)"
            " SELECT 7, id, '2031-05-07T00:00:00.000000+00:00', 'signs badly', x'00' FROM log"
        )
        connection.executemany("INSERT INTO misbehaviour_head VALUES (7, ?, ?)", [(0, b"one\xff"), (1, b"two")])

    async def work() -> None:
        async with await open_index(old, create=False) as index:
            (found,) = await index.misbehaviour(LOG.id)
            assert (found.number, found.reason, found.decisions) == (7, "signs badly", ())
            assert found.evidence == MisbehaviourEvidence(None, (b"one\xff", b"two"))
            (state,) = await index.log_states()
            assert (state.misbehaviour, state.dismissed) == (("signs badly",), ())

    asyncio.run(work())


@pytest.mark.parametrize("version", [1, 2])
def test_a_failure_of_an_older_version_begins_at_its_time_and_is_of_the_common_kind(
    tmp_path: Path, version: int
) -> None:
    old = tmp_path / "ctscan.db"
    write_old(old, version)
    with database(old) as connection:
        connection.execute(
            "UPDATE log SET last_error = 'timeout', last_error_at = ?", (later(9).isoformat(timespec="microseconds"),)
        )

    async def work() -> None:
        async with await open_index(old, create=False) as index:
            (state,) = await index.log_states()
            assert (state.failing_since, state.failure) == (later(9), FailureKind.UNAVAILABLE)
            assert await index.heads_seen(LOG.id) == []

    asyncio.run(work())


@pytest.mark.parametrize("version", [1, 2])
def test_certificates_of_an_older_version_are_found_by_their_sha1(tmp_path: Path, version: int) -> None:
    old = tmp_path / "ctscan.db"
    write_old(old, version)

    async def work() -> None:
        async with await open_index(old, create=False) as index:
            found = [
                (kind, len(await index.find_sha1(sha1(der, usedforsecurity=False).digest())))
                async for _, der, kind in index.kept()
            ]
            assert set(found) == {("x509", 1), ("precert", 0)}
            assert await index.damaged_parts(lambda: False) == set()

    asyncio.run(work())


def test_a_damaged_certificate_is_no_obstacle_to_the_migration(tmp_path: Path) -> None:
    old = tmp_path / "ctscan.db"
    write_old(old, 2)
    with database(old) as connection:
        connection.execute("UPDATE leaf SET der = x'00'")

    async def work() -> None:
        async with await open_index(old, create=False) as index:
            assert await index.find_sha1(bytes(20)) == []
            assert "leaf" in await index.damaged_parts(lambda: False)

    asyncio.run(work())


def test_an_old_index_without_a_run_has_no_basis(tmp_path: Path) -> None:
    with database(tmp_path / "ctscan.db") as connection:
        schema.migrate(connection, schema.migrations()[:5])

    async def work() -> None:
        async with await open_index(tmp_path / "ctscan.db", create=False) as index:
            assert await index.basis() is None

    asyncio.run(work())


def test_an_index_of_version_1_goes_on_with_what_is_new(tmp_path: Path) -> None:
    write_old(tmp_path / "ctscan.db", 1)

    async def work() -> None:
        async with await open_index(tmp_path / "ctscan.db", create=False) as index:
            search_id = await index.start_search(a_search("email:jane@example.org"), RULES)
            assert await index.keep_found(search_id, [a_repository_hit(1), a_repository_hit(900)]) == 1
            assert [search.id for search in await index.searches(["email:jane@example.org"])] == [search_id]
            (match,) = await index.find_identity(digest("identity", 1))
            assert [s.confirmed for s in match.repositories] == [True]
            await rewind(index, LOG.id, 300)
            await index.save_key_ids([(digest("identity", 1), b"key id")])
            assert len([kept async for kept in index.kept_certificates(None)]) == 4

    asyncio.run(work())


def test_every_index_has_a_salt_of_its_own(tmp_path: Path) -> None:
    salts = set()
    for name in ("a.db", "b.db"):
        with database(tmp_path / name) as connection:
            schema.migrate(connection, schema.migrations())
            salts.add(connection.execute("SELECT salt FROM salt").fetchone()[0])
    assert [len(salt) for salt in salts] == [32, 32]


def test_a_question_that_names_a_person_is_nowhere_in_the_file(tmp_path: Path) -> None:
    async def work() -> None:
        async with await open_index(tmp_path / "ctscan.db", create=True) as index:
            for question in ("email:jane.roe@example.org", "name:Jane Roe", "domain:example.com"):
                await index.start_search(a_search(question), RULES)

    asyncio.run(work())
    content = (tmp_path / "ctscan.db").read_bytes()
    assert b"domain:example.com" in content
    assert b"jane.roe" not in content
    assert b"Jane Roe" not in content


def test_sentences_of_version_4_become_codes(tmp_path: Path) -> None:
    """The migration maps known sentences of findings to codes and keeps unknown sentences as written."""
    path = tmp_path / "ctscan.db"
    write_old(path, 2)
    with database(path) as connection:
        schema.migrate(connection, schema.migrations()[:4])
        why = "the same name holds a given name, which only people have"
        connection.execute("UPDATE trait SET why = ? WHERE id = (SELECT min(id) FROM trait)", (why,))

    async def work() -> None:
        async with await open_index(path, create=False) as index:
            assert all((await contents(index)).matches)

    asyncio.run(work())
    with database(path) as connection:
        found = {decoded_message(why) for (why,) in connection.execute("SELECT why FROM trait")}
    by_name = AttributionReason.SAME_NAME_HOLDS(holds=Phrase.GIVEN_NAME)
    assert found == {by_name, Message(LEGACY, (("text", "as a test says"),))}


def test_sentences_become_messages_that_have_words() -> None:
    """Each sentence of the migration maps to a message whose code and phrases are known."""
    number, name, script = schema.migrations()[4]
    assert (number, name) == (5, "0005_codes")
    with database(Path(":memory:")) as connection:
        for statement in list(schema.statements(script))[:2]:
            connection.execute(statement)
        mapped = connection.execute("SELECT text, message FROM sentence").fetchall()
    assert len(mapped) > 200
    assert len({message for _, message in mapped}) == len(mapped)  # a repeated message would break the key of `trait`
    for sentence, message in mapped:
        assert text(decoded_message(message), "en"), sentence
        assert decoded_message(message).encoded == message


@pytest.mark.parametrize(
    ("described", "scope", "emails"),
    [
        ("certificates that hold the e-mail address asked for", "", 0),
        ("everything", "everything", 0),
        (
            "domain:example.org, organisation:example, 12 e-mail addresses",
            "domain:example.org, organisation:example",
            12,
        ),
        ("1 e-mail address", "", 1),
    ],
)
def test_the_described_scope_of_a_search_becomes_a_scope(described: str, scope: str, emails: int) -> None:
    with database(Path(":memory:")) as connection:
        schema.migrate(connection, schema.migrations()[:4])
        connection.execute("INSERT INTO rule_set (version, rules) VALUES ('1', '[]')")
        connection.execute(
            "INSERT INTO search (repository, kind, digest, who, purpose, scope, rules, started, outcome, detail,"
            " results, certificates) VALUES ('crt.sh', 'email', x'00', 'jane', '', ?, '1', '', 'whole', '', 0, 0)",
            (described,),
        )
        schema.migrate(connection, schema.migrations())
        assert connection.execute("SELECT scope, scope_emails FROM search").fetchall() == [(scope, emails)]
