"""Stages of the pipeline by themselves, in memory: microseconds of CPU per entry, on both paths.

    python -m bench.stages TILES ANSWERS     paths of data tiles and of get-entries answers, lists with a colon between

The path is chosen when `ctscan` is imported, so each is measured in a process of its own, which prints `{stage: us}`.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from support.logs import WIDTH, tile_name

from bench.context import Bench
from bench.logs import Built, LogSpec
from bench.pipeline import scope_of_domains
from bench.results import line, row, say
from bench.samples import certificates_in, read_as_far_as_possible
from bench.scans import environment
from ctscan.ct.extra_data import extra_of
from ctscan.ct.merkle import batch_hashes, tile_root
from ctscan.ct.wire import cut_get_entries, cut_tile, entry_of
from ctscan.http.decoding import gunzip
from ctscan.index.open import open_index
from ctscan.model import Batch, BatchResult, CompactRange, Log, LogProtocol, Run, RunState, ScanStep, VerifiedRange
from ctscan.model.hashes import HASH_SIZE
from ctscan.personal.batch import BatchAnalyser
from ctscan.personal.prefilter.filter import Prefilter
from ctscan.personal.rule_set import rule_set
from ctscan.personal.rules import find_personal_data
from ctscan.personal.scope import parse_scope
from ctscan.sources.logs.tile_reader import DATA_TILE_LIMIT
from ctscan.x509.certificate import read_tbs

ROUNDS = 3
READ_IN_FULL = 512  # certificates to a round
_LOG = bytes(HASH_SIZE)  # its id
Stages = dict[str, float]


def stages(bench: Bench) -> None:
    """Measure all stages over the entries of one log of each protocol."""
    size = bench.options.stage_entries // WIDTH * WIDTH
    (log,) = bench.build(LogSpec("stages", size))
    (rfc,) = bench.build(LogSpec("stages-rfc", size), protocol=LogProtocol.RFC6962)
    tiles = [log.folder / tile_name("data", tile) for tile in range(size // WIDTH)]
    answers = [rfc.folder / "get-entries" / f"{at}-{at + WIDTH - 1}" for at in range(0, size, WIDTH)]
    listed = [":".join(map(str, files)) for files in (tiles, answers)]
    for path in bench.paths:
        command = [sys.executable, "-m", "bench.stages", *listed]
        done = subprocess.run(command, env=environment(bench.work, path), check=True, stdout=subprocess.PIPE)
        for name, us in json.loads(done.stdout).items():
            bench.results.stages.append(row(name, us, "us an entry", path=path))
            say(f"stage: {line(bench.results.stages[-1])}")


def main() -> None:
    """Measure the stages on the path that this process has."""
    tiles, answers = ([Path(each).read_bytes() for each in listed.split(":")] for listed in sys.argv[1:])
    found = _of_tiles(tiles) | _of_answers(answers)
    sys.stdout.write(json.dumps(found))


def _of_tiles(packed: list[bytes]) -> Stages:
    tiles = [gzip.decompress(tile) for tile in packed]

    def cut() -> list[Batch]:
        return [cut_tile(tile, _LOG, i * WIDTH, WIDTH) for i, tile in enumerate(tiles)]

    batches, size = cut(), len(tiles) * WIDTH
    analyser = BatchAnalyser(parse_scope([], everything=True), entry_of, extra_of)
    analyser.analyse(batches[0])
    return {
        "gunzip": timed(size, lambda: [gunzip(tile, DATA_TILE_LIMIT) for tile in packed]),
        "cut, a tile": timed(size, cut),
        "hash, leaves and root of a tile": timed(size, lambda: [tile_root(batch_hashes(b)) for b in batches]),
        "prefilter": timed(size, _filter(batches, ())),
        "prefilter, 200 domains in scope": timed(size, _filter(batches, scope_of_domains())),
        "prefilter and what it lets through": timed(size, lambda: [analyser.analyse(b) for b in batches]),
        "commit of a batch without findings": timed(size, lambda: asyncio.run(_commits(batches)), rounds=1),
    }


def _of_answers(raw: list[bytes]) -> Stages:
    def cut() -> list[Batch]:
        return [cut_get_entries(answer, _LOG, i * WIDTH, WIDTH) for i, answer in enumerate(raw)]

    batches, size = cut(), len(raw) * WIDTH
    return {
        "cut, an answer of get-entries": timed(size, cut),
        "hash, leaves of get-entries and their root": timed(
            size, lambda: [tile_root(batch_hashes(b)) for b in batches]
        ),
        "prefilter, entries of get-entries": timed(size, _filter(batches, ())),
    }


def timed(entries: int, work: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Time a stage in µs an entry: the fastest of some rounds is the least disturbed."""
    return min(seconds(work) for _ in range(rounds)) / entries * 1e6


def seconds(work: Callable[[], object]) -> float:
    """Return the CPU seconds of this process for some work."""
    began = time.process_time()
    work()
    return time.process_time() - began


def _filter(batches: list[Batch], domains: tuple[str, ...]) -> Callable[[], object]:
    """Return the work of a prefilter that knows the issuers."""
    prefilter = Prefilter(domains)
    for batch in batches[:2]:
        for start, end in batch.certs:
            prefilter.learn_issuer(read_tbs(batch.data[start:end]).issuer.raw)
    return lambda: [list(prefilter.candidates(b.data, b.certs, b.precerts)) for b in batches]


async def _commits(batches: list[Batch]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with await open_index(Path(folder) / "bench.db", create=True) as index:
            log = Log(batches[0].log_id, b"", "bench", "bench", LogProtocol.STATIC_CT)
            now = datetime.now(UTC)
            await index.save_log(log)
            started = Run(0, "", now, None, "everything", "", "", "", RunState.RUNNING)
            run = await index.start_run(started, rule_set(), [log], [])
            async with index.lease(log.id, 0, None) as lease:
                for batch in batches:
                    end = batch.start + WIDTH
                    edge = CompactRange(end, (bytes(HASH_SIZE),) * end.bit_count())
                    covered = VerifiedRange(batch.start, end, "everything", rule_set().version, edge)
                    step = ScanStep(batch.log_id, now, verified=covered, result=BatchResult(entries=WIDTH))
                    await index.commit(run, step, lease)


# --- full examination ----------------------------------------------------------------------------------------------


def examination(bench: Bench) -> None:
    """Measure certificates a second that are read in full and searched by every rule."""
    hosts, people = bench.build(
        LogSpec("hosts", ROUNDS * READ_IN_FULL, people=0), LogSpec("persons", ROUNDS * READ_IN_FULL, people=1000)
    )
    for what, log in (("hosts", hosts), ("invented people", people)):
        best = min(_read_in_full(_certificates(log, part)) for part in range(ROUNDS))
        found = row(f"full examination, certificates of {what}", 1 / best, "certificates/s", least=4_000)
        bench.results.add(found)
        bench.results.stages.append(row(f"full examination, a certificate of {what}", best * 1e6, "us a certificate"))
    if bench.options.certificates:
        _real_certificates(bench)


def _certificates(log: Built, part: int) -> list[bytes]:
    """Return the certificates of a part; parts share none, so that no cache helps."""
    tiles = range(part * READ_IN_FULL // WIDTH, (part + 1) * READ_IN_FULL // WIDTH)
    raw = [gzip.decompress((log.folder / tile_name("data", tile)).read_bytes()) for tile in tiles]
    batches = [cut_tile(data, log.signer().id, tile * WIDTH, WIDTH) for tile, data in zip(tiles, raw, strict=True)]
    return [batch.data[start:end] for batch in batches for start, end in batch.certs]


def _read_in_full(found: list[bytes]) -> float:
    """Return the CPU seconds per certificate."""
    return seconds(lambda: [find_personal_data(read_tbs(der)) for der in found]) / len(found)


def _real_certificates(bench: Bench) -> None:
    found = certificates_in(bench.options.certificates)
    spent = seconds(lambda: read_as_far_as_possible(found)) / max(1, len(found))
    what = f"full examination, {len(found):,} certificates of a collection"
    bench.results.add(row(what, 1 / spent, "certificates/s", least=4_000))


if __name__ == "__main__":
    main()
