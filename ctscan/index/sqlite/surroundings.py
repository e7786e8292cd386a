"""Memory of an index for things beside it: its audit trail, the log list of its basis, the pace of logs."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from typing import TYPE_CHECKING

from ctscan.index.sqlite import logs, rows
from ctscan.index.sqlite.opened import OpenedFile
from ctscan.model.audit import KnownTrail

if TYPE_CHECKING:
    from ctscan.model.health import ListFailure


class SqliteSurroundings(OpenedFile):
    """Methods of `TrailMemory`, and some of `BasisStore`, `LogStore` and `Watching`."""

    async def record_rate(self, log_id: bytes, rate: float) -> None:
        await self._database.write(lambda c: logs.record_rate(c, log_id, rate))

    async def record_batch(self, log_id: bytes, entries: int | None) -> None:
        await self._database.write(lambda c: logs.record_batch(c, log_id, entries))

    async def list_failure(self) -> ListFailure | None:
        return await self._database.read(list_failure)

    async def record_list(self, at: datetime, error: str | None) -> None:
        if error is not None or await self.list_failure() is not None:
            await self._database.write(lambda c: record_list(c, at, error))

    async def known_trail(self) -> KnownTrail | None:
        return await self._database.read(known_trail)

    async def save_trail(self, trail: KnownTrail, before: bytes | None) -> bytes:
        return await self._database.write(lambda c: save_trail(c, trail, before))

    async def watch_names(self) -> list[str]:
        return await self._database.read(watch_names)

    def may_write(self) -> bool:
        return self._database.may_write


# --- functions of an open transaction -----------------------------------------------------------------------------


def known_trail(connection: sqlite3.Connection) -> KnownTrail | None:
    """Return the trail of the index; None before the first."""
    row = connection.execute(
        "SELECT trail_id, at, who, reason FROM known_trail ORDER BY number DESC LIMIT 1"
    ).fetchone()
    return None if row is None else KnownTrail(row[0], datetime.fromisoformat(row[1]), row[2], row[3])


def save_trail(connection: sqlite3.Connection, trail: KnownTrail, before: bytes | None) -> bytes:
    """Insert the trail where the index knows the trail `before`; return the id of the trail that it knows then."""
    known = known_trail(connection)
    if (known.id if known else None) == before:
        connection.execute(
            "INSERT INTO known_trail (trail_id, at, who, reason) VALUES (?, ?, ?, ?)",
            (trail.id, rows.time_text(trail.at), rows.clean(trail.who), rows.clean(trail.reason)),
        )
        return trail.id
    assert known is not None  # noqa: S101  no trail differs from `before` only where that is None
    return known.id


def watch_names(connection: sqlite3.Connection) -> list[str]:
    """Return the names of all watches. Here, since a scan without watches loads nothing of them."""
    return [name for (name,) in connection.execute("SELECT name FROM watch ORDER BY id")]


def list_failure(connection: sqlite3.Connection) -> ListFailure | None:
    """Return since when, and why, the log list can't be read; None while it can."""
    from ctscan.model.health import ListFailure  # not at the top: a look-up asks for none

    row = connection.execute("SELECT since, at, error FROM list_failure").fetchone()
    return None if row is None else ListFailure(datetime.fromisoformat(row[0]), datetime.fromisoformat(row[1]), row[2])


def record_list(connection: sqlite3.Connection, at: datetime, error: str | None) -> None:
    """Record that the log list was read (None), or the reason why not."""
    if error is None:
        connection.execute("DELETE FROM list_failure")
        return
    connection.execute(
        "INSERT INTO list_failure (one, since, at, error) VALUES (1, ?1, ?1, ?2)"
        " ON CONFLICT (one) DO UPDATE SET at = excluded.at, error = excluded.error",
        (rows.time_text(at), rows.clean(error)),
    )
