"""Censys Platform (API v3): certificates by the names, addresses and organisations in them.

    POST /v3/global/search/query[?organization_id=ID]   {"query": CenQL, "page_size": 100, "page_token": …}
      -> {"result": {"hits": [{"certificate_v1": {"resource": {…}}}], "next_page_token": "", "total_hits": N}}
    POST /v3/global/asset/certificate/raw               {"certificate_ids": [SHA-256, …]}
      -> {"result": [{"certificate_id": SHA-256, "pem": …}]}

A hit shows the names of a certificate, where it is logged and what is known of its revocation, but not the certificate:
those of a page that may concern somebody are fetched together. Their SHA-256 is checked. An error is a problem document
with status 400, 401, 403, 404 or 422; 429 when too much is asked for. As documented at https://docs.censys.com
(reference/v3-globaldata-search-query, docs/censys-query-language) and in the fields of the SDK.

What the documentation leaves open: how e-mail addresses and distinguished names are cut into the tokens that `:`
compares. So addresses at a domain are asked for by a regular expression besides, and names by each word of them; what
comes back too much is told by the certificate itself.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlencode

from ctscan.errors import FormatError, Refused, SourceError, UsageError
from ctscan.model import Incompleteness, Question, QuestionKind, Repository, RepositoryEntry
from ctscan.sources import Concerns, Known
from ctscan.sources.json_paths import base_of, bearer, member, parse_json
from ctscan.sources.repositories import Opening
from ctscan.sources.repositories.censys.cenql import Hit, entry_of, hit_of, query_of, raw_certificates

TOKEN: Final = "CTSCAN_CENSYS_TOKEN"  # noqa: S105 - the variable, not its value
ORGANISATION: Final = "CTSCAN_CENSYS_ORGANISATION"

REPOSITORY = Repository(
    name="censys",
    title="Censys Platform",
    url="https://api.platform.censys.io",
    finds=(QuestionKind.EMAIL, QuestionKind.DOMAIN, QuestionKind.NAME, QuestionKind.ORGANISATION),
    limits=(
        "E-mail addresses are found in the subject and in rfc822Name and directoryName of the subject alternative "
        "name, and nowhere else; names of people in the subject only.",
        "A name is found as it is spelt in the certificate, in any order of its words; without its accents, or in "
        "another alphabet, it isn't.",
        "How Censys cuts addresses and names into words isn't documented in full, so what it finds is not proven to be "
        "all that it has.",
        "Searching needs a paid plan; every page of 100 results and every certificate that is fetched costs credits.",
    ),
    needs=f"a token in {TOKEN}; {ORGANISATION} names the organisation whose credits are used",
    tells="Censys, Inc., in the United States: the question itself, your account, IP address and contact",
)

RATE = 1.0  # requests a second; one at a time is what every plan allows
PAGE_SIZE = 100  # the most that the API gives
PAGES = 1000
PAGE_LIMIT = 32 * 1024 * 1024
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


@dataclass(frozen=True, slots=True)
class _Page:
    hits: tuple[Hit, ...]
    unread: int  # hits that are no certificates or can't be read
    next: str
    total: int


@dataclass(slots=True)
class Censys:
    """A `SearchSource`. Made by `open_source`."""

    opening: Opening = field(repr=False)
    base: str
    headers: Mapping[str, str] = field(repr=False)
    organisation: str = field(repr=False)
    repository: Repository = REPOSITORY

    async def search(
        self, question: Question, known: Known, concerns: Concerns
    ) -> AsyncIterator[RepositoryEntry | Incompleteness]:
        """See `SearchSource.search`."""
        if question.kind not in REPOSITORY.finds:
            raise UsageError(f"{REPOSITORY.name} finds {', '.join(REPOSITORY.finds)}, and nothing by {question.kind}")
        query = query_of(question)
        seen: set[str] = set()
        tokens = {""}
        listed, token = 0, ""
        for number in range(1, PAGES + 1):
            try:
                page = await self._page(query, token)
            except SourceError as error:
                if number == 1:
                    raise
                yield Incompleteness(f"page {number} and all after it could not be had: {error}")
                return
            listed += len(page.hits) + page.unread
            if page.unread:
                yield Incompleteness(f"{page.unread} results of page {number} can't be read")
            self.opening.progress(f"{listed} of {page.total} results listed")
            for found in await self._entries(page.hits, seen, known, concerns):
                yield found
            if not page.next:
                if listed < page.total:
                    yield Incompleteness(
                        f"it counts {page.total} results and gave {listed}; the plan may allow no more"
                    )
                return
            if page.next in tokens:
                break
            tokens.add(token := page.next)
        yield Incompleteness(f"after page {number} the list leads no further, and it has no end")

    async def aclose(self) -> None:
        """Nothing is held."""

    async def _entries(
        self, hits: Sequence[Hit], seen: set[str], known: Known, concerns: Concerns
    ) -> list[RepositoryEntry | Incompleteness]:
        """The certificates of a page that are new and may concern somebody; `seen` grows by the page."""
        fresh = {hit.sha256: hit for hit in hits if hit.sha256 not in seen}
        seen.update(fresh)
        kept = await known(list(fresh))
        wanted = {sha256: hit for sha256, hit in fresh.items() if sha256 not in kept and concerns(hit.names)}
        if not wanted:
            return []
        try:
            answer = await self._ask("asset/certificate/raw", {"certificate_ids": list(wanted)}, _check_raw)
        except SourceError as error:
            return [Incompleteness(f"{len(wanted)} certificates could not be had: {error}")]
        given = raw_certificates(answer)
        missing = len(wanted.keys() - given.keys())
        return [
            *(entry_of(hit, given[sha256], REPOSITORY.name) for sha256, hit in wanted.items() if sha256 in given),
            *([Incompleteness(f"{missing} certificates were listed but not given")] if missing else []),
        ]

    async def _page(self, query: str, token: str) -> _Page:
        """One page. SourceError when it can't be had."""
        asked: dict[str, Any] = {"query": query, "page_size": PAGE_SIZE}
        asked |= {"page_token": token} if token else {}
        result = member(await self._ask("search/query", asked, _check_page), "result")
        found = [hit_of(hit) for hit in member(result, "hits") or ()]
        hits = tuple(hit for hit in found if hit is not None)
        total = member(result, "total_hits")
        return _Page(hits, len(found) - len(hits), member(result, "next_page_token") or "", int(total or 0))

    async def _ask(self, path: str, content: object, check: Callable[[object], None]) -> object:
        """What an endpoint answers; `check` raises FormatError. SourceError when it can't be had."""
        query = f"?{urlencode({'organization_id': self.organisation})}" if self.organisation else ""
        answers: list[object] = []

        def validate(body: bytes) -> None:
            answer = parse_json(body)
            check(answer)
            answers[:] = [answer]

        try:
            await self.opening.client.post(
                f"{self.base}/v3/global/{path}{query}",
                json.dumps(content).encode("ascii"),
                content_type="application/json",
                operator=REPOSITORY.name,
                limit=PAGE_LIMIT,
                accept="application/json",
                headers=self.headers,
                validate=validate,
            )
        except Refused as error:
            raise Refused(
                f"{error}; check {TOKEN}, {ORGANISATION}, the credits left, and that the plan allows searching"
            ) from None
        return answers[0]


def open_source(opening: Opening) -> Censys:
    """Ready to ask. UsageError when the token is missing, or something in the environment can't be sent."""
    headers = bearer(opening.environ, TOKEN)
    if not headers:
        raise UsageError(f"censys: {TOKEN} is not set; it holds a personal access token of the Censys Platform")
    organisation = opening.environ.get(ORGANISATION, "").strip()
    if organisation and not _UUID.fullmatch(organisation):
        raise UsageError(f"{ORGANISATION}: expected the UUID of an organisation, got {len(organisation)} characters")
    opening.client.pace(REPOSITORY.name, opening.rate or RATE)
    return Censys(opening, base_of(opening.url or REPOSITORY.url, headers), headers, organisation)


def _check_page(answer: object) -> None:
    """FormatError for what is no page of results."""
    result = member(answer, "result")
    hits, total, token = (member(result, name) for name in ("hits", "total_hits", "next_page_token"))
    if not isinstance(hits, (list, type(None))) or not isinstance(token, (str, type(None))):
        raise FormatError("expected a list of results, got something else")
    if not isinstance(total, (int, float)) or not 0 <= total < 1e15:
        raise FormatError("expected results and their number, got something else")


def _check_raw(answer: object) -> None:
    """FormatError for what is no list of certificates."""
    if not isinstance(member(answer, "result"), list):
        raise FormatError("expected a list of certificates, got something else")
