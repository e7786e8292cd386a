"""Entries at which a log fails for ever: gaps of exactly these, everything else is read and proven, few requests."""

from __future__ import annotations

import asyncio
import random
import tempfile
import time
from collections.abc import Callable
from math import log2
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.attacking import ALL, BOTH, add_people, all_evidence, endings, tiles_of
from support.crossing import crossed
from support.exchange import Answer
from support.logs import WIDTH
from support.scanning import (
    PEOPLE,
    Heard,
    dump,
    gaps_in,
    last_run,
    look_up,
    no_sleep,
    ranges,
    request,
    said,
    scan,
    states,
    with_index,
)
from support.simulator import Change, SimulatedLog, Simulator, dropped, garbage, server_error, slow, too_many_requests

from ctscan.ct.coverage import verified_size
from ctscan.model import LogProtocol, Span
from ctscan.scan.run import ScanClock, ScanResult, run_scan

SIZE = 1000
BY_ENTRIES = [LogProtocol.RFC6962, LogProtocol.HYBRID]


def units(protocol: LogProtocol, bad: set[int], size: int = SIZE) -> list[Span]:
    """Find the gaps that failing entries leave: of single entries, or of whole tiles."""
    if protocol is not LogProtocol.STATIC_CT:
        spans = [(index, index + 1) for index in sorted(bad)]
    else:
        spans = [(tile * WIDTH, min(size, (tile + 1) * WIDTH)) for tile in sorted({i // WIDTH for i in bad})]
    joined: list[Span] = []
    for start, end in spans:
        if joined and joined[-1][1] == start:
            joined[-1] = joined[-1][0], end
        else:
            joined.append((start, end))
    return joined


def data_requests(log: SimulatedLog) -> int:
    return sum("/tile/data/" in r.target or "/get-entries" in r.target for r in log.requests)


def failing_spans(db: Path) -> list[Span]:
    """List the failing gaps, neighbours joined."""
    joined: list[Span] = []
    for start, end, reason in sorted(gaps_in(db, "people")):
        assert reason == "failing"
        if joined and joined[-1][1] == start:
            joined[-1] = joined[-1][0], end
        else:
            joined.append((start, end))
    return joined


# --- an entry ----------------------------------------------------------------------------------------------------

FAILURES: dict[str, Answer | Change] = {
    "500": server_error(500),
    "502": server_error(502),
    "503": server_error(503),
    "504": server_error(504),
    "429": too_many_requests(),
    "dropped": dropped(),
}


@pytest.mark.parametrize(("failure", "protocol"), crossed(FAILURES, ALL))
def test_an_entry_that_fails_for_ever_is_a_gap_and_the_rest_is_read(
    failure: str, protocol: LogProtocol, tmp_path: Path
) -> None:
    db = tmp_path / "db"
    with Simulator() as sim:
        log = add_people(sim, protocol)
        log.failing, log.failure = frozenset({300}), FAILURES[failure]
        tuning, gap = tiles_of(log), units(protocol, {300})
        first = scan(sim, db, give_up_after=0.0, tuning=tuning)
        assert (first.exit_code, endings(first)) == (4, {"people": "gaps"})
        assert failing_spans(db) == gap
        assert "failing (http" in said(first.logs[0]) and not look_up(db, PEOPLE[200]).complete
        log.requests.clear()
        assert scan(sim, db, give_up_after=0.0, tuning=tuning).exit_code == 4
        assert failing_spans(db) == gap and data_requests(log) <= 4
        log.failing = frozenset()
        assert scan(sim, db, give_up_after=0.0, tuning=tuning).exit_code == 0
        assert scan(sim, tmp_path / "calm", tuning=tuning).exit_code == 0
    assert gaps_in(db, "people") == [] and look_up(db, PEOPLE[200]).complete
    assert with_index(db, all_evidence) == with_index(tmp_path / "calm", all_evidence)


@pytest.mark.parametrize(
    ("status", "protocol"), crossed([404, 400, 403, 410], [LogProtocol.RFC6962, LogProtocol.HYBRID])
)
def test_an_entry_that_is_refused_is_a_gap_of_one(status: int, protocol: LogProtocol, tmp_path: Path) -> None:
    db = tmp_path / "db"
    with Simulator() as sim:
        log = add_people(sim, protocol)
        log.failing, log.failure = frozenset({300, 301, 999}), server_error(status)
        for reason in ("not read", "pruned" if status in (404, 410) else "refused"):
            assert scan(sim, db, tuning=tiles_of(log)).exit_code == 4
            assert gaps_in(db, "people") == [(300, 302, reason), (999, 1000, reason)]
    assert verified_size(states(db)["people"]) == SIZE - 3


def test_an_entry_that_is_no_answer_is_quarantined_alone(tmp_path: Path) -> None:
    with Simulator() as sim:
        log = add_people(sim, LogProtocol.RFC6962)
        log.failing, log.failure = frozenset({300}), garbage()
        assert scan(sim, tmp_path / "db", give_up_after=0.0).exit_code == 4
    assert gaps_in(tmp_path / "db", "people") == [(300, 301, "quarantined")]


@pytest.mark.parametrize("protocol", ALL)
def test_a_backfill_reads_on_behind_an_entry_that_fails(protocol: LogProtocol, tmp_path: Path) -> None:
    db = tmp_path / "db"
    with Simulator() as sim:
        log = add_people(sim, protocol, published=900)
        log.failing = frozenset({0, 300, 899})
        outcome = scan(sim, db, past=True, start=None, give_up_after=0.0, tuning=tiles_of(log))
        assert outcome.exit_code == 4 and failing_spans(db) == units(protocol, {0, 300, 899}, 900)
        log.failing = frozenset()
        assert scan(sim, db, past=True, start=None, tuning=tiles_of(log)).exit_code == 0
    assert verified_size(states(db)["people"]) == 900


@pytest.mark.parametrize("path", ["/tile/1/000.p/3$", "/tile/0/001$"])
def test_a_hash_tile_that_fails_is_a_gap_or_ends_the_pass_but_never_passes_for_read(path: str, tmp_path: Path) -> None:
    with Simulator() as sim:
        log = add_people(sim, LogProtocol.STATIC_CT)
        log.fault(path, server_error(500))
        outcome = scan(sim, tmp_path / "db", give_up_after=0.0)
    if outcome.exit_code == 0:  # the tile is not needed
        assert verified_size(states(tmp_path / "db")["people"]) == SIZE
    else:
        assert not look_up(tmp_path / "db", PEOPLE[200]).complete


# --- a log that is down ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("after", "protocol"), crossed([0, 1, 2, 3], ALL))
def test_a_log_that_goes_down_leaves_no_gap_and_is_not_stormed(
    after: int, protocol: LogProtocol, tmp_path: Path
) -> None:
    db = tmp_path / "db"
    with Simulator() as sim:
        log = add_people(sim, protocol)
        down = log.fault("/tile/data/|/get-entr", server_error(500), skip=after)
        outcome = scan(sim, db, give_up_after=0.0, tuning=tiles_of(log))
        assert endings(outcome) == {"people": "incomplete"}
        assert gaps_in(db, "people") == [] and down.hits <= 20
        log.faults.clear()
        assert scan(sim, db, tuning=tiles_of(log)).exit_code == 0
    assert look_up(db, PEOPLE[200]).complete


@pytest.mark.parametrize(("after", "protocol"), crossed([4, 2, 6, 9, 14], ALL))
def test_a_log_that_goes_down_in_a_search_loses_no_more_than_what_failed_before(
    after: int, protocol: LogProtocol, tmp_path: Path
) -> None:
    db = tmp_path / "db"
    with Simulator() as sim:
        log = add_people(sim, protocol)
        log.failing = frozenset({300})
        down = log.fault("/tile/data/|/get-entr", server_error(500), skip=after)
        outcome = scan(sim, db, give_up_after=0.0, tuning=tiles_of(log))
        assert endings(outcome) == {"people": "incomplete" if down.hits else "gaps"}
        lost = {index for start, end in failing_spans(db) for index in range(start, end)}
        assert lost <= {index for start, end in units(protocol, {300}) for index in range(start, end + 12)}
        log.faults.clear()
        log.failing = frozenset()
        assert scan(sim, db, tuning=tiles_of(log)).exit_code == 0
    assert look_up(db, PEOPLE[200]).complete


@pytest.mark.parametrize("protocol", ALL)
def test_an_outage_leaves_known_gaps_as_they_are(protocol: LogProtocol, tmp_path: Path) -> None:
    db = tmp_path / "db"
    with Simulator() as sim:
        log = add_people(sim, protocol, published=700)
        log.failing = frozenset({300})
        scan(sim, db, give_up_after=0.0, tuning=tiles_of(log))
        log.publish(1000)
        log.fault("/tile/data/|/get-entr", server_error(500))
        outcome = scan(sim, db, give_up_after=0.0, tuning=tiles_of(log))
        assert endings(outcome) == {"people": "incomplete"}
        assert failing_spans(db) == units(protocol, {300})
        log.faults.clear()
        assert scan(sim, db, give_up_after=0.0, tuning=tiles_of(log)).exit_code == 4
    assert failing_spans(db) == units(protocol, {300})


# --- time --------------------------------------------------------------------------------------------------------


def timed(sim: Simulator, db: Path, give_up: float, **changes: object) -> tuple[ScanResult, float]:
    """Scan with real waits, and measure the seconds."""
    asked = request(sim, db, give_up_after=give_up, **changes)
    began = time.monotonic()
    result = asyncio.run(run_scan(asked, Heard().emit, asyncio.Event(), ScanClock()))
    return result, time.monotonic() - began


@pytest.mark.parametrize(("failure", "protocol"), crossed([server_error(500), slow(60), dropped()], ALL))
def test_an_entry_that_fails_costs_twice_the_patience_at_most(
    failure: Answer | Change, protocol: LogProtocol, tmp_path: Path
) -> None:
    with Simulator() as sim:
        log = add_people(sim, protocol)
        log.max_batch = 256
        log.failing, log.failure = frozenset({700}), failure
        outcome, seconds = timed(sim, tmp_path / "db", 2.0, tuning=tiles_of(log))
        assert outcome.exit_code == 4 and seconds <= 4.0 + 0.8  # and the rest of the log
        assert failing_spans(tmp_path / "db") == units(protocol, {700})
        _, seconds = timed(sim, tmp_path / "db", 2.0, tuning=tiles_of(log))
    assert seconds <= 2.0


# --- any entries, any protocol -----------------------------------------------------------------------------------


def check_exact(protocol: LogProtocol, bad: set[int], most: int, limit: int | None, align: bool, db: Path) -> None:
    """Scan a log with failing entries twice, and check gaps, coverage, evidence and requests. A log with tiles keeps
    one of them: without any it is down."""
    if protocol is LogProtocol.STATIC_CT:
        bad = {index for index in bad if not 512 <= index < 768}
    with Simulator() as sim:
        log = add_people(sim, protocol)
        log.failing, log.max_batch, log.most_given, log.align = frozenset(bad), most, limit, align
        tuning = tiles_of(log)
        outcome = scan(sim, db, give_up_after=0.0, tuning=tuning)
        asked = data_requests(log)
        gaps = units(protocol, bad)
        assert outcome.exit_code == (4 if bad else 0)
        assert failing_spans(db) == gaps
        batch = min(most, limit or most, 256)
        one = 2 * log2(256) + 12 if protocol is not LogProtocol.STATIC_CT else 8
        shrinking = 0 if limit is None else 2 * log2(256) + 8
        assert asked <= 8 + 2 * SIZE / batch + one * (len(bad) + len(gaps)) + shrinking
        scan(sim, db, give_up_after=0.0, tuning=tuning)
        assert failing_spans(db) == gaps
    state = states(db)["people"]
    assert verified_size(state) == SIZE - sum(end - start for start, end in gaps) and state.pending == ()
    lost = {index for start, end in gaps for index in range(start, end)}
    assert with_index(db, all_evidence) == [(index, True) for index in sorted(PEOPLE) if index not in lost]
    assert look_up(db, PEOPLE[200]).complete is (not bad)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    protocol=st.sampled_from(ALL),
    bad=st.sets(st.integers(1, SIZE - 2), max_size=6),
    most=st.sampled_from([40, 100, 256, 1024]),
    limit=st.sampled_from([None, None, 1, 7, 32, 100]),
    align=st.booleans(),
)
def test_gaps_are_exactly_the_entries_that_fail(
    protocol: LogProtocol, bad: set[int], most: int, limit: int | None, align: bool, tmp_path: Path
) -> None:
    check_exact(protocol, bad, most, limit, align, Path(tempfile.mkdtemp(dir=tmp_path)) / "db")


@pytest.mark.long
@pytest.mark.parametrize("seed", range(150))
def test_gaps_are_exactly_the_entries_that_fail_at_length(seed: int, tmp_path: Path) -> None:
    story = random.Random(seed)
    count = story.choice([1, 3, 10, 40])
    bad = {story.randrange(1, SIZE - 1) for _ in range(count)}
    limit = story.choice([None, None, 1, 5, 33, 128])
    check_exact(ALL[seed % 3], bad, story.choice([16, 100, 256]), limit, story.random() < 0.5, tmp_path / "db")


@pytest.mark.parametrize(("row", "protocol"), crossed([(250, 270), (250, 262), (300, 760), (990, 1000)], ALL))
def test_a_row_of_entries_is_one_gap_and_costs_few_requests(row: Span, protocol: LogProtocol, tmp_path: Path) -> None:
    with Simulator() as sim:
        log = add_people(sim, protocol)
        log.failing = frozenset(range(*row))
        assert scan(sim, tmp_path / "db", give_up_after=0.0, tuning=tiles_of(log)).exit_code == 4
        assert data_requests(log) <= 80
    assert failing_spans(tmp_path / "db") == units(protocol, set(range(*row)))


# --- interruptions, several processes, following -----------------------------------------------------------------


@pytest.mark.parametrize(("steps", "protocol"), crossed([2, 1, 3, 4], ALL))
def test_a_pass_that_is_stopped_among_failing_entries_is_taken_up(
    steps: int, protocol: LogProtocol, tmp_path: Path
) -> None:
    db, bad = tmp_path / "db", {5, 600, 602, 900}
    with Simulator() as sim:
        log = add_people(sim, protocol)
        log.failing = frozenset(bad)

        async def broken_off() -> ScanResult:
            stop, heard, left = asyncio.Event(), Heard(), steps

            def step() -> None:
                nonlocal left
                left -= 1
                if left <= 0:
                    stop.set()

            heard.on_advance = step
            asked = request(sim, db, give_up_after=0.0, tuning=tiles_of(log))
            return await run_scan(asked, heard.emit, stop, ScanClock(sleep=no_sleep, commit_every=0.0))

        asyncio.run(broken_off())
        assert not look_up(db, PEOPLE[200]).complete
        assert scan(sim, db, give_up_after=0.0, tuning=tiles_of(log)).exit_code == 4
        assert failing_spans(db) == units(protocol, bad)
        log.failing = frozenset()
        assert scan(sim, db, tuning=tiles_of(log)).exit_code == 0
        scan(sim, tmp_path / "calm", tuning=tiles_of(log))
    assert with_index(db, all_evidence) == with_index(tmp_path / "calm", all_evidence)
    assert verified_size(states(db)["people"]) == SIZE


@pytest.mark.parametrize("protocol", [BOTH[0], pytest.param(BOTH[1], marks=pytest.mark.long)])
def test_processes_that_share_a_log_leave_the_same_gaps(protocol: LogProtocol, tmp_path: Path) -> None:
    from scan.test_sharing import SIZE as LARGE
    from scan.test_sharing import large_log

    bad = {100, 8192, 8300, 16_000}
    with Simulator() as sim:
        log = sim.add("people", large_log(LARGE, protocol), protocol)
        log.max_batch, log.failing = 1024, frozenset(bad)
        assert scan(sim, tmp_path / "one", give_up_after=0.0).exit_code == 4
        assert scan(sim, tmp_path / "two", jobs=2, give_up_after=0.0).exit_code == 4
    assert gaps(tmp_path / "one") == gaps(tmp_path / "two") == units(protocol, bad, LARGE)
    assert last_run(tmp_path / "two").entries == LARGE - sum(end - start for start, end in gaps(tmp_path / "two"))
    assert dump(tmp_path / "one") == dump(tmp_path / "two")


def gaps(db: Path) -> list[Span]:
    """List the failing gaps of the log that has another name in its list."""
    (state,) = states(db).values()
    return [gap.span for gap in state.gaps if gap.reason.value == "failing"]


async def short_sleep(seconds: float) -> None:
    """Wait for a hundredth of a second at most."""
    await asyncio.sleep(min(seconds, 0.01))


async def until(condition: Callable[[], bool]) -> None:
    """Wait until the condition holds."""
    for _ in range(1000):
        if condition():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("waited in vain")


@pytest.mark.parametrize("protocol", ALL)
def test_a_scan_that_follows_reads_new_entries_and_tries_failing_ones_again(
    protocol: LogProtocol, tmp_path: Path
) -> None:
    db = tmp_path / "db"
    with Simulator() as sim:
        log = add_people(sim, protocol, published=600)
        log.failing = frozenset({300})
        gap = units(protocol, {300})
        lost = sum(end - start for start, end in gap)
        left: list[list[Span]] = []

        async def follow() -> ScanResult:
            stop, heard = asyncio.Event(), Heard()
            asked = request(sim, db, follow=True, give_up_after=0.0, tuning=tiles_of(log))
            clock = ScanClock(sleep=short_sleep, poll=0.01, reload=0.02, partial_wait=0.0)
            task = asyncio.create_task(run_scan(asked, heard.emit, stop, clock))
            try:
                await until(lambda: heard.entries == 600 - lost and heard.done != [])
                left.append([gap.span for gap in heard.done[-1].gaps])
                log.publish(1000)
                await until(lambda: heard.entries == 1000 - lost)
                log.failing = frozenset()
                await until(lambda: heard.entries == 1000 and heard.done[-1].status.value == "done")
            finally:
                stop.set()
            return await task

        asyncio.run(follow())
    assert left == [gap] and gaps_in(db, "people") == []
    assert [r for r in ranges(db, "people") if r[0] < r[1]] == [(0, 1000, "everything")]
