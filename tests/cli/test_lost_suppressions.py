"""`ctscan suppressions accept-loss`: an index goes on without its suppressions, and every answer says so."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli.test_forget import ANN, JANE, Desk
from support.case_desk import ago
from support.cli import run

WORDS = ("suppressions", "accept-loss", "--reason", "disk lost, no copy")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    made = Desk(tmp_path)
    made.forget(JANE, "--yes")
    made.forget(ANN, "--restrict", "--yes")
    return made


def _suppressions(desk: Desk) -> Path:
    return desk.db.with_name("ctscan.db.suppressions")


def test_no_answer_is_complete_after_a_loss_and_what_was_hidden_stays_so(desk: Desk) -> None:
    _suppressions(desk).unlink()
    assert "accept-loss --reason" in run("lookup", ANN, "--config", desk.config).output
    assert [one["kind"] for one in desk.json(*WORDS)] == ["lost"]
    answer = desk.json("lookup", "nobody@example.org", code=4)
    assert (answer["complete"], "remark.suppressions-lost" in [one["code"] for one in answer["remark_codes"]]) == (
        False,
        True,
    )
    assert "are lost" in desk("lookup", JANE, code=4)
    assert any("are lost" in one for one in desk.json("status")["remarks"])
    desk.forget("nobody@example.org", "--restrict", "--yes")
    desk("suppressions", "lift", "2", "--told", ago(0))
    assert desk.found(ANN) == 0
    assert "no suppression 1" in run("suppressions", "lift", "1", "--config", desk.config).output
    assert "The audit log holds" in desk("audit", "verify")
    assert [one["purpose"] for one in desk.json("audit", "show") if one["action"] == "forget" and one["purpose"]] == [
        "disk lost, no copy"
    ] * 2


def test_a_file_that_was_changed_is_kept_beside_the_new_one(desk: Desk) -> None:
    file = _suppressions(desk)
    changed = file.read_text(encoding="utf-8").replace("objection", "erasure", 1)
    file.write_text(changed, encoding="utf-8")
    assert "entry 1 was changed" in run("status", "--config", desk.config).output
    desk(*WORDS)
    assert file.with_name(f"{file.name}.lost.1").read_text(encoding="utf-8") == changed
    assert desk.found(ANN) == 0


def test_suppressions_that_are_there_are_not_given_up(desk: Desk) -> None:
    before = _suppressions(desk).read_bytes()
    done = run(*WORDS, "--config", desk.config)
    assert (done.exit_code, "are here" in done.output) == (2, True)
    assert _suppressions(desk).read_bytes() == before
    assert run(*WORDS[:3], " ", "--config", desk.config).exit_code == 2
