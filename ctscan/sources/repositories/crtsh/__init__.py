"""crt.sh over HTTP: certificates by the addresses and names in them, from all logs that Sectigo watches.

First the lists (JSON), then each certificate that may be meant by its number (PEM): the lists show only the names that
matched, and no certificate. How it is asked, answers and is made whole: `sources/crtsh/`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from ctscan.errors import Refused, SourceError
from ctscan.model import Incompleteness, Question, Repository, RepositoryEntry
from ctscan.sources import Concerns, Known
from ctscan.sources.repositories import Opening
from ctscan.sources.repositories.crtsh.completion import LIMIT, MAX_REQUESTS, Gathering
from ctscan.sources.repositories.crtsh.crtsh_client import OPERATOR, Asker
from ctscan.sources.repositories.crtsh.queries import FINDS, queries_for

RATE = 1 / 12
"""Requests a second. 60 a minute were announced as the limit in 2020; since then users report about 5."""

_FAILURES_IN_A_ROW = 5  # certificates, each with all patience

REPOSITORY = Repository(
    name="crt.sh",
    title="crt.sh (Sectigo) over HTTP",
    url="https://crt.sh/",
    finds=FINDS,
    limits=(
        "It holds what the logs it watches held when it read them; a copy of its database that answers may lag behind.",
        "It looks at 10,000 names for one question, whichever come first; what is more is asked for in parts, and what "
        "can't be had in parts is reported.",
        "It compares whole words, as its text search cuts them: a part of one finds nothing, and addresses such as "
        "alice+tag@example.org and o'brien@example.org are two words, which stand in others too.",
        "An address in an otherName (UPN, SmtpUTF8Mailbox) or in any attribute but emailAddress is no address to it.",
        "Addresses and domains with letters beyond ASCII (an IDN is asked for in both forms) or with a percent sign "
        "can only be asked for by some of their words, or by the domain alone.",
        "Names with letters beyond ASCII are found in UTF-8, and in Latin-1 with the same capitals; names in UCS-2 "
        "(BMPString) are not found.",
        "Names are found with the accents they are asked for; where a script writes no spaces between names, they are "
        "found as one word or not at all.",
        "Nothing that it gives is proven: a log has to confirm it.",
    ),
    tells="whoever runs crt.sh (Sectigo) sees the identifier, your network address, the contact in the User-Agent, and "
    "which certificates you fetch",
)


def open_source(opening: Opening) -> CrtshSource:
    """crt.sh at its address, or at the one that `opening` names."""
    return CrtshSource(opening)


class CrtshSource:
    """Asks crt.sh. `limit` and `max_requests` are those of the lists of one search."""

    repository = REPOSITORY

    def __init__(self, opening: Opening, limit: int = LIMIT, max_requests: int = MAX_REQUESTS) -> None:
        opening.client.pace(OPERATOR, RATE if opening.rate is None else opening.rate)
        self._progress, self._limit, self._max_requests = opening.progress, limit, max_requests
        self._asker = Asker(opening.client, opening.url or REPOSITORY.url, opening.sleep, opening.progress)

    async def search(
        self, question: Question, known: Known, concerns: Concerns
    ) -> AsyncIterator[RepositoryEntry | Incompleteness]:
        """See `SearchSource`. References are the numbers of certificates at crt.sh."""
        queries = queries_for(question)
        gathering = Gathering(self._asker.listing, concerns, self._limit, self._max_requests, self._progress)
        await gathering.gather(queries)
        if gathering.failure is not None and not gathering.answers:
            raise gathering.failure
        for reason in gathering.shortfalls:
            yield Incompleteness(reason)
        kept = await known([str(id) for id in gathering.found])
        wanted = [id for id in sorted(gathering.found) if str(id) not in kept]
        async for got in self._certificates(wanted, gathering.found):
            yield got

    async def _certificates(
        self, wanted: Sequence[int], first_logged: dict[int, int | None]
    ) -> AsyncIterator[RepositoryEntry | Incompleteness]:
        in_a_row = 0
        for at, id in enumerate(wanted, 1):
            self._progress(f"crt.sh: {at} of {len(wanted)} certificates")
            try:
                der = await self._asker.certificate(id)
            except Refused:
                raise
            except SourceError as error:
                yield Incompleteness(f"certificate {id} of crt.sh is missing: {error}")
                in_a_row += 1
                if in_a_row == _FAILURES_IN_A_ROW and at < len(wanted):
                    yield Incompleteness(
                        f"crt.sh: {len(wanted) - at} certificates were not asked for after {in_a_row} failures"
                    )
                    return
            else:
                in_a_row = 0
                yield RepositoryEntry(str(id), der, first_logged[id])

    async def aclose(self) -> None:
        """Nothing is held: the client belongs to whoever opened it."""
