"""Tests of the benchmark: its logs are valid, its server answers every request of a scan, its figures equal the
figures in the documents."""

from __future__ import annotations

import gzip
import json
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from support.cli import ROOT, run
from support.logs import LogBuilder

from bench import measure
from bench.answers import RFC_6962
from bench.findings import Population, steps
from bench.floor import Floor, build_floor
from bench.logs import PIECE, STATIC_CT, Built, LogSpec, build, make_tile, shorter
from bench.machine import clocks, facts, own_seconds
from bench.pipeline import memory_rows
from bench.profile import stage_of
from bench.render import DOCUMENT, SECTIONS, render
from bench.results import CORE, REFERENCE, BenchError, Results, load, row, title
from bench.scans import Used, paths
from bench.serving import find_nginx, serve
from ctscan.model import LogProtocol

RESULTS = ROOT / "bench" / "results.json"


def built(folder: Path, size: int, form: Any = STATIC_CT, **more: Any) -> Built:
    """Write a log in this process."""
    (log,) = build([LogSpec("bench", size, leaf_index=form is STATIC_CT, **more)], folder, 1, form)
    return log


def referee(log: Built) -> LogBuilder:
    """Build the same log in memory."""
    builder = log.signer()
    builder.hashes = []
    for tile in range(len(log.roots)):
        for made in make_tile(log.spec, tile):
            builder.add_raw(made.leaf, tail=made.submitted + made.template.fingerprints)
    return builder


def scanned(folder: Path, *arguments: str) -> tuple[int, int]:
    """Scan, expect exit code 0, and return the counts of entries and certificates."""
    db = folder / "ctscan.db"
    done = run("scan", "--db", db, "--everything", *arguments)
    assert done.exit_code == 0, done.stderr
    last = max(json.loads(run("runs", "--db", db, "--format", "json").stdout), key=lambda each: each["id"])
    return last["entries"], last["certificates"]


def test_files_are_those_of_the_log_that_the_tests_build(tmp_path: Path) -> None:
    log = built(tmp_path, 900, people=10)
    builder = referee(log)
    for path, body in builder.tiles(900):
        written = (log.folder / path).read_bytes()
        assert (gzip.decompress(written) if "/data/" in path else written) == body, path
    assert (log.folder / "checkpoint").read_bytes() == builder.checkpoint(900, timestamp=log.timestamp())


def test_a_scan_reads_a_log_and_finds_its_people(tmp_path: Path) -> None:
    log = built(tmp_path, 2_100, people=10)
    assert log.spec.hits == 21
    assert scanned(tmp_path, "--log", log.folder.as_uri(), "--from", "start") == (2_100, 21)


def test_a_shorter_log_is_the_beginning_of_the_longer_one(tmp_path: Path) -> None:
    log = shorter(built(tmp_path, 1_000), 512, "short")
    builder = referee(log)
    assert (log.folder / "checkpoint").read_bytes() == builder.checkpoint(512, timestamp=log.timestamp())
    assert (log.folder / "tile" / "1" / "000.p" / "2").read_bytes() == builder.hash_tile(1, 0, 2)
    with pytest.raises(ValueError, match="multiple of 256"):
        shorter(log, 300, "other")


def test_entries_are_as_large_as_real_ones(tmp_path: Path) -> None:
    """A data tile of navigli2025h2 has 403 to 408 KB and, compressed, 94 to 97 KB."""
    log = built(tmp_path, 2_048)
    packed = [path.read_bytes() for path in sorted((log.folder / "tile" / "data").iterdir())]
    assert 93_000 < sum(map(len, packed)) / len(packed) < 105_000
    assert 390_000 < sum(len(gzip.decompress(tile)) for tile in packed) / len(packed) < 420_000


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Built]:
    """Write an RFC 6962 log that a scan proves in two steps."""
    yield built(tmp_path_factory.mktemp("bench"), PIECE + 300, RFC_6962, people=0)


@pytest.mark.parametrize("use_nginx", [False, True])
def test_a_scan_has_its_questions_answered(tmp_path: Path, answers: Built, use_nginx: bool) -> None:
    """A scan from the middle is answered too: other worker processes begin there."""
    if use_nginx and find_nginx() is None:
        pytest.skip("nginx isn't installed (Debian, Ubuntu: apt install nginx-light)")
    (tmp_path / "server").mkdir()
    with serve(answers.folder.parent, tmp_path / "server", use_nginx) as server:
        url = server.publish("list", [answers], LogProtocol.RFC6962)
        assert scanned(tmp_path, "--log-list", url, "--log", "bench", "--from", str(PIECE)) == (300, 0)
        if use_nginx:
            assert scanned(tmp_path, "--log-list", url, "--log", "bench", "--from", "start") == (PIECE, 0)


def test_tiles_are_served_as_gzip(tmp_path: Path) -> None:
    log = built(tmp_path / "logs", 700, people=1000 // 7)
    (tmp_path / "server").mkdir()
    with serve(tmp_path / "logs", tmp_path / "server", use_nginx=False) as server:
        url = server.publish("list", [log], LogProtocol.STATIC_CT)
        assert scanned(tmp_path, "--log-list", url, "--from", "start") == (700, log.spec.hits)


# --- the floor in C ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def floor(tmp_path_factory: pytest.TempPathFactory) -> Floor:
    """Build the program; the tests are skipped where that can't be done."""
    noted = Results("", {}, {})
    found = build_floor(tmp_path_factory.mktemp("floor"), noted)
    if found is None:
        pytest.skip("; ".join(noted.notes))
    return found


def test_the_floor_finds_the_roots_of_all_tiles(tmp_path: Path, floor: Floor) -> None:
    assert floor.run(built(tmp_path, 900, people=10)) >= 0


def test_a_floor_that_does_other_work_is_an_error(tmp_path: Path, floor: Floor) -> None:
    log = built(tmp_path, 300)
    with pytest.raises(BenchError, match="expected"):
        floor.run(Built(log.spec, log.folder, log.roots[::-1]))
    (log.folder / "tile" / "data" / "000").write_bytes(b"no tile")
    with pytest.raises(BenchError, match="expected"):
        floor.run(log)


def test_without_a_compiler_the_floor_is_left_out_with_a_note(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    noted = Results("", {}, {})
    assert build_floor(tmp_path, noted) is None
    assert "libdeflate" in noted.notes[0]


# --- processes that are measured -----------------------------------------------------------------------------------


def test_the_reference_is_measured_without_the_core(tmp_path: Path) -> None:
    assert paths(tmp_path) == ((CORE, REFERENCE) if find_spec("ctscan_native") else (REFERENCE,))


def test_speed_counts_from_the_first_commit_to_the_last() -> None:
    seen = [(0.1, 0), (1.0, 1_000), (2.0, 3_000), (5.0, 9_000), (9.0, 9_000)]
    assert Used(10, 8, 100, [(second, {}, entries) for second, entries in seen]).rate == 2_000
    assert Used(10, 8, 100, [(0.1, {}, 0)]).rate is None
    assert Used(10, 8, 100, [(0.1, {}, 5), (0.2, {}, 5)]).rate is None


def test_memory_at_the_end_is_that_of_a_process_that_runs() -> None:
    seen = [(0.1, {"7": (60.0, 0.1)}, 5), (0.2, {"7": (72.5, 0.2)}, 9), (0.3, {"7": (0.0, 0.2)}, 9)]
    _, early, late = memory_rows(Used(10, 8, 100, seen), "a scan")
    assert (early["value"], late["value"], late["added"]) == (60.0, 72.5, 12.5)


def test_an_index_that_is_being_written_says_how_far_it_is(tmp_path: Path) -> None:
    index = tmp_path / "ctscan.db"
    assert measure.covered(str(index)) == 0
    with closing(sqlite3.connect(index)) as writer:
        writer.execute("PRAGMA journal_mode = WAL")
        assert measure.covered(str(index)) == 0
        writer.execute("CREATE TABLE coverage (range_start INTEGER, range_end INTEGER)")
        writer.execute("INSERT INTO coverage VALUES (0, 512), (1024, 1280)")
        writer.commit()
        assert measure.covered(str(index)) == 768


def test_the_work_of_a_process_counts_for_the_machine() -> None:
    before, own = clocks(), own_seconds()
    while own_seconds() - own < 0.05:
        pass
    after = clocks()
    assert after.wall > before.wall
    assert after.busy == before.busy == 0 or after.busy > before.busy


def test_the_content_of_an_index_does_not_depend_on_its_last_size() -> None:
    population = Population(800)
    short, long = (next(steps(size, population, "rules")) for size in (1_600, 8_000))
    assert short.result == long.result
    holders = Counter(population.holder(number).address for number in range(2_400))
    assert set(holders.values()) == {4}


# --- results -------------------------------------------------------------------------------------------------------


def test_a_row_says_whether_its_reach_was_met() -> None:
    assert row("a", 1.9, "x", least=1.85) == {"row": "a", "value": 1.9, "unit": "x", "reach": "≥ 1.85", "met": True}
    assert row("b", 250.6, "ms", most=250, runs=3)["met"] is False
    assert row("c", 12_345.6, "entries")["value"] == 12_346


def test_results_are_written_and_read_back(tmp_path: Path) -> None:
    results = Results("2026-01-01", facts("nginx 1"), {"repeat": 3}, rows=[row("a", 1, "x", most=2)])
    results.save(tmp_path / "results.json")
    assert load(tmp_path / "results.json") == results


def test_a_stack_belongs_to_the_innermost_stage_that_is_known() -> None:
    assert (
        stage_of(["/lib/hashlib.py", "/x/ctscan/ct/merkle.py", "/x/ctscan/scan/stream.py"]) == "hash, leaves and tree"
    )
    assert stage_of(["/lib/zlib.py", "/x/ctscan/http/decoding.py", "/lib/asyncio/events.py"]) == "gunzip"
    assert stage_of(["/x/ctscan/ct/merkle.py", "<frozen importlib._bootstrap>"]) == "start-up"
    assert stage_of(["/lib/re.py"]) == "other"


def test_rows_of_both_paths_stand_side_by_side() -> None:
    rows = [row("a scan", value, "us an entry", path=path) for path, value in ((CORE, 5), (REFERENCE, 11))]
    results = Results("2026-01-01", {}, {}, rows=[*rows, row("other", 1, "x")], stages=[row("alone", 3, "us an entry")])
    assert title(rows[0]) == "a scan (with the core)"
    assert SECTIONS["paths"](results)[2:] == ["| a scan | µs an entry | 11 | 5 |"]
    assert SECTIONS["stages"](results)[2:] == ["| alone | µs an entry | 3 |  |"]


def test_a_row_that_is_not_met_says_by_how_much() -> None:
    rows = [row("slow", 5_000, "entries", least=20_000), row("late", 15, "ms", most=10), row("good", 1, "ms", most=10)]
    assert SECTIONS["missed"](Results("2026-01-01", {}, {}, rows=rows))[2:] == [
        "| slow | 5,000 entries | ≥ 20,000 | a factor of 4.0 |",
        "| late | 15 ms | ≤ 10 | a factor of 1.5 |",
    ]
    assert SECTIONS["missed"](Results("2026-01-01", {}, {})) == ["All are met."]


def test_figures_of_the_documents_are_those_of_the_results() -> None:
    results = load(RESULTS)
    text = DOCUMENT.read_text(encoding="utf-8")
    assert render(text, results) == text, "run `make bench-docs`"
    assert all(f"<!-- bench: {section} -->" in text for section in SECTIONS)


def test_results_that_are_kept_are_whole() -> None:
    results = load(RESULTS)
    assert results.rows
    for each in (*results.rows, *results.stages, *results.profile):
        assert isinstance(each["value"], int | float), each
        assert {"row", "unit", "reach", "met"} <= set(each), each
        assert (each["met"] is None) == (each["reach"] is None), each
    assert all(results.growth.values())
    assert results.lookups
    assert [each["part"] for each in results.parts] == results.parameters["parts"]
