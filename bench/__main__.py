"""Runs the benchmark: `python -m bench` (see `--help`), or `make bench`.

Each part adds to the results, which are written after each, so that a run that ends early has kept what it measured.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from bench import ROOT, growth, lookups, loop, machine, pipeline, profile, samples, stages
from bench.context import Bench
from bench.render import render_documents
from bench.results import BenchError, Results, line, load, say
from bench.serving import find_nginx, serve

BUSY = 0.7  # of a load average, when nothing is measured yet
RESULTS = ROOT / "bench" / "results.json"

SIZES = {
    # option            in full      quick     entries of
    "static-entries": (2_097_152, 262_144, "the static-ct log that one process reads"),
    "jobs-entries": (2_097_152, 131_072, "the logs that one process and two read in turn"),
    "rfc-entries": (262_244, 66_000, "the RFC 6962 log"),
    "many-entries": (262_144, 32_768, "sixteen logs together"),
    "soak-entries": (10_000_000, 327_700, "the log of the long run"),
    "growth-entries": (262_144, 32_768, "the logs whose cost is compared"),
    "growth-largest": (4_194_304, 262_144, "the largest log whose cost is compared"),
    "profile-entries": (1_048_576, 131_072, "the log whose scan is profiled"),
    "rich-entries": (16_384, 4_096, "the log in which every entry is a candidate"),
    "stage-entries": (10_240, 5_120, "the log of the single stages"),
    "findings": (10_000_000, 100_000, "the index whose answers are timed (findings, not entries)"),
}


def findings(bench: Bench) -> None:
    """Commits of findings, and answers from an index of many."""
    if find_spec("bench.findings") is None:
        bench.results.note("bench/findings.py isn't there: the rows about commits and large indexes are left out")
        return
    module = import_module("bench.findings")
    bench.results.add(*module.measure(bench.options.findings, bench.fresh()))


PARTS: dict[str, Callable[[Bench], None]] = {
    "static": pipeline.static,
    "jobs": pipeline.jobs,
    "rfc": pipeline.rfc6962,
    "one": pipeline.one_log,
    "prefilter": samples.prefilter,
    "examination": stages.examination,
    "loop": loop.loop,
    "many": pipeline.many,
    "soak": pipeline.soak,
    "findings": findings,
    "lookup": lookups.lookup,
    "stages": stages.stages,
    "profile": profile.profile,
    "growth": growth.growth,
}
OF_BIG = {  # parts that read the large log, and how much of it
    "static": "static_entries",
    "one": "jobs_entries",
    "soak": "soak_entries",
    "profile": "profile_entries",
    "growth": "growth_largest",
}


def parse(arguments: list[str]) -> argparse.Namespace:
    """The options."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure what ctscan costs.")
    parser.add_argument("--only", metavar="PARTS", help=f"some parts, with commas: {', '.join(PARTS)}")
    parser.add_argument("--profile", action="store_true", help="only the profile, as --only profile")
    parser.add_argument("--quick", action="store_true", help="small sizes, one run of each: to try it")
    parser.add_argument("--output", type=Path, help="where results go; by default bench/results.json after a full run")
    parser.add_argument(
        "--update", type=Path, metavar="FILE", help="take a run of some parts (--output) into bench/results.json"
    )
    parser.add_argument("--render", action="store_true", help="measure nothing: write the figures into docs/ again")
    parser.add_argument(
        "--folder", type=Path, help="where logs and indexes are written (8 GB); default: for temporary files"
    )
    parser.add_argument("--samples", type=Path, help="real entries, for what the prefilter lets through")
    parser.add_argument("--certificates", type=Path, help="real certificates (*.jsonl.gz), to be read in full")
    parser.add_argument("--without-nginx", action="store_true", help="serve by Python even where nginx is installed")
    parser.add_argument("--repeat", type=int, help="runs of each scan, of which the median counts (3; quick: 1)")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1, help="that write the logs")
    for name, (full, _, what) in SIZES.items():
        parser.add_argument(f"--{name}", type=int, metavar="N", help=f"size of {what}; default {full:,}")
    chosen = parser.parse_args(arguments)
    chosen.parts = ["profile"] if chosen.profile else chosen.only.split(",") if chosen.only else list(PARTS)
    unknown = sorted(set(chosen.parts) - set(PARTS))
    if unknown:
        parser.error(f"--only: no part {unknown[0]!r}; expected some of {', '.join(PARTS)}")
    chosen.repeat = chosen.repeat or (1 if chosen.quick else 3)
    for name, (full, quick, _) in SIZES.items():
        key = name.replace("-", "_")
        setattr(chosen, key, getattr(chosen, key) or (quick if chosen.quick else full))
    return chosen


def _parameters(chosen: argparse.Namespace) -> dict[str, object]:
    sizes = {name: getattr(chosen, name.replace("-", "_")) for name in SIZES}
    given = {"samples": chosen.samples is not None, "certificates": chosen.certificates is not None}
    return {"parts": chosen.parts, "repeat": chosen.repeat, **sizes, **given}


def _output(chosen: argparse.Namespace) -> Path | None:
    """Only a run of everything in full takes the place of the results that the documents show."""
    is_full = chosen.parts == list(PARTS) and not chosen.quick
    return chosen.output or (RESULTS if is_full else None)


def run(chosen: argparse.Namespace, folder: Path) -> Results:
    """Measure the chosen parts."""
    for name in ("logs", "server", "work"):
        (folder / name).mkdir()
    use_nginx = not chosen.without_nginx
    if use_nginx and find_nginx() is None:
        say("nginx isn't installed, so Python serves, and figures are lower (Debian, Ubuntu: apt install nginx-light)")
    today = datetime.now(UTC).date().isoformat()
    with serve(folder / "logs", folder / "server", use_nginx) as server:
        results = Results(today, machine.facts(server.name), _parameters(chosen))
        if machine.load() > BUSY:
            results.note(f"the machine was busy with other work (load {machine.load():.1f}): the figures are too low")
        results.note(f"the machine at the beginning of {', '.join(chosen.parts)}: {machine.speed()}")
        largest = max((getattr(chosen, OF_BIG[part]) for part in chosen.parts if part in OF_BIG), default=0)
        bench = Bench(chosen, server, folder / "work", results, largest)
        for part in chosen.parts:
            say(f"--- {part}")
            try:
                PARTS[part](bench)
            except BenchError as error:  # the other parts are worth having
                results.note(f"{part} is not measured in full: {error}")
            for each in results.rows:
                each.setdefault("part", part)
            if (output := _output(chosen)) is not None:
                results.save(output)
    return results


def main() -> None:
    """Measure, write down, render."""
    chosen = parse(sys.argv[1:])
    for name in ("samples", "certificates", "output"):
        if getattr(chosen, name):
            setattr(chosen, name, getattr(chosen, name).resolve())
    if chosen.update:
        results = load(RESULTS)
        results.update(load(chosen.update), list(PARTS))
        results.save(RESULTS)
        chosen.render = True
    if not chosen.render:
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # as an error, so that the server is stopped
        with tempfile.TemporaryDirectory(dir=chosen.folder) as folder:
            results = run(chosen, Path(folder).resolve())
        say("--- all rows")
        for each in results.rows:
            say(line(each))
    if chosen.render or _output(chosen) == RESULTS:
        render_documents(load(RESULTS))


if __name__ == "__main__":
    main()
