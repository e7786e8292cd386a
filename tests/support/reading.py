"""Helpers for tests of sources: a client without waiting, and a coroutine run to its end."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from support.logs import LogBuilder
from support.patience import FakeTime

from ctscan.ct.wire import entry_of, leaf_of
from ctscan.http.client import Client
from ctscan.model import Batch

T = TypeVar("T")


def patient_client(time: FakeTime, contact: str = "ct@example.org", **options: Any) -> Client:
    """Build a client in the time of `time`, with the longest jitter, that ignores the environment."""
    return Client(
        contact, clock=time.clock, wall=time.wall, sleep=time.sleep, random=lambda: 1.0, trust_env=False, **options
    )


def with_client(client: Client, use: Callable[[Client], Awaitable[T]]) -> T:
    """Run `use` with the client in an event loop of its own, and close the client."""

    async def main() -> T:
        try:
            return await use(client)
        finally:
            await client.aclose()

    return asyncio.run(main())


def assert_entries(batch: Batch, builder: LogBuilder, start: int, end: int) -> None:
    """Assert that the batch holds exactly the entries `[start, end)` of the log, byte for byte."""
    assert batch.start == start
    assert len(batch.leaves) == len(batch.certs) == len(batch.precerts) == len(batch.extras) == end - start
    leaves = [batch.data[a:b] for a, b in batch.leaves]
    assert leaves == [made.leaf for made in builder.entries[start:end]]
    for i in (0, end - start - 1):
        assert leaf_of(entry_of(batch, i)) == b"\0\0" + builder.entries[start + i].leaf
