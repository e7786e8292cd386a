"""Attacks on scans by logs, log lists and crashes.

Unproven entries never count, no entry is lost or doubled, no log stalls for ever, and no log stops another log.
"""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest
from support.accusing import misbehaviour_in
from support.attacking import ALL, BOTH, add_people, all_evidence, endings, tiles_of
from support.crossing import crossed
from support.exchange import Answer, Request
from support.logs import EPOCH, LogBuilder
from support.scanning import (
    PEOPLE,
    gaps_in,
    host_certificate,
    look_up,
    people_log,
    ranges,
    scan,
    states,
    with_index,
)
from support.simulator import Change, SimulatedLog, Simulator, body_changed, entries_changed, garbage, server_error

from ctscan.ct.coverage import verified_size
from ctscan.errors import UsageError
from ctscan.index.protocols import Index
from ctscan.model import LogProtocol, MisbehaviourKind


def tile_requests(log: SimulatedLog) -> int:
    return sum("/tile/data/" in r.target for r in log.requests)


# --- heads --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("protocol", BOTH)
def test_an_empty_tree_with_a_root_of_its_own_is_misbehaviour_and_stops_no_other_log(
    protocol: LogProtocol, tmp_path: Path
) -> None:
    with Simulator() as sim:
        log = add_people(sim, protocol, 10, published=0)
        log.root = bytes(32)
        sim.add("good", people_log("good", 300))
        outcome = scan(sim, tmp_path / "db")
    assert endings(outcome) == {"people": "misbehaviour", "good": "done"}
    assert outcome.exit_code == 3
    assert [found.evidence.kind for found in misbehaviour_in(tmp_path / "db")] == [MisbehaviourKind.EMPTY_ROOT]


@pytest.mark.parametrize("protocol", BOTH)
def test_an_empty_log_is_done_and_read_from_0_when_it_grows(protocol: LogProtocol, tmp_path: Path) -> None:
    with Simulator() as sim:
        log = add_people(sim, protocol, published=0)
        for start in ("now", "start", "2026-02-01", "0", None):
            assert scan(sim, tmp_path / "db", start=start).exit_code == 0
        assert look_up(tmp_path / "db", "jane.roe@example.org").complete
        log.publish(1000)
        assert scan(sim, tmp_path / "db", start=None).exit_code == 0
    assert ranges(tmp_path / "db", "people") == [(0, 1000, "everything")]


@pytest.mark.parametrize("protocol", BOTH)
def test_a_log_whose_head_shrinks_to_nothing_by_a_cache_is_not_accused(protocol: LogProtocol, tmp_path: Path) -> None:
    with Simulator() as sim:
        log = add_people(sim, protocol)
        scan(sim, tmp_path / "db")
        log.publish(0, timestamp=EPOCH)
        assert scan(sim, tmp_path / "db", start=None).exit_code == 0
        log.publish(0, timestamp=log.head_time(1000) + 1)
        assert scan(sim, tmp_path / "db", start=None).exit_code == 3
    assert [found.evidence.kind for found in misbehaviour_in(tmp_path / "db")] == [MisbehaviourKind.SHRANK]
    assert ranges(tmp_path / "db", "people") == [(0, 1000, "everything")]


@pytest.mark.parametrize("protocol", BOTH)
def test_a_newer_head_of_the_same_tree_is_kept(protocol: LogProtocol, tmp_path: Path) -> None:
    with Simulator() as sim:
        log = add_people(sim, protocol)
        scan(sim, tmp_path / "db")
        later = log.head_time(1000) + 30_000
        log.publish(1000, timestamp=later)
        assert scan(sim, tmp_path / "db", start=None).exit_code == 0
    head = states(tmp_path / "db")["people"].head
    assert head is not None and head.timestamp == later


@pytest.mark.parametrize("protocol", BOTH)
def test_a_readonly_log_that_fell_silent_is_not_accused_of_a_time_that_its_list_does_not_give(
    protocol: LogProtocol, tmp_path: Path
) -> None:
    with Simulator() as sim:
        log = add_people(sim, protocol, published=800)
        scan(sim, tmp_path / "db")
        log.publish(1000)
        log.state, log.final_size = "readonly", 1000
        silent = log.fault("/checkpoint|/get-sth$", server_error(404))
        entries = log.fault("/tile/data/|/get-entries", server_error(500))
        assert scan(sim, tmp_path / "db", start=None, give_up_after=0.0).exit_code == 1
        log.faults.remove(silent)
        log.publish(900)  # an old head; all entries are still there
        log.size = 1000
        old = log.builder.checkpoint(900) if protocol is LogProtocol.STATIC_CT else log.builder.sth(900)
        log.fault("/checkpoint|/get-sth$", Answer(200, old))
        log.faults.remove(entries)
        assert scan(sim, tmp_path / "db", start=None).exit_code == 0
    assert ranges(tmp_path / "db", "people") == [(0, 1000, "everything")]
    assert look_up(tmp_path / "db", "jane.roe@example.org").complete


@pytest.mark.parametrize("protocol", BOTH)
def test_a_readonly_log_that_shows_less_than_its_final_head_is_read_to_the_final_head(
    protocol: LogProtocol, tmp_path: Path
) -> None:
    with Simulator() as sim:
        log = add_people(sim, protocol)
        log.state, log.final_size = "readonly", 1000
        old = log.builder.checkpoint(900) if protocol is LogProtocol.STATIC_CT else log.builder.sth(900)
        log.fault("/checkpoint|/get-sth$", Answer(200, old))
        assert scan(sim, tmp_path / "db").exit_code == 0
    assert ranges(tmp_path / "db", "people") == [(0, 1000, "everything")]
    proven = with_index(tmp_path / "db", all_evidence)
    assert proven == [(i, True) for i in sorted(PEOPLE)]


@pytest.mark.parametrize("protocol", BOTH)
def test_old_heads_alone_are_no_successful_check(protocol: LogProtocol, tmp_path: Path) -> None:
    with Simulator() as sim:
        log = add_people(sim, protocol)
        scan(sim, tmp_path / "db")
        before = states(tmp_path / "db")["people"].last_success
        old = log.builder.checkpoint(900) if protocol is LogProtocol.STATIC_CT else log.builder.sth(900)
        log.fault("/checkpoint|/get-sth$", Answer(200, old))
        assert scan(sim, tmp_path / "db", start=None).exit_code == 0
    assert states(tmp_path / "db")["people"].last_success == before


def test_consistency_that_cannot_be_asked_for_is_proven_by_inclusion(tmp_path: Path) -> None:
    with Simulator() as sim:
        log = add_people(sim, LogProtocol.RFC6962, published=700)
        scan(sim, tmp_path / "db")
        log.publish(1000)
        log.fault("/get-sth-consistency", server_error(500))
        assert scan(sim, tmp_path / "db", start=None, give_up_after=0.0).exit_code == 0
        log.rewrite(log.builder.fork(600, 500), size=1100)
        assert scan(sim, tmp_path / "db", start=None, give_up_after=0.0).exit_code == 3
    assert [found.evidence.kind for found in misbehaviour_in(tmp_path / "db")] == [MisbehaviourKind.NOT_EXTENDED]
    assert ranges(tmp_path / "db", "people") == [(0, 1000, "everything")]


def test_a_misbehaving_log_is_asked_again_by_the_next_scan_and_reported_once_in_the_evidence(tmp_path: Path) -> None:
    with Simulator() as sim:
        log = add_people(sim, LogProtocol.STATIC_CT)
        assert scan(sim, tmp_path / "db").exit_code == 0
        log.publish(1000)
        log.root = bytes(32)
        assert scan(sim, tmp_path / "db").exit_code == 3
        asked = len(log.requests)
        assert scan(sim, tmp_path / "db").exit_code == 3
        assert len(log.requests) > asked
        assert len(misbehaviour_in(tmp_path / "db")) == 1
        log.publish(1000)
        assert scan(sim, tmp_path / "db").exit_code == 0
    assert len(misbehaviour_in(tmp_path / "db")) == 1
    assert ranges(tmp_path / "db", "people") == [(0, 1000, "everything")]
    assert not look_up(tmp_path / "db", "jane.roe@example.org").complete


@pytest.mark.parametrize("known", [700, 512])
def test_consistency_proofs_that_never_verify_accuse_nobody_while_an_inclusion_proof_shows_the_same(
    known: int, tmp_path: Path
) -> None:
    with Simulator() as sim:
        log = add_people(sim, LogProtocol.RFC6962, published=known)
        scan(sim, tmp_path / "db")
        log.publish(1000)
        log.fault("/get-sth-consistency", Answer(200, log.builder.get_consistency(300, 999)))
        assert scan(sim, tmp_path / "db", start=None).exit_code == 0
    assert misbehaviour_in(tmp_path / "db") == []
    assert ranges(tmp_path / "db", "people") == [(0, 1000, "everything")]


# --- where coverage begins ----------------------------------------------------------------------------------------


@cache
def days_log(protocol: LogProtocol) -> LogBuilder:
    """Build a log of 20 days with 256 entries each."""
    builder = LogBuilder("people", leaf_index=protocol is LogProtocol.STATIC_CT)
    for number in range(20 * 256):
        builder.add_certificate(host_certificate(number), EPOCH + number // 256 * 86_400_000 + number % 256)
    return builder


def day(number: int) -> str:
    return datetime.fromtimestamp(EPOCH / 1000 + number * 86_400, UTC).isoformat()


@pytest.mark.parametrize(("protocol", "gone"), crossed(ALL, [14, 5, 10]))
def test_a_date_is_found_in_a_log_that_was_pruned(protocol: LogProtocol, gone: int, tmp_path: Path) -> None:
    first = 11
    with Simulator() as sim:
        log = sim.add("people", days_log(protocol), protocol)
        log.pruned_below = 256 * gone
        log.fault("/get-entries|/get-entry-and-proof", pruned(log))
        scan(sim, tmp_path / "db", start=day(12), tuning=tiles_of(log))
        assert len(log.requests) < 150
    first = 256 * first
    state = states(tmp_path / "db")["people"]
    begin = min([r.start for r in state.verified] + [h.start for h in state.gaps])
    assert begin <= first and (gone > 11 or begin == first)
    assert verified_size(state) == 20 * 256 - max(first, 256 * gone)


def pruned(log: SimulatedLog) -> Change:
    """Answer get-entries and get-entry-and-proof as a pruned log does."""

    def change(asked: Request, honest: Answer) -> Answer:
        name = "start" if "get-entries" in asked.target else "leaf_index"
        return Answer(log.pruned_status, b"pruned\n") if asked.number(name) < log.pruned_below else honest

    return change


@pytest.mark.parametrize("protocol", BOTH)
def test_a_date_is_found_over_a_place_that_is_garbled(protocol: LogProtocol, tmp_path: Path) -> None:
    with Simulator() as sim:
        log = sim.add("people", days_log(protocol), protocol)
        log.corrupt(256 * 10)
        log.fault("leaf_index=2560&", garbled_proof())
        assert scan(sim, tmp_path / "db", start=day(12)).exit_code == 4
    begin = min(r.start for r in states(tmp_path / "db")["people"].verified)
    assert begin == 256 * 10  # the next readable day is late enough, so this day may be late enough too


def garbled_proof() -> Change:
    """Replace the leaf in the answer to get-entry-and-proof."""

    def change(body: bytes) -> bytes:
        fields = json.loads(body)
        fields["leaf_input"] = base64.b64encode(base64.b64decode(fields["leaf_input"])[:-1] + b"?").decode()
        return json.dumps(fields).encode()

    return body_changed(change)


def test_an_index_of_any_length_beyond_the_head_is_a_usage_error(tmp_path: Path) -> None:
    with Simulator() as sim:
        add_people(sim, LogProtocol.STATIC_CT, 300)
        for digits in (5000, 18):
            with pytest.raises(UsageError, match="--from"):
                scan(sim, tmp_path / "db", start="9" * digits)
    assert ranges(tmp_path / "db", "people") == []


# --- missing entries ----------------------------------------------------------------------------------------------


def test_islands_between_missing_tiles_are_read(tmp_path: Path) -> None:
    gone = {1, 2, 3, 5, 6, 8, 9, 10, 11, 13}
    with Simulator() as sim:
        log = add_people(sim, LogProtocol.STATIC_CT, 256 * 16)
        log.missing_tiles = gone
        scan(sim, tmp_path / "db")
    there = {i // 256 for s, e, _ in ranges(tmp_path / "db", "people") for i in range(s, e, 256)}
    assert there == set(range(16)) - gone
    missing = {i // 256 for s, e, _ in gaps_in(tmp_path / "db", "people") for i in range(s, e, 256)}
    assert missing == gone


def test_entries_that_go_missing_behind_others_count_as_read_by_no_pass(tmp_path: Path) -> None:
    """The gap of the older ones and that of the newer ones come in order: what lies between two gaps out of order would
    be taken for proven together with the entries behind."""
    db = tmp_path / "db"
    with Simulator() as sim:
        log = add_people(sim, LogProtocol.STATIC_CT)
        log.publish(512)
        log.missing_tiles = {1}
        assert scan(sim, db).exit_code == 4
        log.publish(1000)
        log.missing_tiles = {1, 2}
        assert scan(sim, db).exit_code == 4
        assert ranges(db, "people") == [(0, 256, "everything"), (768, 1000, "everything")]
        assert not look_up(db, PEOPLE[700]).complete
        log.missing_tiles = set()
        assert scan(sim, db).exit_code == 0
    answer = look_up(db, PEOPLE[700])
    assert answer.complete and answer.matches


@pytest.mark.parametrize("protocol", BOTH)
def test_only_what_was_missing_before_is_pruned(protocol: LogProtocol, tmp_path: Path) -> None:
    first = "/tile/data/001|/get-entries.start=3.."
    everything = "/tile/data/|/get-entries"
    with Simulator() as sim:
        log = add_people(sim, protocol, 1024)
        log.max_batch = 256
        log.fault(first, server_error(404))
        if protocol is LogProtocol.RFC6962:
            log.faults.clear()
            log.fault(r"/get-entries\?start=(25[6-9]|2[6-9].|[34]..|50.|51[01])&", server_error(404))
        assert scan(sim, tmp_path / "db", start="256", logs=("people",)).exit_code == 4
        assert gaps_in(tmp_path / "db", "people") == [(256, 512, "not read")]
        log.faults.clear()
        log.builder.fill(1024)
        log.publish(2048)
        log.fault(everything, server_error(404))
        assert scan(sim, tmp_path / "db", start=None).exit_code == 4
        assert gaps_in(tmp_path / "db", "people") == [(256, 512, "pruned"), (1024, 2048, "not read")]
        log.faults.clear()
        assert scan(sim, tmp_path / "db", start=None).exit_code == 0
    assert ranges(tmp_path / "db", "people") == [(256, 2048, "everything")]
    assert gaps_in(tmp_path / "db", "people") == []


@pytest.mark.parametrize("protocol", BOTH)
def test_a_transient_404_in_a_hole_next_to_an_old_one_is_no_pruning(protocol: LogProtocol, tmp_path: Path) -> None:
    """Entries that were quarantined earlier were not missing then; a wider gap is not as old as its older part."""
    with Simulator() as sim:
        log = add_people(sim, protocol, 1024)
        log.max_batch = 256
        faults = log.corrupt(300)
        assert scan(sim, tmp_path / "db").exit_code == 4
        assert gaps_in(tmp_path / "db", "people") == [(256, 512, "quarantined")]
        for fault in faults:
            log.faults.remove(fault)
        log.builder.fill(1024)
        log.publish(2048)
        log.fault("/tile/data/|/get-entries", server_error(404))
        assert scan(sim, tmp_path / "db", start=None).exit_code == 4
        assert (256, 512, "pruned") not in gaps_in(tmp_path / "db", "people")
        log.faults.clear()
        assert scan(sim, tmp_path / "db", start=None).exit_code == 0
    assert ranges(tmp_path / "db", "people") == [(0, 2048, "everything")]


@pytest.mark.parametrize("protocol", ALL)
def test_the_last_batch_may_stay_missing(protocol: LogProtocol, tmp_path: Path) -> None:
    with Simulator() as sim:
        log = add_people(sim, protocol)
        log.max_batch = 200
        log.fault("/tile/data/003|/get-entries.start=(8|9|76|77|78|79)|leaf_index=(8|9)", server_error(404))
        tuning = tiles_of(log)
        assert scan(sim, tmp_path / "db", tuning=tuning).exit_code == 4
        assert scan(sim, tmp_path / "db", start=None, tuning=tuning).exit_code == 4
        ((begin, end, reason),) = gaps_in(tmp_path / "db", "people")
        assert (end, reason) == (1000, "pruned") and begin in (768, 800)
        log.faults.clear()
        log.builder.fill(300)
        log.publish(1300)
        assert scan(sim, tmp_path / "db", start=None, tuning=tuning).exit_code == 0
    assert ranges(tmp_path / "db", "people") == [(0, 1300, "everything")]
    assert with_index(tmp_path / "db", all_evidence) == [(i, True) for i in sorted(PEOPLE)]


@pytest.mark.parametrize("protocol", ALL)
def test_a_log_that_has_nothing_at_all_any_more_ends(protocol: LogProtocol, tmp_path: Path) -> None:
    with Simulator() as sim:
        log = add_people(sim, protocol)
        log.fault("/tile/data/|/get-entries|/get-entry-and-proof", server_error(410))
        tuning = tiles_of(log)
        assert scan(sim, tmp_path / "db", tuning=tuning).exit_code == 4
        assert scan(sim, tmp_path / "db", tuning=tuning).exit_code == 4
        assert gaps_in(tmp_path / "db", "people") == [(0, 1000, "pruned")]
        log.faults.clear()
        assert scan(sim, tmp_path / "db", start=None, tuning=tuning).exit_code == 0
    assert ranges(tmp_path / "db", "people") == [(0, 1000, "everything")]


GARBLED = body_changed(lambda body: bytes(32) + body[32:])


@cache
def log_of_empty_entries() -> LogBuilder:
    """Build a log of a whole hash tile of level 1, and some entries more."""
    builder = LogBuilder("people")
    builder.fill(65536 + 600, lambda _: b"")
    return builder


@pytest.mark.parametrize(
    ("answer", "reason"),
    [(server_error(404), "not read"), (GARBLED, "quarantined")],
    ids=["gone", "garbled"],
)
def test_a_hash_tile_that_is_no_use_costs_what_it_covers_and_no_more(
    answer: Answer | Change, reason: str, tmp_path: Path
) -> None:
    builder = log_of_empty_entries()
    size = builder.size
    with Simulator() as sim:
        log = sim.add("people", builder)
        log.fault("/tile/1/000$", answer)
        assert scan(sim, tmp_path / "db", scope="domain:example.org").exit_code == 4
        assert tile_requests(log) < 20
    assert gaps_in(tmp_path / "db", "people") == [(0, 65536, reason)]
    assert [r[:2] for r in ranges(tmp_path / "db", "people")] == [(0, 0), (65536, size)]


# --- garbled answers ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("protocol", "entry_and_proof", "index"),
    [
        *crossed([LogProtocol.RFC6962, LogProtocol.HYBRID], [True], [399, 511, 999]),
        *crossed([LogProtocol.HYBRID, LogProtocol.RFC6962], [False], [399, 511, 999]),
    ],
)
def test_a_leaf_that_is_garbled_wherever_it_is_asked_for_costs_its_batch(
    protocol: LogProtocol, entry_and_proof: bool, index: int, tmp_path: Path
) -> None:
    with Simulator() as sim:
        log = add_people(sim, protocol)
        log.entry_and_proof = entry_and_proof
        log.corrupt(index)
        log.fault(f"leaf_index={index}&", garbled_proof())
        if not entry_and_proof:
            log.fault("/get-entry-and-proof", server_error(404))
        outcome = scan(sim, tmp_path / "db", tuning=tiles_of(log))
        assert endings(outcome) == {"people": "gaps"}
        ((begin, end, reason),) = gaps_in(tmp_path / "db", "people")
        assert begin <= index < end and end - begin <= 256 and reason == "quarantined"
        assert verified_size(states(tmp_path / "db")["people"]) == 1000 - (end - begin)
        log.faults.clear()
        log.entry_and_proof = True
        assert scan(sim, tmp_path / "db", start=None, tuning=tiles_of(log)).exit_code == 0
    assert ranges(tmp_path / "db", "people") == [(0, 1000, "everything")]
    assert with_index(tmp_path / "db", all_evidence) == [(i, True) for i in sorted(PEOPLE)]


def tile_garbled_at(place: int) -> Change:
    """Flip a bit of the last leaf of a data tile."""

    def change(body: bytes) -> bytes:
        spoiled = bytearray(body)
        spoiled[place] ^= 1
        return bytes(spoiled)

    return body_changed(change)


def test_two_places_garbled_and_one_missing_in_one_pass(tmp_path: Path) -> None:
    for protocol in ALL:
        db = tmp_path / protocol.value
        with Simulator() as sim:
            log = add_people(sim, protocol, 3000)
            log.max_batch = 128
            log.fault("/tile/data/(000|002|011)", tile_garbled_at(-40))
            log.fault("/get-entries.start=(0|640|2944)&", entries_changed(lambda found: [*found[:-1], found[0]]))
            log.missing_tiles = {6}
            log.fault(r"get-entries\?start=1[56]..&", server_error(404))
            tuning = tiles_of(log)
            scan(sim, db, tuning=tuning)
            state = states(db)["people"]
            assert len(state.gaps) == 4 and state.pending == ()
            log.faults.clear()
            log.missing_tiles = set()
            assert scan(sim, db, start=None, tuning=tuning).exit_code == 0
        assert ranges(db, "people") == [(0, 3000, "everything")]
        assert gaps_in(db, "people") == []
        found = with_index(db, all_evidence)
        assert found == [(i, True) for i in sorted(PEOPLE)]


@pytest.mark.parametrize(("protocol", "start"), crossed(ALL, ["1", "255", "901"]))
def test_evidence_follows_the_recursive_definition_wherever_reading_begins_and_resumes(
    protocol: LogProtocol, start: str, tmp_path: Path
) -> None:
    async def paths(index: Index) -> list[tuple[int, int, list[bytes]]]:
        return [(e.entry.index, e.proof.head.size, list(e.proof.path)) async for e in index.evidence(None) if e.proof]

    with Simulator() as sim:
        log = add_people(sim, protocol, published=950)
        tuning = tiles_of(log)
        scan(sim, tmp_path / "db", start=start, logs=("people",), tuning=tuning)
        log.publish(1000)
        log.corrupt(300, times=1)
        scan(sim, tmp_path / "db", start="start", logs=("people",), tuning=tuning)
        builder = log.builder
    found = with_index(tmp_path / "db", paths)
    assert sorted(i for i, _, _ in found) == sorted(PEOPLE)
    for index, size, path in found:
        assert path == builder.inclusion_path(index, size)


# --- alternative proofs and tiles ---------------------------------------------------------------------------------


@pytest.mark.parametrize("broken", [server_error(500), garbage("application/json"), server_error(403)])
def test_a_log_whose_get_entry_and_proof_is_broken_is_proven_the_other_way(broken: Answer, tmp_path: Path) -> None:
    with Simulator() as sim:
        log = add_people(sim, LogProtocol.RFC6962)
        log.fault("/get-entry-and-proof", broken)
        assert scan(sim, tmp_path / "db", start="333", logs=("people",), give_up_after=0.0).exit_code == 0
    assert ranges(tmp_path / "db", "people") == [(333, 1000, "everything")]
    assert with_index(tmp_path / "db", all_evidence) == [(i, True) for i in sorted(PEOPLE) if i >= 333]


@pytest.mark.parametrize("broken", [server_error(500), garbage(), server_error(404)])
def test_a_hybrid_whose_tiles_are_broken_is_read_by_get_entries(broken: Answer, tmp_path: Path) -> None:
    with Simulator() as sim:
        log = add_people(sim, LogProtocol.HYBRID, 4000)
        fault = log.fault("/tile/data/", broken)
        outcome = scan(sim, tmp_path / "db", tuning=tiles_of(log), give_up_after=0.0)
        assert endings(outcome) == {"people": "done"}
        assert broken.status == 404 or fault.hits < 10  # each attempt at a tile may take a minute
    assert ranges(tmp_path / "db", "people") == [(0, 4000, "everything")]


def test_an_impossible_time_of_the_first_entry_is_no_time(tmp_path: Path) -> None:
    for protocol in BOTH:
        builder = LogBuilder("people", leaf_index=protocol is LogProtocol.STATIC_CT)
        for index in range(600):
            builder.add_certificate(host_certificate(index), (1 << 64) - 1 if index == 256 else None)
        with Simulator() as sim:
            sim.add("people", builder, protocol)
            db = tmp_path / protocol.value
            assert scan(sim, db, start="256", logs=("people",)).exit_code == 0
            assert scan(sim, db, start="2026-01-03", logs=("people",)).exit_code == 0
        assert verified_size(states(db)["people"]) >= 600 - 256
        assert look_up(db, "jane.roe@example.org").coverage[0].since is None
