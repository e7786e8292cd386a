"""Censys Platform (API v3): certificates by the names, addresses and organisations in them.

    POST /v3/global/search/query[?organization_id=ID]   {"query": CenQL, "page_size": 100, "page_token": …}
      -> {"result": {"hits": [{"certificate_v1": {"resource": {…}}}], "next_page_token": "", "total_hits": N}}
    POST /v3/global/asset/certificate/raw               {"certificate_ids": [SHA-256, …]}
      -> {"result": [{"certificate_id": SHA-256, "pem": …}]}

A hit shows the names of a certificate, its log entries and its revocation, but not the certificate. The certificates of
a page that pass the name filter are fetched together, and their SHA-256 is checked. An error is a problem document with
status 400, 401, 403, 404 or 422; 429 when the rate is too high. As documented at https://docs.censys.com
(reference/v3-globaldata-search-query, docs/censys-query-language) and in the fields of the SDK.

The documentation doesn't say how e-mail addresses and distinguished names are cut into the tokens that `:` compares. So
addresses at a domain are also searched for by a regular expression, and names by each of their words; the certificates
themselves then show which results are surplus.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from msgspec import Struct

from ctscan.errors import FormatError, Refused, SourceError, UsageError
from ctscan.hidden_fields import repr_without
from ctscan.model import Incompleteness, QuestionKind, Repository, SearchShortfall
from ctscan.on_first_use import late_pattern
from ctscan.sources.json_paths import base_url, bearer_header, member, parse_json
from ctscan.sources.repositories.censys.cenql import entry_of, hit_of, query_of, raw_certificates

if TYPE_CHECKING:
    from ctscan.model import Question, RepositoryEntry
    from ctscan.sources import IsKnown, NameFilter
    from ctscan.sources.repositories import SourceOptions
    from ctscan.sources.repositories.censys.cenql import SearchHit

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
        "A name is found as spelt in the certificate, in any order of its words, but not without its accents or in "
        "another alphabet.",
        "How Censys cuts addresses and names into words isn't documented in full, so a search may miss certificates "
        "that Censys has.",
        "Searching needs a paid plan; every page of 100 results and every fetched certificate costs credits.",
    ),
    needs=f"a token in {TOKEN}; {ORGANISATION} names the organisation whose credits are used",
    tells="Censys, Inc., in the United States: the question itself, your account, IP address and contact",
)

RATE = 1.0  # requests a second; every plan allows a single request at a time
PAGE_SIZE = 100  # the API's maximum
PAGES = 1000
PAGE_LIMIT = 32 * 1024 * 1024
_UUID = late_pattern(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


class _Page(Struct, frozen=True):
    hits: tuple[SearchHit, ...]
    unread: int  # hits that aren't certificates or can't be read
    next: str
    total: int


@repr_without("options", "headers", "organisation")
class Censys(Struct):
    """`SearchSource` of Censys. Made by `open_source`."""

    options: SourceOptions
    base: str
    headers: Mapping[str, str]
    organisation: str
    repository: Repository = REPOSITORY

    async def search(
        self, question: Question, is_known: IsKnown, name_filter: NameFilter
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
                yield Incompleteness(SearchShortfall.PAGES_MISSING(page=number, detail=str(error)))
                return
            listed += len(page.hits) + page.unread
            if page.unread:
                yield Incompleteness(SearchShortfall.UNREADABLE_RESULTS(count=page.unread, page=number))
            self.options.progress(f"{listed} of {page.total} results listed")
            for found in await self._entries(page.hits, seen, is_known, name_filter):
                yield found
            if not page.next:
                if listed < page.total:
                    yield Incompleteness(SearchShortfall.FEWER_THAN_COUNTED(total=page.total, given=listed))
                return
            if page.next in tokens:
                break
            tokens.add(token := page.next)
        yield Incompleteness(SearchShortfall.BREAKS_OFF(page=number))

    async def aclose(self) -> None:
        """Do nothing: no resource is held."""

    async def _entries(
        self, hits: Sequence[SearchHit], seen: set[str], is_known: IsKnown, name_filter: NameFilter
    ) -> list[RepositoryEntry | Incompleteness]:
        """Fetch the new certificates of a page that pass the name filter, and add the page's hashes to `seen`."""
        fresh = {hit.sha256: hit for hit in hits if hit.sha256 not in seen}
        seen.update(fresh)
        kept = await is_known(list(fresh))
        wanted = {sha256: hit for sha256, hit in fresh.items() if sha256 not in kept and name_filter(hit.names)}
        if not wanted:
            return []
        try:
            answer = await self._ask("asset/certificate/raw", {"certificate_ids": list(wanted)}, _check_raw)
        except SourceError as error:
            return [Incompleteness(SearchShortfall.NOT_FETCHED(count=len(wanted), detail=str(error)))]
        given = raw_certificates(answer)
        missing = len(wanted.keys() - given.keys())
        return [
            *(entry_of(hit, given[sha256], REPOSITORY.name) for sha256, hit in wanted.items() if sha256 in given),
            *([Incompleteness(SearchShortfall.NOT_RETURNED(count=missing))] if missing else []),
        ]

    async def _page(self, query: str, token: str) -> _Page:
        """Fetch a page. Raises SourceError when it is unavailable."""
        asked: dict[str, Any] = {"query": query, "page_size": PAGE_SIZE}
        asked |= {"page_token": token} if token else {}
        result = member(await self._ask("search/query", asked, _check_page), "result")
        found = [hit_of(hit) for hit in member(result, "hits") or ()]
        hits = tuple(hit for hit in found if hit is not None)
        total = member(result, "total_hits")
        return _Page(hits, len(found) - len(hits), member(result, "next_page_token") or "", int(total or 0))

    async def _ask(self, path: str, content: object, check: Callable[[object], None]) -> object:
        """Return the answer of an endpoint; `check` raises FormatError. Raises SourceError when no answer is
        available."""
        query = f"?{urlencode({'organization_id': self.organisation})}" if self.organisation else ""
        answers: list[object] = []

        def validate(body: bytes) -> None:
            answer = parse_json(body)
            check(answer)
            answers[:] = [answer]

        try:
            await self.options.client.post(
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


def open_source(options: SourceOptions) -> Censys:
    """Open Censys. Raises UsageError when the token is missing, or a value of the environment can't be sent."""
    headers = bearer_header(options.environ, TOKEN)
    if not headers:
        raise UsageError(f"censys: {TOKEN} is not set; it holds a personal access token of the Censys Platform")
    organisation = options.environ.get(ORGANISATION, "").strip()
    if organisation and not _UUID.fullmatch(organisation):
        raise UsageError(f"{ORGANISATION}: expected the UUID of an organisation, got {len(organisation)} characters")
    options.client.pace(REPOSITORY.name, options.rate or RATE)
    return Censys(options, base_url(options.url or REPOSITORY.url, headers), headers, organisation)


def _check_page(answer: object) -> None:
    """Raise FormatError unless the answer is a page of results."""
    result = member(answer, "result")
    hits, total, token = (member(result, name) for name in ("hits", "total_hits", "next_page_token"))
    if not isinstance(hits, (list, type(None))) or not isinstance(token, (str, type(None))):
        raise FormatError("expected a list of results, got something else")
    if not isinstance(total, (int, float)) or not 0 <= total < 1e15:
        raise FormatError("expected results and their number, got something else")


def _check_raw(answer: object) -> None:
    """Raise FormatError unless the answer is a list of certificates."""
    if not isinstance(member(answer, "result"), list):
        raise FormatError("expected a list of certificates, got something else")
