"""`make bench`: entries a second for each stage of a scan, and peak memory. A benchmark, not a test.

Every stage works on the same synthetic log of host certificates (about 1.3 KB an entry) with one person in a
thousand. The whole pipeline runs `ctscan scan` as a process of its own against a server on loopback: once for one
log, which tells the speed of one core, and once for sixteen at once, which tells the memory. Its time includes the
start of the process, which a line of its own tells.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gzip
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from support.certs import Precert, make_certificate, make_precert
from support.logs import LogBuilder, deterministic_gzip
from support.simulator import Simulator

from ctscan.ct.merkle import batch_hashes, subtree_root
from ctscan.ct.wire import cut_get_entries, cut_tile, entry_of, extra_of
from ctscan.index.sqlite import open_index
from ctscan.model import Advance, Batch, Log, Protocol, Run, VerifiedRange
from ctscan.personal.examine import Examiner
from ctscan.personal.prefilter import Prefilter
from ctscan.personal.rules import find_personal_data, rule_set
from ctscan.personal.scope import parse_scope
from ctscan.x509.certificate import read_tbs

TILE = 256
MANY = 16  # logs read at once


def host_log(size: int, leaf_index: bool = True, name: str = "bench", chain: tuple[bytes, ...] = ()) -> LogBuilder:
    """A log of precertificates for invented hosts, laid out as those of the large issuers are; every thousandth names
    an invented person. The certificates repeat, the entries don't: each has its own time."""
    builder = LogBuilder(name, leaf_index=leaf_index)
    made = [_precert(number) for number in range(min(size, 2_000))]
    for index in range(size):
        precert = made[index % len(made)]
        builder.add_precert(precert.tbs, bytes(32), precert.submitted, chain=chain)
    return builder


def _precert(number: int) -> Precert:
    host = f"h{number}.example.org"
    named = number % 1000 == 999
    subject = [("1.2.840.113549.1.9.1", f"person{number}@example.org")] if named else [("2.5.4.3", host)]
    return make_precert(subject=subject, san=[("dns", host), ("dns", f"www.{host}")], serial=number + 1)


def timed(name: str, entries: int, work: Callable[[], object], rounds: int = 3) -> None:
    """Best of some rounds: the least disturbed."""
    best = min(_seconds(work) for _ in range(rounds))
    say(f"{name:<34} {entries / best:>12,.0f} entries/s {best / entries * 1e6:>9.2f} us/entry")


def say(line: str) -> None:
    """One line of the result."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def stages(builder: LogBuilder) -> None:
    """Each stage by itself, in this process."""
    tiles = [builder.data_tile(i) for i in range(builder.size // TILE)]
    packed = [deterministic_gzip(tile) for tile in tiles]
    count = len(tiles) * TILE
    timed("gunzip", count, lambda: [gzip.decompress(p) for p in packed])
    timed("cut (tile)", count, lambda: [cut_tile(t, builder.id, i * TILE, TILE) for i, t in enumerate(tiles)])
    _time_get_entries("cut (get-entries)", builder)
    issuers = tuple(make_certificate([("CN", f"Example CA {i}")], spki=bytes(900)) for i in range(2))
    _time_get_entries("cut (get-entries with chains)", host_log(2_560, chain=issuers))
    batches = [cut_tile(t, builder.id, i * TILE, TILE) for i, t in enumerate(tiles)]
    prefilter = Prefilter()
    prefilter.learn_issuer(read_tbs(batches[0].data[slice(*batches[0].certs[0])]).issuer.raw)
    timed("hash (leaves and tree)", count, lambda: [subtree_root(batch_hashes(b)) for b in batches])
    timed("prefilter", count, lambda: _prefilter(prefilter, batches))
    examiner = Examiner(parse_scope([], everything=True), entry_of, extra_of)
    examiner.examine(batches[0])
    timed("examine (prefilter, few read)", count, lambda: [examiner.examine(b) for b in batches])
    some = [b.data[slice(*span)] for b in batches[:4] for span in b.certs]
    timed("full reading (every entry)", len(some), lambda: [find_personal_data(read_tbs(der)) for der in some])
    timed("commit (a tile without findings)", count, lambda: asyncio.run(_commits(batches)), rounds=1)


def _time_get_entries(name: str, builder: LogBuilder) -> None:
    answers = [builder.get_entries(i * TILE, (i + 1) * TILE) for i in range(builder.size // TILE)]
    count = len(answers) * TILE
    timed(name, count, lambda: [cut_get_entries(a, builder.id, i * TILE, TILE) for i, a in enumerate(answers)])


def _prefilter(prefilter: Prefilter, batches: list[Batch]) -> None:
    for batch in batches:
        list(prefilter.candidates(batch.data, batch.certs, batch.precerts))


async def _commits(batches: list[Batch]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with await open_index(Path(folder) / "bench.db", create=True) as index:
            log = Log(batches[0].log_id, b"", "bench", "bench", Protocol.STATIC_CT)
            now = datetime.now(UTC)
            await index.save_log(log)
            run = await index.start_run(
                Run(0, "", now, None, "everything", "", "", "", "running"), rule_set(), [log], []
            )
            for batch in batches:
                end = batch.start + TILE
                verified = VerifiedRange(batch.start, end, "everything", rule_set().version, (bytes(32),))
                await index.commit(run, Advance(batch.log_id, now, verified=verified, entries=TILE))


def serve(entries: int, protocol: Protocol, logs: int) -> None:
    """Serve logs of hosts, so many entries together, until killed; prints the URL of the log list."""
    with Simulator() as simulator:
        for number in range(logs):
            builder = host_log(entries // logs, protocol is Protocol.STATIC_CT, f"bench{number}")
            simulator.add(f"log{number}", builder, protocol).warm()
        say(simulator.list_url)
        while True:
            time.sleep(3600)


@contextlib.contextmanager
def served(entries: int, protocol: str, logs: int) -> Iterator[str]:
    """A server in a process of its own; gives the URL of its log list."""
    command = [sys.executable, __file__, "--serve", protocol, "--entries", str(entries), "--logs", str(logs)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


# Runs a command and tells what it took. A process of its own and a small one, for the peak memory of a process is never
# less than that of the process that started it.
MEASURE = """
import json, os, subprocess, sys, time
began = time.perf_counter()
process = subprocess.Popen(sys.argv[1:], stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
_, status, used = os.wait4(process.pid, 0)
wall = time.perf_counter() - began
print(json.dumps([wall, used.ru_utime + used.ru_stime, used.ru_maxrss, os.waitstatus_to_exitcode(status)]))
"""


def scan(url: str, folder: Path) -> tuple[float, float, float, int]:
    """`ctscan scan` of all logs of a list into a new index: seconds, CPU seconds, peak MiB, exit code."""
    with tempfile.TemporaryDirectory(dir=folder) as fresh:
        command = [sys.executable, "-m", "ctscan.cli", "scan", "--db", str(Path(fresh) / "bench.db"), "--everything"]
        command += ["--log-list", url, "--from", "start"]
        # byte code is kept from one run to the next, as it is of what is installed
        env = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
        env["PYTHONPYCACHEPREFIX"] = str(folder / "bytecode")
        measure = [sys.executable, "-S", "-c", MEASURE, *command]
        wall, cpu, kib, code = json.loads(subprocess.run(measure, env=env, check=True, stdout=subprocess.PIPE).stdout)
    return wall, cpu, kib / (1024 if sys.platform == "linux" else 1024 * 1024), code


def start_up(folder: Path) -> None:
    """What a scan takes besides reading: of a log with one entry."""
    with served(1, "static-ct", 1) as url:
        wall, _, peak, code = min(scan(url, folder) for _ in range(4))
    say(f"{'start and end of a scan':<34} {wall:>12.2f} s {'':>28} peak {peak:,.0f} MiB   exit {code}")


def pipeline(entries: int, protocol: str, logs: int, folder: Path) -> None:
    """`ctscan scan` from loopback HTTP to the commit."""
    with served(entries, protocol, logs) as url:
        wall, cpu, peak, code = scan(url, folder)
    name = f"pipeline {protocol}" + (f", {logs} logs" if logs > 1 else "")
    say(
        f"{name:<34} {entries / wall:>12,.0f} entries/s {wall / entries * 1e6:>9.2f} us/entry"
        f"   {entries / cpu:,.0f} a CPU second   peak {peak:,.0f} MiB   exit {code}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--serve", type=Protocol, metavar="PROTOCOL", help=argparse.SUPPRESS)
    parser.add_argument("--logs", type=int, default=1, help=argparse.SUPPRESS)
    parser.add_argument("--entries", type=int, default=256_000, help="entries that a pipeline reads")
    parser.add_argument("--stage-entries", type=int, default=10_240, help="entries for the single stages")
    chosen = parser.parse_args()
    if chosen.serve:
        serve(chosen.entries, chosen.serve, chosen.logs)
    stages(host_log(chosen.stage_entries))
    with tempfile.TemporaryDirectory() as folder:
        start_up(Path(folder))
        for logs in (1, MANY):
            for protocol in ("static-ct", "rfc6962"):
                pipeline(chosen.entries, protocol, logs, Path(folder))


if __name__ == "__main__":
    main()
