"""Closed cases by their age: deletion, and pseudonyms for the people in them. Functions of an open transaction."""

# ruff: noqa: S608 - statements contain a pattern of our own; values are bound

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from ctscan.model.case import PSEUDONYM, PSEUDONYM_DIGITS, CaseAction, pseudonym

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


# --- pseudonyms ---------------------------------------------------------------------------------------------------

KEPT_DETAIL = frozenset(
    {
        "restriction", "kind", "id", "expires", "decision", "ground", "until", "told", "sha256", "override", "settled",
        "ca", "follow_up", "sent", "key", "identifier", "digest",
    }
)  # fmt: skip
"""Parts of an event that name nobody: words of the program, dates, and keyed digests."""


def naming(connection: sqlite3.Connection, cases: Iterable[int]) -> list[int]:
    """Return those of some cases that still name somebody."""
    return [case for case in cases if connection.execute(_NAMES, (case, case)).fetchone()]


_NAMES = (
    "SELECT 1 FROM subject_case WHERE id = ? AND requester <> '' UNION ALL SELECT 1 FROM case_identifier"
    f" WHERE subject_case = ? AND canonical NOT GLOB '{PSEUDONYM}{'[0-9a-f]' * PSEUDONYM_DIGITS}' LIMIT 1"
)


def pseudonymise(connection: sqlite3.Connection, case: int, digest: Callable[[str, str], bytes]) -> int:
    """Put keyed digests in the place of the identifiers of a case, and empty requester and free texts. Number, dates,
    kinds and decisions stay. Return 1; 0 where the case names nobody any longer.

    Args:
        connection: connection with an open transaction; the table `forgetting_case` opens the register to it.
        case: row of the case.
        digest: keyed digest of kind and canonical form.
    """
    if not naming(connection, [case]):
        return 0
    connection.execute("INSERT INTO forgetting_case (subject_case) VALUES (?)", (case,))
    connection.execute("UPDATE subject_case SET requester = '' WHERE id = ?", (case,))
    found = connection.execute("SELECT id, kind, canonical FROM case_identifier WHERE subject_case = ?", (case,))
    for id, kind, canonical in found.fetchall():
        name = pseudonym(digest(kind, canonical))
        connection.execute("UPDATE case_identifier SET text = ?, canonical = ? WHERE id = ?", (name, name, id))
    events = connection.execute("SELECT id, action, detail FROM case_event WHERE subject_case = ?", (case,))
    for id, action, detail in events.fetchall():
        connection.execute("UPDATE case_event SET detail = ? WHERE id = ?", (_without_texts(action, detail), id))
    connection.execute("DELETE FROM forgetting_case WHERE subject_case = ?", (case,))
    return 1


def _without_texts(action: str, detail: str) -> str:
    """Leave the free texts of an event out: they may name somebody. The ground of a pause is a word of the regime."""
    kept = KEPT_DETAIL | {"reason"} if action == CaseAction.PAUSED else KEPT_DETAIL
    left = {key: value for key, value in json.loads(detail).items() if key in kept}
    return json.dumps(left, ensure_ascii=False, separators=(",", ":"))
