"""Reader of requirements.lock and requirements-dev.lock: which package needs which, as the resolver noted it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]

PINNED = re.compile(
    r"^(?P<name>[a-z0-9][a-z0-9-]*)==(?P<version>\S+)(?: ; (?P<marker>[^\\\n]+?))? \\\n"
    r"(?: +--hash=\S+(?: \\)?\n)+"
    r"(?P<via>(?: +#.*(?:\n|\Z))+)",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Locked:
    """Package of a lock. `parents` need it; `ctscan` is one for its own dependencies, `ctscan:dev` for a group."""

    name: str
    version: str
    marker: str | None
    parents: frozenset[str]


def read_lock(name: str) -> dict[str, Locked]:
    """Read a lock of the repository, by name of the package."""
    text = (ROOT / name).read_text(encoding="utf-8")
    found = {match["name"]: _locked(match) for match in PINNED.finditer(text)}
    assert len(found) == len(re.findall(r"^[a-z0-9]", text, re.MULTILINE)), f"{name}: a package was not understood"
    return found


def _locked(match: re.Match[str]) -> Locked:
    noted = re.sub(r"^ +#(?: via)? *", "", match["via"], flags=re.MULTILINE).split("\n")
    parents = {re.sub(r" \(pyproject\.toml(:\w+)?\)", r"\1", line) for line in noted if line}
    return Locked(match["name"], match["version"], match["marker"], frozenset(parents))


def reached(lock: Mapping[str, Locked], roots: Iterable[str]) -> set[str]:
    """Follow the needs of roots down: returns all packages below them, and those of the roots that the lock has."""
    found: set[str] = set()
    waiting = list(roots)
    while waiting:
        parent = waiting.pop()
        if parent in lock:
            found.add(parent)
        waiting += [name for name, locked in lock.items() if parent in locked.parents and name not in found]
    return found
