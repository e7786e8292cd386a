"""Audit trail in an SQLite file of its own: see `Trail` in `index.protocols`.

An event is on the disk when its method returns: the file has `synchronous = FULL`. Triggers refuse changes of events.
"""

# ruff: noqa: S608 - statements contain column lists of our own; values are bound

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from ctscan.errors import IndexFault
from ctscan.index.sqlite import intent_locks, rows, trail_log
from ctscan.index.sqlite.connection import open_database
from ctscan.index.sqlite.opened import OpenedFile
from ctscan.index.sqlite.schema import TRAIL
from ctscan.model import AuditAction, AuditEvent, AuditState
from ctscan.model.audit import Verdict
from ctscan.model.number_ranges import numbers_text

if TYPE_CHECKING:
    from ctscan.index.protocols import HeadSigner
    from ctscan.index.sqlite.connection import Database
    from ctscan.index.store_key import StoreKey
    from ctscan.model.audit_log import AuditLog, LogHead, LogIdentity

_COLUMNS = trail_log.COLUMNS


async def open_sqlite_trail(
    path: Path, *, create: bool, inline: bool = False, key: StoreKey | None = None
) -> SqliteTrail:
    """Open the trail at `path`; see `index.open.open_trail`."""
    return SqliteTrail(await open_database(path, create=create, inline=inline, schema=TRAIL, key=key))


class SqliteTrail(OpenedFile):
    """`Trail` in one file, shared by any number of processes."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._signer: HeadSigner | None = None

    def sign_with(self, signer: HeadSigner | None) -> None:
        self._signer = signer

    async def append(self, event: AuditEvent) -> int:
        return await self._database.write(lambda c: self._insert(c, event))

    def _insert(self, connection: sqlite3.Connection, event: AuditEvent) -> int:
        try:
            return trail_log.append(connection, _values(event), self._signer)
        except IndexFault as fault:
            raise IndexFault(f"{self._database.path}: {fault}") from fault

    @asynccontextmanager
    async def intend(self, event: AuditEvent) -> AsyncIterator[int]:
        held: list[int] = []
        try:
            await self._database.write(lambda c: held.append(self._insert_held(c, event)))
            yield held[0]
        finally:
            for intent in held:
                intent_locks.release(self._database.path, intent)

    def _insert_held(self, connection: sqlite3.Connection, event: AuditEvent) -> int:
        """Insert an intent and hold its lock before the commit shows it to others."""
        intent = self._insert(connection, event)
        if not self._hold(intent):
            raise IndexFault(f"{self._database.path}: event {intent} is locked before it was written; try again")
        return intent

    async def end_abandoned(self, at: datetime) -> list[int]:
        abandoned = await self._database.read(_open_intents)
        return [event.id for event in abandoned if await self._end(event, at)]

    async def _end(self, event: AuditEvent, at: datetime) -> bool:
        """End an intent as interrupted, unless its process lives or has ended it meanwhile."""
        if not self._hold(event.id):
            return False
        ended = replace(event, at=at, state=AuditState.INTERRUPTED, intent=event.id)
        try:
            return await self._database.write(lambda c: _is_open(c, event.id) and self._insert(c, ended) > 0)
        finally:
            intent_locks.release(self._database.path, event.id)

    def _hold(self, intent: int) -> bool:
        try:
            return intent_locks.hold(self._database.path, intent)
        except OSError as error:
            raise IndexFault(
                f"{self._database.path}.lock: can't be locked ({error.strerror}); keep the {TRAIL.name} on a local "
                f"disk that you own: {TRAIL.option}"
            ) from error

    async def events(self, limit: int) -> list[AuditEvent]:
        return await self._database.read(lambda c: _newest(c, limit))

    async def events_about(self, case: str, digests: Collection[bytes]) -> list[AuditEvent]:
        return await self._database.read(lambda c: _about(c, case, digests))

    async def damage_met(self) -> datetime | None:
        return await self._database.read(_damage_met)

    async def event_of_answer(self, answer: str) -> AuditEvent | None:
        return await self._database.read(lambda c: _of_answer(c, answer))

    async def id(self) -> bytes:
        return await self._database.read(_id)

    async def key_id(self) -> bytes | None:
        return await self._database.read(_key_id)

    async def save_key_id(self, key_id: bytes, at: datetime) -> bytes:
        return await self._database.write(lambda c: _save_key_id(c, key_id, at))

    async def identity(self) -> LogIdentity:
        return await self._database.read(trail_log.read_identity)

    async def log(self) -> AuditLog:
        return await self._database.read(trail_log.read_log)

    async def leaves(self) -> dict[int, bytes]:
        return await self._database.read(trail_log.read_leaves)

    async def leaf(self, number: int) -> bytes | None:
        return await self._database.read(lambda c: trail_log.read_leaf(c, number))

    async def newest_head(self) -> LogHead | None:
        return await self._database.read(trail_log.newest_head)

    async def newest_run(self) -> tuple[int, int]:
        return await self._database.read(trail_log.newest_run)

    async def last_configuration(self) -> str:
        return await self._database.read(trail_log.last_configuration)

    async def count_forgettable(self, before: datetime) -> int:
        return len(await self._database.read(lambda c: trail_log.forgettable(c, rows.time_text(before))))

    async def empty_log(self) -> bool:
        return await self._database.empty_log()

    async def forget_bodies(self, before: datetime, record: AuditEvent) -> list[int]:
        def work(connection: sqlite3.Connection) -> list[int]:
            numbers = trail_log.forgettable(connection, rows.time_text(before))
            if numbers:
                gone = trail_log.forgotten(connection).union(numbers)
                trail_log.delete_bodies(connection, numbers)
                self._insert(connection, replace(record, action=AuditAction.PURGE, detail=numbers_text(gone)))
            return numbers

        return await self._database.write(work)


# --- functions of an open transaction -----------------------------------------------------------------------------


def _values(event: AuditEvent) -> tuple[Any, ...]:
    return (
        rows.time_text(event.at),
        rows.clean(event.who),
        event.action,
        event.state,
        rows.clean(event.purpose),
        rows.clean(event.case),
        event.kind,
        event.digest,
        event.answer,
        event.answer_digest,
        event.verdict,
        rows.clean(event.detail),
        event.intent,
    )


def _newest(connection: sqlite3.Connection, limit: int) -> list[AuditEvent]:
    cursor = connection.execute(f"SELECT {_COLUMNS} FROM event ORDER BY id DESC LIMIT ?", (limit,))
    return [_event_of(row) for row in cursor]


def _about(connection: sqlite3.Connection, case: str, digests: Collection[bytes]) -> list[AuditEvent]:
    found: dict[int, AuditEvent] = {}
    for digest in digests:
        cursor = connection.execute(f"SELECT {_COLUMNS} FROM event WHERE digest = ? AND digest <> x''", (digest,))
        found |= {row[0]: _event_of(row) for row in cursor}
    if case:
        cursor = connection.execute(f"SELECT {_COLUMNS} FROM event WHERE case_number = ?", (case,))
        found |= {row[0]: _event_of(row) for row in cursor}
    return [found[id] for id in sorted(found)]


def _damage_met(connection: sqlite3.Connection) -> datetime | None:
    row = connection.execute(
        "SELECT at FROM event WHERE verdict = ? AND id >"
        " (SELECT coalesce(max(id), 0) FROM event WHERE action = ? AND state = ?) ORDER BY id DESC LIMIT 1",
        (Verdict.DAMAGED, AuditAction.REINDEX, AuditState.DONE),
    ).fetchone()
    return None if row is None else datetime.fromisoformat(row[0])


def _of_answer(connection: sqlite3.Connection, answer: str) -> AuditEvent | None:
    if not answer:
        return None
    row = connection.execute(f"SELECT {_COLUMNS} FROM event WHERE answer = ? AND answer <> ''", (answer,)).fetchone()
    return None if row is None else _event_of(row)


_OPEN = "state = 'intended' AND NOT EXISTS (SELECT 1 FROM event AS ending WHERE ending.intent = event.id)"


def _open_intents(connection: sqlite3.Connection) -> list[AuditEvent]:
    return [_event_of(row) for row in connection.execute(f"SELECT {_COLUMNS} FROM event WHERE {_OPEN} ORDER BY id")]


def _is_open(connection: sqlite3.Connection, intent: int) -> bool:
    return connection.execute(f"SELECT 1 FROM event WHERE id = ? AND {_OPEN}", (intent,)).fetchone() is not None


def _id(connection: sqlite3.Connection) -> bytes:
    (found,) = connection.execute("SELECT id FROM identity").fetchone()
    return bytes(found)


def _key_id(connection: sqlite3.Connection) -> bytes | None:
    row = connection.execute("SELECT key_id FROM digest_key ORDER BY number DESC LIMIT 1").fetchone()
    return None if row is None else bytes(row[0])


def _save_key_id(connection: sqlite3.Connection, key_id: bytes, at: datetime) -> bytes:
    known = _key_id(connection)
    if known is not None:
        return known
    connection.execute("INSERT INTO digest_key (key_id, since) VALUES (?, ?)", (key_id, rows.time_text(at)))
    return key_id


def _event_of(row: tuple[Any, ...]) -> AuditEvent:
    id, at, who, action, state, *rest = row
    return AuditEvent(id, datetime.fromisoformat(at), who, AuditAction(action), AuditState(state), *rest)
