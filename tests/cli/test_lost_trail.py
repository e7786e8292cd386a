"""A lost audit trail: the index knows its trail, refuses to go on without it, and records when another is begun."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from support.cli import error_line, run
from support.scanning import people_log

JANE = "jane.roe@example.org"


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Scan an archived log, and return the folder of log and index."""
    folder = tmp_path_factory.mktemp("scanned")
    people_log("people", 300).write_static_tree(folder / "log")
    done = run(
        "scan", "--db", folder / "ctscan.db", "--log", (folder / "log").as_uri(), "--everything", "--from", "start"
    )
    assert done.exit_code == 0, done.stderr
    return folder


@pytest.fixture
def db(scanned: Path, tmp_path: Path) -> Path:
    shutil.copytree(scanned, tmp_path / "index")
    return tmp_path / "index" / "ctscan.db"


def lose(db: Path, *suffixes: str) -> None:
    for suffix in suffixes:
        db.with_name(f"ctscan.db{suffix}").unlink()


def events(db: Path) -> list[dict[str, Any]]:
    shown = run("audit", "show", "--db", db, "--format", "json")
    assert shown.exit_code == 0, shown.stderr
    found: list[dict[str, Any]] = json.loads(shown.stdout)
    return found


def log_of(db: Path) -> str:
    return (db.parent / "log").as_uri()


@pytest.mark.parametrize(
    "command",
    [
        ("lookup", JANE),
        ("status", JANE),
        ("prove", JANE),
        ("reindex",),
        ("scan", "--everything"),
        ("basis", "drop", "people", "--reason", "gone"),
        ("audit", "show"),
    ],
)
def test_without_trail_and_key_nothing_is_answered_changed_or_begun(command: tuple[str, ...], db: Path) -> None:
    lose(db, ".audit", ".key")
    refused = run(*command, "--db", db)
    assert refused.exit_code == 1 and refused.stdout == ""
    line = error_line(refused)
    assert f"{db}.audit: the audit trail is not here, nor the key file {db}.key" in line
    assert (
        "put it back from its copy" in line and "CTSCAN_AUDIT_PATH" in line and "`ctscan audit begin --reason" in line
    )
    assert not Path(f"{db}.audit").exists() and not Path(f"{db}.key").exists()


def test_without_the_trail_alone_the_error_names_the_trail_alone(db: Path) -> None:
    lose(db, ".audit")
    line = error_line(run("lookup", JANE, "--db", db))
    assert "the audit trail is not here, and this index has it since" in line and ".key" not in line


def test_without_the_key_alone_the_error_names_the_key_and_what_to_do(db: Path) -> None:
    assert run("lookup", JANE, "--db", db).exit_code == 0
    lose(db, ".key")
    line = error_line(run("lookup", JANE, "--db", db))
    assert f"{db}.key: there is no key file here" in line and "ctscan audit begin --reason" in line
    shutil.move(f"{db}.audit", f"{db}.audit.old")
    assert run("audit", "begin", "--reason", "the key was lost", "--db", db).exit_code == 0
    assert run("lookup", JANE, "--db", db).exit_code == 0


def test_trail_and_key_that_are_put_back_are_the_same(db: Path) -> None:
    kept = [(path, path.read_bytes()) for path in (Path(f"{db}.audit"), Path(f"{db}.key"))]
    before = events(db)
    lose(db, ".audit", ".key")
    assert run("lookup", JANE, "--db", db).exit_code == 1
    for path, content in kept:
        path.write_bytes(content)
    assert run("lookup", JANE, "--db", db).exit_code == 0
    assert events(db)[1:] == before


def test_a_trail_that_moved_is_found_by_its_new_place(db: Path, tmp_path: Path) -> None:
    shutil.move(f"{db}.audit", tmp_path / "trail")
    assert run("lookup", JANE, "--db", db, env={"CTSCAN_AUDIT_PATH": str(tmp_path / "trail")}).exit_code == 0
    assert not Path(f"{db}.audit").exists()


def test_another_trail_is_begun_with_a_reason_that_trail_and_index_record(db: Path) -> None:
    lose(db, ".audit", ".key")
    assert run("audit", "begin", "--reason", " ", "--db", db).exit_code == 2
    assert "without e-mail addresses" in error_line(run("audit", "begin", "--reason", f"of {JANE}", "--db", db))
    assert not Path(f"{db}.audit").exists()
    begun = run("audit", "begin", "--reason", "the disk was lost", "--db", db)
    assert (begun.exit_code, begun.stdout, begun.stderr) == (0, "", "Another audit trail is begun.\n")
    (event,) = events(db)
    assert (event["action"], event["state"], event["purpose"]) == ("trail", "done", "the disk was lost")
    assert event["detail"].startswith("after the trail of 20") and event["who"]
    with closing(sqlite3.connect(db)) as connection:
        first, second = connection.execute("SELECT reason, at FROM known_trail ORDER BY number").fetchall()
    assert (first[0], second[0]) == ("", "the disk was lost")
    assert run("lookup", JANE, "--db", db).exit_code == 0
    assert [event["action"] for event in events(db)] == ["lookup", "trail"]


def test_a_trail_that_is_here_is_not_replaced(db: Path, tmp_path: Path) -> None:
    before = events(db)
    refused = run("audit", "begin", "--reason", "a fresh start", "--db", db)
    assert refused.exit_code == 2 and "is here; nothing was begun" in error_line(refused)
    assert events(db) == before
    missing = run("audit", "begin", "--reason", "a fresh start", "--db", tmp_path / "none.db")
    assert missing.exit_code == 1 and "there is no index here" in error_line(missing)
    assert list(tmp_path.glob("none*")) == []


def test_the_trail_of_another_index_is_noticed_and_may_be_taken_over(db: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    assert run("scan", "--db", other, "--log", log_of(db), "--everything").exit_code == 0
    shutil.copy(f"{other}.audit", f"{db}.audit")
    line = error_line(run("lookup", JANE, "--db", db))
    assert "another audit trail than the one of this index" in line
    assert run("audit", "begin", "--reason", "one trail for both", "--db", db).exit_code == 0
    assert [event["action"] for event in events(db)] == ["trail", "scan", "scan"]


def test_an_index_that_knows_no_trail_adopts_the_one_that_is_here(db: Path) -> None:
    """As an index of an older version does."""
    with closing(sqlite3.connect(db, isolation_level=None)) as connection:
        connection.execute("DELETE FROM known_trail")
    assert run("lookup", JANE, "--db", db).exit_code == 0
    lose(db, ".audit")
    assert run("lookup", JANE, "--db", db).exit_code == 1


def test_a_deleted_index_is_made_anew_beside_its_trail(db: Path) -> None:
    before = events(db)
    for path in db.parent.glob("ctscan.db*"):
        if path.suffix not in (".audit", ".key"):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    assert run("scan", "--db", db, "--log", log_of(db), "--everything", "--from", "start").exit_code == 0
    assert events(db)[2:] == before
    lose(db, ".audit")
    assert run("lookup", JANE, "--db", db).exit_code == 1


def test_health_says_that_the_trail_is_lost(db: Path) -> None:
    assert run("health", "--db", db).exit_code == 0
    lose(db, ".audit", ".key")
    checked = run("health", "--db", db)
    assert checked.exit_code == 1
    assert checked.stdout.startswith("index: the audit trail is missing") and "ctscan audit begin" in checked.stdout
    shape = json.loads(run("health", "--db", db, "--format", "json").stdout)
    assert (shape["exit_code"], shape["index_codes"][0]["code"]) == (1, "health.trail-lost")
    plug_in = run("health", "--nagios", "--db", db)
    assert plug_in.exit_code == 2 and "CRITICAL - the audit trail is lost" in plug_in.stdout
