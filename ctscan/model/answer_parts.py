"""Parts of an answer that is given while it is read: its beginning, pages of certificates, and the answer itself.

The verdict stands in the last part alone. An answer of few certificates is one part.
"""

from __future__ import annotations

from msgspec import Struct

from ctscan.model.answer import Answer
from ctscan.model.match import Match


class AnswerBegun(Struct, frozen=True):
    """Beginning of an answer. `answer` holds what is known by then, and no certificate; nobody may take its
    completeness, its remarks or its digest for those of the answer."""

    answer: Answer


class MatchPage(Struct, frozen=True):
    """Certificates of an answer that has begun; `first` is the number of the first of them, from 1 on."""

    first: int
    matches: tuple[Match, ...]


AnswerPart = AnswerBegun | MatchPage | Answer
"""Part of an answer: an `Answer` ends it. Behind pages it holds no certificates, but their sums."""
