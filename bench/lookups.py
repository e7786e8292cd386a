"""Time of a look-up, from the start of the process to its end."""

from __future__ import annotations

import sys
from statistics import median

from bench.context import Bench
from bench.logs import LogSpec
from bench.results import rounded, row
from bench.scans import measured

ENTRIES = 4_096


def lookup(bench: Bench) -> None:
    """Measure `ctscan lookup` of an address in a small index."""
    db = bench.fresh() / "small.db"
    bench.scan(bench.build(LogSpec("small", ENTRIES)), keep=db)
    command = [sys.executable, "-m", "ctscan", "lookup", "person.0000001000@example.org", "--db", str(db)]
    measured(command, bench.work)  # compiles modules to byte code
    runs = sorted(measured(command, bench.work).wall * 1000 for _ in range(20))
    bench.results.add(
        row(
            "start of ctscan lookup to its answer, median",
            median(runs),
            "ms",
            most=250,
            runs=[rounded(each) for each in runs],
        ),
        row("start of ctscan lookup to its answer, p95", runs[18], "ms", most=250),
    )
