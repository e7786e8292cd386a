"""Details of the events of a case in words: screens and dossiers show labels and values of the language. Pure.

Texts of handlers stand behind their labels as they are; values of closed vocabularies become their words.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from ctscan.model import Code, Message
from ctscan.model.case import CaseAction
from ctscan.model.identifier import IdentifierKind
from ctscan.model.letter import KIND_NAMES
from ctscan.model.regime import PauseName, PauseReason, RefusalName, RefusalReason
from ctscan.views.case_words import DECISIONS
from ctscan.views.text import Texts
from ctscan.views.vocabulary import Word
from ctscan.views.words import moment


class CaseDetail(Code):
    """Label of a detail of a case, or a word of one."""

    CA = "case-detail.ca"
    CERTIFICATE = "case-detail.certificate"
    CHANNEL = "case-detail.channel"
    DECISION = "case-detail.decision"
    EXPIRES = "case-detail.expires"
    FOLLOW_UP = "case-detail.follow-up"
    GROUND = "case-detail.ground"
    HOW = "case-detail.how"
    IDENTIFIER = "case-detail.identifier"
    KIND = "case-detail.kind"
    OUTCOME = "case-detail.outcome"
    OVERRIDE = "case-detail.override"
    REASON = "case-detail.reason"
    REASONING = "case-detail.reasoning"
    RESTRICTION = "case-detail.restriction"
    RESTRICTION_ENDED = "case-detail.restriction-ended"
    SENT = "case-detail.sent"
    SETTLED = "case-detail.settled"
    SHA256 = "case-detail.sha256"
    TEXT = "case-detail.text"
    TOLD = "case-detail.told"
    UNTIL = "case-detail.until"

    BY_CODE = "case-detail.by-code"
    BY_HANDLER = "case-detail.by-handler"
    BY_SMTP = "case-detail.by-smtp"
    IN_CASE = "case-detail.in-case"
    WHILE_WEIGHED = "case-detail.while-weighed"


_LABELS: Final = {
    "ca": CaseDetail.CA(),
    "certificate": CaseDetail.CERTIFICATE(),
    "channel": CaseDetail.CHANNEL(),
    "decision": CaseDetail.DECISION(),
    "expires": CaseDetail.EXPIRES(),
    "follow_up": CaseDetail.FOLLOW_UP(),
    "ground": CaseDetail.GROUND(),
    "how": CaseDetail.HOW(),
    "identifier": CaseDetail.IDENTIFIER(),
    "kind": CaseDetail.KIND(),
    "outcome": CaseDetail.OUTCOME(),
    "override": CaseDetail.OVERRIDE(),
    "reason": CaseDetail.REASON(),
    "reasoning": CaseDetail.REASONING(),
    "restriction": CaseDetail.RESTRICTION(),
    "sent": CaseDetail.SENT(),
    "settled": CaseDetail.SETTLED(),
    "sha256": CaseDetail.SHA256(),
    "text": CaseDetail.TEXT(),
    "told": CaseDetail.TOLD(),
    "until": CaseDetail.UNTIL(),
}

_IDENTIFIERS: Final = {str(kind): Message(str(Word[f"KIND_{kind.name}"])) for kind in IdentifierKind}
_LETTERS: Final = {str(kind): name for kind, name in KIND_NAMES.items()}
_WORDS: Final[Mapping[tuple[CaseAction, str], Mapping[str, Message]]] = {
    (CaseAction.OPENED, "restriction"): {"objection": CaseDetail.WHILE_WEIGHED()},
    (CaseAction.IDENTIFIER_ADDED, "kind"): _IDENTIFIERS,
    (CaseAction.CODE_MADE, "kind"): _IDENTIFIERS,
    (CaseAction.CODE_MADE, "sent"): {"handler": CaseDetail.BY_HANDLER(), "smtp": CaseDetail.BY_SMTP()},
    (CaseAction.IDENTIFIED, "how"): {"code": CaseDetail.BY_CODE()},
    (CaseAction.PAUSED, "reason"): {str(one): Message(str(PauseName[one.name])) for one in PauseReason},
    (CaseAction.DECIDED, "decision"): {str(one): name for one, name in DECISIONS.items()},
    (CaseAction.DECIDED, "ground"): {str(one): Message(str(RefusalName[one.name])) for one in RefusalReason},
    (CaseAction.NOTED, "restriction"): {"ended": CaseDetail.RESTRICTION_ENDED()},
    (CaseAction.DOSSIER_MADE, "settled"): {"case": CaseDetail.IN_CASE()},
    (CaseAction.LETTER_WRITTEN, "kind"): _LETTERS,
    (CaseAction.LETTER_WRITTEN, "settled"): {"case": CaseDetail.IN_CASE()},
    (CaseAction.LETTER_SETTLED, "kind"): _LETTERS,
}
"""Words for values of closed vocabularies, by action and key. Every other value is a text of a handler, or a day."""


def details_line(action: CaseAction, details: Iterable[tuple[str, str]], texts: Texts) -> str:
    """Write the details of an event in a line, each behind its label; a single one stands alone."""
    told = [(key, _value(action, key, " ".join(value.split()), texts)) for key, value in details]
    if len(told) == 1:
        return told[0][1]
    return texts.listed([texts.labelled(_label(key, texts), value) for key, value in told])


def _label(key: str, texts: Texts) -> str:
    return texts(_LABELS[key]) if key in _LABELS else key


def _value(action: CaseAction, key: str, value: str, texts: Texts) -> str:
    if (found := _WORDS.get((action, key), {}).get(value)) is not None:
        return texts(found)
    return _minute(value) if key == "expires" else value


def _minute(value: str) -> str:
    try:
        return moment(datetime.fromisoformat(value))
    except ValueError:  # written by hand
        return value
