"""Conversion of an index and its trail in place, to encrypted files or back; see `conversion_marks` for its steps.

Only an encrypted copy is ever written beside the files of an index that is encrypted; SQLCipher keeps what it sorts in
memory, and the copy needs no journal: a killed conversion deletes it.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from ctscan.errors import IndexFault, UsageError
from ctscan.index.sqlite import cipher, opening
from ctscan.index.sqlite.cipher import plain_errors
from ctscan.index.sqlite.conversion_marks import SWAPPING, WRITING, Conversion, busy, draft_of, lock_of, settle
from ctscan.index.sqlite.faults import fault
from ctscan.index.sqlite.file_locks import held_alone, sync
from ctscan.index.sqlite.schema import INDEX, TRAIL, Schema
from ctscan.index.store_key import StoreKey

_WAIT_MS = 2_000  # for processes that are about to close the index


@contextmanager
def converted(index: Path, trail: Path, key: StoreKey, *, encrypts: bool) -> Iterator[Conversion]:
    """Make converted copies of an index and its trail, and put them into the place of both when the body has ended.

    The body may write to the copies (`draft_of`), and has to close them. An error in it undoes the conversion.

    Args:
        index: the index file.
        trail: its trail; a missing one is made by the body, or stays missing.
        key: key to encrypt with, or of the encrypted files.
        encrypts: direction.

    Raises:
        UsageError: the files are in that state already.
        IndexFault: another process has one of the files open, a file can't be read, or the disk is full.
    """
    cipher.load()
    conversion = Conversion(index.resolve(), trail.resolve(), encrypts)
    settle(conversion.index)
    with held_alone(lock_of(conversion.index), busy(index)):
        _check_state(conversion, key)
        try:
            conversion.announce(WRITING)
            with ExitStack() as stack:
                for file, schema in zip(conversion.files, (TRAIL, INDEX), strict=True):
                    if file.exists():
                        _copy(stack, file, schema, key, encrypts=encrypts)
                yield conversion
                _sync_drafts(conversion)
                conversion.announce(SWAPPING)
        except BaseException as error:
            conversion.undo()
            if isinstance(error, OSError):
                raise IndexFault(f"{index}: can't be converted here ({error.strerror}); it is as it was") from error
            raise
        conversion.finish()


def _check_state(conversion: Conversion, key: StoreKey) -> None:
    """Refuse files that are not in the state to begin with."""
    for file, schema in zip(conversion.files, (TRAIL, INDEX), strict=True):
        if not file.exists():
            continue
        if opening.is_plain(file) is not conversion.encrypts:
            state = "encrypted already" if conversion.encrypts else "not encrypted"
            raise UsageError(f"{file}: the {schema.name} is {state}, or no {schema.name} of ctscan; nothing was done")
        opening.check_ours(file, schema, None if conversion.encrypts else key, by_cipher=True)


def _copy(stack: ExitStack, file: Path, schema: Schema, key: StoreKey, *, encrypts: bool) -> None:
    """Copy a file to its draft, and hold it until the stack is closed: no process can open it meanwhile."""
    draft = draft_of(file)
    os.close(os.open(draft, os.O_CREAT | os.O_TRUNC | os.O_RDWR, 0o600))
    draft.chmod(0o600)  # against the umask
    try:
        with plain_errors():
            connection = cipher.connect_cipher(
                f"{file.as_uri()}?mode=rw", None if encrypts else key, isolation_level=None, timeout=_WAIT_MS / 1000
            )
            stack.enter_context(closing(connection))
            _take(connection)
            _export(connection, draft, schema, key if encrypts else None)
    except sqlite3.OperationalError as error:
        if getattr(error, "sqlite_errorname", "").startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
            raise IndexFault(
                f"{file}: another process has the {schema.name} open; end it (a scan, a look-up), then try again"
            ) from error
        raise fault(file, error, schema) from error
    except sqlite3.Error as error:
        raise fault(file, error, schema) from error


def _take(connection: sqlite3.Connection) -> None:
    """Take the file for this connection alone, and move all changes from the write-ahead log into it."""
    connection.execute("PRAGMA locking_mode = EXCLUSIVE")
    connection.execute("PRAGMA temp_store = MEMORY")
    connection.execute("BEGIN EXCLUSIVE")
    connection.execute("COMMIT")
    if connection.execute("PRAGMA journal_mode = DELETE").fetchone()[0] != "delete":
        raise sqlite3.OperationalError("the write-ahead log can't be ended")


def _export(connection: sqlite3.Connection, draft: Path, schema: Schema, key: StoreKey | None) -> None:
    """Write all tables of an open file into a draft, and compare both."""
    connection.execute("ATTACH DATABASE ? AS other KEY ?", (str(draft), "" if key is None else f"x'{key.digits}'"))
    connection.execute("PRAGMA other.journal_mode = OFF")
    connection.execute("PRAGMA other.synchronous = OFF")  # the whole file is synced before it counts
    connection.execute("SELECT sqlcipher_export('other')")
    (version,) = connection.execute("PRAGMA main.user_version").fetchone()
    connection.execute(f"PRAGMA other.user_version = {int(version)}")
    connection.execute(f"PRAGMA other.application_id = {schema.application_id}")
    if _counts(connection, "main") != _counts(connection, "other"):
        raise sqlite3.DatabaseError("the copy has other rows")
    (found,) = connection.execute("PRAGMA other.integrity_check(1)").fetchone()
    if found != "ok":
        raise sqlite3.DatabaseError("the copy is damaged")
    connection.execute("DETACH DATABASE other")


def _counts(connection: sqlite3.Connection, name: str) -> dict[str, int]:
    """Count the rows of each table, and the other things of a schema."""
    found = connection.execute(f"SELECT type, name FROM {name}.sqlite_schema ORDER BY type, name").fetchall()  # noqa: S608
    counts = {f"{kind} {thing}": 1 for kind, thing in found if kind != "table"}
    for kind, table in found:
        if kind == "table":
            sql = f'SELECT count(*) FROM {name}."{table}"'  # noqa: S608  names of our own tables
            counts[table] = int(connection.execute(sql).fetchone()[0])
    return counts


def _sync_drafts(conversion: Conversion) -> None:
    for file in conversion.files:
        draft = draft_of(file)
        if draft.with_name(f"{draft.name}-wal").exists():
            raise IndexFault(f"{draft}: is still open; nothing was converted")
        if draft.exists():
            sync(draft)
        sync(draft.parent)
