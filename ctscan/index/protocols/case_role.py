"""Role of an index that keeps the register of cases."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from ctscan.model.case import Case, CaseEvent, CaseIdentifier
    from ctscan.model.identifier import IdentifierKind


class Cases(Protocol):
    """Register of cases. Cases and events are only added; nothing of them is changed."""

    async def save_case(self, case: Case) -> Case:
        """Add a case and return it with its number: the next one of the year of its first event, `C-2026-0017`. A
        number is given once, also where several processes add cases; `case.number` is ignored."""

    async def case(self, number: str) -> Case | None:
        """Return a case; None for an unknown number."""

    async def cases(self) -> list[Case]:
        """Return all cases, in the order of their opening."""

    async def find_cases(self, keys: Sequence[tuple[IdentifierKind, str]]) -> list[Case]:
        """Return the cases with one of these identifiers, each by kind and canonical form, in the order of their
        opening."""

    async def find_cases_of(self, name: str) -> list[Case]:
        """Return the cases whose requester, or a name among whose identifiers, holds all words of this name, in any
        order and in upper or lower case, in the order of their opening; none for an empty text."""

    async def add_events(
        self, number: str, known: int, events: Sequence[CaseEvent], identifiers: Sequence[CaseIdentifier] = ()
    ) -> bool:
        """Add events to the history of a case, and identifiers, by compare-and-set.

        Args:
            number: number of the case.
            known: number of events that the caller has read.
            events: events, in their order.
            identifiers: identifiers; those that the case has already are passed over.

        Returns:
            False, with nothing written, where the case has another number of events, or there is no such case.
        """
