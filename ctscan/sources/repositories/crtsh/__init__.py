"""crt.sh over HTTP: certificates by the addresses and names in them, from all logs that Sectigo watches.

A search fetches the lists (JSON), then each certificate that passes the name filter by its number (PEM): the lists show
only the names that matched, and no certificate. `queries.py` builds queries, `pages.py` reads answers,
`crtsh_client.py` asks again after failures, `completion.py` completes lists that were cut.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING

from ctscan.errors import Refused, SourceError
from ctscan.model import Incompleteness, Repository, RepositoryEntry, SearchShortfall
from ctscan.sources.repositories.crtsh.completion import LIMIT, MAX_REQUESTS, Completer
from ctscan.sources.repositories.crtsh.crtsh_client import OPERATOR, CrtshClient
from ctscan.sources.repositories.crtsh.queries import FINDS, queries_for

if TYPE_CHECKING:
    from ctscan.model import Question
    from ctscan.sources import IsKnown, NameFilter
    from ctscan.sources.repositories import SourceOptions

RATE = 1 / 12
"""Requests a second. In 2020 the announced limit was 60 a minute; since then users report about 5."""

_FAILURES_IN_A_ROW = 5  # certificates, each after all retries

REPOSITORY = Repository(
    name="crt.sh",
    title="crt.sh (Sectigo) over HTTP",
    url="https://crt.sh/",
    finds=FINDS,
    limits=(
        "crt.sh holds the certificates of the logs it watches, as of its last reading; a replica of its database may "
        "lag behind.",
        "crt.sh looks at the first 10,000 names for a question. ctscan asks for further results in parts, and reports "
        "parts that it can't get.",
        "crt.sh compares whole words, as its text search cuts them: a part of a word finds nothing, and addresses such "
        "as alice+tag@example.org and o'brien@example.org are two words, which stand in other addresses too.",
        "crt.sh finds no addresses in an otherName (UPN, SmtpUTF8Mailbox) or in attributes other than emailAddress.",
        "Addresses and domains with letters beyond ASCII (an IDN is searched for in both forms) or with a percent sign "
        "can only be searched for by some of their words, or by the domain alone.",
        "Names with letters beyond ASCII are found in UTF-8, and in Latin-1 with the same capitals; names in UCS-2 "
        "(BMPString) are not found.",
        "Names are found only with the accents you give; in scripts without spaces between names, a name is found as a "
        "single word or not at all.",
        "Results are unproven: a log has to confirm them.",
    ),
    tells="Sectigo, which runs crt.sh: the identifier, your network address, the contact in the User-Agent, and "
    "the certificates you fetch",
)


def open_source(options: SourceOptions) -> CrtshSource:
    """Open crt.sh at its address, or at the address in `options`."""
    return CrtshSource(options)


class CrtshSource:
    """`SearchSource` of crt.sh. `limit` and `max_requests` bound the lists of one search."""

    repository = REPOSITORY

    def __init__(self, options: SourceOptions, limit: int = LIMIT, max_requests: int = MAX_REQUESTS) -> None:
        options.client.pace(OPERATOR, RATE if options.rate is None else options.rate)
        self._progress, self._limit, self._max_requests = options.progress, limit, max_requests
        self._client = CrtshClient(options.client, options.url or REPOSITORY.url, options.sleep, options.progress)

    async def search(
        self, question: Question, is_known: IsKnown, name_filter: NameFilter
    ) -> AsyncIterator[RepositoryEntry | Incompleteness]:
        """See `SearchSource.search`. References are the numbers of certificates at crt.sh."""
        queries = queries_for(question)
        completer = Completer(self._client.listing, name_filter, self._limit, self._max_requests, self._progress)
        await completer.collect(queries)
        if completer.failure is not None and not completer.answers:
            raise completer.failure
        for reason in completer.incomplete_reasons:
            yield Incompleteness(reason)
        kept = await is_known([str(id) for id in completer.found])
        wanted = [id for id in sorted(completer.found) if str(id) not in kept]
        async for got in self._certificates(wanted, completer.found):
            yield got

    async def _certificates(
        self, wanted: Sequence[int], first_logged: dict[int, int | None]
    ) -> AsyncIterator[RepositoryEntry | Incompleteness]:
        in_a_row = 0
        for at, id in enumerate(wanted, 1):
            self._progress(f"crt.sh: {at} of {len(wanted)} certificates")
            try:
                der = await self._client.certificate(id)
            except Refused:
                raise
            except SourceError as error:
                yield Incompleteness(SearchShortfall.CERTIFICATE_MISSING(reference=id, detail=str(error)))
                in_a_row += 1
                if in_a_row == _FAILURES_IN_A_ROW and at < len(wanted):
                    yield Incompleteness(SearchShortfall.NOT_ASKED_FOR(count=len(wanted) - at, failures=in_a_row))
                    return
            else:
                in_a_row = 0
                yield RepositoryEntry(str(id), der, first_logged[id])

    async def aclose(self) -> None:
        """Do nothing: the client belongs to the caller."""
