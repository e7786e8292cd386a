"""Postings, lookup keys and other shared rows.

They stay consistent after every operation and go with the last certificate that needs them.
"""

from __future__ import annotations

import asyncio
import random
import sqlite3
import struct
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing
from pathlib import Path
from zlib import crc32

from msgspec.structs import replace
from support.kept import (
    LOG,
    NEWER_RULES,
    a_certificate_hit,
    a_head,
    a_hit,
    a_name,
    a_repository_hit,
    an_advance,
    commit,
    digest,
    email_finding,
    in_chain,
    name_finding,
    number_finding,
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
from ctscan.model import Hit, LookupKey

Work = Callable[[Index, int], Awaitable[None]]


def with_index(path: Path, work: Work) -> None:
    async def run() -> None:
        async with await open_index(path, create=True) as index:
            await work(index, await started(index))

    asyncio.run(run())


def check(path: Path) -> dict[str, int]:
    """Check that shared rows match the certificates that use them, and return the number of rows per table."""
    with closing(sqlite3.connect(path)) as connection:
        found = connection.execute("SELECT certificate, keys FROM finding").fetchall()
        wanted = {(int(key), certificate) for certificate, keys in found for key in keys.split(",") if key}
        found = list(_postings(connection))
        assert set(found) == wanted
        assert len(found) == len(wanted)
        assert {id for (id,) in connection.execute("SELECT id FROM lookup_key")} == {key for key, _ in wanted}
        for table, column, where in (
            ("issuer_name", "issuer", "certificate"),
            ("audit_paths", "paths", "sighting WHERE paths IS NOT NULL"),
        ):
            used = set(connection.execute(f"SELECT DISTINCT {column} FROM {where}"))  # noqa: S608
            assert set(connection.execute(f"SELECT id FROM {table}")) == used  # noqa: S608
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        tables = ("certificate", "finding", "lookup_key", "posting", "issuer_name", "audit_paths")
        return {t: connection.execute(f"SELECT count(*) FROM {t}").fetchone()[0] for t in tables}  # noqa: S608


def _postings(connection: sqlite3.Connection) -> Iterator[tuple[int, int]]:
    """Yield `(key, certificate)`, and check that lists are in order and add up."""
    sums: dict[int, int] = defaultdict(int)
    last: dict[int, int] = {}
    for key, first, octets in connection.execute("SELECT key, first, certificates FROM posting ORDER BY key, first"):
        is_end = first >= 1 << 40
        sums[key] += crc32(octets, crc32(f"{key} {1 << 40 if is_end else first}".encode()))
        certificates = struct.unpack(f"<{len(octets) // 4}I", octets)
        assert is_end or certificates[0] == first
        for certificate in certificates:
            assert last.get(key, 0) < certificate
            last[key] = certificate
            yield key, certificate
        if is_end:
            assert first - (1 << 40) == sums.pop(key)
    assert not sums


def of_person(index: int, label: object, *more: str) -> Hit:
    findings = (email_finding(f"{label}@example.org"), name_finding(f"{label} Roe"), *map(name_finding, more))
    return a_hit(index, *findings, label=label, issuer=a_name(f"CA of {label}"))


def test_a_key_is_one_row_however_many_findings_have_it(tmp_path: Path) -> None:
    async def work(index: Index, run_id: int) -> None:
        await commit(index, run_id, an_advance(0, 256, of_person(1, "jane", "Jane Jane", "Roe"), of_person(2, "joe")))

    with_index(tmp_path / "ctscan.db", work)
    rows = check(tmp_path / "ctscan.db")
    assert (rows["lookup_key"], rows["posting"]) == (6, 6)  # two addresses, a domain, jane, joe, roe


def test_what_only_one_certificate_needed_goes_with_it(tmp_path: Path) -> None:
    path = tmp_path / "ctscan.db"

    async def work(index: Index, run_id: int) -> None:
        await commit(index, run_id, an_advance(0, 256, of_person(1, "joe"), proofs=(proof(1, a_head(256)),)))
        await commit(index, run_id, pending_advance(256, 300, of_person(260, "ann")))
        await rewind(index, LOG.id, 256)
        await index.replace_findings(digest("identity", "joe"), [number_finding("77")], NEWER_RULES.version)

    with_index(path, work)
    tables = ("certificate", "finding", "lookup_key", "posting", "issuer_name", "audit_paths")
    assert check(path) == dict.fromkeys(tables, 1)
    octets = path.read_bytes()
    assert b"77" in octets
    assert not any(gone in octets for gone in (b"ann@", b"Roe", b"joe@"))

    async def remove(index: Index, run_id: int) -> None:
        await index.replace_findings(digest("identity", "joe"), [], NEWER_RULES.version)

    with_index(path, remove)
    assert set(check(path).values()) == {0}


def test_proofs_that_come_again_take_the_place_of_those_before(tmp_path: Path) -> None:
    async def work(index: Index, run_id: int) -> None:
        hits = [a_hit(i) for i in (1, 2, 3)]
        await commit(index, run_id, pending_advance(0, 100, *hits))
        await commit(index, run_id, proving_advance(0, 100, [1, 2, 3, 50]))
        again = an_advance(0, 100, *hits, proofs=tuple(proof(i, a_head(200)) for i in (1, 3, 51)))
        for _ in range(2):
            await commit(index, run_id, again)
        found = {each.entry.index: each.proof async for each in index.evidence(None)}
        assert found == {1: proof(1, a_head(200)), 2: proof(2, a_head(100)), 3: proof(3, a_head(200))}

    with_index(tmp_path / "ctscan.db", work)
    assert check(tmp_path / "ctscan.db")["audit_paths"] == 2


def test_one_large_step_writes_what_many_small_ones_do(tmp_path: Path) -> None:
    """A large step, which inserts its new rows together and first, writes the same rows as many small steps."""
    draw = random.Random(3)
    told = []
    hits = []
    for index in range(120):
        label = draw.randrange(40)
        hit = a_certificate_hit(index, label) if draw.random() < 0.4 else a_hit(index, label=label)
        submitted = b"submitted " + hit.entry.der if draw.random() < 0.5 else b""
        hits.append(replace(hit, submitted=submitted, findings=of_person(0, f"p{label}").findings))

    async def tell(index: Index) -> None:
        matches = await index.find_keys([LookupKey("domain", "org.example.")], 1000)
        assert len(matches) == len({hit.certificate.identity for hit in hits})
        kept = sorted([(one.identity, one.submitted) async for one in index.kept_certificates(None)])
        told.append((matches, kept, await index.counts(), [run.certificates for run in await index.runs(9)]))

    async def small(index: Index, run_id: int) -> None:
        for at, hit in enumerate(hits):
            await commit(index, run_id, an_advance(at, at + 1, hit))
        await tell(index)

    async def large(index: Index, run_id: int) -> None:
        await commit(index, run_id, an_advance(0, 120, *hits))
        await tell(index)

    with_index(tmp_path / "small.db", small)
    with_index(tmp_path / "large.db", large)
    assert told[0] == told[1]
    check(tmp_path / "large.db")


def test_all_ways_to_write_leave_keys_and_postings_whole(tmp_path: Path) -> None:
    async def work(index: Index, run_id: int) -> None:
        search_id = await searching(index)
        first = an_advance(0, 256, of_person(1, "jane"), a_certificate_hit(2, "jane"), of_person(3, "joe"))
        await commit(index, run_id, with_result(first, chain_hits=(in_chain(3),), proofs=(proof(3, a_head(256)),)))
        await index.keep_found(search_id, [a_repository_hit("joe"), a_repository_hit("ann"), a_repository_hit("bob")])
        await commit(index, run_id, pending_advance(256, 300, of_person(256, "ann", "Ann"), of_person(257, "eve")))
        await index.replace_findings(digest("identity", "bob"), [name_finding("Bob Doe")], NEWER_RULES.version)
        await rewind(index, LOG.id, 256)
        await index.keep_found(search_id, [a_repository_hit("cid", reference="id ann")])

    with_index(tmp_path / "ctscan.db", work)
    assert check(tmp_path / "ctscan.db")["certificate"] == 5
