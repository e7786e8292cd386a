"""Static-ct tiles (C2SP static-ct-api, tlog-tiles), over HTTP or in a directory.

    checkpoint                      signed tree head
    tile/data/<N>[.p/<W>]           entries, 256 (or W) back to back
    tile/<L>/<N>[.p/<W>]            hashes
    issuer/<SHA-256 in hex>         DER

`TiledSource` knows the paths, and when to expect a partial tile to be gone; a function passed in fetches the bytes. It
verifies only the facts that an address itself states: the hash of an issuer, the number of hashes in a tile.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Literal, Protocol, TypeVar

from msgspec.structs import replace

from ctscan.ct.note import parse_checkpoint
from ctscan.ct.tiles import WIDTH, tile_path
from ctscan.ct.wire import cut_tile
from ctscan.errors import FormatError, Missing, Refused
from ctscan.http.decoding import GZIP_MAGIC, ZSTD_MAGIC, gunzip, unpack
from ctscan.model.hashes import HASH_SIZE
from ctscan.native_core import CORE, Core

if TYPE_CHECKING:
    from ctscan.http.rate_limit import ConcurrencyWindow
    from ctscan.model import Batch, Log, Octets, Span, TreeHead

CHECKPOINT_LIMIT = 64 * 1024
DATA_TILE_LIMIT = 16 * 1024 * 1024  # bytes, decompressed; real ones are under 1 MiB
ISSUER_LIMIT = 256 * 1024
_GZIP_ROOM = 1024  # bytes by which gzip may lengthen hashes
T = TypeVar("T")


class Fetch(Protocol):
    """Function that fetches one resource below the monitoring prefix. Raises Missing when it doesn't exist, SourceError
    as `LogSource` says."""

    async def __call__(self, path: str, limit: int, parse: Callable[[bytes], T], *, packed: bool = False) -> T:
        """Fetch at most `limit` bytes. `packed`: leave the gzip that a header announces to `parse`, which raises
        FormatError for bytes that should be fetched again."""
        ...


class TiledSource:
    """`TileSource` over any fetching function."""

    def __init__(self, log: Log, fetch: Fetch, window: ConcurrencyWindow) -> None:
        self.log = log
        self.window = window
        self.proofs: Literal["hash tiles"] = "hash tiles"
        self._fetch = fetch

    def impatient(self) -> TiledSource:
        """Return this source: asking again doesn't change a file."""
        return self

    def limit_batch(self, entries: int) -> None:
        """Do nothing: a tile can't be asked for in parts."""

    @property
    def batch_limit(self) -> int | None:
        """None: a tile always holds as many entries."""
        return None

    async def head(self) -> TreeHead:
        """Fetch the checkpoint, without verifying its signature or origin. Raises ProofError when it carries no
        signature line of this log's key."""
        return await self._fetch("checkpoint", CHECKPOINT_LIMIT, self._checkpoint)

    def _checkpoint(self, raw: bytes) -> TreeHead:
        return parse_checkpoint(raw, self.log.id)

    def next_range(self, start: int, end: int) -> Span:
        """Return the range from `start` to the end of its tile, or to `end`."""
        return start, min(end, tile_end(start))

    async def entries(self, start: int, end: int, size: int) -> Batch:
        """Fetch all entries of the tile of `start` in the tree of `size`. The batch begins at the tile's first entry,
        which may lie before `start` (`slice_batch` cuts it)."""
        if not 0 <= start < end <= size:
            raise ValueError(f"entries {start} to {end} of a tree of {size}")
        index = start // WIDTH
        return await self.data_tile(index, min(WIDTH, size - index * WIDTH))

    async def data_tile(self, index: int, width: int) -> Batch:
        """Fetch the first `width` entries of data tile `index`. Only ask for widths that a tree head implies."""
        try:
            data = await self._data(index, width)
        except (Missing, Refused):  # stores of objects answer 403 for an object that isn't there
            if width == WIDTH:
                raise
            whole = cut_tile(await self._data(index, WIDTH), self.log.id, index * WIDTH, WIDTH)
            return slice_batch(whole, whole.start, whole.start + width)
        return cut_tile(data, self.log.id, index * WIDTH, width)

    async def _data(self, index: int, width: int) -> Octets:
        return await self._fetch(tile_path("data", index, width), DATA_TILE_LIMIT, unpack_tile, packed=True)

    async def hash_tile(self, level: int, index: int, width: int) -> bytes:
        """Fetch `width` x 32 bytes; a missing partial tile is cut from the full tile."""
        try:
            return await self._hashes(level, index, width)
        except (Missing, Refused):
            if width == WIDTH:
                raise
            return (await self._hashes(level, index, WIDTH))[: width * HASH_SIZE]

    async def _hashes(self, level: int, index: int, width: int) -> bytes:
        octets = width * HASH_SIZE
        return await self._fetch(tile_path(level, index, width), octets + _GZIP_ROOM, partial(_plain_hashes, octets))

    async def issuer(self, fingerprint: bytes) -> bytes:
        """Fetch the DER of an issuer and check its SHA-256."""
        path = f"issuer/{fingerprint.hex()}"
        return await self._fetch(path, ISSUER_LIMIT, partial(_check_fingerprint, fingerprint), packed=True)

    async def aclose(self) -> None:
        """Do nothing: connections belong to the client."""


def unpack_tile(data: bytes, core: Core | None = CORE) -> Octets:
    """Unpack a data tile, where it is packed. An entry begins with its time, so no data tile begins like gzip before
    the year 70,000,000.

    Raises:
        FormatError: damaged gzip or zstd, or a tile beyond the limit.
    """
    found = core.gunzip(data, DATA_TILE_LIMIT) if core is not None else None
    if found is None or found[:4].startswith((GZIP_MAGIC, ZSTD_MAGIC)):
        return unpack(data, DATA_TILE_LIMIT)
    return found


def _plain_hashes(octets: int, tile: bytes) -> bytes:
    """Check the size of a hash tile, and undo gzip that no header announces. A plain tile may begin like gzip, but has
    the right size; hashes don't shrink, so a tile in gzip is longer."""
    if len(tile) != octets and tile.startswith(GZIP_MAGIC):
        tile = gunzip(tile, octets)
    if len(tile) != octets:
        raise FormatError(f"expected {octets // HASH_SIZE} hashes, {octets} bytes, got {len(tile)} bytes")
    return tile


def _check_fingerprint(fingerprint: bytes, packed: bytes) -> bytes:
    der = unpack(packed, ISSUER_LIMIT)
    if hashlib.sha256(der).digest() != fingerprint:
        raise FormatError(f"expected an issuer with SHA-256 {fingerprint.hex()}, got another")
    return der


def tile_end(start: int) -> int:
    """Return the first index after the tile of `start`."""
    return (start // WIDTH + 1) * WIDTH


def slice_batch(batch: Batch, start: int, end: int) -> Batch:
    """Return the entries `[start, end)` of a batch that holds them, over the same buffers."""
    first, last = start - batch.start, end - batch.start
    if first == 0 and last == len(batch.leaves):
        return batch
    if not 0 <= first < last <= len(batch.leaves):
        raise ValueError(f"entries {start} to {end} of a batch of {len(batch.leaves)} from {batch.start}")
    return replace(
        batch,
        start=start,
        leaves=batch.leaves[first:last],
        certs=batch.certs[first:last],
        precerts=batch.precerts[first:last],
        extras=batch.extras[first:last],
    )
