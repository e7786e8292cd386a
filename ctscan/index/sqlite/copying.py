"""Copy of an open file, online: others go on reading and writing, and the copy is one snapshot."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from ctscan.errors import IndexFault
from ctscan.index.sqlite import cipher
from ctscan.index.sqlite.file_locks import sync
from ctscan.index.store_key import StoreKey

_PAGES = 4096  # 16 MiB at once


def copy(connection: sqlite3.Connection, path: Path, key: StoreKey | None) -> None:
    """Copy the snapshot of the open transaction into a new file with mode 0600, encrypted with the same key, check its
    structure, and sync it.

    Raises:
        IndexFault: the file can't be made, or the copy is damaged.
    """
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        path.chmod(0o600)  # against the umask
    except OSError as error:
        raise IndexFault(f"{path}: can't be made ({error.strerror}); give another place") from error
    connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()  # begins the snapshot
    with closing(cipher.connect(f"{path.as_uri()}?mode=rw", key, isolation_level=None)) as target:
        target.execute("PRAGMA journal_mode = OFF")
        target.execute("PRAGMA synchronous = OFF")  # the whole file is synced below
        target.execute("PRAGMA temp_store = MEMORY")
        connection.backup(target, pages=_PAGES)
    with closing(cipher.connect(f"{path.as_uri()}?mode=ro&immutable=1", key)) as target:
        if target.execute("PRAGMA integrity_check(1)").fetchone()[0] != "ok":
            raise IndexFault(
                f"{path}: the copy is damaged, as its original is, or the disk; `ctscan reindex` checks it"
            )
    sync(path)
