"""`ctscan report` as a user runs it: the contract of its JSON, formats, and what it records."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import re
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from support.cli import copy_index, error_line, run
from support.population import NOW, Held, truth

from ctscan.app.exposure_report import ReportOptions, report_exposure
from ctscan.clock import Clock
from ctscan.config import load_settings
from ctscan.errors import UsageError
from ctscan.model.exposure import ExposureReport

FIELDS = {"made_at", "version", "scope", "basis", "complete", "not_covered", "figures", "score", "change", "advice"}
FIGURES = {
    "certificates", "addresses", "people_addresses", "persons", "findings", "live", "not_yet_valid", "expired",
    "revoked", "unknown", "by_category", "by_sensitivity", "by_domain", "by_issuer", "by_owner", "by_kind", "by_log",
    "by_month_issued", "by_month_seen",
}  # fmt: skip
STANDINGS = ("live", "not_yet_valid", "expired", "revoked", "unknown")


@pytest.fixture
def db(database: Path, tmp_path: Path) -> Path:
    copy_index(database, tmp_path / "ctscan.db")
    return tmp_path / "ctscan.db"


def report(db: Path, *arguments: str | Path) -> Any:
    result = run("report", "--db", db, *arguments)
    assert result.exit_code == 4, result.stderr
    return json.loads(result.stdout)


def test_json_is_the_contract(db: Path, held: list[Held]) -> None:
    found = report(db, "--scope", "example.org")
    expected = truth(held, "example.org")
    assert found.keys() >= FIELDS
    figures = found["figures"]
    assert figures.keys() >= FIGURES
    assert found["scope"] == ["domain:example.org"]
    assert (figures["persons"], figures["certificates"]) == (expected.persons, expected.certificates)
    assert sum(figures[name] for name in STANDINGS) == figures["certificates"]
    assert "people" not in found
    assert found["change"] == {}
    assert list(figures["by_sensitivity"]) == ["national identifier", "ordinary"], "sensitive ones first"
    assert next(iter(figures["by_category"])) == "user.government_id"


def test_incomplete_basis_is_named_and_exits_4(db: Path) -> None:
    found = report(db)
    assert found["complete"] is False
    assert {one["log"] for one in found["not_covered"]} == {"Example 2031", "Second 2031"}
    assert all(one["reasons"] for one in found["not_covered"])


def test_missing_index_is_an_error(tmp_path: Path) -> None:
    result = run("report", "--db", tmp_path / "x.db")
    assert result.exit_code == 1
    assert "there is no index" in error_line(result)


def test_people_are_named_only_on_request_and_the_trail_says_so(db: Path, held: list[Held]) -> None:
    quiet = run("report", "--db", db, "--scope", "example.org").stdout
    assert not re.search(r"person\d+@", quiet)
    assert "Family" not in quiet
    found = report(db, "--scope", "example.org", "--name-people")
    assert len(found["people"]) == truth(held, "example.org").persons
    assert found["people"][0]["addresses"]
    events = json.loads(run("audit", "show", "--db", db, "--format", "json").stdout)
    details = [one["detail"] for one in events if one["action"] == "report" and one["state"] == "done"]
    assert [re.sub(" scope [0-9a-f]{16}$", "", one) for one in details] == ["json with people", "json"]
    assert len({one[-16:] for one in details}) == 1, "one scope"
    assert "example.org" not in str(details)


def made(db: Path, hours: float, *scope: str, since: datetime | None = None) -> ExposureReport:
    """Make a report some hours after the time of the population."""
    settings = load_settings(db=str(db), lang="en")
    clock = Clock(now=lambda: NOW + timedelta(hours=hours))
    return asyncio.run(report_exposure(settings, ReportOptions(scope, since), who="test", clock=clock))


def test_a_report_compares_with_the_last_one_of_its_scope(db: Path) -> None:
    first = made(db, 0)
    assert first.change is None
    assert made(db, 2, "example.org").change is None, "of another scope"
    found = made(db, 3, "mail.example.org", "example.org").change
    assert found is not None and found.since - NOW == timedelta(hours=2), "equal scopes in other words are one"
    second = made(db, 4).change
    assert second is not None and second.since == NOW
    assert second.now["persons"] == first.figures.persons


def test_a_report_in_another_format_does_not_compare_with_itself(db: Path) -> None:
    assert made(db, 0).change is None
    assert made(db, 0.5).change is None, "HTML, then PDF"
    for hours in (5, 5.9):
        change = made(db, hours).change
        assert change is not None and change.since - NOW == timedelta(hours=0.5)


def test_reports_of_an_older_version_are_not_compared_with(db: Path) -> None:
    made(db, 0)
    with closing(sqlite3.connect(f"{db}.audit")) as connection:
        for (trigger,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {trigger}")
        connection.execute("UPDATE event SET detail = 'json' WHERE action = 'report'")
        connection.commit()
    assert made(db, 5).change is None


def test_since_compares_with_the_state_before_a_day(db: Path) -> None:
    since = datetime(2030, 1, 1, tzinfo=UTC)
    older = made(db, 0, since=since).change
    assert older is not None and older.since == since
    assert older.now["certificates"] - older.before["certificates"] == older.seen_since > 0


def test_a_day_that_has_not_begun_is_refused_and_not_recorded(db: Path) -> None:
    with pytest.raises(UsageError, match="--since: expected a day that has begun"):
        made(db, 0, since=NOW + timedelta(days=1))
    assert made(db, 0, since=NOW).change is not None
    events = json.loads(run("audit", "show", "--db", db, "--format", "json").stdout)
    assert [one["state"] for one in events if one["action"] == "report"] == ["done", "intended"]


def test_published_report_says_nothing_of_accounts(db: Path) -> None:
    found = report(db, "--publish", "--scope", "example.org")
    assert (found["kind"], found["k"]) == ("published", 10)
    assert not {"who", "note", "change"} & found["basis"].keys()
    assert found["basis"]["logs"]
    assert all(count % 5 == 0 for count in found["figures"]["by_domain"].values())
    result = run("report", "--db", db, "--publish", "--k", "1000")
    assert result.exit_code == 2
    assert "at least 1000 persons" in error_line(result)


def test_scores_are_of_domains_and_issuers_with_reasons(db: Path) -> None:
    found = report(db)["score"]
    assert found.keys() == {"domains", "issuers"}
    top = next(iter(found["issuers"].values()))
    assert 0 < top["points"] <= 100
    assert any(one["code"] == "report.national-number" for one in top["reasons"])
    assert all(one["certificates"] <= top["certificates"] for one in top["reasons"])


def test_advice_names_template_and_fields(db: Path) -> None:
    advice = report(db)["advice"]
    template = next(one for one in advice if one["code"] == "report.change-template")
    assert template["issuer"].startswith("CN=Example")
    assert "san.rfc822Name" in template["fields"]


def test_ignore_list_of_the_settings_counts_apart(db: Path, held: list[Held], tmp_path: Path) -> None:
    settings = tmp_path / "ctscan.toml"
    settings.write_text('[report]\nignore = [{ reason = "test data", value = "mail.example.org" }]\n')
    result = run("report", "--db", db, "--config", settings)
    found = json.loads(result.stdout)
    assert found["ignored"][0]["findings"] > 0
    assert "mail.example.org" not in found["figures"]["by_domain"]
    assert found["figures"]["findings"] + found["ignored"][0]["findings"] == truth(held).findings


@pytest.mark.parametrize(
    "line", ["ignore = 1", 'ignore = [{ value = "example.org" }]', 'ignore = [{ reason = "why" }]', "ignore = [2]"]
)
def test_wrong_ignore_list_is_refused(db: Path, tmp_path: Path, line: str) -> None:
    settings = tmp_path / "ctscan.toml"
    settings.write_text(f"[report]\n{line}\n")
    result = run("report", "--db", db, "--config", settings)
    assert result.exit_code == 2
    assert "report.ignore" in error_line(result)


@pytest.mark.parametrize(
    "arguments",
    [
        ("--publish", "--name-people"),
        ("--publish", "--since", "2030-01-01"),
        ("--since", "yesterday"),
        ("--since", "9000-01-01"),
        ("--k", "5"),
        ("--format", "xlsx"),
        ("-o", "report.txt"),
    ],
)
def test_wrong_command_lines_exit_2(db: Path, arguments: tuple[str, ...]) -> None:
    result = run("report", "--db", db, *arguments)
    assert result.exit_code == 2
    assert error_line(result).startswith("ctscan: report: ")


# --- formats ------------------------------------------------------------------------------------------------------


class Page(HTMLParser):
    """Reader of a page that fails on tags left open."""

    VOID = ("meta", "br")

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", "What to do"),
        pytest.param("de", "Was zu tun ist", marks=pytest.mark.long),
        pytest.param("fr", "Que faire", marks=pytest.mark.long),
        ("es", "Qué hacer"),
    ],
)
def test_html_is_one_file_without_script(db: Path, tmp_path: Path, held: list[Held], lang: str, words: str) -> None:
    path = tmp_path / "report.html"
    result = run("report", "--db", db, "--since", "2020-01-01", "--lang", lang, "-o", path)
    assert (result.exit_code, result.stdout) == (4, "")
    text = path.read_text(encoding="utf-8")
    page = Page()
    page.feed(text)
    assert page.open == []
    assert words in page.text
    assert f"{truth(held).persons:,}" in page.text
    assert "svg" in page.tags
    assert not {"script", "link", "img", "iframe"} & set(page.tags)
    assert "http" not in re.sub(r'xmlns="[^"]*"', "", text).replace("http-equiv", "")
    assert page.text.index("Example 2031") < page.text.index(f"{truth(held).persons:,}"), "first what was not read"


def test_csv_has_a_row_for_each_number(db: Path, tmp_path: Path, held: list[Held]) -> None:
    path = tmp_path / "report.csv"
    run("report", "--db", db, "-o", path)
    rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
    figures = {row["name"]: row["value"] for row in rows if row["section"] == "figures"}
    assert int(figures["persons"]) == truth(held).persons
    logs = {row["name"]: int(row["value"]) for row in rows if row["section"] == "by_log"}
    assert logs == truth(held).by["log"]
    domains = {r["name"]: r["value"] for r in rows if (r["section"], r["measure"]) == ("by_domain", "certificates")}
    scored = {r["name"]: r["value"] for r in rows if (r["section"], r["measure"]) == ("score_domains", "certificates")}
    assert scored == domains, "the number of certificates stands beside the points"
