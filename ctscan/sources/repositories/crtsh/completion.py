"""Completion of answers that crt.sh cut: it looks at 10,000 names at most and mentions that only in HTML.

An answer is cut when its `result_count`s add up to that limit. It is then asked for in parts until each part is whole:

    all issuers ─► without the issuers seen, until whole ─► the issuers seen, in halves ─► a single issuer
                                                              └► unexpired only, and each sub-domain ─► incomplete

A whole answer holds everything that its question and its exclusions let through, so nothing has to be known of the
parts but that together they leave nothing out. The certificates of a single issuer at a domain itself can't be divided
further.
"""

from __future__ import annotations

import asyncio
from bisect import bisect_left
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct, field

from ctscan.errors import Refused, SourceError
from ctscan.model import SearchShortfall
from ctscan.sources.repositories.crtsh.pages import Listing
from ctscan.sources.repositories.crtsh.queries import MAX_QUERY, below

if TYPE_CHECKING:
    from ctscan.model import Message
    from ctscan.sources import NameFilter
    from ctscan.sources.repositories.crtsh.pages import Row
    from ctscan.sources.repositories.crtsh.queries import Query

LIMIT = 10_000
"""`c_resultLimit` of the server."""
MAX_REQUESTS = 300
MAX_CERTIFICATES = 100_000
_MAX_DEPTH = 5  # sub-domains of sub-domains
_CONTRADICTIONS = 3  # tries for a part whose answer can't be right
_FAILURES_IN_A_ROW = 2  # parts that failed, each after all retries; then the rest is skipped

FetchListing = Callable[[str], Awaitable[Listing]]


class _SearchLimitReached(Exception):
    """The search has used up its requests."""

    def __init__(self, reason: Message) -> None:
        super().__init__(reason.code)
        self.reason = reason


class _Cut(Struct):
    """Part of a query that can't be completed.

    `stuck`: issuer -> number of certificates shown; `has_more`: there are more issuers than can be separated;
    `has_unexpired`: all unexpired certificates of these issuers are there.
    """

    stuck: dict[int, int] = field(default_factory=dict)
    has_more: bool = False
    has_unexpired: bool = True


class Completer:
    """Collector of the numbers of the certificates that answer queries.

    `found`: number -> first logged (ms); `incomplete_reasons`: why certificates may be missing; `failure`: the error of
    the last part that failed; `answers`: number of parts that succeeded.
    """

    def __init__(
        self,
        fetch: FetchListing,
        name_filter: NameFilter,
        limit: int = LIMIT,
        max_requests: int = MAX_REQUESTS,
        progress: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.found: dict[int, int | None] = {}
        self.incomplete_reasons: list[Message] = []
        self.failure: SourceError | None = None
        self.answers = 0
        self._fetch, self._name_filter, self._limit, self._max_requests = fetch, name_filter, limit, max_requests
        self._progress = progress
        self._requests = self._failed_in_a_row = 0
        self._below: dict[str, set[str]] = {}  # domain -> sub-domains seen in names, one label below

    async def collect(self, queries: Sequence[Query]) -> None:
        """Collect all answers to the queries. Raises Refused."""
        try:
            for query in queries:
                await self._collect(query, _MAX_DEPTH)
        except _SearchLimitReached as limit:
            self.incomplete_reasons.append(limit.reason)

    async def _collect(self, query: Query, depth: int) -> None:
        answer = await self._listing(query)
        if answer is None or self._is_whole(answer):
            return
        if answer.counted is None:
            self.incomplete_reasons.append(SearchShortfall.NO_RESULT_COUNT(shown=len(answer.rows)))
            return
        cut = _Cut()
        await self._by_issuer(query, answer, cut)
        if cut.stuck or cut.has_more:
            await self._narrow(query, cut, depth)

    # --- by issuer ---

    async def _by_issuer(self, query: Query, first: Listing, cut: _Cut) -> None:
        """Find all issuers by excluding the issuers seen, until an answer is whole; then ask for the issuers seen
        before it."""
        seen = Counter(row.issuer for row in first.rows)
        apart = list(seen)  # without the issuers of the last answer, which is whole
        while True:
            if not self._fits(query, apart):
                cut.has_more = True
                self.incomplete_reasons.append(SearchShortfall.TOO_MANY_ISSUERS(number=len(apart)))
                break
            answer = await self._listing(query, apart)
            if answer is None:
                break
            new = Counter(row.issuer for row in answer.rows if row.issuer not in seen)
            seen.update(new)
            if self._is_whole(answer):
                break
            if not new:
                cut.has_more = True
                self.incomplete_reasons.append(SearchShortfall.EXCLUSION_IGNORED())
                return
            apart += new
        await self._alone(query, apart, seen, cut)

    async def _alone(self, query: Query, apart: Sequence[int], seen: Counter[int], cut: _Cut) -> None:
        """Ask for these issuers in halves of halves, excluding every other issuer."""
        groups = [list(apart)] if len(apart) < len(seen) else _halves(apart)
        while groups:
            group = groups.pop()
            without = self._others(query, seen, group)
            answer = await self._of_issuers(query, without, group)
            if answer is None or self._is_whole(answer):
                continue
            new = Counter(row.issuer for row in answer.rows if row.issuer not in seen)
            seen.update(new)
            group += new
            if len(group) > 1:
                groups += _halves(group)
            else:
                cut.stuck[group[0]] = len(answer.rows)
                unexpired = await self._listing(query, without, unexpired=True)
                cut.has_unexpired &= unexpired is not None and self._is_whole(unexpired)

    async def _of_issuers(self, query: Query, without: Sequence[int], group: Sequence[int]) -> Listing | None:
        """Ask for issuers of which certificates were shown before; a whole answer must contain them."""
        for _ in range(_CONTRADICTIONS):
            answer = await self._listing(query, without)
            if answer is None or not self._is_whole(answer) or {row.issuer for row in answer.rows}.issuperset(group):
                return answer
        self.incomplete_reasons.append(SearchShortfall.CONTRADICTION())
        return None

    def _others(self, query: Query, seen: Counter[int], group: Sequence[int]) -> list[int]:
        """Return the issuers to exclude: those with most certificates first, as many as fit into a request."""
        asked = set(group)
        others = [id for id, _ in seen.most_common() if id not in asked][: MAX_QUERY // 2]
        too_many = bisect_left(range(len(others) + 1), True, key=lambda n: not self._fits(query, others[:n]))
        return others[: too_many - 1]

    def _fits(self, query: Query, without: Sequence[int]) -> bool:
        return len(query.text(without, unexpired=True)) <= MAX_QUERY

    # --- an issuer with too many certificates ---

    async def _narrow(self, query: Query, cut: _Cut, depth: int) -> None:
        """Record the incomplete part, and ask for the sub-domains of its domain."""
        children = sorted(self._below.get(query.domain, ())) if query.domain and depth else []
        if cut.stuck:
            named = ", ".join(map(str, sorted(cut.stuck)[:10])) + (", …" if len(cut.stuck) > 10 else "")
            limit, parameter, shown = self._limit, query.parameter, sum(cut.stuck.values())
            self.incomplete_reasons.append(
                SearchShortfall.ISSUERS_CUT_UNEXPIRED(limit=limit, parameter=parameter, issuers=named, shown=shown)
                if cut.has_unexpired
                else SearchShortfall.ISSUERS_CUT(limit=limit, parameter=parameter, issuers=named, shown=shown)
            )
            if children:
                self.incomplete_reasons.append(SearchShortfall.SUBDOMAINS_ASKED(count=len(children)))
        for child in children:
            await self._collect(below(query, child), depth - 1)

    # --- one request ---

    def _is_whole(self, answer: Listing) -> bool:
        return answer.counted is not None and answer.counted < self._limit

    async def _listing(self, query: Query, without: Sequence[int] = (), unexpired: bool = False) -> Listing | None:
        """Fetch an answer and keep its rows; an empty answer counts when it comes twice. None when no answer comes."""
        text = query.text(without, unexpired)
        try:
            answer = await self._counted(text)
            if not answer.rows:
                answer = await self._counted(text)
        except Refused:
            raise
        except SourceError as error:
            self.failure = error
            self.incomplete_reasons.append(SearchShortfall.PART_MISSING(parameter=query.parameter, detail=str(error)))
            self._failed_in_a_row += 1
            if self._failed_in_a_row >= _FAILURES_IN_A_ROW:
                raise _SearchLimitReached(SearchShortfall.REST_SKIPPED()) from None
            return None
        self._failed_in_a_row = 0
        self.answers += 1
        await self._keep(answer.rows, query.domain)
        return answer

    async def _counted(self, text: str) -> Listing:
        if self._requests >= self._max_requests:
            raise _SearchLimitReached(SearchShortfall.TOO_MANY_REQUESTS(number=self._requests))
        self._requests += 1
        self._progress(f"crt.sh: asking which certificates there are, request {self._requests}")
        return await self._fetch(text)

    async def _keep(self, rows: Sequence[Row], domain: str) -> None:
        for at, row in enumerate(rows):
            if at % 100 == 99:
                await asyncio.sleep(0)  # comparing names takes long
            if row.id in self.found or (row.names and not self._name_filter(row.names)):
                continue
            if len(self.found) >= MAX_CERTIFICATES:
                raise _SearchLimitReached(SearchShortfall.LIST_CUT(limit=MAX_CERTIFICATES))
            self.found[row.id] = row.first_logged
            if domain:
                self._below.setdefault(domain, set()).update(_children(row.names, domain))


def _halves(group: Sequence[int]) -> list[list[int]]:
    """Split a group in two; a single issuer stays as it is."""
    parts = [list(group[0::2]), list(group[1::2])]
    return [part for part in parts if part]


def _children(names: Sequence[str], domain: str) -> set[str]:
    """Return the domains one label below that the hosts in the names show."""
    hosts = (name.lower().rpartition("@")[2].rstrip(".") for name in names if len(name) < 400)
    heads = (host.removesuffix(f".{domain}") for host in hosts if host.endswith(f".{domain}"))
    labels = {head.rpartition(".")[2] for head in heads}
    return {f"{label}.{domain}" for label in labels if label.replace("-", "").isalnum() and label.isascii()}
