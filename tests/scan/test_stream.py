"""The verified stream: for any answers of a log, each entry comes once and proven entries are in the tree."""

from __future__ import annotations

import asyncio
from contextlib import aclosing, suppress
from functools import cache
from typing import Literal, Self

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.crossing import crossed
from support.logs import LogBuilder

from ctscan.ct.merkle import batch_hashes
from ctscan.ct.wire import cut_get_entries, cut_tile
from ctscan.errors import BadAnswer, Missing, Refused, SourceError, Unproven, WrongCount
from ctscan.http.rate_limit import ConcurrencyWindow
from ctscan.model import Batch, Gap, GapDetail, GapReason, Log, LogProtocol, Span, TreeHead
from ctscan.model.compact_range import EMPTY
from ctscan.scan.log.verifier import ProofVerifier, TileVerifier, Verifier
from ctscan.scan.stream import Known, Proven, Provisional, Quarantined, Retracted, StreamEvent, verified

SIZE = 1000
STEP = 100  # entries in an answer to get-entries
PROTOCOLS = [LogProtocol.STATIC_CT, LogProtocol.RFC6962]


@cache
def builders(protocol: LogProtocol) -> tuple[LogBuilder, LogBuilder]:
    """Build a log and a fork that shares no entry with it."""
    made = LogBuilder("log", leaf_index=protocol is LogProtocol.STATIC_CT)
    made.fill(SIZE)
    other = made.fork(0, SIZE)
    return made, other


class Source:
    """Log in memory.

    `faults` maps the first entry of an answer to its faults, one per request: an error to raise, "garbled", or None for
    a good answer.
    """

    def __init__(self, protocol: LogProtocol, faults: dict[int, list[Exception | str]] | None = None) -> None:
        self.builder, self.other = builders(protocol)
        self.log: Log = self.builder.log("http://127.0.0.1/", protocol)
        self.window = ConcurrencyWindow(4)
        self.proofs: Literal["hash tiles", "on request"]
        self.is_tiled = protocol is LogProtocol.STATIC_CT
        self.faults = faults or {}
        self.avoided: list[int] = []

    batch_limit: int | None = None

    def impatient(self) -> Self:
        return self

    def limit_batch(self, entries: int) -> None:
        """Do nothing: the batches of this source don't shrink."""

    def next_range(self, start: int, end: int) -> Span:
        width = 256 if self.is_tiled else STEP
        return start, min(end, (start // width + 1) * width)

    async def entries(self, start: int, end: int, size: int) -> Batch:
        await asyncio.sleep(0)
        first = self.next_range(start, size)[0] // (256 if self.is_tiled else STEP) * (256 if self.is_tiled else STEP)
        faults = self.faults.get(first, [])
        fault = faults[0] if len(faults) == 1 else faults.pop(0) if faults else None
        if isinstance(fault, Exception):
            raise fault
        builder = self.other if fault == "garbled" else self.builder
        if self.is_tiled:
            index = start // 256
            width = min(256, size - index * 256)
            return cut_tile(builder.data_tile(index, width), self.log.id, index * 256, width)
        end = min(end, self.next_range(start, size)[1])
        return cut_get_entries(builder.get_entries(start, end), self.log.id, start, end - start)

    async def hash_tile(self, level: int, index: int, width: int) -> bytes:
        return self.builder.hash_tile(level, index, width)

    async def entry_and_proof(self, index: int, size: int) -> tuple[bytes, tuple[bytes, ...]]:
        batch = cut_get_entries(self.builder.get_entries(index, index + 1), self.log.id, index, 1)
        start, end = batch.leaves[0]
        return b"\0\0" + batch.data[start:end], tuple(self.builder.inclusion_path(index, size))

    async def consistency(self, first: int, second: int) -> tuple[bytes, ...]:
        return tuple(self.builder.consistency_path(first, second))

    def avoid_tile(self, start: int) -> None:
        self.avoided.append(start)

    async def head(self) -> TreeHead:
        raise NotImplementedError

    async def issuer(self, fingerprint: bytes) -> bytes:
        raise NotImplementedError

    async def aclose(self) -> None:
        """Do nothing: this source holds no resources."""


async def no_sleep(seconds: float) -> None:
    await asyncio.sleep(0)


def head_of(builder: LogBuilder) -> TreeHead:
    return TreeHead(builder.id, SIZE, builder.root(), 1, b"signed", b"raw")


def verifier_of(source: Source) -> Verifier:
    kind = TileVerifier if source.is_tiled else ProofVerifier
    return kind(source, head_of(source.builder), no_sleep)  # type: ignore[arg-type]


def read(
    source: Source, span: Span, known: Known | None = None, *, seen: list[StreamEvent] | None = None
) -> list[StreamEvent]:
    """Read all events, into `seen`; check each event against the tree while the stream waits."""

    async def run() -> list[StreamEvent]:
        events = [] if seen is None else seen
        made = verified(source, verifier_of(source), span, known or Known(), sleep=no_sleep)
        async with aclosing(made) as stream:
            async for event in stream:
                if isinstance(event, Proven):
                    check_proven(source.builder, event)
                events.append(event)
        return events

    return asyncio.run(run())


def check_proven(builder: LogBuilder, event: Proven) -> None:
    end = event.upto.size
    assert event.upto == EMPTY.append(builder.hashes[:end])
    found = [leaf for batch in event.batches for leaf in batch_hashes(batch)]
    assert not event.batches or found == builder.hashes[event.start : end]
    indexes = [event.start, end - 1]
    assert event.tree.paths(indexes) == [tuple(builder.inclusion_path(i, SIZE)) for i in indexes]


def pieces(events: list[StreamEvent]) -> list[tuple[str, int, int]]:
    """List the outcome of each range in order, without provisional ranges."""
    found = []
    for event in events:
        match event:
            case Proven():
                found.append(("proven", event.start, event.upto.size))
            case Gap():
                found.append((event.reason.value, event.start, event.end))
            case Quarantined(gap):
                found.append((gap.reason.value, gap.start, gap.end))
    return found


def check_order(events: list[StreamEvent], span: Span) -> None:
    """Check that every entry comes once and in order, and that provisional entries are proven or retracted."""
    at = held = span[0]
    for event in events:
        match event:
            case Provisional():
                assert event.after.size == at and event.batch.start == held
                held += len(event.hashes) // 32
            case Retracted(start):
                assert start == at < held
                held = at
            case Proven():
                assert event.start == at and (event.batches or event.upto.size == held)
                at = held = event.upto.size
            case Gap() | Quarantined():
                gap = event if isinstance(event, Gap) else event.gap
                assert gap.start == at == held
                at = held = gap.end
    assert at == held == span[1]


@pytest.mark.parametrize(
    ("protocol", "span"), crossed(PROTOCOLS, [(0, SIZE), (300, 900), (1, 2), (999, SIZE), (255, 257)])
)
def test_an_honest_log_is_proven_whole(protocol: LogProtocol, span: Span) -> None:
    events = read(Source(protocol), span)
    check_order(events, span)
    assert {piece[0] for piece in pieces(events)} == {"proven"}
    assert any(isinstance(event, Provisional) for event in events) is (protocol is LogProtocol.RFC6962)


FAULTS = {
    "missing": lambda: [Missing("gone")],
    "refused": lambda: [Refused("no")],
    "garbled": lambda: ["garbled"],
    "garbled once": lambda: ["garbled", None],
    "garbled twice": lambda: ["garbled", "garbled", None],
    "bad": lambda: [BadAnswer("<html>")],
    "fails once": lambda: [SourceError("500"), None],
    "garbled, then fails": lambda: ["garbled", SourceError("500"), None],
}


@pytest.mark.parametrize("protocol", PROTOCOLS)
@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_whatever_a_log_answers_every_entry_comes_once(protocol: LogProtocol, data: st.DataObject) -> None:
    width = 256 if protocol is LogProtocol.STATIC_CT else STEP
    chosen = data.draw(st.dictionaries(st.sampled_from(range(0, SIZE, width)), st.sampled_from(sorted(FAULTS))))
    start = data.draw(st.integers(0, SIZE - 1))
    span = start, data.draw(st.integers(start + 1, SIZE))
    source = Source(protocol, {first: FAULTS[kind]() for first, kind in chosen.items()})  # type: ignore[misc]
    events: list[StreamEvent] = []
    with suppress(SourceError):  # two garbled answers in a row end the stream
        events = read(source, span)
        check_order(events, span)
    for kind, begin, end in pieces(events):
        lasting = {chosen.get(index // width * width) for index in range(begin, end)}
        assert kind != "proven" or not lasting & {"missing", "refused", "garbled", "bad"}
        assert kind != "quarantined" or lasting <= {"garbled", "bad"}


def test_a_contradiction_retracts_all_and_costs_its_answer_only() -> None:
    events = read(Source(LogProtocol.RFC6962, {300: ["garbled"]}), (0, SIZE))
    assert [event.start for event in events if isinstance(event, Retracted)] == [0]
    assert ("quarantined", 300, 400) in pieces(events)
    assert sum(end - start for kind, start, end in pieces(events) if kind == "proven") == SIZE - 100
    (held,) = [event for event in events if isinstance(event, Quarantined)]
    assert held.raw == builders(LogProtocol.RFC6962)[1].get_entries(300, 400)


def test_entries_that_are_searched_for_behind_a_contradiction_are_proven_alone() -> None:
    """Provisional entries there would be given up together with proven ones behind them, and their certificates lost
    from a range that counts as read."""
    faults = {0: ["garbled", SourceError("500"), None], 100: ["garbled"]}
    events = read(Source(LogProtocol.RFC6962, faults), (0, SIZE))
    check_order(events, (0, SIZE))
    assert [piece for piece in pieces(events) if piece[0] != "proven"] == [("quarantined", 100, 200)]


def test_pending_entries_are_proven_first_and_not_asked_for_again() -> None:
    source = Source(LogProtocol.RFC6962, {0: [SourceError("asked for again")]})
    hashes = b"".join(source.builder.hashes[:100])
    events = read(source, (0, 300), Known(EMPTY, hashes))
    assert pieces(events)[0] == ("proven", 0, 100)
    assert [event.batch.start for event in events if isinstance(event, Provisional)] == [100, 200]
    assert pieces(events)[-1][2] == 300


def test_pending_entries_that_contradict_the_tree_are_read_again() -> None:
    source = Source(LogProtocol.RFC6962)
    hashes = b"".join(source.other.hashes[:250])
    events = read(source, (0, 300), Known(EMPTY, hashes))
    assert events[0] == Retracted(0)
    assert [piece for piece in pieces(events) if piece[0] != "proven"] == []
    assert pieces(events)[-1][2] == 300


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_what_was_missing_before_is_pruned_and_what_was_quarantined_is_asked_for_once_more(
    protocol: LogProtocol,
) -> None:
    first = 256 if protocol is LogProtocol.STATIC_CT else 300
    end = 512 if protocol is LogProtocol.STATIC_CT else 400
    known = Known(gaps=(Gap(first, end, GapReason.NOT_READ, GapDetail.UNAVAILABLE(detail="gone"), tries=1),))
    events = read(Source(protocol, {first: [Missing("gone")]}), (0, SIZE), known)
    assert ("pruned", first, end) in pieces(events)
    known = Known(gaps=(Gap(first, end, GapReason.QUARANTINED, GapDetail.QUARANTINED(detail="garbled"), tries=1),))
    tries = 2 if protocol is LogProtocol.STATIC_CT else 3  # the first attempt precedes the retraction
    source = Source(protocol, {first: [*["garbled"] * tries, None]})
    assert ("quarantined", first, end) in pieces(read(source, (0, SIZE), known))


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_log_that_is_away_ends_the_stream_after_what_was_proven(protocol: LogProtocol) -> None:
    class Leaving(Source):
        left = 3  # requests until it is away

        async def entries(self, start: int, end: int, size: int) -> Batch:
            self.left -= 1
            if self.left < 0:
                raise SourceError("away")
            return await super().entries(start, end, size)

    seen: list[StreamEvent] = []
    with pytest.raises(SourceError, match="away"):
        read(Leaving(protocol), (0, SIZE), seen=seen)
    assert not any(isinstance(event, Gap | Quarantined) for event in seen)


def test_a_log_that_keeps_miscounting_is_in_doubt() -> None:
    with pytest.raises(Unproven):
        read(Source(LogProtocol.RFC6962, {300: [WrongCount("no entries")]}), (0, SIZE))
