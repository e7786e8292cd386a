"""Alerts as they are raised, and the conditions whose changes raise them. Functions of an open transaction."""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from ctscan.index.sqlite import rows
from ctscan.model.alert import AlertKind, NotedConditions

if TYPE_CHECKING:
    from ctscan.model.alert import Condition
    from ctscan.model.message import Message

_INSERT = (
    "INSERT INTO alert (uuid, kind, at, why, watch, watch_name, owner, certificate, subject)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


def new_id() -> str:
    """Make the id of an alert or a message, which stays the same in every repeat."""
    return str(uuid.uuid4())


def raise_finding(
    connection: sqlite3.Connection, watch: tuple[int, str, str], certificate: int, why: Message, now: datetime
) -> None:
    """Raise an alert about a certificate.

    Args:
        connection: in a writing transaction.
        watch: row, name and owner of the watch.
        certificate: row of the certificate.
        why: reason.
        now: time.
    """
    id, name, owner = watch
    values = (new_id(), AlertKind.FINDING, rows.time_text(now), why.encoded, id, name, owner, certificate, "")
    connection.execute(_INSERT, values)


def raise_plain(connection: sqlite3.Connection, kind: AlertKind, subject: str, why: Message, now: datetime) -> str:
    """Raise an alert about no certificate, and return its UUID."""
    id = new_id()
    values = (id, kind, rows.time_text(now), rows.clean(why.encoded), None, "", "", None, rows.clean(subject))
    connection.execute(_INSERT, values)
    return id


# --- conditions ---------------------------------------------------------------------------------------------------


def note_conditions(
    connection: sqlite3.Connection, conditions: Sequence[Condition], kinds: Collection[AlertKind], now: datetime
) -> NotedConditions:
    """Note the standing of logs, channels or cases; see `Watching.note_conditions`."""
    worse = recovered = 0
    for kind in sorted(kinds):
        sql = "SELECT subject, severity FROM alert_condition WHERE kind = ?"
        known = dict(connection.execute(sql, (kind,)))
        own = {rows.clean(one.subject): one for one in conditions if one.kind is kind}
        gone = [(kind, subject) for subject in known if subject not in own or own[subject].severity == 0]
        connection.executemany("DELETE FROM alert_condition WHERE kind = ? AND subject = ?", gone)
        for subject, condition in sorted(own.items()):
            before = known.get(subject, 0)
            if condition.severity > 0 and condition.severity != before:
                connection.execute(_NOTE, (kind, subject, condition.severity, rows.time_text(now)))
            if condition.severity > before:
                worse += 1
            elif before and not condition.severity:
                recovered += 1
            else:
                continue
            raise_plain(connection, kind, subject, condition.why, now)
    return NotedConditions(worse, recovered)


_NOTE = (
    "INSERT INTO alert_condition (kind, subject, severity, since) VALUES (?, ?, ?, ?)"
    " ON CONFLICT (kind, subject) DO UPDATE SET severity = excluded.severity, since = excluded.since"
)
