"""Another scope between two scans: entries not searched for new terms, certificates kept under terms that are gone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from support.scanning import Heard, people_log, scan
from support.simulator import Simulator

from ctscan.errors import UsageError
from ctscan.personal.scope import Scope, count_missing, parse_scope

WIDE, NARROW = "domain:example.com, domain:example.org", "domain:example.org"


def told(sim: Simulator, db: Path, **changes: object) -> list[str]:
    """Return the lines about the scope that a scan gives."""
    heard = Heard()
    assert scan(sim, db, heard, **changes).exit_code == 0
    return [line for line in heard.notices if line.startswith("scope: ")]


def test_a_wider_scope_says_how_many_entries_were_not_searched_and_what_to_type(tmp_path: Path) -> None:
    with Simulator() as sim:
        for name in ("one", "two"):
            sim.add(name, people_log(name, 300))
        scan(sim, tmp_path / "db", scope=NARROW)
        line = (
            "scope: 600 entries of 2 logs were read before, but not searched for 1 term of today's scope: "
            "'ctscan scan --from start' searches them"
        )
        assert told(sim, tmp_path / "db", scope=WIDE, start=None) == [line]
        assert told(sim, tmp_path / "db", scope=WIDE, start=None) == [line], "until they are searched"
        typed = re.search("--from (\\w+)", line)
        assert typed and told(sim, tmp_path / "db", scope=WIDE, start=typed[1]) == []
        assert told(sim, tmp_path / "db", scope=WIDE, start=None) == []


def test_where_coverage_begins_later_its_date_is_what_to_type(tmp_path: Path) -> None:
    with Simulator() as sim:
        sim.add("people", people_log())
        scan(sim, tmp_path / "db", scope=NARROW, start="512")
        (line,) = told(sim, tmp_path / "db", scope="everything", start=None)
        assert line.startswith("scope: 488 entries of 1 log were read before, but not searched for 1 term")
        typed = re.search(r"--from (\d{4}-\d\d-\d\d)", line)
        assert typed and told(sim, tmp_path / "db", scope="everything", start=typed[1]) == []
        assert told(sim, tmp_path / "db", scope="everything", start=None) == []


def test_logs_outside_the_basis_count_for_nothing(tmp_path: Path) -> None:
    people_log("demo", 300).write_static_tree(tmp_path / "demo")
    with Simulator() as sim:
        sim.add("people", people_log(size=300))
        scan(sim, tmp_path / "db", scope=WIDE)
        keys = {"keys": None, "logs": ((tmp_path / "demo").as_uri(),)}
        told(sim, tmp_path / "db", scope=NARROW, **keys)
        assert told(sim, tmp_path / "db", scope=WIDE, start=None) == []


def test_a_narrower_scope_says_once_what_is_kept_that_it_may_not_allow(tmp_path: Path) -> None:
    with Simulator() as sim:
        sim.add("people", people_log())
        scan(sim, tmp_path / "db", scope=WIDE)
        (line,) = told(sim, tmp_path / "db", scope=NARROW, start=None)
        assert line.startswith("scope: terms of the scan before are gone, and nothing is deleted: up to 4 certificates")
        assert "counted: all in entries that were read with another scope" in line and "--db" in line
        assert told(sim, tmp_path / "db", scope=NARROW, start=None) == []


def test_an_unchanged_scope_says_nothing(tmp_path: Path) -> None:
    with Simulator() as sim:
        sim.add("people", people_log(size=300))
        assert told(sim, tmp_path / "db", scope=WIDE) == []
        assert told(sim, tmp_path / "db", scope=WIDE, start=None) == []


@pytest.mark.parametrize(
    ("text", "scope", "count"),
    [
        ("everything", Scope(everything=True), 0),
        (WIDE, Scope(everything=True), 1),
        (NARROW, parse_scope(["example.com", "jane@example.net", "mail.example.org"]), 2),
        (WIDE, parse_scope(["example.org"]), 0),
    ],
)
def test_missing_terms_are_counted(text: str, scope: Scope, count: int) -> None:
    assert count_missing(text, scope) == count


@pytest.mark.parametrize("values", [["everything", "example.org"], ["example.org", "everything"]])
def test_everything_with_terms_is_a_usage_error(values: list[str]) -> None:
    for everything in (False, True):
        with pytest.raises(UsageError, match="got both"):
            parse_scope(values, everything)
    with pytest.raises(UsageError, match="got both"):
        parse_scope(["example.org"], everything=True)
    assert parse_scope(["everything"], everything=True) == Scope(everything=True)
