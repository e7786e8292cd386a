"""Watches in an SQLite file: rot of what is watched is noticed, and no check scans the certificates."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from support.kept import AT, a_certificate, a_hit, an_advance, commit, email_finding, started
from support.suppressing import forgetting
from support.watching import a_watch, an_ack, checked, watching

from ctscan.errors import IndexFault
from ctscan.index.open import open_index
from ctscan.index.sqlite import watch_baseline, watch_checks
from ctscan.model.watch import AckKind
from ctscan.personal.watch_matching import TermMatcher, read_term


async def fill(path: Path) -> None:
    async with await open_index(path, create=True) as index:
        run = await started(index)
        await watching(index, a_watch())
        await index.add_ack(an_ack(AckKind.RULE, "name"))
        await commit(index, run, an_advance(0, 3, *map(a_hit, range(3))))


async def check(path: Path) -> int:
    async with await open_index(path, create=False) as index:
        return (await checked(index)).alerted


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE watch SET term = 'example.com'",
        "UPDATE watch SET kind = 'ca'",
        "UPDATE watch SET owner = 'somebody'",
        "UPDATE ack SET value = 'email'",
        "UPDATE ack SET until = '9999-12-31T00:00:00+00:00'",
    ],
)
def test_no_check_goes_by_a_watch_or_an_acknowledgement_that_has_rotted(tmp_path: Path, change: str) -> None:
    path = tmp_path / "ctscan.db"
    asyncio.run(fill(path))
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(change)
    with pytest.raises(IndexFault, match="damaged"):
        asyncio.run(check(path))


def test_a_baseline_holds_what_came_while_it_was_compared(tmp_path: Path) -> None:
    """The rows of certificates that went are given to others meanwhile."""
    path = tmp_path / "ctscan.db"
    one = a_watch()
    matcher = TermMatcher({0: read_term(one.kind, one.term)})

    async def work() -> set[bytes]:
        async with await open_index(path, create=True) as index:
            run = await started(index)
            hits = (a_hit(0), a_hit(1), a_hit(2, email_finding("ann@example.net")))
            await commit(index, run, an_advance(0, 3, *hits))
            with closing(connected(path)) as reader:
                before = watch_baseline.judge(reader, matcher, AT)
            await index.forget(forgetting("person1@example.org", "ann@example.net"))
            await commit(index, run, an_advance(3, 5, a_hit(3, email_finding("bo@example.com")), a_hit(4)))
            with closing(connected(path)) as writer:
                after = watch_baseline.judge(writer, matcher, AT, before)
                found = writer.execute("SELECT id, identity FROM certificate").fetchall()
            return {identity for id, identity in found if id in after.reasons}

    assert asyncio.run(work()) == {a_certificate(0).identity, a_certificate(4).identity}


def connected(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, isolation_level=None)


def test_a_check_reads_the_queue_and_open_matches_only(tmp_path: Path) -> None:
    path = tmp_path / "ctscan.db"
    asyncio.run(fill(path))
    with closing(sqlite3.connect(path)) as connection:
        for sql in (watch_checks.NEW, watch_checks.TO_JUDGE):
            plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}", {"now": str(AT)})]
            scanned = {line.split()[1] for line in plan if line.startswith("SCAN")}
            assert scanned <= {"unwatched", "watch_match", "restricted_certificate"}, plan
            if sql is watch_checks.TO_JUDGE:
                assert any("watch_match_waiting" in line for line in plan), plan
                assert any("watch_match_acknowledged" in line for line in plan), plan
