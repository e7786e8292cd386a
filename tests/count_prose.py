"""Counts riddles in docstrings and comments, per 1,000 words and room: `python tests/count_prose.py [folder]`.

CONTRIBUTING.md has the rule and its limits. Words of code, of messages and of help texts are not counted.
"""

from __future__ import annotations

import ast
import re
import sys
from collections import Counter
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from support.house import parsed, statements

PACKAGE = Path(__file__).parents[1] / "ctscan"

RIDDLES = {
    "what": re.compile(r"\b(?:what|whom|whoever|whatever)\b", re.IGNORECASE),
    "one": re.compile(r"\b(?:one|those|others)\b", re.IGNORECASE),
    "tell": re.compile(r"\b(?:tell|tells|told)\b", re.IGNORECASE),
}

STRING_OR_COMMENT = re.compile(
    r"""
    (?s:\"{3} (?:\\.|.)*? \"{3} | '{3} (?:\\.|.)*? '{3})   # over several lines
    | " (?:\\[\s\S]|[^"\\\n])* " | ' (?:\\[\s\S]|[^'\\\n])* '
    | (?P<comment> \#.*)
    """,
    re.VERBOSE,
)
"""Strings are found, too, for they may hold a `#`. `tokenize` takes thirty times as long."""


def prose(source: str) -> str:
    """Return the docstrings and comments of a file."""
    return " ".join([*_docstrings(parsed(source)), *comments(source)])


def _docstrings(module: ast.Module) -> Iterator[str]:
    for node in chain([module], statements(module)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield ast.get_docstring(node) or ""


def comments(source: str) -> list[str]:
    """Return the comments of a file in their order."""
    return [found["comment"] for found in STRING_OR_COMMENT.finditer(source) if found["comment"]]


def count(folder: Path) -> dict[str, Counter[str]]:
    """Count words and riddles in each room of a folder."""
    rooms: dict[str, Counter[str]] = {}
    for path in sorted(folder.rglob("*.py")):
        parts = path.relative_to(folder).parts
        text = prose(path.read_text(encoding="utf-8"))
        found = {name: len(riddle.findall(text)) for name, riddle in RIDDLES.items()}
        rooms.setdefault(parts[0] if len(parts) > 1 else "-", Counter()).update(words=len(text.split()), **found)
    return rooms


def lines(rooms: dict[str, Counter[str]]) -> Iterator[str]:
    """Write a table: words, then riddles per 1,000 words, in each room and in all."""
    yield f"{'room':<14}{'words':>8}" + "".join(f"{name:>8}" for name in RIDDLES)
    for room, found in [*rooms.items(), ("all", sum(rooms.values(), Counter[str]()))]:
        rates = (found[name] * 1000 / max(found["words"], 1) for name in RIDDLES)
        yield f"{room:<14}{found['words']:>8}" + "".join(f"{rate:>8.1f}" for rate in rates)


if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else PACKAGE
    sys.stdout.write("\n".join(lines(count(folder))) + "\n")
