"""Fixtures of the index contract: a test that takes `scenario` runs once per implementation, chosen by URL."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from ctscan.index.open import open_index
from ctscan.index.protocols import Index

Scenario = Callable[[Index], Awaitable[None]]

URLS = {"sqlite": "sqlite:///{folder}/ctscan.db"}
"""By implementation: the URL of an index of its own for each test."""


@pytest.fixture(params=sorted(URLS))
def index_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the URL of an index that no other test uses."""
    return URLS[request.param].format(folder=tmp_path)


@pytest.fixture
def opener(index_url: str) -> Callable[[], Awaitable[Index]]:
    """Return a function that opens the same index at each call."""
    return lambda: open_index(index_url, create=True)


@pytest.fixture
def scenario(opener: Callable[[], Awaitable[Index]]) -> Callable[[Scenario], None]:
    """Return a function that runs an async scenario with a new index."""

    def run(work: Scenario) -> None:
        async def with_index() -> None:
            async with await opener() as index:
                await work(index)

        asyncio.run(with_index())

    return run
