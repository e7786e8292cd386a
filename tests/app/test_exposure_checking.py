"""Check of the rows of a report in a process beside the counting, and what becomes of a process that says nothing."""

from __future__ import annotations

import asyncio
import multiprocessing
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from support.population import fill, population
from support.rotting import change

from ctscan.app.exposure_checking import check_beside, checked_exposure, counted_beside
from ctscan.app.exposure_report import NamesOrganisation
from ctscan.app.wiring import opened_index
from ctscan.config import Config
from ctscan.index.open import open_index
from ctscan.model.exposure import ExposureCounts, ExposureQuestion

NOW = datetime(2031, 6, 1, tzinfo=UTC)
QUESTION = ExposureQuestion(False, ("example.org",), (), NamesOrganisation(frozenset({"example"})), NOW)
DAMAGE = "UPDATE sighting SET timestamp = timestamp + 1000"
Count = Callable[..., Awaitable[ExposureCounts]]


@pytest.fixture
def config(tmp_path: Path) -> Config:
    async def make() -> None:
        async with await open_index(tmp_path / "ctscan.db", create=True) as index:
            await fill(index, population(20))

    asyncio.run(make())
    return Config(db=str(tmp_path / "ctscan.db"))


def counted(config: Config, count: Count) -> tuple[int, set[str]]:
    async def work() -> tuple[int, set[str]]:
        async with opened_index(config) as index:
            with index.noted_damage() as damage:
                found = await count(config, index, QUESTION)
        return found.counted.certificates, damage

    return asyncio.run(work())


def said(config: Config, before: Callable[[], None] = lambda: None) -> set[str] | None:
    async def work() -> set[str] | None:
        async with check_beside(config, QUESTION) as check:
            before()
            return await check.damage()

    return asyncio.run(work())


@pytest.mark.parametrize("count", [checked_exposure, counted_beside])
def test_damage_is_noted_by_this_process_and_by_the_one_beside(config: Config, count: Count) -> None:
    sound = counted(config, count)
    assert sound[0] > 10 and sound[1] == set()
    change(Path(config.db), DAMAGE)
    assert counted(config, count) == (sound[0], {"sighting"})


def test_the_process_beside_says_what_is_damaged(config: Config) -> None:
    assert said(config) == set()
    change(Path(config.db), DAMAGE)
    assert said(config) == {"sighting"}
    assert multiprocessing.active_children() == []


def test_a_process_that_cannot_open_the_index_says_nothing(tmp_path: Path) -> None:
    assert said(Config(db=str(tmp_path / "none.db"))) is None


def test_a_process_that_was_killed_says_nothing(config: Config) -> None:
    def kill() -> None:
        for process in multiprocessing.active_children():
            process.kill()

    assert said(config, kill) is None
    assert multiprocessing.active_children() == []
