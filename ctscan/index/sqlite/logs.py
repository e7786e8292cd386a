"""Logs, their tree heads and their failures. Functions of an open transaction."""

# ruff: noqa: S608 - statements contain column lists and question marks of our own; values are bound

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ctscan.errors import HeadChanged, IndexFault
from ctscan.index.sqlite import growth, misbehaviour, ranges, row_checks, rows
from ctscan.model import FailureKind, LogState

if TYPE_CHECKING:
    from ctscan.model import Log, TreeHead

_UPDATES = ", ".join(f"{column} = excluded.{column}" for column in rows.LOG_COLUMNS.split(", ") if column != "log_id")
_SAVE = (
    f"INSERT INTO log ({rows.LOG_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
    f"ON CONFLICT (log_id) DO UPDATE SET {_UPDATES}"
)


def save(connection: sqlite3.Connection, log: Log) -> None:
    """Insert a log, or update its entry of the log list."""
    connection.execute(_SAVE, rows.log_row(log))


def row_of(connection: sqlite3.Connection, log_id: bytes) -> int:
    """Return the row of a log. IndexFault when it was never saved."""
    row = connection.execute("SELECT id FROM log WHERE log_id = ?", (log_id,)).fetchone()
    if row is None:
        raise IndexFault(f"log {log_id.hex()} is not in this index; it has to be saved before what it holds")
    return int(row[0])


# --- tree heads ---------------------------------------------------------------------------------------------------


def head_id(connection: sqlite3.Connection, log: int, head: TreeHead, at: datetime) -> int:
    """Return the row of a head; insert a new head."""
    size, root, timestamp, signature, raw = rows.head_row(head)
    found = connection.execute(
        "SELECT id FROM tree_head WHERE log = ? AND size = ? AND timestamp = ? AND root = ? AND signature = ?",
        (log, size, timestamp, root, signature),
    ).fetchone()
    if found is not None:
        return int(found[0])
    cursor = connection.execute(
        "INSERT INTO tree_head (log, size, root, timestamp, signature, raw, saved) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (log, size, root, timestamp, signature, raw, rows.time_text(at)),
    )
    return int(cursor.lastrowid or 0)


def save_head(connection: sqlite3.Connection, head: TreeHead, at: datetime, known: TreeHead | None) -> None:
    """Save a head by compare-and-set. HeadChanged, with nothing written, where the log's head isn't `known`."""
    log = row_of(connection, head.log_id)
    current = _current_head(connection, log, head.log_id)
    if current != known:
        raise HeadChanged(f"log {head.log_id.hex()}: another process saved another tree head meanwhile", current)
    if current is not None and (head.size, head.timestamp) <= (current.size, current.timestamp):
        return
    connection.execute("UPDATE log SET head = ? WHERE id = ?", (head_id(connection, log, head, at), log))
    growth.keep(connection, log, head)
    # no proof needs the other heads
    connection.execute(
        "DELETE FROM tree_head WHERE log = :log AND id <> (SELECT head FROM log WHERE id = :log)"
        " AND NOT EXISTS (SELECT 1 FROM audit_paths WHERE audit_paths.head = tree_head.id)",
        {"log": log},
    )


def _current_head(connection: sqlite3.Connection, log: int, log_id: bytes) -> TreeHead | None:
    row = connection.execute(
        f"SELECT {rows.HEAD_COLUMNS}, {row_checks.is_sound('tree_head')} FROM log"
        " LEFT JOIN tree_head ON tree_head.id = log.head WHERE log.id = ? AND log.head IS NOT NULL",
        (log,),
    ).fetchone()
    sound = row_checks.sound_row(connection, "tree_head", row)
    return None if sound is None else rows.head_of(log_id, tuple(sound))


# --- how it went --------------------------------------------------------------------------------------------------


def record_success(
    connection: sqlite3.Connection, log_id: bytes, at: datetime, rate: float | None, since: datetime | None = None
) -> None:
    """Record a success and clear the last error, except an error recorded between `since` and `at`: the log fails since
    then. An error after `at` is of a clock that ran ahead."""
    log, kept_since = row_of(connection, log_id), rows.optional_time_text(since)
    connection.execute(
        "UPDATE log SET last_success = ?, rate = coalesce(?, rate), failing_since = last_error_at WHERE id = ?",
        (rows.time_text(at), rate, log),
    )
    connection.execute(
        "UPDATE log SET last_error = NULL, last_error_at = NULL, failing_since = NULL, failure = NULL"
        " WHERE id = ? AND (? IS NULL OR last_error_at < ? OR last_error_at > ?)",
        (log, kept_since, kept_since, rows.time_text(at)),
    )


def record_rate(connection: sqlite3.Connection, log_id: bytes, rate: float) -> None:
    connection.execute("UPDATE log SET rate = ? WHERE id = ?", (rate, row_of(connection, log_id)))


def record_batch(connection: sqlite3.Connection, log_id: bytes, entries: int | None) -> None:
    connection.execute("UPDATE log SET batch = ? WHERE id = ?", (entries, row_of(connection, log_id)))


def record_error(connection: sqlite3.Connection, log_id: bytes, at: datetime, error: str, kind: FailureKind) -> None:
    """Record a failure. The first failure after a success begins the time of failing. A doubt stays until the log is
    read well again: an outage in between settles nothing."""
    log = row_of(connection, log_id)
    (before,) = connection.execute("SELECT failure FROM log WHERE id = ?", (log,)).fetchone()
    stays = before is not None and FailureKind(before).is_doubt and not kind.is_doubt
    connection.execute(
        "UPDATE log SET last_error = CASE WHEN :stays THEN last_error ELSE :error END, last_error_at = :at,"
        " failure = CASE WHEN :stays THEN failure ELSE :kind END, failing_since = coalesce(failing_since, :at)"
        " WHERE id = :log",
        {"stays": stays, "error": rows.clean(error), "at": rows.time_text(at), "kind": str(kind), "log": log},
    )


# --- states -------------------------------------------------------------------------------------------------------

_STATE_COLUMNS = (
    f"id, last_success, last_error, rate, failing_since, failure, last_error_at, batch, {rows.LOG_COLUMNS},"
    f" {row_checks.is_sound('log')}"
)


def states(connection: sqlite3.Connection) -> list[LogState]:
    """Return the states of all logs, by name."""
    row_checks.check_whole_tables(connection)
    found = connection.execute(f"SELECT {_STATE_COLUMNS} FROM log ORDER BY name, log_id").fetchall()
    return [_state_of(connection, row) for row in row_checks.sound(connection, "log", found)]


def are_settled(states: list[LogState]) -> bool:
    """Return whether states may stay in memory: pending entries have megabytes of hashes, and a scan is about to prove
    them."""
    return not any(state.pending for state in states)


def state(connection: sqlite3.Connection, log_id: bytes) -> LogState | None:
    """Return the state of one log; None for an unknown log."""
    row_checks.check_whole_tables(connection)
    row = connection.execute(f"SELECT {_STATE_COLUMNS} FROM log WHERE log_id = ?", (log_id,)).fetchone()
    sound = row_checks.sound_row(connection, "log", row)
    return None if sound is None else _state_of(connection, sound)


def _state_of(connection: sqlite3.Connection, row: Sequence[Any]) -> LogState:
    id, last_success, last_error, rate, failing_since, failure, failed, batch, *columns = row
    log = rows.log_of(tuple(columns))
    head = _current_head(connection, id, log.id)
    standing, dismissed = misbehaviour.summary(connection, id)
    return LogState(
        log=log,
        head=head,
        verified=ranges.verified(connection, id),
        pending=ranges.pending(connection, id),
        gaps=ranges.gaps(connection, id),
        last_success=rows.time_of(last_success),
        last_error=last_error,
        misbehaviour=standing,
        rate=rate,
        growth=growth.growth(growth.known(connection, id), head),
        failing_since=rows.time_of(failing_since),
        failure=None if failure is None else FailureKind(failure),
        last_check=rows.time_of(max(filter(None, (last_success, failed)), default=None)),
        dismissed=dismissed,
        batch=batch if isinstance(batch, int) and batch > 0 else None,
    )
