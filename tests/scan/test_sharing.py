"""Several processes on a log, and a backfill beside a scan: no entry is read twice, none is left out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from support.attacking import ALL, BOTH, add_people, all_evidence, endings, tiles_of
from support.kept import LOG, a_head, save_head, started
from support.logs import LogBuilder
from support.scanning import (
    PEOPLE,
    Heard,
    dump,
    host_certificate,
    last_run,
    look_up,
    no_sleep,
    people_log,
    person_certificate,
    ranges,
    request,
    said,
    scan,
    states,
    with_index,
)
from support.simulator import SimulatedLog, Simulator, server_error, slow

from ctscan.ct.api import parse_sth
from ctscan.ct.extra_data import extra_of
from ctscan.ct.note import parse_checkpoint
from ctscan.ct.wire import entry_of
from ctscan.errors import SourceError
from ctscan.index.open import open_index
from ctscan.index.protocols import Index, Lease
from ctscan.model import LogProtocol, ScanStep, Span
from ctscan.personal.batch import BatchAnalyser
from ctscan.personal.scope import parse_scope
from ctscan.scan.events import HeadAccepted
from ctscan.scan.log.parts import PART, SMALL, Parts, PartsReader
from ctscan.scan.log.session import LogSession
from ctscan.scan.run import ScanClock, ScanResult, run_scan
from ctscan.scan.stream import Known
from ctscan.sources import LogSource

SIZE = 2 * SMALL + 100


def large_log(size: int, protocol: LogProtocol) -> LogBuilder:
    """Build a log of hosts with an invented person at both ends of every small part."""
    return _large_log(size, protocol).copy()


@cache
def _large_log(size: int, protocol: LogProtocol) -> LogBuilder:
    hosts = [host_certificate(number) for number in range(8)]
    builder = LogBuilder("large", leaf_index=protocol is LogProtocol.STATIC_CT)
    for index in range(size):
        if index % SMALL in (0, SMALL - 1):
            builder.add_certificate(person_certificate(f"person{index}@example.org", index))
        else:
            builder.add_certificate(hosts[index % len(hosts)])
    return builder


@pytest.mark.parametrize("protocol", BOTH)
def test_two_processes_read_one_log_and_find_the_same(protocol: LogProtocol, tmp_path: Path) -> None:
    with Simulator() as sim:
        log = sim.add("large", large_log(SIZE, protocol), protocol)
        log.max_batch = 1024
        assert scan(sim, tmp_path / "one").exit_code == 0
        log.requests.clear()
        log.fault("/tile/data/|/get-entries", slow(0.2))
        heard = Heard()
        outcome = scan(sim, tmp_path / "two", heard, jobs=2)
        asked = [r.path for r in log.requests]
    assert endings(outcome) == {"large": "done"} and [o.status.value for o in heard.done] == ["done"]
    assert heard.entries == last_run(tmp_path / "two").entries == SIZE
    assert sum(path.endswith(("/checkpoint", "/get-sth")) for path in asked) == 2  # each process asks
    tiles = [path for path in asked if "/tile/data/" in path]
    assert len(tiles) == len(set(tiles)) and (not tiles or tiles != sorted(tiles))  # both read, none twice
    assert ranges(tmp_path / "two", "large") == [(0, SIZE, "everything")]
    assert dump(tmp_path / "one") == dump(tmp_path / "two")


@pytest.mark.parametrize("protocol", BOTH)
def test_heads_that_two_processes_saved_side_by_side_are_compared(protocol: LogProtocol, tmp_path: Path) -> None:
    """A scan compares its head with the head that another process saved meanwhile.

    Here the log signed a fork for the other process. The scan doesn't accept its head while the log gives no proof.
    """
    fork = people_log(leaf_index=protocol is LogProtocol.STATIC_CT).fork(600, 300)
    sign = fork.checkpoint if protocol is LogProtocol.STATIC_CT else fork.sth

    async def save_other(log: SimulatedLog) -> None:
        async with await open_index(tmp_path / "db", create=False) as index:
            state = await index.log_state(log.log().id)
            assert state is not None and state.head is not None
            raw, log_id = sign(900, timestamp=state.head.timestamp + 1), state.head.log_id
            head = parse_checkpoint(raw, log_id) if protocol is LogProtocol.STATIC_CT else parse_sth(raw, log_id)
            await save_head(index, head, ScanClock().now())

    class Meddling(Heard):
        log: SimulatedLog

        def on_head(self, event: HeadAccepted) -> None:
            with ThreadPoolExecutor(1) as pool:
                pool.submit(asyncio.run, save_other(self.log)).result()
            self.log.fault("/tile/|get-sth-consistency|get-entr|get-proof", server_error(404))

    with Simulator() as sim:
        log = add_people(sim, protocol, published=600)
        assert scan(sim, tmp_path / "db").exit_code == 0
        log.publish(1000)
        heard = Meddling()
        heard.log = log
        first = scan(sim, tmp_path / "db", heard)
        log.faults.clear()
        second = scan(sim, tmp_path / "db")
    assert endings(first) == {"people": "incomplete"} and endings(second) == {"people": "misbehaviour"}
    assert "doesn't extend the tree of size 900" in second.logs[0].message
    assert with_index(tmp_path / "db", lambda index: index.log_states())[0].head.size == 900  # type: ignore[union-attr]


def test_a_part_is_let_go_only_when_what_was_read_of_it_is_written(tmp_path: Path) -> None:
    """The reader commits every entry of a part before it releases the lease, however the reading ends.

    Otherwise another process could take the part, and the ledger would reject the late commit.
    """
    order: list[str] = []

    async def run() -> None:
        async with await open_index(tmp_path / "db", create=True) as index:
            run_id = await started(index)

            class Slow:
                """Index with a slow disk."""

                def __getattr__(self, name: str) -> Any:
                    return getattr(index, name)

                async def commit(self, run_id: int, step: ScanStep, lease: Lease) -> None:
                    await asyncio.sleep(0.05)
                    order.append("written")

                @asynccontextmanager
                async def lease(self, *part: Any, **_holder: Any) -> AsyncIterator[Lease]:
                    try:
                        yield Lease(*part)
                    finally:
                        order.append("let go")

            async def fail(span: Span, known: Known) -> bool:
                await session.commit(ScanStep(LOG.id, ScanClock().now()), 0)
                raise SourceError("the log is gone")

            scope = parse_scope([], everything=True)
            session = LogSession(
                LOG, a_head(100), cast(LogSource, SimpleNamespace(batch_limit=None)), cast(Index, Slow()), run_id,
                BatchAnalyser(scope, entry_of, extra_of), scope, "r", Heard().emit, asyncio.Event(),
            )  # fmt: skip
            with pytest.raises(SourceError):
                async with session:
                    await PartsReader(session, fail, lambda _: True).read(Parts([(0, 100)]))

    asyncio.run(run())
    assert order == ["written", "let go"]


# --- the past -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("protocol", ALL)
def test_the_past_is_read_beside_the_present(protocol: LogProtocol, tmp_path: Path) -> None:
    db = tmp_path / "db"
    with Simulator() as sim:
        log = add_people(sim, protocol, published=700)
        tuning = tiles_of(log)
        assert scan(sim, db, start="now", tuning=tuning).exit_code == 0
        log.publish(1000)
        assert scan(sim, db, start=None, tuning=tuning).exit_code == 0
        since = states(db)["people"].last_success
        assert not look_up(db, "jane.roe@example.org").complete
        heard = Heard()
        assert scan(sim, db, heard, start=None, past=True, tuning=tuning).exit_code == 0
        again = Heard()
        assert scan(sim, db, again, start=None, past=True, tuning=tuning).exit_code == 0
    assert since is not None
    assert heard.entries == 700 and again.entries == 0
    assert ranges(db, "people") == [(0, 1000, "everything")]
    assert with_index(db, all_evidence) == [(i, True) for i in sorted(PEOPLE)]
    assert look_up(db, "jane.roe@example.org").complete


def test_the_newest_part_of_the_past_comes_first_and_a_break_loses_nothing(tmp_path: Path) -> None:
    size = PART + 3 * SMALL
    with Simulator() as sim:
        sim.add("large", large_log(size, LogProtocol.STATIC_CT))

        async def broken_off() -> ScanResult:
            stop, heard = asyncio.Event(), Heard()
            heard.on_advance = lambda: stop.set() if heard.entries >= 3 * SMALL else None
            asked = request(sim, tmp_path / "db", past=True, start=None)
            return await run_scan(asked, heard.emit, stop, ScanClock(sleep=no_sleep, commit_every=0.0))

        assert endings(asyncio.run(broken_off())) == {"large": "stopped"}
        covered = ranges(tmp_path / "db", "large")
        assert (PART, size, "everything") in covered  # the newest part is complete; the part before it was broken off
        assert all(start in (0, PART) for start, end, _ in covered if start < end)
        assert not look_up(tmp_path / "db", "person0@example.org").complete
        assert scan(sim, tmp_path / "db", past=True, start=None).exit_code == 0
        scan(sim, tmp_path / "whole")
    assert ranges(tmp_path / "db", "large") == [(0, size, "everything")]
    assert dump(tmp_path / "db") == dump(tmp_path / "whole")


def test_what_another_scan_reads_is_left_to_it_and_told(tmp_path: Path) -> None:
    """While a backfill holds a part of the past, a following scan reads the present and its check counts."""
    db = tmp_path / "db"

    async def run(sim: Simulator) -> tuple[ScanResult, ScanResult]:
        async with await open_index(db, create=False) as index, index.lease(sim.log("people").log().id, 0, 300):
            whole = await run_scan(request(sim, db), Heard().emit, asyncio.Event(), ScanClock(sleep=no_sleep))
            past = await run_scan(request(sim, db, past=True), Heard().emit, asyncio.Event(), ScanClock(sleep=no_sleep))
        return whole, past

    with Simulator() as sim:
        log = sim.add("people", people_log(), size=700)
        assert scan(sim, db, start="512").exit_code == 0
        log.publish(1000)
        before = states(db)["people"].last_success
        whole, past = asyncio.run(run(sim))
        assert [o.exit_code for o in (whole, past)] == [0, 0]
        assert endings(whole) == endings(past) == {"people": "shared"}
        assert "entries 0 to 512 are being read by another scan" in said(whole.logs[0])
        after = states(db)["people"].last_success
        assert before is not None and after is not None and after > before
        assert ranges(db, "people") == [(512, 1000, "everything")]
        assert scan(sim, db, past=True).exit_code == 0
    assert ranges(db, "people") == [(0, 1000, "everything")]


@pytest.mark.parametrize("protocol", ALL)
def test_a_backfill_that_meets_a_newer_beginning_stays_within_its_own_tree(
    protocol: LogProtocol, tmp_path: Path
) -> None:
    """Backfill and scan start together on a new index, and the scan sees a larger tree."""

    class Meddling(Heard):
        def on_head(self, event: HeadAccepted) -> None:
            if event.head.size == 700:
                log.publish(1000)
                with ThreadPoolExecutor(1) as pool:
                    pool.submit(scan, sim, tmp_path / "db", None, start="now", tuning=tiles_of(log)).result()

    with Simulator() as sim:
        log = add_people(sim, protocol, published=700)
        outcome = scan(sim, tmp_path / "db", Meddling(), past=True, tuning=tiles_of(log))
        assert endings(outcome) == {"people": "done"} and said(outcome.logs[0]) == (
            "all of the entries from 0 to 700 are read"
        )
        assert scan(sim, tmp_path / "db", past=True, tuning=tiles_of(log)).exit_code == 0
    assert ranges(tmp_path / "db", "people") == [(0, 1000, "everything")]


def test_a_backfill_says_what_can_not_be_had(tmp_path: Path) -> None:
    with Simulator() as sim:
        log = add_people(sim, LogProtocol.STATIC_CT)
        log.fault("/tile/data/000", server_error(404))
        first = scan(sim, tmp_path / "db", past=True)
        second = scan(sim, tmp_path / "db", past=True)
    assert endings(first) == endings(second) == {"people": "gaps"}
    assert [outcome.exit_code for outcome in (first, second)] == [4, 4]
    assert said(second.logs[0]).startswith(
        "all but 256 that can't be had of the entries from 0 to 1,000 are read; entries 0 to 256 pruned (http"
    )


def test_a_backfill_does_not_say_what_answers_cover(tmp_path: Path) -> None:
    with Simulator() as sim:
        for name in ("one", "two"):
            sim.add(name, people_log(name, 300))
        assert scan(sim, tmp_path / "db", logs=("one", "two"), start="now").exit_code == 0
        assert scan(sim, tmp_path / "db", logs=("one",), past=True).exit_code == 0
    answer = look_up(tmp_path / "db", "jane.roe@example.org")
    assert {c.log for c in answer.coverage} == {"one", "two"} and answer.not_covered == ()
    assert last_run(tmp_path / "db").entries == 300


def test_a_backfill_before_any_scan_reads_all_of_it_and_leaves_the_present_to_scans(tmp_path: Path) -> None:
    with Simulator() as sim:
        log = sim.add("people", people_log(), size=700)
        assert scan(sim, tmp_path / "db", past=True, start=None).exit_code == 0
        assert ranges(tmp_path / "db", "people") == [(0, 700, "everything")]
        log.publish(1000)
        assert scan(sim, tmp_path / "db", past=True, start=None).exit_code == 0
        assert ranges(tmp_path / "db", "people") == [(0, 700, "everything")]
        assert scan(sim, tmp_path / "db", start=None).exit_code == 0
    assert ranges(tmp_path / "db", "people") == [(0, 1000, "everything")]
