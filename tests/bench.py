"""`make bench`: entries a second for each stage of a scan, and peak memory. A benchmark, not a test.

Every stage works on the same synthetic log of host certificates (about 1.1 KB an entry) with one person in a
thousand. The whole pipeline runs `ctscan scan` as a process of its own against a server on loopback.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gzip
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from support.certs import Precert, make_precert
from support.logs import LogBuilder, deterministic_gzip
from support.simulator import Simulator

from ctscan.ct.merkle import batch_hashes, subtree_root
from ctscan.ct.wire import cut_get_entries, cut_tile, entry_of, extra_of
from ctscan.index.sqlite import open_index
from ctscan.model import Advance, Batch, Protocol, VerifiedRange
from ctscan.personal.examine import Examiner
from ctscan.personal.rules import find_personal_data
from ctscan.personal.scope import parse_scope
from ctscan.x509.certificate import read_tbs

TILE = 256


def host_log(size: int, leaf_index: bool = True) -> LogBuilder:
    """A log of precertificates for invented hosts, laid out as those of the large issuers are; every thousandth names
    an invented person. The certificates repeat, the entries don't: each has its own time."""
    builder = LogBuilder("bench", leaf_index=leaf_index)
    made = [_precert(number) for number in range(min(size, 2_000))]
    for index in range(size):
        precert = made[index % len(made)]
        builder.add_precert(precert.tbs, bytes(32), precert.submitted)
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
    answers = [builder.get_entries(i * TILE, (i + 1) * TILE) for i in range(len(tiles))]
    timed(
        "cut (get-entries)",
        count,
        lambda: [cut_get_entries(a, builder.id, i * TILE, TILE) for i, a in enumerate(answers)],
    )
    batches = [cut_tile(t, builder.id, i * TILE, TILE) for i, t in enumerate(tiles)]
    timed("hash (leaves and tree)", count, lambda: [subtree_root(batch_hashes(b)) for b in batches])
    examiner = Examiner(parse_scope([], everything=True), entry_of, extra_of)
    examiner.examine(batches[0])
    timed("examine (prefilter, few read)", count, lambda: [examiner.examine(b) for b in batches])
    some = [b.data[slice(*span)] for b in batches[:4] for span in b.certs]
    timed("full reading (every entry)", len(some), lambda: [find_personal_data(read_tbs(der)) for der in some])
    timed("commit (a tile without findings)", count, lambda: asyncio.run(_commits(batches)), rounds=1)


async def _commits(batches: list[Batch]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with await open_index(Path(folder) / "bench.db", create=True) as index:
            from datetime import UTC, datetime

            from ctscan.model import Log, Run
            from ctscan.personal.rules import rule_set

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


def serve(entries: int, protocol: Protocol) -> None:
    """Serve a log of hosts until killed; prints the URL of the log list."""
    with Simulator() as simulator:
        simulator.add("log", host_log(entries, protocol is Protocol.STATIC_CT), protocol).warm()
        say(simulator.list_url)
        while True:
            time.sleep(3600)


@contextlib.contextmanager
def served(entries: int, protocol: str) -> Iterator[str]:
    """A server in a process of its own; gives the URL of its log list."""
    command = [sys.executable, __file__, "--serve", protocol, "--entries", str(entries)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


def pipeline(entries: int, protocol: str) -> None:
    """`ctscan scan` from loopback HTTP to the commit."""
    with served(entries, protocol) as url, tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "ctscan.cli", "scan", "--db", str(Path(folder) / "bench.db"), "--everything"]
        command += ["--log-list", url, "--from", "start"]
        began = time.perf_counter()
        process = subprocess.Popen(command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began
    cpu = used.ru_utime + used.ru_stime
    code = os.waitstatus_to_exitcode(status)
    say(
        f"{'pipeline ' + protocol:<34} {entries / wall:>12,.0f} entries/s {wall / entries * 1e6:>9.2f} us/entry"
        f"   {entries / cpu:,.0f} a CPU second   peak {used.ru_maxrss / 1024:,.0f} MiB   exit {code}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--serve", type=Protocol, metavar="PROTOCOL", help=argparse.SUPPRESS)
    parser.add_argument("--entries", type=int, default=256_000, help="entries in the pipeline's log")
    parser.add_argument("--stage-entries", type=int, default=10_240, help="entries for the single stages")
    chosen = parser.parse_args()
    if chosen.serve:
        serve(chosen.entries, chosen.serve)
    stages(host_log(chosen.stage_entries))
    for protocol in ("static-ct", "rfc6962"):
        pipeline(chosen.entries, protocol)


if __name__ == "__main__":
    main()
