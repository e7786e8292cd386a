"""kill -9 while a person is forgotten: behind the next opening the person is there wholly, or gone wholly."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pytest
from index.test_contract_suppressions import EVERYBODY, STEP, addresses
from support.kept import commit, started
from support.killing import kill_often
from support.suppressing import forgetting, traces

from ctscan.index.open import open_index


def forget(folder: Path) -> None:
    async def work() -> None:
        async with await open_index(folder / "ctscan.db", create=False) as index:
            await index.forget(forgetting("jane@example.org"))

    asyncio.run(work())


async def _fill(path: Path) -> None:
    async with await open_index(path, create=True) as index:
        await commit(index, await started(index), STEP)


async def _after(path: Path) -> tuple[list[str], bool]:
    async with await open_index(path, create=False) as index:
        with index.noted_damage() as damage:
            found = await addresses(index, *EVERYBODY)
            await index.basis()
        assert not damage
        return found, bool(await index.suppressions())


def check_kills(tmp_path: Path, count: int) -> None:
    first = tmp_path / "first"
    first.mkdir()
    asyncio.run(_fill(first / "ctscan.db"))
    folders = [tmp_path / str(number) for number in range(count)]
    for folder in folders:
        shutil.copytree(first, folder)
    ended = kill_often("index.test_kills_of_forget:forget", folders)
    for folder, is_ended in zip(folders, ended, strict=True):
        found, is_promised = asyncio.run(_after(folder / "ctscan.db"))
        assert found == (["ann@example.org"] if is_promised else list(EVERYBODY))
        assert is_promised or not is_ended
        left = traces(folder, ["jane@", "jane+", "Roe"])
        assert bool(left) is not is_promised, folder
        if not is_promised:  # what was left behind stands in nobody's way
            forget(folder)
            assert asyncio.run(_after(folder / "ctscan.db")) == (["ann@example.org"], True)


def test_a_killed_forget_is_done_or_was_never_begun(tmp_path: Path) -> None:
    check_kills(tmp_path, 12)


@pytest.mark.long
def test_forgets_killed_at_200_moments(tmp_path: Path) -> None:
    check_kills(tmp_path, 200)
