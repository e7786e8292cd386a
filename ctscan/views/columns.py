"""Widths of the columns of a table, in cells of a terminal. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

GAP = 3
"""Cells between two columns."""

READABLE = 16
"""Cells of a column in which text is still readable."""

SHORT = 24
"""Cells of a column that isn't folded as long as others can be."""

LONGEST_WORD = 32
"""Cells of a word that is not folded; a longer word, such as a hash, is."""


class Column(NamedTuple):
    """Needs of a column: `natural` cells show it without folding, and `longest_word` without folding within words. A
    column that is `whole` is never folded."""

    natural: int
    longest_word: int
    whole: bool = False

    @property
    def least(self) -> int:
        """Return the cells below which the column can't be read."""
        if self.whole or self.natural <= SHORT:
            return self.natural
        return min(self.natural, max(READABLE, min(self.longest_word, LONGEST_WORD)))


def widths(columns: Sequence[Column], room: int) -> list[int] | None:
    """Distribute the cells of a line: each column gets what it needs least, and the rest goes to the columns that are
    folded most.

    Returns:
        None where the line is too narrow.
    """
    room -= GAP * (len(columns) - 1)
    if sum(column.natural for column in columns) <= room:
        return [column.natural for column in columns]
    found = [column.least for column in columns]
    rest = room - sum(found)
    if rest < 0:
        return None
    for _ in range(rest):
        folded = max(range(len(columns)), key=lambda number: columns[number].natural / max(found[number], 1))
        found[folded] += 1
    return found
