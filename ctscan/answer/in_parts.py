"""Answers in parts: certificates are given while the rest of the answer is read, and the verdict comes last.

    ground, list of certificates ──► beginning ──► page ──► page ──► … ──► counts, objections, damage ──► answer

All parts come from one state of the index, so that pages fit together. What is given before the end claims nothing:
damage behind the first page, or an objection meanwhile, is in the verdict.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from datetime import datetime, timedelta

from msgspec.structs import replace

from ctscan.answer.lookup import (
    LIMIT,
    AnswerIndex,
    Ground,
    judged,
    read_ground,
    read_whole,
    with_damage,
    with_status,
)
from ctscan.answer.objections import with_objections
from ctscan.answer.offers import offers_of
from ctscan.model import (
    Answer,
    AnswerBegun,
    AnswerPart,
    Identifier,
    IdentifierKind,
    LookupKey,
    MatchPage,
    MatchTally,
    Message,
    Remark,
)
from ctscan.model.identifier import KEY_KINDS

AT_ONCE = 200
"""Most certificates of an answer that is given as one part."""

FIRST_PAGE = 50
PAGE = 200


async def answer_in_parts(
    index: AnswerIndex,
    identifier: Identifier,
    *,
    now: datetime,
    stale_after: timedelta,
    limit: int = LIMIT,
    partly: bool = False,
    shown: int | None = None,
) -> AsyncGenerator[AnswerPart, None]:
    """Yield an answer in parts; close the generator where not all of it is wanted.

    Args:
        index: the index; nothing is written to it meanwhile.
        identifier: the identifier.
        now: time at which statuses and staleness are judged.
        stale_after: the margin of `ct.freshness`.
        limit: most certificates in the answer.
        partly: look for certificates with a part of a name also where others hold the whole name.
        shown: certificates that are wanted; the others are read too, since the verdict speaks of them. None: all.
    """
    with index.noted_damage() as damage:
        async with index.snapshot():
            keys = identifier.keys if _comes_in_pages(identifier) else ()
            listed = await index.list_keys(keys, limit + 1) if keys else []
            if len(listed) <= AT_ONCE:
                given = await read_whole(index, identifier, now, stale_after, limit, partly=partly)
            else:
                ground = await read_ground(index, identifier, now, stale_after)
                cut = Remark.CUT(limit=limit) if len(listed) > limit else None
                many = _Many(index, ground, keys, listed[:limit], cut, shown)
                yield AnswerBegun(await many.begin())
                while page := await many.next_page():
                    yield page
                given = await many.end()
        async with index.snapshot():  # behind all that was read: what came meanwhile counts
            given = await with_objections(index, given)
            damage |= await index.known_damage()
    yield with_damage(given, damage)


def _comes_in_pages(identifier: Identifier) -> bool:
    """Return whether nothing but sums over the certificates is needed for the rest of an answer. The names beside an
    address are offered, and names are ranked."""
    is_of_keys = identifier.kind in KEY_KINDS and not identifier.others
    return is_of_keys and identifier.kind not in (IdentifierKind.NAME, IdentifierKind.EMAIL)


class _Many:
    """Certificates of an answer, read page by page."""

    def __init__(
        self,
        index: AnswerIndex,
        ground: Ground,
        keys: Sequence[LookupKey],
        listed: Sequence[int],
        cut: Message | None,
        shown: int | None,
    ) -> None:
        self._index, self._ground, self._keys, self._cut = index, ground, keys, cut
        self._listed, self._shown = listed, len(listed) if shown is None else min(shown, len(listed))
        self._sums = MatchTally()
        self._read = 0
        self._first: MatchPage | None = None

    async def begin(self) -> Answer:
        """Read the first page, and return what is known then."""
        self._first = await self._next()
        return replace(await self._judged(), complete=False, remarks=())

    async def next_page(self) -> MatchPage | None:
        """Return the next certificates; None behind the last."""
        page, self._first = self._first, None
        while page is None and self._read < self._shown:
            page = await self._next()
        return page

    async def end(self) -> Answer:
        """Read the certificates that aren't shown, and judge the answer."""
        while self._read < len(self._listed):
            await self._next()
        given = await self._judged()
        offers, cut = await offers_of(self._index, given.identifier, ())
        return replace(given, offers=offers, remarks=(*given.remarks, *([cut] if cut else [])))

    async def _judged(self) -> Answer:
        return replace(await judged(self._index, self._ground, self._all(), cut=self._cut), tally=self._all())

    def _all(self) -> MatchTally:
        """Return the sums over all certificates. The postings say how many there are, also where a row is damaged."""
        found = len(self._listed)
        return replace(self._sums, found=found, whole=found)

    async def _next(self) -> MatchPage | None:
        """Read a page of certificates that are shown or, behind these, of the others; None where every certificate of
        it is damaged beyond reading."""
        number = self._sums.shown + 1
        is_shown = self._read < self._shown
        end = self._read + (PAGE if self._read else FIRST_PAGE)
        some = self._listed[self._read : min(end, self._shown) if is_shown else end]
        self._read += len(some)
        found = [with_status(match, self._ground.now) for match in await self._index.listed(some, self._keys)]
        for match in found:
            self._sums.add(match)
        self._sums.shown += len(found) if is_shown else 0
        return MatchPage(number, tuple(found)) if found else None
