"""Profile of a whole scan: CPU time by stage.

    python -m bench.profile FILE ARGUMENTS...      runs `ctscan ARGUMENTS`, writes {"stage": CPU seconds, ...} to FILE

A timer interrupts the process after every millisecond of CPU time. The CPU time of each thread since the last interrupt
counts for its present stage: the stage of its innermost frame that the table below lists. C code counts for its caller.
"""

from __future__ import annotations

import json
import signal
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

from bench.context import Bench
from bench.results import line, rounded, row, say
from bench.scans import measured
from ctscan.model import LogProtocol

PERIOD = 0.001  # CPU seconds between two samples

STAGES = (
    # part of a file's path             stage
    ("ctscan/http/decoding.py", "gunzip"),
    ("ctscan/sources/logs/tile_reader.py", "gunzip"),  # by the core
    ("ctscan/ct/merkle.py", "hash, leaves and tree"),
    ("ctscan/ct/tiles.py", "hash, leaves and tree"),
    ("ctscan/ct/partial_tree.py", "hash, leaves and tree"),
    ("ctscan/ct/", "cut"),
    ("ctscan/personal/prefilter/filter.py", "prefilter"),
    ("ctscan/personal/prefilter/dns_names.py", "prefilter"),
    ("ctscan/personal/prefilter/impersonal_extensions.py", "prefilter"),
    ("ctscan/personal/", "full examination"),
    ("ctscan/x509/", "full examination"),
    ("ctscan/index/", "commit"),
    ("/aiosqlite/", "commit"),
    ("/sqlite3/", "commit"),
    ("ctscan/http/", "HTTP"),
    ("ctscan/sources/", "HTTP"),
    ("/httptools/", "HTTP"),
    ("/httpx/", "HTTP"),
    ("/asyncio/", "HTTP"),
    ("ctscan/scan/", "the scan's own loop"),
)
START = "start-up"
OTHER = "other"


class Sampler:
    """Timer that adds up CPU seconds by stage."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self._last: dict[int, float] = {}  # CPU seconds of each thread so far

    def start(self) -> None:
        """Start the timer; only the main thread may call this."""
        signal.signal(signal.SIGPROF, self._sample)
        signal.setitimer(signal.ITIMER_PROF, PERIOD, PERIOD)

    def stop(self) -> None:
        """Stop the timer."""
        signal.setitimer(signal.ITIMER_PROF, 0)

    def _sample(self, _number: int, interrupted: FrameType | None) -> None:
        main = threading.get_ident()  # handlers run in the main thread
        for ident, frame in sys._current_frames().items():
            try:
                so_far = time.clock_gettime(time.pthread_getcpuclockid(ident))
            except OSError:  # the thread has just ended
                continue
            before = self._last.get(ident, 0.0)
            used = so_far - before if so_far >= before else so_far  # less: a new thread has the id of one that ended
            self._last[ident] = so_far
            self.seconds[stage_of(list(_files(interrupted if ident == main else frame)))] += used


def _files(frame: FrameType | None) -> Iterator[str]:
    """Yield the file of each frame, from the innermost outward."""
    while frame is not None:
        yield frame.f_code.co_filename
        frame = frame.f_back


def stage_of(files: list[str]) -> str:
    """Return the stage of a stack; `files` from the innermost frame outward."""
    if any("importlib" in file for file in files):
        return START
    for file in files:
        for part, stage in STAGES:
            if part in file:
                return stage
    return OTHER


def profile(bench: Bench) -> None:
    """Measure the static-ct scan of one process by stage, on each path."""
    log = bench.big(bench.options.profile_entries)
    url = bench.server.publish("profile", [log], LogProtocol.STATIC_CT)
    for path in bench.paths:
        folder = bench.fresh()
        scan = ["scan", "--db", str(folder / "bench.db"), "--everything", "--from", "start", "--log-list", url]
        command = [sys.executable, "-m", "bench.profile", str(folder / "profile.json"), *scan]
        measured(command, bench.work, path=path)
        took = json.loads((folder / "profile.json").read_text(encoding="utf-8"))
        for stage, seconds in sorted(took.items(), key=lambda item: -item[1]):
            share = rounded(seconds / sum(took.values()) * 100)
            found = row(stage, seconds / log.spec.size * 1e6, "us an entry", path=path, share=share)
            bench.results.profile.append(found)
            say(f"profile: {line(found)} {share:>6} %")


def main() -> None:
    """Run a command under the sampler."""
    written = Path(sys.argv[1])
    sys.argv = ["ctscan", *sys.argv[2:]]
    sampler = Sampler()
    sampler.start()
    from ctscan.cli import main as ctscan

    try:
        ctscan()
    finally:
        sampler.stop()
        written.write_text(json.dumps(sampler.seconds), encoding="utf-8")


if __name__ == "__main__":
    main()
