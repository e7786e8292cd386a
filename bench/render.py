"""Writer of the figures in `results.json` into docs/performance.md, between marks, so that both agree.

<!-- bench: reach -->
...
<!-- /bench -->
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from bench import ROOT
from bench.results import Results, Row, figure

DOCUMENT = ROOT / "docs" / "performance.md"
_MARKED = re.compile(r"(?<=<!-- bench: )(\w+)( -->\n).*?(?=<!-- /bench -->)", re.DOTALL)


def render_documents(results: Results) -> None:
    """Write the figures into the document."""
    DOCUMENT.write_text(render(DOCUMENT.read_text(encoding="utf-8"), results), encoding="utf-8")


def render(text: str, results: Results) -> str:
    """Return the text with new content in all marked sections."""
    return _MARKED.sub(lambda found: found[1] + found[2] + "\n".join(SECTIONS[found[1]](results)) + "\n", text)


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    lines = [head, ["---"] + ["--:"] * (len(head) - 1), *rows]
    return ["| " + " | ".join(figure(cell) for cell in each) + " |" for each in lines]


def _met(of: Row) -> str:
    return "" if of["met"] is None else "yes" if of["met"] else "no"


def _reach(results: Results) -> list[str]:
    rows = [
        (of["row"], f"{figure(of['value'])} {of['unit']}", "" if of["reach"] is None else of["reach"], _met(of))
        for of in results.rows
    ]
    return _table(("what", "measured", "reach", "met"), rows)


def _stages(results: Results) -> list[str]:
    return _table(
        ("stage by itself", "cost"), [(of["row"], f"{figure(of['value'])} {of['unit']}") for of in results.stages]
    )


def _profile(results: Results) -> list[str]:
    rows = [(of["row"], of["value"], f"{of['share']} %") for of in results.profile]
    total = round(sum(of["value"] for of in results.profile), 2)
    return _table(("stage of a whole scan", "µs an entry", "share"), [*rows, ("all, start-up included", total, "")])


def _growth(table: str, heads: dict[str, str]) -> Callable[[Results], list[str]]:
    measured = {"us": "µs of CPU an entry", "wall": "entries/s by the clock", "peak": "peak, MiB"}
    shown = heads | measured

    def section(results: Results) -> list[str]:
        return _table(list(shown.values()), [[of[key] for key in shown] for of in results.growth[table]])

    return section


def _machine(results: Results) -> list[str]:
    return _table(("what", "it was"), [("date", results.date), *results.machine.items()])


def _notes(results: Results) -> list[str]:
    return [f"- {note}" for note in results.notes]


SECTIONS: dict[str, Callable[[Results], list[str]]] = {
    "reach": _reach,
    "stages": _stages,
    "profile": _profile,
    "size": _growth("size", {"entries": "entries of the log"}),
    "findings": _growth("findings", {"in_a_thousand": "in 1,000 entries", "certificates": "certificates found"}),
    "logs": _growth("logs", {"logs": "logs"}),
    "machine": _machine,
    "notes": _notes,
}
