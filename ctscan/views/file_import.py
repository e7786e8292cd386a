"""What an import is shown as: JSON shape and the words of its sum. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ctscan.model import Problem
from ctscan.views import json as shapes
from ctscan.views.words import count

if TYPE_CHECKING:
    from ctscan.collect.file_import import Tally


def imported(tally: Tally, problems: Sequence[Problem]) -> dict[str, Any]:
    """The JSON shape of an import. `problems` are the first ones; `problem_count` counts all."""
    return {
        "exit_code": tally.exit_code,
        "outcome": tally.outcome,
        "files": tally.files,
        "certificates": tally.read,
        "repeated": tally.repeated,
        "of_authorities": tally.of_authorities,
        "kept": tally.kept,
        "new": tally.new,
        "findings": {
            category: {
                "findings": number,
                "of_people": tally.about_people[category],
                "of_authorities": tally.findings_of_authorities[category],
            }
            for category, number in tally.findings.most_common()
        },
        "problem_count": tally.problems,
        "problems": [shapes.problem(problem) for problem in problems],
    }


def summary(tally: Tally) -> str:
    """One sentence about all of it."""
    parts = [f"{count(tally.read, 'certificate')} read from {count(tally.files, 'file')}"]
    parts += [f"{tally.of_authorities:,} of CAs"] if tally.of_authorities else []
    parts += [f"{tally.repeated:,} more were the same again"] if tally.repeated else []
    parts += [f"{tally.kept:,} kept", f"{tally.new:,} of them new here"]
    parts += [f"{count(tally.problems, 'input')} could not be read"] if tally.problems else []
    return f"{', '.join(parts)}."
