"""Two installations compare the heads that one log showed them."""

from __future__ import annotations

import asyncio
import json
from base64 import b64encode
from pathlib import Path

import pytest
from support.cli import run
from support.crossing import crossed
from support.exchange import Answer
from support.scanning import people_log, scan, states, with_index
from support.simulator import SimulatedLog, Simulator

from ctscan import app
from ctscan.config import Config
from ctscan.ct.misbehaviour import verify_evidence
from ctscan.model import AuditAction, LogProtocol
from ctscan.model.comparison import HeadComparison, HeadVerdict

BOTH = [LogProtocol.STATIC_CT, LogProtocol.RFC6962]


def add(sim: Simulator, protocol: LogProtocol, size: int = 300) -> SimulatedLog:
    return sim.add("people", people_log(size=600, leaf_index=protocol is LogProtocol.STATIC_CT), protocol, size=size)


def export(db: Path) -> bytes:
    result = run("logs", "heads", "--db", db, "--export", "-")
    assert (result.exit_code, result.stderr) == (0, "")
    return result.stdout.encode()


def compare(db: Path, exported: bytes, *, ask: bool = False) -> HeadComparison:
    return asyncio.run(app.compare_heads(Config(db=str(db)), exported, ask=ask, who="tester"))


def verdicts(found: HeadComparison) -> list[HeadVerdict]:
    return [one.verdict for log in found.logs for one in log.heads]


@pytest.mark.parametrize("protocol", BOTH)
def test_installations_that_saw_the_same_tree_agree(protocol: LogProtocol, tmp_path: Path) -> None:
    with Simulator() as sim:
        log = add(sim, protocol)
        scan(sim, tmp_path / "ours")
        log.timestamp = log.head_time(300) + 1  # signed once more for the other
        scan(sim, tmp_path / "theirs")
    found = compare(tmp_path / "ours", export(tmp_path / "theirs"))
    assert (verdicts(found), found.exit_code) == ([HeadVerdict.AGREES], 0)


@pytest.mark.parametrize("protocol", BOTH)
def test_two_roots_for_one_size_are_a_split_view(protocol: LogProtocol, tmp_path: Path) -> None:
    with Simulator() as sim:
        log = add(sim, protocol)
        scan(sim, tmp_path / "ours")
        log.rewrite(log.builder.fork(200, 100))
        scan(sim, tmp_path / "theirs")
    found = compare(tmp_path / "ours", export(tmp_path / "theirs"))
    assert (verdicts(found), found.exit_code) == ([HeadVerdict.CONTRADICTS], 3)
    compare(tmp_path / "ours", export(tmp_path / "theirs"))
    state = states(tmp_path / "ours")["people"]
    assert len(state.misbehaviour) == 1 and "two roots for the size 300" in state.misbehaviour[0]
    (recorded,) = with_index(tmp_path / "ours", lambda index: index.misbehaviour(state.log.id))
    assert state.head is not None and recorded.evidence.heads[0] == state.head.raw
    assert "two roots for the size 300" in verify_evidence(state.log.key, recorded.evidence)
    events = asyncio.run(app.audit_events(Config(db=str(tmp_path / "ours")), 10))
    assert AuditAction.EVIDENCE in {event.action for event in events}


@pytest.mark.parametrize(("protocol", "theirs"), crossed(BOTH, [200, 450]))
def test_another_size_is_comparable_only_by_a_proof_of_the_log(
    protocol: LogProtocol, theirs: int, tmp_path: Path
) -> None:
    with Simulator() as sim:
        log = add(sim, protocol)
        scan(sim, tmp_path / "ours")
        log.publish(theirs)
        scan(sim, tmp_path / "theirs")
        exported = export(tmp_path / "theirs")
        asked = len(log.requests)
        found = compare(tmp_path / "ours", exported)
        assert (verdicts(found), found.exit_code, len(log.requests)) == ([HeadVerdict.NOT_COMPARABLE], 4, asked)
        log.publish(500)
        found = compare(tmp_path / "ours", exported, ask=True)
        assert (verdicts(found), found.exit_code) == ([HeadVerdict.CONSISTENT], 0)
        log.fault("", Answer(403, b"no"))
        found = compare(tmp_path / "ours", exported, ask=True)
        assert (verdicts(found), found.exit_code) == ([HeadVerdict.NOT_COMPARABLE], 4)
        assert "403" in found.logs[0].heads[0].detail


@pytest.mark.parametrize("protocol", BOTH)
def test_a_log_that_can_not_prove_another_size_contradicts(protocol: LogProtocol, tmp_path: Path) -> None:
    with Simulator() as sim:
        log = add(sim, protocol)
        scan(sim, tmp_path / "ours")
        log.rewrite(log.builder.fork(100, 400), size=450)
        scan(sim, tmp_path / "theirs")
        found = compare(tmp_path / "ours", export(tmp_path / "theirs"), ask=True)
    assert (verdicts(found), found.exit_code) == ([HeadVerdict.CONTRADICTS], 3)
    assert "doesn't extend" in states(tmp_path / "ours")["people"].misbehaviour[0]


@pytest.mark.parametrize(("protocol", "ask"), crossed(BOTH, [False, True]))
def test_a_smaller_head_with_a_later_time_contradicts_though_the_tree_is_the_same(
    protocol: LogProtocol, ask: bool, tmp_path: Path
) -> None:
    with Simulator() as sim:
        log = add(sim, protocol)
        scan(sim, tmp_path / "ours")
        log.publish(200, log.head_time(300) + 1)
        scan(sim, tmp_path / "theirs")
        log.publish(500)
        found = compare(tmp_path / "ours", export(tmp_path / "theirs"), ask=ask)
    assert (verdicts(found), found.exit_code) == ([HeadVerdict.CONTRADICTS], 3)
    (said,) = states(tmp_path / "ours")["people"].misbehaviour
    assert "people: the tree shrank: size 300 at " in said


def test_unknown_logs_and_bad_signatures_are_named_and_not_used(tmp_path: Path) -> None:
    with Simulator() as sim:
        log = add(sim, LogProtocol.STATIC_CT)
        scan(sim, tmp_path / "ours")
    document = json.loads(export(tmp_path / "ours"))
    (known,) = document["logs"]
    known["heads"].append(b64encode(log.builder.checkpoint(300, root=bytes(32), spoil=True)).decode())
    document["logs"].append({"log_id": b64encode(bytes(32)).decode(), "name": "Nobody's log", "heads": []})
    (tmp_path / "theirs.json").write_text(json.dumps(document))
    result = run("logs", "heads", "--db", tmp_path / "ours", "--compare", tmp_path / "theirs.json")
    assert result.exit_code == 4
    assert "people: 1 head agrees, 1 head not signed by the log, not used" in result.stdout
    assert f"Nobody's log ({b64encode(bytes(32)).decode()}): not known here, not used" in result.stdout
    assert states(tmp_path / "ours")["people"].misbehaviour == ()


def test_a_comparison_as_json_and_as_text(tmp_path: Path) -> None:
    with Simulator() as sim:
        log = add(sim, LogProtocol.STATIC_CT)
        scan(sim, tmp_path / "ours")
        log.rewrite(log.builder.fork(200, 100))
        scan(sim, tmp_path / "theirs")
    (tmp_path / "theirs.json").write_bytes(export(tmp_path / "theirs"))
    result = run("logs", "heads", "--db", tmp_path / "ours", "--compare", tmp_path / "theirs.json", "--format", "json")
    shape = json.loads(result.stdout)
    assert (result.exit_code, shape["exit_code"]) == (3, 3)
    (one,) = shape["logs"]
    assert (one["known"], one["agrees"], one["contradicts"]) == (True, 0, 1)
    (head,) = one["heads"]
    assert head["theirs"]["size"] == head["ours"]["size"] and head["theirs"]["root"] != head["ours"]["root"]
    result = run("logs", "heads", "--db", tmp_path / "ours", "--compare", tmp_path / "theirs.json")
    assert result.exit_code == 3
    assert "people: 1 head CONTRADICTS ours" in result.stdout
    assert "contradicts: size 300: people: two roots for the size 300" in result.stdout


def test_an_export_holds_heads_and_nothing_of_us(tmp_path: Path) -> None:
    with Simulator() as sim:
        log = add(sim, LogProtocol.RFC6962)
        scan(sim, tmp_path / "db", purpose="about Jane Roe", who="jane")
    assert json.loads(export(tmp_path / "db")) == {
        "format": "ctscan heads 1",
        "logs": [
            {
                "log_id": b64encode(log.builder.id).decode(),
                "name": "people",
                "heads": [b64encode(log.builder.sth(300, timestamp=log.head_time(300))).decode()],
            }
        ],
    }


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("--ask",), 2, "--ask goes with --compare"),
        (("--export", "-", "--compare", "-"), 2, "expected --export or --compare, got both"),
        (("--compare", "none.json"), 1, "none.json: can't be read"),
        (("--compare", "bad.json"), 1, "expected a file of 'ctscan logs heads --export'"),
        (("--export", "nowhere/heads.json"), 1, "can't be written"),
    ],
)
def test_mistakes_are_one_line(
    arguments: tuple[str, ...], code: int, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Simulator() as sim:
        add(sim, LogProtocol.RFC6962)
        scan(sim, tmp_path / "db")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bad.json").write_text("[]")
    result = run("logs", "heads", "--db", tmp_path / "db", *arguments)
    assert result.exit_code == code
    assert words in result.stderr and result.stderr.count("\n") == 1


def test_options_in_front_of_the_command_are_refused(tmp_path: Path) -> None:
    result = run("logs", "--db", tmp_path / "db", "heads")
    assert result.exit_code == 2
    assert "expected --db after 'ctscan logs heads', got it before" in result.stderr
