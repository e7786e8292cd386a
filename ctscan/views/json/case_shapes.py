"""JSON shapes of cases."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from ctscan.model import AuditEvent
from ctscan.model.case import CaseEvent, Deadline
from ctscan.model.case_report import CaseReport
from ctscan.resources import version
from ctscan.views.json.audit import audit_event
from ctscan.views.json.values import Shape, message, messages, time_text


def case(report: CaseReport) -> Shape:
    """`ctscan case open`, `case show`: shape a case with its standing and its history."""
    found, standing = report.case, report.standing
    return {
        "number": found.number,
        "kind": str(found.kind),
        "regime": found.regime,
        "law": report.regime.name("en"),
        "received": _day(found.received),
        "due": _day(standing.due.on) if standing.due else None,
        "deadlines": [_deadline(one) for one in standing.deadlines],
        "extended_until": _day(standing.extended_until),
        "paused_since": _day(standing.paused_since),
        "restricted_since": time_text(report.restricted_since),
        "state": str(standing.state),
        "identity_settled": standing.is_identity_settled,
        "lang": found.lang,
        "channel": found.channel,
        "requester": found.requester,
        "since": _day(found.since),
        "identifiers": [one.text for one in found.identifiers],
        "identifier_kinds": [str(one.kind) for one in found.identifiers],
        **messages("notes", standing.notes),
        "history": [_event(event) for event in found.events],
    }


def cases(reports: Sequence[CaseReport]) -> list[Shape]:
    """`ctscan case list`, `case search`: shape cases, in their order."""
    return [case(report) for report in reports]


def exported_case(report: CaseReport, audit: Sequence[AuditEvent], at: datetime) -> Shape:
    """`ctscan case export`: shape a case with its events in the audit trail, which hold no identifiers."""
    return {
        "exported": time_text(at),
        "ctscan": version(),
        "case": case(report),
        "audit": [audit_event(event) for event in audit],
    }


def _deadline(found: Deadline) -> Shape:
    return {
        **message("what", found.what),
        "on": _day(found.on),
        "warn_on": _day(found.warn_on),
        "done_at": time_text(found.done_at),
    }


def _event(event: CaseEvent) -> Shape:
    """Shape an event: `at` is when it happened, `recorded` when it was written. The digest of a one-time code stays in
    the index."""
    return {
        "at": time_text(event.at),
        "recorded": time_text(event.recorded),
        "who": event.who,
        "what": str(event.action),
        "detail": {key: text for key, text in event.detail if key != "digest"},
    }


def _day(day: date | None) -> str | None:
    return None if day is None else str(day)
