"""Signed tree heads that passes accepted, and the times of ours that a wrong clock wrote. Functions of an open
transaction.

Of the heads of a log are kept: the first of each hour for 8 days, the first of each day for two years, and the newest.
So a log that is followed for years has at most some 920 rows.
"""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ctscan.index.sqlite import rows
from ctscan.model import SeenHead

if TYPE_CHECKING:
    from ctscan.model import TreeHead

HOURLY = timedelta(days=8)
DAILY = timedelta(days=730)
_HOUR = len("2026-01-31T08")  # characters of a stored time up to its hour

_INSERT = f"INSERT INTO head_seen (log, {rows.HEAD_COLUMNS}, first_seen, last_seen) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608
_THIN_DAYS = (
    "DELETE FROM head_seen WHERE log = :log AND first_seen < :hourly AND EXISTS (SELECT 1 FROM head_seen AS earlier"
    " WHERE earlier.log = :log AND earlier.first_seen >= substr(head_seen.first_seen, 1, 10)"
    " AND earlier.first_seen < head_seen.first_seen)"
)


def keep(connection: sqlite3.Connection, log: int, head: TreeHead, at: datetime) -> None:
    """Store a head that was seen at `at`, or the time alone where the head is known, and thin earlier heads out."""
    size, root, timestamp, signature, _ = row = rows.head_row(head)
    now = rows.time_text(at)
    again = connection.execute(
        "UPDATE head_seen SET last_seen = ? WHERE log = ? AND size = ? AND timestamp = ? AND root = ?"
        " AND signature = ?",
        (now, log, size, timestamp, root, signature),
    )
    if again.rowcount:
        return
    before = connection.execute(
        "SELECT id, substr(first_seen, 1, ?) FROM head_seen WHERE log = ? ORDER BY id DESC LIMIT 2", (_HOUR, log)
    ).fetchall()
    connection.execute(_INSERT, (log, *row, now, now))
    if len(before) == 2 and before[0][1] == before[1][1]:  # it was the newest, and not the first of its hour
        connection.execute("DELETE FROM head_seen WHERE id = ?", (before[0][0],))
    if not before or before[0][1] != now[:_HOUR]:
        times = {"log": log, "hourly": rows.time_text(at - HOURLY), "daily": rows.time_text(at - DAILY)}
        connection.execute(_THIN_DAYS, times)
        connection.execute("DELETE FROM head_seen WHERE log = :log AND first_seen < :daily", times)


def seen(connection: sqlite3.Connection, log_id: bytes) -> list[SeenHead]:
    """Return the kept heads of a log, newest first."""
    found = connection.execute(
        f"SELECT first_seen, last_seen, {', '.join(f'head_seen.{c}' for c in rows.HEAD_COLUMNS.split(', '))}"  # noqa: S608
        " FROM head_seen JOIN log ON log.id = head_seen.log WHERE log.log_id = ? ORDER BY head_seen.id DESC",
        (log_id,),
    )
    return [
        SeenHead(rows.head_of(log_id, tuple(row)), datetime.fromisoformat(first), datetime.fromisoformat(last))
        for first, last, *row in found
    ]


def forget_times_after(connection: sqlite3.Connection, at: datetime) -> None:
    """Forget checks later than `at`, of all logs: a clock that ran ahead wrote their times. A log without a good check
    is stale until the next. A failure stays, and counts as one of the last success or of an hour before `at`: so it
    lies before the pass that may clear it."""
    later = {"at": rows.time_text(at), "before": rows.time_text(at - timedelta(hours=1))}
    connection.execute("UPDATE log SET last_success = NULL WHERE last_success > :at", later)
    connection.execute(
        "UPDATE log SET last_error_at = coalesce(last_success, :before),"
        " failing_since = min(failing_since, coalesce(last_success, :before)) WHERE last_error_at > :at",
        later,
    )
    connection.execute(
        "UPDATE head_seen SET first_seen = min(first_seen, :at), last_seen = :at WHERE last_seen > :at", later
    )


def has_times_after(connection: sqlite3.Connection, at: datetime) -> bool:
    """Return True where a check is dated later than `at`."""
    found = connection.execute(
        "SELECT 1 FROM log WHERE last_success > :at OR last_error_at > :at LIMIT 1", {"at": rows.time_text(at)}
    )
    return found.fetchone() is not None
