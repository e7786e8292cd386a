"""Verifiers of a tree: they ask a log for its proofs and check them by the rules of `ct.trust`.

`TileVerifier` reads hash tiles; `ProofVerifier` asks for inclusion and consistency proofs. A verifier proves against
a single signed tree head.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Protocol, TypeVar

from ctscan.ct.merkle import batch_hashes, hashes_from_inclusion, roots_of_both, verify_consistency
from ctscan.ct.misbehaviour import not_extended, two_roots
from ctscan.ct.tiles import WIDTH, HashTiles
from ctscan.ct.trust import (
    PAUSES,
    check_leaf,
    check_tile,
    prove_run,
    prove_tile,
    timestamp_of,
)
from ctscan.errors import BadAnswer, FormatError, Missing, ProofError, Refused, SourceError, Unproven
from ctscan.model.compact_range import EMPTY

if TYPE_CHECKING:
    from ctscan.ct.tiles import TileId
    from ctscan.ct.trust import (
        Proof,
        ProvenLeaf,
    )
    from ctscan.model import CompactRange, TreeHead
    from ctscan.sources import ProofSource, TileSource

T = TypeVar("T")
Sleep = Callable[[float], Awaitable[None]]

_LOST = (Missing, Refused, BadAnswer, FormatError, ProofError)
"""Errors of a single entry or tile, which say nothing of the log as a whole."""


class Unprovable(Exception):
    """A hash tile can't be had, or is garbled: the entries up to `end` can't be proven, although they may be there."""

    def __init__(self, cause: SourceError, end: int) -> None:
        super().__init__(str(cause))
        self.cause, self.end = cause, end


class Verifier(Protocol):
    """Verifier against a signed tree head. Every method raises SourceError when the log gives no proof, and Unproven
    when its proofs never verify."""

    head: TreeHead
    proves_later: bool
    """True: a proof is a request of its own, so it covers many answers. False: each answer is proven at once."""

    async def range_at(self, index: int) -> CompactRange:
        """Return the proven compact range of `[0, index)`."""
        ...

    async def check_extends(self, known: TreeHead) -> None:
        """Prove that the tree extends the tree of `known`.

        Raises:
            Misbehaviour: it does not, and the hashes of the log prove that.
            Unproven: it does not, as far as we can see.
            ContradictsList: it does not, and one of the two is the final head of the log list.
        """
        ...

    async def timestamp_at(self, index: int) -> int | None:
        """Return the proven timestamp of an entry in ms; None for a lost or garbled entry, or an impossible time."""
        ...

    async def prove(self, start: int, hashes: Sequence[bytes], before: CompactRange, end: int) -> Proof:
        """Prove that entries belong to the tree.

        Args:
            start: index of the first leaf hash.
            hashes: leaf hashes; of a log with tiles the hashes of a whole tile, or of the last, partial tile.
            before: proven compact range before the first entry to be proven.
            end: index after the last entry to be proven.

        Raises:
            ProofError: the entries contradict the tree.
            Unprovable: a hash tile that covers them can't be had.
        """
        ...

    def avoid(self, start: int) -> None:
        """Read the entry `start` another way next time, if the log has another: the entry contradicted the tree."""
        ...


async def retry_proof(ask: Callable[[], Awaitable[T]], subject: str, sleep: Sleep) -> T:
    """Ask for a proof up to three times (rule 8 of `ct.trust`).

    Raises:
        Unproven: no answer verifies.
    """
    for pause in (*PAUSES, None):
        try:
            return await ask()
        except ProofError as error:
            if pause is None:
                raise Unproven(f"{subject}: {error}") from error
            await sleep(pause)
    raise AssertionError("unreachable: the last try returns or raises")


class TileVerifier:
    """Verifier by hash tiles, which are themselves proven up to the signed root."""

    proves_later = False

    def __init__(self, source: TileSource, head: TreeHead, sleep: Sleep = asyncio.sleep) -> None:
        self.head = head
        self._source = source
        self._tiles = HashTiles(head.size, head.root)
        self._sleep = sleep
        self._one_at_a_time = asyncio.Lock()

    async def _need(self, *wanted: TileId) -> None:
        if not any(map(self._tiles.missing, wanted)):
            return
        async with self._one_at_a_time:
            for tile in wanted:
                if self._tiles.missing(tile):
                    await self._fetch(tile)

    async def _fetch(self, tile: TileId) -> None:
        """Fetch a tile and its parents. A right edge that doesn't lead to the root puts the whole tree in doubt; a tile
        that contradicts a proven edge is garbled by anybody: BadAnswer."""
        try:
            await retry_proof(partial(self._load, tile), self._source.log.name, self._sleep)
        except Unproven as error:
            if not self._tiles.is_rooted:
                raise
            raise BadAnswer(str(error)) from error

    async def _load(self, tile: TileId) -> None:
        for missing in self._tiles.missing(tile):
            self._tiles.add(missing, await self._source.hash_tile(*missing, self._tiles.width(missing)))

    async def range_at(self, index: int) -> CompactRange:
        await self._need(*self._tiles.edge_needs(index))
        return self._tiles.compact_range(index)

    async def check_extends(self, known: TreeHead) -> None:
        if (await self.range_at(known.size)).root() == known.root:
            return
        if known.size == self.head.size:
            raise two_roots(self._source.log.name, known, self.head)
        hashes = self._tiles.extension(known.size) if known.size else ()
        raise not_extended(self._source.log.name, known, self.head, hashes)

    async def timestamp_at(self, index: int) -> int | None:
        start = index // WIDTH * WIDTH
        with suppress(*_LOST):
            batch = await self._source.entries(start, min(start + WIDTH, self.head.size), self.head.size)
            hashes = batch_hashes(batch)
            await self._need(self._cover(start, hashes))
            check_tile(self._tiles, start, hashes)
            at = batch.leaves[index - start][0]
            return timestamp_of(batch.data[at : at + 8])
        return None

    async def prove(self, start: int, hashes: Sequence[bytes], before: CompactRange, end: int) -> Proof:
        cover = self._cover(start, hashes)
        try:
            await self._need(cover)
        except SourceError as error:
            if not self._tiles.is_rooted:
                raise  # without its right edge nothing of this tree can be proven
            width = WIDTH ** (cover[0] + 1)
            raise Unprovable(error, (start // width + 1) * width) from error
        proof = prove_tile(self._tiles, start, hashes, before, end)
        if end == self.head.size and proof.upto.root() != self.head.root:
            name = self._source.log.name
            raise Unproven(f"{name}: the entries from {before.size} on don't lead to the root of size {end}")
        return proof

    def _cover(self, start: int, hashes: Sequence[bytes]) -> TileId:
        """Find the hash tile that proves a data tile: level 1 for a whole tile, else level 0."""
        tile = start // WIDTH
        return (1, tile // WIDTH) if len(hashes) == WIDTH else (0, tile)

    def avoid(self, start: int) -> None:
        """Do nothing: a tile is read in a single way."""


class ProofVerifier:
    """Verifier by proofs on request: inclusion proofs carry compact ranges, consistency proofs tie heads together."""

    proves_later = True

    def __init__(self, source: ProofSource, head: TreeHead, sleep: Sleep = asyncio.sleep) -> None:
        self.head = head
        self._source = source
        self._sleep = sleep

    async def _ask(self, index: int) -> ProvenLeaf:
        leaf, path = await self._source.entry_and_proof(index, self.head.size)
        return check_leaf(self.head, index, leaf, path)

    async def _leaf(self, index: int) -> ProvenLeaf:
        subject = f"{self._source.log.name}: inclusion proof of entry {index} in the tree of {self.head.size}"
        return await retry_proof(partial(self._ask, index), subject, self._sleep)

    async def range_at(self, index: int) -> CompactRange:
        if index == 0:
            return EMPTY
        if index < self.head.size:
            with suppress(SourceError, Unproven):  # a lost or garbled entry: the entry before it serves as well
                return (await self._leaf(index)).before
        return (await self._leaf(index - 1)).after

    async def check_extends(self, known: TreeHead) -> None:
        if known.size in (0, self.head.size):
            if known.size and known.root != self.head.root:
                raise two_roots(self._source.log.name, known, self.head)
            return
        try:
            await retry_proof(partial(self._ask_consistency, known), self._source.log.name, self._sleep)
        except (SourceError, Unproven) as error:
            await self._check_by_inclusion(known, error)

    async def _ask_consistency(self, known: TreeHead) -> None:
        path = await self._source.consistency(known.size, self.head.size)
        try:
            verify_consistency(known.size, self.head.size, known.root, self.head.root, path)
        except ProofError:
            with suppress(ProofError):  # a power of two: the proof lacks the hash that could contradict the known root
                if roots_of_both(known.size, self.head.size, path)[1] == self.head.root:
                    raise not_extended(self._source.log.name, known, self.head, path) from None
            raise

    async def _check_by_inclusion(self, known: TreeHead, cause: Exception) -> None:
        """Take an inclusion proof for a consistency proof that can't be had: the tree that entry n was added to is the
        known tree. `cause` is raised where the log gives no inclusion proof either."""
        try:
            edge = await self.range_at(known.size)
        except (SourceError, Unproven):
            raise cause from None
        if edge.root() == known.root:
            return
        hashes: tuple[bytes, ...] = ()
        with suppress(SourceError, Unproven):
            last = await self._leaf(known.size - 1)
            hashes = hashes_from_inclusion(known.size, last.hash, last.path)
        raise not_extended(self._source.log.name, known, self.head, hashes)

    async def timestamp_at(self, index: int) -> int | None:
        with suppress(*_LOST):
            return (await self._ask(index)).timestamp
        return None

    async def prove(self, start: int, hashes: Sequence[bytes], before: CompactRange, end: int) -> Proof:
        leaf = await self._leaf_near(end) if end < self.head.size else None
        try:
            return prove_run(self.head, before, hashes, leaf)
        except ProofError:
            if leaf is None:
                await self._confirm(start, end)
            raise

    async def _leaf_near(self, end: int) -> ProvenLeaf:
        """Ask for the last entry before `end`; when it is lost or garbled for the next entry, which carries the same
        compact range."""
        try:
            return await self._leaf(end - 1)
        except (SourceError, Unproven):
            return await self._leaf(end)

    async def _confirm(self, start: int, end: int) -> None:
        """Prove an entry of `[start, end)`: then the log's own tree is sound, and the entries that came are at fault.
        Unproven when no entry can be proven."""
        if end - start > 1:
            with suppress(SourceError, Unproven):
                await self._leaf(end - 1)
                return
        await self._leaf(start)

    def avoid(self, start: int) -> None:
        self._source.avoid_tile(start)
