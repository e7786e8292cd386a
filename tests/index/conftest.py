"""Fixtures of the index contract: a test that takes `scenario` runs once per implementation, chosen by URL and key."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from importlib.util import find_spec
from pathlib import Path
from zlib import crc32

import pytest

from ctscan.index.open import open_index
from ctscan.index.protocols import Index
from ctscan.index.store_key import make_store_key

Scenario = Callable[[Index], Awaitable[None]]

URLS = {"sqlite": "sqlite:///{folder}/ctscan.db", "sqlcipher": "sqlite:///{folder}/ctscan.db"}
"""By implementation: the URL of an index of its own for each test."""

NEEDS = {"sqlcipher": "sqlcipher3"}
"""Packages of extras; without one, the tests of its implementation are skipped."""


def implementations() -> list[object]:
    """List the implementations as parameters of a fixture."""
    return [
        pytest.param(name, marks=pytest.mark.skipif(not find_spec(NEEDS.get(name, "sqlite3")), reason="extra"))
        for name in sorted(URLS)
    ]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave two in three tests of an encrypted index to `make long`: its statements are those of a plain one."""
    for item in items:
        of = getattr(item, "callspec", None)
        name = getattr(item, "originalname", item.name)
        if of is not None and of.params.get("implementation") == "sqlcipher" and crc32(name.encode()) % 3:
            item.add_marker(pytest.mark.long)


@pytest.fixture(params=implementations())
def implementation(request: pytest.FixtureRequest) -> str:
    """Return the name of an implementation."""
    return str(request.param)


@pytest.fixture
def index_url(implementation: str, tmp_path: Path) -> str:
    """Return the URL of an index that no other test uses."""
    return URLS[implementation].format(folder=tmp_path)


@pytest.fixture
def index_key(implementation: str, tmp_path: Path) -> Path | None:
    """Return the key file of an encrypted index."""
    if implementation != "sqlcipher":
        return None
    make_store_key(tmp_path / "index.key")
    return tmp_path / "index.key"


@pytest.fixture
def opener(index_url: str, index_key: Path | None) -> Callable[[], Awaitable[Index]]:
    """Return a function that opens the same index at each call."""
    return lambda: open_index(index_url, create=True, key_file=index_key)


@pytest.fixture
def scenario(opener: Callable[[], Awaitable[Index]]) -> Callable[[Scenario], None]:
    """Return a function that runs an async scenario with a new index."""

    def run(work: Scenario) -> None:
        async def with_index() -> None:
            async with await opener() as index:
                await work(index)

        asyncio.run(with_index())

    return run
