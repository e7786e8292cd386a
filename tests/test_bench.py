"""Tests of the benchmark: its logs are valid, its server answers every request of a scan, its figures equal the
figures in the documents."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.cli import ROOT, run
from support.logs import LogBuilder

from bench.answers import RFC_6962
from bench.logs import PIECE, STATIC_CT, Built, LogSpec, build, make_tile, shorter
from bench.machine import facts
from bench.profile import stage_of
from bench.render import DOCUMENT, render
from bench.results import Results, load, row
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


def test_figures_of_the_documents_are_those_of_the_results() -> None:
    results = load(RESULTS)
    text = DOCUMENT.read_text(encoding="utf-8")
    assert render(text, results) == text, "run `make bench-docs`"


def test_results_that_are_kept_are_whole() -> None:
    results = load(RESULTS)
    assert results.rows
    for each in (*results.rows, *results.stages, *results.profile):
        assert isinstance(each["value"], int | float), each
        assert {"row", "unit", "reach", "met"} <= set(each), each
        assert (each["met"] is None) == (each["reach"] is None), each
    assert all(results.growth.values())
    assert set(results.machine) == set(facts("nginx"))
