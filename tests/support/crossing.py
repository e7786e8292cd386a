"""Choice of parameters: each value once, with a value of the other lists; other combinations in `make long`."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product

import pytest


def crossed(*lists: Iterable[object]) -> list[object]:
    """Combine the values of lists, as parameters: each value once, with others in turn.

    The other combinations are left to `make long`: a scan or a screen for each took most of the time of such tests.
    """
    rows = [list(values) for values in lists]
    quick = {tuple(turn % len(row) for row in rows) for turn in range(max(map(len, rows)))}
    return [
        pytest.param(*(row[at] for row, at in zip(rows, places, strict=True)), marks=_marks(places in quick))
        for places in product(*(range(len(row)) for row in rows))
    ]


def _marks(is_quick: bool) -> list[pytest.MarkDecorator]:
    return [] if is_quick else [pytest.mark.long]


def quick(values: Iterable[object], chosen: Iterable[object]) -> list[object]:
    """Return values as parameters; `make test` takes the chosen ones, `make long` the others."""
    kept = list(chosen)
    return [pytest.param(value, marks=_marks(value in kept)) for value in values]
