"""Two ways to prove what a log says against its signed tree head: by hash tiles, or by asking for proofs.

Each request for a proof that doesn't verify is made again twice (a cache or a proxy may have garbled it); what still
doesn't verify then is the log's doing: Misbehaviour, with the signed head as evidence.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Protocol, TypeVar

from ctscan.ct.merkle import batch_hashes, leaf_hash, paths_in, range_from_inclusion, verify_consistency
from ctscan.ct.strict_json import TIME_LIMIT
from ctscan.ct.tiles import WIDTH, HashTiles, TileId
from ctscan.errors import BadAnswer, FormatError, Misbehaviour, Missing, ProofError, Refused, SourceError
from ctscan.model import Batch, CompactRange, TreeHead
from ctscan.model.compact_range import EMPTY
from ctscan.model.hashes import subtree_root
from ctscan.sources import ProofSource, TileSource

T = TypeVar("T")
Sleep = Callable[[float], Awaitable[None]]
ASK_AGAIN = (5.0, 10.0)  # seconds before the second and the third try: within 15 s
UNUSABLE = (Missing, Refused, BadAnswer, FormatError, ProofError)
"""One thing asked for is lost or garbled, which says nothing of the others."""


class Trust(Protocol):
    """Proves against one signed tree head."""

    head: TreeHead

    async def edge_at(self, index: int) -> CompactRange:
        """Return the proven compact range of `[0, index)`."""
        ...

    async def check_extends(self, known: TreeHead) -> None:
        """This tree extends `known`; else Misbehaviour with both heads."""
        ...

    async def timestamp_at(self, index: int) -> int | None:
        """The proven timestamp of one entry, in ms; None when the log doesn't give that entry, gives another one, or
        a time that can't be. One such entry is no reason to accuse the log, nor to stop."""
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

    @property
    def is_rooted(self) -> bool:
        """Whether the right edge of the tree is there and proven: what is missing then is a single tile."""
        return self._tiles.is_rooted

    async def _need(self, *wanted: TileId) -> None:
        if not any(map(self._tiles.missing, wanted)):
            return
        async with self._one_at_a_time:
            for tile in wanted:
                if self._tiles.missing(tile):
                    await self._insist_on(tile)

    async def _insist_on(self, tile: TileId) -> None:
        """Misbehaviour when the right edge doesn't lead to the root. Behind a proven edge one tile that contradicts it
        is garbled, whoever did it: BadAnswer, which costs what it covers."""
        try:
            await insist(partial(self._load, tile), self.head, self._source.log.name, self._sleep)
        except Misbehaviour as error:
            if not self.is_rooted:
                raise
            raise BadAnswer(str(error)) from error

    async def _load(self, tile: TileId) -> None:
        for missing in self._tiles.missing(tile):
            self._tiles.add(missing, await self._source.hash_tile(*missing, self._tiles.width(missing)))

    async def edge_at(self, index: int) -> CompactRange:
        wanted = self._tiles.edge_needs(index)
        await self._need(*wanted)
        return self._tiles.compact_range(index)

    async def check_extends(self, known: TreeHead) -> None:
        if (await self.edge_at(known.size)).root() != known.root:
            raise _not_extended(self._source.log.name, known, self.head)

    async def timestamp_at(self, index: int) -> int | None:
        start = index // WIDTH * WIDTH
        with suppress(*UNUSABLE):
            batch = await self._source.entries(start, min(start + WIDTH, self.head.size), self.head.size)
            await self.prove(batch, batch_hashes(batch))
            at = batch.leaves[index - start][0]
            return _timestamp(batch.data[at : at + 8])
        return None

    async def prove(self, batch: Batch, hashes: list[bytes]) -> bytes | None:
        """The batch is one whole tile of this tree, whose root is returned, or its last partial one. ProofError when it
        isn't."""
        tile = batch.start // WIDTH
        root: bytes | None = None
        if len(hashes) == WIDTH:
            await self._need((1, tile // WIDTH))
            root = subtree_root(hashes)
            belongs = root == self._tiles.hash_at(1, tile)
        else:
            await self._need((0, tile))
            belongs = hashes == self._tiles.hashes((0, tile))
        if not belongs:
            raise ProofError(f"data tile {tile} doesn't hash to the signed tree of size {self.head.size}")
        return root

    def paths(self, batch: Batch, hashes: list[bytes], indexes: list[int]) -> list[tuple[bytes, ...]]:
        """Audit paths of entries of a batch that `prove` accepted."""
        if len(hashes) < WIDTH:
            return [self._tiles.path(0, index) for index in indexes]
        above = self._tiles.path(1, batch.start // WIDTH) if indexes else ()
        return [path + above for path in paths_in(hashes, [index - batch.start for index in indexes])]


@dataclass(frozen=True, slots=True)
class Anchor:
    """Proven compact range of `[0, index)`, and an audit path for the rest of the tree: of the last entry
    before `index`, or of the one at `index`, whose leaf hash is then in `beyond`."""

    edge: CompactRange
    path: tuple[bytes, ...]
    beyond: tuple[bytes, ...] = ()


class ProofTrust:
    """Proof by asking: inclusion proofs carry the right edge, consistency proofs tie heads together."""

    def __init__(self, source: ProofSource, head: TreeHead, sleep: Sleep = asyncio.sleep) -> None:
        self.head = head
        self._source = source
        self._sleep = sleep

    async def _ask(self, index: int) -> tuple[bytes, tuple[bytes, ...], CompactRange]:
        """`(leaf_input, audit path, compact range of [0, index))`, proven against the signed root."""
        leaf, path = await self._source.entry_and_proof(index, self.head.size)
        return leaf, path, range_from_inclusion(index, self.head.size, leaf_hash(leaf), path, self.head.root)

    async def _leaf(self, index: int) -> tuple[bytes, tuple[bytes, ...], CompactRange]:
        what = f"{self._source.log.name}: inclusion proof of entry {index} in the tree of {self.head.size}"
        return await insist(partial(self._ask, index), self.head, what, self._sleep)

    async def edge_at(self, index: int) -> CompactRange:
        if index == 0:
            return EMPTY
        if index < self.head.size:
            with suppress(SourceError, Misbehaviour):  # that entry is lost or garbled: the one before it will do
                return (await self._leaf(index))[2]
        return await self._edge_after(index - 1)

    async def _edge_after(self, index: int) -> CompactRange:
        leaf, _, before = await self._leaf(index)
        return before.append([leaf_hash(leaf)])

    def distrust(self, start: int) -> None:
        """The entries from `start` on contradicted the signed tree: they are to come another way next time."""
        self._source.avoid_tile(start)

    async def anchor(self, index: int) -> Anchor:
        """What proves entries up to `index`, which lies inside the tree."""
        try:
            leaf, path, before = await self._leaf(index - 1)
        except (SourceError, Misbehaviour):  # that entry is lost or garbled: the next one carries the same edge
            leaf, path, edge = await self._leaf(index)
            return Anchor(edge, path, (leaf_hash(leaf),))
        return Anchor(before.append([leaf_hash(leaf)]), path)

    async def confirm(self, start: int, end: int) -> None:
        """One entry at least of `[start, end)` is proven to be in the signed tree: if those that came make another
        root, they are at fault. Misbehaviour when none is: then nothing tells what is."""
        if end - start > 1:
            with suppress(SourceError, Misbehaviour):
                await self._leaf(end - 1)
                return
        await self._leaf(start)

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
        except SourceError:  # another proof of the same: the tree that entry n was added to is the one known
            if (await self.edge_at(known.size)).root() != known.root:
                raise _not_extended(self._source.log.name, known, self.head) from None

    async def timestamp_at(self, index: int) -> int | None:
        with suppress(*UNUSABLE):
            leaf, _, _ = await self._ask(index)
            return _timestamp(leaf[2:10])  # u8 version, u8 leaf_type, u64 timestamp
        return None


def _timestamp(data: bytes) -> int | None:
    """The first field of a TimestampedEntry (RFC 6962 section 3.4): u64, ms. None when it can't be a time."""
    found = int.from_bytes(data, "big")
    return found if len(data) == 8 and found < TIME_LIMIT else None


def _not_extended(name: str, known: TreeHead, head: TreeHead) -> Misbehaviour:
    return Misbehaviour(
        f"{name}: the tree of size {head.size} doesn't extend the tree of size {known.size} that was signed before",
        (known.raw, head.raw),
    )
