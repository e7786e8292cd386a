"""Closed cases by their age: deletion, and pseudonyms for the people in them. Functions of an open transaction."""

# ruff: noqa: S608 - statements contain a pattern of our own; values are bound

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from ctscan.index.sqlite import pseudonyms
from ctscan.model.case import PSEUDONYM, PSEUDONYM_DIGITS, CaseAction

_CLOSED = (
    "SELECT subject_case.id, regime, at FROM case_event JOIN subject_case ON subject_case.id = subject_case"
    " WHERE action = ? ORDER BY case_event.id"
)


def old(connection: sqlite3.Connection, before: datetime | None) -> list[int]:
    """Return the cases that were closed before a time; none for None."""
    return [] if before is None else [id for id, (_, at) in _closed(connection).items() if at < before]


def old_by_regime(connection: sqlite3.Connection, before: Mapping[str, datetime]) -> list[int]:
    """Return the cases that were closed before the time of their regime; the empty regime stands for those that have no
    time of their own."""
    return [
        id
        for id, (regime, at) in _closed(connection).items()
        if (limit := before.get(regime, before.get(""))) is not None and at < limit
    ]


def _closed(connection: sqlite3.Connection) -> dict[int, tuple[str, datetime]]:
    """Return regime and moment of the closing of each closed case. A moment is stored with the offset of its place, so
    that SQL can't compare it."""
    found = connection.execute(_CLOSED, (CaseAction.CLOSED,))
    return {id: (regime, datetime.fromisoformat(at)) for id, regime, at in found}


def drop(connection: sqlite3.Connection, case: int) -> int:
    """Delete a case with its identifiers and its history; its number is never given again."""
    return connection.execute("DELETE FROM subject_case WHERE id = ?", (case,)).rowcount


def naming(connection: sqlite3.Connection, cases: Iterable[int]) -> list[int]:
    """Return those of some cases that still name somebody."""
    return [case for case in cases if connection.execute(_NAMES, (case, case)).fetchone()]


_NAMES = (
    "SELECT 1 FROM subject_case WHERE id = ? AND requester <> '' UNION ALL SELECT 1 FROM case_identifier"
    f" WHERE subject_case = ? AND canonical NOT GLOB '{PSEUDONYM}{'[0-9a-f]' * PSEUDONYM_DIGITS}' LIMIT 1"
)


def pseudonymise(connection: sqlite3.Connection, case: int, digest: Callable[[str, str], bytes]) -> int:
    """Put pseudonyms in the place of the people in a case. Return 1; 0 where it names nobody any longer."""
    cases = naming(connection, [case])
    pseudonyms.pseudonymise(connection, cases, digest)
    return len(cases)
