"""Counts for reports of exposure: the steps of one snapshot.

choose certificates ──► pass over findings ──► dates, standings ──► without what is newer: a second pass
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from ctscan.index.sqlite import exposed_certificates, exposed_people, exposed_scope, exposed_views, uses
from ctscan.index.sqlite.exposed_findings import FindingsPass, known_traits
from ctscan.index.sqlite.ignoring import IgnoreList
from ctscan.index.sqlite.opened import OpenedFile
from ctscan.model.exposure import Counted, ExposureCounts, ExposureQuestion

T = TypeVar("T")


class SqliteExposure(OpenedFile):
    """`Exposure` in an SQLite file."""

    async def exposure(self, question: ExposureQuestion) -> ExposureCounts:
        return await self._database.read(lambda c: exposure(c, question))

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
    finally:
        exposed_scope.forget(connection)


def _counts(connection: sqlite3.Connection, question: ExposureQuestion) -> ExposureCounts:
    flags = exposed_scope.key_flags(connection)
    exposed_scope.choose(connection, question, flags)
    traits = known_traits(connection)
    ignoring = IgnoreList(connection, question.ignored)
    one = FindingsPass(traits, flags, ignoring, are_people_kept=question.with_people)
    counted = one.run(connection)
    exposed_scope.keep(connection, one.certificates)
    dates = exposed_certificates.dates(connection, question.since)
    found = ExposureCounts(
        counted=counted,
        before=None,
        standings=exposed_certificates.standings(connection, question.now),
        issuers=dict(connection.execute("SELECT id, name FROM issuer_name")),
        logs=dict(dates.logs),
        issued=dict(dates.issued),
        seen=dict(dates.seen),
        seen_since=len(dates.newer),
        hosts=exposed_certificates.hosts(connection),
        units=dict(dates.units),
        people=exposed_people.people(connection, one.labels, traits, ignoring) if question.with_people else (),
        unclassified=sum(count for alike, count in counted.alike.items() if not alike.uses),
    )
    if question.since is None:
        return found
    exposed_scope.leave_out(connection, dates.newer)
    del one
    return replace(found, before=_before(connection, question, exposed_scope.forget_seen(flags)))


def _before(connection: sqlite3.Connection, question: ExposureQuestion, flags: exposed_scope.KeyFlags) -> Counted:
    ignoring = IgnoreList(connection, question.ignored)
    return FindingsPass(known_traits(connection), flags, ignoring, are_people_kept=False).run(connection)
