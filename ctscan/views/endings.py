"""End of a pass over a log in words: the error, the notes, and the first gaps. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from ctscan.views.say import Say
from ctscan.views.vocabulary import GAPS

if TYPE_CHECKING:
    from ctscan.model import Gap, Message
    from ctscan.views.text import Texts

GAPS_NAMED = 3


def ending_text(message: str, notes: Iterable[Message], gaps: Sequence[Gap], texts: Texts) -> str:
    """Write the end of a pass in one line; empty where there is nothing to say."""
    lines = [message, *map(texts, notes), *(_gap_line(gap, texts) for gap in gaps[:GAPS_NAMED])]
    if len(gaps) > GAPS_NAMED:
        lines.append(texts(Say.MORE_GAPS_LEFT(count=len(gaps) - GAPS_NAMED)))
    return "; ".join(filter(None, lines))


def _gap_line(gap: Gap, texts: Texts) -> str:
    reason = GAPS[gap.reason]
    if gap.cause:
        return texts(Say.GAP_LEFT_BECAUSE(start=gap.start, end=gap.end, reason=reason, cause=gap.cause))
    return texts(Say.GAP_LEFT(start=gap.start, end=gap.end, reason=reason))
