"""Options that choose the part of an answer that is shown: the verdict speaks of everything, and prove knows of it."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from support.certs import EMAIL_PROTECTION, make_certificate
from support.cli import copy_index, error_line, process, run
from support.logs import LogBuilder

from ctscan.views.json import digest

JANE = "jane.roe@example.org"
YEARS = (2020, 2021, 2037)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Index a log with three certificates of a person; the last one is valid for long."""
    folder = tmp_path_factory.mktemp("parts")
    log = LogBuilder("Example log")
    jane = [("GN", "Jane"), ("SN", "Roe"), ("CN", "Jane Roe")]
    for number, year in enumerate(YEARS):
        log.add_certificate(
            make_certificate(
                jane, [("email", JANE)], eku=(EMAIL_PROTECTION,), serial=7 + number,
                not_after=datetime(year, 1, 1, tzinfo=UTC),
            )
        )  # fmt: skip
    log.fill(20)
    log.write_static_tree(folder / "log")
    scan = ("scan", "--db", folder / "ctscan.db", "--log", (folder / "log").as_uri(), "--from", "start", "--everything")
    assert run(*scan).exit_code == 0
    return folder


@pytest.fixture
def db(folder: Path) -> Path:
    return folder / "ctscan.db"


def given(db: Path, *options: str, code: int = 0) -> Any:
    result = run("lookup", JANE, *options, "--db", db, "--format", "json")
    assert result.exit_code == code, result.stderr
    return json.loads(result.stdout)


def proven(db: Path, tmp_path: Path, answer: Any, code: int = 0) -> Any:
    path = tmp_path / "answer.json"
    path.write_text(json.dumps(answer), encoding="utf-8")
    result = run("prove", "--answer", path, "--db", db, "--format", "json")
    assert result.exit_code == code, result.stdout + result.stderr
    (found,) = json.loads(result.stdout)
    return found


@pytest.mark.parametrize(
    ("options", "number", "words"),
    [
        (("--live",), 1, "--live"),
        (("--limit", "2"), 2, "--limit 2"),
        (("--summary",), 0, "--summary"),
        (("--category", "contact.email"), 3, "--category user.contact.email"),
        (("--category", "user.device"), 0, "--category user.device"),
        (("--since", "2099-01-01"), 0, "--since 2099-01-01T00:00:00Z"),
        (("--since", "2000-01-01", "--persons"), 3, "--since 2000-01-01T00:00:00Z --persons"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_a_part_is_shown_and_the_verdict_speaks_of_all(
    db: Path, tmp_path: Path, options: tuple[str, ...], number: int, words: str
) -> None:
    answer = given(db, *options)
    assert (answer["matches_found"], len(answer["matches"]), answer["complete"]) == (3, number, True)
    assert answer["selection"] is not None
    assert answer["digest"] == digest(answer)
    shown = run("lookup", JANE, *options, "--db", db, env={"COLUMNS": "60"}).stdout
    lines = " ".join(shown.split())
    assert "Found in 3 certificates; the answer is complete" in lines
    assert f"{number} of 3 certificates shown: {words}" in lines
    assert "3 certificates: 2 expired, 1 of unknown status" in lines
    assert lines.count(" of 3 serial") == number
    assert max(map(len, shown.splitlines())) <= 60
    checked = proven(db, tmp_path, answer)
    notes = [note["code"] for note in checked["index"]["note_codes"]]
    assert notes == (["check.selection"] if number < 3 else [])


def test_certificates_keep_their_number_among_all_that_were_found(db: Path) -> None:
    every = run("lookup", JANE, "--db", db).stdout.split("\nCertificate ")[1:]
    live = run("lookup", JANE, "--live", "--db", db).stdout.split("\nCertificate ")[1:]
    first = run("lookup", JANE, "--limit", "2", "--db", db).stdout.split("\nCertificate ")[1:]
    assert [text[: len("1 of 3")] for text in every] == ["1 of 3", "2 of 3", "3 of 3"]
    assert [text[: len("1 of 3")] for text in first] == ["1 of 3", "2 of 3"]
    serial = next(line for line in live[0].splitlines() if "serial" in line)
    assert [text[: len("1 of 3")] for text in every if serial in text] == [live[0][: len("1 of 3")]]


def test_findings_of_other_categories_are_neither_shown_nor_new(db: Path, tmp_path: Path) -> None:
    answer = given(db, "--category", "user.name")
    kinds = {finding["category"] for match in answer["matches"] for finding in match["findings"]}
    assert kinds == {"user.name", "user.name.first", "user.name.last"}
    assert proven(db, tmp_path, answer)["index"]["notes"] == []


def test_a_certificate_that_came_since_is_told_from_a_hidden_one(db: Path, folder: Path, tmp_path: Path) -> None:
    copy = tmp_path / "ctscan.db"
    copy_index(db, copy)
    answer = given(copy, "--live")
    (tmp_path / "new.der").write_bytes(make_certificate([("CN", "Jane Roe")], [("email", JANE)], serial=99))
    assert run("import", tmp_path / "new.der", "--everything", "--db", copy).exit_code == 0
    notes = proven(copy, tmp_path, answer)["index"]["note_codes"]
    assert notes == [
        {"code": "check.selection", "params": {"count": 2}},
        {"code": "check.new-certificates", "params": {"count": 1}},
    ]


def test_an_answer_that_claims_more_than_the_index_holds_is_not_proven(db: Path, tmp_path: Path) -> None:
    answer = given(db, "--live")
    answer["matches_found"] = 9
    answer["digest"] = digest(answer)
    checked = proven(db, tmp_path, answer, code=1)  # the trail knows its digest
    assert (checked["file"]["state"], checked["trail"]["state"]) == ("holds", "fails")
    assert checked["index"]["open_codes"] == [{"code": "check.selection-smaller", "params": {"count": 8, "held": 2}}]


@pytest.mark.parametrize("change", [{"matches_found": 2}, {"matches_found": 4}, {"matches_found": -1}])
def test_numbers_that_do_not_fit_an_answer_are_refused(db: Path, tmp_path: Path, change: dict[str, int]) -> None:
    path = tmp_path / "answer.json"
    path.write_text(json.dumps(given(db) | change), encoding="utf-8")
    result = run("prove", "--answer", path, "--db", db)
    assert result.exit_code == 1
    assert "answer 1: matches_found: expected" in error_line(result)


def test_the_trail_records_the_verdict_over_everything(db: Path) -> None:
    given(db, "--since", "2099-01-01")
    (event,) = json.loads(run("audit", "show", "--limit", "1", "--db", db, "--format", "json").stdout)
    assert event["verdict"] == "complete, found"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--category", "user.contact.emial"), "did you mean user.contact.email?"),
        (("--since", "01.02.2026"), "--since: expected a date such as 2026-01-31"),
        (("--since", "0001-01-01T00:00:00+14:00"), "--since: expected a date such as 2026-01-31"),
        (("--since", "9999-12-31T23:59:59-14:00"), "--since: expected a date such as 2026-01-31"),
        (("--limit", "0"), "--limit"),
    ],
)
def test_choices_that_can_not_be_understood_are_usage_errors(db: Path, options: tuple[str, str], words: str) -> None:
    result = run("lookup", JANE, *options, "--db", db)
    assert result.exit_code == 2
    assert words in error_line(result)


def test_mailboxes_of_a_name_are_chosen_like_its_matches(db: Path, tmp_path: Path) -> None:
    copy = tmp_path / "ctscan.db"
    copy_index(db, copy)
    (tmp_path / "new.der").write_bytes(make_certificate([("O", "Example")], [("email", "jane.roe@example.com")]))
    assert run("import", tmp_path / "new.der", "--everything", "--db", copy).exit_code == 0
    for options, shown in (((), 1), (("--summary",), 0), (("--category", "user.contact.email"), 1)):
        result = run("lookup", "Jane Roe", "--db", copy, "--format", "json", *options)
        answer = json.loads(result.stdout)
        assert (answer["matches_found"], answer["mailboxes_found"], len(answer["mailboxes"])) == (3, 1, shown)
        codes = [one["code"] for one in proven(copy, tmp_path, answer)["index"]["note_codes"]]
        assert codes == (["check.selection"] if options == ("--summary",) else [])
    said = run("lookup", "Jane Roe", "--summary", "--db", copy).stdout
    assert "0 of 1 certificates with a mailbox of the name shown: --summary" in said
    assert "jane.roe@example.com" not in said
    raw = run("lookup", "Jane Roe", "--db", copy, "--format", "csv").stdout_bytes.decode("utf-8-sig")
    parts = {(row["part"], row["certificate"]) for row in csv.DictReader(io.StringIO(raw, newline=""))}
    assert parts == {("match", "1"), ("match", "2"), ("match", "3"), ("mailbox", "1")}


def test_a_part_of_a_name_is_looked_for_where_it_is_asked_for(db: Path, tmp_path: Path) -> None:
    """Proof of an answer asks as the answer was asked: what it left out is no news, and what it held is none either."""
    copy = tmp_path / "ctscan.db"
    copy_index(db, copy)
    other = make_certificate([("GN", "Jane"), ("SN", "Doe")], [("email", "jane.doe@example.org")], serial=99)
    (tmp_path / "new.der").write_bytes(other)
    assert run("import", tmp_path / "new.der", "--everything", "--db", copy).exit_code == 0
    numbers = {}
    for options in ((), ("--partly",)):
        result = run("lookup", "name:Jane Roe", *options, "--db", copy, "--format", "json")
        answer = json.loads(result.stdout)
        numbers[options] = (answer["matches_found"], answer["only_whole"], answer["complete"])
        assert ("remark.only-whole-name" in [one["code"] for one in answer["remark_codes"]]) is not bool(options)
        assert proven(copy, tmp_path, answer)["index"]["notes"] == []
    assert numbers == {(): (3, True, True), ("--partly",): (4, False, True)}


@pytest.mark.parametrize("encoding", [None, "ascii"])
def test_csv_is_bytes_whatever_the_terminal_shows(db: Path, tmp_path: Path, encoding: str | None) -> None:
    people = tmp_path / "people.txt"
    people.write_text(f"{JANE}\nŽofie Nováková # HR 17\nzoe@@\n", encoding="utf-8")
    env = {"PYTHONIOENCODING": encoding} if encoding else {}
    done = process("lookup", "--from-file", people, "--db", db, "--format", "csv", "--live", cwd=tmp_path, env=env)
    assert done.returncode == 2
    rows = list(csv.DictReader(io.StringIO(done.stdout.decode("utf-8-sig"), newline="")))
    assert {(row["identifier"], row["label"], row["found"], row["shown"]) for row in rows} == {
        (JANE, "", "3", "1"),
        ("Žofie Nováková", "HR 17", "0", "0"),
    }
    assert b"line 3: " in done.stderr


def test_csv_has_its_header_even_if_nothing_was_understood(db: Path, tmp_path: Path) -> None:
    result = run("lookup", "-", "--db", db, "--format", "csv", stdin="zoe@@\n")
    assert result.exit_code == 2
    assert result.stdout.startswith("\ufeffidentifier,label,")
    assert len(result.stdout.splitlines()) == 1
