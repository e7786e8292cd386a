"""Growth of the cost of an entry: with the size of a log, with its findings, with the number of logs."""

from __future__ import annotations

from typing import Any

from bench.context import Bench
from bench.logs import Built, LogSpec
from bench.pipeline import named
from bench.results import rounded, say

SIZES = (65_536, 262_144, 1_048_576)
PEOPLE = (0, 1, 10, 100)  # in a thousand entries
LOGS = (1, 4, 16)


def growth(bench: Bench) -> None:
    """Measure all three tables, on the path of users. CPU without start-up."""
    for size in SIZES:
        if size <= bench.options.growth_largest:
            _measure(bench, "size", {"entries": size}, [bench.big(size)])
    for people in PEOPLE:
        log = named(bench, people, bench.options.people_entries)
        _measure(bench, "findings", {"in_a_thousand": people, "certificates": log.spec.hits}, [log])
    total = bench.options.growth_entries
    for count in LOGS:
        specs = (LogSpec(f"of{count}-{n}", total // count, seed=50 + n) for n in range(count))
        _measure(bench, "logs", {"logs": count}, bench.build(*specs))


def _measure(bench: Bench, table: str, what: dict[str, Any], logs: list[Built]) -> None:
    entries = sum(log.spec.size for log in logs)
    runs = [bench.scan(logs) for _ in range(min(2, bench.repeat))]
    used = min(runs, key=lambda run: run.cpu)  # the least disturbed
    cost = (used.cpu - bench.start_up().cpu) / entries * 1e6
    found = what | {"us": rounded(cost), "wall": rounded(entries / used.wall), "peak": rounded(used.peak)}
    bench.results.growth[table].append(found)
    say(f"growth with {table}: {found}")
