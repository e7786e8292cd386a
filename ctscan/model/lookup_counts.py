"""Sums of look-ups."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from ctscan.model.answer import Answer


class LookupCounts(Struct):
    """Sums of the look-ups of one command. An answer with only a part of a name is `nothing`. `incomplete` answers
    count as `found` or `nothing`, too; `repeated` and `not_understood` are lines of a list that got no answer."""

    found: int = 0
    nothing: int = 0
    incomplete: int = 0
    repeated: int = 0
    not_understood: int = 0

    @property
    def answers(self) -> int:
        """Number of answers."""
        return self.found + self.nothing

    def add(self, answer: Answer) -> None:
        """Count an answer."""
        self.found += answer.is_found
        self.nothing += not answer.is_found
        self.incomplete += not answer.complete
