"""Runner of `ctscan` in a process of its own, with its time and memory. A scan that didn't read all entries is an
error.

Without the core: a module that says that it isn't installed stands in front of the core in `PYTHONPATH`.
"""

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
from bench.results import CORE, REFERENCE, BenchError

MEASURE = ROOT / "bench" / "measure.py"
_NO_CORE = 'raise ModuleNotFoundError("the benchmark measures the reference", name="ctscan_native")\n'


@dataclass(frozen=True, slots=True)
class Used:
    """Time and memory of a process, in seconds and MiB. `samples`: `(second, {process: (MiB, CPU seconds)}, verified
    entries)`; `run`: the record of a scan from `ctscan runs`."""

    wall: float
    cpu: float
    peak: float
    samples: Sequence[tuple[float, dict[str, tuple[float, float]], int]] = ()
    run: Mapping[str, Any] = field(default_factory=dict)

    @property
    def rate(self) -> float | None:
        """Entries a second by the clock, from the first commit to the last; None with too few samples."""
        counts = [(second, entries) for second, _, entries in self.samples if entries]
        if not counts:
            return None
        (began, first), last = counts[0], counts[-1][1]
        ended = next(second for second, entries in counts if entries == last)
        return (last - first) / (ended - began) if ended - began >= 1 else None


def environment(folder: Path, path: str | None = None) -> dict[str, str]:
    """Return variables that keep byte code between runs, as for installed packages, without ctscan's own settings.

    Args:
        folder: folder for byte code.
        path: `REFERENCE` hides the core; else it is used where it is installed.
    """
    kept = {k: v for k, v in os.environ.items() if not k.startswith("CTSCAN_") and k != "PYTHONDONTWRITEBYTECODE"}
    first = str(ROOT)
    if path == REFERENCE:
        hidden = folder / "without-core"
        hidden.mkdir(exist_ok=True)
        (hidden / "ctscan_native.py").write_text(_NO_CORE, encoding="utf-8")
        first = f"{hidden}{os.pathsep}{ROOT}"
    return kept | {"PYTHONPYCACHEPREFIX": str(folder / "bytecode"), "PYTHONPATH": first}


def program() -> list[str]:
    """Return the beginning of a command line: the installed command where it is there, as users start it."""
    installed = Path(sys.executable).with_name("ctscan")
    return [sys.executable, str(installed)] if installed.exists() else [sys.executable, "-m", "ctscan"]


def paths(folder: Path) -> tuple[str, ...]:
    """Return the paths through the hot loop that can be measured. BenchError when the core can't be hidden."""
    said = {}
    for path in (CORE, REFERENCE):
        command = [*program(), "--version"]
        done = subprocess.run(command, env=environment(folder, path), cwd=folder, check=True, stdout=subprocess.PIPE)
        said[path] = b"with the native core" in done.stdout
    if said[REFERENCE]:
        raise BenchError("reference: expected `ctscan --version` without the native core, got it with the core")
    return (CORE, REFERENCE) if said[CORE] else (REFERENCE,)


def measured(
    command: Sequence[str],
    folder: Path,
    every: float = 0.0,
    path: str | None = None,
    index: Path | None = None,
    codes: Sequence[int] = (0,),
) -> Used:
    """Run a command in a folder. BenchError with its last line of stderr when its exit code isn't one of `codes`."""
    errors = folder / "stderr"
    measure = [sys.executable, "-S", str(MEASURE), str(every), str(errors), str(index or "-"), *command]
    done = subprocess.run(measure, env=environment(folder, path), cwd=folder, check=True, stdout=subprocess.PIPE)
    told = json.loads(done.stdout)
    if told["exit"] not in codes:
        last = errors.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1:]
        raise BenchError(f"{command[2]}: expected exit code {codes[0]}, got {told['exit']}: {''.join(last)}")
    return Used(told["wall"], told["cpu"], told["peak"], told["samples"])


def ctscan(folder: Path, *arguments: str) -> list[dict[str, Any]]:
    """Run a command of ctscan, and return its JSON."""
    command = [*program(), *arguments, "--format", "json"]
    done = subprocess.run(command, env=environment(folder), cwd=folder, check=True, stdout=subprocess.PIPE)
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


@dataclass(frozen=True, slots=True)
class ScanOptions:
    """Options of a scan. `scope`: domains, at which nobody of the logs is; none: everything is in scope. `every`:
    seconds between samples; `keep`: path at which to keep the index; `path`: see `environment`."""

    jobs: int = 1
    scope: Sequence[str] = ()
    every: float = 0.0
    keep: Path | None = None
    path: str | None = None


def scan(url: str, logs: Sequence[Built], folder: Path, options: ScanOptions) -> Used:
    """Scan all logs of a list into a new index."""
    scope = [f"--scope=domain:{domain}" for domain in options.scope] or ["--everything"]
    with tempfile.TemporaryDirectory(dir=folder) as fresh:
        db = options.keep or Path(fresh) / "bench.db"
        command = [*program(), "scan", "--db", str(db), *scope, "--from", "start"]
        listed = ["--log-list", url, "--jobs", str(options.jobs)]
        used = measured([*command, *listed], folder, options.every, options.path, db)
        (run,) = ctscan(folder, "runs", "--db", str(db))
    hits = 0 if options.scope else sum(log.spec.hits for log in logs)
    expected = sum(log.spec.size for log in logs), hits
    found = run["entries"], run["certificates"]
    if found != expected:
        raise BenchError(f"scan of {len(logs)} logs: expected (entries, certificates) {expected}, got {found}")
    return replace(used, run=run)


def shares(used: Used) -> list[float]:
    """Return the CPU seconds of each process with 0.2 s or more, the busiest first."""
    most: dict[str, float] = {}
    for _, processes, _ in used.samples:
        for pid, (_, cpu) in processes.items():
            most[pid] = max(cpu, most.get(pid, 0.0))
    return sorted((cpu for cpu in most.values() if cpu >= 0.2), reverse=True)
