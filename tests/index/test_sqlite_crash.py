"""kill -9 at random moments: the index still opens, is intact, and its positions agree with its rows."""

from __future__ import annotations

import asyncio
import itertools
import random
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

from support import forked
from support.kept import (
    LOG,
    a_coordinate,
    a_hit,
    a_repository_hit,
    a_revocation,
    an_advance,
    commit,
    later,
    pending_advance,
    proving_advance,
    searching,
    started,
    with_result,
)
from support.killing import kill_often

from ctscan.index.open import open_index
from ctscan.index.protocols import Index
from ctscan.model import Log, LookupKey, Match, RepositoryHit

STEP = 8
KILLS = 12

CHILD = """
import asyncio, sys
sys.path[:0] = {path!r}
from pathlib import Path
from test_sqlite_crash import {work}
asyncio.run({work}(Path({db!r})))
"""


async def write_for_ever(db: Path) -> None:
    """Commit steps as a reader does, from the position in the index, until the process is killed."""
    async with await open_index(db, create=True) as index:
        run_id = await started(index)
        print("ready", flush=True)  # noqa: T201
        while True:
            await _step(index, run_id)


async def _step(index: Index, run_id: int) -> None:
    at, pending_end = await _position(index)
    if pending_end - at >= 3 * STEP:
        await commit(index, run_id, proving_advance(at, pending_end, await index.unproven(LOG.id, at, pending_end)))
    elif at % (7 * STEP) == 0:
        await commit(index, run_id, an_advance(at, at + STEP, *(a_hit(i) for i in range(at, at + STEP))))
    else:
        hits = (a_hit(i) for i in range(pending_end, pending_end + STEP))
        step = pending_advance(at, pending_end + STEP, *hits)
        await commit(index, run_id, with_result(step, entries=STEP))


async def _position(index: Index) -> tuple[int, int]:
    """Return `(verified to, read to)`."""
    state = await index.log_state(LOG.id)
    assert state is not None
    at = state.verified[0].end if state.verified else 0
    return at, state.pending[0].start + len(state.pending[0].hashes) // 32 if state.pending else at


def killed(db: Path, work: str, seconds: float) -> None:
    """Start this work on a database in a process and kill it after the given seconds."""
    here = Path(__file__).parent
    code = CHILD.format(path=[str(here), str(here.parent), str(here.parent.parent)], db=str(db), work=work)
    with forked.popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"ready\n"
        time.sleep(seconds)
        child.kill()


def test_an_index_survives_being_killed(tmp_path: Path) -> None:
    db = tmp_path / "ctscan.db"
    chance = random.Random(5)
    positions = [0]
    for _ in range(KILLS):
        killed(db, "write_for_ever", chance.uniform(0.0, 0.12))
        positions.append(asyncio.run(_check(db)))
    assert positions == sorted(positions)
    assert positions[-1] > 10 * STEP


async def _check(db: Path) -> int:
    async with await open_index(db, create=False) as index:
        at, pending_end = await _position(index)
        seen = [(item.entry.index, item.verified) async for item in index.evidence(None)]
        assert sorted(seen) == [(i, i < at) for i in range(pending_end)]
        counts = await index.counts()
        assert counts["certificates"] == counts["findings"] == pending_end
        counted = sum(run.entries for run in await index.runs(100))
        assert counted == pending_end
    _check_file(db)
    return pending_end


def _check_file(db: Path) -> None:
    with closing(sqlite3.connect(db)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []


async def search_for_ever(db: Path) -> None:
    """Keep search results as a worker does: from the first result, regardless of the certificates kept before."""
    async with await open_index(db, create=True) as index:
        search_id = await searching(index)
        print("ready", flush=True)  # noqa: T201
        for start in itertools.count(step=STEP):
            assert await index.keep_found(search_id, found(start)) in (0, STEP)


def found(start: int) -> list[RepositoryHit]:
    """Build a portion of the results."""
    said = a_revocation("crt.sh")
    return [a_repository_hit(i, coordinates=(a_coordinate(i),), revocation=said) for i in range(start, start + STEP)]


def test_a_search_survives_being_killed_and_ends_as_an_undisturbed_one(tmp_path: Path) -> None:
    db, calm = tmp_path / "ctscan.db", tmp_path / "calm.db"
    chance = random.Random(7)
    kept = [0]
    for _ in range(KILLS // 2):
        killed(db, "search_for_ever", chance.uniform(0.0, 0.12))
        kept.append(asyncio.run(_check_searches(db)))
    assert kept == sorted(kept)
    assert kept[-1] > 0
    assert asyncio.run(_ended(db, kept[-1])) == asyncio.run(_ended(calm, kept[-1]))


async def _check_searches(db: Path) -> int:
    """Check that whole portions are kept and that the searches count them; return the number of certificates kept."""
    async with await open_index(db, create=False) as index:
        counts = await index.counts()
        searches = await index.newest_searches(100)
    _check_file(db)
    assert counts["certificates"] == counts["sightings in repositories"] == sum(s.certificates for s in searches)
    assert {search.outcome for search in searches} == {"running"}
    assert counts["certificates"] % STEP == 0
    return counts["certificates"]


async def _ended(db: Path, count: int) -> list[Match]:
    """Run a search of `count` results to its end and return the matches."""
    async with await open_index(db, create=True) as index:
        search_id = await searching(index, started=later(60))
        for start in range(0, count, STEP):
            await index.keep_found(search_id, found(start))
        await index.end_search(search_id, later(120), "whole", (), count)
        matches = await index.find_keys([LookupKey("domain", "org.example.")], count + 1)
        assert len(matches) == count
        return sorted(matches, key=lambda match: match.certificate.identity)


def create(folder: Path) -> None:
    """Make an index."""

    async def work() -> None:
        async with await open_index(folder / "ctscan.db", create=True):
            pass

    asyncio.run(work())


def test_a_creation_that_is_killed_can_be_done_again(tmp_path: Path) -> None:
    folders = [tmp_path / str(number) for number in range(25)]
    for folder in folders:
        folder.mkdir()
    ended = kill_often("index.test_sqlite_crash:create", folders)
    assert not all(ended)
    for folder in folders:
        asyncio.run(_use(folder / "ctscan.db", a_log=LOG))
        _check_file(folder / "ctscan.db")


async def _use(db: Path, a_log: Log) -> None:
    async with await open_index(db, create=True) as index:
        await index.save_log(a_log)
        assert [state.log for state in await index.log_states()] == [a_log]
