"""Transactions of an open file, in the thread of its connection: behind all suppressions, with the filter of readers
and the checks of writers."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from ctscan.errors import IndexFault
from ctscan.index.sqlite import hiding, remembered, row_checks
from ctscan.index.sqlite.faults import damage
from ctscan.index.sqlite.opening import in_transaction, state_as_it_is
from ctscan.index.sqlite.schema import INDEX

if TYPE_CHECKING:
    from ctscan.index.sqlite.schema import Schema
    from ctscan.index.sqlite.session import Work
    from ctscan.index.sqlite.suppressing import SuppressionGate

T = TypeVar("T")

_MOMENT = 1_000  # milliseconds that a reader may keep the write-ahead log from being emptied

_BETWEEN_STOPS = 5_000  # instructions of SQLite's virtual machine: some tenths of a millisecond


class Transactions:
    """Runner of units of work as transactions of a connection.

    Args:
        path: the file, for messages.
        schema: index or trail.
        gate: suppressions of an index; None for a trail.
        may_write: says whether the file may be written to.
        state: `state_as_it_is` from before the opening.
    """

    def __init__(
        self,
        path: Path,
        schema: Schema,
        gate: SuppressionGate | None,
        may_write: Callable[[], bool],
        state: tuple[int, ...] | None,
    ) -> None:
        self._path = path
        self._schema = schema
        self._gate = gate
        self._may_write = may_write
        self._state = state
        self._is_snapshot_held = False

    def read(self, connection: sqlite3.Connection, work: Work[T], *, whole: bool) -> tuple[T, set[str]]:
        """Run `work` in a transaction, or in the snapshot that is held; return its result and the damaged tables that
        it met."""
        if whole:
            return self._read_whole(connection, work)
        if self._is_snapshot_held:
            row_checks.take_noted(connection)
            return work(connection), row_checks.take_noted(connection)
        self.hold_snapshot(connection)
        try:
            row_checks.take_noted(connection)
            result = work(connection)
        except BaseException:
            self._end_snapshot(connection)
            connection.rollback()
            raise
        self.release_snapshot(connection)
        return result, row_checks.take_noted(connection)

    def _read_whole(self, connection: sqlite3.Connection, work: Work[T]) -> tuple[T, set[str]]:
        self._check_unchanged()
        self.settle(connection)
        row_checks.take_noted(connection)

        def unfiltered(connection: sqlite3.Connection) -> T:
            if self._gate is not None:
                hiding.before_writing(connection)
            return work(connection)

        return in_transaction(connection, "BEGIN", unfiltered), row_checks.take_noted(connection)

    def hold_snapshot(self, connection: sqlite3.Connection) -> None:
        """Begin a transaction that all reading belongs to until `release_snapshot`. Suppressions that come meanwhile
        wait for its end. Writing is an error of SQLite."""
        self._check_unchanged()
        try:
            self._begin(connection)
            if self._gate is not None and self._gate.is_behind(connection):
                connection.rollback()
                remembered.end(connection)
                self.settle(connection)
                self._begin(connection)
            if self._gate is not None:
                hiding.before_reading(connection)
        except BaseException:
            self._end_snapshot(connection)
            connection.rollback()
            raise
        self._is_snapshot_held = True

    @staticmethod
    def _begin(connection: sqlite3.Connection) -> None:
        connection.execute("BEGIN")
        remembered.begin(connection)

    def release_snapshot(self, connection: sqlite3.Connection) -> None:
        """End the transaction of `hold_snapshot`."""
        self._end_snapshot(connection)
        connection.execute("COMMIT")

    def _end_snapshot(self, connection: sqlite3.Connection) -> None:
        self._is_snapshot_held = False
        remembered.end(connection)

    def _check_unchanged(self) -> None:
        """Refuse to read on in a file that was read as it is and has changed: what SQLite holds of it is old."""
        if self._state is not None and state_as_it_is(self._path) != self._state:
            raise IndexFault(
                f"{self._path}: the {self._schema.name} was changed while it was open, in a folder that this account "
                "may not write to; start the command again"
            )

    def settle(self, connection: sqlite3.Connection) -> None:
        """Carry out suppressions that the index hasn't carried out. Where it can't be written to, hide them."""
        if self._gate is None or not self._gate.is_behind(connection):
            return
        if not self._may_write():
            self._gate.withhold(connection)
            return
        self.write(connection, lambda _: None)
        empty_log(connection)

    def write(self, connection: sqlite3.Connection, work: Work[T]) -> T:
        """Run `work` in a transaction with the triggers that write checks, behind all suppressions."""
        self._prepare(connection)

        def checked(connection: sqlite3.Connection) -> T:
            if self._gate is not None:
                self._gate.settle(connection)
            result = work(connection)
            if damaged := row_checks.take_noted(connection):
                raise damage(self._path, damaged)
            return result

        return in_transaction(connection, "BEGIN IMMEDIATE", checked)

    def _prepare(self, connection: sqlite3.Connection) -> None:
        if self._schema is INDEX:
            hiding.before_writing(connection)
            row_checks.make_triggers(connection)
        row_checks.take_noted(connection)

    def rehearse(self, connection: sqlite3.Connection, work: Work[T]) -> T:
        self.settle(connection)
        self._prepare(connection)
        connection.execute("BEGIN IMMEDIATE")
        try:
            return work(connection)
        finally:
            connection.rollback()

    def interruptible(self, connection: sqlite3.Connection, work: Work[T], is_stopped: Callable[[], bool]) -> T | None:
        self.settle(connection)
        self._prepare(connection)
        connection.set_progress_handler(is_stopped, _BETWEEN_STOPS)
        try:
            return in_transaction(connection, "BEGIN IMMEDIATE", work)
        except sqlite3.OperationalError as error:
            if getattr(error, "sqlite_errorname", "") != "SQLITE_INTERRUPT":
                raise
            return None
        finally:
            connection.set_progress_handler(None, 0)


def empty_log(connection: sqlite3.Connection) -> bool:
    """Move the write-ahead log into the file, and empty it; return False where a reader keeps it from that for long."""
    (patience,) = connection.execute("PRAGMA busy_timeout").fetchone()
    connection.execute(f"PRAGMA busy_timeout = {_MOMENT}")
    try:
        is_busy, *_ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    finally:
        connection.execute(f"PRAGMA busy_timeout = {int(patience)}")
    return not is_busy
