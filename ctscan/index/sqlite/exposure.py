"""Counts for reports of exposure: the steps of one snapshot.

choose certificates ──► pass over findings ──► dates, standings ──► without what is newer: a second pass
                    └─► check their rows
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from ctscan.errors import IndexFault
from ctscan.index.sqlite import (
    exposed_certificates,
    exposed_checks,
    exposed_people,
    exposed_scope,
    exposed_views,
    uses,
)
from ctscan.index.sqlite.exposed_findings import FindingsPass, known_traits
from ctscan.index.sqlite.ignoring import IgnoreList
from ctscan.index.sqlite.opened import OpenedFile
from ctscan.model.exposure import ExposureCounts

if TYPE_CHECKING:
    from ctscan.model.exposure import ExposureQuestion, Totals

T = TypeVar("T")


class SqliteExposure(OpenedFile):
    """`Exposure` in an SQLite file."""

    async def exposure(self, question: ExposureQuestion) -> ExposureCounts:
        return await self._database.read(lambda c: exposure(c, question))

    async def check_exposure(self, question: ExposureQuestion) -> None:
        await self._database.read(lambda c: check(c, question))

    async def unclassified_after(self, row: int) -> list[tuple[int, bytes, str]]:
        return await self._database.read(lambda c: uses.missing_after(c, row))

    async def save_uses(self, found: Sequence[uses.Uses]) -> None:
        await self._database.write(lambda c: uses.write(c, found))

    async def read_view(self, view: str, take: exposed_views.Take[T]) -> T:
        return await self._database.read(lambda c: exposed_views.read_view(c, view, take))


def exposure(connection: sqlite3.Connection, question: ExposureQuestion) -> ExposureCounts:
    """Count; see `Exposure.exposure`."""
    try:
        return _counts(connection, question)
    except (ValueError, TypeError, LookupError) as error:  # a row that says what no version ever wrote
        raise IndexFault("the index is damaged, and can't be counted; 'ctscan reindex' repairs it") from error
    finally:
        exposed_scope.forget(connection)


def check(connection: sqlite3.Connection, question: ExposureQuestion) -> None:
    """Check; see `Exposure.check_exposure`."""
    try:
        exposed_scope.choose(connection, question, exposed_scope.key_flags(connection))
        exposed_checks.check(connection, question)
    finally:
        exposed_scope.forget(connection)


def _counts(connection: sqlite3.Connection, question: ExposureQuestion) -> ExposureCounts:
    flags = exposed_scope.key_flags(connection)
    exposed_scope.choose(connection, question, flags)
    traits, ignoring = known_traits(connection), IgnoreList(connection, question.ignored)
    one = FindingsPass(traits, flags, ignoring, are_people_kept=question.with_people)
    before = _take(connection, one, question.since)
    counted = one.counted(connection)
    exposed_scope.keep(connection, one.certificates)
    dates = exposed_certificates.dates(connection)
    return ExposureCounts(
        counted=counted,
        before=before,
        standings=exposed_certificates.standings(connection, question.now),
        issuers=dict(connection.execute("SELECT id, name FROM issuer_name")),
        logs=dict(dates.logs),
        issued=dict(dates.issued),
        seen=dict(dates.seen),
        seen_since=exposed_scope.count_newer(connection),
        hosts=exposed_certificates.hosts(connection),
        units=dict(dates.units),
        people=exposed_people.people(connection, one.labels, traits, ignoring) if question.with_people else (),
        unclassified=sum(count for alike, count in counted.alike.items() if not alike.uses),
    )


def _take(connection: sqlite3.Connection, one: FindingsPass, since: datetime | None) -> Totals | None:
    """Take all certificates, those that were seen before `since` first; return their totals."""
    if since is None:
        one.take(connection, newer=False)
        return None
    exposed_scope.mark_newer(connection, since)
    one.take(connection, newer=False)
    before = one.totals(connection)
    one.take(connection, newer=True)
    return before
