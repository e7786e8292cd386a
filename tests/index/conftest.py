"""One contract, several implementations: a test that takes `scenario` runs once with each."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from ctscan.index.open import open_index
from ctscan.index.protocols import Index

Opener = Callable[[Path], Awaitable[Index]]
Scenario = Callable[[Index], Awaitable[None]]


async def _open_sqlite(folder: Path) -> Index:
    return await open_index(folder / "ctscan.db", create=True)


IMPLEMENTATIONS: dict[str, Opener] = {"sqlite": _open_sqlite}


@pytest.fixture(params=sorted(IMPLEMENTATIONS))
def opener(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], Awaitable[Index]]:
    """Opens the same index each time."""
    return lambda: IMPLEMENTATIONS[request.param](tmp_path)


@pytest.fixture
def scenario(opener: Callable[[], Awaitable[Index]]) -> Callable[[Scenario], None]:
    """Runs an async function with an index that was just made."""

    def run(work: Scenario) -> None:
        async def with_index() -> None:
            index = await opener()
            try:
                await work(index)
            finally:
                await index.aclose()

        asyncio.run(with_index())

    return run
