"""Open file of an index or of an audit trail: safe opening, one transaction for each unit of work, SQLite errors in
plain words.

It knows nothing of the meaning of the tables. `session` decides in which thread a unit of work runs.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from ctscan.errors import IndexFault
from ctscan.index.sqlite.cipher import plain_errors
from ctscan.index.sqlite.faults import ADVICE, damage, fault, words
from ctscan.index.sqlite.opening import WRITABLE, connect_file, open_mode, prepare_file, state_as_it_is
from ctscan.index.sqlite.schema import INDEX
from ctscan.index.sqlite.session import InlineSession, open_thread_session
from ctscan.index.sqlite.transactions import Transactions, empty_log

if TYPE_CHECKING:
    from ctscan.index.sqlite.schema import Schema
    from ctscan.index.sqlite.session import Session, Work
    from ctscan.index.sqlite.suppressing import SuppressionGate
    from ctscan.index.store_key import StoreKey

_OLDEST_SQLITE = (3, 37, 0)  # STRICT tables

S = TypeVar("S")
T = TypeVar("T")


class Database:
    """Open file. `read` and `write` run one transaction each and raise IndexFault."""

    def __init__(
        self,
        path: Path,
        session: Session,
        schema: Schema = INDEX,
        key: StoreKey | None = None,
        gate: SuppressionGate | None = None,
        state: tuple[int, ...] | None = None,
    ) -> None:
        self.path = path
        self.key = key
        self.gate = gate
        self._schema = schema
        self._transactions = Transactions(path, schema, gate, lambda: self.may_write, state)
        self._session = session
        self._collectors: list[set[str]] = []

    async def begin(self) -> None:
        """Carry out suppressions that came while the file was elsewhere, or closed."""
        if self.gate is not None:
            await self._run(self._transactions.settle)

    @property
    def may_write(self) -> bool:
        """True where the file and its directory may be written to."""
        return open_mode(self.path) == WRITABLE

    @contextmanager
    def noted_damage(self) -> Iterator[set[str]]:
        """Collect the damaged tables that reading meets, for a caller that states them: `read` returns what is sound
        meanwhile. Without a collector damage is an IndexFault."""
        collector: set[str] = set()
        self._collectors.append(collector)
        try:
            yield collector
        finally:
            self._collectors.remove(collector)

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[None]:
        """Read everything in this block from one snapshot of the database. Nothing can be written in it."""
        await self._run(self._transactions.hold_snapshot)
        try:
            yield
        finally:
            await self._run(self._transactions.release_snapshot)

    async def read(self, work: Work[T], *, whole: bool = False) -> T:
        """Run `work` on one snapshot of the database. IndexFault also for rows that contradict each other: the file was
        changed by hand or is damaged.

        Args:
            work: the unit of work.
            whole: read certificates whose processing is restricted, too: only for work that keeps the index in order.
        """
        try:
            result, damaged = await self._run(lambda connection: self._transactions.read(connection, work, whole=whole))
        except (LookupError, TypeError, ValueError, zlib.error) as error:
            raise IndexFault(
                f"{self.path}: rows don't fit together ({type(error).__name__}): the {self._schema.name} is damaged, "
                f"or was changed by hand; {self._schema.mended_by}"
            ) from error
        if damaged and not self._collectors:
            raise damage(self.path, damaged)
        for collector in self._collectors:
            collector |= damaged
        return result

    async def interruptible(self, work: Work[T], is_stopped: Callable[[], bool]) -> T | None:
        """Run long work, which may write and handles damage itself, as one transaction; return None, with nothing
        written, where it was stopped."""
        return await self._run(lambda connection: self._transactions.interruptible(connection, work, is_stopped))

    async def write(self, work: Work[T]) -> T:
        """Run `work` as one BEGIN IMMEDIATE transaction: all is written, or nothing. Nothing is written beside damage:
        it could become sound by being joined with other rows."""
        return await self._run(lambda connection: self._transactions.write(connection, work))

    async def write_prepared(self, prepare: Callable[[], S], work: Callable[[sqlite3.Connection, S], T]) -> T:
        """Run `prepare`, then `work` with its result as one transaction. `prepare` needs no database and holds no lock;
        it runs in the same thread."""

        def prepared(connection: sqlite3.Connection) -> T:
            step = prepare()
            return self._transactions.write(connection, lambda c: work(c, step))

        return await self._run(prepared)

    async def rehearse(self, work: Work[T]) -> T:
        """Run `work` as a writing transaction, and roll it back: nothing is written."""
        return await self._run(lambda connection: self._transactions.rehearse(connection, work))

    async def empty_log(self) -> bool:
        """Move all of the write-ahead log into the file, and empty it; return False where a reader keeps it from
        that."""
        return await self._run(empty_log)

    async def _run(self, work: Work[T]) -> T:
        try:
            with plain_errors():
                return await self._session.run(work)
        except sqlite3.Error as error:
            raise fault(self.path, error, self._schema) from error
        except OverflowError as error:
            raise IndexFault(f"{self.path}: a number of more than 63 bits was not written") from error

    async def aclose(self) -> None:
        """Close the connection; closing twice is no error."""
        await self._session.close()


async def open_database(
    path: Path,
    *,
    create: bool,
    inline: bool = False,
    schema: Schema = INDEX,
    key: StoreKey | None = None,
    gate: SuppressionGate | None = None,
) -> Database:
    """Open a file and bring its tables up to date.

    A missing or empty file is created with mode 0600 if `create`. IndexFault, with nothing changed, for: a missing file
    otherwise, a directory, another file, a damaged file, one of a newer ctscan, one that `key` doesn't open.
    """
    if sqlite3.sqlite_version_info < _OLDEST_SQLITE:
        raise IndexFault(f"SQLite is {sqlite3.sqlite_version}, expected 3.37 or newer; use a newer Python")
    path = prepare_file(path, create, schema, key)
    state = state_as_it_is(path)
    try:
        connect = partial(connect_file, path, schema, key)
        session: Session = InlineSession(connect) if inline else await open_thread_session(connect)
        database = Database(path, session, schema, key, gate, state)
    except sqlite3.Error as error:
        raise fault(path, error, schema) from error
    except UnicodeDecodeError as error:  # the driver can't decode the damaged schema that an error message quotes
        raise IndexFault(f"{path}: {ADVICE['SQLITE_CORRUPT'].format(**words(schema))}") from error
    except IndexFault as error:
        raise IndexFault(f"{path}: {error}") from error
    try:
        await database.begin()
    except BaseException:
        await database.aclose()
        raise
    return database
