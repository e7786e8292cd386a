"""Query plans of SQLite: exact look-ups use indexes."""

from __future__ import annotations

import asyncio
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from hashlib import sha1
from pathlib import Path

import pytest
from msgspec.structs import replace
from support.kept import (
    LOG,
    a_certificate_hit,
    a_coordinate,
    a_crl,
    a_head,
    a_hit,
    a_repository_hit,
    a_repository_precert,
    a_revocation,
    an_advance,
    an_authority,
    an_issuer,
    an_unreadable,
    commit,
    digest,
    email_finding,
    in_chain,
    later,
    pending_advance,
    proof,
    proving_advance,
    rewind,
    searching,
    started,
    with_result,
)

from ctscan.index.open import open_index
from ctscan.index.protocols import Index
from ctscan.model import AuthorityList, LookupKey

TABLES = {
    "certificate", "leaf", "sighting", "chain_sighting", "finding", "trait", "lookup_key", "mailbox", "posting",
    "audit_paths", "issuer_name", "submitted", "unreadable", "search", "repository_sighting", "coordinate", "issuer",
    "revocation", "crl", "authority",
}  # fmt: skip


def statements_of(tmp_path: Path, work: Callable[[Index], object]) -> list[list[str]]:
    """Return the query plan of every statement that `work` runs on an index with rows of every kind."""

    async def run() -> list[list[str]]:
        statements: list[str] = []
        async with await open_index(tmp_path / "ctscan.db", create=True) as index:
            run_id = await started(index)
            hits = [a_hit(i) for i in range(50)] + [a_certificate_hit(60, 1)]
            broken = (an_unreadable(70, email_finding("z@example.org")),)
            first = an_advance(0, 256, *hits, unreadable=broken, proofs=(proof(1, a_head(256)),))
            await commit(index, run_id, with_result(first, chain_hits=(in_chain(5),)))
            await _fill_beside_logs(index)
            await index._database._run(lambda c: c.set_trace_callback(statements.append))
            await work(index)  # type: ignore[misc]
            await index._database._run(lambda c: c.set_trace_callback(None))
            return await index._database._run(lambda c: [plan(c, sql) for sql in statements if is_query(sql)])

    plans = asyncio.run(run())
    assert plans
    return plans


async def _fill_beside_logs(index: Index) -> None:
    search_id = await searching(index)
    whole = a_repository_hit(60, coordinates=(a_coordinate(1),), revocation=a_revocation("crt.sh"))
    await index.keep_found(search_id, [whole, a_repository_precert(3), a_repository_hit(61, reference="a.pem")])
    await index.save_issuers([an_issuer()])
    await index.save_crl(a_crl())
    await index.save_key_ids([(digest("identity", i), b"key id") for i in range(50)])
    await index.save_authorities([an_authority()], AuthorityList(later(0), "https://ccadb.example.org/", 1))


def is_query(sql: str) -> bool:
    return sql.lstrip().upper().startswith(("SELECT", "WITH", "DELETE", "UPDATE", "INSERT"))


def plan(connection: sqlite3.Connection, sql: str) -> list[str]:
    return [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}")]


def scanned(plans: list[list[str]]) -> set[str]:
    """Return the tables that the plans scan in full."""
    lines = [line for lines in plans for line in lines]
    return {match[1] for line in lines if (match := re.match(r"SCAN (\w+)", line))} & TABLES


async def _addresses(index: Index) -> None:
    await index.find_keys([LookupKey("email", "person1@example.org"), LookupKey("email", "person2@example.org")], 10)


async def _domain(index: Index) -> None:
    listed = await index.list_keys([LookupKey("domain", "org.example.")], 10)
    assert listed
    await index.listed(listed, [LookupKey("domain", "org.example.")])


async def _name(index: Index) -> None:
    await index.find_name([("jane",), ("roe", "roh"), ("maria",)], 10, 10)


async def _mailboxes(index: Index) -> None:
    found, is_cut = await index.find_mailboxes(["person", "person.roe"], 10, [digest("identity", 1)])
    assert len(found) == 10 and is_cut


async def _similar(index: Index) -> None:
    assert "person2@example.org" in await index.similar_addresses(["person1@example.org", "p.e.r.son@"], 100)


async def _counts(index: Index) -> None:
    keys = [LookupKey("email", "person1@example.org"), LookupKey("domain", "org.example.")]
    assert await index.count_keys(keys, 10) == 10
    assert await index.count_name([("jane",), ("roe", "roh"), ("maria",)], 10) == 0
    assert await index.estimate_name([("jane",), ("roe", "roh"), ("maria",)], 10) == (0, False)


async def _fingerprint(index: Index) -> None:
    await index.find_sha256(a_certificate_hit(60, 1).certificate.sha256 or b"")


async def _thumbprint(index: Index) -> None:
    await index.find_sha1(sha1(a_certificate_hit(60, 1).entry.der, usedforsecurity=False).digest())


async def _serial(index: Index) -> None:
    await index.find_serial(digest("serial", 3)[:8].hex().lstrip("0"))


async def _identity(index: Index) -> None:
    await index.find_identity(digest("identity", 3))


async def _evidence(index: Index) -> None:
    assert [item async for item in index.evidence([digest("identity", 3)])]


async def _one_step(index: Index) -> None:
    hits = (a_hit(300, label=1), a_certificate_hit(301, 2))
    await commit(index, 1, an_advance(256, 512, *hits, chain_hits=(in_chain(300), in_chain(301, "new"))))


async def _prove_and_rewind(index: Index) -> None:
    first = pending_advance(1000, 1010, a_hit(1001), a_hit(1002))
    await commit(index, 1, with_result(first, chain_hits=(in_chain(1003, "new"),)))
    await index.unproven(LOG.id, 1000, 1010)
    await commit(index, 1, proving_advance(1000, 1010, [1001, 1002]))
    await commit(index, 1, with_result(pending_advance(1010, 1020, a_hit(1011)), chain_hits=(in_chain(1012, "newer"),)))
    await rewind(index, LOG.id, 1010)


async def _replace(index: Index) -> None:
    await index.replace_findings(digest("identity", 3), [email_finding("new@example.org")], "rules-1")
    await index.replace_findings(digest("identity", 4), [], "rules-1")


async def _found(index: Index) -> None:
    hits = [a_repository_hit(2), a_repository_precert(62), a_repository_hit(63, reference="a.pem")]
    coordinates = (a_coordinate(5), a_coordinate(6))
    given_again = a_repository_hit(60, coordinates=coordinates, revocation=a_revocation("crt.sh"))
    await index.keep_found(1, [*hits, given_again, replace(hits[0], certificate=None, reason="cut off")])


async def _searches(index: Index) -> None:
    await index.known_references("crt.sh", ["id 60", "id 61"])
    await index.end_search(await searching(index, "email:jane@example.org"), later(1), "whole", (), 0)
    assert await index.searches(["email:jane@example.org", "domain:example.org"])


async def _status(index: Index) -> None:
    await index.save_revocations([(digest("identity", i), a_revocation()) for i in range(9)])
    assert [kept async for kept in index.kept_certificates([digest("identity", i) for i in range(9)])]
    assert await index.issuers(digest("subject"))
    await index.save_issuers([an_issuer(), an_issuer("new")])
    await index.save_crl(a_crl())
    assert await index.crl(a_crl().url)
    await index.save_key_ids([(digest("identity", 60), b"key id")])


WORK = (
    _addresses, _domain, _name, _mailboxes, _similar, _counts, _fingerprint, _thumbprint, _serial, _identity, _evidence,
    _one_step, _prove_and_rewind, _replace, _found, _searches, _status,
)  # fmt: skip


@pytest.mark.parametrize("work", WORK, ids=lambda work: work.__name__.strip("_"))
def test_no_table_of_findings_is_ever_scanned(tmp_path: Path, work: Callable[[Index], object]) -> None:
    assert scanned(statements_of(tmp_path, work)) == set()


def test_a_scan_would_be_noticed(tmp_path: Path) -> None:
    """Counting, which reads whole tables, shows up as a scan."""

    async def count(index: Index) -> None:
        await index.counts()

    assert {"certificate", "finding", "sighting"} <= scanned(statements_of(tmp_path, count))


def test_every_reference_has_an_index_so_that_deleting_scans_nothing(tmp_path: Path) -> None:
    statements_of(tmp_path, _identity)
    with closing(sqlite3.connect(tmp_path / "ctscan.db")) as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        references = {(table, row[3]) for table in tables for row in rows(connection, "foreign_key_list", table)}
        indexed = {
            (table, rows(connection, "index_info", index[1])[0][2])
            for table in tables
            for index in rows(connection, "index_list", table)
        }
        first_of_key = {
            (table, row[1]) for table in tables for row in rows(connection, "table_info", table) if row[5] == 1
        }
    deletable = {(table, column) for table, column in references if column not in ("log", "rules")}
    assert len(deletable) > 8
    assert deletable - indexed - first_of_key == set()  # a primary key is an index, too


def rows(connection: sqlite3.Connection, pragma: str, argument: str) -> list[tuple[object, ...]]:
    return connection.execute(f"PRAGMA {pragma}({argument})").fetchall()
