"""Limits of retention that were applied to an index: every look-up names them. They are noted before the first row
goes."""

# ruff: noqa: S608 - the statement contains an expression of our own

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime

from ctscan.index.sqlite import row_checks, rows
from ctscan.index.sqlite.opened import OpenedFile
from ctscan.index.sqlite.remembered import once
from ctscan.model.keep import KeepKind, KeptRule, Limits, Period, Unit


class SqliteLimits(OpenedFile):
    """Methods of `Retention` on limits."""

    async def kept_limits(self) -> Limits:
        return await self._database.read(once(limits))

    async def note_limits(self, applied: Limits) -> None:
        if applied.rules:
            await self._database.write(lambda c: note_limits(c, applied))


# --- functions of an open transaction -----------------------------------------------------------------------------


def limits(connection: sqlite3.Connection) -> Limits:
    """Return the limits that were applied, by kind."""
    found = connection.execute(
        f"SELECT kind, count, unit, before, {row_checks.is_sound('keep_limit')} FROM keep_limit ORDER BY kind"
    )
    return Limits(
        tuple(
            KeptRule(KeepKind(kind), Period(count, Unit(unit)), rows.time_at(before) or _ALWAYS)
            for kind, count, unit, before in row_checks.sound(connection, "keep_limit", found)
        )
    )


_ALWAYS = datetime.min.replace(tzinfo=UTC)


def note_limits(connection: sqlite3.Connection, applied: Limits) -> None:
    """Note limits before they are applied. A limit never moves back: what was left out before is missing still."""
    connection.executemany(
        "INSERT INTO keep_limit (kind, count, unit, before) VALUES (?, ?, ?, ?) ON CONFLICT (kind) DO UPDATE"
        " SET count = excluded.count, unit = excluded.unit, before = excluded.before"
        " WHERE excluded.before >= keep_limit.before",
        [(rule.kind, rule.period.count, rule.period.unit, rows.seconds(rule.before)) for rule in applied.rules],
    )
