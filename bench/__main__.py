"""Command line of the benchmark: `python -m bench` (see `--help`), or `make bench`.

Each part adds its rows to the results. The results are written after each part, so that a run that ends early keeps
its measurements.
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

BUSY = 0.7  # load average before the first measurement; more means that other work disturbs
RESULTS = ROOT / "bench" / "results.json"

SIZES = {
    # option            in full      quick     entries of
    "static-entries": (2_097_152, 262_144, "the static-ct log of the scan by one process"),
    "jobs-entries": (2_097_152, 131_072, "the logs that one process and two processes scan in turn"),
    "rfc-entries": (262_244, 66_000, "the RFC 6962 log"),
    "many-entries": (262_144, 32_768, "the sixteen logs that are scanned at once, in all"),
    "soak-entries": (10_000_000, 327_700, "the log of the long run"),
    "growth-entries": (262_144, 32_768, "the logs whose cost per entry is compared"),
    "growth-largest": (4_194_304, 262_144, "the largest log whose cost per entry is compared"),
    "profile-entries": (1_048_576, 131_072, "the log whose scan is profiled"),
    "rich-entries": (16_384, 4_096, "the log in which every entry is a candidate"),
    "stage-entries": (10_240, 5_120, "the log of the single stages"),
    "findings": (10_000_000, 100_000, "the index whose look-ups are timed (in findings, not entries)"),
}


def findings(bench: Bench) -> None:
    """Measure commits of findings, and answers from a large index."""
    if find_spec("bench.findings") is None:
        bench.results.note("bench/findings.py is missing: no rows about commits and large indexes")
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
OF_BIG = {  # parts that read the large log, and the option with the entries that they read
    "static": "static_entries",
    "one": "jobs_entries",
    "soak": "soak_entries",
    "profile": "profile_entries",
    "growth": "growth_largest",
}


def parse(arguments: list[str]) -> argparse.Namespace:
    """Parse the options, and fill in the sizes of a full or a quick run."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure what ctscan costs.")
    parser.add_argument("--only", metavar="PARTS", help=f"measure only these parts (with commas): {', '.join(PARTS)}")
    parser.add_argument("--profile", action="store_true", help="measure only the profile: short for --only profile")
    parser.add_argument("--quick", action="store_true", help="try the benchmark: small sizes, one run of each scan")
    parser.add_argument("--output", type=Path, help="file of the results; default: bench/results.json after a full run")
    parser.add_argument(
        "--update", type=Path, metavar="FILE", help="merge FILE, an --output of some parts, into bench/results.json"
    )
    parser.add_argument("--render", action="store_true", help="measure nothing: write the kept figures into docs/")
    parser.add_argument(
        "--folder", type=Path, help="folder for logs and indexes, 8 GB (default: the system's temporary folder)"
    )
    parser.add_argument("--samples", type=Path, help="real entries, to count the prefilter's candidates")
    parser.add_argument("--certificates", type=Path, help="real certificates (*.jsonl.gz), to time their examination")
    parser.add_argument("--without-nginx", action="store_true", help="serve with Python even where nginx is installed")
    parser.add_argument("--repeat", type=int, help="runs of each scan; the median counts (default: 3, with --quick 1)")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1, help="processes that write logs")
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
    """Return the file of the results. Only a full run of all parts replaces the results that the documents show."""
    is_full = chosen.parts == list(PARTS) and not chosen.quick
    return chosen.output or (RESULTS if is_full else None)


def run(chosen: argparse.Namespace, folder: Path) -> Results:
    """Measure the chosen parts."""
    for name in ("logs", "server", "work"):
        (folder / name).mkdir()
    use_nginx = not chosen.without_nginx
    if use_nginx and find_nginx() is None:
        say("nginx isn't installed: Python serves, figures are lower (Debian, Ubuntu: apt install nginx-light)")
    today = datetime.now(UTC).date().isoformat()
    with serve(folder / "logs", folder / "server", use_nginx) as server:
        results = Results(today, machine.facts(server.name), _parameters(chosen))
        if machine.load() > BUSY:
            results.note(f"the machine was busy with other work (load {machine.load():.1f}): its figures are too low")
        results.note(f"the machine at the beginning of {', '.join(chosen.parts)}: {machine.speed()}")
        largest = max((getattr(chosen, OF_BIG[part]) for part in chosen.parts if part in OF_BIG), default=0)
        bench = Bench(chosen, server, folder / "work", results, largest)
        for part in chosen.parts:
            say(f"--- {part}")
            try:
                PARTS[part](bench)
            except BenchError as error:  # the other parts still count
                results.note(f"{part} is not measured in full: {error}")
            for each in results.rows:
                each.setdefault("part", part)
            if (output := _output(chosen)) is not None:
                results.save(output)
    return results


def main() -> None:
    """Measure the parts, write the results, render the documents."""
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
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # raise SystemExit, so that the server is stopped
        with tempfile.TemporaryDirectory(dir=chosen.folder) as folder:
            results = run(chosen, Path(folder).resolve())
        say("--- all rows")
        for each in results.rows:
            say(line(each))
    if chosen.render or _output(chosen) == RESULTS:
        render_documents(load(RESULTS))


if __name__ == "__main__":
    main()
