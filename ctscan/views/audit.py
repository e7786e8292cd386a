"""List of events of the audit trail for readers. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from ctscan.model import AuditAction, AuditEvent, AuditState
from ctscan.views.listings import Listing
from ctscan.views.say import Say
from ctscan.views.text import ENGLISH, texts
from ctscan.views.vocabulary import Word
from ctscan.views.words import moment

_NUMBERED = {
    AuditAction.SCAN: Word.EVENT_RUN,
    AuditAction.BACKFILL: Word.EVENT_RUN,
    AuditAction.SEARCH: Word.EVENT_SEARCH,
    AuditAction.IMPORT: Word.EVENT_SEARCH,
    AuditAction.DISCLOSURE: Word.EVENT_DISCLOSURE,
    AuditAction.REINDEX: Word.EVENT_RULES,
    AuditAction.BASIS: Word.EVENT_REVISION,
}
"""Nouns of the numbers in `detail`."""

DIGEST_SHOWN = 12  # hexadecimal digits


def events(found: Sequence[AuditEvent]) -> Listing:
    """List events."""
    headers = ("No.", "When", "Who", "Action", "Identifier", "For")
    rows = [(e.id, moment(e.at), e.who, _action(e), _identifier(e), _reason(e)) for e in found]
    return Listing(headers, rows, whole=("When",), lines=[_lines(event) for event in found])


def _lines(event: AuditEvent) -> list[str]:
    about = f", {_identifier(event)}" if _identifier(event) != "-" else ""
    reason = [f"For: {_reason(event)}"] if _reason(event) != "-" else []
    return [f"No. {event.id}: {_action(event)}", f"{moment(event.at)}, by {event.who}{about}", *reason]


def _action(event: AuditEvent) -> str:
    """Say what was done and how it ended: `lookup: complete, found` or `scan done, run 4 (began as 17)`."""
    say = texts(ENGLISH)
    if event.verdict:
        return say(Say.EVENT_RESULT(deed=event.action, result=event.verdict))
    number, fault = event.detail, ""
    if event.state is AuditState.FAILED and not number[-1:].isdigit():
        number, _, fault = number.rpartition(" ")  # the name of the exception stands last
    deed = f"{event.action} {event.state}"
    if number and (noun := _NUMBERED.get(event.action)):
        deed = say(Say.EVENT_NUMBER(deed=deed, noun=noun, number=number))
    elif number:
        deed = say(Say.EVENT_DETAIL(deed=deed, detail=number))
    if fault:
        deed = say(Say.EVENT_RESULT(deed=deed, result=fault))
    return say(Say.EVENT_BEGAN(deed=deed, number=event.intent)) if event.intent else deed


def _identifier(event: AuditEvent) -> str:
    return " ".join(part for part in (event.kind, event.digest.hex()[:DIGEST_SHOWN]) if part) or "-"


def _reason(event: AuditEvent) -> str:
    case = texts(ENGLISH)(Say.EVENT_CASE(case=event.case)) if event.case else ""
    return "; ".join(part for part in (case, event.purpose) if part) or "-"
