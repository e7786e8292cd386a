"""Writer of the figures in `results.json` into docs/performance.md, between marks, so that both agree.

<!-- bench: reach -->
...
<!-- /bench -->
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from bench import ROOT
from bench.results import CORE, PATHS, REFERENCE, Results, Row, figure, rounded, title

DOCUMENT = ROOT / "docs" / "performance.md"
_MARKED = re.compile(r"(?<=<!-- bench: )(\w+)( -->\n).*?(?=<!-- /bench -->)", re.DOTALL)
_UNITS = {"us": "µs"}  # results.json is ASCII where it can be


def render_documents(results: Results) -> None:
    """Write the figures into the document."""
    DOCUMENT.write_text(render(DOCUMENT.read_text(encoding="utf-8"), results), encoding="utf-8")


def render(text: str, results: Results) -> str:
    """Return the text with new content in all marked sections."""
    return _MARKED.sub(lambda found: found[1] + found[2] + "\n".join(SECTIONS[found[1]](results)) + "\n", text)


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    lines = [head, ["---"] + ["--:"] * (len(head) - 1), *rows]
    return ["| " + " | ".join(figure(cell) for cell in each) + " |" for each in lines]


def _unit(of: Row) -> str:
    first, *rest = str(of["unit"]).split(" ")
    return " ".join((_UNITS.get(first, first), *rest))


def _met(of: Row) -> str:
    return "" if of["met"] is None else "yes" if of["met"] else "no"


def _measured(of: Row) -> str:
    return f"{figure(of['value'])} {_unit(of)}"


def _reach(results: Results) -> list[str]:
    rows = [(title(of), _measured(of), of["reach"] or "", _met(of)) for of in results.rows]
    return _table(("what", "measured", "reach", "met"), rows)


def _missed(results: Results) -> list[str]:
    """List the rows whose reach isn't met, with the distance."""
    rows = [(title(of), _measured(of), of["reach"], _distance(of)) for of in results.rows if of["met"] is False]
    return _table(("what", "measured", "reach", "missed by"), rows) if rows else ["All are met."]


def _distance(of: Row) -> str:
    sign, limit = str(of["reach"]).split(" ")
    value, most = float(of["value"]), float(limit.replace(",", ""))
    factor = value / most if sign == "≤" else most / value if value else float("inf")
    return f"a factor of {rounded(factor)}"


def _both(rows: Iterable[Row], cell: Callable[[Row], object]) -> list[tuple[Row, object, object]]:
    """Join the rows of both paths: a row with its cells for the reference and the core; a row without a path has no
    cell for the core."""
    found: dict[str, tuple[Row, dict[str, object]]] = {}
    for of in rows:
        found.setdefault(of["row"], (of, {}))[1][of.get("path", REFERENCE)] = cell(of)
    return [(first, cells.get(REFERENCE, ""), cells.get(CORE, "")) for first, cells in found.values()]


_PATHS = (PATHS[REFERENCE], PATHS[CORE])


def _paths(results: Results) -> list[str]:
    """Compare the paths, row by row."""
    rows = _both([of for of in results.rows if "path" in of], lambda of: of["value"])
    return _table(("whole scan", "unit", *_PATHS), [(of["row"], _unit(of), *cells) for of, *cells in rows])


def _stages(results: Results) -> list[str]:
    rows = _both(results.stages, lambda of: of["value"])
    return _table(("stage by itself", "unit", *_PATHS), [(of["row"], _unit(of), *cells) for of, *cells in rows])


def _profile(results: Results) -> list[str]:
    rows = _both(results.profile, lambda of: f"{of['value']} ({of['share']} %)")
    totals = [
        rounded(sum(of["value"] for of in results.profile if of["path"] == path)) or "" for path in (REFERENCE, CORE)
    ]
    every = ("all, start-up included", *totals)
    return _table(("stage of a whole scan", *_PATHS), [*((of["row"], *cells) for of, *cells in rows), every])


def _growth(table: str, heads: dict[str, str]) -> Callable[[Results], list[str]]:
    measured = {"us": "µs of CPU an entry", "wall": "entries/s by the clock", "peak": "peak, MiB"}
    shown = heads | measured

    def section(results: Results) -> list[str]:
        return _table(list(shown.values()), [[of[key] for key in shown] for of in results.growth[table]])

    return section


def _lookups(results: Results) -> list[str]:
    names = {"p50": "p50, ms", "p95": "p95, ms", "p99": "p99, ms", "max": "longest, ms", "cpu_p50": "p50 of CPU, ms"}
    rows = [(of["row"], of["index"], *(rounded(of[name]) for name in names)) for of in results.lookups]
    return _table(("look-up", "findings in the index", *names.values()), rows)


def _parts(results: Results) -> list[str]:
    rows = [(of["part"], of["seconds"], of["load"], of["others"]) for of in results.parts]
    every = ("all", sum(of["seconds"] for of in results.parts), "", "")
    return _table(("part", "seconds", "load average before it", "processors that other work took"), [*rows, every])


def _machine(results: Results) -> list[str]:
    return _table(("what", "it was"), [("date", results.date), *results.machine.items()])


def _notes(results: Results) -> list[str]:
    return [f"- {note}" for note in results.notes]


SECTIONS: dict[str, Callable[[Results], list[str]]] = {
    "reach": _reach,
    "missed": _missed,
    "paths": _paths,
    "stages": _stages,
    "profile": _profile,
    "size": _growth("size", {"entries": "entries of the log"}),
    "findings": _growth("findings", {"in_a_thousand": "in 1,000 entries", "certificates": "certificates found"}),
    "logs": _growth("logs", {"logs": "logs"}),
    "lookups": _lookups,
    "parts": _parts,
    "machine": _machine,
    "notes": _notes,
}
