"""Floor of a static-ct scan: `floor.c` over the tiles of a log, built where a C compiler and its libraries are there.

Each run is checked: the program has to find all entries, and the roots of all tiles that the log was written with.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Protocol

from support.logs import WIDTH, tile_name

from bench import ROOT, measure
from bench.logs import Built
from bench.results import BenchError

SOURCE = ROOT / "bench" / "floor.c"
_FLAGS = ("-O2", "-ldeflate", "-lcrypto")


class Noting(Protocol):
    """Receiver of remarks."""

    def note(self, text: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Floor:
    """Program that was built, and a folder for its lists of tiles."""

    program: Path
    folder: Path

    def run(self, log: Built) -> float:
        """Return the CPU seconds for all tiles of a static-ct log, read from files. BenchError when the program found
        other entries or other roots."""
        listed = self.folder / f"{log.folder.name}.tiles"
        if not listed.exists():
            listed.write_text("".join(f"{tile}\n" for tile in _tiles(log)), encoding="utf-8")
        with (
            listed.open("rb") as paths,
            subprocess.Popen([str(self.program)], stdin=paths, stdout=subprocess.PIPE) as process,
        ):
            assert process.stdout is not None
            said = process.stdout.read()
            cpu = measure.reap(process)
        found = json.loads(said or b"{}")
        expected = {"entries": log.spec.size, "roots": sha256(b"".join(log.roots)).hexdigest()}
        if found != expected:
            raise BenchError(f"floor in C: expected {expected}, got {found}")
        return cpu


def _tiles(log: Built) -> list[Path]:
    size = log.spec.size
    return [log.folder / tile_name("data", tile, min(WIDTH, size - tile * WIDTH)) for tile in range(-(-size // WIDTH))]


def build_floor(folder: Path, results: Noting) -> Floor | None:
    """Build the program in a folder; None, and a note, where that can't be done."""
    compiler = shutil.which("cc")
    advice = "the floor in C is left out; it needs cc, libdeflate and OpenSSL (Debian, Ubuntu: apt install gcc"
    advice += " libdeflate-dev libssl-dev)"
    if compiler is None:
        results.note(advice)
        return None
    program = folder / "floor"
    command = [compiler, str(SOURCE), "-o", str(program), *_FLAGS]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        first = next(iter(done.stderr.splitlines()), "").rpartition("/")[2]
        results.note(f"{advice}: {first}")
        return None
    return Floor(program, folder)
