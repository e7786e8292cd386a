"""`ctscan logs evidence`: contradictions of logs are shown, exported, dismissed and restored; the trail records it."""

from __future__ import annotations

import json
import os
import shutil
import stat
from pathlib import Path

import pytest
from support.attacking import add_people
from support.cli import error_line, run
from support.scanning import people_log, scan
from support.simulator import Simulator
from support.third_party import convince

from ctscan.cli.process import account
from ctscan.model import LogProtocol

JANE = "jane.roe@example.org"


@pytest.fixture(scope="module")
def accused(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Scan two logs, one of which signs two roots for one size before it signs the true one again."""
    db = tmp_path_factory.mktemp("accused") / "ctscan.db"
    with Simulator() as sim:
        log = add_people(sim, LogProtocol.RFC6962)
        sim.add("good", people_log("good"))
        assert scan(sim, db).exit_code == 0
        log.publish(1000)
        log.root = b"\x13" * 32
        assert scan(sim, db).exit_code == 3
        log.publish(1000)
        assert scan(sim, db).exit_code == 0
    return db


@pytest.fixture
def db(accused: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(accused, tmp_path / "ctscan.db"))


def shown(db: Path, *arguments: str) -> list[dict[str, object]]:
    result = run("logs", "evidence", *arguments, "--db", db, "--format", "json")
    assert result.exit_code == 0, result.stderr
    found: list[dict[str, object]] = json.loads(result.stdout)
    return found


def look_up(db: Path) -> tuple[bool, list[str]]:
    given = json.loads(run("lookup", JANE, "--db", db, "--format", "json").stdout)
    return given["complete"], [one["code"] for one in given["remark_codes"] if "log" in one["params"]]


def details(db: Path) -> list[tuple[str | None, str]]:
    """List the details and states of the events about evidence, newest first."""
    if not Path(f"{db}.audit").exists():
        return []
    events = json.loads(run("audit", "show", "--db", db, "--format", "json").stdout)
    return [(event["detail"], event["state"]) for event in events if event["action"] == "evidence"]


def test_the_table_shows_what_a_log_is_accused_of_and_whether_it_verifies(db: Path) -> None:
    result = run("logs", "evidence", "--db", db)
    assert result.exit_code == 0 and result.stderr == ""
    for words in ("people", "two roots for one size", "yes", "stands", "two roots for the size 1000"):
        assert words in result.stdout
    assert shown(db, "good") == []
    assert "No evidence" in run("logs", "evidence", "good", "--db", db).stdout


@pytest.mark.parametrize("columns", [60, 80, 120, 200])
def test_a_contradiction_is_told_once_whatever_the_width(columns: int, db: Path) -> None:
    shown = run("logs", "evidence", "--db", db, env={"COLUMNS": str(columns)}).stdout
    assert max(map(len, shown.splitlines())) <= columns
    whole = shown.replace("\n", "")
    assert whole.count("13" * 32) == 1 and whole.count("two roots for the size 1000") == 1
    assert "1: people: two roots for the size 1000: size 1000 at" in " ".join(shown.split())
    assert "verified now" in " ".join(shown.split())


def test_evidence_is_exported_once_to_a_new_file_and_verified_by_others(db: Path) -> None:
    file = db.parent / "evidence.json"
    assert run("logs", "evidence", "--export", file, "--db", db).exit_code == 0
    (item,) = json.loads(file.read_text(encoding="utf-8"))["evidence"]
    convince(item)
    if os.name == "posix":
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    again = run("logs", "evidence", "--export", file, "--db", db)
    assert again.exit_code == 1 and "exists already" in error_line(again) and "--export" in error_line(again)
    nothing = run("logs", "evidence", "good", "--export", db.parent / "other.json", "--db", db)
    assert nothing.exit_code == 2 and "nothing was exported" in error_line(nothing)
    done, failed = ("exported 1", "done"), ("exported 1 InputError", "failed")
    assert details(db) == [failed, (None, "intended"), done, (None, "intended")]


def test_a_dismissal_and_its_undoing_are_recorded_with_account_time_and_reason(db: Path) -> None:
    ((found,),) = [shown(db)]
    number = str(found["number"])
    assert (found["verifies"], found["dismissed"], found["decisions"]) == (True, None, [])
    assert look_up(db) == (False, ["remark.contradicted"])
    done = run("logs", "evidence", "--dismiss", number, "--reason", "known incident", "--db", db)
    assert done.exit_code == 0 and done.stdout == ""
    ((found,),) = [shown(db)]
    assert isinstance(found["dismissed"], dict)
    assert (found["dismissed"]["who"], found["dismissed"]["reason"]) == (account(), "known incident")
    assert look_up(db) == (True, ["remark.dismissed"])
    assert "known incident" in run("logs", "--db", db).stdout
    assert run("logs", "evidence", "--restore", number, "--reason", "it was none", "--db", db).exit_code == 0
    ((found,),) = [shown(db)]
    assert found["dismissed"] is None
    assert [(one["decision"], one["reason"]) for one in found["decisions"]] == [  # type: ignore[attr-defined]
        ("dismissed", "known incident"),
        ("restored", "it was none"),
    ]
    assert look_up(db) == (False, ["remark.contradicted"])
    assert "restored by" in run("logs", "evidence", "--db", db).stdout
    recorded = details(db)
    assert (f"restored {number}", "done") in recorded and (f"dismissed {number}", "done") in recorded
    assert "incident" not in json.dumps(recorded)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--dismiss", "1"], "expected a reason"),
        (["--dismiss", "99", "--reason", "x"], "there is no evidence 99"),
        (["--restore", "1", "--reason", "x"], "is not dismissed"),
        (["--dismiss", "1", "--restore", "1", "--reason", "x"], "nothing else"),
        (["people", "--dismiss", "1", "--reason", "x"], "nothing else"),
        (["--reason", "x"], "--reason belongs to"),
        (["jane.roe@example.org"], "no log of this index has that name"),
    ],
)
def test_wrong_arguments_change_nothing(arguments: list[str], words: str, db: Path) -> None:
    result = run("logs", "evidence", *arguments, "--db", db)
    assert result.exit_code == 2
    assert words in error_line(result) and "jane" not in error_line(result)
    assert details(db) == []
    assert look_up(db) == (False, ["remark.contradicted"])
