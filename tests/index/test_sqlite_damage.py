"""An index damaged by hand: commands fail with a one-line error, never with a Python exception or a wrong answer."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path

import pytest
from support.kept import a_head, a_hit, an_advance, commit, proof, started

from ctscan.errors import IndexFault
from ctscan.index.open import open_index
from ctscan.index.protocols import Index
from ctscan.model import LookupKey


async def all_evidence(index: Index) -> None:
    async for _ in index.evidence(None):
        pass


async def find(index: Index) -> None:
    await index.find_keys([LookupKey("email", "person1@example.org")], 10)


@pytest.mark.parametrize(
    ("damage", "ask"),
    [
        ("UPDATE audit_paths SET shape = '1 9 0'", all_evidence),
        ("UPDATE audit_paths SET shape = '2 3 0'", all_evidence),
        ("UPDATE audit_paths SET shape = '1 3'", all_evidence),
        ("UPDATE leaf SET der = x'00'", all_evidence),
        ("DELETE FROM certificate", find),
        ("DELETE FROM trait", find),
        ("UPDATE finding SET keys = '999'", find),
        ("UPDATE certificate SET not_before = 9000000000000000000", find),
    ],
)
def test_rows_that_do_not_fit_together_are_told_in_one_line(
    damage: str, ask: Callable[[Index], Awaitable[None]], tmp_path: Path
) -> None:
    path = tmp_path / "ctscan.db"

    async def fill() -> None:
        async with await open_index(path, create=True) as index:
            advance = an_advance(0, 256, *[a_hit(i) for i in range(4)], proofs=(proof(1, a_head(256)),))
            await commit(index, await started(index), advance)
            await ask(index)

    async def asked_again() -> None:
        async with await open_index(path, create=False) as index:
            await ask(index)

    asyncio.run(fill())
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        connection.execute(damage)
        connection.commit()
    with pytest.raises(IndexFault, match="damaged") as caught:
        asyncio.run(asked_again())
    assert "\n" not in str(caught.value)
