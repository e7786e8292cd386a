"""Hybrid logs: full data tiles where the log has them, get-entries for the rest."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

import pytest
from support import simulator as sims
from support.logs import LogBuilder
from support.patience import FakeTime
from support.reading import assert_entries, patient_client, with_client
from support.simulator import SimulatedLog, Simulator

from ctscan.ct.merkle import verify_consistency, verify_inclusion
from ctscan.ct.signature import verify_head
from ctscan.errors import SourceError
from ctscan.model import Batch, LogProtocol
from ctscan.sources.logs.hybrid import HybridSource
from ctscan.sources.logs.tuning import Tuning

T = TypeVar("T")
NO_USE: dict[str, sims.Answer | sims.Change] = {
    "html": sims.garbage(),
    "cut": sims.shortened(999),
    "bomb": sims.gzip_bomb(32 << 20),
}


def plain_log(entries: int = 700) -> LogBuilder:
    builder = LogBuilder("Example hybrid", leaf_index=False)
    builder.fill(entries)
    return builder


def ask(log: SimulatedLog, use: Callable[[HybridSource], Awaitable[T]]) -> T:
    client = patient_client(FakeTime())
    return with_client(client, lambda c: use(HybridSource(log.log(), c, Tuning(batch=64))))


def calls(log: SimulatedLog) -> list[str]:
    return [request.target.removeprefix(f"/{log.name}/").removeprefix("ct/v1/") for request in log.requests]


async def read_all(source: HybridSource, start: int, size: int) -> list[Batch]:
    batches = []
    while start < size:
        first, end = source.next_range(start, size)
        batches.append(await source.entries(first, end, size))
        assert batches[-1].start == start
        assert start + len(batches[-1].leaves) <= end
        start += len(batches[-1].leaves)
    return batches


def test_full_tiles_and_the_ragged_tail() -> None:
    with Simulator() as sim:
        log = sim.add("h", plain_log(600), LogProtocol.HYBRID)
        batches = ask(log, lambda s: read_all(s, 0, 600))
        assert calls(log) == [
            "tile/data/000", "tile/data/001", "get-entries?start=512&end=575", "get-entries?start=576&end=599",
        ]  # fmt: skip
    for batch in batches:
        assert_entries(batch, log.builder, batch.start, batch.start + len(batch.leaves))
    assert [batch.layout for batch in batches] == ["tile", "tile", "get-entries", "get-entries"]


def test_a_start_inside_a_tile_gives_exactly_what_was_asked_for() -> None:
    with Simulator() as sim:
        log = sim.add("h", plain_log(600), LogProtocol.HYBRID)
        assert_entries(ask(log, lambda s: s.entries(300, 400, 600)), log.builder, 300, 400)


def test_tiles_with_leaf_index_are_read_too() -> None:
    builder = LogBuilder("Example hybrid")
    builder.fill(300)
    with Simulator() as sim:
        log = sim.add("h", builder, LogProtocol.HYBRID)
        assert_entries(ask(log, lambda s: s.entries(0, 256, 300)), builder, 0, 256)


@pytest.mark.parametrize("trouble", ["missing", "html", "cut", "bomb"])
def test_a_tile_that_is_no_use_is_read_by_get_entries_and_not_asked_for_again(trouble: str) -> None:
    with Simulator() as sim:
        log = sim.add("h", plain_log(600), LogProtocol.HYBRID)
        if trouble == "missing":
            log.missing_tiles.add(1)
        else:
            log.fault("tile/data/001", NO_USE[trouble])
        batches = ask(log, lambda s: read_all(s, 0, 600))
        tries = calls(log).count("tile/data/001")
    assert sum(len(batch.leaves) for batch in batches) == 600
    for batch in batches:
        assert_entries(batch, log.builder, batch.start, batch.start + len(batch.leaves))
    assert tries == (1 if trouble in ("missing", "cut") else 7)


def test_a_tile_that_does_not_belong_can_be_avoided() -> None:
    async def use(source: HybridSource) -> Batch:
        spoilt = await source.entries(0, 256, 300)
        begin, end = spoilt.leaves[9]
        assert spoilt.data[begin:end] != log.builder.entries[9].leaf
        source.avoid_tile(0)
        assert source.next_range(0, 300) == (0, 64)
        return await source.entries(0, 64, 300)

    with Simulator() as sim:
        log = sim.add("h", plain_log(300), LogProtocol.HYBRID)
        log.corrupt(9)[1].times = 0  # the tile only
        assert_entries(ask(log, use), log.builder, 0, 64)


def test_a_log_whose_tiles_are_down_is_read_by_get_entries_and_they_are_left_alone() -> None:
    with Simulator() as sim:
        log = sim.add("h", plain_log(2000), LogProtocol.HYBRID)
        log.fault("tile", sims.server_error())
        batches = ask(log, lambda s: read_all(s, 0, 2000))
        assert sum(len(batch.leaves) for batch in batches) == 2000
        assert len({call for call in calls(log) if "tile" in call}) == 3


def test_an_unreachable_log_is_a_source_error() -> None:
    with Simulator() as sim:
        log = sim.add("h", plain_log(300), LogProtocol.HYBRID)
        log.fault("tile|get-entries", sims.server_error())
        with pytest.raises(SourceError, match="get-entries"):
            ask(log, lambda s: s.entries(0, 256, 300))


def test_heads_and_proofs_are_those_of_rfc_6962() -> None:
    async def use(source: HybridSource) -> None:
        head = await source.head()
        verify_head(head, builder.key)
        leaf, path = await source.entry_and_proof(7, 300)
        assert leaf == b"\0\0" + builder.entries[7].leaf
        verify_inclusion(7, 300, builder.hashes[7], path, head.root)
        verify_consistency(9, 300, builder.root(9), head.root, await source.consistency(9, 300))

    builder = plain_log(300)
    with Simulator() as sim:
        ask(sim.add("h", builder, LogProtocol.HYBRID), use)
