"""Runs, the logs that they selected and skipped, and their rule sets. Functions of an open transaction."""

# ruff: noqa: S608 - statements contain column lists and question marks of our own; values are bound

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import ctscan.model as model
from ctscan.errors import IndexFault
from ctscan.index.sqlite import logs, row_checks, rows

if TYPE_CHECKING:
    from ctscan.model import Log, RuleSet, Run, RunState, SkippedLog


_COLUMNS = "id, who, started, ended, scope, rules, purpose, command, outcome, entries, candidates, certificates"


def start(
    connection: sqlite3.Connection, run: Run, rules: RuleSet, selected: Sequence[Log], skipped: Sequence[SkippedLog]
) -> int:
    """Insert a run with its logs; return its id."""
    save_rules(connection, rules)
    cursor = connection.execute(
        "INSERT INTO run (who, started, ended, scope, rules, purpose, command, outcome, entries, candidates,"
        " certificates) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            rows.clean(run.who),
            rows.time_text(run.started),
            rows.optional_time_text(run.ended),
            rows.clean(run.scope),
            rules.version,
            rows.clean(run.purpose),
            rows.clean(run.command),
            run.outcome,
            run.entries,
            run.candidates,
            run.certificates,
        ),
    )
    run_id = int(cursor.lastrowid or 0)
    extend(connection, run_id, selected, skipped)
    return run_id


def save_rules(connection: sqlite3.Connection, rules: RuleSet) -> None:
    """Insert a rule set that is not in the index. The version is a digest of the rules: rules that were lost by damage
    come back."""
    text = rows.rules_json(rules)
    found = connection.execute("SELECT rules FROM rule_set WHERE version = ?", (rules.version,)).fetchone()
    if found is None:
        insert = row_checks.Insert("rule_set", "version, rules")
        insert.write(connection, [(rules.version, text)])
    elif found[0] != text:
        connection.execute("UPDATE rule_set SET rules = ? WHERE version = ?", (text, rules.version))


def extend(connection: sqlite3.Connection, run_id: int, selected: Sequence[Log], skipped: Sequence[SkippedLog]) -> None:
    """Add logs to a run. A log named again is selected or skipped as named last, under its new name; selected logs are
    saved."""
    _require(connection.execute("SELECT count(*) FROM run WHERE id = ?", (run_id,)).fetchone()[0], run_id)
    for log in selected:
        logs.save(connection, log)
    named: list[tuple[bytes, str, str, str | None]] = [(log.id, log.name, log.operator, None) for log in selected]
    named += [(log.id, log.name, log.operator, log.reason.encoded) for log in skipped]
    connection.executemany(
        "INSERT INTO run_log (run, log_id, name, operator, reason) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (run, log_id) DO UPDATE"
        " SET name = excluded.name, operator = excluded.operator, reason = excluded.reason",
        [
            (run_id, log_id, rows.clean(name), rows.clean(operator), None if reason is None else rows.clean(reason))
            for log_id, name, operator, reason in named
        ],
    )


def end(connection: sqlite3.Connection, run_id: int, ended: datetime, outcome: RunState) -> None:
    """Record the end of a run."""
    cursor = connection.execute(
        "UPDATE run SET ended = ?, outcome = ? WHERE id = ?", (rows.time_text(ended), outcome, run_id)
    )
    _require(cursor.rowcount, run_id)


def count(connection: sqlite3.Connection, run_id: int, entries: int, candidates: int, certificates: int) -> None:
    """Add to the counters of a run."""
    cursor = connection.execute(
        "UPDATE run SET entries = entries + ?, candidates = candidates + ?, certificates = certificates + ?"
        " WHERE id = ?",
        (entries, candidates, certificates, run_id),
    )
    _require(cursor.rowcount, run_id)


def rules_of_run(connection: sqlite3.Connection, run_id: int) -> str:
    """Return the version of the rule set of a run."""
    row = connection.execute("SELECT rules FROM run WHERE id = ?", (run_id,)).fetchone()
    _require(row is not None, run_id)
    return str(row[0])


def newest(connection: sqlite3.Connection, limit: int) -> list[Run]:
    """Return the newest runs, newest first."""
    cursor = connection.execute(f"SELECT {_COLUMNS} FROM run ORDER BY id DESC LIMIT ?", (limit,))
    return [_run_of(row) for row in cursor]


def rule_sets(connection: sqlite3.Connection) -> dict[str, RuleSet]:
    """Return all rule sets, by version."""
    cursor = connection.execute(f"SELECT version, rules, {row_checks.is_sound('rule_set')} FROM rule_set")
    found = row_checks.sound(connection, "rule_set", cursor)
    return {version: rows.rules_of(version, rules) for version, rules in found}


def _run_of(row: tuple[Any, ...]) -> Run:
    id, who, started, ended, scope, rules, purpose, command, outcome, *rest = row
    at = datetime.fromisoformat(started)
    return model.Run(id, who, at, rows.time_of(ended), scope, rules, purpose, command, model.RunState(outcome), *rest)


def _require(found: object, run_id: int) -> None:
    if not found:
        raise IndexFault(f"run {run_id} is not in this index; start a new scan")
