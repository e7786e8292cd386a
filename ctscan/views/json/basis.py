"""JSON shapes of the recorded basis."""

from __future__ import annotations

from collections.abc import Sequence

from ctscan.model import Basis
from ctscan.views.json.answers import not_covered
from ctscan.views.json.document import basis, log_choice
from ctscan.views.json.values import Shape


def recorded_basis(found: Basis) -> Shape:
    """`ctscan basis`: shape a revision with its members, and the logs outside that answers name as not covered."""
    return {
        **basis(found),
        "keys": None if found.keys is None else log_choice(found.keys),
        "outside": [not_covered(log, found) for log in found.outside],
    }


def basis_history(found: Sequence[Basis]) -> list[Shape]:
    """`ctscan basis show --history`: shape all revisions, newest first."""
    return [recorded_basis(revision) for revision in found]
