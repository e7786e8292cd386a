"""Whole pipeline from loopback HTTP to the commit: speed of one and two processes, both protocols, memory."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import Any

from bench.context import Bench
from bench.logs import Built, LogSpec
from bench.results import Row, rounded, row
from bench.scans import Used, shares
from ctscan.model import LogProtocol

MEMORY = 200  # MiB
MANY = 16  # logs read at once


def _rates(entries: int, runs: Sequence[Used]) -> list[float]:
    return [rounded(entries / used.wall) for used in runs]


def _one_process(bench: Bench, what: str, logs: list[Built], protocol: LogProtocol, least: int) -> None:
    """Add the rows of scans by one process, as medians of some runs."""
    entries = sum(log.spec.size for log in logs)
    runs = [bench.scan(logs, protocol) for _ in range(bench.options.repeat)]
    cpu, own = median(used.cpu for used in runs), bench.start_up.cpu
    more: dict[str, Any] = {
        "entries": entries,
        "runs": [rounded(entries / used.cpu) for used in runs],
        "us": rounded(cpu / entries * 1e6),
    }
    bench.results.add(
        row(f"{what}, start-up included", entries / cpu, "entries per CPU-second", least=least, **more),
        row(
            f"{what}, start-up subtracted",
            entries / (cpu - own),
            "entries per CPU-second",
            least=least,
            start=rounded(own),
        ),
        row(f"{what}, wall clock", median(_rates(entries, runs)), "entries/s", runs=_rates(entries, runs)),
        row(f"{what}, peak memory", max(used.peak for used in runs), "MiB", most=MEMORY),
    )


def static(bench: Bench) -> None:
    """Measure a static-ct log, one process."""
    log = bench.big(bench.options.static_entries)
    _one_process(bench, "static-ct, one process", [log], LogProtocol.STATIC_CT, 100_000)


def rfc6962(bench: Bench) -> None:
    """Measure an RFC 6962 log, one process."""
    logs = bench.build(LogSpec("rfc", bench.options.rfc_entries), protocol=LogProtocol.RFC6962)
    _one_process(bench, "RFC 6962, one process", logs, LogProtocol.RFC6962, 50_000)


def _alternating(bench: Bench, logs: list[Built]) -> tuple[list[Used], list[Used], dict[str, Any]]:
    """Scan with one process and with two, in turn; return both sets of runs, and details for their row."""
    ones, twos, served = [], [], bench.server_cpu()
    for _ in range(max(3, bench.options.repeat)):
        ones.append(bench.scan(logs))
        twos.append(bench.scan(logs, jobs=2, every=0.2))
    entries = sum(log.spec.size for log in logs)
    served = (bench.server_cpu() - served) / sum(used.wall for used in ones + twos)
    shared = [[rounded(cpu) for cpu in shares(used)] for used in twos]
    more = {"entries": entries, "one": _rates(entries, ones), "two": _rates(entries, twos), "cpu_of_processes": shared}
    # commits of each process, where the run records them
    told = [used.run["processes"] for used in twos if "processes" in used.run]
    return ones, twos, more | {"server_cores": rounded(served)} | ({"processes": told} if told else {})


def _ratio(ones: list[Used], twos: list[Used]) -> float:
    return median(used.wall for used in ones) / median(used.wall for used in twos)


def jobs(bench: Bench) -> None:
    """Measure two logs of two operators, with one process and with two."""
    half = bench.options.jobs_entries // 2
    logs = bench.build(*(LogSpec(f"pair{n}", half, operator=f"Example Operator {n}", seed=10 + n) for n in range(2)))
    ones, twos, more = _alternating(bench, logs)
    bench.results.add(row("static-ct, --jobs 2 of two logs", _ratio(ones, twos), "x one process", least=1.85, **more))


def one_log(bench: Bench) -> None:
    """Measure a log with two processes. A process counts as working from a tenth of the busiest one's CPU."""
    ones, twos, more = _alternating(bench, [bench.big(bench.options.jobs_entries)])
    working = [len([cpu for cpu in cpus if cpu * 10 >= cpus[0]]) for cpus in map(shares, twos) if cpus]
    bench.results.add(
        row("one large log, --jobs 2: processes that work on it", min(working, default=0), "processes", least=2),
        row("one large log, --jobs 2", _ratio(ones, twos), "x one process", least=1.85, **more),
    )


def many(bench: Bench) -> None:
    """Measure sixteen logs at once, for each protocol."""
    size = bench.options.many_entries // MANY
    for protocol in (LogProtocol.STATIC_CT, LogProtocol.RFC6962):
        named = [f"many-{protocol.value}-{n}" for n in range(MANY)]
        logs = bench.build(*(LogSpec(name, size, seed=20 + n) for n, name in enumerate(named)), protocol=protocol)
        used = bench.scan(logs, protocol)
        what = f"{MANY} logs of {protocol.value} at once, peak memory"
        bench.results.add(row(what, used.peak, "MiB", most=MEMORY, entries=size * MANY))


def soak(bench: Bench) -> None:
    """Measure a long run, to see that memory stays flat."""
    entries = bench.options.soak_entries
    used = bench.scan([bench.big(entries)], every=1.0)
    bench.results.add(*_memory_rows(used, f"{entries:,} entries of one log"))


def _memory_rows(used: Used, what: str) -> list[Row]:
    """Return rows of the largest process's memory: peak, after a tenth of the time, and at the end."""
    over_time = [max(rss for rss, _ in processes.values()) for _, processes in used.samples if processes]
    rows = [row(f"{what}, peak memory", used.peak, "MiB", most=MEMORY, seconds=rounded(used.wall))]
    if over_time:
        early, late = over_time[len(over_time) // 10], over_time[-1]
        rows += [
            row(f"{what}, memory after a tenth", early, "MiB"),
            row(f"{what}, memory at the end", late, "MiB", added=rounded(late - early), samples=_thinned(over_time)),
        ]
    return rows


def _thinned(values: list[float]) -> list[float]:
    """Thin out values evenly, to twenty or somewhat more."""
    step = max(1, len(values) // 20)
    return [rounded(value) for value in values[::step]]
