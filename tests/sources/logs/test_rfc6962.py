"""RFC 6962 logs: honest, failing and lying."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import simulator as sims
from support.exchange import Answer
from support.logs import LogBuilder, cheap_certificate, cheap_tbs
from support.patience import FakeTime
from support.reading import assert_entries, patient_client, with_client
from support.simulator import SimulatedLog, Simulator

from ctscan.ct.merkle import verify_consistency, verify_inclusion
from ctscan.ct.signature import verify_head
from ctscan.errors import BadAnswer, CutError, Missing, ProofError, SourceError
from ctscan.model import Batch, LogProtocol
from ctscan.sources.logs.batch_size import BatchSize
from ctscan.sources.logs.rfc6962 import Rfc6962Source
from ctscan.sources.logs.tuning import Tuning

T = TypeVar("T")


def mixed_log(entries: int = 700, name: str = "Example 'log2026'", use_rsa: bool = False) -> LogBuilder:
    """Build a log of certificates and precertificates with chains, without leaf_index."""
    builder = LogBuilder(name, leaf_index=False, use_rsa=use_rsa)
    chain = [cheap_certificate(1 << 40, "ca.example.org")]
    for number in range(entries):
        if number % 3:
            builder.add_certificate(cheap_certificate(number), chain=chain)
        else:
            builder.add_precert(cheap_tbs(number), bytes([number % 256]) * 32, cheap_certificate(number), chain=chain)
    return builder


def ask(
    log: SimulatedLog, use: Callable[[Rfc6962Source], Awaitable[T]], time: FakeTime | None = None, batch: int = 256
) -> T:
    """Run `use` with a fresh source of the log."""
    client = patient_client(time or FakeTime())
    return with_client(client, lambda c: use(Rfc6962Source(log.log(), c, Tuning(batch=batch))))


async def read_all(source: Rfc6962Source, start: int, size: int) -> list[Batch]:
    batches = []
    while start < size:
        first, end = source.next_range(start, size)
        assert first == start < end <= size
        batches.append(await source.entries(first, end, size))
        start += len(batches[-1].leaves)
    return batches


@pytest.mark.parametrize("use_rsa", [False, True])
def test_a_head_is_read_and_verifies(use_rsa: bool) -> None:
    with Simulator() as sim:
        log = sim.add("a", mixed_log(20, use_rsa=use_rsa), LogProtocol.RFC6962)
        head = ask(log, lambda s: s.head())
    verify_head(head, log.builder.key)
    assert (head.size, head.root, head.log_id) == (20, log.builder.root(), log.builder.id)
    assert head.raw == log.builder.sth(timestamp=log.head_time(log.size))


def test_a_head_of_an_empty_log() -> None:
    with Simulator() as sim:
        log = sim.add("a", mixed_log(0), LogProtocol.RFC6962)
        head = ask(log, lambda s: s.head())
    verify_head(head, log.builder.key)
    assert head.size == 0


def test_a_head_with_a_bad_signature_is_read_but_does_not_verify() -> None:
    with Simulator() as sim:
        log = sim.add("a", mixed_log(20), LogProtocol.RFC6962)
        log.spoil_signature = True
        head = ask(log, lambda s: s.head())
    with pytest.raises(ProofError):
        verify_head(head, log.builder.key)


def test_a_garbled_head_is_asked_for_again_and_then_bad() -> None:
    with Simulator() as sim:
        log = sim.add("a", mixed_log(20), LogProtocol.RFC6962)
        log.fault("get-sth$", sims.shortened(40), times=2)
        assert ask(log, lambda s: s.head()).size == 20
        log.fault("get-sth$", sims.garbage(""))
        with pytest.raises(BadAnswer, match=r"ct/v1/get-sth: failed 7 times"):
            ask(log, lambda s: s.head())


@pytest.mark.parametrize(
    ("cap", "align"), [(256, False), (256, True), (32, False), (32, True), (100, True), (1000, False)]
)
@pytest.mark.parametrize("start", [0, 100, 256])
def test_everything_is_read_whatever_the_log_gives_at_a_time(cap: int, align: bool, start: int) -> None:
    with Simulator() as sim:
        log = sim.add("a", mixed_log(), LogProtocol.RFC6962)
        log.max_batch, log.align = cap, align
        batches = ask(log, lambda s: read_all(s, start, 700))
        asked = [(r.number("start"), r.number("end") + 1) for r in log.requests]
    at = start
    for batch in batches:
        assert_entries(batch, log.builder, at, at + len(batch.leaves))
        at += len(batch.leaves)
    assert at == 700
    most = min(cap, 256)
    settled = asked[3:-1]
    assert all(end % most == 0 and end - begin <= most for begin, end in settled), asked


def test_short_answers_cost_nothing_and_lose_nothing() -> None:
    with Simulator() as sim:
        log = sim.add("a", mixed_log(300), LogProtocol.RFC6962)
        log.fault("get-entries", sims.entries_changed(lambda e: e[:7]), times=2)
        batches = ask(log, lambda s: read_all(s, 0, 300))
    assert [len(b.leaves) for b in batches][:2] == [7, 7]
    assert sum(len(b.leaves) for b in batches) == 300
    assert_entries(batches[1], log.builder, 7, 14)


EMPTY_OR_OVERSIZED: dict[str, Answer | sims.Change] = {
    "none": sims.entries_changed(lambda e: []),
    "too many": sims.entries_changed(lambda e: e + e),
    "no list": sims.body_changed(lambda _: b'{"entries": 5}'),
    "nothing": sims.body_changed(lambda _: b"{}"),
    "no json": sims.garbage(""),
    "html": sims.garbage(),
    "cut": sims.shortened(200),
    "deep": Answer(200, b"[" * 200_000),
    "huge": Answer(200, b" " * (9 << 20)),
    "bomb": sims.gzip_bomb(64 << 20),
}


@pytest.mark.parametrize("name", EMPTY_OR_OVERSIZED)
def test_empty_and_oversized_answers_are_retried(name: str) -> None:
    time = FakeTime()
    with Simulator() as sim:
        log = sim.add("a", mixed_log(40), LogProtocol.RFC6962)
        log.fault("get-entries", EMPTY_OR_OVERSIZED[name], times=2)
        batch = ask(log, lambda s: s.entries(3, 10, 40), time)
    assert_entries(batch, log.builder, 3, 10)
    assert time.naps == [0.5, 1.0]


@pytest.mark.parametrize("name", ["none", "too many", "no json", "html", "huge"])
def test_empty_and_oversized_answers_that_persist_are_bad(name: str) -> None:
    with Simulator() as sim:
        log = sim.add("a", mixed_log(40), LogProtocol.RFC6962)
        log.fault("get-entries", EMPTY_OR_OVERSIZED[name])
        with pytest.raises(BadAnswer, match=r"ct/v1/get-entries: failed 7 times in 32 s"):
            ask(log, lambda s: s.entries(3, 10, 40))


def test_entries_that_cannot_be_cut_are_a_cut_error_at_once_with_the_bytes() -> None:
    time = FakeTime()
    with Simulator() as sim:
        log = sim.add("a", mixed_log(40), LogProtocol.RFC6962)
        log.fault("get-entries", sims.entries_changed(lambda e: [{"leaf_input": "AQ==", "extra_data": ""}, *e[1:]]))
        with pytest.raises(CutError) as error:
            ask(log, lambda s: s.entries(3, 10, 40), time)
        assert len(log.requests) == 1
    assert b'"AQ=="' in error.value.raw
    assert time.naps == []


def test_a_corrupted_leaf_is_cut_and_left_to_the_verifier() -> None:
    with Simulator() as sim:
        log = sim.add("a", mixed_log(40), LogProtocol.RFC6962)
        log.corrupt(5, times=1)
        batch = ask(log, lambda s: s.entries(3, 10, 40))
    begin, end = batch.leaves[2]
    assert batch.data[begin:end] != log.builder.entries[5].leaf


def test_a_range_that_the_log_refuses_is_a_source_error() -> None:
    with Simulator() as sim:
        log = sim.add("a", mixed_log(40), LogProtocol.RFC6962)
        with pytest.raises(SourceError, match=r"get-entries: refused \(400"):
            ask(log, lambda s: s.entries(50, 60, 100))


def test_a_log_that_is_gone_is_missing() -> None:
    with Simulator() as sim:
        log = sim.add("a", mixed_log(4), LogProtocol.RFC6962)
        log.fault(".", Answer(410))
        with pytest.raises(Missing):
            ask(log, lambda s: s.head())


@pytest.mark.parametrize(("start", "end", "size"), [(5, 5, 10), (-1, 5, 10), (5, 11, 10)])
def test_impossible_ranges_are_programming_errors(start: int, end: int, size: int) -> None:
    with Simulator() as sim, pytest.raises(ValueError, match="entries"):
        ask(sim.add("a", mixed_log(4), LogProtocol.RFC6962), lambda s: s.entries(start, end, size))


# --- proofs -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("first", "second"), [(1, 2), (1, 40), (7, 32), (32, 40), (39, 40)])
def test_consistency(first: int, second: int) -> None:
    with Simulator() as sim:
        log = sim.add("a", mixed_log(40), LogProtocol.RFC6962)
        path = ask(log, lambda s: s.consistency(first, second))
    verify_consistency(first, second, log.builder.root(first), log.builder.root(second), path)


def test_consistency_from_nothing_is_never_asked() -> None:
    with Simulator() as sim:
        log = sim.add("a", mixed_log(4), LogProtocol.RFC6962)
        with pytest.raises(ValueError, match="consistency"):
            ask(log, lambda s: s.consistency(0, 4))
        assert log.requests == []


@pytest.mark.parametrize("has_it", [True, False])
@pytest.mark.parametrize("index", [0, 3, 30, 39])
def test_an_entry_with_its_proof(has_it: bool, index: int) -> None:
    with Simulator() as sim:
        log = sim.add("a", mixed_log(40), LogProtocol.RFC6962)
        log.entry_and_proof = has_it
        leaf, path = ask(log, lambda s: s.entry_and_proof(index, 40))
    assert leaf == b"\0\0" + log.builder.entries[index].leaf
    verify_inclusion(index, 40, log.builder.hashes[index], path, log.builder.root())


@pytest.mark.parametrize("status", [400, 403, 404, 405])
def test_a_log_without_get_entry_and_proof_is_asked_for_it_once(status: int) -> None:
    async def twice(source: Rfc6962Source) -> None:
        await source.entry_and_proof(3, 40)
        await source.entry_and_proof(4, 40)

    with Simulator() as sim:
        log = sim.add("a", mixed_log(40), LogProtocol.RFC6962)
        log.fault("get-entry-and-proof", Answer(status))
        ask(log, twice)
        calls = [r.path.rpartition("/")[2] for r in log.requests]
    assert calls == ["get-entry-and-proof", *["get-entries", "get-proof-by-hash"] * 2]


def test_trouble_is_no_refusal() -> None:
    async def twice(source: Rfc6962Source) -> None:
        await source.entry_and_proof(3, 40)
        await source.entry_and_proof(4, 40)

    with Simulator() as sim:
        log = sim.add("a", mixed_log(40), LogProtocol.RFC6962)
        log.fault("get-entry-and-proof", sims.server_error(), times=2)
        ask(log, twice)
        assert {r.path for r in log.requests} == {"/a/ct/v1/get-entry-and-proof"}


def test_a_log_that_refuses_everything_is_asked_in_full_again() -> None:
    async def use(source: Rfc6962Source) -> None:
        with pytest.raises(SourceError):
            await source.entry_and_proof(3, 40)
        log.faults.clear()
        log.requests.clear()
        await source.entry_and_proof(3, 40)
        assert [r.path for r in log.requests] == ["/a/ct/v1/get-entry-and-proof"]

    with Simulator() as sim:
        log = sim.add("a", mixed_log(40), LogProtocol.RFC6962)
        log.fault("get-", Answer(403))
        ask(log, use)


def test_a_proof_of_the_same_leaf_elsewhere_is_bad() -> None:
    builder = mixed_log(4)
    twin = builder.entries[1]
    builder.add_raw(twin.leaf, twin.extra)
    with Simulator() as sim:
        log = sim.add("a", builder, LogProtocol.RFC6962)
        log.entry_and_proof = False
        with pytest.raises(BadAnswer, match="asked for entry 4, got a proof for 1"):
            ask(log, lambda s: s.entry_and_proof(4, 5))


# --- learning the batch size --------------------------------------------------------------------------------------


@given(st.integers(0, 8), st.booleans(), st.integers(0, 2000), st.sampled_from([32, 256, 1024]))
def test_the_batch_size_is_learnt_and_then_aligned(bits: int, align: bool, start: int, most: int) -> None:
    cap = 1 << bits
    size, at, requests = BatchSize(most), start, []
    for _ in range(12):
        asked = (at // size.size + 1) * size.size - at
        got = min(asked, cap)
        if align:
            got = min(got, (at // cap + 1) * cap - at)
        size.observe(asked, got)
        requests.append((at, asked, got))
        at += got
    assert size.size == min(cap, most), requests
    assert all(asked == got and (at + got) % size.size == 0 for at, asked, got in requests[4:]), requests


@given(st.integers(1, 1100), st.integers(0, 2000))
def test_any_cap_is_learnt(cap: int, start: int) -> None:
    size, at = BatchSize(1024), start
    for _ in range(20):
        asked = (at // size.size + 1) * size.size - at
        got = min(asked, cap)
        size.observe(asked, got)
        at += got
    assert size.size == min(cap, 1024)


def test_a_single_short_answer_teaches_nothing() -> None:
    size = BatchSize(256)
    size.observe(256, 1)
    assert size.size == 256


def test_hiccups_among_full_answers_teach_nothing() -> None:
    size = BatchSize(256)
    for got in (32, 32):
        size.observe(256, got)
    assert size.size == 32
    for _ in range(10):
        size.observe(32, 5)
        size.observe(32, 32)
    assert size.size == 32
    size.observe(32, 8)
    size.observe(24, 8)
    assert size.size == 8


def test_slowness_is_not_for_ever() -> None:
    size = BatchSize(256)
    size.observe(256, 8)
    size.observe(248, 8)
    assert size.size == 8
    for _ in range(64):
        size.observe(8, 8)
    assert size.size == 256
