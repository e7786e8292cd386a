"""A mistake in a list is not a crime of the log: wrong origins, false accusations of older versions, dismissals.

Whatever a simulated log lies about, it is accused with evidence that other software verifies, or it is in doubt.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from support.accusing import assert_healed, misbehaviour_in
from support.attacking import BOTH, add_people, endings
from support.crossing import crossed
from support.exchange import Answer
from support.logs import LogBuilder, b64
from support.scanning import Heard, look_up, people_log, ranges, scan, states
from support.simulator import SimulatedLog, Simulator, body_changed, garbage, server_error
from support.third_party import convince

import ctscan.app as app
from ctscan.clock import Clock
from ctscan.config import Config
from ctscan.ct.misbehaviour import verify_evidence
from ctscan.errors import UsageError
from ctscan.index.sqlite import row_checks
from ctscan.model import FailureKind, LogProtocol, Remark
from ctscan.model.results import CheckedMisbehaviour

JANE = "jane.roe@example.org"
STATIC, POSTED = LogProtocol.STATIC_CT, LogProtocol.RFC6962


def recorded(db: Path) -> list[CheckedMisbehaviour]:
    """Review and check all evidence, as `ctscan logs evidence` does."""
    return asyncio.run(app.misbehaviour_of_logs(Config(db=str(db)), who="auditor"))


def remarks(db: Path) -> list[str]:
    """List the codes of the remarks of an answer that are about misbehaviour."""
    about = {Remark.CONTRADICTED, Remark.DISMISSED, Remark.DISMISSED_UNVERIFIABLE, Remark.UNPROVEN}
    return [remark.code for remark in look_up(db, JANE).remarks if remark.code in set(map(str, about))]


# --- origins ------------------------------------------------------------------------------------------------------


def test_a_wrong_submission_url_is_a_fault_of_the_list_until_it_is_corrected(tmp_path: Path) -> None:
    db = tmp_path / "db"
    with Simulator() as sim:
        log = add_people(sim, STATIC)
        sim.add("good", people_log("good"))
        log.submission_url = "https://log.example.com/wrong/"
        heard = Heard()
        outcome = scan(sim, db, heard)
        assert endings(outcome) == {"people": "wrong origin", "good": "done"}
        assert outcome.exit_code == 2
        (message,) = [done.message for done in heard.done if done.name == "people"]
        assert "'log.example.com/wrong'" in message and f"'{log.builder.origin}'" in message
        assert states(db)["people"].failure is FailureKind.WRONG_ORIGIN
        assert misbehaviour_in(db) == []
        assert ranges(db, "good") == [(0, 1000, "everything")]
        assert not look_up(db, JANE).complete
        log.submission_url = None
        assert scan(sim, db).exit_code == 0
    assert misbehaviour_in(db) == [] and remarks(db) == []
    assert states(db)["people"].failure is None
    assert look_up(db, JANE).complete


@pytest.mark.parametrize("spoil", [False, True])
def test_a_checkpoint_of_another_log_or_one_that_nobody_signed_is_garbage_and_no_fault_of_the_list(
    spoil: bool, tmp_path: Path
) -> None:
    with Simulator() as sim:
        log = add_people(sim, STATIC)
        signer = log.builder if spoil else LogBuilder("another log", origin="log.example.com/another")
        other = signer.checkpoint(0, origin="log.example.com/another", spoil=spoil)
        log.fault("/checkpoint$", Answer(200, other))
        outcome = scan(sim, tmp_path / "db")
    assert endings(outcome) == {"people": "incomplete"} and outcome.exit_code == 1
    assert states(tmp_path / "db")["people"].failure is FailureKind.UNAVAILABLE
    assert misbehaviour_in(tmp_path / "db") == []


def test_a_readonly_log_whose_server_answers_with_garbage_is_read_to_the_final_head(tmp_path: Path) -> None:
    with Simulator() as sim:
        log = add_people(sim, STATIC)
        log.state, log.final_size, log.spoil_signature = "readonly", 1000, True
        assert scan(sim, tmp_path / "db").exit_code == 0
    assert_healed(tmp_path / "db")


@pytest.mark.parametrize(("protocol", "is_silent"), crossed(BOTH, [False, True]))
def test_a_list_that_states_another_root_than_the_log_signed_is_noticed_although_all_is_read(
    protocol: LogProtocol, is_silent: bool, tmp_path: Path
) -> None:
    db = tmp_path / "db"
    with Simulator() as sim:
        log = add_people(sim, protocol)
        assert scan(sim, db).exit_code == 0
        log.state, log.final_size = "readonly", 1000
        true, wrong = b64(log.builder.root()).encode(), b64(b"\x13" * 32).encode()
        wrong_list = sim.fault("log_list.json", body_changed(lambda body: body.replace(true, wrong)))
        silence = [log.fault(".", server_error(404))] if is_silent else []
        for _ in range(2):
            assert scan(sim, db, give_up_after=0.0).exit_code == 1
            assert states(db)["people"].failure is FailureKind.CONTRADICTS_LIST
            assert not look_up(db, JANE).complete and misbehaviour_in(db) == []
        sim.faults.remove(wrong_list)
        for fault in silence:
            log.faults.remove(fault)
        assert scan(sim, db).exit_code == 0
    assert_healed(db)


# --- every lie ----------------------------------------------------------------------------------------------------


def forged_root(log: SimulatedLog) -> None:
    log.publish(1000)
    log.root = b"\x13" * 32


def another_history(log: SimulatedLog) -> None:
    log.rewrite(log.builder.fork(400, 600), size=1000)


def another_history_of_one_size(log: SimulatedLog) -> None:
    log.rewrite(log.builder.fork(400, log.size - 400))


def an_old_head_of_another_history(log: SimulatedLog) -> None:
    fork = log.builder.fork(100, 400)
    raw = fork.checkpoint(500) if log.protocol is STATIC else fork.sth(500)
    log.fault("/checkpoint$|/get-sth$", Answer(200, raw))


def a_shrunk_tree(log: SimulatedLog) -> None:
    log.publish(300, timestamp=log.head_time(log.size) + 1)


def an_empty_tree_with_a_root(log: SimulatedLog) -> None:
    log.publish(0)
    log.root = b"\x13" * 32


def no_proofs(log: SimulatedLog) -> None:
    another_history(log)
    log.fault("/get-sth-consistency|/get-entry|/get-proof|/tile/[0-9]/", server_error(404))


def garbled_proofs(log: SimulatedLog) -> None:
    another_history(log)

    def garble(body: bytes) -> bytes:
        if not body.startswith(b"{"):
            return b"\x13" * len(body)
        fields = json.loads(body)
        return json.dumps({name: [] if isinstance(value, list) else value for name, value in fields.items()}).encode()

    log.fault("/get-sth-consistency|/get-entry-and|/get-proof|/tile/[0-9]/", body_changed(garble))


def garbage_everywhere(log: SimulatedLog) -> None:
    log.publish(1000)
    log.fault(".", garbage())


LIES: Sequence[Callable[[SimulatedLog], None]] = (
    forged_root,
    another_history,
    another_history_of_one_size,
    an_old_head_of_another_history,
    a_shrunk_tree,
    an_empty_tree_with_a_root,
    no_proofs,
    garbled_proofs,
    garbage_everywhere,
)
PROVEN = {"not extended", "two roots", "shrank", "empty root"}
OUTCOMES = {
    "forged_root": {"unproven"},
    "another_history": {"not extended"},
    "another_history_of_one_size": {"two roots"},
    "an_old_head_of_another_history": {"not extended"},
    "a_shrunk_tree": {"shrank"},
    "an_empty_tree_with_a_root": {"empty root"},
    "no_proofs": {"unavailable"},
    "garbled_proofs": {"unproven"},
    "garbage_everywhere": {"unavailable"},
}


@pytest.mark.parametrize(("protocol", "size", "lie"), [*crossed(BOTH, [900], LIES), *crossed(BOTH[::-1], [512], LIES)])
def test_every_lie_is_proven_to_third_parties_or_named_as_a_failure(
    protocol: LogProtocol, size: int, lie: Callable[[SimulatedLog], None], tmp_path: Path
) -> None:
    db = tmp_path / "db"
    with Simulator() as sim:
        log = add_people(sim, protocol, published=size)
        assert scan(sim, db).exit_code == 0
        lie(log)
        outcome = scan(sim, db, start=None, give_up_after=0.0)
    found = {str(one.evidence.kind) for one in misbehaviour_in(db)}  # checks each by other software
    state = states(db)["people"]
    if found:
        assert outcome.exit_code == 3 and found <= PROVEN
        assert not look_up(db, JANE).complete and remarks(db) == [Remark.CONTRADICTED]
    else:
        assert outcome.exit_code == 1 and state.failure is not None and state.misbehaviour == ()
        assert look_up(db, JANE).complete is (not state.failure.is_doubt)
        found = {str(state.failure)}
    assert found == OUTCOMES[lie.__name__]
    assert ranges(db, "people") == [(0, size, "everything")]


# --- accusations of older versions --------------------------------------------------------------------------------


def accuse_as_before(db: Path, reason: str, heads: Sequence[bytes], at: datetime | None = None) -> None:
    """Record misbehaviour as an older version did: a reason and heads, and no kind."""
    with closing(sqlite3.connect(db)) as connection, connection:
        row_checks.register(connection)
        row_checks.make_triggers(connection)
        when = (at or datetime.now(UTC) - timedelta(days=9)).isoformat(timespec="microseconds")
        cursor = connection.execute(
            "INSERT INTO misbehaviour (log, at, reason, digest) SELECT id, ?, ?, ? FROM log",
            (when, reason, reason.encode()),
        )
        connection.executemany(
            "INSERT INTO misbehaviour_head VALUES (?, ?, ?)",
            [(cursor.lastrowid, ordinal, raw) for ordinal, raw in enumerate(heads)],
        )


def unsigned(builder: LogBuilder) -> list[bytes]:
    return [builder.checkpoint(900, spoil=True)]


def of_another_origin(builder: LogBuilder) -> list[bytes]:
    return [builder.checkpoint(900, origin="log.example.com/real")]


def beyond_the_final_head(builder: LogBuilder) -> list[bytes]:
    return [builder.checkpoint(900)]


def nothing_at_all(builder: LogBuilder) -> list[bytes]:
    return []


FALSE = [unsigned, of_another_origin, beyond_the_final_head, nothing_at_all]


@pytest.mark.parametrize(("how", "heads"), crossed(["the next scan", "logs evidence"], FALSE))
def test_an_old_accusation_that_nobody_else_can_verify_is_dismissed_and_named(
    heads: Callable[[LogBuilder], list[bytes]], how: str, tmp_path: Path
) -> None:
    db = tmp_path / "db"
    with Simulator() as sim:
        log = add_people(sim, STATIC)
        assert scan(sim, db).exit_code == 0
        accuse_as_before(db, "the tree head isn't signed by the log's key", heads(log.builder))
        assert not look_up(db, JANE).complete and remarks(db) == [Remark.CONTRADICTED]
        if how == "the next scan":
            assert scan(sim, db).exit_code == 0
    before = datetime.now(UTC)
    ((one,),) = [recorded(db)]
    dismissal = one.recorded.dismissal
    assert dismissal is not None and (dismissal.who, dismissal.reason.code) == ("ctscan", "dismissal.unverifiable")
    assert abs(dismissal.at - before) < timedelta(minutes=5)
    assert not one.proven and one.problem
    assert look_up(db, JANE).complete and remarks(db) == [Remark.DISMISSED_UNVERIFIABLE]
    assert len(recorded(db)[0].recorded.decisions) == 1, "dismissed once"


def test_an_old_accusation_of_a_log_that_was_not_read_since_becomes_a_doubt(tmp_path: Path) -> None:
    db = tmp_path / "db"
    with Simulator() as sim:
        log = add_people(sim, STATIC)
        scan(sim, db)
        accuse_as_before(db, "no proof", unsigned(log.builder), datetime.now(UTC) + timedelta(minutes=1))
        recorded(db)
        assert not look_up(db, JANE).complete
        assert remarks(db) == [Remark.UNPROVEN, Remark.DISMISSED_UNVERIFIABLE]
        assert scan(sim, db).exit_code == 0
    assert look_up(db, JANE).complete and remarks(db) == [Remark.DISMISSED_UNVERIFIABLE]


@pytest.mark.parametrize("lie", ["two roots", "shrank", "empty root"])
def test_an_old_accusation_that_its_heads_prove_stands(lie: str, tmp_path: Path) -> None:
    db = tmp_path / "db"
    with Simulator() as sim:
        log = add_people(sim, STATIC)
        scan(sim, db)
        build = log.builder
        heads = {
            "two roots": [build.checkpoint(900), build.checkpoint(900, root=b"x" * 32)],
            "shrank": [build.checkpoint(900), build.checkpoint(500, timestamp=build.head_time(900) + 1)],
            "empty root": [build.checkpoint(0, root=b"x" * 32)],
        }[lie]
        accuse_as_before(db, lie, heads)
        assert scan(sim, db).exit_code == 0
    ((one,),) = [recorded(db)]
    assert one.recorded.decisions == () and one.proven and str(one.recorded.evidence.kind) == lie
    assert not look_up(db, JANE).complete and remarks(db) == [Remark.CONTRADICTED]
    assert len(misbehaviour_in(db)) == 1


@pytest.mark.parametrize(("protocol", "is_true"), crossed(BOTH, [True, False]))
def test_old_heads_that_may_contradict_each_other_are_settled_by_the_next_scan(
    protocol: LogProtocol, is_true: bool, tmp_path: Path
) -> None:
    """Heads of different sizes alone prove nothing, but the tree of today shows whether it extends both."""
    db = tmp_path / "db"
    with Simulator() as sim:
        log = add_people(sim, protocol)
        scan(sim, db)
        other = log.builder.fork(300, 500) if is_true else log.builder
        sign = (lambda b, n: b.checkpoint(n)) if protocol is STATIC else (lambda b, n: b.sth(n))
        accuse_as_before(db, "doesn't extend", [sign(log.builder, 700), sign(other, 750)])
        ((waiting,),) = [recorded(db)]
        assert waiting.recorded.decisions == () and not waiting.proven, "only a scan can settle it"
        assert not look_up(db, JANE).complete
        assert scan(sim, db).exit_code == (3 if is_true else 0)
    assert look_up(db, JANE).complete is (not is_true)
    proven = [one for one in recorded(db) if one.proven]
    assert [str(one.recorded.evidence.kind) for one in proven] == (["not extended"] if is_true else [])
    if not is_true:
        assert remarks(db) == [Remark.DISMISSED_UNVERIFIABLE]


# --- decisions and exports ----------------------------------------------------------------------------------------


def a_lying_log(db: Path) -> CheckedMisbehaviour:
    """Scan a log that signs two roots for one size, and then the true one again."""
    with Simulator() as sim:
        log = add_people(sim, POSTED)
        scan(sim, db)
        forged_root(log)
        assert scan(sim, db).exit_code == 3
        log.publish(1000)
        assert scan(sim, db).exit_code == 0
    ((one,),) = [recorded(db)]
    return one


def test_a_person_dismisses_evidence_and_restores_it_and_every_answer_names_it(tmp_path: Path) -> None:
    db = tmp_path / "db"
    number = a_lying_log(db).recorded.number
    config = Config(db=str(db))

    def decide(number: int, reason: str, *, dismiss: bool) -> None:
        clock = Clock(now=lambda: datetime(2026, 3, 4, tzinfo=UTC))
        asyncio.run(
            app.decide_on_misbehaviour(config, number, dismiss=dismiss, reason=reason, who="auditor", clock=clock)
        )

    assert not look_up(db, JANE).complete and remarks(db) == [Remark.CONTRADICTED]
    decide(number, '["remark.cut"]', dismiss=True)
    assert look_up(db, JANE).complete and remarks(db) == [Remark.DISMISSED]
    for wrong in (number, number + 1):
        with pytest.raises(UsageError):
            decide(wrong, "again", dismiss=True)
    with pytest.raises(UsageError, match="reason"):
        decide(number, "  ", dismiss=False)
    decide(number, "it was no incident after all", dismiss=False)
    assert not look_up(db, JANE).complete and remarks(db) == [Remark.CONTRADICTED]
    ((one,),) = [recorded(db)]
    made = [(d.at.isoformat(), d.who, d.is_dismissal, dict(d.reason.params)["text"]) for d in one.recorded.decisions]
    assert made == [
        ("2026-03-04T00:00:00+00:00", "auditor", True, '["remark.cut"]'),
        ("2026-03-04T00:00:00+00:00", "auditor", False, "it was no incident after all"),
    ]


def test_exported_evidence_is_verified_by_other_software(tmp_path: Path) -> None:
    db, file = tmp_path / "db", tmp_path / "evidence.json"
    one = a_lying_log(db)
    config = Config(db=str(db))
    assert asyncio.run(app.export_evidence(config, "people", file, who="auditor")) == 1
    (item,) = json.loads(file.read_text(encoding="utf-8"))["evidence"]
    convince(item)
    assert item["proven"] == verify_evidence(one.log.key, one.recorded.evidence)
    assert any("RFC 6962 section 3.5" in step for step in item["how_to_verify"])
    assert str(tmp_path) not in file.read_text(encoding="utf-8")
    with pytest.raises(UsageError, match="no log of this index"):
        asyncio.run(app.misbehaviour_of_logs(config, "unknown log", who="auditor"))
