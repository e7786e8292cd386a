"""Misbehaviour, doubts and permitted faults of a log: exit codes, evidence, gaps."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from support.accusing import assert_healed, doubt, misbehaviour_in
from support.crossing import crossed
from support.exchange import Answer
from support.logs import EPOCH
from support.scanning import Heard, dump, gaps_in, last_run, look_up, people_log, ranges, said, scan, states, with_index
from support.simulator import (
    Fault,
    SimulatedLog,
    Simulator,
    entries_changed,
    garbage,
    gzip_bomb,
    redirect,
    server_error,
    too_many_requests,
)
from support.words import english

from ctscan.model import FailureKind, LogProtocol, MisbehaviourKind

BOTH = [LogProtocol.STATIC_CT, LogProtocol.RFC6962]


def people(protocol: LogProtocol, size: int = 1000):  # type: ignore[no-untyped-def]
    return people_log(size=size, leaf_index=protocol is LogProtocol.STATIC_CT)


def serve_head(log: SimulatedLog, size: int, root: bytes | None = None) -> Fault:
    """Serve an old head of this size, as a cache may; all other answers are up to date."""
    builder = log.builder
    tiled = log.protocol is LogProtocol.STATIC_CT
    head = builder.checkpoint(size, root=root) if tiled else builder.sth(size, root=root)
    return log.fault("/checkpoint$|/get-sth$", Answer(200, head))


# --- heads --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("protocol", BOTH)
def test_a_head_garbled_once_is_asked_for_again(protocol: LogProtocol, tmp_path: Path) -> None:
    with Simulator() as sim:
        log = sim.add("people", people(protocol), protocol)
        tiled = protocol is LogProtocol.STATIC_CT
        unsigned = log.builder.checkpoint(spoil=True) if tiled else log.builder.sth(spoil=True)
        log.fault("/checkpoint$|/get-sth$", Answer(200, unsigned), times=2)
        assert scan(sim, tmp_path / "db").exit_code == 0
    assert ranges(tmp_path / "db", "people") == [(0, 1000, "everything")]


@pytest.mark.parametrize("protocol", BOTH)
def test_a_head_that_signs_badly_stops_that_log_and_the_others_go_on(protocol: LogProtocol, tmp_path: Path) -> None:
    with Simulator() as sim:
        bad = sim.add("bad", people_log("bad", leaf_index=protocol is LogProtocol.STATIC_CT), protocol)
        bad.spoil_signature = True
        sim.add("good", people_log("good"))
        outcome = scan(sim, tmp_path / "db")
    assert outcome.exit_code == 1
    assert {log.name: log.status.value for log in outcome.logs} == {"bad": "incomplete", "good": "done"}
    assert misbehaviour_in(tmp_path / "db") == []  # anybody can make such a head
    assert states(tmp_path / "db")["bad"].failure is FailureKind.UNAVAILABLE
    assert ranges(tmp_path / "db", "good") == [(0, 1000, "everything")]
    assert ranges(tmp_path / "db", "bad") == []
    assert not look_up(tmp_path / "db", "jane.roe@example.org").complete


STORIES = ["shrank", "two roots", "doesn't extend"]


@pytest.mark.parametrize(  # of a power of two, a consistency proof alone proves no contradiction
    ("protocol", "size", "lie"),
    [*crossed(BOTH, [900], STORIES), *crossed(BOTH[::-1], [512], STORIES)],
)
def test_a_log_that_contradicts_itself_stops_with_evidence_that_anybody_can_verify(
    protocol: LogProtocol, size: int, lie: str, tmp_path: Path
) -> None:
    builder = people(protocol)
    with Simulator() as sim:
        log = sim.add("people", builder, protocol, size=size)
        assert scan(sim, tmp_path / "db").exit_code == 0
        if lie == "shrank":
            log.publish(500, timestamp=log.head_time(size) + 1)
        elif lie == "two roots":
            log.rewrite(builder.fork(400, size - 400))
        else:
            log.rewrite(builder.fork(400, 600), size=1000)
        assert scan(sim, tmp_path / "db", start=None).exit_code == 3
    (found,) = misbehaviour_in(tmp_path / "db")
    assert lie in found.reason
    assert len(found.evidence.heads) == 2
    assert ranges(tmp_path / "db", "people") == [(0, size, "everything")]
    assert not look_up(tmp_path / "db", "jane.roe@example.org").complete
    assert [m.sightings[0].index for m in look_up(tmp_path / "db", "jane.roe@example.org").matches] != []


@pytest.mark.parametrize("protocol", BOTH)
def test_an_old_head_of_a_cache_is_ignored_and_asked_again(protocol: LogProtocol, tmp_path: Path) -> None:
    with Simulator() as sim:
        log = sim.add("people", people(protocol), protocol, size=900)
        scan(sim, tmp_path / "db")
        fault = serve_head(log, 500)
        heard = Heard()
        assert scan(sim, tmp_path / "db", heard, start=None).exit_code == 0
        assert any("old tree head" in notice for notice in heard.notices)
        assert said(heard.done[-1]).startswith("no newer head; read to the head signed on ")
        log.faults.remove(fault)
        log.publish(1000)
        assert scan(sim, tmp_path / "db", start=None).exit_code == 0
    assert ranges(tmp_path / "db", "people") == [(0, 1000, "everything")]


@pytest.mark.parametrize("protocol", BOTH)
def test_an_old_head_with_another_root_is_no_cache(protocol: LogProtocol, tmp_path: Path) -> None:
    builder = people(protocol)
    with Simulator() as sim:
        log = sim.add("people", builder, protocol, size=900)
        scan(sim, tmp_path / "db")
        serve_head(log, 500, builder.fork(300, 200).root(500))
        assert scan(sim, tmp_path / "db", start=None).exit_code == 3
    (found,) = misbehaviour_in(tmp_path / "db")
    assert "doesn't extend" in found.reason


@pytest.mark.parametrize("protocol", BOTH)
def test_a_signed_head_beyond_the_final_head_of_the_list_is_a_doubt_until_one_of_the_two_is_corrected(
    protocol: LogProtocol, tmp_path: Path
) -> None:
    builder = people(protocol)
    with Simulator() as sim:
        log = sim.add("people", builder, protocol, size=900)
        assert scan(sim, tmp_path / "db").exit_code == 0
        log.state, log.final_size = "readonly", 800
        outcome = scan(sim, tmp_path / "db")
        assert outcome.exit_code == 1
        for part in ("size 900", builder.root(900).hex(), "size 800", builder.root(800).hex(), "the list is wrong"):
            assert part in said(outcome.logs[0])
        assert doubt(tmp_path / "db") == (FailureKind.CONTRADICTS_LIST, "remark.contradicts-list")
        log.final_size = 900
        assert scan(sim, tmp_path / "db").exit_code == 0
    assert_healed(tmp_path / "db")


def test_a_readonly_log_whose_head_is_gone_is_read_to_the_final_head_of_the_list(tmp_path: Path) -> None:
    with Simulator() as sim:
        log = sim.add("people", people_log())
        log.state, log.final_size = "readonly", 1000
        log.fault("/checkpoint", server_error(404))
        assert scan(sim, tmp_path / "db").exit_code == 0
    assert ranges(tmp_path / "db", "people") == [(0, 1000, "everything")]
    assert look_up(tmp_path / "db", "jane.roe@example.org").complete


# --- entries ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("protocol", BOTH)
def test_an_entry_garbled_once_is_read_again(protocol: LogProtocol, tmp_path: Path) -> None:
    with Simulator() as sim:
        log = sim.add("people", people(protocol), protocol)
        log.max_batch = 100
        log.corrupt(300, times=1)
        assert scan(sim, tmp_path / "db").exit_code == 0
        scan(sim, tmp_path / "honest")
    assert gaps_in(tmp_path / "db", "people") == []
    assert dump(tmp_path / "db") == dump(tmp_path / "honest")


@pytest.mark.parametrize("protocol", BOTH)
def test_entries_that_were_taken_back_before_they_were_committed_count_once(
    protocol: LogProtocol, tmp_path: Path
) -> None:
    with Simulator() as sim:
        log = sim.add("people", people(protocol, 200), protocol)
        log.corrupt(20, times=1)
        heard = Heard()
        assert scan(sim, tmp_path / "db", heard).exit_code == 0
    assert heard.entries == last_run(tmp_path / "db").entries == 200


@pytest.mark.parametrize("protocol", BOTH)
def test_a_batch_that_contradicts_the_tree_is_quarantined_and_the_log_goes_on(
    protocol: LogProtocol, tmp_path: Path
) -> None:
    with Simulator() as sim:
        log = sim.add("people", people(protocol), protocol)
        log.max_batch = 100
        faults = log.corrupt(300)
        assert scan(sim, tmp_path / "db").exit_code == 4
        hole = (256, 512) if protocol is LogProtocol.STATIC_CT else (300, 400)
        assert gaps_in(tmp_path / "db", "people") == [(*hole, "quarantined")]
        assert ranges(tmp_path / "db", "people") == [(0, hole[0], "everything"), (hole[1], 1000, "everything")]
        found = look_up(tmp_path / "db", "jane.roe@example.org")
        assert not found.complete
        assert sorted(s.index for m in found.matches for s in m.sightings) == [3, 901]
        assert with_index(tmp_path / "db", lambda index: index.counts())["quarantined"] >= 1
        for fault in faults:
            log.faults.remove(fault)
        assert scan(sim, tmp_path / "db", start=None).exit_code == 0
    assert gaps_in(tmp_path / "db", "people") == []
    assert look_up(tmp_path / "db", "jane.roe@example.org").complete


def test_a_root_that_no_proof_can_be_had_for_is_a_doubt(tmp_path: Path) -> None:
    """Proofs that never verify prove nothing: the log may lie, or something on the way to it."""
    builder = people_log(leaf_index=False)
    with Simulator() as sim:
        log = sim.add("people", builder, LogProtocol.RFC6962)
        log.root = builder.fork(500, 500).root()
        outcome = scan(sim, tmp_path / "db")
        assert outcome.exit_code == 1 and "inclusion proof" in said(outcome.logs[0])
        assert ranges(tmp_path / "db", "people") in ([], [(0, 0, "everything")])
        assert look_up(tmp_path / "db", "jane.roe@example.org").matches == ()
        assert doubt(tmp_path / "db") == (FailureKind.UNPROVEN, "remark.unproven")


@pytest.mark.parametrize("protocol", BOTH)
def test_a_later_root_that_no_proof_can_be_had_for_is_a_doubt_through_an_outage_and_until_a_good_pass(
    protocol: LogProtocol, tmp_path: Path
) -> None:
    builder = people(protocol)
    with Simulator() as sim:
        log = sim.add("people", builder, protocol, size=900)
        assert scan(sim, tmp_path / "db").exit_code == 0
        log.publish(1000)
        log.root = builder.fork(950, 50).root()  # no answer fits this root
        assert scan(sim, tmp_path / "db", start=None).exit_code == 1
        assert doubt(tmp_path / "db") == (FailureKind.UNPROVEN, "remark.unproven")
        down = log.fault(".", server_error(503))
        assert scan(sim, tmp_path / "db", start=None, give_up_after=0.0).exit_code == 1
        assert doubt(tmp_path / "db") == (FailureKind.UNPROVEN, "remark.unproven")
        log.faults.remove(down)
        log.publish(1000)
        assert scan(sim, tmp_path / "db", start=None).exit_code == 0
    assert_healed(tmp_path / "db")


def test_hash_tiles_that_do_not_belong_to_the_signed_root_are_a_doubt(tmp_path: Path) -> None:
    builder = people_log()
    with Simulator() as sim:
        log = sim.add("people", builder)
        log.root = builder.fork(500, 500).root()
        outcome = scan(sim, tmp_path / "db")
        assert outcome.exit_code == 1 and "signed root" in said(outcome.logs[0])
        assert doubt(tmp_path / "db") == (FailureKind.UNPROVEN, "remark.unproven")
        log.root = None  # a doubt becomes evidence once the log signs another root for the same size
        assert scan(sim, tmp_path / "db").exit_code == 3
    assert [found.evidence.kind for found in misbehaviour_in(tmp_path / "db")] == [MisbehaviourKind.TWO_ROOTS]


def test_missing_tiles_are_holes_only_when_they_stay_missing(tmp_path: Path) -> None:
    with Simulator() as sim:
        log = sim.add("people", people_log())
        log.missing_tiles = {1}
        assert scan(sim, tmp_path / "db").exit_code == 4
        assert gaps_in(tmp_path / "db", "people") == [(256, 512, "not read")]
        assert ranges(tmp_path / "db", "people") == [(0, 256, "everything"), (512, 1000, "everything")]
        assert scan(sim, tmp_path / "db", start=None).exit_code == 4
        assert gaps_in(tmp_path / "db", "people") == [(256, 512, "pruned")]
        log.missing_tiles = set()
        assert scan(sim, tmp_path / "db", start=None).exit_code == 0
    assert gaps_in(tmp_path / "db", "people") == []
    assert look_up(tmp_path / "db", "jane.roe@example.org").complete


@pytest.mark.parametrize("status", [404, 410])
def test_a_pruned_beginning_costs_few_requests(status: int, tmp_path: Path) -> None:
    builder = people_log(size=256 * 40)
    with Simulator() as sim:
        log = sim.add("people", builder)
        log.pruned_below, log.pruned_status = 256 * 29, status
        scan(sim, tmp_path / "db")
        assert scan(sim, tmp_path / "db").exit_code == 4
        gone = [r for r in log.requests if "/tile/data/" in r.target]
    assert gaps_in(tmp_path / "db", "people") == [(0, 256 * 29, "pruned")]
    assert [r for r in ranges(tmp_path / "db", "people") if r[0] < r[1]] == [(256 * 29, 256 * 40, "everything")]
    assert len(gone) < 60


def test_a_partial_tile_that_is_gone_is_cut_from_the_full_one(tmp_path: Path) -> None:
    with Simulator() as sim:
        log = sim.add("people", people_log(), size=300)
        log.partials_kept = False
        scan(sim, tmp_path / "db")
        builder_size = log.builder.size
        log.publish(300)
        log.size = builder_size
        log.publish(builder_size)
        scan(sim, tmp_path / "db")
    assert ranges(tmp_path / "db", "people") == [(0, 1000, "everything")]
    assert with_index(tmp_path / "db", lambda index: index.counts())["sightings"] == 5


# --- the network --------------------------------------------------------------------------------------------------

TROUBLE = {
    "429": too_many_requests("1"),
    "503": server_error(503),
    "html": garbage(),
    "bomb": gzip_bomb(1 << 26),
}


@pytest.mark.parametrize(("protocol", "trouble"), crossed(BOTH, sorted(TROUBLE)))
def test_passing_trouble_costs_time_and_nothing_else(protocol: LogProtocol, trouble: str, tmp_path: Path) -> None:
    with Simulator() as sim:
        log = sim.add("people", people(protocol), protocol)
        log.max_batch = 100
        log.fault("/get-entries|/tile/data/001", TROUBLE[trouble], times=2)
        assert scan(sim, tmp_path / "db").exit_code == 0
    assert ranges(tmp_path / "db", "people") == [(0, 1000, "everything")]


@pytest.mark.parametrize("protocol", BOTH)
def test_a_log_that_stays_away_is_an_error_and_what_was_read_stays(protocol: LogProtocol, tmp_path: Path) -> None:
    with Simulator() as sim:
        log = sim.add("people", people(protocol), protocol)
        log.max_batch = 100
        fault = log.fault("/get-entr|/tile/data", server_error(500), skip=5 if protocol is LogProtocol.RFC6962 else 2)
        before = Heard()
        outcome = scan(sim, tmp_path / "db", before, give_up_after=0.0)
        assert outcome.exit_code == 1
        state = states(tmp_path / "db")["people"]
        assert state.last_success is None and state.last_error and "500" in state.last_error
        assert not look_up(tmp_path / "db", "jane.roe@example.org").complete
        log.faults.remove(fault)
        heard = Heard()
        assert scan(sim, tmp_path / "db", heard, start=None).exit_code == 0
    assert before.entries > 0 and before.entries + heard.entries == 1000
    assert look_up(tmp_path / "db", "jane.roe@example.org").complete
    assert states(tmp_path / "db")["people"].last_error is None


@pytest.mark.parametrize("change", [lambda entries: [], lambda entries: entries * 2])
def test_a_log_that_keeps_giving_none_or_too_many_entries_is_in_doubt(
    change: Callable[[list[object]], list[object]], tmp_path: Path
) -> None:
    with Simulator() as sim:
        log = sim.add("people", people(LogProtocol.RFC6962), LogProtocol.RFC6962)
        once = log.fault("/get-entries", entries_changed(change), times=2)
        assert scan(sim, tmp_path / "db", give_up_after=5).exit_code == 0
        assert once.hits == 2
        log.fault("/get-entries", entries_changed(change))
        assert scan(sim, tmp_path / "again", give_up_after=0.0).exit_code == 1
    assert doubt(tmp_path / "again") == (FailureKind.UNPROVEN, "remark.unproven")


@pytest.mark.parametrize("protocol", BOTH)
def test_a_batch_that_is_none_is_quarantined_but_a_log_of_garbage_is_an_error(
    protocol: LogProtocol, tmp_path: Path
) -> None:
    with Simulator() as sim:
        log = sim.add("people", people(protocol), protocol)
        log.fault("/get-entries.start=256|/tile/data/001", garbage())
        assert scan(sim, tmp_path / "db", give_up_after=0.0).exit_code == 4
        end = 257 if protocol is LogProtocol.RFC6962 else 512
        assert gaps_in(tmp_path / "db", "people") == [(256, end, "quarantined")]
        log.fault("/get-entries|/tile/data", garbage())
        assert scan(sim, tmp_path / "again", give_up_after=0.0).exit_code == 1
    assert [r for r in ranges(tmp_path / "again", "people") if r[0] < r[1]] == []


@pytest.mark.parametrize("protocol", BOTH)
def test_a_gap_is_reported_with_its_cause_and_without_its_code(protocol: LogProtocol, tmp_path: Path) -> None:
    heard = Heard()
    with Simulator() as sim:
        log = sim.add("people", people(protocol), protocol)
        log.fault("/get-entries.start=256|/tile/data/001", garbage())
        log.fault("/get-entries.start=(5[1-9]|[6-9].).?&|/tile/data/002", server_error(403))
        message = said(scan(sim, tmp_path / "db", heard, give_up_after=0.0).logs[0])
        assert states(tmp_path / "db")["people"].last_error is None
    (quarantined,) = [notice for notice in heard.notices if "quarantined" in notice]
    for line, words in ((quarantined, "HTML page"), (message, "HTML page"), (message, "403")):
        assert words in line
        assert "gap." not in line and "detail:" not in line
    gaps = {english(gap.detail) for gap in states(tmp_path / "db")["people"].gaps if gap.detail}
    assert not [gap for gap in gaps if "HTML page" in gap and "tree" in gap]  # nothing was compared with the tree


@pytest.mark.parametrize("protocol", BOTH)
def test_what_a_log_refuses_is_a_hole_and_never_done(protocol: LogProtocol, tmp_path: Path) -> None:
    with Simulator() as sim:
        log = sim.add("people", people(protocol), protocol)
        log.fault("/get-entries.start=(2[5-9]|[34])..?&|/tile/data/001", server_error(403))
        end = 500 if protocol is LogProtocol.RFC6962 else 512  # it gives entry 500 and the next
        assert scan(sim, tmp_path / "db").exit_code == 4
        assert gaps_in(tmp_path / "db", "people") == [(256, end, "not read")]
        assert scan(sim, tmp_path / "db", start=None).exit_code == 4
    assert gaps_in(tmp_path / "db", "people") == [(256, end, "refused")]
    assert ranges(tmp_path / "db", "people") == [(0, 256, "everything"), (end, 1000, "everything")]


def test_a_redirect_is_not_followed(tmp_path: Path) -> None:
    with Simulator() as sim:
        log = sim.add("people", people_log())
        elsewhere = sim.add("elsewhere", people_log("elsewhere"))
        log.fault("/tile/data/001", redirect(f"{elsewhere.url}tile/data/001"))
        outcome = scan(sim, tmp_path / "db", logs=("people",))
        assert elsewhere.requests == []
    assert outcome.exit_code == 4
    assert gaps_in(tmp_path / "db", "people") == [(256, 512, "quarantined")]


def test_an_rfc6962_log_without_entry_and_proof_is_proven_all_the_same(tmp_path: Path) -> None:
    with Simulator() as sim:
        log = sim.add("people", people(LogProtocol.RFC6962), LogProtocol.RFC6962)
        log.entry_and_proof, log.max_batch = False, 64
        assert scan(sim, tmp_path / "db", start="333", logs=("people",)).exit_code == 0
    assert ranges(tmp_path / "db", "people") == [(333, 1000, "everything")]


def test_a_short_answer_is_continued_and_the_batch_size_learnt(tmp_path: Path) -> None:
    with Simulator() as sim:
        log = sim.add("people", people(LogProtocol.RFC6962), LogProtocol.RFC6962)
        log.max_batch, log.align = 32, True
        assert scan(sim, tmp_path / "db").exit_code == 0
        late = [r for r in log.requests if "get-entries?" in r.target][-10:]
    assert all(r.number("start") % 32 == 0 for r in late)
    assert ranges(tmp_path / "db", "people") == [(0, 1000, "everything")]


def test_a_list_that_cannot_be_had_changes_nothing(tmp_path: Path) -> None:
    from ctscan.errors import CtscanError

    with Simulator() as sim:
        sim.add("people", people_log(size=10))
        sim.fault("log_list", garbage())
        with pytest.raises(CtscanError):
            scan(sim, tmp_path / "db", give_up_after=0.0)
    assert not (tmp_path / "db").exists()


def test_the_clock_of_the_simulator_is_sane() -> None:
    assert datetime.fromtimestamp(EPOCH / 1000, UTC).year >= 2024
