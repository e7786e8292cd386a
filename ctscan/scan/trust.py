"""Two ways to prove what a log says against its signed tree head: by hash tiles, or by asking for proofs.

Each request for a proof that doesn't verify is made again twice (a cache or a proxy may have garbled it); what still
doesn't verify then is the log's doing: Misbehaviour, with the signed head as evidence.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Protocol, TypeVar

from ctscan.ct.merkle import (
    batch_hashes,
    edge_append,
    edge_from_inclusion,
    edge_root,
    leaf_hash,
    path_in,
    subtree_root,
    verify_consistency,
)
from ctscan.ct.tiles import WIDTH, HashTiles, TileId
from ctscan.errors import Misbehaviour, ProofError
from ctscan.model import Batch, Edge, TreeHead
from ctscan.sources import ProofSource, TileSource

T = TypeVar("T")
Sleep = Callable[[float], Awaitable[None]]
ASK_AGAIN = (5.0, 10.0)  # seconds before the second and the third try: within 15 s


class Trust(Protocol):
    """Proves against one signed tree head."""

    head: TreeHead

    async def edge_at(self, index: int) -> Edge:
        """The proven right edge of `[0, index)`."""
        ...

    async def check_extends(self, known: TreeHead) -> None:
        """This tree extends `known`; else Misbehaviour with both heads."""
        ...

    async def timestamp_at(self, index: int) -> int:
        """The proven timestamp of one entry, in ms."""
        ...


async def insist(ask: Callable[[], Awaitable[T]], head: TreeHead, what: str, sleep: Sleep) -> T:
    """Ask up to three times; Misbehaviour when the answers never verify."""
    for pause in (*ASK_AGAIN, None):
        try:
            return await ask()
        except ProofError as error:
            if pause is None:
                raise Misbehaviour(f"{what}: {error}", (head.raw,)) from error
            await sleep(pause)
    raise AssertionError("unreachable: the last try returns or raises")


class TileTrust:
    """Proof by hash tiles, which are themselves proven up to the signed root."""

    def __init__(self, source: TileSource, head: TreeHead, sleep: Sleep = asyncio.sleep) -> None:
        self.head = head
        self._source = source
        self._tiles = HashTiles(head.size, head.root)
        self._sleep = sleep
        self._one_at_a_time = asyncio.Lock()

    async def _need(self, *wanted: TileId) -> None:
        async with self._one_at_a_time:
            for tile in wanted:
                if self._tiles.missing(tile):
                    await insist(partial(self._load, tile), self.head, self._source.log.name, self._sleep)

    async def _load(self, tile: TileId) -> None:
        for missing in self._tiles.missing(tile):
            self._tiles.add(missing, await self._source.hash_tile(*missing, self._tiles.width(missing)))

    async def edge_at(self, index: int) -> Edge:
        wanted = self._tiles.edge_needs(index)
        await self._need(*wanted)
        return self._tiles.edge(index)

    async def check_extends(self, known: TreeHead) -> None:
        if edge_root(await self.edge_at(known.size)) != known.root:
            raise _not_extended(self._source.log.name, known, self.head)

    async def timestamp_at(self, index: int) -> int:
        start = index // WIDTH * WIDTH

        async def ask() -> int:
            batch = await self._source.entries(start, min(start + WIDTH, self.head.size), self.head.size)
            await self.prove(batch, batch_hashes(batch))
            at = batch.leaves[index - start][0]
            return _timestamp(batch.data[at : at + 8])

        return await insist(ask, self.head, self._source.log.name, self._sleep)

    async def prove(self, batch: Batch, hashes: list[bytes]) -> None:
        """The batch is one whole tile of this tree, or its last partial one. ProofError when it isn't."""
        tile = batch.start // WIDTH
        if len(hashes) == WIDTH:
            await self._need((1, tile // WIDTH))
            belongs = subtree_root(hashes) == self._tiles.hash_at(1, tile)
        else:
            await self._need((0, tile))
            belongs = hashes == self._tiles.hashes((0, tile))
        if not belongs:
            raise ProofError(f"data tile {tile} doesn't hash to the signed tree of size {self.head.size}")

    def path(self, batch: Batch, hashes: list[bytes], index: int) -> tuple[bytes, ...]:
        """Audit path of an entry of a batch that `prove` accepted."""
        tile = batch.start // WIDTH
        if len(hashes) < WIDTH:
            return self._tiles.path(0, index)
        return path_in(hashes, index - batch.start) + self._tiles.path(1, tile)


class ProofTrust:
    """Proof by asking: inclusion proofs carry the right edge, consistency proofs tie heads together."""

    def __init__(self, source: ProofSource, head: TreeHead, sleep: Sleep = asyncio.sleep) -> None:
        self.head = head
        self._source = source
        self._sleep = sleep

    async def _leaf(self, index: int) -> tuple[bytes, tuple[bytes, ...], Edge]:
        """`(leaf_input, audit path, right edge of [0, index))`, proven against the signed root."""

        async def ask() -> tuple[bytes, tuple[bytes, ...], Edge]:
            leaf, path = await self._source.entry_and_proof(index, self.head.size)
            edge = edge_from_inclusion(index, self.head.size, leaf_hash(leaf), path, self.head.root)
            return leaf, path, edge

        what = f"{self._source.log.name}: inclusion proof of entry {index} in the tree of {self.head.size}"
        return await insist(ask, self.head, what, self._sleep)

    async def edge_at(self, index: int) -> Edge:
        if index == 0:
            return ()
        if index < self.head.size:
            return (await self._leaf(index))[2]
        return (await self.anchor(index))[0]

    def distrust(self, start: int) -> None:
        """The entries from `start` on contradicted the signed tree: they are to come another way next time."""
        self._source.avoid_tile(start)

    async def anchor(self, index: int) -> tuple[Edge, tuple[bytes, ...]]:
        """The proven right edge of `[0, index)` and the audit path of its last entry."""
        leaf, path, before = await self._leaf(index - 1)
        return edge_append(before, index - 1, [leaf_hash(leaf)]), path

    async def check_extends(self, known: TreeHead) -> None:
        if known.size in (0, self.head.size):
            if known.size and known.root != self.head.root:
                raise _not_extended(self._source.log.name, known, self.head)
            return

        async def ask() -> None:
            path = await self._source.consistency(known.size, self.head.size)
            verify_consistency(known.size, self.head.size, known.root, self.head.root, path)

        try:
            await insist(ask, self.head, self._source.log.name, self._sleep)
        except Misbehaviour as error:
            raise _not_extended(self._source.log.name, known, self.head) from error

    async def timestamp_at(self, index: int) -> int:
        leaf, _, _ = await self._leaf(index)
        return _timestamp(leaf[2:10])  # u8 version, u8 leaf_type, u64 timestamp


def _timestamp(data: bytes) -> int:
    """The first field of a TimestampedEntry (RFC 6962 section 3.4): u64, ms."""
    return int.from_bytes(data, "big")


def _not_extended(name: str, known: TreeHead, head: TreeHead) -> Misbehaviour:
    return Misbehaviour(
        f"{name}: the tree of size {head.size} doesn't extend the tree of size {known.size} that was signed before",
        (known.raw, head.raw),
    )
