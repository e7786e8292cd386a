"""`ctscan inspect --explain`: the chain of evidence of a finding."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli.test_inspect import HOST, JANE, pem
from support.cli import error_line, run


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "jane.pem"
    file.write_text(pem(JANE) + pem(HOST))
    return file


def test_the_chain_names_rule_evidence_decision_and_what_was_missing(path: Path) -> None:
    result = run("inspect", path, "--explain", "subject.0.commonName", env={"COLUMNS": "160"})
    assert (result.exit_code, result.stderr) == (0, "")
    out = result.stdout
    assert "Jane Roe  name, person (likely)" in out
    assert "found by the rule name.common, version" in out
    assert "specified in: RFC 5280 section 4.1.2.4" in out
    assert "1.1.1 a given name, a surname, a pseudonym or initials in the same name: absent" in out
    assert "decided by the evidence: shaped like a name, and the mailbox" in out
    assert "missing, which would have told more:" in out
    order = ["found by the rule", "weighed, in this order:", "decided by the evidence", "missing,"]
    assert [out.index(part) for part in order] == sorted(out.index(part) for part in order)
    assert "Jane.Roe@example.org" not in out.replace(str(path), "")


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_lines_fit_the_terminal(path: Path, columns: int) -> None:
    result = run("inspect", path, "--explain", "san.0.rfc822Name", env={"COLUMNS": str(columns)})
    assert result.exit_code == 0
    assert max(map(len, result.stdout.splitlines())) <= columns


def test_json_has_the_explanations_beside_the_findings(path: Path) -> None:
    result = run("inspect", path, "--explain", "subject.0.commonName", "--format", "jsonl")
    jane, host = map(json.loads, result.stdout.splitlines())
    (explained,) = jane["explained"]
    assert (explained["where"], explained["rule"]) == ("subject.0.commonName", "name.common")
    assert explained["weighed"][-1]["stance"] == "decides"
    assert explained["weighed"][-1]["why"] == explained["why"]
    assert {line["depth"] for line in explained["weighed"]} == {0, 1, 2}
    assert explained["missing"][0]["evidence_code"] == "evidence.own-name"
    assert host["explained"] == []


def test_a_place_without_a_finding_is_refused_with_the_places_that_there_are(path: Path) -> None:
    result = run("inspect", path, "--explain", "Jane Roe")
    assert result.exit_code == 2
    line = error_line(result)
    assert "expected the place of a finding, such as" in line
    assert "subject.0.commonName" in line
    assert "Jane" not in line.replace(str(path), "")


def test_an_array_is_whole_also_where_the_place_is_refused(path: Path) -> None:
    result = run("inspect", path, "--explain", "subject.9.commonName", "--format", "json")
    assert result.exit_code == 2
    assert [found["explained"] for found in json.loads(result.stdout)] == [[], []]


def test_nothing_read_is_said_as_without_the_option(tmp_path: Path) -> None:
    (tmp_path / "notes.pem").write_text("nothing")
    result = run("inspect", tmp_path / "notes.pem", "--explain", "subject.0.commonName")
    assert result.exit_code == 1
