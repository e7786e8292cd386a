"""Rules of a case: its regime, and the public holidays of the controller's place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ctscan.config import Config
    from ctscan.dsar.day_counting import IsHoliday
    from ctscan.model.case import Case, CaseEvent
    from ctscan.model.regime import Regime


def rules_of(config: Config, code: str) -> tuple[Regime, IsHoliday | None]:
    """Return a regime and the public holidays of the controller's place; None for these: only weekends are free.

    Raises:
        UsageError: there is no such regime, or no calendar of that place.
    """
    from ctscan.app.holidays_of_place import holidays_of
    from ctscan.dsar.regimes import regime

    return regime(code), holidays_of(config.controller.place if config.controller else "")


def check_events(config: Config, case: Case, events: Iterable[CaseEvent]) -> None:
    """Check events one after the other against a case.

    Raises:
        UsageError: the state of the case, a date or its regime doesn't permit one of them.
    """
    from ctscan.dsar.transitions import check_event

    rules, is_holiday = rules_of(config, case.regime)
    for event in events:
        check_event(case, event, rules, is_holiday)
        case = replace(case, events=(*case.events, event))
