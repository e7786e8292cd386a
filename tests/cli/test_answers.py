"""The main job on the command line: scan a log on disk, look up people, prove the answer; shapes, words, exit codes."""

from __future__ import annotations

import json
import os
import re
import signal
import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest
from support import forked
from support.certs import EMAIL_PROTECTION, make_certificate, make_precert
from support.cli import ROOT, command, error_line, process, run
from support.logs import LogBuilder
from test_inspect import pem

RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z")
PEOPLE = [
    ("Jane", "Roe", "jane.roe@example.org"),
    ("Žofie", "Nováková", "zofie@example.com"),
    ("Αλέξανδρος", "Ψυχάρης", "alex@mail.example.org"),
]


def certificate_of(given: str, surname: str, address: str, serial: int) -> bytes:
    subject = [("GN", given), ("SN", surname), ("CN", f"{given} {surname}")]
    der = make_certificate(subject, [("email", address)], eku=(EMAIL_PROTECTION,), serial=serial)
    assert isinstance(der, bytes)
    return der


JANE = certificate_of(*PEOPLE[0], 0xABC0)


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a complete log of 300 entries: hosts, three people, a precertificate of one person, and a broken entry."""
    builder = LogBuilder("Example log")
    builder.fill(250)
    for number, person in enumerate(PEOPLE):
        builder.add_certificate(certificate_of(*person, 0xABC0 + number))
    precert = make_precert([("CN", "jane.roe@example.org")], [("email", "jane.roe@example.org")], serial=77)
    builder.add_precert(precert.tbs, b"k" * 32, precert.submitted)
    builder.add_certificate(b"\x30\x03no certificate of broken@example.net at all")
    builder.fill(300 - builder.size)
    directory = tmp_path_factory.mktemp("log")
    builder.write_static_tree(directory)
    return directory


@pytest.fixture(scope="module")
def db(log: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Scan that log in full with scope everything, and return the index."""
    path = tmp_path_factory.mktemp("index") / "ctscan.db"
    result = run("scan", "--db", path, "--log", log.as_uri(), "--from", "start", "--everything", "--purpose", "a test")
    assert result.exit_code == 0, result.stderr
    return path


def look_up(db: Path, *arguments: str | Path, code: int = 0, stdin: str = "") -> Any:
    result = run("lookup", *arguments, "--db", db, "--format", "json", stdin=stdin)
    assert (result.exit_code, result.stderr) == (code, "")
    return json.loads(result.stdout)


# --- scan -----------------------------------------------------------------------------------------------------------


def test_scan_tells_on_stderr_and_makes_a_private_file(log: Path, tmp_path: Path) -> None:
    db = tmp_path / "ctscan.db"
    result = run("scan", "--db", db, "--log", log.as_uri(), "--from", "start", "--everything")
    assert (result.exit_code, result.stdout) == (0, "")
    lines = result.stderr.splitlines()
    assert lines[:2] == ["basis: 1 log of the command line (revision 1)", "Example log: 300 entries to read"]
    assert lines[-2].startswith("Example log: read to its head (300 entries read, ")
    assert lines[-1].startswith("ctscan: scan: no purpose is stated: every answer says so")
    assert stat.S_IMODE(db.stat().st_mode) == 0o600


def test_repeating_a_scan_reads_nothing_again(log: Path, db: Path) -> None:
    result = run("scan", "--db", db, "--log", log.as_uri(), "--everything", "--format", "json")
    assert result.exit_code == 0
    assert [(found["log"], found["outcome"]) for found in json.loads(result.stdout)["logs"]] == [
        ("Example log", "done")
    ]
    assert "entries to read" not in result.stderr


def test_settings_from_file_and_environment(log: Path, tmp_path: Path) -> None:
    (tmp_path / "ctscan.toml").write_text(
        f'logs = ["{log.as_uri()}"]\nfrom = "start"\nscope = ["example.net"]\npurpose = "from the file"\n'
    )
    env = {"CTSCAN_CONFIG": str(tmp_path / "ctscan.toml"), "CTSCAN_SCOPE": "email:jane.roe@example.org"}
    assert run("scan", env=env).exit_code == 0
    (recorded,) = json.loads(run("runs", "--format", "json", env=env).stdout)
    assert recorded["purpose"] == "from the file"
    assert recorded["scope"] == "email:jane.roe@example.org"
    assert (tmp_path / "ctscan.db").exists()


def test_a_signal_commits_and_leaves(log: Path, tmp_path: Path) -> None:
    arguments = ("scan", "--log", log.as_uri(), "--from", "start", "--everything", "--follow")
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    scan = forked.popen(command(*arguments), cwd=tmp_path, stderr=subprocess.PIPE, text=True, env=environ)
    assert scan.stderr is not None
    told = [scan.stderr.readline()]
    while "the last partial tile follows" not in told[-1] and told[-1]:
        told.append(scan.stderr.readline())
    scan.send_signal(signal.SIGTERM)
    rest = scan.stderr.read()
    assert scan.wait(30) == 0
    scan.stderr.close()
    assert "stopping; the batch in hand is committed" in rest
    given = look_up(tmp_path / "ctscan.db", "jane.roe@example.org", code=4)
    (coverage,) = given["coverage"]
    assert [(r["start"], r["end"]) for r in coverage["verified"]] == [(0, 256)]  # the last tile may still fill up
    (recorded,) = json.loads(run("runs", "--db", tmp_path / "ctscan.db", "--format", "json").stdout)
    assert (recorded["outcome"], recorded["entries"]) == ("interrupted", 256)


# --- lookup ---------------------------------------------------------------------------------------------------------


def test_shape_of_an_answer(db: Path) -> None:
    given = look_up(db, "Jane.Roe@Example.org")
    assert {"identifier", "matches", "coverage", "not_covered", "complete"} <= set(given)
    assert given["identifier"]["kind"] == "email"
    assert given["identifier"]["value"] == "Jane.Roe@Example.org"
    assert given["identifier"]["canonical"] == "jane.roe@example.org"
    assert (given["complete"], given["not_covered"], len(given["matches"])) == (True, [], 2)
    only_precert = next(match for match in given["matches"] if match["certificate"]["serial"] == "4d")
    assert only_precert["certificate"]["sha256"] is None
    seen = next(match for match in given["matches"] if match["certificate"]["serial"] == "abc0")
    assert {"sha256", "identity", "issuer", "serial", "not_before", "not_after"} <= set(seen["certificate"])
    assert re.fullmatch(r"[0-9a-f]{64}", seen["certificate"]["sha256"])
    assert RFC3339.fullmatch(seen["certificate"]["not_before"])
    (sighting,) = seen["sightings"]
    assert (sighting["log"], sighting["index"], sighting["verified"]) == ("Example log", 250, True)
    assert RFC3339.fullmatch(sighting["timestamp"])
    assert re.fullmatch(r"[A-Za-z0-9+/]{43}=", sighting["log_id"])
    (coverage,) = given["coverage"]
    assert {"log", "log_id", "head_size", "verified", "holes", "as_of"} <= set(coverage)
    assert (coverage["head_size"], coverage["holes"]) == (300, [])
    assert [(r["start"], r["end"], r["scope"]) for r in coverage["verified"]] == [(0, 300, "everything")]
    assert RFC3339.fullmatch(coverage["as_of"])


def test_several_identifiers_give_an_array_or_lines(db: Path, tmp_path: Path) -> None:
    answers = look_up(db, "jane.roe@example.org", "nobody@example.org")
    assert [len(answer["matches"]) for answer in answers] == [2, 0]
    result = run("lookup", "@example.com", "nobody@example.org", "--db", db, "--format", "jsonl")
    assert [len(json.loads(line)["matches"]) for line in result.stdout.splitlines()] == [1, 0]


def test_look_up_by_certificate_serial_and_fingerprint(db: Path, tmp_path: Path) -> None:
    path = tmp_path / "jane.pem"
    path.write_text(pem(JANE))
    given = look_up(db, "--certificate", path)
    assert given["identifier"]["kind"] == "identity"
    (match,) = given["matches"]
    by_serial = look_up(db, "serial:abc0", code=4)  # the log holds a certificate whose serial number can't be read
    assert [m["certificate"] for m in by_serial["matches"]] == [match["certificate"]]
    assert "remark.serials-unreadable" in str(by_serial)
    assert not look_up(db, "serial:abc1", code=4)["complete"]
    assert [m["certificate"] for m in look_up(db, match["certificate"]["sha256"])["matches"]] == [match["certificate"]]
    path.write_text("no certificate")
    result = run("lookup", "--certificate", path, "--db", db)
    assert (result.exit_code, str(path) in error_line(result)) == (1, True)


@pytest.mark.parametrize("cut", [1, 100, len(JANE) // 2])
def test_half_a_certificate_is_not_looked_up(db: Path, tmp_path: Path, cut: int) -> None:
    path = tmp_path / "jane.der"
    path.write_bytes(JANE[:-cut])
    result = run("lookup", "--certificate", path, "--db", db)
    assert (result.exit_code, "expected a whole certificate, got one that is cut off" in error_line(result)) == (
        1,
        True,
    )


@pytest.mark.parametrize(
    ("identifier", "kinds"),
    [
        ("example.org", ["domain", "name", "account"]),
        ("word:roe", ["account", "name"]),
        ("jdoe1990", ["account", "number", "name"]),
        ("12345678", ["serial", "serial", "number", "phone"]),
    ],
)
def test_a_text_with_several_meanings_has_a_reading_for_each(db: Path, identifier: str, kinds: list[str]) -> None:
    readings = json.loads(run("lookup", identifier, "--db", db, "--format", "json").stdout)["identifier"]["readings"]
    assert [reading["kind"] for reading in readings] == kinds
    assert all(reading["guessed"] for reading in readings)


@pytest.mark.parametrize("name", ["Jane Roe", "J. Roe", "name:example.org"])
def test_a_name_is_no_guess(db: Path, name: str) -> None:
    (reading,) = look_up(db, name)["identifier"]["readings"]
    assert (reading["kind"], reading["guessed"]) == ("name", False)


@pytest.mark.parametrize(
    ("identifier", "words"),
    [
        ("jane.roe@example.org", "Found in 2 certificates; the answer is complete: every entry of 1 log (basis"),
        ("nobody@example.org", "Nothing found, complete: every entry of 1 log (basis"),
    ],
)
def test_words_of_complete_answers(db: Path, identifier: str, words: str) -> None:
    result = run("lookup", identifier, "--db", db)
    assert (result.exit_code, result.stderr) == (0, "")
    assert words in result.stdout
    assert "all 300" in result.stdout


def test_words_and_exit_code_of_an_answer_that_may_be_incomplete(log: Path, tmp_path: Path) -> None:
    db = tmp_path / "narrow.db"
    scan = run("scan", "--db", db, "--log", log.as_uri(), "--from", "start", "--scope", "example.org")
    assert scan.exit_code == 0
    outside = run("lookup", "zofie@example.com", "--db", db)
    assert outside.exit_code == 4
    assert "Nothing found, but the answer may be incomplete:" in outside.stdout
    assert "300 entries of Example log not searched: 300 out of scope" in outside.stdout
    inside = run("lookup", "nobody@example.org", "--db", db)
    assert inside.exit_code == 0
    both = look_up(db, "nobody@example.org", "zofie@example.com", code=4)
    assert [answer["complete"] for answer in both] == [True, False]
    name = run("lookup", "Jane Roe", "--db", db)
    assert name.exit_code == 4
    assert "there may be more, the answer may be incomplete:" in name.stdout


def test_coverage_is_shown_once_for_answers_that_share_it(db: Path) -> None:
    result = run("lookup", "jane.roe@example.org", "nobody@example.org", "--db", db)
    assert result.stdout.count("Last check") == 1


def test_a_narrow_terminal_gets_blocks(db: Path) -> None:
    result = run("lookup", "nobody@example.org", "--db", db, env={"COLUMNS": "36"})
    assert re.search(r"^Searched: +all 300$", result.stdout, re.MULTILINE)
    assert max(len(line) for line in result.stdout.splitlines()) <= 36


# --- logs, runs, prove, reindex, rules --------------------------------------------------------------------------------


def test_shape_of_logs(db: Path) -> None:
    result = run("logs", "--db", db, "--format", "json")
    assert (result.exit_code, result.stderr) == (0, "")
    (found,) = json.loads(result.stdout)
    assert found["name"] == "Example log"
    assert (found["protocol"], found["health"], found["last_error"]) == ("static-ct", "ok", None)
    assert (found["head_size"], found["verified_size"], found["position"], found["backlog"]) == (300, 300, 300, 0)
    assert (found["holes"], found["evidence"]) == ([], [])
    assert {"log_id", "operator", "state", "last_success"} <= set(found)
    assert (found["growth"], found["catch_up_seconds"], found["rate"] > 0) == (None, None, True)


@pytest.mark.parametrize(("columns", "first", "last"), [("160", "Operator", "Gaps"), ("115", "Health", "Gaps")])
def test_logs_fit_the_terminal(db: Path, columns: str, first: str, last: str) -> None:
    lines = run("logs", "--db", db, env={"COLUMNS": columns}).stdout.splitlines()
    assert max(len(line) for line in lines) <= int(columns)
    header = " ".join(lines[:2])
    assert all(word in header for word in ("Log", first, "Backlog", "Rate", "Growth", "Catch up", last))
    assert any("Example log" in line and "ok" in line for line in lines)


def test_logs_on_a_narrow_terminal_show_all(db: Path) -> None:
    shown = run("logs", "--db", db, env={"COLUMNS": "80"}).stdout
    heading, *rest = shown.splitlines()
    assert heading == "Example log: ok"
    assert max(map(len, rest)) <= 80 and len(rest) <= 4
    parts = "; ".join(line.strip() for line in rest).split("; ")
    assert {"Backlog: 0", "Growth: -", "Catch up: -", "Gaps: none"} <= set(parts)


def test_shape_of_runs(db: Path) -> None:
    recorded = json.loads(run("runs", "--db", db, "--format", "json").stdout)
    first = recorded[-1]
    assert (first["id"], first["purpose"], first["outcome"]) == (1, "a test", "done")
    assert first["command"].startswith("ctscan scan --db ")
    assert first["entries"] == 300
    assert len(json.loads(run("runs", "--db", db, "--format", "json", "--limit", "1").stdout)) == 1
    assert "a test" in run("runs", "--db", db).stdout


def test_prove(db: Path) -> None:
    everything = run("prove", "--all", "--db", db, "--format", "json")
    assert (everything.exit_code, everything.stderr) == (0, "")
    proven = json.loads(everything.stdout)
    assert all(found["proven"] and found["trust"] == "signature" for found in proven)
    assert {found["index"] for found in proven} == {250, 251, 252, 253, 254}
    one = run("prove", "zofie@example.com", "--db", db, "--format", "jsonl")
    assert [json.loads(line)["index"] for line in one.stdout.splitlines()] == [251]
    assert "All proven: 5 sightings." in run("prove", "--all", "--db", db).stdout
    nobody = run("prove", "nobody@example.org", "--db", db, "--format", "json")
    assert (nobody.exit_code, nobody.stdout) == (1, "[]\n")
    assert "Nothing to prove" in run("prove", "nobody@example.org", "--db", db).stdout


def test_reindex_with_the_same_rules_changes_nothing(db: Path) -> None:
    asked = ("@example.org", "Žofie Nováková", "broken@example.net")
    before = [answer["matches"] for answer in look_up(db, *asked)]
    result = run("reindex", "--db", db, "--format", "json")
    assert result.exit_code == 0
    counts = json.loads(result.stdout)
    assert (counts["unchanged"], counts["changed"], counts["removed"]) == (5, 0, 0)
    assert [answer["matches"] for answer in look_up(db, *asked)] == before
    assert "applied to 5 certificates" in run("reindex", "--db", db).stdout


def test_rules() -> None:
    rules = json.loads(run("rules", "--format", "json").stdout)
    assert len(rules) > 5
    for rule in rules:
        assert set(rule) >= {"id", "what", "category", "citations"}
        assert rule["citations"]
    page = run("rules").stdout
    assert all(rule["id"] in page for rule in rules)


def test_demo(tmp_path: Path) -> None:
    done = process("demo", cwd=tmp_path, env={"TMPDIR": str(tmp_path)})
    assert done.returncode == 0, done.stderr.decode()
    page = done.stdout.decode()
    assert "the answer is complete" in page
    assert "ctscan init --contact" in page
    assert list(tmp_path.iterdir()) == []  # the demo leaves no files behind


# --- personal data stays out of stderr --------------------------------------------------------------------------------


def test_nothing_that_a_run_writes_to_stderr_names_anybody(log: Path, tmp_path: Path) -> None:
    """A full run at debug level with bad input writes no name or address to stderr.

    The run covers progress, log lines, errors and tracebacks.
    """
    env = {"CTSCAN_LOG_LEVEL": "debug"}
    (tmp_path / "bad.toml").write_text("scope = [jane.roe@example.org]")
    (tmp_path / "cut.pem").write_text(pem(JANE)[:300])
    (tmp_path / "lines.txt").write_text("jane.roe@example.org\njane.roe@@example.org\n")
    steps: list[tuple[str | Path, ...]] = [
        ("scan", "--log", log.as_uri(), "--from", "start", "--scope", "jane.roe@example.org", "--purpose", "Jane Roe"),
        ("scan", "--log", "Jane Roe jane.roe@example.org", "--everything", "-vv"),
        ("scan", "--config", "bad.toml", "-v"),
        ("scan", "--scope", "jane.roe@@example.org", "-v"),
        ("scan", "--from", "jane.roe@example.org", "--log", log.as_uri(), "--everything", "-v"),
        ("lookup", "jane.roe@example.org", "-v"),
        ("lookup", "jane.roe@@example.org", "-v"),
        ("lookup", "--from-file", "lines.txt", "-v"),
        ("lookup", "--certificate", "cut.pem", "-v"),
        ("logs", "jane.roe@example.org"),
        ("inspect", "cut.pem", "-v"),
        ("prove", "jane.roe@example.org", "-v"),
        ("reindex", "-v"),
    ]
    written = {step: process(*step, cwd=tmp_path, env=env).stderr.decode() for step in steps}
    assert "batch committed" in written[steps[0]]
    assert sum("Traceback" in text for text in written.values()) >= 6
    secrets = ("jane", "roe", "žofie", "nováková", "ψυχάρης", "zofie@", "broken@")
    leaks = [(step, secret) for step, text in written.items() for secret in secrets if secret in text.lower()]
    assert leaks == []
