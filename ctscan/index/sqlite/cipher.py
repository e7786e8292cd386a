"""Drivers of SQLite files: the SQLite of Python, and SQLCipher for files that are encrypted as a whole.

Both are copies of SQLite of their own. A file that has a key is only ever opened by SQLCipher: closing a file in one
copy would drop the locks that the other one holds on it. The exceptions of sqlcipher3 are classes of that module;
`plain_errors` is the one place where they become those of `sqlite3`, which the rest of the room knows.
"""

from __future__ import annotations

import sqlite3
import sys
from functools import cache
from typing import TYPE_CHECKING, Any

from ctscan.extras import missing_extra

if TYPE_CHECKING:
    from ctscan.index.store_key import StoreKey

SETTINGS = (
    "PRAGMA cipher_log_level = NONE",  # a wrong key is an error of ours, no lines on stderr
    "PRAGMA cipher_compatibility = 4",  # AES-256-CBC and HMAC-SHA-512 of each page of 4,096 octets
    "PRAGMA cipher_memory_security = OFF",  # what is read passes through Python, which wipes no memory
    "PRAGMA recursive_triggers = OFF",  # as in the SQLite of Python
)
"""Settings of each connection by SQLCipher, fixed so that another default of a later version changes nothing."""


def load() -> Any:
    """Load SQLCipher.

    Raises:
        UsageError: the extra isn't installed.
    """
    try:
        from sqlcipher3 import dbapi2
    except ImportError:
        raise missing_extra("an encrypted index", "encrypted") from None
    return dbapi2


def connect(uri: str, key: StoreKey | None, mixin: type | None = None, **options: Any) -> sqlite3.Connection:
    """Open a file by the driver that its key asks for.

    Args:
        uri: URI of the file.
        key: its key; None: the file isn't encrypted.
        mixin: class with further methods of the connection.
        options: options of `sqlite3.connect`.
    """
    if key is None:
        return sqlite3.connect(uri, uri=True, factory=_class_of(sqlite3.Connection, mixin), **options)
    return connect_cipher(uri, key, mixin, **options)


def connect_cipher(uri: str, key: StoreKey | None, mixin: type | None = None, **options: Any) -> sqlite3.Connection:
    """Open a file by SQLCipher; without a key, a file that isn't encrypted. The connection has the interface of
    `sqlite3.Connection`, and errors of its own: see `plain_errors`."""
    driver = load()
    connection: sqlite3.Connection = driver.connect(
        uri, uri=True, factory=_class_of(driver.Connection, mixin), **options
    )
    try:
        connection.execute(SETTINGS[0])
        if key is not None:
            connection.execute(f"PRAGMA key = {quoted(key)}")  # a PRAGMA takes no parameters
        for setting in SETTINGS[1:]:
            connection.execute(setting)
    except BaseException:
        connection.close()
        raise
    return connection


def quoted(key: StoreKey) -> str:
    """Write a key as SQLCipher takes raw keys; the digits were checked when the key was read."""
    return f"\"x'{key.digits}'\""


@cache
def _class_of(base: type, mixin: type | None) -> type:
    """Make the class of connections of a driver with further methods."""
    return base if mixin is None else type(mixin.__name__, (mixin, base), {})


# --- errors -------------------------------------------------------------------------------------------------------


class _PlainErrors:
    """Context that costs nothing where nothing fails: it stands around every transaction."""

    def __enter__(self) -> None: ...

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if error is not None and isinstance(error, _errors_of_cipher()):
            raise _plain(error) from error


_PLAIN_ERRORS = _PlainErrors()


def plain_errors() -> _PlainErrors:
    """Turn errors of SQLCipher into those of `sqlite3` (a context)."""
    return _PLAIN_ERRORS


def _errors_of_cipher() -> tuple[type[Exception], ...]:
    """Return the base of the errors of SQLCipher; nothing while nobody has loaded it."""
    driver = sys.modules.get("sqlcipher3.dbapi2")
    return () if driver is None else (driver.Error,)


def _plain(error: Exception) -> sqlite3.Error:
    """Make the error of `sqlite3` with the same class name, message and code."""
    made: sqlite3.Error = getattr(sqlite3, type(error).__name__, sqlite3.DatabaseError)(*error.args)
    name = str(getattr(error, "sqlite_errorname", ""))
    if name == "SQLITE_CONSTRAINT" and str(error).startswith("FOREIGN KEY"):
        name = "SQLITE_CONSTRAINT_FOREIGNKEY"  # the driver gives no extended codes
    if name:
        made.sqlite_errorname = name
        made.sqlite_errorcode = int(getattr(error, "sqlite_errorcode", 0))
    return made
