"""Logs that fail at many entries at a time: fewer are asked for, remembered, and slowly more again."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from support.attacking import add_people
from support.crossing import crossed
from support.exchange import Answer
from support.scanning import Heard, dump, look_up, no_sleep, request, scan, states
from support.simulator import Change, SimulatedLog, Simulator, dropped, server_error, shortened, truncated

from ctscan.ct.coverage import verified_size
from ctscan.model import LogProtocol
from ctscan.scan.run import ScanClock, ScanResult, run_scan
from ctscan.sources.logs.batch_size import BatchSize

FAILURES: dict[str, Answer | Change] = {
    "400": server_error(400),
    "413": server_error(413),
    "504": server_error(504),
    "500": server_error(500),
    "cut off": truncated(200),
    "cut off in JSON": shortened(200),
    "dropped": dropped(),
}


def asked(log: SimulatedLog) -> list[int]:
    """List the numbers of entries asked for."""
    spans = [(r.number("start"), r.number("end") + 1) for r in log.requests if "/get-entries" in r.target]
    return [end - start for start, end in spans]


CASES = crossed(FAILURES, [LogProtocol.RFC6962], (7, 100))


@pytest.mark.parametrize(
    ("failure", "protocol", "most"), [*CASES, ("504", LogProtocol.HYBRID, 20), ("413", LogProtocol.RFC6962, 1)]
)
def test_a_log_that_fails_at_many_entries_is_read_whole_in_smaller_batches(
    failure: str, protocol: LogProtocol, most: int, tmp_path: Path
) -> None:
    db = tmp_path / "db"
    with Simulator() as sim:
        log = add_people(sim, protocol)  # without its tiles, as its list doesn't know any
        log.max_batch, log.most_given, log.too_many = 1024, most, FAILURES[failure]
        assert scan(sim, db, give_up_after=0.0).exit_code == 0
        known = states(db)["people"].batch
        assert known is not None and most / 2 < known <= most
        assert len(asked(log)) <= 1000 / known + 4 + 2 * 8 + 1000 / known / 16
        scan(sim, tmp_path / "calm", give_up_after=0.0)
    assert verified_size(states(db)["people"]) == 1000 and states(db)["people"].gaps == ()
    assert look_up(db, "jane.roe@example.org").complete
    assert dump(db) == dump(tmp_path / "calm")


def test_the_next_scan_begins_with_what_the_log_gave(tmp_path: Path) -> None:
    db = tmp_path / "db"
    with Simulator() as sim:
        log = add_people(sim, LogProtocol.RFC6962, published=500)
        log.max_batch, log.most_given = 1024, 70
        assert scan(sim, db, give_up_after=0.0).exit_code == 0
        assert states(db)["people"].batch == 64
        log.requests.clear()
        log.publish(1000)
        assert scan(sim, db, give_up_after=0.0).exit_code == 0
        assert max(asked(log)) <= 64 and len(asked(log)) <= 10


def test_a_scan_that_is_stopped_remembers_what_the_log_gave(tmp_path: Path) -> None:
    db = tmp_path / "db"
    with Simulator() as sim:
        log = add_people(sim, LogProtocol.RFC6962)
        log.max_batch, log.most_given = 1024, 10

        async def broken_off() -> ScanResult:
            stop, heard = asyncio.Event(), Heard()
            heard.on_advance = lambda: stop.set() if heard.entries > 50 else None
            clock = ScanClock(sleep=no_sleep, commit_every=0.0)
            return await run_scan(request(sim, db, give_up_after=0.0), heard.emit, stop, clock)

        asyncio.run(broken_off())
        assert states(db)["people"].batch == 8
        log.requests.clear()
        assert scan(sim, db, give_up_after=0.0).exit_code == 0
    assert max(asked(log)) <= 16 and verified_size(states(db)["people"]) == 1000


def test_batches_grow_back_when_the_log_gives_more_again(tmp_path: Path) -> None:
    db = tmp_path / "db"
    with Simulator() as sim:
        log = add_people(sim, LogProtocol.RFC6962, published=200)
        log.max_batch, log.most_given = 1024, 3
        assert scan(sim, db, give_up_after=0.0).exit_code == 0
        known = states(db)["people"].batch
        assert known in (2, 3)
        log.most_given = None
        log.requests.clear()
        log.publish(1000)
        assert scan(sim, db, give_up_after=0.0).exit_code == 0
        assert states(db)["people"].batch in (2 * known, 4 * known)
    assert asked(log).count(known) >= 60


def test_a_trial_that_fails_costs_one_request_and_comes_ever_more_seldom(tmp_path: Path) -> None:
    db = tmp_path / "db"
    with Simulator() as sim:
        log = add_people(sim, LogProtocol.RFC6962)
        log.max_batch, log.most_given = 1024, 1
        assert scan(sim, db, give_up_after=0.0).exit_code == 0
    tried = [n for n in asked(log)[40:] if n > 1]
    assert tried and set(tried) == {2} and len(tried) <= 4 * 5  # up to four at once: after 64, 128, 256 and 512 answers


# --- the number of entries ---------------------------------------------------------------------------------------


def test_the_size_halves_and_doubles() -> None:
    size = BatchSize(256)
    size.shrink(128)
    size.shrink(32)
    size.shrink(200)  # no more than known
    assert (size.size, size.known) == (32, 32)
    for _ in range(64):
        size.observe(32, 32)
    assert (size.size, size.known) == (64, 32)
    size.observe(64, 64)
    assert (size.size, size.known) == (64, 64)
    for _ in range(64):
        size.observe(64, 64)
    size.shrink(64)  # the trial failed: the next comes later
    assert (size.size, size.known) == (64, 64)
    for _ in range(127):
        size.observe(64, 64)
    assert size.size == 64
    size.observe(64, 64)
    assert size.size == 128
    size.observe(128, 128)
    for _ in range(128):
        size.observe(128, 128)
    assert (size.size, size.known) == (256, 128)
    size.observe(256, 256)
    assert (size.size, size.known) == (256, None)


@pytest.mark.parametrize("entries", [0, -5, 256, 1000])
def test_a_size_never_leaves_its_bounds(entries: int) -> None:
    size = BatchSize(256)
    size.shrink(entries)
    assert 1 <= size.size <= 256


def test_a_short_answer_teaches_nothing_of_what_the_log_fails_at() -> None:
    size = BatchSize(256)
    size.shrink(64)
    size.observe(64, 10)
    size.observe(54, 54)
    assert (size.size, size.known) == (64, 64)
