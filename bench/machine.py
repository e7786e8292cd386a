"""Facts about the machine that explain figures and don't identify the machine."""

from __future__ import annotations

import os
import platform
import re
import sqlite3
import ssl
import subprocess
import time
import timeit
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

from bench import ROOT
from ctscan.native_core import CORE


def facts(server: str) -> dict[str, str]:
    """Return processor, memory, system and versions."""
    return {
        "processor": _found(Path("/proc/cpuinfo"), r"^model name\s*: (.+)$") or platform.machine(),
        "cores": str(os.cpu_count()),
        "memory": _memory(),
        "system": _found(Path("/etc/os-release"), r'^PRETTY_NAME="?([^"\n]+)') or platform.system(),
        "kernel": platform.release(),
        "Python": platform.python_version(),
        "SQLite": sqlite3.sqlite_version,
        "OpenSSL": ssl.OPENSSL_VERSION,
        "httptools": version("httptools"),
        "deflate": version("deflate"),
        "isal": version("isal"),
        "file server": server,
        "C compiler": _compiler(),
        "ctscan": f"{version('ctscan')}, commit {_commit()}, {_core()}",
    }


def speed() -> str:
    """Time two small tasks, the best of several rounds each: the speed of a shared machine varies."""
    leaf = bytes(1_570)
    hashing = min(timeit.repeat(lambda: sha256(leaf).digest(), number=10_000, repeat=7)) / 10_000
    looping = min(timeit.repeat("for _ in range(1_000_000): pass", number=1, repeat=7)) / 1_000_000
    return (
        f"SHA-256 over 1,570 octets {hashing * 1e6:.2f} µs, a round of an empty loop in Python {looping * 1e9:.0f} ns"
    )


def load() -> float:
    """Return the load average of the last minute; 0 where the system gives none."""
    try:
        return os.getloadavg()[0]
    except (OSError, AttributeError):
        return 0.0


@dataclass(frozen=True, slots=True)
class Clocks:
    """Seconds so far: by the clock, and of all processors for all processes, or lost to other machines on the same
    hardware; the second is 0 where the system doesn't give it."""

    wall: float
    busy: float


def clocks() -> Clocks:
    """Read the clocks (proc(5), `/proc/stat`)."""
    try:
        fields = Path("/proc/stat").read_text(encoding="ascii").split("\n", 1)[0].split()[1:]
    except OSError:
        return Clocks(time.monotonic(), 0.0)
    user, nice, system, _, _, irq, softirq, steal, *_ = map(int, fields)
    return Clocks(time.monotonic(), (user + nice + system + irq + softirq + steal) / os.sysconf("SC_CLK_TCK"))


def own_seconds() -> float:
    """Return the CPU seconds of this process and of its children that have ended."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def _compiler() -> str:
    """Return the first line of `cc --version`; empty without a compiler."""
    try:
        done = subprocess.run(["cc", "--version"], capture_output=True, text=True, check=True)  # noqa: S607
    except (OSError, subprocess.CalledProcessError):
        return ""
    return done.stdout.partition("\n")[0]


def _found(path: Path, pattern: str) -> str:
    try:
        found = re.search(pattern, path.read_text(encoding="utf-8"), re.MULTILINE)
    except OSError:
        return ""
    return found[1].strip() if found else ""


def _memory() -> str:
    kib = _found(Path("/proc/meminfo"), r"^MemTotal:\s*(\d+) kB$")
    return f"{int(kib) / 1024 / 1024:.0f} GiB" if kib else "unknown"


def _core() -> str:
    return "without the native core" if CORE is None else f"with the native core {CORE.__version__}"


def _commit() -> str:
    """Return the commit of the repository, with `+` when a tracked file was changed since."""
    try:
        done = subprocess.run(
            ["git", "describe", "--always", "--exclude", "*", "--dirty=+"],  # noqa: S607  the git of the PATH
            cwd=ROOT, capture_output=True, text=True, check=True,
        )  # fmt: skip
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return done.stdout.strip()
