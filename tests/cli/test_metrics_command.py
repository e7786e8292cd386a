"""`ctscan metrics` as a user runs it."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as read_openmetrics
from prometheus_client.parser import text_string_to_metric_families
from support.case_desk import Desk
from support.cli import error_line, run


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """Return a desk whose log is read; tests only read it."""
    return Desk(tmp_path_factory.mktemp("desk"))


def names(text: str) -> set[str]:
    return {sample.name for family in text_string_to_metric_families(text) for sample in family.samples}


def test_metrics_are_printed_and_nothing_else(desk: Desk) -> None:
    result = run("metrics", "--db", desk.db)
    assert (result.exit_code, result.stderr) == (0, "")
    assert {"ctscan_build_info", "ctscan_log_read_entries", "ctscan_findings"} <= names(result.stdout)
    opened = run("metrics", "--db", desk.db, "--format", "openmetrics").stdout
    assert opened.endswith("# EOF\n")
    assert {family.name for family in read_openmetrics(opened)} >= {"ctscan_build", "ctscan_findings"}


def test_a_file_is_replaced_whole_and_readable_by_the_collector(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "ctscan.prom"
    path.write_text("before\n")
    path.chmod(0o600)
    result = run("metrics", "--db", desk.db, "-o", path)
    assert (result.exit_code, result.stdout) == (0, "")
    assert "ctscan_log_read_entries" in names(path.read_text())
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    assert [one.name for one in tmp_path.iterdir()] == ["ctscan.prom"]
    for line in path.read_text().splitlines():  # node_exporter refuses samples with a time
        assert line.startswith("#") or len(line.rpartition("}")[2].split()) <= 2


def test_a_file_that_cannot_be_written_is_an_error(desk: Desk, tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none" / "ctscan.prom"):
        result = run("metrics", "--db", desk.db, "-o", path)
        assert result.exit_code == 1
        assert "-o" in error_line(result)


def test_a_missing_index_leaves_the_older_file(tmp_path: Path) -> None:
    path = tmp_path / "ctscan.prom"
    path.write_text("before\n")
    result = run("metrics", "--db", tmp_path / "none.db", "-o", path)
    assert result.exit_code == 1
    assert "there is no index" in error_line(result)
    assert path.read_text() == "before\n"


def test_nothing_is_recorded_and_nothing_changes(desk: Desk) -> None:
    before = run("audit", "show", "--db", desk.db, "--format", "json").stdout
    run("metrics", "--db", desk.db)
    assert run("audit", "show", "--db", desk.db, "--format", "json").stdout == before


def test_cases_are_counted(tmp_path: Path) -> None:
    own = Desk(tmp_path)
    own.open()
    own.open(days=90)
    found = run("metrics", "--db", own.db).stdout
    assert "ctscan_cases_open 2.0\n" in found
    assert "ctscan_cases_overdue 1.0\n" in found
