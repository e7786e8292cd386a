"""Look-ups page by page, and look-ups beside the identifier: mailboxes of a name, similar addresses, and numbers of
certificates. A part of `SqliteIndex`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from ctscan.index.sqlite import lookups
from ctscan.index.sqlite.opened import OpenedFile

if TYPE_CHECKING:
    from ctscan.model import LookupKey, Match


class SimilarLookups(OpenedFile):
    """Methods of `Finder` that page, or that find what wasn't asked for, each as one transaction."""

    async def list_keys(self, keys: Sequence[LookupKey], limit: int) -> list[int]:
        return await self._database.read(lambda c: lookups.listed_by_keys(c, keys, limit))

    async def listed(self, listed: Sequence[int], keys: Sequence[LookupKey]) -> list[Match]:
        return await self._database.read(lambda c: lookups.by_listed(c, listed, keys))

    async def find_mailboxes(
        self, local_parts: Collection[str], limit: int, without: Collection[bytes]
    ) -> tuple[list[Match], bool]:
        return await self._database.read(lambda c: lookups.by_mailboxes(c, local_parts, limit, without))

    async def similar_addresses(self, addresses: Collection[str], limit: int) -> list[str]:
        return await self._database.read(lambda c: lookups.similar_addresses(c, addresses, limit))

    async def count_keys(self, keys: Sequence[LookupKey], limit: int) -> int:
        return await self._database.read(lambda c: lookups.number_of_keys(c, keys, limit))

    async def count_name(self, words: Sequence[Collection[str]], limit: int) -> int:
        return await self._database.read(lambda c: lookups.number_of_name(c, words, limit))

    async def estimate_name(self, words: Sequence[Collection[str]], limit: int) -> tuple[int, bool]:
        return await self._database.read(lambda c: lookups.estimate_of_name(c, words, limit))
