"""Request turns of an operator: all processes that share an index share one queue."""

from __future__ import annotations

import asyncio
import multiprocessing
import stat
from pathlib import Path

import pytest

from ctscan.errors import IndexFault
from ctscan.index.open import open_index
from ctscan.index.sqlite.rate_slots import take_turn


def test_turns_follow_each_other_and_each_operator_has_its_own(tmp_path: Path) -> None:
    db = tmp_path / "db"
    waits = [take_turn(db, "Example", 4.0, 1000.0) for _ in range(4)]
    assert waits == [0.0, 0.25, 0.5, 0.75]
    assert take_turn(db, "Example", 4.0, 1000.5) == 0.5
    assert take_turn(db, "Other", 4.0, 1000.0) == 0.0
    assert take_turn(db, "Example", 4.0, 2000.0) == 0.0  # unused turns are no credit
    assert take_turn(db, "Example", 4.0, 2000.0) == 0.25


def test_a_clock_that_was_set_back_holds_nobody_up(tmp_path: Path) -> None:
    take_turn(tmp_path / "db", "Example", 1.0, 10_000.0)
    assert take_turn(tmp_path / "db", "Example", 1.0, 100.0) == 0.0


def test_a_torn_file_is_no_turn_and_nobody_else_may_read_it(tmp_path: Path) -> None:
    take_turn(tmp_path / "db", "Example", 1.0, 100.0)
    (file,) = (tmp_path / "db.locks").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600 and "Example" not in file.name
    file.write_bytes(b"\0\0\0")
    assert take_turn(tmp_path / "db", "Example", 1.0, 100.0) == 0.0


def _many(db: Path) -> list[float]:
    return [take_turn(db, "Example", 1.0, 100.0) for _ in range(200)]


def test_processes_never_take_the_same_turn(tmp_path: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        taken = pool.map(_many, [tmp_path / "db"] * 2, chunksize=1)
    assert sorted(taken[0] + taken[1]) == [float(n) for n in range(400)]


def test_an_index_keeps_turns_beside_it(tmp_path: Path) -> None:
    async def run() -> list[float]:
        async with (
            await open_index(tmp_path / "db", create=True) as one,
            await open_index(tmp_path / "db", create=False) as two,
        ):
            return [await index.take_turn("Example", 0.01) for index in (one, two, one)]

    waits = asyncio.run(run())
    assert waits[0] == 0.0
    assert 99 < waits[1] <= 100 and 199 < waits[2] <= 200


def test_what_cannot_be_written_is_a_fault_of_the_index(tmp_path: Path) -> None:
    (tmp_path / "db.locks").write_text("no folder")
    with pytest.raises(IndexFault, match="turns can't be kept here"):
        take_turn(tmp_path / "db", "Example", 1.0, 100.0)
