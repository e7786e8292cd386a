"""JSON shape of an event of the audit trail."""

from __future__ import annotations

from ctscan.model import AuditEvent
from ctscan.views.json.values import Shape, time_text


def audit_event(event: AuditEvent) -> Shape:
    """`ctscan audit show`: shape an event. The identifier isn't recorded, only its kind and its keyed digest."""
    return {
        "id": event.id,
        "leaf": event.id - 1,
        "at": time_text(event.at),
        "who": event.who,
        "action": str(event.action),
        "state": str(event.state),
        "purpose": event.purpose,
        "case": event.case,
        "kind": event.kind or None,
        "digest": event.digest.hex() or None,
        "answer": event.answer or None,
        "answer_digest": event.answer_digest or None,
        "verdict": event.verdict or None,
        "detail": event.detail or None,
        "intent": event.intent,
    }
