"""Look-ups by number, telephone number and account: every spelling matches; complete only with scope everything."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from support.certs import make_certificate, other_name, string
from support.cli import run
from support.logs import LogBuilder

UPN = "1.3.6.1.4.1.311.20.2.3"


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a log with a person, identified by a number, a telephone number and an account."""
    builder = LogBuilder("Example log")
    builder.fill(20)
    subject = [("C", "ES"), ("GN", "Jane"), ("SN", "Roe"), ("serialNumber", "IDCES-12345678Z")]
    subject.append(("2.5.4.20", "+34 912 345 678"))
    builder.add_certificate(make_certificate(subject, [other_name(UPN, string("Jane.Roe@corp.example.org"))], serial=9))
    directory = tmp_path_factory.mktemp("log")
    builder.write_static_tree(directory)
    return directory


def scanned(log: Path, db: Path, *scope: str) -> Path:
    done = run("scan", "--db", db, "--log", log.as_uri(), "--from", "start", *scope)
    assert done.exit_code == 0, done.stderr
    return db


@pytest.fixture(scope="module")
def db(log: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return scanned(log, tmp_path_factory.mktemp("index") / "ctscan.db", "--everything")


def look_up(db: Path, identifier: str, code: int = 0) -> dict[str, Any]:
    result = run("lookup", identifier, "--db", db, "--format", "json")
    assert (result.exit_code, result.stderr) == (code, "")
    answer: dict[str, Any] = json.loads(result.stdout)
    return answer


@pytest.mark.parametrize(
    ("identifier", "kind"),
    [
        ("number:12345678Z", "number"),
        ("id: 12.345.678-z", "number"),
        ("IDCES-12345678Z", "number"),
        ("12345678-Z", "number"),
        ("+34 912 345 678", "phone"),
        ("tel:0034-912.345.678", "phone"),
        ("account:jane.roe@CORP.example.org", "account"),
        ("jane.roe@corp.example.org", "email"),  # an account that looks like an address
        ("@example.org", "domain"),
    ],
)
def test_each_spelling_finds_the_certificate(db: Path, identifier: str, kind: str) -> None:
    answer = look_up(db, identifier)
    assert answer["identifier"]["kind"] == kind
    assert [match["certificate"]["serial"] for match in answer["matches"]] == ["9"]
    assert answer["complete"]


@pytest.mark.parametrize("identifier", ["number:12345678", "number:2345678Z", "phone:912345679", "account:jane"])
def test_a_part_of_it_is_not_it(db: Path, identifier: str) -> None:
    answer = look_up(db, identifier)
    assert (answer["matches"], answer["complete"]) == ([], True)


@pytest.mark.parametrize("identifier", ["number:12345678Z", "+34 912 345 678", "account:jane.roe@corp.example.org"])
def test_within_a_scope_a_number_is_found_but_never_complete(log: Path, tmp_path: Path, identifier: str) -> None:
    db = scanned(log, tmp_path / "scoped.db", "--scope", "example.org")
    answer = look_up(db, identifier, code=4)
    assert len(answer["matches"]) == 1
    assert {hole["reason"] for log in answer["coverage"] for hole in log["holes"]} == {"out of scope"}


@pytest.mark.parametrize(
    ("identifier", "words"),
    [
        ("+34 912 345 678", "certificates that name no country"),
        ("number:12345678Z", "by all its letters and digits"),
        ("account:jane", "looked up by itself"),
    ],
)
def test_an_answer_says_how_it_was_read(db: Path, identifier: str, words: str) -> None:
    assert any(words in remark for remark in look_up(db, identifier)["remarks"])


@pytest.mark.parametrize(
    ("identifier", "kinds"),
    [
        ("12345678", ["serial", "serial", "number", "phone"]),
        ("23456789Z", ["number", "account", "name"]),
        ("jdoe1990", ["account", "name", "number"]),
        ("912 345 679", ["number", "phone"]),
    ],
)
def test_a_guess_reads_everything_that_a_text_may_mean_and_finds_nothing_for_sure(
    db: Path, identifier: str, kinds: list[str]
) -> None:
    answer = look_up(db, identifier, code=4)
    readings = answer["identifier"]["readings"]
    assert sorted(reading["kind"] for reading in readings) == sorted(kinds)
    assert all(reading["guessed"] for reading in readings)
    assert "remark.guessed" in [remark["code"] for remark in answer["remark_codes"]]


def test_each_meaning_of_a_text_is_found(db: Path) -> None:
    answer = look_up(db, "12345678Z")
    assert [match["matched_as"] for match in answer["matches"]] == [["number"]]
    assert answer["complete"]


@pytest.mark.parametrize("identifier", ["serial:12345678", "0x12345678", "name:jdoe1990", "phone:912 345 679"])
def test_what_was_said_outright_is_not_doubted(db: Path, identifier: str) -> None:
    answer = look_up(db, identifier)
    assert answer["complete"]
    assert not any("before it" in remark for remark in answer["remarks"])
