"""Reports on an index that a scan made, with real certificates."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from support.certs import make_certificate
from support.cli import copy_index, run
from support.logs import LogBuilder

JANE = make_certificate([("CN", "Jane Roe"), ("O", "Example, Ltd")], [("email", "jane.roe@example.org")], serial=1)
SERVER = make_certificate([("CN", "www.example.org")], [("dns", "www.example.org"), ("email", "john.doe@example.com")])
OTHER = make_certificate([("CN", "Erika Mustermann")], [("email", "erika@example.net")], serial=3)


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the index of a log that was read whole."""
    folder = tmp_path_factory.mktemp("scanned")
    log = LogBuilder("Whole log")
    log.fill(3)
    for der in (JANE, SERVER, OTHER):
        log.add_certificate(der)
    log.write_static_tree(folder / "log")
    address = (folder / "log").as_uri()
    done = run("scan", "--log", address, "--from", "start", "--everything", "--db", folder / "ctscan.db")
    assert done.exit_code == 0, done.stderr
    return folder / "ctscan.db"


def report(db: Path, *arguments: str) -> Any:
    result = run("report", "--db", db, "--name-people", *arguments)
    assert (result.exit_code, result.stderr) == (0, "")
    return json.loads(result.stdout)


def test_report_on_a_whole_log_is_complete(db: Path) -> None:
    found = report(db)
    assert (found["complete"], found["not_covered"], found["remarks"]) == (True, [], [])
    assert found["figures"]["certificates"] == 3
    assert found["figures"]["by_kind"] == {"tls": 3}
    assert found["figures"]["by_log"] == {"Whole log": 3}


@pytest.mark.parametrize(
    ("term", "addresses"),
    [
        ("example.org", {"jane.roe@example.org", "john.doe@example.com"}),  # the host brings the second in
        ("email:erika@example.net", {"erika@example.net"}),
        ("organisation:example, ltd", {"jane.roe@example.org"}),
        ("organisation:Nobody Ltd", set()),
    ],
)
def test_scope_is_a_domain_with_its_hosts_an_address_or_an_organisation(
    db: Path, term: str, addresses: set[str]
) -> None:
    found = report(db, "--scope", term)
    assert {address for person in found["people"] for address in person["addresses"]} == addresses
    assert found["figures"]["addresses"] == len(addresses)


def test_advice_names_the_ca_by_its_profile_or_says_that_there_is_none(db: Path) -> None:
    codes = [one["code"] for one in report(db)["advice"]]
    assert "report.unknown-owner" in codes
    assert "report.change-template" in codes
    assert "report.load-owners" in codes, "nobody loaded the list of the owners of CAs"


def test_the_only_address_is_no_plural(db: Path) -> None:
    texts = [one["text"] for one in report(db, "--scope", "email:erika@example.net")["advice"]]
    assert "the only address is a person's" in texts[0]


@pytest.mark.parametrize("restrict", [(), ("--restrict",)])
def test_every_report_says_that_people_who_objected_are_left_out(
    db: Path, tmp_path: Path, restrict: tuple[str, ...]
) -> None:
    """The remark is constant: it gives no number, and stands in reports that the person wouldn't be in, too."""
    copy_index(db, tmp_path / "ctscan.db")
    forget = ("forget", "-", "--ground", "objection", "--yes", *restrict, "--db", tmp_path / "ctscan.db")
    assert run(*forget, stdin="jane.roe@example.org\n").exit_code == 0
    for scope in ((), ("--scope", "email:erika@example.net")):
        found = report(tmp_path / "ctscan.db", *scope)
        assert [one["code"] for one in found["remarks"]] == ["remark.without-objectors"]
    assert "jane.roe" not in json.dumps(report(tmp_path / "ctscan.db"))
    page = tmp_path / "report.html"
    made = run("report", "--db", tmp_path / "ctscan.db", "--format", "html", "-o", page)
    assert made.exit_code == 0 and "without people who objected" in page.read_text("utf-8")
