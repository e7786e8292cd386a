"""A damaged index on the command line: look-ups say so and name `ctscan reindex`, which repairs; a scan reads again the
rest."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from support.cli import copy_index, error_line, run
from support.rotting import change
from support.scanning import look_up, people_log, scan
from support.simulator import Simulator

from ctscan.model import Answer

PERSON = "jane.roe@example.org"


@pytest.fixture(scope="module")
def sim() -> Iterator[Simulator]:
    """Serve a log with people in it."""
    with Simulator() as sim:
        sim.add("people", people_log())
        yield sim


@pytest.fixture(scope="module")
def scanned(sim: Simulator, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Scan the log."""
    path = tmp_path_factory.mktemp("scanned") / "ctscan.db"
    assert scan(sim, path).exit_code == 0
    return path


@pytest.fixture
def path(scanned: Path, tmp_path: Path) -> Path:
    """Copy the index, for a test alone."""
    copy_index(scanned, tmp_path / "ctscan.db")
    return tmp_path / "ctscan.db"


def reindexed(path: Path) -> tuple[int, dict[str, object]]:
    """Reindex, and return exit code and JSON."""
    result = run("reindex", "--db", path, "--format", "json")
    return result.exit_code, json.loads(result.stdout)


def matched(answer: Answer) -> list[object]:
    """Return the matches of an answer, without the marks of rows that come in another order when written again."""
    return [(match.certificate, match.findings, match.sightings) for match in answer.matches]


def test_a_look_up_states_damage_and_names_the_command_that_repairs_it(path: Path) -> None:
    change(path, "UPDATE lookup_key SET hash = hash + 1 WHERE kind = 'email'")
    shown = run("lookup", PERSON, "--db", path)
    assert shown.exit_code == 4
    assert "the index is damaged (lookup_key)" in " ".join(shown.stdout.split())
    assert "'ctscan reindex' repairs it" in " ".join(shown.stdout.split())
    answer = json.loads(run("lookup", PERSON, "--db", path, "--format", "json").stdout)
    assert not answer["complete"]
    assert {"code": "remark.damaged", "params": {"parts": "lookup_key"}} in answer["remark_codes"]
    assert run("lookup", "name:Nobody", "--db", path).exit_code == 0  # another part of the index


@pytest.mark.parametrize(
    "command",
    [["status", PERSON], ["status", "--refresh", "--contact", "ct@example.org", PERSON], ["prove", PERSON]],
)
def test_no_command_calls_a_person_absent_whom_damage_hides(command: list[str], path: Path) -> None:
    change(path, "UPDATE lookup_key SET hash = hash + 1 WHERE kind = 'email'")
    result = run(*command, "--db", path)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "the index is damaged (lookup_key) and may hide certificates; `ctscan reindex`" in error_line(result)


def test_a_proof_of_some_certificates_says_that_damage_may_hide_others(path: Path) -> None:
    (sha256, *_) = (match.certificate.sha256 for match in look_up(path, PERSON).matches)
    change(path, "UPDATE lookup_key SET hash = hash + 1 WHERE kind = 'email'")
    assert sha256 is not None
    shown = run("prove", PERSON, f"sha256:{sha256.hex()}", "--db", path)
    assert shown.exit_code == 1
    assert "All proven" in shown.stdout
    assert "the index is damaged (lookup_key) and may hide certificates" in shown.stderr


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE lookup_key SET hash = hash + 1 WHERE kind = 'email'",
        "UPDATE lookup_key SET key = 'x' || key",
        "DELETE FROM posting",
        "UPDATE posting SET first = first + 1",
        "UPDATE posting SET certificates = x'07000000'",
        "DELETE FROM trait",
        "UPDATE finding SET value = 'another value'",
        "DELETE FROM finding",
        "UPDATE control_total SET totals = zeroblob(1024)",
        "DELETE FROM domain_total",
        "UPDATE certificate SET subject = 'another person'",
        "UPDATE certificate SET identity = CAST('~' || substr(identity, 2) AS BLOB)",
        "UPDATE certificate SET serial_hash = 7",
        "UPDATE issuer_name SET name = 'another issuer'",
        "UPDATE rule_set SET crc = 1",
        "UPDATE search SET crc = 1",
    ],
)
def test_reindex_makes_again_what_the_certificates_tell(damage: str, path: Path, sim: Simulator) -> None:
    before = look_up(path, PERSON)
    change(path, damage)
    code, shape = reindexed(path)
    assert (code, shape["removed"]) == (0, 0)
    after = look_up(path, PERSON)
    assert matched(after) == matched(before)
    if "rule_set" in damage:  # nobody knows any longer which rules the entries were searched with
        assert not after.complete
        scan(sim, path)
        after = look_up(path, PERSON)
    assert after.complete
    assert reindexed(path)[1]["damaged"] == []


@pytest.mark.parametrize(
    ("damage", "dropped"),
    [
        ("UPDATE coverage SET range_end = range_end + 1000", 0),
        ("UPDATE log SET operator = 'another operator'", 0),
        ("UPDATE tree_head SET size = size - 1", 0),
        ("UPDATE leaf SET der = x'00'", 5),
        ("UPDATE leaf SET sha256 = CAST('~' || substr(sha256, 2) AS BLOB)", 5),
        ("DELETE FROM leaf", 5),
        ("DELETE FROM certificate", 0),
        ("UPDATE sighting SET leaf = leaf + 100", 0),
    ],
)
def test_what_reindex_can_not_make_again_counts_as_not_read_until_a_scan_reads_it(
    damage: str, dropped: int, path: Path, sim: Simulator
) -> None:
    before = look_up(path, PERSON)
    change(path, damage)
    assert look_up(path, PERSON).complete == ("der" in damage)  # look-ups don't read it
    _, shape = reindexed(path)
    repaired = shape["repaired"]
    assert isinstance(repaired, dict)
    assert repaired["dropped"] == dropped
    assert not look_up(path, PERSON).complete
    assert scan(sim, path, start="start").exit_code == 0
    after = look_up(path, PERSON)
    assert after.complete
    assert {match.certificate.identity for match in after.matches} == {
        match.certificate.identity for match in before.matches
    }
    assert reindexed(path)[1]["damaged"] == []


def test_a_certificate_whose_place_in_the_log_was_lost_is_still_found(path: Path, sim: Simulator) -> None:
    """Nothing tells which entry it was, so that answers about this certificate stay incomplete, and only these."""
    before = look_up(path, PERSON)
    change(path, "UPDATE sighting SET entry_index = entry_index + 1")
    reindexed(path)
    assert scan(sim, path, start="start").exit_code == 0
    after = look_up(path, PERSON)
    assert not after.complete
    assert {m.certificate for m in after.matches} == {m.certificate for m in before.matches}
    assert look_up(path, "nobody@example.org").complete


def test_reindex_says_what_it_gave_up_and_what_to_do(path: Path) -> None:
    change(path, "UPDATE coverage SET range_end = range_end + 1000")
    result = run("reindex", "--db", path)
    assert result.exit_code == 4
    assert "The index was damaged (coverage)" in result.stdout
    assert "1,000 entries count as not read now: run 'ctscan backfill'." in result.stdout  # the log has no more


@pytest.mark.parametrize(
    "damage", ["UPDATE coverage SET range_end = range_end + 1000", "UPDATE log SET operator = 'another operator'"]
)
def test_the_command_that_reindex_names_reads_again_what_was_given_up(damage: str, path: Path, sim: Simulator) -> None:
    change(path, damage)
    assert "run 'ctscan backfill'" in run("reindex", "--db", path).stdout
    logs = ("--log-list", sim.list_url, "--everything", "--contact", "ct@example.org")
    assert run("backfill", "--db", path, *logs).exit_code == 0
    assert look_up(path, PERSON).complete


def test_entries_that_two_damaged_ranges_share_are_counted_once(path: Path) -> None:
    change(
        path,
        "INSERT INTO coverage (log, scope, rules, range_start, range_end, edge, since)"
        " SELECT log, 'another', rules, range_start, range_end, edge, since FROM coverage",
        "UPDATE coverage SET crc = 1",
    )
    repaired = reindexed(path)[1]["repaired"]
    assert isinstance(repaired, dict)
    assert repaired["unread"] == 1000


@pytest.mark.parametrize("damage", ["DELETE FROM basis_log", "UPDATE basis_log SET name = 'another log'"])
def test_a_damaged_basis_is_never_repaired(damage: str, path: Path) -> None:
    change(path, damage)
    code, shape = reindexed(path)
    repaired = shape["repaired"]
    assert isinstance(repaired, dict)
    assert (code, repaired["unrepaired"]) == (1, ["basis_log"])
    assert "Restore the index from a copy" in run("reindex", "--db", path).stdout
    assert run("lookup", PERSON, "--db", path).exit_code == 4


def test_a_repair_that_was_killed_leaves_no_complete_answer(path: Path) -> None:
    change(path, "INSERT INTO damage (part, at) VALUES ('finding', '2026-01-01')", "DELETE FROM finding")
    assert run("lookup", "nobody@example.org", "--db", path).exit_code == 4
    assert reindexed(path)[0] == 0
    assert run("lookup", "nobody@example.org", "--db", path).exit_code == 0


def test_health_sees_damage_that_a_look_up_met_until_it_is_repaired(path: Path) -> None:
    change(path, "UPDATE lookup_key SET hash = hash + 1 WHERE kind = 'email'")
    assert run("health", "--db", path).exit_code == 0  # nothing met it yet
    run("lookup", PERSON, "--db", path)
    shown = run("health", "--db", path)
    assert shown.exit_code == 4
    assert "index: a look-up met damage on 20" in shown.stdout and "run 'ctscan reindex'" in shown.stdout
    plug_in = run("health", "--nagios", "--db", path)
    assert (plug_in.exit_code, "CRITICAL - the index is damaged" in plug_in.stdout) == (2, True)
    shape = json.loads(run("health", "--format", "json", "--db", path).stdout)
    assert [one["code"] for one in shape["index_codes"]] == ["health.damage-met"]
    assert "incomplete, damaged" in run("audit", "show", "--format", "json", "--db", path).stdout
    assert reindexed(path)[0] == 0
    assert run("health", "--db", path).exit_code == 0


def test_health_sees_the_damage_that_the_index_knows(path: Path) -> None:
    change(path, "INSERT INTO damage (part, at) VALUES ('finding', '2026-01-01')")
    shown = run("health", "--db", path)
    assert (shown.exit_code, "index: damaged (finding); run 'ctscan reindex'" in shown.stdout) == (4, True)


def test_a_trail_that_is_missing_or_unreadable_keeps_health_from_nothing(path: Path) -> None:
    trail = Path(f"{path}.audit")
    trail.unlink(missing_ok=True)
    assert run("health", "--db", path).exit_code == 0
    trail.write_text("no trail at all, but a text that is long enough to be taken for one " * 9)
    shown = run("health", "--db", path)
    assert (shown.exit_code, "index: the audit trail can't be read" in shown.stdout) == (0, True)


def test_a_scan_writes_nothing_beside_damage(path: Path, sim: Simulator) -> None:
    """A damaged range would become sound by being joined with another."""
    change(path, "UPDATE coverage SET range_end = range_end + 1000")
    with closing(sqlite3.connect(path)) as connection:
        before = connection.execute("SELECT * FROM coverage").fetchall()
    result = run("scan", "--db", path, "--log-list", sim.list_url, "--everything")
    assert result.exit_code == 1
    assert "`ctscan reindex` repairs" in result.stderr
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT * FROM coverage").fetchall() == before


def test_commands_that_read_what_is_damaged_end_with_a_line_that_names_the_command(path: Path) -> None:
    change(path, "UPDATE log SET operator = 'another operator'")
    line = error_line(run("logs", "--db", path))
    assert "the index is damaged (log); `ctscan reindex` repairs what it can" in line
