"""Reads a log from static-ct tiles (C2SP static-ct-api, tlog-tiles), wherever they lie: over HTTP or in a directory.

    checkpoint                      signed tree head
    tile/data/<N>[.p/<W>]           entries, 256 (or W) back to back
    tile/<L>/<N>[.p/<W>]            hashes
    issuer/<SHA-256 in hex>         DER

`TiledSource` knows the paths and when a partial tile is gone; how bytes are fetched is a function it is given. It
verifies nothing but what an address itself says: the hash of an issuer, the number of hashes in a tile.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Literal, Protocol, TypeVar

from ctscan.ct.note import parse_checkpoint
from ctscan.ct.tiles import WIDTH, tile_path
from ctscan.ct.wire import cut_tile
from ctscan.errors import FormatError, Missing
from ctscan.http.rate_limit import Window
from ctscan.model import Batch, Log, Span, TreeHead
from ctscan.model.hashes import HASH_SIZE

CHECKPOINT_LIMIT = 64 * 1024
DATA_TILE_LIMIT = 16 * 1024 * 1024  # bytes, decompressed; real ones are under 1 MiB
ISSUER_LIMIT = 256 * 1024
T = TypeVar("T")


class Fetch(Protocol):
    """Function that fetches one resource below the monitoring prefix. Missing when there is none, SourceError as
    `LogSource` says."""

    async def __call__(self, path: str, limit: int, parse: Callable[[bytes], T], *, sniff: bool = False) -> T:
        """Fetch at most `limit` bytes, decompressed, and parse them. `sniff`: undo gzip that nothing announces. `parse`
        raises FormatError for bytes that should be asked for again."""
        ...


class TiledSource:
    """`TileSource` over a function that fetches."""

    def __init__(self, log: Log, fetch: Fetch, window: Window) -> None:
        self.log = log
        self.window = window
        self.proofs: Literal["hash tiles"] = "hash tiles"
        self._fetch = fetch

    async def head(self) -> TreeHead:
        """Read the checkpoint, parsed but not verified. ProofError when it carries no signature line of this log."""
        return await self._fetch("checkpoint", CHECKPOINT_LIMIT, self._checkpoint)

    def _checkpoint(self, raw: bytes) -> TreeHead:
        return parse_checkpoint(raw, self.log.id, self.log.origin)

    def next_range(self, start: int, end: int) -> Span:
        """From `start` to the end of its tile, or to `end`."""
        return start, min(end, tile_end(start))

    async def entries(self, start: int, end: int, size: int) -> Batch:
        """All entries of the tile of `start` in the tree of `size`: the batch begins at the tile's first entry, so it
        may begin before `start` (`slice_batch` cuts it)."""
        if not 0 <= start < end <= size:
            raise ValueError(f"entries {start} to {end} of a tree of {size}")
        index = start // WIDTH
        return await self.data_tile(index, min(WIDTH, size - index * WIDTH))

    async def data_tile(self, index: int, width: int) -> Batch:
        """The first `width` entries of data tile `index`. Only ask for widths that a tree head implies."""
        try:
            data = await self._data(index, width)
        except Missing:
            if width == WIDTH:
                raise
            whole = cut_tile(await self._data(index, WIDTH), self.log.id, index * WIDTH, WIDTH)
            return slice_batch(whole, whole.start, whole.start + width)
        return cut_tile(data, self.log.id, index * WIDTH, width)

    async def _data(self, index: int, width: int) -> bytes:
        # An entry begins with its time, so no data tile begins like gzip before the year 70,000,000.
        return await self._fetch(tile_path("data", index, width), DATA_TILE_LIMIT, bytes, sniff=True)

    async def hash_tile(self, level: int, index: int, width: int) -> bytes:
        """`width` x 32 bytes; a partial that is gone is cut from the full tile."""
        try:
            return await self._hashes(level, index, width)
        except Missing:
            if width == WIDTH:
                raise
            return (await self._hashes(level, index, WIDTH))[: width * HASH_SIZE]

    async def _hashes(self, level: int, index: int, width: int) -> bytes:
        octets = width * HASH_SIZE
        return await self._fetch(tile_path(level, index, width), octets, partial(_check_size, octets))

    async def issuer(self, fingerprint: bytes) -> bytes:
        """Read the DER of an issuer; its SHA-256 is checked."""
        path = f"issuer/{fingerprint.hex()}"
        return await self._fetch(path, ISSUER_LIMIT, partial(_check_fingerprint, fingerprint), sniff=True)

    async def aclose(self) -> None:
        """Nothing is held: connections belong to the client."""


def _check_size(octets: int, tile: bytes) -> bytes:
    if len(tile) != octets:
        raise FormatError(f"expected {octets // HASH_SIZE} hashes, {octets} bytes, got {len(tile)} bytes")
    return tile


def _check_fingerprint(fingerprint: bytes, der: bytes) -> bytes:
    if hashlib.sha256(der).digest() != fingerprint:
        raise FormatError("an issuer whose SHA-256 isn't the one asked for")
    return der


def tile_end(start: int) -> int:
    """First index after the tile of `start`."""
    return (start // WIDTH + 1) * WIDTH


def slice_batch(batch: Batch, start: int, end: int) -> Batch:
    """The entries `[start, end)` of a batch that holds them, over the same buffers."""
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
