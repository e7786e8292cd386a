"""Register of cases: see `Cases` in `index.protocols`.

A case counts its identifiers and events, so that a lost row is noticed; the count of events is also the version by
which a writer notices another one. Triggers of the schema refuse every change of what was written.
"""

# ruff: noqa: S608 - statements contain column lists of our own; values are bound

from __future__ import annotations

import json
import sqlite3
import unicodedata
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from ctscan.index.sqlite import row_checks, rows
from ctscan.index.sqlite.opened import OpenedFile
from ctscan.model.case import Case, CaseAction, CaseEvent, CaseIdentifier, CaseKind
from ctscan.model.identifier import IdentifierKind

_COLUMNS = "number, kind, regime, received, lang, channel, requester, since"
_CASES = (
    f"SELECT id, identifiers, events, {_COLUMNS}, {row_checks.is_sound('subject_case')} FROM subject_case"
    " WHERE {} ORDER BY id"
)


class SqliteCases(OpenedFile):
    """Register of `Cases`."""

    async def save_case(self, case: Case) -> Case:
        return await self._database.write(lambda c: save(c, case))

    async def case(self, number: str) -> Case | None:
        found = await self._database.read(lambda c: matching(c, "number = ?", (number,)))
        return found[0] if found else None

    async def cases(self) -> list[Case]:
        return await self._database.read(all_cases)

    async def find_cases(self, keys: Sequence[tuple[IdentifierKind, str]]) -> list[Case]:
        return await self._database.read(lambda c: with_identifiers(c, keys))

    async def find_cases_of(self, name: str) -> list[Case]:
        return await self._database.read(lambda c: with_name(c, name))

    async def add_events(
        self, number: str, known: int, events: Sequence[CaseEvent], identifiers: Sequence[CaseIdentifier] = ()
    ) -> bool:
        return await self._database.write(lambda c: add_events(c, number, known, events, identifiers))


# --- functions of an open transaction: reading --------------------------------------------------------------------


def matching(connection: sqlite3.Connection, condition: str = "true", values: Sequence[Any] = ()) -> list[Case]:
    """Return the cases for which a condition on `subject_case` holds, in the order of their opening."""
    found = connection.execute(_CASES.format(condition), values).fetchall()
    return [_case_of(connection, row) for row in row_checks.sound(connection, "subject_case", found)]


def all_cases(connection: sqlite3.Connection) -> list[Case]:
    """Return all cases; note damage where rows belong to a case that is lost."""
    orphan = "SELECT 1 FROM {} WHERE subject_case NOT IN (SELECT id FROM subject_case) LIMIT 1"
    if any(connection.execute(orphan.format(table)).fetchone() for table in ("case_event", "case_identifier")):
        row_checks.note(connection, "subject_case")
    return matching(connection)


def with_identifiers(connection: sqlite3.Connection, keys: Sequence[tuple[IdentifierKind, str]]) -> list[Case]:
    """Return the cases that have one of these identifiers."""
    sql = "SELECT subject_case FROM case_identifier WHERE kind = ? AND canonical = ?"
    ids = {id for kind, canonical in keys for (id,) in connection.execute(sql, (kind, rows.clean(canonical)))}
    return [case for id in sorted(ids) for case in matching(connection, "id = ?", (id,))]


def with_name(connection: sqlite3.Connection, name: str) -> list[Case]:
    """Return the cases whose requester, or a name among whose identifiers, holds all words of a name."""
    words = _folded(name).split()
    if not words:
        return []
    names = connection.execute(
        "SELECT id, requester FROM subject_case WHERE requester <> ''"
        " UNION ALL SELECT subject_case, text FROM case_identifier WHERE kind = ?",
        (IdentifierKind.NAME,),
    )
    ids = {id for id, text in names if all(word in _folded(text) for word in words)}
    return [case for id in sorted(ids) for case in matching(connection, "id = ?", (id,))]


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _case_of(connection: sqlite3.Connection, row: Sequence[Any]) -> Case:
    id, identifiers, events, number, kind, regime, received, lang, channel, requester, since = row
    return Case(
        number=number,
        kind=CaseKind(kind),
        regime=regime,
        received=date.fromisoformat(received),
        lang=lang,
        identifiers=_identifiers(connection, id, identifiers),
        channel=channel,
        requester=requester,
        since=None if since is None else date.fromisoformat(since),
        events=_events(connection, id, events),
    )


def _identifiers(connection: sqlite3.Connection, id: int, expected: int) -> tuple[CaseIdentifier, ...]:
    found = _rows_of(connection, "case_identifier", "text, kind, canonical", id, expected)
    return tuple(CaseIdentifier(text, IdentifierKind(kind), canonical) for text, kind, canonical in found)


def _events(connection: sqlite3.Connection, id: int, expected: int) -> tuple[CaseEvent, ...]:
    found = _rows_of(connection, "case_event", "at, recorded, who, action, detail", id, expected)
    return tuple(
        CaseEvent(
            datetime.fromisoformat(at), datetime.fromisoformat(recorded), who, CaseAction(action), _detail_of(detail)
        )
        for at, recorded, who, action, detail in found
    )


def _rows_of(connection: sqlite3.Connection, table: str, columns: str, id: int, expected: int) -> list[Sequence[Any]]:
    """Return the rows of a case in a table; note damage where their number is another than the case counts."""
    found = connection.execute(
        f"SELECT {columns}, {row_checks.is_sound(table)} FROM {table} WHERE subject_case = ? ORDER BY id", (id,)
    ).fetchall()
    if len(found) != expected:
        row_checks.note(connection, table)
    return list(row_checks.sound(connection, table, found))


def _detail_of(text: str) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((str(key), str(value)) for key, value in json.loads(text).items()))


# --- writing ------------------------------------------------------------------------------------------------------


def save(connection: sqlite3.Connection, case: Case) -> Case:
    """Insert a case under the next number of its year, and return it as it is kept."""
    number = _next_number(connection, case.events[0].recorded.year)
    cursor = connection.execute(
        f"INSERT INTO subject_case ({_COLUMNS}, identifiers, events) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, 0)",
        (
            number,
            case.kind,
            case.regime,
            str(case.received),
            case.lang,
            rows.clean(case.channel),
            rows.clean(case.requester),
            None if case.since is None else str(case.since),
        ),
    )
    _add(connection, int(cursor.lastrowid or 0), 0, case.events, case.identifiers)
    return matching(connection, "number = ?", (number,))[0]


def add_events(
    connection: sqlite3.Connection,
    number: str,
    known: int,
    events: Sequence[CaseEvent],
    identifiers: Sequence[CaseIdentifier],
) -> bool:
    """Add events and identifiers to a case; return False, with nothing written, where it has not `known` events."""
    found = connection.execute(
        f"SELECT id, {row_checks.is_sound('subject_case')} FROM subject_case WHERE number = ? AND events = ?",
        (number, known),
    ).fetchone()
    row = row_checks.sound_row(connection, "subject_case", found)
    if row is None:
        return False
    _add(connection, row[0], known, events, identifiers)
    return True


def _next_number(connection: sqlite3.Connection, year: int) -> str:
    (last,) = connection.execute(
        "INSERT INTO case_year (year, last) VALUES (?, 1) ON CONFLICT (year) DO UPDATE SET last = last + 1"
        " RETURNING last",
        (year,),
    ).fetchone()
    return f"C-{year}-{last:04d}"


def _add(
    connection: sqlite3.Connection,
    id: int,
    known: int,
    events: Sequence[CaseEvent],
    identifiers: Sequence[CaseIdentifier],
) -> None:
    connection.executemany(
        "INSERT INTO case_event (subject_case, ordinal, at, recorded, who, action, detail)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        [(id, ordinal, *_event_row(event)) for ordinal, event in enumerate(events, known + 1)],
    )
    added = 0
    for one in identifiers:
        cursor = connection.execute(
            "INSERT INTO case_identifier (subject_case, text, kind, canonical) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (subject_case, kind, canonical) DO NOTHING",
            (id, rows.clean(one.text), one.kind, rows.clean(one.canonical)),
        )
        added += cursor.rowcount
    connection.execute(
        "UPDATE subject_case SET events = events + ?, identifiers = identifiers + ? WHERE id = ?",
        (len(events), added, id),
    )


def _event_row(event: CaseEvent) -> tuple[str, str, str, str, str]:
    detail = {rows.clean(key): rows.clean(value) for key, value in event.detail}
    return (
        _moment_text(event.at),
        _moment_text(event.recorded),
        rows.clean(event.who),
        event.action,
        json.dumps(detail, ensure_ascii=False, separators=(",", ":")),
    )


def _moment_text(at: datetime) -> str:
    """Format a time with its offset from UTC, which decides the day that it belongs to."""
    if at.tzinfo is None:
        raise ValueError("a time without a zone can't be stored")
    return at.isoformat(timespec="microseconds")
