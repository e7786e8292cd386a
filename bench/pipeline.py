"""Whole pipeline from loopback HTTP to the commit: both paths, both protocols, two processes, memory.

Figures that are compared are measured in turn, in the same minutes, and a ratio is the median over the rounds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any

from bench.context import STATIC, Bench
from bench.logs import Built, LogSpec
from bench.results import CORE, Row, rounded, row
from bench.scans import Used, shares
from ctscan.model import LogProtocol

MEMORY = 200  # MiB
MANY = 16  # logs read at once
DOMAINS = 200  # of a scope
PER_CPU = "entries per CPU-second"
OF_FLOOR = "x the floor"


def _in_turn(bench: Bench, logs: list[Built], protocol: LogProtocol) -> tuple[dict[str, list[Used]], list[float]]:
    """Scan on each path in turn, and let the floor read the same tiles; return the runs of each path, and the CPU
    seconds of the floor: none without it, or without tiles."""
    for path in bench.paths:
        bench.start_up(path)  # before the rounds: it compiles modules to byte code
    runs: dict[str, list[Used]] = {path: [] for path in bench.paths}
    floors: list[float] = []
    floor = bench.floor if protocol is STATIC else None
    for _ in range(bench.repeat):
        if floor is not None:
            floors.append(sum(floor.run(log) for log in logs))
        for path, used in runs.items():
            used.append(bench.scan(logs, protocol, path=path))
    return runs, floors


def _speed(bench: Bench, what: str, entries: int, path: str, runs: Sequence[Used]) -> list[Row]:
    """Make the rows of scans by one process."""
    cpu, own = median(used.cpu for used in runs), bench.start_up(path).cpu
    rates = [rounded(entries / used.cpu) for used in runs]
    walls = [rounded(entries / used.wall) for used in runs]
    us = rounded((cpu - own) / entries * 1e6)
    rest = row(f"{what}, without start-up", entries / (cpu - own), PER_CPU, path=path, start=rounded(own), us=us)
    return [
        row(what, entries / cpu, PER_CPU, path=path, entries=entries, runs=rates, us=rounded(cpu / entries * 1e6)),
        rest,
        row(f"{what}, by the clock", median(walls), "entries/s", path=path, runs=walls),
        row(f"{what}, peak memory", max(used.peak for used in runs), "MiB", most=MEMORY, path=path),
    ]


def static(bench: Bench) -> None:
    """Measure a static-ct log, one process, both paths and the floor."""
    log = bench.big(bench.options.static_entries)
    entries = log.spec.size
    runs, floors = _in_turn(bench, [log], STATIC)
    what = "static-ct, one process"
    if floors:
        rates = [rounded(entries / cpu) for cpu in floors]
        bench.results.add(row("floor in C on the same tiles", entries / median(floors), PER_CPU, runs=rates))
    for path, used in runs.items():
        rows = _speed(bench, what, entries, path, used)
        if floors:
            rows[1:1] = _times_the_floor(bench, what, path, used, floors)
        bench.results.add(*rows)


def _times_the_floor(bench: Bench, what: str, path: str, runs: Sequence[Used], floors: Sequence[float]) -> list[Row]:
    ratios = [used.cpu / floor for used, floor in zip(runs, floors, strict=True)]
    own = bench.start_up(path).cpu
    rest = median((used.cpu - own) / floor for used, floor in zip(runs, floors, strict=True))
    most = 2.4 if path == CORE else None
    rounds = [rounded(ratio) for ratio in ratios]
    return [
        row(f"{what}, CPU", median(ratios), OF_FLOOR, most=most, path=path, rounds=rounds),
        row(f"{what}, CPU without start-up", rest, OF_FLOOR, path=path),
    ]


def rfc6962(bench: Bench) -> None:
    """Measure an RFC 6962 log, one process, both paths."""
    logs = bench.build(LogSpec("rfc", bench.options.rfc_entries), protocol=LogProtocol.RFC6962)
    runs, _ = _in_turn(bench, logs, LogProtocol.RFC6962)
    for path, used in runs.items():
        bench.results.add(*_speed(bench, "RFC 6962, one process", logs[0].spec.size, path, used))


def domains(bench: Bench) -> None:
    """Compare a scope of 200 domains with none, in turn. No entry names anybody, so that both find nothing."""
    logs = [named(bench, 0, bench.options.scope_entries)]
    entries = logs[0].spec.size
    scope = scope_of_domains()
    pairs: Mapping[str, list[tuple[float, float]]] = {path: [] for path in bench.paths}
    for path in bench.paths:
        bench.start_up(path)
    for _ in range(bench.repeat):
        for path, costs in pairs.items():
            without, within = (bench.scan(logs, scope=some, path=path).cpu for some in ((), scope))
            costs.append((without, within))
    for path, costs in pairs.items():
        own = bench.start_up(path).cpu
        ratios = [(within - own) / (without - own) for without, within in costs]
        us = [rounded((median(each) - own) / entries * 1e6) for each in zip(*costs, strict=True)]
        what = f"{DOMAINS} domains in scope, CPU without start-up"
        rounds = [rounded(ratio) for ratio in ratios]
        more: dict[str, Any] = {"entries": entries, "us_without": us[0], "us_with": us[1], "rounds": rounds}
        bench.results.add(row(what, median(ratios), "x the cost with none", most=1.2, path=path, **more))


def scope_of_domains() -> tuple[str, ...]:
    """Return domains of a scope; no host of the logs is below them, but half of them end as the hosts do."""
    return tuple(f"d{number}.example.{('org', 'net')[number % 2]}" for number in range(DOMAINS))


def named(bench: Bench, people: int, size: int) -> Built:
    """Return a log in which so many of a thousand entries name somebody."""
    (log,) = bench.build(LogSpec(f"people{people}-{size}", size, people=people, seed=30))
    return log


def tenth(bench: Bench) -> None:
    """Measure a log of which a tenth of the entries name somebody, both paths."""
    log = named(bench, 100, bench.options.people_entries)
    for path in bench.paths:
        bench.start_up(path)
    runs: dict[str, list[Used]] = {path: [] for path in bench.paths}
    for _ in range(bench.seldom):
        for path, used in runs.items():
            used.append(bench.scan([log], path=path))
    for path, used in runs.items():
        spent = median(each.cpu for each in used) - bench.start_up(path).cpu
        size, hits = log.spec.size, log.spec.hits
        what = f"{size:,} entries of which a tenth name somebody, without start-up"
        more = {"seconds": rounded(spent), "ms_a_candidate": rounded(spent / hits * 1e3)}
        peak = max(each.peak for each in used)
        bench.results.add(
            row(what, size / spent, PER_CPU, path=path, **more),
            row(f"{size:,} entries of which a tenth name somebody, peak memory", peak, "MiB", most=MEMORY, path=path),
        )


def one_log(bench: Bench) -> None:
    """Measure a long log with one process and with two, in turn, and the memory of the one. A process counts as working
    from a tenth of the busiest one's CPU."""
    log = bench.big(bench.options.long_entries)
    ones, twos, served = [], [], bench.server_cpu()
    for _ in range(bench.seldom):
        ones.append(bench.scan([log], every=0.1))
        twos.append(bench.scan([log], jobs=2, every=0.1))
    served = (bench.server_cpu() - served) / sum(used.wall for used in ones + twos)
    working = [len([cpu for cpu in cpus if cpu * 10 >= cpus[0]]) for cpus in map(shares, twos) if cpus]
    what = f"one log of {log.spec.size:,} entries, --jobs 2"
    bench.results.add(
        row(f"{what}: processes that work on it", min(working, default=0), "processes", least=2),
        _two_to_one(f"{what}: from first to last commit", ones, twos, rounded(served)),
        row(f"{what}: by the clock, start-up included", _ratio([1 / used.wall for used in ones],
            [1 / used.wall for used in twos]), "x one process"),
        *memory_rows(ones[0], f"{log.spec.size:,} entries of one log, one process"),
    )  # fmt: skip


def _two_to_one(what: str, ones: Sequence[Used], twos: Sequence[Used], served: float) -> Row:
    """Make the row of the speed between the commits. It is 0 where the system gives no samples."""
    rates = [[used.rate or 0.0 for used in runs] for runs in (ones, twos)]
    shared = [[rounded(cpu) for cpu in shares(used)] for used in twos]
    one, two = ([rounded(rate) for rate in each] for each in rates)
    more: dict[str, Any] = {"one": one, "two": two, "cpu_of_processes": shared, "server_cores": served}
    return row(what, _ratio(*rates), "x one process", least=1.8, **more)


def _ratio(ones: Sequence[float], twos: Sequence[float]) -> float:
    return median(twos) / median(ones) if median(ones) else 0.0


def many(bench: Bench) -> None:
    """Measure sixteen logs at once, for each protocol."""
    size = bench.options.many_entries // MANY
    for protocol in (STATIC, LogProtocol.RFC6962):
        names = [f"many-{protocol.value}-{n}" for n in range(MANY)]
        logs = bench.build(*(LogSpec(name, size, seed=20 + n) for n, name in enumerate(names)), protocol=protocol)
        used = bench.scan(logs, protocol)
        what = f"{MANY} logs of {protocol.value} at once, peak memory"
        bench.results.add(row(what, used.peak, "MiB", most=MEMORY, entries=size * MANY))


def memory_rows(used: Used, what: str) -> list[Row]:
    """Return rows of the largest process's memory: peak, after a tenth of the time, and at the end."""
    largest = (max(rss for rss, _ in processes.values()) for _, processes, _ in used.samples if processes)
    over_time = [rss for rss in largest if rss]  # a process that has ended holds nothing
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
