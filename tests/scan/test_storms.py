"""Random faults over several passes: every statement of the index is true, and after the storm no entry is missing.

Each seed is a story: a protocol, a log, and passes with scripted faults, stops, growth, stale and forked heads.
"""

from __future__ import annotations

import asyncio
import random
from functools import cache
from pathlib import Path

import pytest
from support.attacking import ALL, BOTH, all_evidence, endings, tiles_of
from support.exchange import Answer, Request
from support.logs import LogBuilder
from support.scanning import PEOPLE, Heard, look_up, no_sleep, people_log, request, said, scan, states, with_index
from support.simulator import (
    Change,
    SimulatedLog,
    Simulator,
    body_changed,
    dropped,
    entries_changed,
    garbage,
    server_error,
    shortened,
    truncated,
)

from ctscan.ct.coverage import verified_size
from ctscan.model import LogProtocol, LogState
from ctscan.scan.run import ScanClock, ScanResult, run_scan

SIZE = 1000
WHERE = [
    "/tile/data/", "/tile/data/00[13]", "/tile/data/.*p/", "/tile/0/", "/tile/1/", "/get-entries",
    "/get-entries.start=[1-4]", "/get-entry-and-proof", "leaf_index=.*[0-4]&", "/get-proof-by-hash",
    "/get-sth-consistency", "/checkpoint$|/get-sth$",
]  # fmt: skip


@cache
def people(leaf_index: bool) -> LogBuilder:
    return people_log(size=SIZE, leaf_index=leaf_index)


def trouble(story: random.Random) -> Answer | Change:
    """Draw a wrong answer."""

    def flip(body: bytes) -> bytes:
        spoiled = bytearray(body or b"?")
        spoiled[story.randrange(len(spoiled))] ^= 1 << story.randrange(8)
        return bytes(spoiled)

    statuses = [server_error(status) for status in (403, 404, 410, 500)]
    bodies = [garbage(), garbage("application/json"), Answer(200), truncated(10), dropped(), shortened(99)]
    counts = [only_entries(entries_changed(change)) for change in (lambda e: [], lambda e: e + e, lambda e: e[:1])]
    return story.choice([*statuses, *bodies, *counts, body_changed(flip), body_changed(flip), body_changed(flip)])


def only_entries(change: Change) -> Change:
    def changed(asked: Request, honest: Answer) -> Answer:
        return change(asked, honest) if "/get-entries" in asked.target and honest.status == 200 else honest

    return changed


def brew(log: SimulatedLog, story: random.Random, known: LogState | None) -> None:
    """Script the faults and the growth of a pass."""
    true = people(log.protocol is LogProtocol.STATIC_CT)
    log.faults.clear()
    if log.builder is not true:
        log.rewrite(true)
    log.publish(story.randint(min(log.size, SIZE), SIZE))
    for _ in range(story.randint(0, 3)):
        log.fault(story.choice(WHERE), trouble(story), story.choice([None, 1, 2, 5]), story.choice([0, 0, 1, 3]))
    log.missing_tiles = {story.randrange(4)} if story.random() < 0.3 else set()
    log.spoil_signature = story.random() < 0.1
    if story.random() < 0.2:
        old = story.randint(0, log.size)
        head = true.checkpoint(old) if log.protocol is LogProtocol.STATIC_CT else true.sth(old)
        log.fault("/checkpoint$|/get-sth$", Answer(200, head))
    if story.random() < 0.1 and known and known.head and known.head.size:
        kept = story.randrange(known.head.size)
        log.rewrite(true.fork(kept, SIZE + 1 - kept), size=log.size)


def one_pass(sim: Simulator, db: Path, log: SimulatedLog, story: random.Random) -> ScanResult:
    heard, patience = Heard(), story.choice([None, None, 1, 3])
    every = story.choice([0.0, 0.5])

    async def run() -> ScanResult:
        stop, steps = asyncio.Event(), 0

        def step() -> None:
            nonlocal steps
            steps += 1
            if steps == patience:
                stop.set()

        heard.on_advance = step
        start, scope = (
            story.choice(["start", None, "100", "2026-01-02"]),
            story.choice(["everything", "domain:example.org"]),
        )
        asked = request(sim, db, start=start, scope=scope, give_up_after=0.0, tuning=tiles_of(log))
        return await asyncio.wait_for(
            run_scan(asked, heard.emit, stop, ScanClock(sleep=no_sleep, commit_every=every)), 60
        )

    return asyncio.run(run())


def check_what_is_said(db: Path, outcome: ScanResult, builder: LogBuilder) -> None:
    """Check that verified entries are proven and searched, that complete logs are whole, and done logs settled."""
    state = states(db)["people"]
    assert "unexpected" not in said(outcome.logs[0])
    if state.head is None:
        return
    assert state.head.root == builder.root(state.head.size)
    proven = {index for index, is_proven in with_index(db, all_evidence) if is_proven}
    assert proven <= PEOPLE.keys()
    for part in state.verified:
        assert part.end <= state.head.size
        in_scope = {i for i, a in PEOPLE.items() if part.scope == "everything" or a.endswith("@example.org")}
        assert in_scope & set(range(part.start, part.end)) <= proven
    assert not look_up(db, "jane.roe@example.org").complete or verified_size(state) == state.head.size
    assert endings(outcome) != {"people": "done"} or not state.pending


LONG = [pytest.param(seed, marks=pytest.mark.long) for seed in range(len(ALL), 9)]


@pytest.mark.parametrize("seed", [*range(len(ALL)), *LONG])
def test_after_the_storm_nothing_is_missing_and_nothing_was_said_that_is_not_so(seed: int, tmp_path: Path) -> None:
    story, db = random.Random(seed), tmp_path / "db"
    protocol = ALL[seed % len(ALL)]
    with Simulator() as sim:
        builder = people(protocol in BOTH[:1])
        log = sim.add("people", builder, protocol, story.randint(0, SIZE))
        log.max_batch, log.align = story.choice([50, 100, 256]), story.random() < 0.5
        log.entry_and_proof = story.random() < 0.7
        for _ in range(3):
            brew(log, story, states(db).get("people") if db.exists() else None)
            check_what_is_said(db, one_pass(sim, db, log, story), builder)
        log.faults.clear()
        log.missing_tiles, log.spoil_signature = set(), False
        log.rewrite(builder, SIZE)
        assert scan(sim, db, tuning=tiles_of(log)).exit_code == 0
        scan(sim, tmp_path / "calm", tuning=tiles_of(log))
    state = states(db)["people"]
    assert (verified_size(state), state.gaps, state.pending) == (SIZE, (), ())
    assert with_index(db, all_evidence) == [(i, True) for i in sorted(PEOPLE)]
    counts, calm = (
        with_index(db, lambda index: index.counts()),
        with_index(tmp_path / "calm", lambda index: index.counts()),
    )
    assert {**counts, "quarantined": 0} == calm
