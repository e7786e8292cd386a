"""Tests that data/demo-log equals its script's output, after gunzip: other zlib versions give other bytes."""

from __future__ import annotations

import gzip
from pathlib import Path

from make_demo_log import build_demo_log, write

DEMO_LOG = Path(__file__).parents[1] / "data" / "demo-log"


def contents(directory: Path) -> dict[str, bytes]:
    files = {p.relative_to(directory).as_posix(): p.read_bytes() for p in directory.rglob("*") if p.is_file()}
    return {name: gzip.decompress(body) if name.startswith("tile/data/") else body for name, body in files.items()}


def test_script_makes_the_committed_log(tmp_path: Path) -> None:
    write(build_demo_log(), tmp_path)
    made, committed = contents(tmp_path), contents(DEMO_LOG)
    assert sorted(made) == sorted(committed)
    assert [name for name in made if made[name] != committed[name]] == [], "run `make demo-log` and commit the result"


def test_log_is_small_enough_for_the_repository() -> None:
    assert sum(p.stat().st_size for p in DEMO_LOG.rglob("*") if p.is_file()) < 2_500_000
