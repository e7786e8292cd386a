"""`ctscan basis`, and what `scan` says of the basis: the logs that answers speak of, who changed them, and why."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import Result
from support.cli import error_line, run
from support.scanning import people_log
from support.simulator import Simulator

NOBODY = ("lookup", "nobody@example.org", "--purpose", "test")


class Desk:
    """Index with a configuration of two archived logs, and the commands about it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.db = folder / "ctscan.db"
        self.names: dict[str, str] = {}
        for name in ("one", "two", "three"):
            people_log(name, 300).write_static_tree(folder / name)
            self.names[name] = (folder / name).as_uri()
        self.configure("one", "two")

    def configure(self, *names: str) -> None:
        logs = json.dumps([self.names[name] for name in names])
        text = f"logs = {logs}\n" if names else ""
        (self.folder / "ctscan.toml").write_text(f'{text}everything = true\nfrom = "start"\n', encoding="utf-8")

    def __call__(self, *words: str) -> Result:
        return run(*words, "--db", self.db, "--config", self.folder / "ctscan.toml")

    def json(self, *words: str, code: int = 0) -> dict[str, object]:
        result = self(*words, "--format", "json")
        assert result.exit_code == code, result.output
        return json.loads(result.stdout)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    made = Desk(tmp_path)
    assert made("scan").exit_code == 0
    return made


def test_the_basis_is_shown_with_its_logs_and_its_choice(desk: Desk) -> None:
    shown = desk("basis", "show")
    assert shown.exit_code == 0
    assert "Revision 1, " in shown.stdout and "the first scan" in shown.stdout
    assert "2 logs in the basis, 0 outside. Chosen by the configuration: " in shown.stdout
    found = desk.json("basis", "show")
    assert [log["log"] for log in found["logs"]] == ["one", "two"]
    assert (found["revision"], found["source"], found["change_code"]) == (1, "configuration", "basis.first-scan")
    assert found["keys"] == found["choice"] == {"log_list": None, "logs": [desk.names["one"], desk.names["two"]]}


def test_a_partial_read_says_that_the_basis_stays(desk: Desk) -> None:
    read = desk("scan", "--log", desk.names["three"])
    assert read.exit_code == 0 and "partial read: the basis stays (revision 1, 2 logs)" in read.stderr
    assert [log["log"] for log in desk.json(*NOBODY)["coverage"]] == ["one", "two"]


def test_an_edit_of_the_configuration_is_recorded_and_the_history_says_so(desk: Desk) -> None:
    desk.configure("two", "three")
    assert "revision 2: the keys logs and log_list changed: joined three; no longer read one" in desk("scan").stderr
    history = json.loads(desk("basis", "show", "--history", "--format", "json").stdout)
    assert [found["revision"] for found in history] == [2, 1]
    table = desk("basis", "show", "--history").stdout
    assert "the keys logs and log_list changed" in table and "the first scan" in table
    assert "not read: no longer chosen since" in desk("basis", "show").stdout


def test_a_log_is_dropped_with_who_when_and_why(desk: Desk) -> None:
    dropped = desk.json("basis", "drop", "two", "--reason", "its archive is elsewhere")
    assert [log["log"] for log in dropped["logs"]] == ["one"]
    (outside,) = dropped["outside"]
    assert (outside["log"], outside["reason_code"]) == ("two", "skip.dropped")
    assert dropped["note"] == "its archive is elsewhere" and dropped["who"] and dropped["at"]
    answer = desk.json(*NOBODY)
    assert answer["complete"] and answer["basis"]["revision"] == 2
    assert [log["log"] for log in answer["not_covered"]] == ["two"]
    assert "dropped from the basis on" in desk("basis", "show").stdout
    event = json.loads(desk("audit", "show", "--limit", "9", "--format", "json").stdout)
    assert {(e["action"], e["state"]) for e in event} >= {("basis", "intended"), ("basis", "done")}


def test_decisions_need_a_reason_and_dropping_a_log_of_the_basis(desk: Desk) -> None:
    without = desk("basis", "drop", "two")
    assert without.exit_code == 2 and "--reason" in error_line(without)
    empty = desk("basis", "drop", "two", "--reason", " ")
    assert empty.exit_code == 2 and "expected the reason" in error_line(empty)
    unknown = desk("basis", "drop", "four", "--reason", "gone")
    assert unknown.exit_code == 2 and "fits no log of the basis" in error_line(unknown)
    for words in (("basis", "set"), ("basis", "set", "--reason", " ")):
        unfounded = desk(*words)
        assert unfounded.exit_code == 2 and "--reason" in error_line(unfounded)
    several = desk("basis", "drop", "o", "--reason", "gone")
    assert several.exit_code == 2 and "fits 2 logs: one, two" in error_line(several)
    assert desk.json("basis", "show")["revision"] == 1


def test_another_choice_is_set_by_options_and_by_the_configuration(desk: Desk) -> None:
    desk("basis", "drop", "two", "--reason", "gone")
    chosen = desk.json("basis", "set", "--log", desk.names["three"], "--reason", "the new archive")
    assert {log["log"]: log["reason_code"] for log in chosen["logs"]} == {"one": "skip.no-longer-chosen", "three": None}
    assert (chosen["source"], chosen["change_code"], chosen["note"]) == ("decision", "basis.set", "the new archive")
    assert [log["log"] for log in desk.json("scan")["logs"]] == ["three"]
    back = desk.json("basis", "set", "--reason", "back to the configuration")
    assert {log["log"]: log["reason_code"] for log in back["logs"]} == {
        "one": None, "three": "skip.no-longer-chosen", "two": None,
    }  # fmt: skip
    assert back["outside"] == []
    history = json.loads(desk("basis", "show", "--history", "--format", "json").stdout)
    reasons = ["back to the configuration", "the new archive", "gone"]
    assert [found["note"] for found in history][:3] == reasons
    table = desk("basis", "show", "--history").stdout
    assert all(reason in table for reason in reasons)
    events = json.loads(desk("audit", "show", "--format", "json").stdout)
    assert [event["purpose"] for event in events if event["action"] == "basis" and event["state"] == "done"] == reasons


def test_a_missing_list_and_an_unknown_name_are_usage_errors_of_set(desk: Desk) -> None:
    missing = desk("basis", "set", "--log-list", str(desk.folder / "none.json"), "--reason", "ours")
    assert missing.exit_code == 2 and "can't be read" in error_line(missing)
    with Simulator() as sim:
        sim.add("people", people_log(size=10))
        (desk.folder / "list.json").write_bytes(sim.log_list())
    unknown = desk("basis", "set", "--log-list", str(desk.folder / "list.json"), "--log", "nowhere", "--reason", "x")
    assert unknown.exit_code == 2 and "not in the log list" in error_line(unknown)
    assert desk.json("basis", "show")["revision"] == 1


def test_before_the_first_scan_there_is_no_basis(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    assert desk("basis", "show").exit_code == 1
    (tmp_path / "entry.txt").write_text("", encoding="utf-8")
    assert not desk.db.exists()


def test_a_directory_that_is_not_there_is_a_usage_error_before_anything_is_asked(desk: Desk) -> None:
    missing = (desk.folder / "missing").as_uri()
    with Simulator() as sim:
        sim.add("people", people_log(size=10))
        for more in ((), ("--log", "people", "--log-list", sim.list_url)):
            for db in (desk.db, desk.folder / "new.db"):
                result = run("scan", "--log", missing, *more, "--everything", "--db", db)
                assert result.exit_code == 2, result.output
                assert "missing: this directory holds no log: expected log.v3.json" in result.stderr
        assert sim.requests == []
    assert run("backfill", "--log", missing, "--everything", "--db", desk.db).exit_code == 2
    assert desk("basis", "set", "--log", missing, "--reason", "x").exit_code == 2
    assert not (desk.folder / "new.db").exists() and desk.json("basis", "show")["revision"] == 1
    (desk.folder / "one").rename(desk.folder / "away")  # a log of the basis
    failed = desk("scan")
    assert failed.exit_code == 1
    assert "one: not read to its head: " in failed.stderr and "two: read to its head" in failed.stderr


# --- a wrong beginning, as a user gives it ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('from = "tomorrow"', "expected start, now, an index or a date"),
        ("from = 2999-12-31", "lies in the future"),
        ('log_list = "none.json"', "none.json: can't be read"),
        ('log_list = "list.json"\nlogs = ["nowhere"]', "'nowhere' is not in the log list"),
    ],
)
def test_a_wrong_key_is_found_before_repositories_are_asked(line: str, words: str, tmp_path: Path) -> None:
    with Simulator() as sim:
        sim.add("people", people_log(size=10))
        (tmp_path / "list.json").write_bytes(sim.log_list())
        others = 'scope = ["example.org"]\ncontact = "ct@example.org"\nrepositories = ["crt.sh"]\npurpose = "test"'
        text = f'{line}\n{others}\n[tuning."crt.sh"]\nurl = "{sim.url}"\n'
        (tmp_path / "ctscan.toml").write_text(text, encoding="utf-8")
        result = run("scan", "--db", tmp_path / "db", "--config", tmp_path / "ctscan.toml")
        assert sim.requests == []
    assert result.exit_code == 2
    assert words in result.stderr.splitlines()[-1]


def test_an_index_beyond_the_head_ends_with_2(desk: Desk) -> None:
    result = desk("scan", "--log", desk.names["three"], "--from", "301")
    assert result.exit_code == 2 and "--from 301: beyond the head of the log" in result.stderr
    assert desk("scan", "--log", desk.names["three"], "--from", "2999-01-01").exit_code == 2


def test_everything_with_terms_is_a_usage_error(desk: Desk) -> None:
    result = desk("scan", "--everything", "--scope", "example.org")
    assert result.exit_code == 2 and "got both" in error_line(result)
