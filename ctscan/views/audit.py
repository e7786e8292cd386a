"""List of events of the audit trail for readers. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from ctscan.model import AuditAction, AuditEvent, AuditState
from ctscan.views.listings import Listing
from ctscan.views.words import moment

_NUMBERED = {
    AuditAction.SCAN: "run",
    AuditAction.BACKFILL: "run",
    AuditAction.SEARCH: "search",
    AuditAction.IMPORT: "search",
    AuditAction.DISCLOSURE: "no.",
    AuditAction.REINDEX: "rules",
    AuditAction.BASIS: "revision",
}
"""Nouns of the numbers in `detail`."""

DIGEST_SHOWN = 12  # hexadecimal digits


def events(found: Sequence[AuditEvent]) -> Listing:
    """List events."""
    headers = ("No.", "When", "Who", "Action", "Identifier", "For")
    rows = [(e.id, moment(e.at), e.who, _action(e), _identifier(e), _reason(e)) for e in found]
    return Listing(headers, rows, whole=("When",))


def _action(event: AuditEvent) -> str:
    """Say what was done and how it ended: `lookup: complete, found` or `scan done, run 4 (began as 17)`."""
    if event.verdict:
        return f"{event.action}: {event.verdict}"
    began = f" (began as {event.intent})" if event.intent else ""
    number, fault = event.detail, ""
    if event.state is AuditState.FAILED and not number[-1:].isdigit():
        number, _, fault = number.rpartition(" ")  # the name of the exception stands last
    noun = _NUMBERED.get(event.action, "")
    detail = f", {noun} {number}".replace(",  ", ", ") if number else ""
    return f"{event.action} {event.state}{detail}{f': {fault}' if fault else ''}{began}"


def _identifier(event: AuditEvent) -> str:
    return " ".join(part for part in (event.kind, event.digest.hex()[:DIGEST_SHOWN]) if part) or "-"


def _reason(event: AuditEvent) -> str:
    return "; ".join(part for part in (f"case {event.case}" if event.case else "", event.purpose) if part) or "-"
