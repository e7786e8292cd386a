"""Tiles as object stores and compressing servers give them: 403 for an absent object, gzip around hash tiles."""

from __future__ import annotations

import gzip
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import pytest
from support.attacking import add_people
from support.exchange import Answer
from support.logs import LogBuilder
from support.patience import FakeTime
from support.reading import patient_client, with_client
from support.scanning import look_up, scan, states
from support.simulator import SimulatedLog, Simulator, gzip_bomb

from ctscan.ct.coverage import verified_size
from ctscan.errors import BadAnswer, Missing, Refused
from ctscan.model import LogProtocol
from ctscan.sources.logs.static_ct import StaticCtSource
from ctscan.sources.logs.tile_reader import _plain_hashes
from ctscan.sources.logs.tuning import Tuning

T = TypeVar("T")


def ask(log: SimulatedLog, use: Callable[[StaticCtSource], Awaitable[T]], time: FakeTime | None = None) -> T:
    """Use an open source of the log, in fake time."""
    return with_client(
        patient_client(time or FakeTime()), lambda client: use(StaticCtSource(log.log(), client, Tuning()))
    )


def filled(size: int = 600) -> LogBuilder:
    builder = LogBuilder("log")
    builder.fill(size)
    return builder


@pytest.mark.parametrize("status", [403, 404])
def test_a_partial_tile_that_was_removed_is_cut_from_the_full_one(status: int) -> None:
    with Simulator() as sim:
        log = sim.add("a", filled())
        log.partials_kept, log.absent_status = False, status
        batch = ask(log, lambda s: s.entries(256, 300, 300))
        assert (batch.start, len(batch.leaves)) == (256, 44)
        assert ask(log, lambda s: s.hash_tile(0, 1, 44)) == log.builder.hash_tile(0, 1, 44)


@pytest.mark.parametrize(("status", "kind"), [(403, Refused), (404, Missing)])
def test_a_tile_that_is_neither_there_in_part_nor_in_full_is_not_there(status: int, kind: type[Exception]) -> None:
    with Simulator() as sim:
        log = sim.add("a", filled(300))
        log.absent_status = status
        with pytest.raises(kind):
            ask(log, lambda s: s.entries(256, 290, 290))
        with pytest.raises(kind):
            ask(log, lambda s: s.hash_tile(0, 1, 34))


def test_a_log_in_an_object_store_that_grew_meanwhile_is_read_whole(tmp_path: Path) -> None:
    with Simulator() as sim:
        log = add_people(sim, LogProtocol.STATIC_CT, published=300)
        log.partials_kept, log.absent_status = False, 403
        head = log.builder.checkpoint(300, timestamp=log.head_time(300))
        stale = log.fault("/checkpoint", Answer(200, head))
        log.publish(1000)  # its partial tiles of 300 are gone; a cache still serves the head
        assert scan(sim, tmp_path / "db").exit_code == 0
        assert verified_size(states(tmp_path / "db")["people"]) == 300
        log.faults.remove(stale)
        assert scan(sim, tmp_path / "db").exit_code == 0
    assert look_up(tmp_path / "db", "jane.roe@example.org").complete


@pytest.mark.parametrize("packing", ["header", "bare"])
def test_hash_tiles_in_gzip_are_unpacked(packing: str, tmp_path: Path) -> None:
    with Simulator() as sim:
        log = add_people(sim, LogProtocol.STATIC_CT)
        log.hash_packing = packing
        assert ask(log, lambda s: s.hash_tile(0, 0, 256)) == log.builder.hash_tile(0, 0, 256)
        assert ask(log, lambda s: s.hash_tile(1, 0, 3)) == log.builder.hash_tile(1, 0, 3)
        assert scan(sim, tmp_path / "db").exit_code == 0
    assert verified_size(states(tmp_path / "db")["people"]) == 1000


def test_a_plain_hash_tile_that_begins_like_gzip_stays_as_it_is() -> None:
    tile = b"\x1f\x8b\x08" + bytes(29)
    assert _plain_hashes(32, tile) == tile
    assert _plain_hashes(32, gzip.compress(tile)) == tile


@pytest.mark.parametrize(
    "body",
    [gzip.compress(bytes(8193)), gzip.compress(bytes(8191)), gzip.compress(bytes(range(256)) * 32)[:-9], b"\x1f\x8b"],
    ids=["longer", "shorter", "cut off", "nothing but the magic"],  # the bytes hold the time
)
def test_other_bytes_in_gzip_are_no_hash_tile(body: bytes) -> None:
    with Simulator() as sim:
        log = sim.add("a", filled())
        log.fault("/tile/0/000", Answer(200, body))
        with pytest.raises(BadAnswer):
            ask(log, lambda s: s.hash_tile(0, 0, 256))


@pytest.mark.parametrize("headers", [{"Content-Encoding": "gzip"}, {}])
def test_a_bomb_in_place_of_a_hash_tile_stays_small(headers: dict[str, str]) -> None:
    with Simulator() as sim:
        log = sim.add("a", filled())
        log.fault("/tile/0/000", Answer(200, gzip_bomb(1 << 26).body, headers))
        with pytest.raises(BadAnswer, match=r"announced as|larger|grows"):
            ask(log, lambda s: s.hash_tile(0, 0, 256))
