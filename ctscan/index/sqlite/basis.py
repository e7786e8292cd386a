"""Revisions of the basis. Functions of an open transaction."""

# ruff: noqa: S608 - statements contain column lists of our own; values are bound

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from ctscan.index.sqlite import row_checks, rows
from ctscan.model import Basis, BasisLog, BasisSource, LogChoice, LogListEdition, SkippedLog, decoded_message
from ctscan.model.basis import list_names

_COLUMNS = "revision, at, who, change, note, source, choice, keys"
_LOG_COLUMNS = "log_id, name, operator, is_member, reason, since"
_SOUND = row_checks.is_sound("basis")


def newest(connection: sqlite3.Connection) -> Basis | None:
    """Return the newest revision; None before the first."""
    row_checks.check_whole_tables(connection)
    found = connection.execute(
        f"SELECT logs_check, {_COLUMNS}, {_SOUND} FROM basis ORDER BY revision DESC LIMIT 1"
    ).fetchone()
    row = row_checks.sound_row(connection, "basis", found)
    return None if row is None else _basis_of(connection, row)


def history(connection: sqlite3.Connection) -> list[Basis]:
    """Return all revisions, newest first."""
    row_checks.check_whole_tables(connection)
    found = connection.execute(f"SELECT logs_check, {_COLUMNS}, {_SOUND} FROM basis ORDER BY revision DESC").fetchall()
    return [_basis_of(connection, row) for row in row_checks.sound(connection, "basis", found)]


def save(connection: sqlite3.Connection, basis: Basis) -> bool:
    """Insert a revision that follows the newest one; return False, with nothing written, for another number."""
    (last,) = connection.execute("SELECT coalesce(max(revision), 0) FROM basis").fetchone()
    if basis.revision != last + 1:
        return False
    connection.execute(
        f"INSERT INTO basis ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            basis.revision,
            rows.time_text(basis.at),
            rows.clean(basis.who),
            basis.change.encoded,
            rows.clean(basis.note),
            basis.source,
            _choice_text(basis.choice),
            _choice_text(basis.keys),
        ),
    )
    connection.executemany(
        f"INSERT INTO basis_log (basis, {_LOG_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)",
        [(basis.revision, *row) for row in _log_rows(basis)],
    )
    if basis.edition is not None:
        _save_edition(connection, basis.revision, basis.edition)
    return True


def note_edition(connection: sqlite3.Connection, revision: int, edition: LogListEdition) -> None:
    """Record that a scan read another edition of the log list with the same logs; nothing where a later revision was
    recorded meanwhile."""
    (last,) = connection.execute("SELECT coalesce(max(revision), 0) FROM basis").fetchone()
    if revision == last:
        connection.execute("DELETE FROM basis_list WHERE revision = ?", (revision,))
        _save_edition(connection, revision, edition)


def _save_edition(connection: sqlite3.Connection, revision: int, edition: LogListEdition) -> None:
    connection.execute(
        "INSERT INTO basis_list (revision, dated, version, read_at) VALUES (?, ?, ?, ?)",
        (
            revision,
            rows.optional_time_text(edition.dated),
            rows.clean(edition.version),
            rows.time_text(edition.read_at),
        ),
    )


def _edition_of(connection: sqlite3.Connection, revision: int) -> LogListEdition | None:
    sql = f"SELECT dated, version, read_at, {row_checks.is_sound('basis_list')} FROM basis_list WHERE revision = ?"
    row = row_checks.sound_row(connection, "basis_list", connection.execute(sql, (revision,)).fetchone())
    if row is None:
        return None
    dated, version, read_at = row
    return LogListEdition(rows.time_of(dated), version, datetime.fromisoformat(read_at))


def _log_rows(basis: Basis) -> Iterator[tuple[Any, ...]]:
    for log in basis.logs:
        reason = None if log.reason is None else rows.clean(log.reason.encoded)
        yield log.id, rows.clean(log.name), rows.clean(log.operator), 1, reason, rows.optional_time_text(log.since)
    for left in basis.outside:
        yield left.id, rows.clean(left.name), rows.clean(left.operator), 0, rows.clean(left.reason.encoded), None


def _basis_of(connection: sqlite3.Connection, row: Sequence[Any]) -> Basis:
    check, revision, at, who, change, note, source, choice, keys = row
    cursor = connection.execute(
        f"SELECT crc, {_LOG_COLUMNS}, {row_checks.is_sound('basis_log')} FROM basis_log WHERE basis = ? ORDER BY id",
        (revision,),
    )
    checked = list(row_checks.sound(connection, "basis_log", cursor))
    if sum(crc for crc, *_ in checked) != check:  # a lost log would narrow what answers speak of
        row_checks.note(connection, "basis_log")
    found = [row for _, *row in checked]
    return Basis(
        revision=revision,
        at=datetime.fromisoformat(at),
        who=who,
        change=decoded_message(change),
        note=note,
        source=BasisSource(source),
        choice=_choice_of(choice),
        keys=_choice_of(keys),
        logs=tuple(
            BasisLog(log_id, name, operator, decoded_message(reason) if reason else None, rows.time_of(since))
            for log_id, name, operator, is_member, reason, since in found
            if is_member
        ),
        outside=tuple(
            SkippedLog(log_id, name, operator, decoded_message(reason))
            for log_id, name, operator, is_member, reason, _ in found
            if not is_member
        ),
        edition=_edition_of(connection, revision),
    )


def _choice_text(choice: LogChoice | None) -> str | None:
    if choice is None:
        return None
    shape = {"log_list": list_names(choice), "logs": list(choice.logs)}
    return json.dumps(shape, separators=(",", ":"))  # ASCII, so that a path that is no UTF-8 comes back as it was


def _choice_of(text: str | None) -> LogChoice | None:
    if text is None:
        return None
    shape = json.loads(text)
    found = shape["log_list"] or ()  # a text for a single one, as older versions wrote it
    return LogChoice((found,) if isinstance(found, str) else tuple(found), tuple(shape["logs"]))
