"""Holders of parts of logs: who reads a part, since when, and the time of the last commit. Functions of an open
transaction.

The rows only inform: the operating system holds the parts (`leases`), and rows of killed processes stay until the next
lease of their entries, or the next scan.
"""

# ruff: noqa: S608 - statements contain column lists and question marks of our own; values are bound

from __future__ import annotations

import os
import platform
import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import ctscan.model as model
from ctscan.index.sqlite import rows

if TYPE_CHECKING:
    from ctscan.model import Holder


_OVERLAPS = "(:end IS NULL OR range_start < :end) AND (range_end IS NULL OR range_end > :start)"


def this_process(log_id: bytes, start: int, end: int | None, who: str, at: datetime) -> Holder:
    """Describe this process as the holder of a part from now on."""
    return model.Holder(log_id, start, end, os.getpid(), platform.node(), who, at, at)


def hold(connection: sqlite3.Connection, holder: Holder) -> int:
    """Insert a holder whose process has the lock of its part: every other row there is of a dead process. Return the id
    of the row; 0 for an unknown log."""
    values = {
        "log_id": holder.log_id, "start": holder.start, "end": holder.end, "pid": holder.pid,
        "host": rows.clean(holder.host), "who": rows.clean(holder.who),
        "since": rows.time_text(holder.since), "progressed_at": rows.time_text(holder.progressed_at),
    }  # fmt: skip
    connection.execute(
        f"DELETE FROM holder WHERE log = (SELECT id FROM log WHERE log_id = :log_id) AND {_OVERLAPS}", values
    )
    cursor = connection.execute(
        "INSERT INTO holder (log, range_start, range_end, pid, host, who, since, progressed_at)"
        " SELECT id, :start, :end, :pid, :host, :who, :since, :progressed_at FROM log WHERE log_id = :log_id",
        values,
    )
    return int(cursor.lastrowid or 0) if cursor.rowcount else 0


def progress(connection: sqlite3.Connection, id: int, at: datetime) -> None:
    """Record the time of a commit."""
    if id:
        connection.execute("UPDATE holder SET progressed_at = ? WHERE id = ?", (rows.time_text(at), id))


def release(connection: sqlite3.Connection, ids: Sequence[int]) -> None:
    """Delete holders."""
    connection.executemany("DELETE FROM holder WHERE id = ?", [(id,) for id in ids])


def all_holders(connection: sqlite3.Connection) -> list[tuple[int, Holder]]:
    """Return `(id, holder)` of every row, the longest without progress first; dead processes are among them."""
    found = connection.execute(
        "SELECT holder.id, log_id, range_start, range_end, pid, host, who, since, progressed_at FROM holder"
        " JOIN log ON log.id = holder.log ORDER BY progressed_at, holder.id"
    )
    return [
        (
            id,
            model.Holder(log_id, start, end, pid, host, who, datetime.fromisoformat(since), datetime.fromisoformat(at)),
        )
        for id, log_id, start, end, pid, host, who, since, at in found
    ]
