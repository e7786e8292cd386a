"""Results of a run of the benchmark: rows against the reach, stages, growth, machine. Plain JSON values.

    {"date": ..., "machine": {...}, "parameters": {...}, "parts": [...], "rows": [row...], "stages": [...],
     "profile": [...], "growth": {"size": [...], "findings": [...], "logs": [...]}, "lookups": [...], "notes": [...]}

A row: `part` (of the benchmark), `row` (its title), `value`, `unit`, `reach` (text; null: none was set), `met` (null
without a reach), `path` where the core makes a difference ("core": with it; "reference": without), and further figures.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Row = dict[str, Any]


CORE, REFERENCE = "core", "reference"
PATHS = {CORE: "with the core", REFERENCE: "reference"}
"""Paths through the hot loop, and the words for them."""


class BenchError(Exception):
    """Failed or wrong measurement; the message gives the expected and the actual result."""


def row(
    what: str, value: float, unit: str, *, least: float | None = None, most: float | None = None, **more: Any
) -> Row:
    """Make a row with its reach: `least` is a lower, `most` an upper limit of `value`."""
    value = rounded(value)
    reach, met = None, None
    if least is not None:
        reach, met = f"≥ {least:,}", value >= least
    elif most is not None:
        reach, met = f"≤ {most:,}", value <= most
    return {"row": what, "value": value, "unit": unit, "reach": reach, "met": met, **more}


def rounded(value: float) -> float:
    """Round to whole numbers from 1,000, else to one or two decimals: no figure looks more exact than it is."""
    if abs(value) >= 1000:
        return round(value)
    return round(value, 1 if abs(value) >= 100 else 2)


@dataclass(slots=True)
class Results:
    """Results of a run; each part adds to them."""

    date: str
    machine: dict[str, str]
    parameters: dict[str, Any]
    parts: list[Row] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    stages: list[Row] = field(default_factory=list)
    profile: list[Row] = field(default_factory=list)
    growth: dict[str, list[Row]] = field(default_factory=lambda: {"size": [], "findings": [], "logs": []})
    lookups: list[Row] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, *rows: Row) -> None:
        """Keep rows, and print them."""
        self.rows += rows
        for each in rows:
            say(line(each))

    def note(self, text: str) -> None:
        """Keep a remark, and print it."""
        self.notes.append(text)
        say(f"note: {text}")

    def save(self, path: Path) -> None:
        """Write the file; the same results give the same bytes."""
        values = {name: getattr(self, name) for name in self.__slots__}
        path.write_text(json.dumps(values, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def load(path: Path) -> Results:
    """Read a file that `save` wrote."""
    return Results(**json.loads(path.read_text(encoding="utf-8")))


def figure(value: object) -> str:
    """Format a value for readers: `12,345`, `1.85`."""
    return f"{value:,}" if isinstance(value, int | float) and not isinstance(value, bool) else str(value)


def title(of: Row) -> str:
    """Return the title of a row, with its path."""
    return f"{of['row']} ({PATHS[of['path']]})" if "path" in of else str(of["row"])


def line(of: Row) -> str:
    """Format a row for the terminal."""
    met = "" if of["met"] is None else "   met" if of["met"] else "   NOT MET"
    reach = f"   reach {figure(of['reach'])}{met}" if of["reach"] is not None else ""
    return f"{title(of):<72} {figure(of['value']):>12} {of['unit']}{reach}"


def say(text: str) -> None:
    """Print a line of the report."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
