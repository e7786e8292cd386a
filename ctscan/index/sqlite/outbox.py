"""Alerts on their way to channels, in an SQLite file: see `Outbox` in `index.protocols`.

    alert ──► delivery to a channel ──► message with an id of its own ──► delivered, or dead

A message is made before its first try and keeps its id in every repeat, also behind the end of the process.
"""

# ruff: noqa: S608 - statements contain conditions of our own; values are bound

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ctscan.index.sqlite import alert_disclosures, alerts, lookups, rows
from ctscan.index.sqlite.opened import OpenedFile
from ctscan.index.sqlite.watch_facts import NOT_RESTRICTED
from ctscan.model.alert import (
    Alert,
    AlertKind,
    Assigned,
    ChannelQueue,
    DueAlert,
)
from ctscan.model.message import decoded_message

if TYPE_CHECKING:
    from ctscan.model.alert import (
        Route,
    )
    from ctscan.model.alert_record import AlertDisclosure
    from ctscan.model.message import Message

_MAY_BE_TOLD = f"(alert.certificate IS NULL OR alert.certificate {NOT_RESTRICTED})"


class SqliteOutbox(OpenedFile):
    """Methods of `Outbox`."""

    async def assign(self, routes: Mapping[str, Route], now: datetime) -> Assigned:
        return await self._database.write(lambda c: assign(c, routes))

    async def due(self, channel: str, now: datetime, most: int, latest: datetime | None = None) -> list[DueAlert]:
        return await self._database.read(lambda c: due(c, channel, now, most, latest))

    async def begin(self, channel: str, alerts: Sequence[int], now: datetime, recipient: str = "") -> str:
        return await self._database.write(lambda c: begin(c, channel, alerts, now, recipient))

    async def delivered(self, batch: str, now: datetime) -> None:
        await self._database.write(lambda c: delivered(c, batch, now))

    async def failed(self, batch: str, now: datetime, next_at: datetime, why: Message) -> None:
        await self._database.write(lambda c: failed(c, batch, now, next_at, why))

    async def dead(self, batch: str, now: datetime, why: Message) -> None:
        await self._database.write(lambda c: dead(c, batch, now, why))

    async def retry_dead(self, channel: str) -> int:
        return await self._database.write(lambda c: retry_dead(c, channel))

    async def delivered_since(self, channel: str, since: datetime) -> int:
        return await self._database.read(lambda c: delivered_since(c, channel, since))

    async def pending(self) -> list[ChannelQueue]:
        return await self._database.read(pending)

    async def alerts_about(self, identities: Sequence[bytes]) -> list[AlertDisclosure]:
        return await self._database.read(lambda c: alert_disclosures.about(c, identities))


# --- assigning ----------------------------------------------------------------------------------------------------


def assign(connection: sqlite3.Connection, routes: Mapping[str, Route]) -> Assigned:
    """Assign alerts to channels. Those about restricted certificates wait until the restriction is lifted."""
    if not routes:
        return Assigned()
    found = connection.execute(
        f"SELECT id, kind, watch_name, subject FROM alert WHERE assigned = 0 AND {_MAY_BE_TOLD} ORDER BY id"
    ).fetchall()
    made: list[tuple[str, int]] = []
    unrouted = 0
    for id, kind, watch, subject in found:
        taken = [(name, id) for name, route in routes.items() if _takes(name, route, AlertKind(kind), watch, subject)]
        made += taken
        unrouted += not taken
    connection.executemany("INSERT INTO alert_delivery (channel, alert) VALUES (?, ?)", made)
    connection.executemany("UPDATE alert SET assigned = 1 WHERE id = ?", [(id,) for id, *_ in found])
    return Assigned(len(made), unrouted)


def _takes(channel: str, route: Route, kind: AlertKind, watch: str, subject: str) -> bool:
    """Return whether a channel takes an alert. None tells of its own failure: it would come with the recovery."""
    return route.takes(kind, watch) and not (kind is AlertKind.CHANNEL and subject == rows.clean(channel))


# --- what is due --------------------------------------------------------------------------------------------------

_ALERT = "alert.id, alert.uuid, alert.kind, alert.at, alert.why, watch_name, owner, certificate, subject"
_REPEATED = (
    f"SELECT alert_message.uuid, tries, {_ALERT} FROM alert_message CROSS JOIN alert_delivery"
    " ON alert_delivery.message = alert_message.id CROSS JOIN alert ON alert.id = alert_delivery.alert"
    " WHERE alert_message.id = (SELECT id FROM alert_message AS begun WHERE channel = :channel AND state = 'due'"
    " AND coalesce(next_at <= :now OR next_at > :latest, true) AND EXISTS (SELECT 1 FROM alert_delivery AS held"
    " CROSS JOIN alert ON alert.id = held.alert WHERE held.message = begun.id"
    f" AND {_MAY_BE_TOLD}) ORDER BY id LIMIT 1) AND {_MAY_BE_TOLD} ORDER BY alert.id"
)
"""Alerts of the oldest message that is due: the others wait for their turn, however many they are."""

_FIRST = (
    f"SELECT '', 0, {_ALERT} FROM alert_delivery CROSS JOIN alert ON alert.id = alert_delivery.alert"
    f" WHERE channel = :channel AND message IS NULL AND {_MAY_BE_TOLD} ORDER BY alert.id LIMIT :most"
)


_NEVER = "~"
"""Text behind all times."""


def due(
    connection: sqlite3.Connection, channel: str, now: datetime, most: int, latest: datetime | None = None
) -> list[DueAlert]:
    """Return the alerts that are due on a channel, those of a repeated message first."""
    last = rows.time_text(latest) if latest else _NEVER
    bound = {"channel": rows.clean(channel), "now": rows.time_text(now), "most": most, "latest": last}
    found = connection.execute(_REPEATED, bound).fetchall() + connection.execute(_FIRST, bound).fetchall()
    certificates = lookups.by_rows(connection, sorted({row[9] for row in found if row[9] is not None}))
    return [
        DueAlert(_alert_of(row[2:], certificates), row[0], row[1])
        for row in found
        if row[9] is None or row[9] in certificates
    ]


def _alert_of(row: Sequence[Any], certificates: Mapping[int, Any]) -> Alert:
    id, uuid, kind, at, why, watch, owner, certificate, subject = row
    return Alert(
        uuid=uuid,
        kind=AlertKind(kind),
        at=datetime.fromisoformat(at),
        why=decoded_message(why),
        watch=watch,
        subject=subject,
        match=certificates.get(certificate),
        owner=owner,
        id=id,
    )


# --- messages -----------------------------------------------------------------------------------------------------


def begin(connection: sqlite3.Connection, channel: str, some: Sequence[int], now: datetime, recipient: str = "") -> str:
    """Make a message; return its UUID, empty where nothing is due any longer."""
    channel, at = rows.clean(channel), rows.time_text(now)
    held = [id for id in some if connection.execute(_IS_DUE, (channel, id)).fetchone() is not None]
    if not held:
        return ""
    uuid = alerts.new_id()
    message = connection.execute(
        "INSERT INTO alert_message (uuid, channel, made, state) VALUES (?, ?, ?, 'due')", (uuid, channel, at)
    ).lastrowid
    connection.executemany(
        "UPDATE alert_delivery SET message = ?, begun = coalesce(begun, ?), told = coalesce(told, ?)"
        " WHERE channel = ? AND alert = ?",
        [(message, at, rows.clean(recipient) or channel, channel, id) for id in held],
    )
    return uuid


_IS_DUE = (
    "SELECT 1 FROM alert_delivery CROSS JOIN alert ON alert.id = alert_delivery.alert"
    f" WHERE channel = ? AND alert.id = ? AND message IS NULL AND {_MAY_BE_TOLD}"
)


def delivered(connection: sqlite3.Connection, batch: str, now: datetime) -> None:
    """Note that a message arrived."""
    found = _end(connection, batch, "delivered", now)
    if found is None:
        return
    message, channel = found
    connection.execute(  # what was left out while its certificate is restricted is still to be told
        "UPDATE alert_delivery SET message = NULL WHERE message = ? AND alert IN"
        " (SELECT id FROM alert WHERE certificate IN (SELECT certificate FROM main.restricted_certificate))",
        (message,),
    )
    connection.execute(
        "INSERT INTO alert_channel (channel, last_delivered) VALUES (?, ?) ON CONFLICT (channel) DO UPDATE"
        " SET last_delivered = excluded.last_delivered, failing_since = NULL, last_error = NULL",
        (channel, rows.time_text(now)),
    )


def _end(connection: sqlite3.Connection, batch: str, state: str, now: datetime) -> tuple[int, str] | None:
    """End a message that is due; return its row and channel, None where it has ended or is gone."""
    found: tuple[int, str] | None = connection.execute(
        "UPDATE alert_message SET state = ?, ended = ?, next_at = NULL WHERE uuid = ? AND state = 'due'"
        " RETURNING id, channel",
        (state, rows.time_text(now), batch),
    ).fetchone()
    return found


def failed(connection: sqlite3.Connection, batch: str, now: datetime, next_at: datetime, why: Message) -> None:
    """Note a failed try, and the time of the next one."""
    found = connection.execute(
        "UPDATE alert_message SET tries = tries + 1, next_at = ? WHERE uuid = ? AND state = 'due' RETURNING channel",
        (rows.time_text(next_at), batch),
    ).fetchall()
    _note_failure(connection, (channel for (channel,) in found), now, why)


def dead(connection: sqlite3.Connection, batch: str, now: datetime, why: Message) -> None:
    """Give a message up."""
    connection.execute("UPDATE alert_message SET tries = tries + 1 WHERE uuid = ? AND state = 'due'", (batch,))
    found = _end(connection, batch, "dead", now)
    if found is not None:
        _note_failure(connection, [found[1]], now, why)


def _note_failure(connection: sqlite3.Connection, channels: Iterable[str], now: datetime, why: Message) -> None:
    connection.executemany(
        "INSERT INTO alert_channel (channel, failing_since, last_error) VALUES (?, ?, ?) ON CONFLICT (channel)"
        " DO UPDATE SET failing_since = coalesce(failing_since, excluded.failing_since),"
        " last_error = excluded.last_error",
        [(channel, rows.time_text(now), rows.clean(why.encoded)) for channel in channels],
    )


def retry_dead(connection: sqlite3.Connection, channel: str) -> int:
    """Make dead messages due again; return the number of their alerts."""
    (count,) = connection.execute(
        "SELECT count(*) FROM alert_message CROSS JOIN alert_delivery ON alert_delivery.message = alert_message.id"
        " WHERE alert_message.channel = ? AND state = 'dead'",
        (rows.clean(channel),),
    ).fetchone()
    connection.execute(
        "UPDATE alert_message SET state = 'due', tries = 0, next_at = NULL, ended = NULL"
        " WHERE channel = ? AND state = 'dead'",
        (rows.clean(channel),),
    )
    return int(count)


# --- standing -----------------------------------------------------------------------------------------------------


def delivered_since(connection: sqlite3.Connection, channel: str, since: datetime) -> int:
    """Count the alerts that were delivered to a channel."""
    found = connection.execute(
        "SELECT count(*) FROM alert_message CROSS JOIN alert_delivery ON alert_delivery.message = alert_message.id"
        " WHERE alert_message.channel = ? AND state = 'delivered' AND ended >= ?",
        (rows.clean(channel), rows.time_text(since)),
    )
    return int(found.fetchone()[0])


_QUEUES = (
    "SELECT alert_delivery.channel, sum(coalesce(state, 'due') = 'due'), sum(coalesce(state, '') = 'delivered'),"
    " sum(coalesce(state, '') = 'dead'), min(CASE WHEN coalesce(state, 'due') = 'due' THEN alert.at END),"
    " min(CASE WHEN state = 'due' THEN next_at END)"
    " FROM alert_delivery JOIN alert ON alert.id = alert_delivery.alert"
    " LEFT JOIN alert_message ON alert_message.id = alert_delivery.message GROUP BY alert_delivery.channel"
)


def pending(connection: sqlite3.Connection) -> list[ChannelQueue]:
    """Return the standing of every channel."""
    counted = {channel: some for channel, *some in connection.execute(_QUEUES)}
    sql = "SELECT channel, failing_since, last_error, last_delivered FROM alert_channel"
    noted = {channel: some for channel, *some in connection.execute(sql)}
    return [
        _queue_of(channel, counted.get(channel, _NOTHING), noted.get(channel, _UNKNOWN))
        for channel in sorted(counted.keys() | noted.keys())
    ]


_NOTHING: list[Any] = [0, 0, 0, None, None]
_UNKNOWN: list[Any] = [None, None, None]


def _queue_of(channel: str, counted: Sequence[Any], noted: Sequence[Any]) -> ChannelQueue:
    due, delivered, dead, oldest, next_at = counted
    failing_since, error, last_delivered = noted
    return ChannelQueue(
        channel=channel,
        due=due,
        delivered=delivered,
        dead=dead,
        oldest=rows.time_of(oldest),
        next_at=rows.time_of(next_at),
        failing_since=rows.time_of(failing_since),
        last_error=None if error is None else decoded_message(error),
        last_delivered=rows.time_of(last_delivered),
    )
