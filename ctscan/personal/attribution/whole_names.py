"""Mailbox names that are the whole name of a person in one word: `山田花子@`, `johnsmith@`."""

from __future__ import annotations

from typing import Final

from ctscan.model import AttributionReason, Confidence, SubjectKind
from ctscan.personal.attribution import mailbox
from ctscan.personal.attribution.gazetteer import Likeness, given_names, likeness, surnames
from ctscan.personal.normalise.memo import cached_for_short
from ctscan.personal.normalise.name_tokens import fold_text
from ctscan.personal.values import Attribution

_SURE: Final = 3  # characters of a whole name in a script without spaces; fewer may be another word
_SHORTEST: Final = 3  # letters of a given name or a surname
_LONG: Final = 8  # letters of both: shorter words are too often joined by chance


@cached_for_short(4096)
def attribute_whole_name(address: str) -> Attribution | None:
    """Attribute a mailbox called by a listed given name and a listed surname without anything between; None for any
    other."""
    parts = mailbox.words(address.rpartition("@")[0])
    if len(parts) != 1:
        return None
    if likeness(parts[0]) is Likeness.STRONG:
        confidence = Confidence.LIKELY if len(parts[0]) >= _SURE else Confidence.POSSIBLE
        return Attribution(SubjectKind.PERSON, confidence, AttributionReason.MAILBOX_WHOLE_NAME())
    if _is_joined(fold_text(parts[0])):
        return Attribution(SubjectKind.PERSON, Confidence.POSSIBLE, AttributionReason.MAILBOX_WHOLE_NAME())
    return None


def _is_joined(word: str) -> bool:
    """Return whether a folded word joins a listed given name and a listed surname, in this order."""
    if len(word) < _LONG or not word.isalpha():
        return False
    ends = range(_SHORTEST, len(word) - _SHORTEST + 1)
    return any(word[:at] in given_names() and word[at:] in surnames() for at in ends)
