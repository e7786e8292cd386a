"""A log that signs more entries than there can be: a scan ends, in little memory and with few requests."""

from __future__ import annotations

import hashlib
import re
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from support.attacking import endings
from support.exchange import Answer, Request
from support.logs import EPOCH, LogBuilder, cheap_certificate
from support.scanning import Heard, gaps_in, ranges, scan, states
from support.simulator import SimulatedLog, Simulator, server_error

from ctscan.ct.coverage import backlog
from ctscan.model import LogProtocol
from ctscan.model.spans import merge, subtract
from ctscan.scan.log.parts import MISSING_PARTS, PART, Parts
from ctscan.scan.run import ScanResult

LARGEST = (1 << 63) - 1
TALL = 40  # levels of a tree of 2^40 entries
MOST_BYTES = 64 << 20


class Endless:
    """Tree of 2^40 times the same entry: every hash tile is as easily made as the first."""

    def __init__(self) -> None:
        self.builder = LogBuilder("people", leaf_index=False)
        self.builder.add_certificate(cheap_certificate(1, "host.example.org"))
        self._heights = [self.builder.hashes[0]]
        for _ in range(TALL):
            self._heights.append(hashlib.sha256(b"\x01" + 2 * self._heights[-1]).digest())

    def serve(self, sim: Simulator) -> SimulatedLog:
        log = sim.add("people", self.builder)
        head = self.builder.checkpoint(1 << TALL, timestamp=EPOCH, root=self._heights[TALL])
        log.fault("/checkpoint$", Answer(200, head))
        log.fault("/tile/[0-9]/", self._tile)
        log.fault("/tile/data/", server_error(404))
        return log

    def _tile(self, request: Request, _honest: Answer) -> Answer:
        found = re.search(r"/tile/(\d)/[x0-9/]+(?:\.p/(\d+))?$", request.target)
        assert found
        return Answer(200, self._heights[8 * int(found[1])] * int(found[2] or 256))


def measured(sim: Simulator, db: Path, heard: Heard | None = None, **changes: object) -> ScanResult:
    """Scan, and assert that little memory was used at any time."""
    tracemalloc.start()
    try:
        outcome = scan(sim, db, heard, **changes)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < MOST_BYTES
    return outcome


STARTS = {"scan": {}, "backfill": {"past": True}, "date": {"start": "2026-01-02"}}


@pytest.mark.parametrize(
    ("changes", "protocol"),
    [
        pytest.param(
            changes, protocol, id=f"{name}-{protocol}",
            marks=[pytest.mark.long] if (name, protocol) == ("date", LogProtocol.RFC6962) else [],  # 2,000 requests
        )
        for name, changes in STARTS.items()
        for protocol in (LogProtocol.STATIC_CT, LogProtocol.RFC6962)
    ],
)  # fmt: skip
def test_a_log_that_signs_the_largest_head_and_has_nothing_fails_soon(
    protocol: LogProtocol, changes: dict[str, Any], tmp_path: Path
) -> None:
    builder = LogBuilder("people")
    builder.fill(1)
    with Simulator() as sim:
        log = sim.add("people", builder, protocol)
        made = builder.checkpoint if protocol is LogProtocol.STATIC_CT else builder.sth
        log.fault("/tile/|/get-", server_error(404))
        log.fault("/checkpoint$|/get-sth$", Answer(200, made(LARGEST, timestamp=EPOCH, root=bytes(32))))
        outcome = measured(sim, tmp_path / "db", **changes)
        assert (outcome.exit_code, endings(outcome)) == (1, {"people": "incomplete"})
        assert len(log.requests) < 5000  # a date is searched for by halving, in each half over unavailable entries
    state = states(tmp_path / "db")["people"]
    assert state.head is not None and state.head.size == LARGEST
    assert backlog(state) + sum(gap.end - gap.start for gap in state.gaps) == LARGEST


@pytest.mark.parametrize("is_past", [False, True])
def test_a_gap_of_a_million_million_entries_costs_few_requests(is_past: bool, tmp_path: Path) -> None:
    with Simulator() as sim:
        log = Endless().serve(sim)
        outcome = measured(sim, tmp_path / "db", past=is_past)
        assert (outcome.exit_code, endings(outcome)) == (4, {"people": "gaps"})
        assert len(log.requests) < 300
    found = gaps_in(tmp_path / "db", "people")
    assert (merge(gap[:2] for gap in found), {gap[2] for gap in found}) == ([(0, 1 << TALL)], {"not read"})
    assert len(found) == MISSING_PARTS + 1


@pytest.mark.parametrize("is_past", [False, True])
def test_the_next_entries_that_there_are_are_found_far_off(is_past: bool, tmp_path: Path) -> None:
    """Two tiles are left at the far end of 2^40 entries: the pass leaves a gap before them, and reads them."""
    endless, there = Endless(), (0, 512) if is_past else ((1 << TALL) - 512, 1 << TALL)
    numbers = (f"{at // 256:012}" for at in (there[0], there[0] + 256))
    tiles = {f"x{n[:3]}/x{n[3:6]}/x{n[6:9]}/{n[9:]}".replace("x000/", "") for n in numbers}
    entry = endless.builder.entries[0]

    def data(request: Request, _honest: Answer) -> Answer:
        is_there = request.target.partition("/tile/data/")[2] in tiles
        return Answer(200, (entry.leaf + entry.tail) * 256) if is_there else Answer(404, b"not found\n")

    with Simulator() as sim:
        log = endless.serve(sim)
        log.fault("/tile/data/", data)
        outcome = measured(sim, tmp_path / "db", past=is_past)
        assert outcome.exit_code == 4
        assert len(log.requests) < 400
    assert there in {found[:2] for found in ranges(tmp_path / "db", "people")}
    assert merge(gap[:2] for gap in gaps_in(tmp_path / "db", "people")) == subtract((0, 1 << TALL), [there])


def test_parts_are_made_one_by_one_at_either_end() -> None:
    tracemalloc.start()
    first = Parts([(5, LARGEST)], marks=[70_000], readers=3)
    last = Parts([(5, LARGEST)], readers=3, newest_first=True)
    assert [next(first) for _ in range(3)] == [(5, PART), (PART, 70_000), (70_000, 2 * PART)]
    assert [next(last) for _ in range(2)] == [
        (LARGEST - PART + 1, LARGEST),
        (LARGEST - 2 * PART + 1, LARGEST - PART + 1),
    ]
    first.skip((2 * PART, LARGEST - 10))
    last.skip((20, LARGEST - 2 * PART + 1))
    assert list(first) == [(LARGEST - 10, LARGEST)] and list(last) == [(5, 20)]
    assert tracemalloc.get_traced_memory()[1] < 1 << 20
    tracemalloc.stop()
