"""Suppressions of an index, each method as one transaction: see `Suppressing` in `index.protocols`."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from ctscan.errors import IndexFault
from ctscan.index.sqlite import forgetting, hiding, rows
from ctscan.index.sqlite.opened import OpenedFile
from ctscan.index.sqlite.sieving import known_of
from ctscan.model.suppression import (
    Suppressed,
    SuppressionKind,
    SuppressionsAsked,
)

if TYPE_CHECKING:
    from ctscan.index.sqlite.suppressing import SuppressionGate
    from ctscan.model.forgetting import ForgetRequest, Forgotten
    from ctscan.model.suppression import Suppression


class SqliteSuppressions(OpenedFile):
    """Methods of `Suppressing`."""

    async def forget(self, request: ForgetRequest) -> Forgotten:
        done = await self._database.write(lambda c: self._gate.forget(c, request))
        return replace(done, deferred=not await self._database.empty_log())

    async def rehearse_forget(self, request: ForgetRequest) -> Forgotten:
        return await self._database.rehearse(lambda c: self._gate.rehearse(c, request))

    async def lift_suppression(self, entry: Suppression) -> Forgotten:
        return await self._database.write(lambda c: self._gate.lift(c, entry))

    async def suppressions(self) -> tuple[Suppression, ...]:
        return await self._database.read(lambda c: known_of(c).entries)

    async def kept_issuers(self) -> AsyncIterator[tuple[bytes, bytes]]:
        row = 0
        while portion := await self._issuers_after(row):
            for row, sha256, packed in portion:  # noqa: B007 - the next portion begins after it
                yield sha256, rows.unpack(packed)

    async def kept_partly_read(self) -> AsyncIterator[tuple[bytes, bytes]]:
        row = 0
        while portion := await self._partly_read_after(row):
            for row, identity, packed in portion:  # noqa: B007 - the next portion begins after it
                yield identity, rows.unpack(packed)

    async def _partly_read_after(self, row: int) -> list[tuple[int, bytes, bytes]]:
        sql = (
            "SELECT leaf.id, identity, der FROM leaf CROSS JOIN certificate ON certificate.id = leaf.certificate"
            " WHERE partly > 0 AND leaf.id > ? ORDER BY leaf.id LIMIT 50"
        )
        return await self._database.read(lambda c: c.execute(sql, (row,)).fetchall(), whole=True)

    async def _issuers_after(self, row: int) -> list[tuple[int, bytes, bytes]]:
        sql = "SELECT id, sha256, der FROM issuer WHERE id > ? ORDER BY id LIMIT 200"
        return await self._database.read(lambda c: c.execute(sql, (row,)).fetchall())

    async def scope_without_suppressed(self, scope: str) -> str:
        return await self._database.read(lambda c: forgetting.scope_without(known_of(c), scope))

    async def suppressions_of(
        self, forms: Sequence[tuple[str, str]], names: Sequence[Sequence[Sequence[str]]]
    ) -> SuppressionsAsked:
        return await self._database.read(lambda c: _asked(c, forms, names))

    @property
    def _gate(self) -> SuppressionGate:
        if self._database.gate is None:
            raise IndexFault(f"{self._database.path}: opened without its suppressions")
        return self._database.gate


def _asked(
    connection: sqlite3.Connection, forms: Sequence[tuple[str, str]], names: Sequence[Sequence[Sequence[str]]]
) -> SuppressionsAsked:
    known = known_of(connection)
    entry = known.of_identifier(forms)
    own = None
    if entry is not None:
        own = Suppressed(entry.at, entry.ground, entry.kind is SuppressionKind.RESTRICTED)
    return SuppressionsAsked(
        suppressed=own,
        shared=bool(known.keys)
        and (forgetting.is_other(connection, known, forms, names) or hiding.hides_match(connection, forms, names)),
        lifted=known.was_lifted(forms),
        any=any(True for _ in known.active()),
        lost=known.lost_since(),
    )
