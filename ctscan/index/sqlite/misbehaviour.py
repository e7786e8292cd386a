"""Misbehaviour of logs: evidence, and decisions about it. Functions of an open transaction."""

# ruff: noqa: S608 - statements contain column lists of our own; values are bound

from __future__ import annotations

import sqlite3
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING

import ctscan.model as model
from ctscan.index.sqlite import row_checks, rows
from ctscan.model import decoded_message
from ctscan.model.hashes import split_hashes

if TYPE_CHECKING:
    from ctscan.model import (
        DismissedMisbehaviour,
        MisbehaviourDecision,
        MisbehaviourEvidence,
        MisbehaviourKind,
        RecordedMisbehaviour,
    )


def record(connection: sqlite3.Connection, log: int, at: datetime, reason: str, evidence: MisbehaviourEvidence) -> None:
    """Record misbehaviour of the log in this row. The same reason with the same evidence is one misbehaviour, however
    often it is seen."""
    kind = None if evidence.kind is None else str(evidence.kind)
    parts = [rows.clean(reason).encode(), *([kind.encode()] if kind else []), *evidence.heads, *evidence.hashes]
    digest = sha256(b"".join(sha256(part).digest() for part in parts)).digest()
    cursor = connection.execute(
        "INSERT INTO misbehaviour (log, at, reason, digest, kind, hashes) VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT DO NOTHING",
        (
            log,
            rows.time_text(at),
            rows.clean(reason),
            digest,
            kind,
            b"".join(evidence.hashes),
        ),
    )
    if cursor.rowcount:
        connection.executemany(
            "INSERT INTO misbehaviour_head (misbehaviour, ordinal, raw) VALUES (?, ?, ?)",
            [(cursor.lastrowid, ordinal, raw) for ordinal, raw in enumerate(evidence.heads)],
        )


def recorded(connection: sqlite3.Connection, log_id: bytes | None) -> list[RecordedMisbehaviour]:
    """Return the misbehaviour of a log, oldest first; None: of all logs."""
    found = connection.execute(
        "SELECT misbehaviour.id, log.log_id, at, reason, kind, hashes FROM misbehaviour"
        " JOIN log ON log.id = misbehaviour.log WHERE ?1 IS NULL OR log.log_id = ?1 ORDER BY at, misbehaviour.id",
        (log_id,),
    ).fetchall()
    return [
        model.RecordedMisbehaviour(
            number=id,
            log_id=of_log,
            at=datetime.fromisoformat(at),
            reason=reason,
            evidence=model.MisbehaviourEvidence(
                None if kind is None else model.MisbehaviourKind(kind),
                _heads(connection, id),
                tuple(split_hashes(hashes)),
            ),
            decisions=_decisions(connection, id),
        )
        for id, of_log, at, reason, kind, hashes in found
    ]


def _heads(connection: sqlite3.Connection, id: int) -> tuple[bytes, ...]:
    cursor = connection.execute("SELECT raw FROM misbehaviour_head WHERE misbehaviour = ? ORDER BY ordinal", (id,))
    return tuple(raw for (raw,) in cursor)


def _decisions(connection: sqlite3.Connection, id: int) -> tuple[MisbehaviourDecision, ...]:
    cursor = connection.execute(
        "SELECT at, who, is_dismissal, reason FROM misbehaviour_decision WHERE misbehaviour = ? ORDER BY id", (id,)
    )
    return tuple(
        model.MisbehaviourDecision(datetime.fromisoformat(at), who, bool(is_dismissal), decoded_message(reason))
        for at, who, is_dismissal, reason in cursor
    )


def set_kind(connection: sqlite3.Connection, number: int, kind: MisbehaviourKind) -> None:
    """Name the contradiction that the heads of an older version prove by themselves."""
    connection.execute("UPDATE misbehaviour SET kind = ? WHERE id = ? AND kind IS NULL", (str(kind), number))


def decide(connection: sqlite3.Connection, number: int, decision: MisbehaviourDecision) -> None:
    """Add a decision about recorded misbehaviour."""
    connection.execute(
        "INSERT INTO misbehaviour_decision (misbehaviour, at, who, is_dismissal, reason) VALUES (?, ?, ?, ?, ?)",
        (
            number,
            rows.time_text(decision.at),
            rows.clean(decision.who),
            int(decision.is_dismissal),
            rows.clean(decision.reason.encoded),
        ),
    )


def summary(connection: sqlite3.Connection, log: int) -> tuple[tuple[str, ...], tuple[DismissedMisbehaviour, ...]]:
    """Return the reasons of a log's misbehaviour that stands, newest last, and the misbehaviour that is dismissed."""
    cursor = connection.execute(
        "SELECT misbehaviour.id, misbehaviour.reason, is_dismissal, decision.at, decision.reason,"
        f" {row_checks.is_sound('misbehaviour')} AND"
        f" (decision.id IS NULL OR {row_checks.is_sound('misbehaviour_decision', 'decision')}) FROM misbehaviour"
        " LEFT JOIN misbehaviour_decision AS decision ON decision.id ="
        " (SELECT max(newest.id) FROM misbehaviour_decision AS newest WHERE newest.misbehaviour = misbehaviour.id)"
        " WHERE log = ? ORDER BY misbehaviour.at, misbehaviour.id",
        (log,),
    )
    found = list(row_checks.sound(connection, "misbehaviour", cursor))
    standing = tuple(reason for _, reason, is_dismissed, _, _ in found if not is_dismissed)
    dismissed = tuple(
        model.DismissedMisbehaviour(id, datetime.fromisoformat(at), decoded_message(why))
        for id, _, is_dismissed, at, why in found
        if is_dismissed
    )
    return standing, dismissed
