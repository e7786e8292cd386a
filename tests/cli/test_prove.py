"""`ctscan prove` after a change of the index by hand: false claims of the index are never called proven."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest
from support.certs import EMAIL_PROTECTION, make_certificate, make_precert
from support.cli import copy_index, run
from support.logs import LogBuilder


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Index a log with two people, a precertificate of one person, and an unreadable entry."""
    folder = tmp_path_factory.mktemp("prove")
    log = LogBuilder("Example log")
    jane = [("GN", "Jane"), ("SN", "Roe"), ("CN", "Jane Roe")]
    log.add_certificate(make_certificate(jane, [("email", "jane@example.org")], eku=(EMAIL_PROTECTION,), serial=7))
    precert = make_precert([("CN", "zoe@example.org")], [("email", "zoe@example.org")], serial=8)
    log.add_precert(precert.tbs, b"k" * 32, precert.submitted)
    log.add_certificate(b"\x30\x03no certificate of broken@example.net at all")
    log.fill(20)
    log.write_static_tree(folder / "log")
    scan = ("scan", "--db", folder / "ctscan.db", "--log", (folder / "log").as_uri(), "--from", "start", "--everything")
    assert run(*scan).exit_code == 0
    return folder / "ctscan.db"


def changed(index: Path, folder: Path, *statements: str) -> Path:
    """Copy the index and run the statements on the copy without foreign key checks."""
    copy = folder / "changed.db"
    copy_index(index, copy)
    with sqlite3.connect(copy) as connection:
        for statement in statements:
            assert connection.execute(statement).rowcount
    connection.close()
    return copy


def test_nothing_was_changed(index: Path) -> None:
    assert "All proven: 3 sightings." in run("prove", "--all", "--db", index).stdout
    assert run("prove", "jane@example.org", "--db", index).exit_code == 0


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ("UPDATE sighting SET timestamp = timestamp + 1", "inclusion proof of leaf 0"),
        ("UPDATE sighting SET paths = NULL", "no inclusion proof yet"),
        ("UPDATE tree_head SET root = zeroblob(32)", "expected root 0000"),
        ("UPDATE tree_head SET signature = x''", "has no signature and is not the log's final one"),
        ("UPDATE finding SET value = 'John' WHERE value = 'Jane'", "the index says something else than the entry"),
        ("UPDATE finding SET raw = x'4A' WHERE value = 'Jane'", "the index says something else than the entry"),
        (
            "UPDATE trait SET marks = 'partial' WHERE rule = 'name.given'",
            "the index says something else than the entry",
        ),
        ("UPDATE finding SET keys = '' WHERE value = 'Jane'", "the index says something else than the entry"),
        ("UPDATE lookup_key SET key = 'joan' WHERE key = 'jane'", "the index says something else than the entry"),
        ("UPDATE certificate SET serial = '99'", "the index says something else than the entry"),
        ("UPDATE issuer_name SET name = 'CN=Another'", "the index says something else than the entry"),
        ("UPDATE certificate SET sha256 = zeroblob(32)", "the index says something else than the entry"),
        ("UPDATE certificate SET not_after = not_before", "the index says something else than the entry"),
    ],
)
def test_a_changed_row_is_noticed(index: Path, tmp_path: Path, statement: str, problem: str) -> None:
    copy = changed(index, tmp_path, statement)
    result = run("prove", "jane@example.org", "--db", copy, "--format", "json")
    (found,) = json.loads(result.stdout)
    assert (result.exit_code, found["proven"]) == (1, False)
    assert problem in found["problem"]
    table = run("prove", "--all", "--db", copy)
    assert table.exit_code == 1
    assert "NOT proven" in table.stdout


def test_reindex_repairs_changed_findings(index: Path, tmp_path: Path) -> None:
    copy = changed(index, tmp_path, "UPDATE finding SET value = 'John' WHERE value = 'Jane'")
    assert run("reindex", "--db", copy).exit_code == 0
    assert run("prove", "--all", "--db", copy).exit_code == 0


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("DELETE FROM sighting", "3 certificates without any evidence"),
        ("DELETE FROM sighting WHERE entry_index = 0", "1 certificate without any evidence"),
        ("DELETE FROM leaf", "3 certificates without any evidence, 3 sightings without a certificate"),
        ("DELETE FROM certificate WHERE serial = '7'", "1 sighting without a certificate"),
    ],
)
def test_deleted_rows_are_noticed(index: Path, tmp_path: Path, statement: str, words: str) -> None:
    result = run("prove", "--all", "--db", changed(index, tmp_path, statement))
    assert result.exit_code == 1
    assert f"ctscan: prove: the index was changed or is damaged: {words}; " in result.stderr


def test_a_certificate_without_evidence_is_named_to_who_asks_for_it(index: Path, tmp_path: Path) -> None:
    result = run("prove", "jane@example.org", "--db", changed(index, tmp_path, "DELETE FROM sighting"))
    assert (result.exit_code, "1 certificate without any evidence" in result.stderr) == (1, True)
    assert "Nothing to prove: the index holds no entry of a log with that." in result.stdout


def test_only_the_final_head_of_the_list_needs_no_signature(index: Path, tmp_path: Path) -> None:
    unsigned = "UPDATE tree_head SET signature = x''"
    final = "UPDATE log SET final_size = (SELECT size FROM tree_head), final_root = (SELECT root FROM tree_head)"
    result = run("prove", "--all", "--db", changed(index, tmp_path, unsigned, final), "--format", "json")
    assert (result.exit_code, {found["trust"] for found in json.loads(result.stdout)}) == (0, {"log list"})
    other = "UPDATE log SET final_size = 5, final_root = (SELECT root FROM tree_head)"
    assert run("prove", "--all", "--db", changed(index, tmp_path, unsigned, other)).exit_code == 1


def test_names_in_hosts_of_a_scope_are_no_contradiction(tmp_path: Path) -> None:
    """`prove` reports no contradiction for names in hosts.

    A scan extracts these names only in the domains of its scope, so entry and index alone don't show whether a name
    belongs there.
    """
    log = LogBuilder("Example log")
    san = [("email", "jane@example.org"), ("dns", "jane-smith.example.org")]
    log.add_certificate(make_certificate([("CN", "jane-smith.example.org")], san, serial=7))
    log.write_static_tree(tmp_path / "log")
    db = tmp_path / "scoped.db"
    scan = ("scan", "--db", db, "--log", (tmp_path / "log").as_uri(), "--from", "start", "--scope", "example.org")
    assert run(*scan).exit_code == 0
    for command in (("prove", "--all"), ("reindex",), ("prove", "--all")):
        assert run(*command, "--db", db).exit_code == 0
    copy = tmp_path / "changed.db"
    copy_index(db, copy)
    with sqlite3.connect(copy) as connection:
        assert connection.execute("UPDATE finding SET value = 'joe' WHERE value LIKE '%@%'").rowcount
    connection.close()
    assert run("prove", "--all", "--db", copy).exit_code == 1
