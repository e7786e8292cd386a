"""Time of look-ups: of a process from its start to its end, and of first pages and answers from a large open index."""

from __future__ import annotations

import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from statistics import median

from bench.context import Bench
from bench.logs import LogSpec
from bench.results import Row, rounded, row
from bench.scans import measured
from ctscan.answer.lookup import LIMIT, answer
from ctscan.index.protocols import Index
from ctscan.personal.identifiers import parse_identifier
from ctscan.personal.normalise.name_tokens import asked_forms

ENTRIES = 4_096
PAGE = 50
DOMAIN = 10_000  # certificates of the domain whose first page is timed, about


async def timed(asked: Sequence[str], find: Callable[[str], Awaitable[Sequence[object]]]) -> dict[str, float]:
    """Time the look-up of each text, by the clock and in CPU. ValueError when a look-up finds nothing.

    Returns:
        Milliseconds: p50, p95, p99 and max by the clock, and the same in CPU, `cpu_p50` and so on, which other work on
        the machine disturbs less.
    """
    walls, cpus = [], []
    for text in asked:
        wall, cpu = time.perf_counter(), time.process_time()
        found = await find(text)
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
        if not found:
            raise ValueError("expected to find a person of the index, found nothing")
    return percentiles(walls) | {f"cpu_{name}": value for name, value in percentiles(cpus).items()}


def percentiles(seconds: Sequence[float]) -> dict[str, float]:
    """Return percentiles and maximum in milliseconds."""
    ranked = sorted(seconds)
    at = {name: ranked[min(len(ranked) - 1, int(share * len(ranked)))] for name, share in _SHARES.items()}
    return {name: round(1000 * value, 3) for name, value in at.items()} | {"max": round(1000 * ranked[-1], 3)}


_SHARES = {"p50": 0.5, "p95": 0.95, "p99": 0.99}


async def pages_and_answers(
    index: Index, addresses: Sequence[str], names: Sequence[str], domain: str, now: datetime
) -> list[Row]:
    """Measure first pages of whole names and of a domain, and whole answers for addresses, with everything in the
    system's cache. The index must be open in the calling thread, so that no hop between threads counts.

    Args:
        index: the index.
        addresses: addresses with certificates.
        names: names with certificates that hold all of each.
        domain: domain with about `DOMAIN` certificates.
        now: moment of the answers.
    """

    async def page(name: str) -> Sequence[object]:
        return await index.find_name(asked_forms(parse_identifier(f"name:{name}")), PAGE + 1, 0)

    async def answered(address: str) -> Sequence[object]:
        return (await answer(index, parse_identifier(address), now=now)).matches

    async def of_domain(text: str, limit: int = PAGE + 1) -> Sequence[object]:
        return await index.find_keys(parse_identifier(f"@{text}").keys, limit)

    async def whole_domain(text: str) -> Sequence[object]:
        return await of_domain(text, LIMIT + 1)

    await timed(names, page)
    await timed(addresses, answered)
    shown = await timed(names, page)
    whole = await timed(addresses, answered)
    first, every = await timed([domain] * 9, of_domain), await timed([domain] * 3, whole_domain)
    return [
        row(f"name, whole matches, first page of {PAGE}: p50", shown["p50"], "ms", most=1, times=shown),
        row(f"name, whole matches, first page of {PAGE}: p99", shown["p99"], "ms", most=10),
        row("e-mail, whole answer: p50", whole["p50"], "ms", most=1, times=whole),
        row("e-mail, whole answer: p99", whole["p99"], "ms", most=5),
        row(f"domain of about {DOMAIN:,} certificates, first page of {PAGE}: median", first["p50"], "ms", most=50,
            times=first, all_of_it=every),
    ]  # fmt: skip


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
