"""Whole scans of honest logs: both protocols, hybrids, resumption, the beginning of coverage, scope."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from support.crossing import crossed
from support.logs import EPOCH, LogBuilder
from support.scanning import (
    PEOPLE,
    Heard,
    dump,
    gaps_in,
    last_run,
    look_up,
    people_log,
    person_certificate,
    ranges,
    scan,
    states,
    with_index,
)
from support.simulator import Simulator
from support.words import english

from ctscan.answer.proof import check
from ctscan.ct.coverage import verified_size
from ctscan.errors import UsageError
from ctscan.index.protocols import Index
from ctscan.model import LogProtocol

PROTOCOLS = [LogProtocol.STATIC_CT, LogProtocol.RFC6962, LogProtocol.HYBRID]


def builder_for(protocol: LogProtocol, size: int = 1000, name: str = "people") -> LogBuilder:
    return people_log(name, size, leaf_index=protocol is LogProtocol.STATIC_CT)


def tuning_for(sim: Simulator, protocol: LogProtocol, name: str = "people") -> dict[str, object]:
    if protocol is not LogProtocol.HYBRID:
        return {}
    log = sim.log(name).log()
    import base64

    return {base64.b64encode(log.id).decode(): {"tiles": sim.log(name).url}}


async def all_evidence(index: Index) -> list[tuple[int, bool, str]]:
    return [(e.entry.index, check(e).is_proven, check(e).problem) async for e in index.evidence(None)]


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_whole_log_is_read_verified_and_answers(protocol: LogProtocol, tmp_path: Path) -> None:
    with Simulator() as sim:
        log = sim.add("people", builder_for(protocol), protocol)
        log.max_batch = 100
        outcome = scan(sim, tmp_path / "db", tuning=tuning_for(sim, protocol))
    assert outcome.exit_code == 0
    state = states(tmp_path / "db")["people"]
    assert state.log.protocol is protocol
    assert (verified_size(state), state.pending, state.gaps) == (1000, (), ())
    found = look_up(tmp_path / "db", "JANE.ROE@example.org")
    assert sorted(s.index for m in found.matches for s in m.sightings) == [3, 300, 901]
    assert all(s.verified for m in found.matches for s in m.sightings)
    assert found.complete
    assert look_up(tmp_path / "db", "nobody@example.org").complete
    assert sorted(with_index(tmp_path / "db", all_evidence)) == [(i, True, "") for i in sorted(PEOPLE)]
    assert last_run(tmp_path / "db").outcome == "done"
    assert last_run(tmp_path / "db").entries == 1000


def test_how_seldom_a_repository_is_asked_is_no_matter_of_logs(tmp_path: Path) -> None:
    with Simulator() as sim:
        sim.add("people", people_log("people", 10), LogProtocol.STATIC_CT)
        assert scan(sim, tmp_path / "db", tuning={"crt.sh": {"rate": 0.0008}}).exit_code == 0


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_repeating_the_scan_reads_only_what_is_new_and_doubles_nothing(protocol: LogProtocol, tmp_path: Path) -> None:
    with Simulator() as sim:
        log = sim.add("people", builder_for(protocol), protocol, size=310)
        tuning = tuning_for(sim, protocol)
        scan(sim, tmp_path / "db", tuning=tuning)
        log.publish(1000)
        heard = Heard()
        scan(sim, tmp_path / "db", heard, tuning=tuning)
        assert heard.entries == 690
        again = Heard()
        scan(sim, tmp_path / "db", again, tuning=tuning)
        assert again.entries == 0
        scan(sim, tmp_path / "fresh", tuning=tuning)
    assert ranges(tmp_path / "db", "people") == [(0, 1000, "everything")]
    assert [s.index for m in look_up(tmp_path / "db", "@example.org").matches for s in m.sightings].count(300) == 1
    assert with_index(tmp_path / "db", lambda index: index.counts())["sightings"] == len(PEOPLE)


@pytest.mark.parametrize(("protocol", "begin"), crossed(PROTOCOLS, [("700", 700), ("now", 1000), ("513", 513)]))
def test_coverage_begins_where_it_is_told_to_and_is_verified_from_there(
    protocol: LogProtocol, begin: tuple[str, int], tmp_path: Path
) -> None:
    start, first = begin
    with Simulator() as sim:
        log = sim.add(
            "people", people_log(size=1300, leaf_index=protocol is LogProtocol.STATIC_CT), protocol, size=1000
        )
        tuning = tuning_for(sim, protocol)
        scan(sim, tmp_path / "db", start=start, logs=("people",), tuning=tuning)
        log.publish(1300)
        assert scan(sim, tmp_path / "db", start=None, logs=("people",), tuning=tuning).exit_code == 0
    if protocol is LogProtocol.STATIC_CT and start != "now":
        first = first // 256 * 256
    assert ranges(tmp_path / "db", "people") == [(first, 1300, "everything")]
    found = look_up(tmp_path / "db", "jane.roe@example.org")
    assert not found.complete
    assert [(h.start, h.end, h.reason.value) for h in found.coverage[0].gaps] == [(0, first, "not read")]
    # the time of entry `first`; where coverage began behind the last entry, that of the tree head
    first_time = log.head_time(1000) if start == "now" else EPOCH + 1000 * first
    assert found.coverage[0].since == first_time


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_date_begins_at_the_first_entry_of_that_day_less_one(protocol: LogProtocol, tmp_path: Path) -> None:
    builder = LogBuilder("days", leaf_index=protocol is LogProtocol.STATIC_CT)
    for day in range(20):
        for number in range(40):
            builder.add_certificate(person_certificate("a@example.org", number), EPOCH + day * 86_400_000 + number)
    wanted = EPOCH + 10 * 86_400_000
    from datetime import UTC, datetime

    with Simulator() as sim:
        sim.add("days", builder, protocol)
        day = datetime.fromtimestamp(wanted / 1000, UTC).isoformat()
        scan(sim, tmp_path / "db", start=day, tuning=tuning_for(sim, protocol, "days"))
    first = 9 * 40 // 256 * 256 if protocol is LogProtocol.STATIC_CT else 9 * 40
    assert ranges(tmp_path / "db", "days") == [(first, 800, "everything")]


def test_from_now_is_only_for_the_first_sight_and_a_log_that_joins_later_is_read_from_0(tmp_path: Path) -> None:
    with Simulator() as sim:
        sim.add("people", people_log())
        scan(sim, tmp_path / "db", start=None)
        assert ranges(tmp_path / "db", "people") == [(1000, 1000, "everything")]
        sim.add("later", people_log("later"))
        scan(sim, tmp_path / "db", start=None)
    assert ranges(tmp_path / "db", "later") == [(0, 1000, "everything")]
    assert ranges(tmp_path / "db", "people") == [(1000, 1000, "everything")]


def test_two_parts_of_one_log_are_joined_when_the_gap_is_read(tmp_path: Path) -> None:
    with Simulator() as sim:
        sim.add("people", people_log())
        scan(sim, tmp_path / "db", start="768", logs=("people",))
        heard = Heard()
        scan(sim, tmp_path / "db", heard, start="start", logs=("people",))
    assert heard.entries == 768
    assert ranges(tmp_path / "db", "people") == [(0, 1000, "everything")]


def test_a_scope_keeps_only_its_own_and_answers_only_for_its_own(tmp_path: Path) -> None:
    with Simulator() as sim:
        sim.add("people", people_log())
        scan(sim, tmp_path / "db", scope="domain:example.org")
        assert with_index(tmp_path / "db", lambda index: index.counts())["certificates"] == 3
        assert look_up(tmp_path / "db", "jane.roe@example.org").complete
        other = look_up(tmp_path / "db", "zoë.müller@example.net")
        assert not other.complete and not other.matches
        assert [h.reason.value for h in other.coverage[0].gaps] == ["out of scope"]
        scan(sim, tmp_path / "db", scope="domain:example.net, domain:example.org", start=None)
        assert not look_up(tmp_path / "db", "zoë.müller@example.net").complete
        heard = Heard()
        scan(sim, tmp_path / "db", heard, scope="domain:example.net, domain:example.org", start="start")
    assert heard.entries == 1000
    wider = look_up(tmp_path / "db", "zoë.müller@example.net")
    assert wider.complete and len(wider.matches) == 1
    assert look_up(tmp_path / "db", "jane.roe@example.org").complete
    assert with_index(tmp_path / "db", lambda index: index.counts())["certificates"] == 4


def test_only_the_logs_that_are_named_are_read_and_the_others_are_named_as_not_covered(tmp_path: Path) -> None:
    with Simulator() as sim:
        sim.add("people", people_log())
        sim.add("other", people_log("other"))
        retired = sim.add("old", people_log("old"))
        retired.state = "retired"
        scan(sim, tmp_path / "db", logs=("people",))
    found = look_up(tmp_path / "db", "jane.roe@example.org")
    assert found.complete
    reasons = {log.name: english(log.reason) for log in found.not_covered}
    assert reasons["other"] == "not selected with --log" and "retired" in reasons["old"]


def test_an_index_needs_one_log_and_unknown_logs_are_refused_before_anything_is_written(tmp_path: Path) -> None:
    with Simulator() as sim:
        sim.add("people", people_log(size=10))
        sim.add("other", people_log("other", size=10))
        with pytest.raises(UsageError, match="exactly one"):
            scan(sim, tmp_path / "db", start="5")
        with pytest.raises(UsageError, match="not in the log list"):
            scan(sim, tmp_path / "db", logs=("nowhere",))
        with pytest.raises(UsageError, match="expected start, now, an index or a date"):
            scan(sim, tmp_path / "db", start="tomorrow")
    assert not (tmp_path / "db").exists()


def test_a_directory_is_a_log(tmp_path: Path) -> None:
    builder = people_log()
    builder.write_static_tree(tmp_path / "log")
    url = (tmp_path / "log").as_uri()
    with Simulator() as sim:
        outcome = scan(sim, tmp_path / "db", logs=(url,))
        assert sim.requests == []
    assert outcome.exit_code == 0
    found = look_up(tmp_path / "db", "jane.roe@example.org")
    assert found.complete and sorted(s.index for m in found.matches for s in m.sightings) == [3, 300, 901]


def test_several_processes_find_the_same(tmp_path: Path) -> None:
    with Simulator() as sim:
        for number in range(4):
            sim.add(f"log{number}", people_log(f"log{number}", 600, operator=f"Operator {number}"))
        assert scan(sim, tmp_path / "one").exit_code == 0
        heard = Heard()
        assert scan(sim, tmp_path / "many", heard, jobs=3).exit_code == 0
    assert heard.entries == 2400
    assert sorted(o.name for o in heard.done) == [f"log{n}" for n in range(4)]
    assert dump(tmp_path / "one") == dump(tmp_path / "many")


def test_a_readonly_log_is_read_to_its_final_head_and_then_left_alone(tmp_path: Path) -> None:
    with Simulator() as sim:
        log = sim.add("people", people_log())
        log.state, log.final_size = "readonly", 1000
        assert scan(sim, tmp_path / "db").exit_code == 0
        asked = len(log.requests)
        assert scan(sim, tmp_path / "db", start=None).exit_code == 0
        assert len(log.requests) == asked
    far = states(tmp_path / "db")["people"].last_success
    assert far is not None
    from datetime import timedelta

    assert look_up(tmp_path / "db", "jane.roe@example.org", far + timedelta(days=60)).complete


def test_an_answer_goes_stale(tmp_path: Path) -> None:
    from datetime import timedelta

    with Simulator() as sim:
        sim.add("people", people_log(size=300))
        scan(sim, tmp_path / "db")
    when = states(tmp_path / "db")["people"].last_success
    assert when is not None
    assert look_up(tmp_path / "db", "jane.roe@example.org", when + timedelta(hours=23)).complete
    late = look_up(tmp_path / "db", "jane.roe@example.org", when + timedelta(hours=25))
    assert not late.complete and late.coverage[0].is_stale


def test_stopping_commits_the_batch_in_hand_and_the_next_scan_goes_on(tmp_path: Path) -> None:
    for protocol in PROTOCOLS:
        db = tmp_path / protocol.value
        with Simulator() as sim:
            log = sim.add("people", builder_for(protocol, 3000), protocol)
            log.max_batch = 50
            tuning = tuning_for(sim, protocol)
            stopped = _stop_early(sim, db, tuning)
            assert 0 < stopped.entries < 3000
            rest = Heard()
            assert scan(sim, db, rest, tuning=tuning).exit_code == 0
            scan(sim, tmp_path / f"{protocol.value} whole", tuning=tuning)
        assert stopped.entries + rest.entries == 3000
        assert dump(db) == dump(tmp_path / f"{protocol.value} whole")
    assert gaps_in(tmp_path / "static-ct", "people") == []


def _stop_early(sim: Simulator, db: Path, tuning: dict[str, object]) -> Heard:
    from support.scanning import no_sleep, request

    from ctscan.scan.run import ScanClock, run_scan

    async def run() -> Heard:
        stop = asyncio.Event()
        heard = Heard()
        heard.on_advance = lambda: stop.set() if heard.entries else None
        outcome = await run_scan(
            request(sim, db, tuning=tuning), heard.emit, stop, ScanClock(sleep=no_sleep, commit_every=0.0)
        )
        assert outcome.exit_code == 1 and outcome.logs[0].status.value == "stopped"
        return heard

    return asyncio.run(run())
