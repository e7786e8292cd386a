"""docs/sql.md against the views: every column, and every query."""

# ruff: noqa: S608 - statements contain names of views of our own

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from support.population import Held, truth

from ctscan.model.exposure import EXPOSURE_VIEWS

PAGE = (Path(__file__).parents[2] / "docs" / "sql.md").read_text(encoding="utf-8")
QUERIES = re.findall(r"(?m)^([A-Z][^\n]+):\n\n```sql\n(.*?)```", PAGE, re.DOTALL)
MAY_BE_EMPTY = ("Domain-validated certificates", "Certificates first seen in the last")


@pytest.fixture(scope="module")
def connection(database: Path) -> Iterator[sqlite3.Connection]:
    """Open the index as another program would: read-only, and without any function of ctscan."""
    with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as found:
        yield found


def test_there_are_twenty_queries() -> None:
    assert len(QUERIES) == 20
    assert len({sql for _, sql in QUERIES}) == 20


@pytest.mark.parametrize(("title", "sql"), QUERIES, ids=[title[:40] for title, _ in QUERIES])
def test_query_runs_and_finds_something(connection: sqlite3.Connection, title: str, sql: str) -> None:
    rows = connection.execute(sql).fetchall()
    assert rows or title.startswith(MAY_BE_EMPTY)


def test_every_column_is_documented_in_its_order(connection: sqlite3.Connection) -> None:
    views = [name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'view'")]
    documented = {}
    for name, text in re.findall(r"(?ms)^## `(exposure_\w+)`[^\n]*\n(.*?)(?=^## )", PAGE):
        documented[name] = re.findall(r"(?m)^\| `(\w+)` \|", text)
    assert documented.keys() == set(views) - {"exposure_version"}
    for view, columns in documented.items():
        found = [column[1] for column in connection.execute(f"PRAGMA table_info ({view})")]
        assert columns == found, view
    assert connection.execute("SELECT version FROM exposure_version").fetchall() == [(1,)]


def test_views_count_like_the_truth(connection: sqlite3.Connection, held: list[Held]) -> None:
    expected = truth(held)
    people = "subject_kind IN ('person', 'role', 'unknown')"

    def count(sql: str) -> int:
        return int(connection.execute(f"SELECT count(*) FROM {sql}").fetchone()[0])

    assert count(f"exposure_findings WHERE {people}") == expected.findings
    assert count("exposure_addresses") == expected.addresses
    assert count("exposure_addresses WHERE is_of_a_person") == expected.people_addresses
    assert count("exposure_certificates") == count("exposure_sightings") == len(held)
    assert count("exposure_hosts") == sum(bool(one.host) for one in held)
    domains = dict(connection.execute("SELECT domain, count(*) FROM exposure_addresses GROUP BY domain"))
    assert domains.keys() == expected.by["domain"].keys(), "domains are written as people write them"


def test_times_are_iso_and_rows_are_things(connection: sqlite3.Connection) -> None:
    for column in ("exposure_certificates.not_before", "exposure_sightings.seen_at"):
        view, _, name = column.partition(".")
        (text,) = connection.execute(f"SELECT {name} FROM {view} LIMIT 1").fetchone()
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", text)
    for view, key in (("findings", "finding_id"), ("persons", "person_id"), ("addresses", "address")):
        rows, keys = connection.execute(f"SELECT count(*), count(DISTINCT {key}) FROM exposure_{view}").fetchone()
        assert rows == keys > 0


def test_metadata_of_datasette_describes_every_view_and_its_queries_run(connection: sqlite3.Connection) -> None:
    text = (Path(__file__).parents[2] / "contrib" / "datasette" / "metadata.yaml").read_text(encoding="utf-8")
    assert re.findall(r"(?m)^      (exposure_\w+):", text) == list(EXPOSURE_VIEWS)
    queries = re.findall(r"sql: \|-\n((?: {10}.*\n)+)", text)
    assert len(queries) == 2
    assert all(connection.execute(sql).fetchall() for sql in queries)


def test_metadata_of_datasette_hides_every_table_below_the_views(connection: sqlite3.Connection) -> None:
    text = (Path(__file__).parents[2] / "contrib" / "datasette" / "metadata.yaml").read_text(encoding="utf-8")
    names = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
    tables = {name for (name,) in connection.execute(names)}
    assert set(re.findall(r"(?m)^      (\w+): \{hidden: true\}$", text)) == tables
