"""Gate of an open index to its suppression file: every transaction begins with all suppressions carried out.

An index counts the entries of the file that it has carried out. Where the file has more (a restored copy, a process
that was killed between the file and the index, another index with the same file), the rest is carried out before any
work. An index that can't be written to hides the certificates instead, for as long as it is open.
"""

from __future__ import annotations

import sqlite3
from datetime import datetime
from typing import TYPE_CHECKING

from msgspec.structs import replace

import ctscan.model as model
from ctscan.errors import IndexFault, InputError, UsageError
from ctscan.index.sqlite import forgetting, hiding
from ctscan.index.sqlite.byte_locks import descriptor_of, held_whole
from ctscan.index.sqlite.remembered import recall
from ctscan.index.sqlite.row_checks import Noting
from ctscan.model.suppression import Ground, Suppression, SuppressionKind
from ctscan.privacy.suppression_file import SuppressionFile, missing_file

if TYPE_CHECKING:
    from ctscan.model import Forgotten, Removed
    from ctscan.model.forgetting import ForgetRequest
    from ctscan.model.suppression import PrivacyFiles
    from ctscan.privacy.suppression import Suppressions


class SuppressionGate:
    """Gate of one open index.

    Args:
        files: key file and suppression file.
    """

    def __init__(self, files: PrivacyFiles) -> None:
        self._file = SuppressionFile(files)
        self._withheld = -1  # entries of the file that were withheld from a reader

    def is_behind(self, connection: sqlite3.Connection) -> bool:
        """Return whether the file has entries that the index hasn't carried out.

        Raises:
            IndexFault: the file or its key is missing, was changed, or is that of another index.
        """
        known = self._current()
        applied = _applied(connection, known, self._file)
        _keep(connection, known)
        return applied < len(known.entries)

    def settle(self, connection: sqlite3.Connection) -> None:
        """Carry out the entries that the index hasn't carried out. In a writing transaction."""
        known = self._current()
        applied = _applied(connection, known, self._file)
        for entry in known.entries[applied:]:
            forgetting.carry_out(connection, known, entry)
        if applied < len(known.entries):
            _save(connection, known.file, len(known.entries))
        _keep(connection, known)

    def withhold(self, connection: sqlite3.Connection) -> None:
        """Hide the certificates of the entries that an index which can't be written to hasn't carried out."""
        known = self._current()
        if self._withheld == len(known.entries):
            return
        pending = known.entries[_applied(connection, known, self._file) :]
        held = [one for one in pending if one.kind is not SuppressionKind.LIFTED and one in tuple(known.active())]
        hiding.withhold(connection, (id for one in held for id in forgetting.matching(connection, known, one)))
        self._withheld = len(known.entries)

    def forget(self, connection: sqlite3.Connection, request: ForgetRequest) -> Forgotten:
        """Delete or hide a person, and write the entry to the file. In a writing transaction, which the caller commits:
        the entry is on the disk before."""
        with _errors(), held_whole(descriptor_of(self._file.path.with_name(f"{self._file.path.name}.lock"))):
            known = self._file.begun()
            self.settle(connection)
            entry, removed, told = forgetting.forget(connection, known, request)
            return replace(self._promised(connection, entry, removed), told=told)

    def rehearse(self, connection: sqlite3.Connection, request: ForgetRequest) -> Forgotten:
        """Delete or hide a person in a transaction that the caller rolls back."""
        with _errors():
            known = self._file.rehearsed()
            entry, removed, told = forgetting.forget(connection, known, request)
            return model.Forgotten(entry, removed, told)

    def lift(self, connection: sqlite3.Connection, entry: Suppression) -> Forgotten:
        """Take an entry back, and write that to the file. In a writing transaction."""
        with _errors(), held_whole(descriptor_of(self._file.path.with_name(f"{self._file.path.name}.lock"))):
            self._file.begun()
            self.settle(connection)
            shown = connection.execute(
                "DELETE FROM restricted_certificate WHERE suppression = ?", (entry.lifts,)
            ).rowcount
            return self._promised(connection, entry, model.Removed(shown))

    def accept_loss(self, connection: sqlite3.Connection, at: datetime) -> Suppression:
        """Begin another suppression file in place of one that is lost. In a writing transaction that didn't settle.

        What is hidden stays hidden for good, as nobody knows whose entry could be lifted.

        Raises:
            UsageError: the suppressions of the index are there.
        """
        with _errors(), held_whole(descriptor_of(self._file.path.with_name(f"{self._file.path.name}.lock"))):
            if not self._is_lost(connection):
                raise UsageError("suppressions accept-loss: the suppressions of this index are here; nothing was done")
            self._file.set_aside()
            connection.execute("UPDATE restricted_certificate SET suppression = 0")
            entry = Suppression(1, at, SuppressionKind.LOST, Ground.OBJECTION)
            return self._promised(connection, entry, model.Removed()).entry

    def _is_lost(self, connection: sqlite3.Connection) -> bool:
        try:
            _applied(connection, self._file.current(), self._file)
        except (InputError, IndexFault):
            return True
        return False

    def _promised(self, connection: sqlite3.Connection, entry: Suppression, removed: Removed) -> Forgotten:
        known = self._file.append(entry)
        _save(connection, known.file, len(known.entries))
        _keep(connection, known)
        return model.Forgotten(known.entries[-1], removed)

    def _current(self) -> Suppressions:
        with _errors():
            return self._file.current()


class _errors:  # noqa: N801 - used like a function
    """Context that names a problem of the file as one of the index, which can't be used without it."""

    def __enter__(self) -> None: ...

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, InputError):
            raise IndexFault(str(error)) from None
        if isinstance(error, OSError):
            raise IndexFault(f"the suppression file can't be locked ({error.strerror}); check its directory") from None


def _keep(connection: sqlite3.Connection, known: Suppressions) -> None:
    if isinstance(connection, Noting):
        connection.suppressions = known


def _applied(connection: sqlite3.Connection, known: Suppressions, file: SuppressionFile) -> int:
    """Return the number of entries that the index has carried out.

    Raises:
        InputError: it has carried out entries of another file, or more than the file has.
    """
    found = recall(connection, _applied, lambda c: c.execute(_STATE).fetchone())
    if found is None:
        return 0
    if found[0] != known.file or found[1] > len(known.entries):
        raise IndexFault(str(missing_file(file.path, found[1])))
    return int(found[1])


_STATE = "SELECT file, applied FROM main.suppression_state"


def _save(connection: sqlite3.Connection, file: bytes, applied: int) -> None:
    connection.execute(
        "INSERT INTO suppression_state (one, file, applied) VALUES (1, ?, ?)"
        " ON CONFLICT (one) DO UPDATE SET file = excluded.file, applied = excluded.applied",
        (file, applied),
    )
