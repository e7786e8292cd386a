"""Retention in an SQLite file: the limits that were applied to certificates, and the deletion of what is old.

Counting and deleting share their conditions, so that a purge deletes what its dry run counted. Every method that
deletes is one short transaction on at most `AT_ONCE` rows: a kill loses nothing, and other writers wait for
milliseconds. The limits are written before the first row goes: an answer may then say too little of what is kept, never
too much.
"""

# ruff: noqa: S608 - statements contain conditions of our own; values are bound

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from ctscan.index.sqlite import case_ages, dropping, ranges, rows
from ctscan.index.sqlite.opened import OpenedFile
from ctscan.index.sqlite.rows import placeholders
from ctscan.model.keep import KeepKind, Purged, summed

if TYPE_CHECKING:
    from ctscan.model.keep import Limits, PurgeBounds

AT_ONCE = 200
"""Rows of one transaction."""

_IS_OLD = (
    "(coalesce(certificate.not_after < :expired, 0) OR coalesce(certificate.not_before < :findings, 0))"
    f" AND NOT {dropping.IS_RESTRICTED}"
)
"""Condition of a certificate that the limits leave out: as `personal.keeping.is_kept` decides at ingest."""

_NEEDED = (
    "EXISTS (SELECT 1 FROM repository_sighting JOIN leaf ON leaf.id = repository_sighting.leaf JOIN certificate"
    f" ON certificate.id = leaf.certificate WHERE repository_sighting.search = search.id AND NOT ({_IS_OLD}))"
)

_ROWS: dict[KeepKind, tuple[Purged, str, str]] = {
    KeepKind.SEARCHES: (Purged.SEARCHES, "search", f"started < :before AND ended IS NOT NULL AND NOT {_NEEDED}"),
    KeepKind.DISCLOSURES: (Purged.DISCLOSURES, "disclosure", "at < :before"),
    KeepKind.RUNS: (
        Purged.RUNS,
        "run",
        "started < :before AND ended IS NOT NULL AND id < (SELECT max(id) FROM run)",  # the trail names the newest
    ),
    KeepKind.QUARANTINE: (Purged.QUARANTINE, "quarantine", "at < :before"),
    KeepKind.CRLS: (Purged.CRLS, "crl", "fetched < :before"),
    KeepKind.ALERTS: (
        Purged.ALERTS,
        "alert",
        "at < :before AND assigned = 1 AND NOT EXISTS (SELECT 1 FROM alert_delivery LEFT JOIN alert_message"
        " ON alert_message.id = message WHERE alert_delivery.alert = alert.id AND coalesce(state, 'due') = 'due')",
    ),
}
"""Records without anything that hangs on them: kind in a receipt, table, condition."""

_OLD_PROOFS = (
    "tree_head CROSS JOIN audit_paths ON audit_paths.head = tree_head.id"
    " CROSS JOIN sighting ON sighting.paths = audit_paths.id CROSS JOIN leaf ON leaf.id = sighting.leaf"
    " CROSS JOIN certificate ON certificate.id = leaf.certificate"
    f" WHERE tree_head.saved < :before AND NOT ({_IS_OLD})"
)


class SqliteRetention(OpenedFile):
    """`Retention` in an SQLite file."""

    async def count_old(self, bounds: PurgeBounds) -> dict[Purged, int]:
        return await self._database.read(lambda c: count_old(c, bounds))

    async def purge_old(self, bounds: PurgeBounds) -> AsyncIterator[Mapping[Purged, int]]:
        row = 0
        while ids := await self._old_after(bounds.limits, row):
            row = ids[-1]
            yield await self._drop_old(bounds.limits, ids)
        for kind in [kind for kind in (*_ROWS, KeepKind.EVIDENCE) if bounds.of(kind) is not None]:
            while number := await self._drop_rows(kind, bounds):
                yield {_kind_of(kind): number}
        for case in await self._database.read(lambda c: case_ages.old(c, bounds.of(KeepKind.CASES))):
            yield {Purged.CASES: await self._drop_case(case)}

    async def naming_cases(self, bounds: PurgeBounds) -> list[int]:
        return await self._database.read(lambda c: naming_cases(c, bounds))

    async def pseudonymise_case(self, case: int, digest: Callable[[str, str], bytes]) -> int:
        return await self._database.write(lambda c: case_ages.pseudonymise(c, case, digest))

    async def _old_after(self, limits: Limits, row: int) -> list[int]:
        return await self._database.read(lambda c: old_after(c, limits, row)) if limits.rules else []

    async def _drop_old(self, limits: Limits, ids: Sequence[int]) -> Counter[Purged]:
        return await self._database.write(lambda c: dropping.drop_certificates(c, still_old(c, limits, ids)))

    async def _drop_rows(self, kind: KeepKind, bounds: PurgeBounds) -> int:
        return await self._database.write(lambda c: drop_rows(c, kind, bounds))

    async def _drop_case(self, case: int) -> int:
        return await self._database.write(lambda c: case_ages.drop(c, case))

    async def drop_identities(self, identities: Sequence[bytes]) -> Mapping[Purged, int]:
        return await self._database.write(lambda c: dropping.drop_certificates(c, dropping.rows_of(c, identities)))

    async def narrow_coverage(self, narrowed: Callable[[str], str]) -> int:
        return await self._database.write(lambda c: narrow_coverage(c, narrowed))

    async def count_wider(self, narrowed: Callable[[str], str]) -> int:
        return await self._database.read(lambda c: len(_wider(c, narrowed)))

    async def empty_log(self) -> bool:
        return await self._database.empty_log()


def _bound(limits: Limits) -> dict[str, Any]:
    kinds = (KeepKind.EXPIRED, KeepKind.FINDINGS)
    return {str(kind): rows.seconds(limits.before(kind)) for kind in kinds}


# --- what is old --------------------------------------------------------------------------------------------------


def old_after(connection: sqlite3.Connection, limits: Limits, row: int) -> list[int]:
    """Return the next certificates behind a row that the limits leave out."""
    sql = f"SELECT id FROM certificate WHERE id > :row AND {_IS_OLD} ORDER BY id LIMIT {AT_ONCE}"
    return [id for (id,) in connection.execute(sql, {"row": row, **_bound(limits)})]


def still_old(connection: sqlite3.Connection, limits: Limits, ids: Sequence[int]) -> list[int]:
    """Return those of some certificates that the limits leave out now."""
    sql = f"SELECT 1 FROM certificate WHERE id = :id AND {_IS_OLD}"
    bound = _bound(limits)
    return [id for id in ids if connection.execute(sql, {"id": id, **bound}).fetchone()]


def count_old(connection: sqlite3.Connection, bounds: PurgeBounds) -> dict[Purged, int]:
    """Count what `purge_old` would delete."""
    counts: Counter[Purged] = Counter()
    if bounds.limits.rules:
        counts[Purged.CERTIFICATES], counts[Purged.FINDINGS] = connection.execute(
            "SELECT count(*), coalesce(sum((SELECT count(*) FROM finding WHERE certificate = certificate.id)), 0)"
            f" FROM certificate WHERE {_IS_OLD}",
            _bound(bounds.limits),
        ).fetchone()
    for kind, before in bounds.before.items():
        if kind in _ROWS or kind is KeepKind.EVIDENCE:
            sql = f"SELECT count(*) FROM {_rows_of(kind)}"
            counts[_kind_of(kind)] = connection.execute(sql, _values(kind, bounds)).fetchone()[0]
        elif kind is KeepKind.CASES:
            counts[Purged.CASES] = len(case_ages.old(connection, before))
    return summed([counts])


def _kind_of(kind: KeepKind) -> Purged:
    return _ROWS[kind][0] if kind in _ROWS else Purged.EVIDENCE


def _rows_of(kind: KeepKind) -> str:
    return f"{_ROWS[kind][1]} WHERE {_ROWS[kind][2]}" if kind in _ROWS else _OLD_PROOFS


def _values(kind: KeepKind, bounds: PurgeBounds) -> dict[str, Any]:
    before = bounds.of(kind)
    return {"before": rows.optional_time_text(before), **_bound(bounds.limits)}


def drop_rows(connection: sqlite3.Connection, kind: KeepKind, bounds: PurgeBounds) -> int:
    """Delete some old records of a kind; return their number. A proof leaves its entry and takes its hashes along."""
    if kind is KeepKind.EVIDENCE:
        chosen = f"(SELECT sighting.id FROM {_OLD_PROOFS} LIMIT {AT_ONCE})"
        sql = f"UPDATE sighting SET paths = NULL WHERE id IN {chosen}"
    else:
        table = _ROWS[kind][1]
        sql = f"DELETE FROM {table} WHERE id IN (SELECT id FROM {_rows_of(kind)} LIMIT {AT_ONCE})"
    return connection.execute(sql, _values(kind, bounds)).rowcount


def naming_cases(connection: sqlite3.Connection, bounds: PurgeBounds) -> list[int]:
    """Return the closed cases that should name nobody any longer and do, without those that go as a whole."""
    gone = set(case_ages.old(connection, bounds.of(KeepKind.CASES)))
    old = case_ages.old_by_regime(connection, bounds.cases_by_regime)
    return case_ages.naming(connection, [case for case in old if case not in gone])


# --- scopes -------------------------------------------------------------------------------------------------------


def narrow_coverage(connection: sqlite3.Connection, narrowed: Callable[[str], str]) -> int:
    """Let ranges count only for what a narrower scope allows; return their number. Look-ups of anything else find the
    gap *out of scope* there."""
    wider = _wider(connection, narrowed)
    for log in {log for log, _ in wider}:
        for verified in ranges.verified(connection, log):
            scope = narrowed(verified.scope)
            if scope != verified.scope:
                connection.execute(
                    "DELETE FROM coverage WHERE log = ? AND scope = ? AND rules = ? AND range_start = ?",
                    (log, rows.clean(verified.scope), verified.rules, verified.start),
                )
                ranges.add_verified(connection, log, replace(verified, scope=scope))
    for (scope,) in connection.execute("SELECT DISTINCT scope FROM pending").fetchall():
        connection.execute("UPDATE pending SET scope = ? WHERE scope = ?", (narrowed(scope), scope))
    return len(wider)


def _wider(connection: sqlite3.Connection, narrowed: Callable[[str], str]) -> list[tuple[int, int]]:
    scopes = [scope for (scope,) in connection.execute("SELECT DISTINCT scope FROM coverage")]
    wide = [scope for scope in scopes if narrowed(scope) != scope]
    sql = f"SELECT log, id FROM coverage WHERE scope IN ({placeholders(wide)})"
    return connection.execute(sql, wide).fetchall()
