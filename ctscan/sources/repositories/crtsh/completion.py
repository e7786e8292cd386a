"""Makes an answer whole that crt.sh cut: it looks at 10,000 names at most and says so only in HTML.

A cut answer is one whose `result_count`s add up to that limit. It is asked for in parts until each part is whole:

    all issuers ─► without those seen, until whole ─► those seen, in halves ─► one issuer alone
                                                          └► unexpired only, and each sub-domain ─► a shortfall

An answer that is whole holds everything that its question and its exclusions let through, so nothing has to be known
of the parts but that together they leave nothing out. What one issuer has at a domain itself can't be parted further.
"""

from __future__ import annotations

import asyncio
from bisect import bisect_left
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from ctscan.errors import Refused, SourceError
from ctscan.sources import Concerns
from ctscan.sources.repositories.crtsh.pages import Listing, Row
from ctscan.sources.repositories.crtsh.queries import MAX_QUERY, Query, below

LIMIT = 10_000
"""`c_resultLimit` of the server."""
MAX_REQUESTS = 300
MAX_CERTIFICATES = 100_000
_MAX_DEPTH = 5  # sub-domains of sub-domains
_CONTRADICTIONS = 3  # times that a part is asked for that can't be right
_FAILURES_IN_A_ROW = 2  # parts that failed, each with all patience, before the rest isn't asked for

Ask = Callable[[str], Awaitable[Listing]]


class _Spent(Exception):
    """No more requests are made for this search."""


@dataclass(slots=True)
class _Cut:
    """What of a query can't be had whole: issuers with the number of certificates shown, and whether there are more
    than can be told apart. `has_unexpired`: of the issuers, all that isn't expired is there."""

    stuck: dict[int, int] = field(default_factory=dict)
    has_more: bool = False
    has_unexpired: bool = True


class Gathering:
    """Collects the numbers of the certificates that answer queries. `found`: number to first logged (ms);
    `shortfalls`: why there may be more; `failure`: the error of the last part that failed; `answers`: parts that
    didn't."""

    def __init__(
        self,
        ask: Ask,
        concerns: Concerns,
        limit: int = LIMIT,
        max_requests: int = MAX_REQUESTS,
        said: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.found: dict[int, int | None] = {}
        self.shortfalls: list[str] = []
        self.failure: SourceError | None = None
        self.answers = 0
        self._ask, self._concerns, self._limit, self._max_requests = ask, concerns, limit, max_requests
        self._said = said
        self._requests = self._failed_in_a_row = 0
        self._below: dict[str, set[str]] = {}  # by domain: those directly below it that names showed

    async def gather(self, queries: Sequence[Query]) -> None:
        """All that answers the queries. Raises Refused."""
        try:
            for query in queries:
                await self._gather(query, _MAX_DEPTH)
        except _Spent as spent:
            self.shortfalls.append(str(spent))

    async def _gather(self, query: Query, depth: int) -> None:
        answer = await self._listing(query)
        if answer is None or self._is_whole(answer):
            return
        if answer.counted is None:
            self.shortfalls.append(
                "crt.sh no longer says how many names it looked at (result_count): "
                f"whether {len(answer.rows)} certificates are all can't be told"
            )
            return
        cut = _Cut()
        await self._by_issuer(query, answer, cut)
        if cut.stuck or cut.has_more:
            await self._narrow(query, cut, depth)

    # --- by issuer ---

    async def _by_issuer(self, query: Query, first: Listing, cut: _Cut) -> None:
        """Find all issuers by leaving out those seen, until an answer is whole; then ask for those seen before it."""
        seen = Counter(row.issuer for row in first.rows)
        apart = list(seen)  # what only the last answer shows is whole
        while True:
            if not self._fits(query, apart):
                cut.has_more = True
                self.shortfalls.append(f"crt.sh has more issuers than the {len(apart)} that can be told apart there")
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
                self.shortfalls.append("crt.sh left out no issuers (excludeCAs), so a cut answer can't be made whole")
                return
            apart += new
        await self._alone(query, apart, seen, cut)

    async def _alone(self, query: Query, apart: Sequence[int], seen: Counter[int], cut: _Cut) -> None:
        """Ask for these issuers in halves of halves, with all others left out."""
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
        """The answer for issuers of which certificates were shown before: they have to be in it, if it is whole."""
        for _ in range(_CONTRADICTIONS):
            answer = await self._listing(query, without)
            if answer is None or not self._is_whole(answer) or {row.issuer for row in answer.rows}.issuperset(group):
                return answer
        self.shortfalls.append("crt.sh contradicts itself: of issuers that it showed before it shows nothing any more")
        return None

    def _others(self, query: Query, seen: Counter[int], group: Sequence[int]) -> list[int]:
        """The issuers to leave out: those with most certificates where not all have room."""
        asked = set(group)
        others = [id for id, _ in seen.most_common() if id not in asked][: MAX_QUERY // 2]
        too_many = bisect_left(range(len(others) + 1), True, key=lambda n: not self._fits(query, others[:n]))
        return others[: too_many - 1]

    def _fits(self, query: Query, without: Sequence[int]) -> bool:
        return len(query.text(without, unexpired=True)) <= MAX_QUERY

    # --- what one issuer has too much of ---

    async def _narrow(self, query: Query, cut: _Cut, depth: int) -> None:
        """Say what can't be had whole, and ask for what lies below a domain."""
        children = sorted(self._below.get(query.domain, ())) if query.domain and depth else []
        if cut.stuck:
            named = ", ".join(map(str, sorted(cut.stuck)[:10])) + (", …" if len(cut.stuck) > 10 else "")
            expired = ", though those not expired are all there" if cut.has_unexpired else ""
            below_it = f"; {len(children)} sub-domains were asked for apart" if children else ""
            self.shortfalls.append(
                f"crt.sh looks at {self._limit} names at most ({query.parameter}) and has more of its CAs {named}: "
                f"{sum(cut.stuck.values())} certificates of them were shown, not all{expired}{below_it}"
            )
        for child in children:
            await self._gather(below(query, child), depth - 1)

    # --- one request ---

    def _is_whole(self, answer: Listing) -> bool:
        return answer.counted is not None and answer.counted < self._limit

    async def _listing(self, query: Query, without: Sequence[int] = (), unexpired: bool = False) -> Listing | None:
        """One answer, kept. An empty one is believed when it comes twice. None when there is none."""
        text = query.text(without, unexpired)
        try:
            answer = await self._counted(text)
            if not answer.rows:
                answer = await self._counted(text)
        except Refused:
            raise
        except SourceError as error:
            self.failure = error
            self.shortfalls.append(f"a part of the answer is missing ({query.parameter}): {error}")
            self._failed_in_a_row += 1
            if self._failed_in_a_row >= _FAILURES_IN_A_ROW and self.answers:
                raise _Spent("crt.sh: the rest was not asked for after failures in a row") from None
            return None
        self._failed_in_a_row = 0
        self.answers += 1
        await self._keep(answer.rows, query.domain)
        return answer

    async def _counted(self, text: str) -> Listing:
        if self._requests >= self._max_requests:
            raise _Spent(f"crt.sh: the list is not whole after {self._requests} requests, the most for one search")
        self._requests += 1
        self._said(f"crt.sh: asking which certificates there are, request {self._requests}")
        return await self._ask(text)

    async def _keep(self, rows: Sequence[Row], domain: str) -> None:
        for at, row in enumerate(rows):
            if at % 100 == 99:
                await asyncio.sleep(0)  # comparing names takes its time
            if row.id in self.found or (row.names and not self._concerns(row.names)):
                continue
            if len(self.found) >= MAX_CERTIFICATES:
                raise _Spent(
                    f"crt.sh: the list was broken off at {MAX_CERTIFICATES} certificates, the most for one search"
                )
            self.found[row.id] = row.first_logged
            if domain:
                self._below.setdefault(domain, set()).update(_children(row.names, domain))


def _halves(group: Sequence[int]) -> list[list[int]]:
    """Two parts of a group; one that can't be parted is given as it is."""
    parts = [list(group[0::2]), list(group[1::2])]
    return [part for part in parts if part]


def _children(names: Sequence[str], domain: str) -> set[str]:
    """The domains one label below that host parts of names show."""
    hosts = (name.lower().rpartition("@")[2].rstrip(".") for name in names if len(name) < 400)
    heads = (host.removesuffix(f".{domain}") for host in hosts if host.endswith(f".{domain}"))
    labels = {head.rpartition(".")[2] for head in heads}
    return {f"{label}.{domain}" for label in labels if label.replace("-", "").isalnum() and label.isascii()}
