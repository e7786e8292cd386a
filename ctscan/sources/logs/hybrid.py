"""Hybrid logs: RFC 6962 for tree heads and proofs, data tiles as a faster source of the same entries.

Tiles are trusted no more than other answers: the same leaves make the same root. A hybrid log has no checkpoints, no
hash tiles and no partial tiles; so the ragged tail, and any tile that is missing or unusable, comes by get-entries.
"""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, Final, Literal

from ctscan.ct.tiles import WIDTH
from ctscan.errors import CutError, Missing, Refused, SourceError
from ctscan.http.rate_limit import ConcurrencyWindow
from ctscan.model import LogProtocol
from ctscan.sources.logs.rfc6962 import Rfc6962Source
from ctscan.sources.logs.static_ct import http_fetch
from ctscan.sources.logs.tile_reader import TiledSource, slice_batch, tile_end

if TYPE_CHECKING:
    from ctscan.http.client import Client
    from ctscan.model import Batch, Log, Span, TreeHead
    from ctscan.sources import ProofSource
    from ctscan.sources.logs.tuning import Tuning

PROTOCOL: Final = LogProtocol.HYBRID
_REMEMBERED = 4096  # most tiles remembered as unusable
_ENOUGH = 3  # failures in a row, each up to a minute long; then no tile is requested until the next tree head


def open_source(log: Log, client: Client, tuning: Tuning) -> ProofSource:
    """Open a hybrid log, without a request."""
    return HybridSource(log, client, tuning)


class HybridSource:
    """`ProofSource` that reads entries from data tiles where it can."""

    def __init__(self, log: Log, client: Client, tuning: Tuning, window: ConcurrencyWindow | None = None) -> None:
        self.log = log
        self.window = window or ConcurrencyWindow(tuning.concurrency)
        self.proofs: Literal["on request"] = "on request"
        self._posted = Rfc6962Source(log, client, tuning, self.window)
        self._client, self._tuning = client, tuning
        self._tiles = self._tiles_by(client)
        self._avoided: dict[int, None] = {}  # tile indexes, oldest first
        self._failures = 0  # of tiles, in a row; a missing or garbled tile doesn't count

    def _tiles_by(self, client: Client) -> TiledSource:
        fetch = http_fetch(self.log.monitoring_url, self.log.operator, client, self._tuning, self.window)
        return TiledSource(self.log, fetch, self.window)

    def impatient(self) -> HybridSource:
        """Return this source with a single try for each request; both avoid the same tiles."""
        source, client = copy(self), self._client.impatient()
        source._posted, source._tiles = self._posted.impatient(), source._tiles_by(client)
        return source

    @property
    def batch_limit(self) -> int | None:
        """Most entries that get-entries is known to give, where fewer than configured."""
        return self._posted.batch_limit

    def limit_batch(self, entries: int) -> None:
        """Ask get-entries for at most so many entries."""
        self._posted.limit_batch(entries)

    async def head(self) -> TreeHead:
        """Fetch the tree head by get-sth, without verifying it."""
        self._failures = 0
        return await self._posted.head()

    def next_range(self, start: int, end: int) -> Span:
        """Return the range to the end of the tile of `start`; where no tile can be used, the range that get-entries
        prefers."""
        if tile_end(start) > end or not self._has_tile(start // WIDTH):
            return self._posted.next_range(start, end)
        return start, tile_end(start)

    async def entries(self, start: int, end: int, size: int) -> Batch:
        """Fetch entries from the data tile where it is full in the tree of `size`, else by get-entries. The batch
        begins at `start` and may end before `end`."""
        if not 0 <= start < end <= size:
            raise ValueError(f"entries {start} to {end} of a tree of {size}")
        index = start // WIDTH
        if tile_end(start) > size or not self._has_tile(index):
            return await self._posted.entries(start, end, size)
        try:
            batch = await self._tiles.data_tile(index, WIDTH)
        except (SourceError, CutError) as error:
            is_quick = isinstance(error, Missing | Refused | CutError)
            self._failures += not is_quick
            self.avoid_tile(start)
            # a tile that failed for long has used up the patience with these entries
            posted = self._posted if is_quick else self._posted.impatient()
            return await posted.entries(start, end, size)
        self._failures = 0
        return slice_batch(batch, start, min(end, tile_end(start)))

    def _has_tile(self, index: int) -> bool:
        return self._failures < _ENOUGH and index not in self._avoided

    def avoid_tile(self, start: int) -> None:
        """Read the tile of entry `start` by get-entries from now on: its content doesn't belong to the tree."""
        self._avoided[start // WIDTH] = None
        if len(self._avoided) > _REMEMBERED:
            del self._avoided[next(iter(self._avoided))]

    async def consistency(self, first: int, second: int) -> tuple[bytes, ...]:
        """Fetch a consistency proof by get-sth-consistency."""
        return await self._posted.consistency(first, second)

    async def entry_and_proof(self, index: int, size: int) -> tuple[bytes, tuple[bytes, ...]]:
        """Fetch an entry and its proof by get-entry-and-proof, or by get-entries and get-proof-by-hash."""
        return await self._posted.entry_and_proof(index, size)

    async def issuer(self, fingerprint: bytes) -> bytes:
        """Fetch an issuer from beside the tiles, whose entries name their issuers by fingerprint."""
        return await self._tiles.issuer(fingerprint)

    async def aclose(self) -> None:
        """Nothing is held: connections belong to the client."""
