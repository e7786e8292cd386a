"""Runner of `ctscan scan` in a process of its own, into a new index, with its time and memory; a scan that didn't
read all entries is an error."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from bench import ROOT
from bench.logs import Built
from bench.results import BenchError

MEASURE = ROOT / "bench" / "measure.py"


@dataclass(frozen=True, slots=True)
class Used:
    """Time and memory of a process, in seconds and MiB. `samples`: `(second, {process: (MiB, CPU seconds)})`; `run`:
    the record of a scan from `ctscan runs`."""

    wall: float
    cpu: float
    peak: float
    samples: Sequence[tuple[float, dict[str, tuple[float, float]]]] = ()
    run: Mapping[str, Any] = field(default_factory=dict)


def environment(folder: Path) -> dict[str, str]:
    """Return variables that keep byte code between runs, as for installed packages, without ctscan's own settings."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("CTSCAN_") and k != "PYTHONDONTWRITEBYTECODE"}
    return kept | {"PYTHONPYCACHEPREFIX": str(folder / "bytecode"), "PYTHONPATH": str(ROOT)}


def measured(command: Sequence[str], folder: Path, every: float = 0.0) -> Used:
    """Run a command in a folder. BenchError with its last line of stderr when its exit code isn't 0."""
    errors = folder / "stderr"
    measure = [sys.executable, "-S", str(MEASURE), str(every), str(errors), *command]
    done = subprocess.run(measure, env=environment(folder), cwd=folder, check=True, stdout=subprocess.PIPE)
    told = json.loads(done.stdout)
    if told["exit"]:
        last = errors.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1:]
        raise BenchError(f"{' '.join(command[2:5])}: expected exit code 0, got {told['exit']}: {''.join(last)}")
    return Used(told["wall"], told["cpu"], told["peak"], told["samples"])


def ctscan(folder: Path, *arguments: str) -> list[dict[str, Any]]:
    """Run a command of ctscan, and return its JSON."""
    command = [sys.executable, "-m", "ctscan", *arguments, "--format", "json"]
    done = subprocess.run(command, env=environment(folder), cwd=folder, check=True, stdout=subprocess.PIPE)
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def scan(
    url: str, logs: Sequence[Built], folder: Path, *, jobs: int = 1, every: float = 0.0, keep: Path | None = None
) -> Used:
    """Scan all logs of a list. `every`: seconds between samples; `keep`: path at which to keep the index."""
    with tempfile.TemporaryDirectory(dir=folder) as fresh:
        db = keep or Path(fresh) / "bench.db"
        command = [sys.executable, "-m", "ctscan", "scan", "--db", str(db), "--everything", "--from", "start"]
        used = measured([*command, "--log-list", url, "--jobs", str(jobs)], folder, every)
        (run,) = ctscan(folder, "runs", "--db", str(db))
    expected = sum(log.spec.size for log in logs), sum(log.spec.hits for log in logs)
    found = run["entries"], run["certificates"]
    if found != expected:
        raise BenchError(f"scan of {len(logs)} logs: expected (entries, certificates) {expected}, got {found}")
    return replace(used, run=run)


def shares(used: Used) -> list[float]:
    """Return the CPU seconds of each process with 0.2 s or more, the busiest first."""
    most: dict[str, float] = {}
    for _, processes in used.samples:
        for pid, (_, cpu) in processes.items():
            most[pid] = max(cpu, most.get(pid, 0.0))
    return sorted((cpu for cpu in most.values() if cpu >= 0.2), reverse=True)
