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
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from bench import ROOT, growth, large_index, loop, machine, pipeline, profile, samples, stages, startup
from bench.context import Bench
from bench.render import render_documents
from bench.results import CORE, BenchError, Results, line, load, rounded, say
from bench.scans import paths
from bench.serving import find_nginx, serve

BUSY = 0.7  # load average before the first measurement; more means that other work disturbs
MINUTES = 33  # of the whole run: the index grows on while they last
OTHER = 0.1  # processors that other work takes during a part; more is noted
RESULTS = ROOT / "bench" / "results.json"

SIZES = {
    # option            in full      quick     entries of
    "static-entries": (524_288, 65_536, "the static-ct log of the scans by one process"),
    "rfc-entries": (262_244, 66_000, "the RFC 6962 log"),
    "scope-entries": (262_144, 32_768, "the log that is scanned with and without domains in scope"),
    "people-entries": (100_000, 10_000, "the logs in which none, one, ten or a hundred of 1,000 entries name somebody"),
    "long-entries": (5_000_000, 262_144, "the log that one process and two processes scan in turn"),
    "many-entries": (131_072, 32_768, "the sixteen logs that are scanned at once, in all"),
    "growth-entries": (262_144, 32_768, "the logs that are read at once, whose cost per entry is compared"),
    "growth-largest": (1_048_576, 262_144, "the largest log whose cost per entry is compared"),
    "profile-entries": (262_144, 65_536, "the log whose scan is profiled"),
    "rich-entries": (8_192, 2_048, "the log in which every entry is a candidate"),
    "stage-entries": (10_240, 5_120, "the logs of the single stages"),
    "findings": (1_000_000, 20_000, "the index whose look-ups are timed (in findings, not entries)"),
    "findings-most": (10_000_000, 60_000, "the index that grows on, and is timed again (in findings)"),
}


PARTS: dict[str, Callable[[Bench], None]] = {
    "static": pipeline.static,
    "rfc": pipeline.rfc6962,
    "scope": pipeline.domains,
    "people": pipeline.tenth,
    "start": startup.startup,
    "jobs": pipeline.one_log,
    "many": pipeline.many,
    "prefilter": samples.prefilter,
    "examination": stages.examination,
    "loop": loop.loop,
    "stages": stages.stages,
    "profile": profile.profile,
    "growth": growth.growth,
    "lookups": large_index.lookups,
}
OF_BIG = {  # parts that read the large log, and the option with the entries that they read
    "static": "static_entries",
    "jobs": "long_entries",
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
    parser.add_argument("--render", action="store_true", help="measure nothing: write the kept figures into docs/")
    parser.add_argument(
        "--folder", type=Path, help="folder for logs and indexes, 12 GB (default: the system's temporary folder)"
    )
    parser.add_argument("--samples", type=Path, help="real entries, to count the prefilter's candidates")
    parser.add_argument("--certificates", type=Path, help="real certificates (*.jsonl.gz), to time their examination")
    parser.add_argument("--without-nginx", action="store_true", help="serve with Python even where nginx is installed")
    parser.add_argument("--repeat", type=int, help="runs of each scan; the median counts (default: 5, with --quick 1)")
    parser.add_argument("--minutes", type=int, default=MINUTES, help=f"most time of the whole run; default {MINUTES}")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1, help="processes that write logs")
    for name, (full, _, what) in SIZES.items():
        parser.add_argument(f"--{name}", type=int, metavar="N", help=f"size of {what}; default {full:,}")
    chosen = parser.parse_args(arguments)
    chosen.parts = ["profile"] if chosen.profile else chosen.only.split(",") if chosen.only else list(PARTS)
    unknown = sorted(set(chosen.parts) - set(PARTS))
    if unknown:
        parser.error(f"--only: no part {unknown[0]!r}; expected some of {', '.join(PARTS)}")
    chosen.repeat = chosen.repeat or (1 if chosen.quick else 5)
    for name, (full, quick, _) in SIZES.items():
        key = name.replace("-", "_")
        given = getattr(chosen, key)
        setattr(chosen, key, (quick if chosen.quick else full) if given is None else given)
    return chosen


def _parameters(chosen: argparse.Namespace) -> dict[str, object]:
    sizes = {name: getattr(chosen, name.replace("-", "_")) for name in SIZES}
    given = {"samples": chosen.samples is not None, "certificates": chosen.certificates is not None}
    return {"parts": chosen.parts, "repeat": chosen.repeat, "minutes": chosen.minutes, **sizes, **given}


def _output(chosen: argparse.Namespace) -> Path | None:
    """Return the file of the results. Only a full run of all parts replaces the results that the documents show."""
    is_full = chosen.parts == list(PARTS) and not chosen.quick
    return chosen.output or (RESULTS if is_full else None)


def _begin_notes(results: Results, chosen: argparse.Namespace) -> None:
    """Note circumstances under which the figures mean less."""
    if chosen.quick:
        results.note("a quick run: logs and indexes are small, each scan ran once; the figures say little")
    load_average = machine.load()
    busy = ": other work is going on, and the figures are too low" if load_average > BUSY else ""
    results.note(f"load average at the beginning: {load_average:.2f}{busy}")
    results.note(f"speed of the machine at the beginning: {machine.speed()}")


def run(chosen: argparse.Namespace, folder: Path) -> tuple[Results, bool]:
    """Measure the chosen parts; return the results, and whether all of them were measured."""
    for name in ("logs", "server", "work"):
        (folder / name).mkdir()
    use_nginx = not chosen.without_nginx
    if use_nginx and find_nginx() is None:
        say("nginx isn't installed: Python serves, figures are lower (Debian, Ubuntu: apt install nginx-light)")
    today = datetime.now(UTC).date().isoformat()
    with serve(folder / "logs", folder / "server", use_nginx) as server:
        results = Results(today, machine.facts(server.name), _parameters(chosen))
        _begin_notes(results, chosen)
        largest = max((getattr(chosen, OF_BIG[part]) for part in chosen.parts if part in OF_BIG), default=0)
        found = paths(folder / "work")
        if CORE not in found:
            results.note("the native core isn't installed: the rows of scans with it are left out")
        bench = Bench(chosen, server, folder / "work", results, largest, found)
        is_whole = True
        for part in chosen.parts:
            is_whole &= _measure(bench, part)
            if (output := _output(chosen)) is not None:
                results.save(output)
        results.note(f"speed of the machine at the end: {machine.speed()}")
        if output is not None:
            results.save(output)
    return results, is_whole


def _measure(bench: Bench, part: str) -> bool:
    """Measure a part, with its time and the work of others meanwhile; return whether it was measured in full. After an
    error, the other parts still count."""
    say(f"--- {part}")
    results, load_average = bench.results, machine.load()
    before, own = machine.clocks(), machine.own_seconds() + bench.server_cpu()
    is_whole = _tried(bench, part)
    after = machine.clocks()
    seconds = after.wall - before.wall
    ours = machine.own_seconds() + bench.server_cpu() - own
    others = max(0.0, (after.busy - before.busy - ours) / seconds)
    for each in results.rows:
        each.setdefault("part", part)
    results.parts.append(
        {"part": part, "seconds": round(seconds), "load": round(load_average, 2), "others": rounded(others)}
    )
    say(f"part {part}: {seconds:.0f} s, load before it {load_average:.2f}, other work {others:.2f} processors")
    if others > OTHER:
        results.note(f"during {part}, other work took {others:.2f} processors: its figures are too low")
    return is_whole


def _tried(bench: Bench, part: str) -> bool:
    """Run a part, and note an error. The message of an unexpected error may name places of this machine, so only the
    terminal shows it."""
    try:
        PARTS[part](bench)
    except BenchError as error:
        bench.results.note(f"{part} is not measured in full: {error}")
    except Exception as error:  # the other parts are measured still, and the run ends with 1
        traceback.print_exc()
        bench.results.note(f"{part} is not measured in full: {type(error).__name__}")
    else:
        return True
    return False


def main() -> None:
    """Measure the parts, write the results, render the documents. Exit code 1 when a part wasn't measured in full."""
    chosen = parse(sys.argv[1:])
    for name in ("samples", "certificates", "output"):
        if getattr(chosen, name):
            setattr(chosen, name, getattr(chosen, name).resolve())
    is_whole = True
    if not chosen.render:
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # raise SystemExit, so that the server is stopped
        with tempfile.TemporaryDirectory(dir=chosen.folder) as folder:
            results, is_whole = run(chosen, Path(folder).resolve())
        say("--- all rows")
        for each in results.rows:
            say(line(each))
        for each in results.parts:
            say(f"{each['part']:<12} {each['seconds']:>6} s")
    if chosen.render or _output(chosen) == RESULTS:
        render_documents(load(RESULTS))
    sys.exit(0 if is_whole else 1)


if __name__ == "__main__":
    main()
