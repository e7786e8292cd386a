"""Watches, acknowledgements and conditions in an SQLite file: see `Watching` in `index.protocols`."""

# ruff: noqa: S608 - statements contain column lists of our own; values are bound

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from ctscan.index.sqlite import alerts, row_checks, rows, watch_baseline, watch_checks, watch_dropping
from ctscan.index.sqlite.opened import OpenedFile
from ctscan.model.watch import (
    Ack,
    AckKind,
    MatchState,
    Watch,
    WatchKind,
    WatchStanding,
)

if TYPE_CHECKING:
    from ctscan.model.alert import AlertKind, Condition, NotedConditions
    from ctscan.model.watch import (
        WatchCheck,
        WatchMatcher,
    )

_WATCHES = (
    f"SELECT id, name, kind, term, owner, purpose, at, who, {row_checks.is_sound('watch')} FROM watch"
    " WHERE {} ORDER BY id"
)
_ACKS = f"SELECT id, kind, value, reason, until, at, who, {row_checks.is_sound('ack')} FROM ack ORDER BY id"


class SqliteWatches(OpenedFile):
    """Methods of `Watching`."""

    async def add_watch(self, watch: Watch, matcher: WatchMatcher) -> int | None:
        judged = await self._database.read(lambda c: watch_baseline.judge(c, matcher, watch.at), whole=True)
        return await self._database.write(lambda c: add_watch(c, watch, matcher, judged))

    async def watches(self) -> list[WatchStanding]:
        return await self._database.read(standings)

    async def watches_on(self, forms: Collection[tuple[str, str]]) -> list[Watch]:
        return await self._database.read(lambda c: watches_on(c, forms))

    async def remove_watch(self, name: str) -> bool:
        return await self._database.write(lambda c: remove_watch(c, name))

    async def add_ack(self, ack: Ack) -> int:
        return await self._database.write(lambda c: add_ack(c, ack))

    async def acks(self) -> list[Ack]:
        return await self._database.read(all_acks)

    async def remove_ack(self, number: int) -> bool:
        return await self._database.write(lambda c: remove_ack(c, number))

    async def check_watches(self, now: datetime, matcher: WatchMatcher, most: int = 1000) -> WatchCheck:
        return await self._database.write(lambda c: check(c, now, matcher, most))

    async def match_states(self, watch: str) -> dict[bytes, MatchState]:
        return await self._database.read(lambda c: match_states(c, watch))

    async def note_conditions(
        self, conditions: Sequence[Condition], kinds: Collection[AlertKind], now: datetime
    ) -> NotedConditions:
        return await self._database.write(lambda c: alerts.note_conditions(c, conditions, kinds, now))


# --- watches ------------------------------------------------------------------------------------------------------


def add_watch(
    connection: sqlite3.Connection, watch: Watch, matcher: WatchMatcher, judged: watch_baseline.Judged
) -> int | None:
    """Add a watch with its baseline; return the number of its matches, None where the name is taken.

    Args:
        connection: in a writing transaction.
        watch: the watch.
        matcher: matcher that knows it as `watch_baseline.NEW`.
        judged: certificates that were compared before the transaction.
    """
    if connection.execute("SELECT 1 FROM watch WHERE name = ?", (watch.name,)).fetchone() is not None:
        return None
    text = [rows.clean(one) for one in (watch.name, str(watch.kind), watch.term, watch.owner, watch.purpose)]
    id = connection.execute(
        "INSERT INTO watch (name, kind, term, owner, purpose, at, who) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (*text, rows.time_text(watch.at), rows.clean(watch.who)),
    ).lastrowid
    connection.executemany(
        "INSERT OR IGNORE INTO watch_form (watch, kind, canonical) VALUES (?, ?, ?)",
        [(id, kind, rows.clean(canonical)) for kind, canonical in watch.forms],
    )
    judged = watch_baseline.judge(connection, matcher, watch.at, judged)
    return watch_baseline.write(connection, id or 0, judged, watch.at)


def all_watches(connection: sqlite3.Connection, condition: str = "true", values: Sequence[object] = ()) -> list[Watch]:
    """Return the watches for which a condition holds, in the order in which they were made."""
    forms: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for watch, kind, canonical in connection.execute("SELECT watch, kind, canonical FROM watch_form"):
        forms[watch].append((kind, canonical))
    found = connection.execute(_WATCHES.format(condition), tuple(values)).fetchall()
    return [
        Watch(
            name, WatchKind(kind), term, owner, purpose, datetime.fromisoformat(at), who, tuple(sorted(forms[id])), id
        )
        for id, name, kind, term, owner, purpose, at, who in row_checks.sound(connection, "watch", found)
    ]


def standings(connection: sqlite3.Connection) -> list[WatchStanding]:
    """Return all watches with the numbers of their matches by state."""
    counts: dict[int, dict[MatchState, int]] = defaultdict(dict)
    sql = "SELECT watch, state, count(*) FROM watch_match GROUP BY watch, state"
    for watch, state, count in connection.execute(sql):
        counts[watch][MatchState(state)] = count
    return [WatchStanding(watch, counts[watch.id]) for watch in all_watches(connection)]


def watches_on(connection: sqlite3.Connection, forms: Collection[tuple[str, str]]) -> list[Watch]:
    """Return the watches whose term names one of these identifiers."""
    sql = "SELECT watch FROM watch_form WHERE kind = ? AND canonical = ?"
    asked = [(kind, rows.clean(canonical)) for kind, canonical in forms]
    ids = {id for form in asked for (id,) in connection.execute(sql, form)}
    return [watch for watch in all_watches(connection) if watch.id in ids]


def remove_watch(connection: sqlite3.Connection, name: str) -> bool:
    """Remove a watch with its matches, and alerts of it that were never told."""
    found = connection.execute("SELECT id FROM watch WHERE name = ?", (rows.clean(name),)).fetchone()
    if found is None:
        return False
    watch_dropping.drop_watches(connection, [found[0]])
    return True


# --- acknowledgements ---------------------------------------------------------------------------------------------


def add_ack(connection: sqlite3.Connection, ack: Ack) -> int:
    """Add an acknowledgement; return its number."""
    values = (str(ack.kind), rows.clean(ack.value), rows.clean(ack.reason), rows.optional_time_text(ack.until))
    id = connection.execute(
        "INSERT INTO ack (kind, value, reason, until, at, who) VALUES (?, ?, ?, ?, ?, ?)",
        (*values, rows.time_text(ack.at), rows.clean(ack.who)),
    ).lastrowid
    return id or 0


def all_acks(connection: sqlite3.Connection) -> list[Ack]:
    """Return all acknowledgements, oldest first."""
    return [
        Ack(AckKind(kind), value, reason, rows.time_of(until), datetime.fromisoformat(at), who, id)
        for id, kind, value, reason, until, at, who in row_checks.sound(connection, "ack", connection.execute(_ACKS))
    ]


def remove_ack(connection: sqlite3.Connection, number: int) -> bool:
    """Remove an acknowledgement, and let the next check judge all that is acknowledged."""
    if not connection.execute("DELETE FROM ack WHERE id = ?", (number,)).rowcount:
        return False
    connection.execute("UPDATE watch_match SET judge_at = '' WHERE state = 'acknowledged'")
    return True


# --- checks -------------------------------------------------------------------------------------------------------


def check(connection: sqlite3.Connection, now: datetime, matcher: WatchMatcher, most: int) -> WatchCheck:
    """Check a portion of the new certificates."""
    watches = [(watch.id, watch.name, watch.owner) for watch in all_watches(connection)]
    return watch_checks.check(connection, matcher, watches, all_acks(connection), now, most)


def match_states(connection: sqlite3.Connection, watch: str) -> dict[bytes, MatchState]:
    """Return the states of the matches of a watch, by the identity of the certificate."""
    found = connection.execute(
        "SELECT identity, state FROM watch CROSS JOIN watch_match ON watch_match.watch = watch.id"
        " CROSS JOIN certificate ON certificate.id = watch_match.certificate WHERE watch.name = ?",
        (rows.clean(watch),),
    )
    return {identity: MatchState(state) for identity, state in found}
