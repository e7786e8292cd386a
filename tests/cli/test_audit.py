"""The audit trail on the command line: every look-up and change is recorded, or refused."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from support import forked
from support.asgi import served
from support.certs import EMAIL_PROTECTION, make_certificate
from support.cli import ROOT, command, error_line, process, run
from support.fake_crtsh import FakeCrtsh, held
from support.forked import Forked
from support.logs import LogBuilder
from support.repositories import mailbox

JANE, NOBODY = "jane.roe@example.org", "nobody@example.org"


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a complete log of 20 entries, with a certificate of Jane Roe."""
    builder = LogBuilder("Example log")
    builder.fill(19)
    subject = [("GN", "Jane"), ("SN", "Roe"), ("CN", "Jane Roe")]
    builder.add_certificate(make_certificate(subject, [("email", JANE)], eku=(EMAIL_PROTECTION,), serial=0xABC0))
    directory = tmp_path_factory.mktemp("log")
    builder.write_static_tree(directory)
    return directory


@pytest.fixture(scope="module")
def scanned(log: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Scan that log, and return the folder of the index, to be copied."""
    folder = tmp_path_factory.mktemp("scanned")
    scan(folder / "ctscan.db", log)
    return folder


@pytest.fixture
def db(scanned: Path, tmp_path: Path) -> Path:
    """Copy the index, with its trail and key, for a test alone."""
    shutil.copytree(scanned, tmp_path / "index")
    return tmp_path / "index" / "ctscan.db"


def scan(db: Path, log: Path) -> None:
    done = run("scan", "--db", db, "--log", log.as_uri(), "--from", "start", "--everything", "--purpose", "a test")
    assert done.exit_code == 0, done.stderr


def events(db: Path, **env: str) -> list[dict[str, Any]]:
    """Return the events, oldest first."""
    shown = run("audit", "show", "--db", db, "--format", "json", "--limit", "1000", env=env)
    assert (shown.exit_code, shown.stderr) == (0, "")
    found: list[dict[str, Any]] = json.loads(shown.stdout)
    return found[::-1]


def brief(found: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(event["action"], event["state"]) for event in found]


# --- look-ups -------------------------------------------------------------------------------------------------------


def test_a_part_of_a_name_is_nothing_found_in_answer_and_trail_alike(db: Path, tmp_path: Path) -> None:
    done = run("lookup", "Jane Nobody", "--db", db, "--format", "json")
    answer = json.loads(done.stdout)
    assert (len(answer["matches"]), answer["is_found"]) == (1, False)
    assert events(db)[-1]["verdict"] == "complete, nothing found"
    (tmp_path / "answer.json").write_text(done.stdout, encoding="utf-8")
    assert run("prove", "--answer", tmp_path / "answer.json", "--db", db).exit_code == 0


def test_a_look_up_is_recorded_with_its_answer_and_without_the_identifier(db: Path) -> None:
    done = run(
        "lookup", JANE, NOBODY, "--db", db, "--format", "json", "--case", "2026-17", "--purpose", "access request"
    )
    assert done.exit_code == 0
    first, second = json.loads(done.stdout)
    scanned, ended, jane, nobody = events(db)
    assert [scanned["state"], ended["state"]] == ["intended", "done"]
    assert (jane["action"], jane["state"], jane["kind"]) == ("lookup", "done", "email")
    assert (jane["case"], jane["purpose"]) == ("2026-17", "access request")
    assert (jane["verdict"], nobody["verdict"]) == ("complete, found", "complete, nothing found")
    for event, answer in ((jane, first), (nobody, second)):
        assert (event["answer"], event["answer_digest"]) == (answer["id"], answer["digest"])
        assert (event["who"], answer["case"]) == (answer["who"], "2026-17")
    assert len({jane["digest"], nobody["digest"]}) == 2
    assert all(len(event["digest"]) == 64 for event in (jane, nobody))


def test_equal_digests_mean_the_same_identifier(db: Path) -> None:
    for text in (JANE, JANE.upper(), "Jane Roe", NOBODY):
        run("lookup", text, "--db", db)
    one, other_case, name, nobody = (event["digest"] for event in events(db)[-4:])
    assert one == other_case
    assert len({one, name, nobody}) == 3


def test_an_incomplete_answer_is_recorded_as_such(tmp_path: Path) -> None:
    run("import", ROOT / "README.md", "--everything", "--db", tmp_path / "db")
    assert run("lookup", JANE, "--db", tmp_path / "db").exit_code == 4
    assert events(tmp_path / "db")[-1]["verdict"] == "incomplete, nothing found"


def test_status_and_prove_of_a_person_are_look_ups_and_those_of_everything_are_not(db: Path) -> None:
    before = len(events(db))
    for arguments in (("status",), ("prove", "--all"), ("logs",), ("runs",), ("audit", "show"), ("disclosures",)):
        assert run(*arguments, "--db", db).exit_code == 0
    assert len(events(db)) == before
    assert run("status", JANE, "--db", db).exit_code == 0
    assert run("prove", JANE, "--db", db).exit_code == 0
    status, prove = events(db)[before:]
    assert (status["action"], prove["action"]) == ("status", "prove")
    assert status["digest"] == prove["digest"] and status["kind"] == "email"
    assert status["verdict"] == prove["verdict"] == "complete, found"


def test_a_link_to_the_index_leads_to_the_same_trail(db: Path, tmp_path: Path) -> None:
    (tmp_path / "link.db").symlink_to(db)
    before = len(events(db))
    assert run("lookup", JANE, "--db", tmp_path / "link.db").exit_code == 0
    assert len(events(db)) == before + 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["index", "link.db"]


def test_a_look_up_without_an_index_leaves_nothing_behind(tmp_path: Path) -> None:
    for arguments in (("lookup", JANE), ("status", JANE), ("prove", JANE), ("reindex",)):
        assert run(*arguments, "--db", tmp_path / "none.db").exit_code == 1
    assert "there is no audit trail here" in error_line(run("audit", "show", "--db", tmp_path / "none.db"))
    assert list(tmp_path.iterdir()) == []


def test_a_look_up_does_not_wait_for_a_scan_that_is_writing(db: Path) -> None:
    with closing(sqlite3.connect(db, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        began = time.monotonic()
        assert run("lookup", JANE, "--db", db).exit_code == 0
        assert time.monotonic() - began < 20  # a wait for the index would take 30 s
        writer.execute("ROLLBACK")
    assert events(db)[-1]["action"] == "lookup"


@pytest.mark.parametrize(
    ("identifier", "option", "text"),
    [
        (JANE, "--purpose", "request of Jane.Roe@example.org"),
        (JANE, "--purpose", "request of jane.roe%40example.org"),
        ("Jane Roe", "--purpose", "request of Roe, Jane"),
        ("Jane Roe", "--case", "Roe Jane 17"),
        ("number:12345678Z", "--case", "12345678Z"),
        ("+49 30 901820", "--purpose", "called from +49 30 901820"),
        (JANE, "--purpose", "for Jane Roe"),
        (JANE, "--case", "ROE Jane 17"),
        (JANE, "--purpose", "mail to jane(dot)roe"),
        ("j.roe@example.org", "--purpose", "letter of Ms Roe"),
        ("janeroe@example.org", "--case", "Roe Jane 4"),
        ("Jörg Müller-Roe", "--purpose", "request of Joerg Mueller Roe"),
        ("name: Jane Roe", "--purpose", "Jane A. Roe"),
        ("account:EXAMPLE\\jroe", "--purpose", "letter of J. Roe"),
        ("+49 30 901820", "--purpose", "called from 030/90 18 20"),
        ("Jane Roe q7x@example.org", "--purpose", "request of Jane Roe"),
        ("Jane Roe 12345678Z", "--case", "12345678-Z"),
        ("CN=Jane Roe, E=q7x@example.org, serialNumber=12345678Z", "--case", "12345678Z"),
        (NOBODY, "--purpose", "request of mary.doe@example.com"),
        (NOBODY, "--purpose", "called from +49 30 901820"),
        (JANE, "--case", "2026-17; x"),
        (JANE, "--case", "x" * 65),
        (JANE, "--case", "-1"),
    ],
)
def test_purpose_and_case_name_no_person(db: Path, identifier: str, option: str, text: str) -> None:
    before = len(events(db))
    refused = run("lookup", identifier, "--db", db, f"{option}={text}")
    assert refused.exit_code == 2
    line = error_line(refused)
    assert f"lookup: {option}: expected" in line
    assert not re.search("roe|jane|mary|1234|9018", line.casefold())
    assert len(events(db)) == before


@pytest.mark.parametrize(
    ("identifier", "option", "text"),
    [
        (JANE, "--case", "2026-17"),
        (JANE, "--purpose", "access request, case 2026-17 of the heroes' desk"),
        ("info@example.org", "--purpose", "request for info about example.org"),
        ("Jane Roe", "--purpose", "request of Jane, our client"),
        ("@example.org", "--purpose", "audit of example.org"),
        ("example.org", "--purpose", "audit of example.org"),
        ("+49 30 901820", "--case", "2026-30"),
    ],
)
def test_purpose_and_case_that_name_nobody_are_recorded(db: Path, identifier: str, option: str, text: str) -> None:
    assert run("lookup", identifier, "--db", db, f"{option}={text}").exit_code in (0, 4)
    assert text in (events(db)[-1]["purpose"], events(db)[-1]["case"])


@pytest.mark.parametrize(
    "command",
    [
        ("scan", "--everything"),
        ("reindex",),
        ("status", JANE),
        ("prove", JANE),
        ("basis", "drop", "Example log", "--reason", "of mary.doe@example.com"),
        ("basis", "set", "--reason", "of mary.doe%40example.com"),
    ],
)
def test_no_address_comes_into_the_trail_by_another_command(command: tuple[str, ...], db: Path, tmp_path: Path) -> None:
    (tmp_path / "ctscan.toml").write_text('purpose = "asked by mary.doe@example.com"\n', encoding="utf-8")
    refused = run(*command, "--db", db, "--config", tmp_path / "ctscan.toml")
    assert refused.exit_code == 2 and "without e-mail addresses" in error_line(refused)
    assert "mary" not in json.dumps(events(db)) + refused.stderr


# --- refusals -------------------------------------------------------------------------------------------------------


def test_a_look_up_that_can_not_be_recorded_is_refused(db: Path) -> None:
    for audit in (db.with_name("no-folder") / "trail", db / "trail", db):
        refused = run("lookup", JANE, "--db", db, env={"CTSCAN_AUDIT_PATH": str(audit)})
        assert refused.exit_code == 1
        line = error_line(refused)
        assert line.endswith("nothing is answered or changed without its record")
        assert "`path` under [audit] in ctscan.toml, or CTSCAN_AUDIT_PATH" in line
        assert run("status", JANE, "--db", db, env={"CTSCAN_AUDIT_PATH": str(audit)}).stdout == ""
        assert run("prove", JANE, "--db", db, env={"CTSCAN_AUDIT_PATH": str(audit)}).stdout == ""


def test_the_trail_may_lie_elsewhere(db: Path, tmp_path: Path) -> None:
    place = {"CTSCAN_AUDIT_PATH": str(tmp_path / "trail"), "CTSCAN_KEY_FILE": str(tmp_path / "key")}
    shutil.move(db.with_name("ctscan.db.audit"), tmp_path / "trail")
    shutil.move(db.with_name("ctscan.db.key"), tmp_path / "key")
    before = len(events(db, **place))
    assert run("lookup", JANE, "--db", db, env=place).exit_code == 0
    assert brief(events(db, **place))[before:] == [("lookup", "done")]
    (tmp_path / "ctscan.toml").write_text('[audit]\npath = "trail"\n[privacy]\nkey_file = "key"\n', encoding="utf-8")
    assert run("lookup", JANE, "--db", db, "--config", tmp_path / "ctscan.toml").exit_code == 0
    assert len({event["digest"] for event in events(db, **place)[before:]}) == 1
    assert run("audit", "show", "--db", db).exit_code == 1
    assert not db.with_name("ctscan.db.audit").exists() and not db.with_name("ctscan.db.key").exists()


CROWDED = """
import resource, sys
from ctscan.cli import program
resource.setrlimit(resource.RLIMIT_FSIZE, (40960, 40960))
program.main(sys.argv[1:])
"""


def test_a_full_disk_refuses_the_look_up(db: Path) -> None:
    """A reader keeps the write-ahead log of the trail from beginning anew, so that it passes the limit of a process."""
    trail = db.with_name("ctscan.db.audit")
    with closing(sqlite3.connect(trail, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM event").fetchone()
        while (size := trail.with_name("ctscan.db.audit-wal").stat().st_size) < 40960:
            assert run("lookup", NOBODY, "--db", db).exit_code == 0, size
        before = len(events(db))
        words = [sys.executable, "-c", CROWDED, "lookup", JANE, "--db", str(db)]
        refused = forked.run(words, capture_output=True, text=True, cwd=db.parent, env=environment(), check=False)
        assert (refused.returncode, refused.stdout) == (1, "")
        assert refused.stderr.endswith("nothing is answered or changed without its record\n")
        assert refused.stderr.count("\n") == 1
        assert len(events(db)) == before


def environment() -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("CTSCAN_")}
    return {**clean, "PYTHONPATH": str(ROOT)}


def test_a_missing_or_another_key_is_noticed_and_not_replaced(db: Path) -> None:
    key = db.with_name("ctscan.db.key")
    run("lookup", JANE, "--db", db)
    before, kept = events(db), key.read_bytes()
    key.unlink()
    missing = run("lookup", JANE, "--db", db)
    assert missing.exit_code == 1
    assert "there is no key file here" in error_line(missing) and "put it back" in error_line(missing)
    assert run("reindex", "--db", db).exit_code == 0  # needs no digest
    assert not key.exists()
    other = run("lookup", JANE, "--db", db, env={"CTSCAN_KEY_FILE": str(db.with_name("other.key"))})
    assert other.exit_code == 1 and "there is no key file here" in error_line(other)
    key.write_text("ctscan privacy key v1\n" + "ab" * 32 + "\n", encoding="ascii")
    key.chmod(0o600)
    assert "another key than the one" in error_line(run("lookup", JANE, "--db", db))
    key.write_bytes(kept)
    assert run("lookup", JANE, "--db", db).exit_code == 0
    assert events(db)[-1]["digest"] == before[-1]["digest"]


def test_a_scan_that_can_not_be_recorded_does_not_start(log: Path, tmp_path: Path) -> None:
    refused = run(
        "scan", "--db", tmp_path / "new.db", "--log", log.as_uri(), "--everything",
        env={"CTSCAN_AUDIT_PATH": str(tmp_path / "none" / "trail")},
    )  # fmt: skip
    assert refused.exit_code == 1
    assert "the audit trail can't be created" in error_line(refused)
    assert list(tmp_path.iterdir()) == []


# --- changes --------------------------------------------------------------------------------------------------------


def test_each_change_is_announced_and_ended(db: Path, log: Path, tmp_path: Path) -> None:
    before = len(events(db))
    (tmp_path / "jane.der").write_bytes(make_certificate([("CN", "Mary Doe")], [("email", "mary@example.com")]))
    (tmp_path / "records.csv").write_text("nothing\n", encoding="ascii")
    logs = ("--log", log.as_uri(), "--everything")
    assert run("scan", *logs, "--db", db).exit_code == 0
    assert run("backfill", *logs, "--db", db).exit_code == 0
    assert run("import", tmp_path / "jane.der", "--everything", "--db", db, "--purpose", "found").exit_code == 0
    assert run("reindex", "--db", db).exit_code == 0
    assert run("import", tmp_path / "records.csv", "--everything", "--db", db).exit_code == 1
    found = events(db)[before:]
    actions = ["scan", "backfill", "import", "reindex", "import"]
    assert brief(found) == [
        (action, state)
        for action, last in zip(actions, ["done"] * 4 + ["failed"], strict=True)
        for state in ("intended", last)
    ]
    assert [event["intent"] for event in found[1::2]] == [event["id"] for event in found[::2]]
    assert [event["detail"] for event in found[1::2]][:3] == ["2", "3", "1"]
    assert found[4]["purpose"] == found[5]["purpose"] == "found"
    runs = json.loads(run("runs", "--db", db, "--format", "json").stdout)
    assert [done["id"] for done in runs] == [3, 2, 1]


def test_a_search_its_disclosures_and_its_look_up_are_recorded(tmp_path: Path) -> None:
    crtsh = FakeCrtsh([held(mailbox("1", "jane@example.org").der, id=11)])
    db = tmp_path / "ctscan.db"
    with served(crtsh) as url:
        settings = f'purpose = "case 17"\n[tuning."crt.sh"]\nurl = "{url}"\nrate = 1000.0\n'
        (tmp_path / "ctscan.toml").write_text(settings, encoding="utf-8")
        done = run("search", "jane@example.org", "Jane Roe", "--yes", "--config", tmp_path / "ctscan.toml")
        assert done.exit_code == 0, done.stderr
    found = events(db)
    assert brief(found) == [
        ("configuration", "done"),
        ("search", "intended"),
        ("disclosure", "done"),
        ("disclosure", "done"),
        ("search", "done"),
        ("lookup", "done"),
        ("lookup", "done"),
    ]
    assert [(event["kind"], event["detail"]) for event in found[2:4]] == [("email", "1"), ("name", "2")]
    assert (found[4]["detail"], found[4]["intent"]) == ("1-2", 2)
    assert {event["purpose"] for event in found[1:]} == {"case 17"}


@contextmanager
def following(db: Path, log: Path) -> Iterator[Forked]:
    """Start a scan that follows; it is killed at the end at the latest."""
    words = command("scan", "--follow", "--log", log.as_uri(), "--everything", "--db", db)
    with forked.popen(words, cwd=db.parent, env=environment(), stderr=subprocess.DEVNULL) as running:
        try:
            wait_for(lambda: brief(events(db))[-1] == ("scan", "intended"))
            yield running
        finally:
            running.kill()


def wait_for(condition: Any) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_killed_scan_is_ended_by_the_next_command_and_a_running_one_is_not(db: Path, log: Path) -> None:
    with following(db, log) as running:
        for _ in range(3):
            assert process("lookup", JANE, "--db", db, cwd=db.parent).returncode == 0
        assert brief(events(db))[-4:] == [("scan", "intended"), *[("lookup", "done")] * 3]
        intent = events(db)[-4]["id"]
        running.send_signal(signal.SIGKILL)
        running.wait(60)
        assert brief(events(db))[-1] == ("lookup", "done")  # showing the trail writes nothing
        assert run("lookup", JANE, "--db", db).exit_code == 0
    assert brief(events(db))[-2:] == [("scan", "interrupted"), ("lookup", "done")]
    assert events(db)[-2]["intent"] == intent


def test_a_stopped_scan_ends_its_own_intent(db: Path, log: Path) -> None:
    with following(db, log) as running:
        wait_for(lambda: json.loads(run("runs", "--db", db, "--format", "json").stdout)[0]["id"] == 2)
        running.send_signal(signal.SIGTERM)
        assert running.wait(60) == 0
    last = events(db)[-1]
    assert (last["action"], last["state"], last["detail"]) == ("scan", "done", "2")


# --- the list -------------------------------------------------------------------------------------------------------


def test_the_list_is_readable_in_80_columns(db: Path) -> None:
    run("lookup", JANE, "--db", db, "--case", "2026-17", "--purpose", "access request")
    shown = run("audit", "show", "--db", db, "--limit", "1", env={"COLUMNS": "80"})
    assert max(len(line) for line in shown.stdout.splitlines()) <= 80
    words = " ".join(shown.stdout.split())
    for part in ("No. ", ", by ", "For: ", "lookup:", "complete,", "found", "email", "case 2026-17;", "access request"):
        assert part in words
    assert len(events(db)) > 1


def test_lines_of_json_are_the_events_of_the_array(db: Path) -> None:
    lines = run("audit", "show", "--db", db, "--format", "jsonl").stdout.splitlines()
    assert [json.loads(line) for line in lines] == events(db)[::-1]
    assert len(run("audit", "show", "--db", db, "--format", "jsonl", "--limit", "1").stdout.splitlines()) == 1
