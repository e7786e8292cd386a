"""Start-up: `ctscan scan` of a log with one entry, and `ctscan lookup` to its answer, beside an interpreter that does
nothing. All three in turn, with byte code in place; medians."""

from __future__ import annotations

import sys
from collections.abc import Callable
from statistics import median
from typing import Any

from bench.context import Bench
from bench.logs import LogSpec
from bench.results import rounded, row
from bench.scans import Used, measured, program

ENTRIES = 4_096  # of the log whose index is asked
ROUNDS = 15
WARM = 2  # rounds that don't count: they compile modules to byte code
SCAN = "ctscan scan, a log with one entry"
LOOKUP = "ctscan lookup to its answer"
REACH = {SCAN: 14.0, LOOKUP: 6.0}
FOUND_AND_STALE = 4  # exit code: the heads of the logs are of a fixed time, so that no answer is complete today
NOTHING = "python -c pass"


def startup(bench: Bench) -> None:
    """Measure all three on the path of users."""
    path, db = bench.paths[0], bench.fresh() / "small.db"
    bench.scan(bench.build(LogSpec("small", ENTRIES)), keep=db)
    tiny = bench.build(LogSpec("tiny", 1))
    lookup = [*program(), "lookup", "person.0000001000@example.org", "--db", str(db)]
    commands: dict[str, Callable[[], Used]] = {
        NOTHING: lambda: measured([sys.executable, "-c", "pass"], bench.work, path=path),
        LOOKUP: lambda: measured(lookup, bench.work, path=path, codes=(FOUND_AND_STALE,)),
        SCAN: lambda: bench.scan(tiny),
    }
    runs: dict[str, list[Used]] = {name: [] for name in commands}
    for _ in range(WARM + (ROUNDS if bench.repeat > 1 else 3)):
        for name, command in commands.items():
            runs[name].append(command())
    kept = {name: used[WARM:] for name, used in runs.items()}
    wall, cpu = (
        {name: median(getattr(each, of) for each in used) for name, used in kept.items()} for of in ("wall", "cpu")
    )
    for name, most in REACH.items():
        more: dict[str, Any] = {"cpu": rounded(cpu[name] / cpu[NOTHING]), "rounds": len(kept[name])}
        bench.results.add(row(f"start of {name}", wall[name] / wall[NOTHING], f"x {NOTHING}", most=most, **more))
    for name in commands:
        times = sorted(rounded(each.wall * 1000) for each in kept[name])
        each_run: dict[str, Any] = {"runs": times, "cpu_ms": rounded(cpu[name] * 1000)}
        bench.results.add(row(f"start of {name}, median", wall[name] * 1000, "ms", **each_run))
