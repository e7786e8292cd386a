"""Opening of an index file or an audit trail: the file is checked or made, then connected and brought up to date."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from ctscan.errors import IndexFault
from ctscan.index.sqlite import cipher, row_checks
from ctscan.index.sqlite.cipher import plain_errors
from ctscan.index.sqlite.conversion_marks import busy, is_marked, settle
from ctscan.index.sqlite.faults import fault
from ctscan.index.sqlite.schema import bring_up_to_date, migrations, refuse_newer, version_of
from ctscan.index.store_key import SETTING

if TYPE_CHECKING:
    from ctscan.index.sqlite.schema import Schema
    from ctscan.index.store_key import StoreKey

T = TypeVar("T")

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


# --- the file -----------------------------------------------------------------------------------------------------


def prepare_file(path: Path, create: bool, schema: Schema, key: StoreKey | None) -> Path:
    """Return the absolute path of a file that may be opened. A file made here is readable by its owner only."""
    try:
        path = path.expanduser().absolute()
        settle(path)
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
        check_ours(path, schema, key)
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


def check_ours(path: Path, schema: Schema, key: StoreKey | None, *, by_cipher: bool = False) -> None:
    """Refuse a file of another kind, without touching it.

    `immutable` reads the file alone: no locks, no -wal, no -shm. This is enough, as a file is made in rollback mode
    and turned to WAL afterwards: the header has its application id from the start. SQLite reads the file instead of
    `open`, because closing a file drops all POSIX locks of the process on it, including those of SQLite.

    `by_cipher`: SQLCipher reads the file even without a key.
    """
    try:
        found = _application_id(path, key, is_plain=by_cipher and key is None)
    except sqlite3.DatabaseError as error:
        name = getattr(error, "sqlite_errorname", "")
        if name.startswith("SQLITE_CORRUPT"):
            return  # perhaps just being written; the opening proper decides
        if name == "SQLITE_NOTADB":
            raise _unread(path, schema, key, error) from error
        raise fault(path, error, schema) from error
    if found != schema.application_id:
        raise IndexFault(
            f"{path}: a database of another program (application id {found}, expected {schema.application_id}, an "
            f"{schema.name} of ctscan); give another path with {schema.option}"
        )


def _application_id(path: Path, key: StoreKey | None, *, is_plain: bool = False) -> int:
    """Read the application id of a file, without touching it. `is_plain`: SQLCipher reads a file that isn't
    encrypted."""
    uri = f"{path.as_uri()}?mode=ro&immutable=1"
    with plain_errors():
        connection = cipher.connect_cipher(uri, None) if is_plain else cipher.connect(uri, key)
        try:
            return int(connection.execute("PRAGMA application_id").fetchone()[0])
        finally:
            connection.close()


def _unread(path: Path, schema: Schema, key: StoreKey | None, error: sqlite3.DatabaseError) -> IndexFault:
    """Describe a file that is no database for its key, or without one."""
    if key is None:
        if not looks_encrypted(path):
            return fault(path, error, schema)
        return IndexFault(
            f"{path}: the {schema.name} is encrypted, or the file is none of ctscan; name its key: {SETTING}"
        )
    if is_plain(path):
        return IndexFault(
            f"{path}: the {schema.name} isn't encrypted, and {key.path} is configured as its key; `ctscan encrypt "
            f"--key-file {key.path}` encrypts index and trail, or leave the key out: {SETTING}"
        )
    return IndexFault(
        f"{path}: the key in {key.path} doesn't open this {schema.name}: it has another key, or is another file; name "
        f"the right key: {SETTING}; or another path: {schema.option}"
    )


def is_plain(path: Path) -> bool:
    """Return whether SQLCipher reads a file without a key."""
    try:
        _application_id(path, None, is_plain=True)
    except sqlite3.DatabaseError:
        return False
    return True


def looks_encrypted(path: Path) -> bool:
    """Return whether a file that is no database has whole pages, and almost every octet in the first one, as a random
    page of 4,096 has. Reading it drops no lock: this process can't have it open."""
    try:
        with path.open("rb") as file:
            first = file.read(_PAGE)
        return path.stat().st_size % _PAGE == 0 and len(set(first)) > _RANDOM
    except OSError:
        return False


_PAGE = 4096
_RANDOM = 240  # of 256 values; a random page lacks none with a probability of 99.997 %


# --- the connection -----------------------------------------------------------------------------------------------


def connect_file(
    path: Path, schema: Schema, key: StoreKey | None, mixin: type, check_same_thread: bool
) -> sqlite3.Connection:
    """Open the file and set up the connection. Bring the tables up to date, where the file may be written to."""
    with plain_errors():
        connection = _connect(path, schema, key, mixin, check_same_thread)
    if is_marked(path):  # a conversion began since `prepare_file` looked
        connection.close()
        raise IndexFault(busy(path))
    return connection


def _connect(
    path: Path, schema: Schema, key: StoreKey | None, mixin: type, check_same_thread: bool
) -> sqlite3.Connection:
    mode = open_mode(path)
    connection = cipher.connect(
        f"{path.as_uri()}?{mode}",
        key,
        mixin,
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
        if mode != WRITABLE:
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


WRITABLE = "mode=rw"  # SQLite never creates the file, which would follow the umask
_BESIDE_CHANGES = "mode=ro"
_AS_IT_IS = "mode=ro&immutable=1"


def open_mode(path: Path) -> str:
    """Choose the mode to open a file with. In a directory that may not be written to, SQLite can make neither -wal nor
    -shm: without a -wal nobody is writing, and the file is read as it is (`immutable`)."""
    may_add = os.access(path.parent, os.W_OK)
    if may_add and os.access(path, os.W_OK):
        return WRITABLE
    wal = path.with_name(f"{path.name}-wal")
    has_changes = wal.exists() and wal.stat().st_size > 0
    return _BESIDE_CHANGES if may_add or has_changes else _AS_IT_IS


def state_as_it_is(path: Path) -> tuple[int, ...] | None:
    """Return inode, size and time of change of a file that is read as it is; None for any other. SQLite takes such a
    file for one that nobody changes, and goes on with old pages where somebody does."""
    if open_mode(path) != _AS_IT_IS:
        return None
    try:
        found = path.stat()
    except OSError:
        return ()  # it has gone, which is no state of a file
    return found.st_ino, found.st_size, found.st_mtime_ns


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
            with plain_errors():
                if connection.execute("PRAGMA journal_mode = WAL").fetchone()[0] == "wal":
                    return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise
        if time.monotonic() > deadline:
            raise IndexFault(f"the file system allows no write-ahead log; keep the {schema.name} on a local disk")
        time.sleep(0.01)


def in_transaction(connection: sqlite3.Connection, begin: str, work: Callable[[sqlite3.Connection], T]) -> T:
    """Run `work(connection)` between `begin` and COMMIT; roll back on any exception."""
    with plain_errors():
        connection.execute(begin)
        try:
            result = work(connection)
            connection.execute("COMMIT")
        except BaseException:
            connection.rollback()
            raise
        return result
