"""Misbehaviour of logs for readers: a table, and lines about each contradiction. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from ctscan.model import MisbehaviourDecision
from ctscan.views.listings import Listing
from ctscan.views.misbehaviour_words import CONTRADICTIONS
from ctscan.views.say import Say
from ctscan.views.text import Texts
from ctscan.views.words import moment, word

if TYPE_CHECKING:
    from ctscan.model.results import CheckedMisbehaviour


def contradictions(found: Sequence[CheckedMisbehaviour], texts: Texts) -> Listing:
    """List recorded misbehaviour."""
    headers = (
        Say.COLUMN_NUMBER(),
        Say.COLUMN_LOG(),
        Say.COLUMN_TIME(),
        Say.COLUMN_KIND(),
        Say.COLUMN_VERIFIES(),
        Say.COLUMN_DECISION(),
    )
    rows = [
        (
            one.recorded.number,
            one.log.name,
            moment(one.recorded.at),
            word(CONTRADICTIONS[one.recorded.evidence.kind], texts),
            texts(Say.VERIFIES() if one.proven else Say.VERIFIES_NOT()),
            texts(Say.STANDS() if one.recorded.dismissal is None else Say.IS_DISMISSED()),
        )
        for one in found
    ]
    return Listing([texts(header) for header in headers], rows)


def contradiction_lines(found: CheckedMisbehaviour, texts: Texts) -> Iterable[str]:
    """Describe recorded misbehaviour: the contradiction as it was verified now, else the recorded reason and why it
    doesn't verify, and each decision."""
    number, reason = found.recorded.number, found.recorded.reason
    if found.proven:
        yield texts(Say.PROVEN(number=number, log=found.log.name, proven=found.proven))
    else:
        yield texts(Say.NOT_PROVEN(number=number, reason=reason, problem=found.problem))
    for made in found.recorded.decisions:
        yield _decision_line(number, made, texts)


def _decision_line(number: int, made: MisbehaviourDecision, texts: Texts) -> str:
    who, time, reason = made.who, moment(made.at), texts(made.reason)
    if made.is_dismissal:
        return texts(Say.DISMISSED_BY(number=number, who=who, time=time, reason=reason))
    return texts(Say.RESTORED_BY(number=number, who=who, time=time, reason=reason))
