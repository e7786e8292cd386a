"""Holders of parts of logs whose process is gone: they hold nothing, and their rows go with the next lease or scan."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from support import forked
from support.cli import ROOT
from support.kept import LOG, later, started

from ctscan.index.open import open_index

HOLDER = """
import asyncio, sys
from pathlib import Path
from support.kept import LOG, later
from ctscan.index.open import open_index
async def hold():
    async with await open_index({db!r}, create=False) as index, index.lease(LOG.id, {start}, {end}, at=later(0)):
        print("held", flush=True)
        await asyncio.to_thread(sys.stdin.readline)
asyncio.run(hold())
"""


def killed_holder(db: Path, start: int, end: int) -> int:
    """Let a process take a lease, and kill it; return its number."""
    source = HOLDER.format(db=str(db), start=start, end=end)
    paths = {"PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"}
    with forked.popen(
        [sys.executable, "-c", source], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=paths
    ) as child:
        assert child.stdout is not None and child.stdout.readline() == b"held\n"
        child.kill()
    return child.pid


def rows(db: Path) -> list[tuple[int, int, int]]:
    with closing(sqlite3.connect(db)) as connection:
        return connection.execute("SELECT pid, range_start, range_end FROM holder ORDER BY range_start").fetchall()


async def make(db: Path) -> None:
    async with await open_index(db, create=True) as index:
        await started(index)


@pytest.mark.parametrize("by", ["lease", "scan"])
def test_a_killed_holder_holds_nothing_and_its_row_goes(by: str, tmp_path: Path) -> None:
    db = tmp_path / "ctscan.db"
    asyncio.run(make(db))
    pid = killed_holder(db, 256, 512)
    assert rows(db) == [(pid, 256, 512)]

    async def check() -> None:
        async with await open_index(db, create=False) as index:
            assert await index.holders(later(10**6)) == []
            async with index.lease(LOG.id, 512, 600, at=later(1)):  # beside it
                assert [row[1] for row in rows(db)] == [256, 512]
                if by == "scan":
                    await started(index)
                    assert [row[1] for row in rows(db)] == [512]
            if by == "lease":
                async with index.lease(LOG.id, 0, 300, at=later(1)):
                    assert [row[1] for row in rows(db)] == [0]

    asyncio.run(check())
    assert rows(db) == []


def test_a_living_holder_stays_when_a_scan_begins(tmp_path: Path) -> None:
    async def check() -> None:
        async with await open_index(tmp_path / "ctscan.db", create=True) as index:
            await started(index)
            async with index.lease(LOG.id, 0, 300, at=later(1)):
                await started(index)
                assert [holder.start for holder in await index.holders(later(2))] == [0]

    asyncio.run(check())
