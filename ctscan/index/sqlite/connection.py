"""Open file of an index or of an audit trail: safe opening, one transaction for each unit of work, SQLite errors in
plain words.

It knows nothing of the meaning of the tables. `session` decides in which thread a unit of work runs.
"""

from __future__ import annotations

import os
import sqlite3
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TypeVar

from ctscan.errors import IndexFault
from ctscan.index.sqlite import row_checks
from ctscan.index.sqlite.schema import INDEX, Schema, bring_up_to_date, migrations, refuse_newer, version_of
from ctscan.index.sqlite.session import InlineSession, Session, Work, open_thread_session
from ctscan.index.sqlite.suppressing import SuppressionGate
from ctscan.index.sqlite.transactions import Transactions, damage, empty_log, in_transaction

BUSY_SECONDS = 30.0
"""Longest wait of a statement for another process that writes."""

_SETTINGS = (
    "PRAGMA foreign_keys = ON",
    "PRAGMA secure_delete = ON",  # overwrite deleted bytes
    "PRAGMA temp_store = MEMORY",  # no personal data in temporary files
    "PRAGMA trusted_schema = OFF",  # a database from elsewhere runs no functions of its own choice
    "PRAGMA journal_size_limit = 67108864",
    "PRAGMA wal_autocheckpoint = 12288",  # 48 MiB: a page that changes in many steps is moved once, not in each
    "PRAGMA cache_size = -32768",  # KiB; the indexes of a large database are many times that
)

_OLDEST_SQLITE = (3, 37, 0)  # STRICT tables

S = TypeVar("S")
T = TypeVar("T")


class Database:
    """Open file. `read` and `write` run one transaction each and raise IndexFault."""

    def __init__(
        self, path: Path, session: Session, schema: Schema = INDEX, gate: SuppressionGate | None = None
    ) -> None:
        self.path = path
        self.gate = gate
        self._schema = schema
        self._transactions = Transactions(path, schema, gate, lambda: self.may_write)
        self._session = session
        self._collectors: list[set[str]] = []

    async def begin(self) -> None:
        """Carry out suppressions that came while the file was elsewhere, or closed."""
        if self.gate is not None:
            await self._run(self._transactions.settle)

    @property
    def may_write(self) -> bool:
        """True where the file and its directory may be written to."""
        return _mode(self.path) == _WRITABLE

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
            return await self._session.run(work)
        except sqlite3.Error as error:
            raise fault(self.path, error, self._schema) from error
        except OverflowError as error:
            raise IndexFault(f"{self.path}: a number of more than 63 bits was not written") from error

    async def aclose(self) -> None:
        """Close the connection; closing twice is no error."""
        await self._session.close()


async def open_database(
    path: Path, *, create: bool, inline: bool = False, schema: Schema = INDEX, gate: SuppressionGate | None = None
) -> Database:
    """Open a file and bring its tables up to date.

    A missing or empty file is created with mode 0600 if `create`. IndexFault, with nothing changed, for: a missing file
    otherwise, a directory, another file, a damaged file, one of a newer ctscan.
    """
    if sqlite3.sqlite_version_info < _OLDEST_SQLITE:
        raise IndexFault(f"SQLite is {sqlite3.sqlite_version}, expected 3.37 or newer; use a newer Python")
    path = _prepare_file(path, create, schema)
    try:
        connect = partial(_connect, path, schema)
        session = InlineSession(connect) if inline else await open_thread_session(connect)
        database = Database(path, session, schema, gate)
    except sqlite3.Error as error:
        raise fault(path, error, schema) from error
    except UnicodeDecodeError as error:  # the driver can't decode the damaged schema that an error message quotes
        raise IndexFault(f"{path}: {_ADVICE['SQLITE_CORRUPT'].format(**_words(schema))}") from error
    except IndexFault as error:
        raise IndexFault(f"{path}: {error}") from error
    try:
        await database.begin()
    except BaseException:
        await database.aclose()
        raise
    return database


def fault(path: Path, error: sqlite3.Error, schema: Schema = INDEX) -> IndexFault:
    """Translate an SQLite error into one line for the user."""
    name = getattr(error, "sqlite_errorname", "") or type(error).__name__
    if str(error).startswith(_UNREADABLE):
        name = "SQLITE_CORRUPT"
    for prefix, advice in _ADVICE.items():
        if name.startswith(prefix):
            return IndexFault(
                f"{path}: {advice.format(name=schema.name, option=schema.option, mended=schema.mended_by)}"
            )
    return IndexFault(f"{path}: the {schema.name} could not be used ({name}: {error})")


def _words(schema: Schema) -> dict[str, str]:
    return {"name": schema.name, "option": schema.option, "mended": schema.mended_by}


_ADVICE = {
    "SQLITE_BUSY": "another process has been writing to the {name} for 30 s; try again when it is done",
    "SQLITE_LOCKED": "the {name} is in use by this very process; try again",
    "SQLITE_NOTADB": "not an SQLite database, expected an {name} of ctscan; give another path with {option}",
    "SQLITE_CORRUPT": "the {name} is damaged; {mended}",
    "SQLITE_CONSTRAINT_FOREIGNKEY": "a row names a run, a rule set or a log that was never recorded; start a new scan",
    "SQLITE_FULL": "the disk is full; nothing of this step was written; free some space and run again",
    "SQLITE_READONLY": "the {name} may not be written to; check the owner and mode of the file and its directory, "
    "or give another path with {option}",
    "SQLITE_CANTOPEN": "the {name} can't be opened; check the owner and mode of the file and its directory, "
    "or give another path with {option}",
    "SQLITE_PERM": "the {name} can't be opened; check the owner and mode of the file and its directory, "
    "or give another path with {option}",
    "SQLITE_IOERR": "reading or writing the {name} failed; check the disk, then run again",
}


_UNREADABLE = ("Could not decode to UTF-8", "user-defined function raised exception")
"""Beginnings of errors of the driver about octets that are no text any longer."""


# --- opening ------------------------------------------------------------------------------------------------------


def _prepare_file(path: Path, create: bool, schema: Schema) -> Path:
    """Return the absolute path of a file that may be opened. A file made here is readable by its owner only."""
    try:
        path = path.expanduser().absolute()
        status = path.stat()
    except FileNotFoundError:
        if not create:
            raise IndexFault(
                f"{path}: there is no {schema.name} here; {schema.made_by}, or give its path with {schema.option}"
            ) from None
        _create_file(path, schema)
        return path
    except OSError as error:
        raise IndexFault(
            f"{path}: the {schema.name} can't be opened ({error.strerror}); give another path with {schema.option}"
        ) from None
    except (RuntimeError, ValueError) as error:  # the home of nobody, a NUL, a lone surrogate
        raise IndexFault(
            f"{str(path)!r}: no path of a file ({error}); give another path with {schema.option}"
        ) from None
    if path.is_dir():
        raise IndexFault(
            f"{path}: a directory, expected the file of an {schema.name}; give its path with {schema.option}"
        )
    if not path.is_file():
        raise IndexFault(f"{path}: not a regular file, expected an {schema.name}; give its path with {schema.option}")
    if status.st_size == 0:
        _adopt_empty(path, create, schema)
    else:
        _check_ours(path, schema)
    return path


def _create_file(path: Path, schema: Schema) -> None:
    """Create an empty file with mode 0600 before SQLite sees it; -wal and -shm take their mode from it."""
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
    except FileExistsError:
        return  # made by another process this moment: the transaction of `bring_up_to_date` decides
    except OSError as error:
        raise IndexFault(
            f"{path}: the {schema.name} can't be created ({error.strerror}); check the directory, or give a path with "
            f"{schema.option}"
        ) from None
    os.close(descriptor)
    path.chmod(0o600)  # against the umask


def _adopt_empty(path: Path, create: bool, schema: Schema) -> None:
    """Take over an empty file, the remains of a creation that was killed."""
    if not create:
        raise IndexFault(f"{path}: an empty file, expected an {schema.name}; {schema.made_by}")
    try:
        path.chmod(0o600)
    except OSError as error:
        raise IndexFault(
            f"{path}: an empty file that can't be made an {schema.name} ({error.strerror}); give another path with "
            f"{schema.option}"
        ) from None


def _check_ours(path: Path, schema: Schema) -> None:
    """Refuse a file of another kind, without touching it.

    `immutable` reads the file alone: no locks, no -wal, no -shm. This is enough, as a file is made in rollback mode
    and turned to WAL afterwards: the header has its application id from the start. SQLite reads the file instead of
    `open`, because closing a file drops all POSIX locks of the process on it, including those of SQLite.
    """
    connection = sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)
    try:
        found = connection.execute("PRAGMA application_id").fetchone()[0]
    except sqlite3.DatabaseError as error:
        if getattr(error, "sqlite_errorname", "").startswith("SQLITE_CORRUPT"):
            return  # perhaps just being written; the opening proper decides
        raise fault(path, error, schema) from error
    finally:
        connection.close()
    if found != schema.application_id:
        raise IndexFault(
            f"{path}: a database of another program (application id {found}, expected {schema.application_id}, an "
            f"{schema.name} of ctscan); give another path with {schema.option}"
        )


def _connect(
    path: Path, schema: Schema, factory: type[sqlite3.Connection], check_same_thread: bool
) -> sqlite3.Connection:
    """Open the file and set up the connection. Bring the tables up to date, where the file may be written to."""
    mode = _mode(path)
    connection = sqlite3.connect(
        f"{path.as_uri()}?{mode}",
        uri=True,
        factory=factory,
        check_same_thread=check_same_thread,
        timeout=BUSY_SECONDS,
        isolation_level=None,
        cached_statements=256,
    )
    try:
        for setting in _SETTINGS:
            connection.execute(setting)
        connection.execute(f"PRAGMA synchronous = {schema.synchronous}")
        row_checks.register(connection)
        known = migrations(schema)
        if mode != _WRITABLE:
            _check_version(connection, len(known), schema)
            return connection
        if version_of(connection) != len(known):
            in_transaction(connection, "BEGIN IMMEDIATE", lambda c: bring_up_to_date(c, known, schema))
        _turn_to_wal(connection, schema)
    except BaseException as error:
        connection.close()
        if mode == _BESIDE_CHANGES and _is_refusal(error):
            raise IndexFault(
                f"read-only, and its last changes lie in a -wal file, which can't be read here; open the {schema.name} "
                "once where it may be written to ('ctscan logs'), then copy it again"
            ) from error
        raise
    return connection


def _is_refusal(error: BaseException) -> bool:
    """Return whether SQLite may not make the files that it needs."""
    name = getattr(error, "sqlite_errorname", "")  # errors of the module itself have none
    return name.startswith(("SQLITE_CANTOPEN", "SQLITE_READONLY"))


_WRITABLE = "mode=rw"  # SQLite never creates the file, which would follow the umask
_BESIDE_CHANGES = "mode=ro"


def _mode(path: Path) -> str:
    """Choose the mode to open a file with. In a directory that may not be written to, SQLite can make neither -wal nor
    -shm: without a -wal nobody is writing, and the file is read as it is (`immutable`)."""
    may_add = os.access(path.parent, os.W_OK)
    if may_add and os.access(path, os.W_OK):
        return _WRITABLE
    wal = path.with_name(f"{path.name}-wal")
    has_changes = wal.exists() and wal.stat().st_size > 0
    return _BESIDE_CHANGES if may_add or has_changes else "mode=ro&immutable=1"


def _check_version(connection: sqlite3.Connection, known: int, schema: Schema) -> None:
    """Refuse a read-only file that would have to be changed before it can be read."""
    version = version_of(connection)
    if version > known:
        refuse_newer(version, known, schema)
    if version < known:
        raise IndexFault(
            f"read-only, and an {schema.name} of an older ctscan (version {version} of its tables, this one needs "
            f"{known}); open it once where it may be written to ('ctscan logs'), then copy it again"
        )


def _turn_to_wal(connection: sqlite3.Connection, schema: Schema) -> None:
    """Switch to the write-ahead log. The switch needs a moment alone and SQLite doesn't wait for it; processes that
    create one file at the same time meet here."""
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            if connection.execute("PRAGMA journal_mode = WAL").fetchone()[0] == "wal":
                return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise
        if time.monotonic() > deadline:
            raise IndexFault(f"the file system allows no write-ahead log; keep the {schema.name} on a local disk")
        time.sleep(0.01)
