"""Coverage-guided fuzzing: `python tests/fuzz/atheris_run.py CORPUS_DIR [libFuzzer options]`.

Needs the dependency group "fuzz" (atheris has wheels for Linux only). libFuzzer keeps inputs that reach new code in
CORPUS_DIR and stops at the first failure; `-max_total_time=600`, `-runs=100000`, `-jobs=2` are its options. Half of the
changes come from `mutator.py`, which keeps certificates readable. An empty CORPUS_DIR is filled with the seeds.
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path
from random import Random

import atheris

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

with atheris.instrument_imports(include=["ctscan.x509", "ctscan.personal"]):
    from target import failures_of

    from ctscan.personal.rules import all_rules

    all_rules()

from mutator import Mutator  # noqa: E402 - after the instrumented imports
from seeds import all_seeds  # noqa: E402


class Broken(Exception):
    """Failure of an input; libFuzzer saves the input."""


def one_input(data: bytes) -> None:
    """Examine an input for libFuzzer. Broken with the failures."""
    failures = failures_of(data)
    if failures:
        raise Broken("; ".join(f"{failure.kind}: {failure.what}" for failure in failures))


def changed(data: bytes, max_size: int, seed: int) -> bytes:
    """Change an input by libFuzzer's mutator or by `Mutator`, which knows elements."""
    random = Random(seed)
    if not data or random.random() < 0.5:
        return atheris.Mutate(data, max_size)
    return Mutator([data, *_SEEDS[:50]], seed).change(random, data)[:max_size]


_SEEDS = all_seeds()


def main() -> None:
    """Fill the corpus and start."""
    folder = next((Path(argument) for argument in sys.argv[1:] if not argument.startswith("-")), None)
    if folder is None:
        sys.exit("expected a folder for the corpus, got none: python tests/fuzz/atheris_run.py CORPUS_DIR")
    folder.mkdir(parents=True, exist_ok=True)
    for seed in _SEEDS if not any(folder.iterdir()) else ():
        (folder / hashlib.sha1(seed, usedforsecurity=False).hexdigest()).write_bytes(seed)
    atheris.Setup(sys.argv, one_input, custom_mutator=changed)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
