"""Scans, searches and disclosures for readers: long scopes are counted, and rows have lines for narrow terminals."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ctscan.model import QuestionKind, Run, Search
from ctscan.model.scan import RunState
from ctscan.views import json, records

AT = datetime(2026, 2, 1, 12, 30, 59, 999_000, tzinfo=UTC)
MANY = ", ".join(sorted(f"domain:d{number}.example" for number in range(200)))


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        ("everything", "everything"),
        ("domain:example.org", "domain:example.org"),
        ("domain:a.example, domain:b.example, organisation:example, ltd", None),  # a comma within a name
        (MANY, "200 domains: d0.example, d1.example, d10.example and 197 more"),
        (
            "domain:a.example, domain:b.example, email:j@c.example, organisation:example ltd",
            "2 domains: a.example, b.example; 1 address: j@c.example; 1 organisation: example ltd",
        ),
        (f"{MANY}, organisation:example ltd", "200 domains: d0.example, d1.example, d10.example and 197 more; "
         "1 organisation: example ltd"),
    ],
)  # fmt: skip
def test_scopes(scope: str, expected: str | None) -> None:
    assert records.scope_words(scope) == (scope if expected is None else expected)


def run(scope: str) -> Run:
    return Run(7, "tester", AT, None, scope, "rules", "audit", "ctscan scan", RunState.RUNNING, 3025, 0, 226)


def test_a_run_with_two_hundred_terms() -> None:
    listing = records.runs([run(MANY)])
    (row,) = listing.rows
    assert "200 domains: " in str(row[7]) and len(str(row[7])) < 80
    assert listing.lines == [
        [
            "Run 7: running",
            "2026-02-01T12:30:59Z to -, by tester",
            "3,025 entries read, 226 certificates",
            "Scope: 200 domains: d0.example, d1.example, d10.example and 197 more",
            "Purpose: audit",
        ]
    ]
    assert json.run(run(MANY))["scope"] == MANY


def test_a_search_says_what_was_kept() -> None:
    search = Search(3, "crt.sh", QuestionKind.DOMAIN, "domain:a.example", "tester", "", MANY, "rules", AT, AT)
    (lines,) = records.searches([search]).lines
    assert lines[3] == "Kept: 200 domains: d0.example, d1.example, d10.example and 197 more"
    assert lines[-1] == "Purpose: -"
