"""Static-ct logs over HTTP: tiles full, partial, gone, wrong."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from typing import TypeVar

import pytest
from support import simulator as sims
from support.logs import LogBuilder, cheap_certificate, cheap_tbs
from support.patience import FakeTime
from support.reading import assert_entries, patient_client, with_client
from support.simulator import SimulatedLog, Simulator

from ctscan.ct.signature import verify_head
from ctscan.errors import BadAnswer, CutError, Missing, ProofError, SourceError
from ctscan.sources.logs.static_ct import StaticCtSource
from ctscan.sources.logs.tile_reader import slice_batch
from ctscan.sources.logs.tuning import Tuning

T = TypeVar("T")
ISSUER = cheap_certificate(1 << 40, "ca.example.org")


def mixed_log(entries: int = 700) -> LogBuilder:
    builder = LogBuilder("Example log")
    for number in range(entries):
        if number % 3:
            builder.add_certificate(cheap_certificate(number), chain=[ISSUER])
        else:
            builder.add_precert(cheap_tbs(number), bytes(32), cheap_certificate(number), chain=[ISSUER])
    return builder


def ask(log: SimulatedLog, use: Callable[[StaticCtSource], Awaitable[T]], time: FakeTime | None = None) -> T:
    client = patient_client(time or FakeTime())
    return with_client(client, lambda c: use(StaticCtSource(log.log(), c, Tuning())))


def paths(log: SimulatedLog) -> list[str]:
    return [request.path.removeprefix(f"/{log.name}/") for request in log.requests]


# --- heads --------------------------------------------------------------------------------------------------------


def test_a_checkpoint_is_read_and_verifies() -> None:
    with Simulator() as sim:
        log = sim.add("a", mixed_log(20))
        head = ask(log, lambda s: s.head())
    verify_head(head, log.builder.key)
    raw = log.builder.checkpoint(timestamp=log.head_time(20))
    assert (head.size, head.root, head.raw) == (20, log.builder.root(), raw)


def test_a_bad_signature_is_left_to_the_verifier() -> None:
    with Simulator() as sim:
        log = sim.add("a", mixed_log(20))
        log.spoil_signature = True
        head = ask(log, lambda s: s.head())
    with pytest.raises(ProofError):
        verify_head(head, log.builder.key)


def test_a_checkpoint_of_another_log_is_a_proof_error_at_once() -> None:
    with Simulator() as sim:
        log = sim.add("a", mixed_log(20))
        log.fault("checkpoint", sims.body_changed(lambda _: LogBuilder("Another log").checkpoint()))
        with pytest.raises(ProofError):
            ask(log, lambda s: s.head())
        assert len(log.requests) == 1


def test_a_garbled_checkpoint_is_asked_for_again_and_then_bad() -> None:
    with Simulator() as sim:
        log = sim.add("a", mixed_log(20))
        log.fault("checkpoint", sims.shortened(30), times=2)
        assert ask(log, lambda s: s.head()).size == 20
        log.fault("checkpoint", sims.garbage(""))
        with pytest.raises(BadAnswer, match=r"checkpoint: failed 7 times"):
            ask(log, lambda s: s.head())


def test_a_log_grows_and_serves_stale_and_smaller_heads() -> None:
    async def use(source: StaticCtSource) -> list[tuple[int, int]]:
        found = []
        for size, timestamp in ((300, None), (500, None), (300, None), (200, 1_900_000_000_000)):
            log.publish(size, timestamp)
            head = await source.head()
            verify_head(head, log.builder.key)
            found.append((head.size, head.timestamp))
        return found

    with Simulator() as sim:
        log = sim.add("a", mixed_log(500))
        found = ask(log, use)
    assert [size for size, _ in found] == [300, 500, 300, 200]
    assert found[2][1] < found[1][1] < found[3][1]


def test_two_histories_give_two_roots_at_one_size() -> None:
    with Simulator() as sim:
        log = sim.add("a", mixed_log(300))
        one = ask(log, lambda s: s.head())
        log.rewrite(log.builder.fork(290, 10))
        other = ask(log, lambda s: s.head())
    verify_head(one, log.builder.key)
    verify_head(other, log.builder.key)
    assert one.size == other.size
    assert one.root != other.root


# --- entries ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [(0, 700, (0, 256)), (5, 700, (5, 256)), (255, 700, (255, 256)), (256, 700, (256, 512)), (520, 700, (520, 700)),
     (520, 600, (520, 600))],
)  # fmt: skip
def test_ranges_end_with_the_tile(start: int, end: int, expected: tuple[int, int]) -> None:
    with Simulator() as sim:
        log = sim.add("a", mixed_log(1))
        source = StaticCtSource(log.log(), patient_client(FakeTime()), Tuning())
        assert source.next_range(start, end) == expected


def test_every_entry_is_read_from_full_tiles_and_the_partial_of_the_head() -> None:
    async def use(source: StaticCtSource) -> None:
        start = 0
        while start < 700:
            first, end = source.next_range(start, 700)
            batch = await source.entries(first, end, 700)
            assert_entries(batch, log.builder, start, min(start + 256, 700))
            start = end

    with Simulator() as sim:
        log = sim.add("a", mixed_log(700))
        ask(log, use)
        assert paths(log) == ["tile/data/000", "tile/data/001", "tile/data/002.p/188"]


def test_a_start_inside_a_tile_gives_the_whole_tile() -> None:
    with Simulator() as sim:
        log = sim.add("a", mixed_log(700))
        batch = ask(log, lambda s: s.entries(300, 400, 700))
    assert_entries(batch, log.builder, 256, 512)
    assert_entries(slice_batch(batch, 300, 400), log.builder, 300, 400)


def test_the_tree_of_the_head_decides_the_width_not_the_log_as_it_is_now() -> None:
    with Simulator() as sim:
        log = sim.add("a", mixed_log(700), size=300)
        log.publish(700)
        batch = ask(log, lambda s: s.entries(256, 300, 300))
        assert paths(log) == ["tile/data/001.p/44"]
    assert_entries(batch, log.builder, 256, 300)


def test_a_partial_that_is_gone_is_cut_from_the_full_tile() -> None:
    with Simulator() as sim:
        log = sim.add("a", mixed_log(700), size=300)
        log.publish(700)
        log.partials_kept = False
        batch = ask(log, lambda s: s.entries(256, 300, 300))
        assert paths(log) == ["tile/data/001.p/44", "tile/data/001"]
    assert_entries(batch, log.builder, 256, 300)


def test_a_partial_without_a_full_tile_is_missing() -> None:
    with Simulator() as sim:
        log = sim.add("a", mixed_log(300))
        log.missing_tiles.add(1)
        with pytest.raises(Missing, match="tile/data/001: not there"):
            ask(log, lambda s: s.entries(256, 300, 300))
        assert paths(log) == ["tile/data/001.p/44", "tile/data/001"]


@pytest.mark.parametrize("status", [404, 410])
def test_pruned_tiles_are_missing(status: int) -> None:
    time = FakeTime()
    with Simulator() as sim:
        log = sim.add("a", mixed_log(700))
        log.pruned_below, log.pruned_status = 512, status
        with pytest.raises(Missing):
            ask(log, lambda s: s.entries(256, 512, 700), time)
        assert_entries(ask(log, lambda s: s.entries(512, 700, 700)), log.builder, 512, 700)
    assert time.naps == []


def test_raw_gzip_without_a_header_is_understood() -> None:
    with Simulator() as sim:
        log = sim.add("a", mixed_log(300))
        log.fault("data", lambda _request, honest: sims.Answer(200, honest.body))
        assert_entries(ask(log, lambda s: s.entries(0, 256, 300)), log.builder, 0, 256)


def test_a_plain_data_tile_is_understood() -> None:
    with Simulator() as sim:
        log = sim.add("a", mixed_log(300))
        log.fault("data", sims.body_changed(lambda body: body))
        assert_entries(ask(log, lambda s: s.entries(0, 256, 300)), log.builder, 0, 256)


@pytest.mark.parametrize(
    "change",
    [
        lambda body: body[:-1],
        lambda body: body + b"\0",
        lambda body: b"",
        lambda body: body[:9] + b"\x07" + body[10:],
        lambda body: b"<html>" + body,
    ],
)
def test_a_tile_that_cannot_be_cut_is_a_cut_error_at_once(change: Callable[[bytes], bytes]) -> None:
    time = FakeTime()
    with Simulator() as sim:
        log = sim.add("a", mixed_log(300))
        log.fault("data", sims.body_changed(change))
        with pytest.raises(CutError) as error:
            ask(log, lambda s: s.entries(0, 256, 300), time)
        assert len(log.requests) == 1
    assert error.value.raw == change(log.builder.data_tile(0))
    assert time.naps == []


def test_a_tile_of_other_entries_is_a_cut_error() -> None:
    with Simulator() as sim:
        log = sim.add("a", mixed_log(600))
        log.fault("data/001", sims.body_changed(lambda _: log.builder.data_tile(0)))
        with pytest.raises(CutError, match="leaf_index"):
            ask(log, lambda s: s.entries(256, 512, 600))


def test_a_full_tile_in_place_of_a_partial_is_a_cut_error() -> None:
    with Simulator() as sim:
        log = sim.add("a", mixed_log(600), size=300)
        log.fault("data/001.p", sims.body_changed(lambda _: log.builder.data_tile(1)))
        with pytest.raises(CutError):
            ask(log, lambda s: s.entries(256, 300, 300))


@pytest.mark.parametrize("name", ["bomb", "html", "503", "truncated"])
def test_trouble_with_a_tile_is_sat_out_or_given_up(name: str) -> None:
    faults: dict[str, sims.Answer | sims.Change] = {
        "bomb": sims.gzip_bomb(64 << 20),
        "html": sims.garbage(),
        "503": sims.server_error(),
        "truncated": sims.truncated(1000),
    }
    fault = faults[name]
    with Simulator() as sim:
        log = sim.add("a", mixed_log(300))
        log.fault("data", fault, times=2)
        assert_entries(ask(log, lambda s: s.entries(0, 256, 300)), log.builder, 0, 256)
        log.fault("data", fault)
        with pytest.raises(SourceError, match=r"tile/data/000: failed 7 times") as error:
            ask(log, lambda s: s.entries(0, 256, 300))
    assert isinstance(error.value, BadAnswer) is (name in ("bomb", "html"))


def test_archived_logs_without_leaf_index_are_read() -> None:
    builder = LogBuilder("Archive", leaf_index=False)
    builder.fill(300)
    with Simulator() as sim:
        log = sim.add("a", builder)
        assert_entries(ask(log, lambda s: s.entries(0, 256, 300)), builder, 0, 256)


@pytest.mark.parametrize(("start", "end", "size"), [(5, 5, 10), (-1, 5, 10), (5, 11, 10)])
def test_impossible_ranges_are_programming_errors(start: int, end: int, size: int) -> None:
    with Simulator() as sim, pytest.raises(ValueError, match="entries"):
        ask(sim.add("a", mixed_log(4)), lambda s: s.entries(start, end, size))


def test_slices_outside_a_batch_are_programming_errors() -> None:
    with Simulator() as sim:
        batch = ask(sim.add("a", mixed_log(20)), lambda s: s.entries(0, 20, 20))
    for start, end in ((-1, 5), (5, 21), (7, 7)):
        with pytest.raises(ValueError, match="entries"):
            slice_batch(batch, start, end)
    assert slice_batch(batch, 0, 20) is batch


# --- hash tiles and issuers ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("level", "index", "width"), [(0, 0, 256), (0, 2, 188), (1, 0, 2)])
def test_hash_tiles(level: int, index: int, width: int) -> None:
    with Simulator() as sim:
        log = sim.add("a", mixed_log(700))
        assert ask(log, lambda s: s.hash_tile(level, index, width)) == log.builder.hash_tile(level, index, width)


def test_a_missing_partial_hash_tile_is_cut_from_the_full_tile() -> None:
    with Simulator() as sim:
        log = sim.add("a", mixed_log(700), size=300)
        log.publish(700)
        log.partials_kept = False
        assert ask(log, lambda s: s.hash_tile(0, 1, 44)) == log.builder.hash_tile(0, 1, 44)
        assert paths(log) == ["tile/0/001.p/44", "tile/0/001"]


@pytest.mark.parametrize("change", [lambda b: b[:-32], lambda b: b + bytes(32), lambda b: b"", lambda b: b[:-1]])
def test_a_hash_tile_of_another_size_is_asked_for_again(change: Callable[[bytes], bytes]) -> None:
    with Simulator() as sim:
        log = sim.add("a", mixed_log(300))
        log.fault("tile/0", sims.body_changed(change), times=2)
        assert len(ask(log, lambda s: s.hash_tile(0, 0, 256))) == 8192
        log.fault("tile/0", sims.body_changed(change))
        with pytest.raises(BadAnswer):
            ask(log, lambda s: s.hash_tile(0, 0, 256))


def test_issuers_are_checked_by_their_hash() -> None:
    fingerprint = hashlib.sha256(ISSUER).digest()
    with Simulator() as sim:
        log = sim.add("a", mixed_log(4))
        assert ask(log, lambda s: s.issuer(fingerprint)) == ISSUER
        with pytest.raises(Missing):
            ask(log, lambda s: s.issuer(bytes(32)))
        log.fault("issuer", sims.body_changed(lambda der: der[:-1] + b"\0"))
        with pytest.raises(BadAnswer, match="expected an issuer with SHA-256"):
            ask(log, lambda s: s.issuer(fingerprint))
