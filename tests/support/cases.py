"""Builders of cases. People are invented."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from ctscan.model.case import Case, CaseAction, CaseEvent, CaseIdentifier, CaseKind
from ctscan.model.identifier import IdentifierKind

OPENED = datetime(2026, 3, 2, 9, 15, tzinfo=UTC)
JANE = CaseIdentifier("Jane@Example.org", IdentifierKind.EMAIL, "jane@example.org")
NAME = CaseIdentifier("Jane Roe", IdentifierKind.NAME, "jane roe")


def an_event(action: CaseAction = CaseAction.NOTED, *, minutes: int = 0, who: str = "jane", **detail: str) -> CaseEvent:
    """Build an event, so many minutes behind the opening."""
    at = OPENED + timedelta(minutes=minutes)
    return CaseEvent(at, at, who, action, tuple(sorted(detail.items())))


def a_case(
    *identifiers: CaseIdentifier,
    requester: str = "Jane Roe",
    received: date = date(2026, 2, 27),
    events: tuple[CaseEvent, ...] | None = None,
    regime: str = "eu",
) -> Case:
    """Build a case without a number."""
    return Case(
        number="",
        kind=CaseKind.ACCESS,
        regime=regime,
        received=received,
        lang="de",
        identifiers=identifiers or (JANE, NAME),
        channel="letter",
        requester=requester,
        since=date(2019, 1, 1),
        events=(an_event(CaseAction.OPENED),) if events is None else events,
    )
