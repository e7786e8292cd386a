"""Sessions: where units of work run on a connection, in the calling thread or in a thread of their own.

A unit of work is a function of a `sqlite3.Connection`. It runs as a whole: no other task comes between its statements,
a cancelled task leaves no transaction open, and a transaction costs one hop between threads instead of one for each
statement.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from ctscan.index.sqlite.row_checks import Noting

if TYPE_CHECKING:
    import aiosqlite

T = TypeVar("T")
Work = Callable[[sqlite3.Connection], T]
"""Unit of work: statements of a connection."""

Connect = Callable[[type, bool], sqlite3.Connection]
"""Open a connection with the methods of a class; with `check_same_thread` as `sqlite3.connect` takes it."""

_CALL = "CALL"


class Session(Protocol):
    """Runner of units of work on a connection."""

    async def run(self, work: Work[T]) -> T:
        """Run a unit of work and return its result."""

    async def close(self) -> None:
        """Close the connection; closing twice is no error."""


class InlineSession:
    """Session in the calling thread, for a program that waits for nothing else.

    `run` never waits, so that it needs neither a thread nor an event loop, and loads neither.
    """

    def __init__(self, connect: Connect) -> None:
        self._connection = connect(Noting, True)

    async def run(self, work: Work[T]) -> T:
        """Run a unit of work at once."""
        return work(self._connection)

    async def close(self) -> None:
        """Close the connection."""
        self._connection.close()


_Connection = sqlite3.Connection if TYPE_CHECKING else object


class Calling(Noting, _Connection):
    """Part of a connection with one more statement: CALL runs its parameters, which are units of work.

    SQLite has no stored procedures. With this statement the public `execute` of aiosqlite runs a unit of work in the
    thread of the connection, as it runs any other statement.
    """

    def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
        """Run a statement, or units of work."""
        if sql is not _CALL:
            return super().execute(sql, parameters)
        for work in parameters:
            work(self)
        return self.cursor()


class ThreadSession:
    """Session in the thread of an aiosqlite connection, for a program that does other things meanwhile."""

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection
        self._is_closed = False

    async def run(self, work: Work[T]) -> T:
        """Run a unit of work in the thread of the connection."""
        if self._is_closed:
            raise sqlite3.ProgrammingError("Cannot operate on a closed database.")  # as of an InlineSession
        results: list[T] = []

        def call(connection: sqlite3.Connection) -> None:
            try:
                results.append(work(connection))
            except StopIteration as error:  # a future can't carry it, and would wait for ever
                raise RuntimeError("a unit of work raised StopIteration") from error

        await self._connection.execute(_CALL, [call])
        return results[0]

    async def close(self) -> None:
        """Close the connection and end its thread, behind the units of work that were begun."""
        self._is_closed = True
        await self._connection.close()


async def open_thread_session(connect: Connect) -> ThreadSession:
    """Open a connection in a worker thread and hand it to the thread of an aiosqlite connection.

    Opening may fail, and is over before aiosqlite starts its thread: after a failure that thread would outlive the
    event loop, and complain about it.
    """
    import asyncio  # not at the top: a look-up needs neither

    import aiosqlite

    opened = await asyncio.to_thread(connect, Calling, False)
    return ThreadSession(await aiosqlite.Connection(lambda: opened, iter_chunk_size=64))
