"""Errors of SQLite in plain words: one line that names the file, and what to do."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from ctscan.errors import IndexFault
from ctscan.index.sqlite.schema import INDEX

if TYPE_CHECKING:
    from ctscan.index.sqlite.schema import Schema


def damage(path: Path, tables: Iterable[str]) -> IndexFault:
    """Make the error of damaged tables of an index."""
    return IndexFault(f"{path}: the index is damaged ({', '.join(sorted(tables))}); {INDEX.mended_by}")


def fault(path: Path, error: sqlite3.Error, schema: Schema = INDEX) -> IndexFault:
    """Translate an SQLite error into one line for the user."""
    name = getattr(error, "sqlite_errorname", "") or type(error).__name__
    if str(error).startswith(_UNREADABLE):
        name = "SQLITE_CORRUPT"
    for prefix, advice in ADVICE.items():
        if name.startswith(prefix):
            return IndexFault(
                f"{path}: {advice.format(name=schema.name, option=schema.option, mended=schema.mended_by)}"
            )
    return IndexFault(f"{path}: the {schema.name} could not be used ({name}: {error})")


def words(schema: Schema) -> dict[str, str]:
    return {"name": schema.name, "option": schema.option, "mended": schema.mended_by}


ADVICE = {
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
