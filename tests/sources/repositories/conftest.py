"""Fixtures for tests of repositories."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.postgres import CrtshDatabase, missing, server


@pytest.fixture(scope="session")
def postgres() -> Iterator[CrtshDatabase]:
    """Start a real PostgreSQL with the schema of crt.sh; skip without PostgreSQL."""
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
    """Return the PostgreSQL database with empty tables."""
    postgres.clear()
    return postgres
