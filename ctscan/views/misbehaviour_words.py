"""Words for evidence of misbehaviour: its kind, and how a third party verifies it."""

from __future__ import annotations

from ctscan.model import Code, MisbehaviourKind
from ctscan.views.vocabulary import Word

CONTRADICTIONS = {
    MisbehaviourKind.TWO_ROOTS: Word.CONTRADICTION_TWO_ROOTS,
    MisbehaviourKind.SHRANK: Word.CONTRADICTION_SHRANK,
    MisbehaviourKind.EMPTY_ROOT: Word.CONTRADICTION_EMPTY_ROOT,
    MisbehaviourKind.NOT_EXTENDED: Word.CONTRADICTION_NOT_EXTENDED,
    None: Word.CONTRADICTION_UNNAMED,
}
"""Words for the kind of a contradiction; None: an older version recorded it."""


class Verification(Code):
    """Step by which a third party verifies evidence of misbehaviour, with any software."""

    HEADS = "verification.heads"
    TWO_ROOTS = "verification.two-roots"
    SHRANK = "verification.shrank"
    EMPTY_ROOT = "verification.empty-root"
    NOT_EXTENDED = "verification.not-extended"


HOW_TO_VERIFY = {
    MisbehaviourKind.TWO_ROOTS: Verification.TWO_ROOTS(),
    MisbehaviourKind.SHRANK: Verification.SHRANK(),
    MisbehaviourKind.EMPTY_ROOT: Verification.EMPTY_ROOT(),
    MisbehaviourKind.NOT_EXTENDED: Verification.NOT_EXTENDED(),
}
"""Step behind `Verification.HEADS`, for each kind of evidence."""
