"""Builders of cases and their events, for the clocks of requests."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from ctscan.model.case import Case, CaseAction, CaseEvent, CaseKind

NOW = datetime(2030, 1, 1, 12, tzinfo=UTC)
"""Moment of the record, where a test doesn't give one: all days of the tests lie before it."""

HOLIDAYS: dict[str, tuple[str, ...]] = {
    "DE-BE": (
        "2026-01-01", "2026-03-08", "2026-04-03", "2026-04-06", "2026-05-01", "2026-12-25", "2026-12-26",
        "2027-01-01", "2027-03-08", "2028-05-01",
    ),
    "DE-BY": (
        "2026-01-01", "2026-01-06", "2026-04-03", "2026-04-06", "2026-05-01", "2026-12-25", "2026-12-26",
        "2027-01-01", "2027-01-06", "2028-05-01",
    ),
    "ES-MD": (
        "2026-01-01", "2026-01-06", "2026-04-02", "2026-04-03", "2026-05-01", "2026-05-02", "2026-12-25",
        "2027-01-01", "2027-01-06", "2028-05-01", "2028-05-02",
    ),
    "GB-ENG": ("2026-01-01", "2026-04-03", "2026-04-06", "2026-05-04", "2026-12-25", "2026-12-28", "2028-05-01"),
}  # fmt: skip
"""Public holidays that the rows of the tests meet."""


def holidays_in(place: str) -> Callable[[date], bool]:
    """Return the predicate of a place's holidays."""
    days = {date.fromisoformat(text) for text in HOLIDAYS[place]}
    return days.__contains__


def case_event(
    day: str,
    action: CaseAction,
    *,
    recorded: datetime = NOW,
    zone: tzinfo = UTC,
    hour: int = 0,
    **detail: str,
) -> CaseEvent:
    """Make an event on a day: `case_event("2026-03-20", CaseAction.PAUSED, reason="clarification")`."""
    at = datetime.combine(date.fromisoformat(day), time(hour), zone)
    return CaseEvent(at, recorded, "handler", action, tuple(sorted(detail.items())))


def request_case(
    regime: str, received: str, *events: CaseEvent, kind: CaseKind = CaseKind.ACCESS, number: str = "C-2026-0017"
) -> Case:
    """Make a case that was received on a day, with a history."""
    return Case(number, kind, regime, date.fromisoformat(received), "en", (), events=events)


def paused(start: str, end: str | None, reason: str) -> tuple[CaseEvent, ...]:
    """Make the events of a pause; `end` is None while it lasts."""
    begun = case_event(start, CaseAction.PAUSED, reason=reason)
    return (begun,) if end is None else (begun, case_event(end, CaseAction.RESUMED))


def later(day: date, days: int) -> str:
    """Return a day some days later, as text."""
    return (day + timedelta(days=days)).isoformat()
