"""Speed and size of a large index: commits of findings, octets on disk, look-ups of people.

    python -m bench.large_index --findings 1000000 --seconds 0

`Index.commit` writes and `ctscan.answer.lookup.answer` reads. The index is measured when it holds `--findings`. Then it
grows on until `--seconds` after the beginning, at most to `--most` findings, and its look-ups are measured again.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, dataclass, field
from itertools import islice
from math import ceil
from pathlib import Path

from bench.context import Bench
from bench.findings import BEGAN, LOG, STEP, Population, steps
from bench.lookups import Timed, asked_of, first_touch, timed_look_ups
from bench.results import Row, rounded, row
from bench.scans import environment
from ctscan.garbage import collected_rarely
from ctscan.index.open import open_index
from ctscan.model import Run, RunState, ScanStep
from ctscan.personal.rule_set import rule_set

RESERVE = 120  # seconds for the last look-ups
MEAN_FINDINGS = 3.5
MIB = 1024 * 1024
PORTIONS = 10  # of the first size: its rates are recorded for each


@dataclass(slots=True)
class Written:
    """Record of writing: certificates and findings, seconds of the commits, rate of each portion, and resident memory
    after it, in MiB. `portion`: number of steps."""

    portion: int
    certificates: int = 0
    findings: int = 0
    seconds: float = 0.0
    cpu: float = 0.0
    rates: list[int] = field(default_factory=list)
    memory: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Measured:
    """Rows against the reach, and the times of all look-ups: `index` (findings), `row`, percentiles in ms. `has_grown`:
    whether the larger index was measured, too."""

    rows: list[Row] = field(default_factory=list)
    lookups: list[Row] = field(default_factory=list)
    has_grown: bool = False


async def write(path: Path, some: Iterator[ScanStep], until: float, so_far: Written) -> None:
    """Commit steps in a run of their own, at least one, until none is left or a time (of `time.monotonic`) has come."""
    rules = rule_set()
    last = so_far.findings, so_far.seconds
    async with await open_index(path, create=True) as index:
        run = Run(0, "bench", BEGAN, None, "everything", rules.version, "a benchmark", "bench", RunState.RUNNING)
        run_id = await index.start_run(run, rules, [LOG], [])
        head = next((state.head for state in await index.log_states() if state.head), None)
        for number, step in enumerate(some, 1):
            began, cpu = time.perf_counter(), time.process_time()
            async with index.lease(LOG.id, 0, None) as lease:
                with collected_rarely():  # as a scan does
                    await index.commit(run_id, step, lease)
            so_far.seconds += time.perf_counter() - began
            so_far.cpu += time.process_time() - cpu
            so_far.findings += sum(len(hit.findings) for hit in step.result.hits)
            so_far.certificates += len(step.result.hits)
            if number % so_far.portion == 0:
                so_far.rates.append(round((so_far.findings - last[0]) / (so_far.seconds - last[1])))
                so_far.memory.append(round(resident()))
                last = (so_far.findings, so_far.seconds)
            if time.monotonic() > until:
                break
        await index.save_head(step.proofs[0].head, BEGAN, head)
        await index.record_success(LOG.id, BEGAN, None)
        await index.end_run(run_id, BEGAN, RunState.DONE)


def resident() -> float:
    """Return the resident MiB of this process: the present value from /proc, else the peak."""
    try:
        return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE") / MIB
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def forget_cached(path: Path) -> None:
    """Drop the file from the system's cache, where the system allows it."""
    os.sync()
    if hasattr(os, "posix_fadvise"):
        with path.open("rb") as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def sizes(path: Path) -> dict[str, int]:
    """Return the octets of each table and index; the certificates count under their own name."""
    with closing(sqlite3.connect(path)) as connection:
        by_table = dict(connection.execute("SELECT name, sum(pgsize) FROM dbstat GROUP BY name ORDER BY 2 DESC"))
        blobs = {
            table: connection.execute(f"SELECT sum(length(der)) FROM {table}").fetchone()[0]  # noqa: S608
            for table in ("leaf", "submitted")
        }
    for table, octets in blobs.items():
        by_table[table] -= octets
    return {name: octets for name, octets in by_table.items() if octets > 65536} | {"certificates": sum(blobs.values())}


# --- measurements -------------------------------------------------------------------------------------------------


def measure(findings: int, most: int, until: float, folder: Path) -> Measured:
    """Build an index of about `findings` findings in a folder, look people up, let it grow until a time (of
    `time.monotonic`), at most to `most` findings, look others up, and delete the index."""
    path = folder / "findings.db"
    block = ceil(findings / MEAN_FINDINGS)
    population, rules = Population(block), rule_set().version
    every = steps(ceil(max(findings, most) / MEAN_FINDINGS), population, rules)
    number = ceil(block / STEP)  # of the steps to the first size
    written = Written(max(1, number // PORTIONS))
    try:
        asyncio.run(write(path, islice(every, number), float("inf"), written))
        found = Measured(_writing_rows(written, sizes(path)))
        os.sync()
        _look_up(found, path, written, population, is_large=False)
        found.has_grown = most > findings and time.monotonic() < until
        if found.has_grown:
            asyncio.run(write(path, every, until, written))
            _look_up(found, path, written, population, is_large=True)
    finally:
        for left in folder.glob("findings.db*"):
            shutil.rmtree(left) if left.is_dir() else left.unlink()
    return found


def _writing_rows(written: Written, by_table: dict[str, int]) -> list[Row]:
    beyond = sum(octets for name, octets in by_table.items() if name != "certificates")
    each = {name: round(octets / written.findings, 1) for name, octets in by_table.items()}
    rate, by_clock = written.findings / written.cpu, written.findings / written.seconds
    what = f"commit of {written.findings:,} findings into SQLite"
    return [
        row(what, rate, "findings per CPU-second", least=20_000, cpu_seconds=rounded(written.cpu)),
        row(f"{what}, by the clock", by_clock, "findings/s", rates=list(written.rates)),
        row("index beyond the certificates", beyond / written.findings, "octets/finding", most=400, by_table=each),
        row("memory while the index is built", max(written.memory, default=0), "MiB", most=200,
            by_tenth=list(written.memory)),
    ]  # fmt: skip


def _look_up(found: Measured, path: Path, written: Written, population: Population, *, is_large: bool) -> None:
    """Time look-ups; those of the large index begin with pages that the system holds no copy of."""
    asked = asked_of(written.certificates, population)
    times: list[Timed] = []
    if is_large:
        forget_cached(path)
        times += asyncio.run(first_touch(path, asked))
    times += asyncio.run(timed_look_ups(path, asked))
    shown = f"index of {written.findings:,} findings"
    found.lookups.extend({"index": written.findings, "row": each.what, **each.ms} for each in times)
    for each in times:
        for percentile, most in (each.reach_of_large if is_large else each.reach).items():
            what = f"{each.what}, {shown}: {percentile}"
            found.rows.append(row(what, each.ms[percentile], "ms", most=most, times=each.ms))


def lookups(bench: Bench) -> None:
    """Measure commits of findings, and look-ups in a large index, in a process of its own: its memory counts. The index
    grows on for as long as the time of the run allows."""
    given = bench.options
    seconds = bench.began + given.minutes * 60 - RESERVE - time.monotonic()
    limits = {"--findings": given.findings, "--most": given.findings_most, "--seconds": max(0.0, seconds)}
    options = [str(each) for pair in limits.items() for each in pair]
    command = [sys.executable, "-m", "bench.large_index", *options, "--folder", str(bench.fresh())]
    done = subprocess.run(command, env=environment(bench.work, bench.paths[0]), check=True, stdout=subprocess.PIPE)
    found = Measured(**json.loads(done.stdout))
    if not found.has_grown:
        bench.results.note(f"no time was left in {given.minutes} minutes for look-ups in a larger index")
    bench.results.add(*found.rows)
    bench.results.lookups += found.lookups


def main() -> None:
    """Measure, and print the fields of `Measured` as JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--findings", type=int, default=1_000_000)
    parser.add_argument("--most", type=int, default=10_000_000)
    parser.add_argument("--seconds", type=float, default=0.0)
    parser.add_argument("--folder", type=Path, help="folder in which the index is built (default: a temporary folder)")
    given = parser.parse_args()
    until = time.monotonic() + given.seconds
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        found = measure(given.findings, given.most, until, Path(folder))
    sys.stdout.write(json.dumps(asdict(found)) + "\n")


if __name__ == "__main__":
    main()
