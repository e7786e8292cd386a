"""What tests of sources share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.postgres import CrtshDatabase, missing, server


@pytest.fixture(scope="session")
def postgres() -> Iterator[CrtshDatabase]:
    """A real PostgreSQL with the schema of crt.sh; skips where there is none."""
    if reason := missing():
        pytest.skip(reason)
    with server() as folder:
        database = CrtshDatabase(folder)
        try:
            yield database
        finally:
            database.close()


@pytest.fixture
def certwatch(postgres: CrtshDatabase) -> CrtshDatabase:
    """The same, empty."""
    postgres.clear()
    return postgres
