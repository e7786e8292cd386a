"""Fixture of an index with a generated population."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from support.population import Held, fill, population

from ctscan.index.open import open_index

PERSONS = 300


@pytest.fixture(scope="session")
def held() -> list[Held]:
    """Return the population."""
    return population(PERSONS)


@pytest.fixture(scope="session")
def database(held: list[Held], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the file of an index that holds the population; tests that write copy it."""
    return filled(held, tmp_path_factory.mktemp("population") / "ctscan.db")


def filled(held: list[Held], path: Path) -> Path:
    """Make an index of a population."""

    async def make() -> None:
        async with await open_index(path, create=True) as index:
            await fill(index, held)

    asyncio.run(make())
    return path
