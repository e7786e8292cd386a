"""crt.sh over SQL: its database is open to everybody, and holds more about a certificate than its web pages show.

With each certificate come the log entries that crt.sh knows, its revocation as seen by crt.sh, and the owner of the CA.
`sql_session.py` holds the connection, `statements.py` the SQL, `validity_ranges.py` the halving of questions that are
too large.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from ctscan.errors import BadAnswer, SourceError, UsageError
from ctscan.extras import to_install
from ctscan.model import (
    Coordinate,
    Incompleteness,
    QuestionKind,
    Repository,
    RepositoryEntry,
    Revocation,
    RevocationState,
    SearchShortfall,
)
from ctscan.sources.repositories.crtsh.escape_text import readings
from ctscan.sources.repositories.crtsh_sql.limits import Limits
from ctscan.sources.repositories.crtsh_sql.schema_probe import PROBED, check, probe
from ctscan.sources.repositories.crtsh_sql.sql_session import Session, Statement, TooLong
from ctscan.sources.repositories.crtsh_sql.statements import (
    DETAILED,
    LISTED,
    details,
    index_queries,
    listing,
)
from ctscan.sources.repositories.crtsh_sql.validity_ranges import Range

if TYPE_CHECKING:
    from ctscan.model import (
        Message,
        Question,
    )
    from ctscan.sources import IsKnown, NameFilter
    from ctscan.sources.repositories import SourceOptions
    from ctscan.sources.repositories.crtsh_sql.sql_session import Rows
    from ctscan.sources.repositories.crtsh_sql.statements import (
        IndexQuery,
    )

URL = "postgresql://guest@crt.sh:5432/certwatch"
RATE = 0.5  # statements a second

REPOSITORY = Repository(
    name="crt.sh-sql",
    title="crt.sh over PostgreSQL",
    url=URL,
    finds=(QuestionKind.EMAIL, QuestionKind.DOMAIN, QuestionKind.NAME, QuestionKind.ORGANISATION),
    limits=(
        "Only subjects and subject alternative names are indexed: data in other extensions is not found.",
        "Names in UTF-16 (BMPString) are not found, names in Latin-1 (TeletexString) only by words of ASCII letters.",
        "Names are found only with the accents you give, a name with a hyphen by its parts.",
        "A domain finds certificates with an address in emailAddress or rfc822Name, or with a host there; an address "
        "that stands alone in a common name or another name is found by the address itself.",
        "Statements that take longer than a minute are ended; then the question is halved by the end of validity, and "
        "parts that still take too long are reported.",
        "crt.sh holds the certificates of the logs it watches, as of its last reading; a replica of its database may "
        "lag behind.",
        "A revocation is reported as crt.sh saw it on a CRL; no report doesn't mean that the certificate is valid.",
        "Results are unproven: a log has to confirm them.",
    ),
    needs=f"{to_install('postgres')}; not on Windows, whose event loop psycopg can't use",
    tells="Sectigo, which runs crt.sh: the identifier, your network address and the certificates you fetch; anybody on "
    "the network path too, where its database server offers no TLS",
)

_REASONS = {
    0: "unspecified",
    1: "keyCompromise",
    2: "cACompromise",
    3: "affiliationChanged",
    4: "superseded",
    5: "cessationOfOperation",
    6: "certificateHold",
    9: "privilegeWithdrawn",
    10: "aACompromise",
}
_REMOVED_FROM_CRL = 8


def open_source(options: SourceOptions) -> CrtshSql:
    """Open crt.sh's database; nothing is sent yet. Raises UsageError when psycopg isn't installed, or the URL isn't a
    PostgreSQL URL."""
    return CrtshSql(options)


class _Progress(Struct):
    """Progress of one search."""

    done: set[int] = field(default_factory=set)  # ids that were fetched or are known
    answered: bool = False  # whether any listing was answered
    statements: int = 0
    failures: int = 0  # in a row
    size: int = 0


class _SearchLimitReached(Exception):
    """The search ends here; `reason` is for an Incompleteness."""

    def __init__(self, reason: Message) -> None:
        super().__init__(reason.code)
        self.reason = reason


class CrtshSql:
    """`SearchSource` of crt.sh's database. Run one search at a time: it holds a single connection."""

    repository = REPOSITORY

    def __init__(self, options: SourceOptions, limits: Limits | None = None) -> None:
        self._options = options
        self._limits = limits or Limits()
        self._session = Session(options.url or URL, options, options.rate or RATE, self._limits)
        self._is_checked = False

    async def aclose(self) -> None:
        """Close the connection."""
        await self._session.aclose()

    async def search(
        self, question: Question, is_known: IsKnown, name_filter: NameFilter
    ) -> AsyncIterator[RepositoryEntry | Incompleteness]:
        """See `SearchSource.search`."""
        if question.kind not in REPOSITORY.finds:
            raise UsageError(f"{REPOSITORY.name} finds {', '.join(REPOSITORY.finds)}, not {question.kind}")
        queries = index_queries(question)
        if not queries:
            yield Incompleteness(SearchShortfall.NO_WORD())
            return
        await self._check_schema()
        progress = _Progress()
        try:
            for query in queries:
                async for item in self._read_ranges(query, is_known, name_filter, progress):
                    yield item
        except _SearchLimitReached as limit:
            yield Incompleteness(limit.reason)

    async def _check_schema(self) -> None:
        if not self._is_checked:
            check(self._session.server, await self._session.rows(Statement(*probe(), PROBED, 1000, 1 << 20)))
            self._is_checked = True

    async def _read_ranges(
        self, query: IndexQuery, is_known: IsKnown, name_filter: NameFilter, progress: _Progress
    ) -> AsyncIterator[RepositoryEntry | Incompleteness]:
        """Yield all answers, in one range of validity or in as many as needed, the latest first."""
        waiting = [Range()]
        while waiting:
            within = waiting.pop()
            try:
                rows = await self._list(query, within, progress)
            except TooLong as error:
                halves = within.halved_by_calendar()
                if halves is None:
                    yield Incompleteness(SearchShortfall.RANGE_NOT_LISTED(range=within.dates, detail=str(error)))
                    self._count_failure(progress)
                waiting += reversed(halves or ())
                continue
            except SourceError as error:
                if not progress.answered:
                    raise
                yield Incompleteness(SearchShortfall.RANGE_NOT_LISTED(range=within.dates, detail=str(error)))
                self._count_failure(progress)
                continue
            halves = within.halved(time for _, time, _ in rows) if len(rows) > self._limits.rows else None
            if halves is None and len(rows) > self._limits.rows:
                yield Incompleteness(SearchShortfall.RANGE_TOO_LARGE(range=within.dates, limit=self._limits.rows))
            waiting += reversed(halves or ())
            async for item in self._fetch_passing(rows, is_known, name_filter, progress):
                yield item

    async def _list(self, query: IndexQuery, within: Range, progress: _Progress) -> Rows:
        if progress.statements == self._limits.statements:
            raise _SearchLimitReached(SearchShortfall.TOO_MANY_STATEMENTS(number=progress.statements))
        progress.statements += 1
        self._options.progress(f"{REPOSITORY.name}: listing certificates {within}")
        most = self._limits.rows + 1
        size = most * self._limits.name * 4
        rows = await self._session.rows(Statement(*listing(query, within, self._limits), LISTED, most, size))
        progress.answered, progress.failures = True, 0
        return rows

    async def _fetch_passing(
        self, rows: Rows, is_known: IsKnown, name_filter: NameFilter, progress: _Progress
    ) -> AsyncIterator[RepositoryEntry | Incompleteness]:
        """Fetch the listed certificates that pass the name filter and aren't known."""
        listed = [id for id in _passing(rows, name_filter, self._limits) if id not in progress.done]
        for start in range(0, len(listed), self._limits.batch):
            batch = listed[start : start + self._limits.batch]
            already = await is_known([str(id) for id in batch])
            progress.done.update(id for id in batch if str(id) in already)
            wanted = [id for id in batch if str(id) not in already]
            if not wanted:
                continue
            self._options.progress(f"{REPOSITORY.name}: fetching {len(wanted)} certificates")
            try:
                found = await self._fetch(wanted)
            except SourceError as error:
                yield Incompleteness(SearchShortfall.NOT_FETCHED(count=len(wanted), detail=str(error)))
                self._count_failure(progress)
                continue
            progress.failures = 0
            progress.done.update(wanted)
            for item in found:
                progress.size += len(item.der) if isinstance(item, RepositoryEntry) else 0
                if progress.size > self._limits.total:
                    raise _SearchLimitReached(SearchShortfall.TOO_MANY_BYTES(limit=self._limits.total))
                yield item

    async def _fetch(self, ids: list[int]) -> list[RepositoryEntry | Incompleteness]:
        most = len(ids) * (self._limits.certificate + 65536)
        rows = await self._session.rows(Statement(*details(ids, self._limits), DETAILED, len(ids), most))
        try:
            return list(_entries(ids, rows, self._limits))
        except ValueError:
            raise BadAnswer(f"{self._session.server}: expected log coordinates, got something else") from None

    def _count_failure(self, progress: _Progress) -> None:
        progress.failures += 1
        if progress.failures == self._limits.failures:
            raise _SearchLimitReached(SearchShortfall.GAVE_UP(number=progress.failures))


def _passing(rows: Rows, name_filter: NameFilter, limits: Limits) -> list[int]:
    """Return the ids of certificates whose names pass the filter, in the order of their arrival."""
    names: dict[int, list[str]] = {}
    doubtful = set()
    for id, _, name in rows:
        names.setdefault(id, []).extend(readings(name))
        if len(name) >= limits.name:  # cut: the rest may match
            doubtful.add(id)
    return [id for id, shown in names.items() if id in doubtful or name_filter(shown)]


def _entries(ids: Iterable[int], rows: Rows, limits: Limits) -> Iterable[RepositoryEntry | Incompleteness]:
    """Yield the fetched certificates, in the order of the request. Raises ValueError for malformed coordinates."""
    found = {row[0]: row for row in rows}
    for id in ids:
        if id not in found:
            yield Incompleteness(SearchShortfall.GONE())
        elif found[id][1] is None:
            yield Incompleteness(SearchShortfall.TOO_LARGE(limit=limits.certificate))
        else:
            yield _entry(found[id])


def _entry(row: Sequence[Any]) -> RepositoryEntry:
    id, der, logged, is_revoked, reason, revoked_at, last_seen, owner = row
    coordinates = tuple(_coordinate(line) for line in logged.split("\n")) if logged else ()
    return RepositoryEntry(
        reference=str(id),
        der=der,
        first_logged=coordinates[0].timestamp if coordinates else None,
        coordinates=coordinates,
        revocation=_revocation(reason, revoked_at, last_seen) if is_revoked else None,
        owner=owner or "",
    )


def _coordinate(line: str) -> Coordinate:
    """Parse "index ms log"; the log may be empty. Raises ValueError for anything else."""
    index, at, log = line.split(" ", 2)
    return Coordinate(log, int(index), int(at))


def _revocation(reason: int | None, revoked_at: datetime | None, last_seen: datetime) -> Revocation | None:
    """Return the revocation that crt.sh saw on a CRL; None when the CRL took it back."""
    if reason == _REMOVED_FROM_CRL:
        return None
    return Revocation(
        RevocationState.REVOKED,
        source="crt.sh",  # the same claim over HTTP and SQL
        checked=last_seen.replace(tzinfo=UTC),
        revoked_at=revoked_at.replace(tzinfo=UTC) if revoked_at else None,
        reason="" if reason is None else _REASONS.get(reason, f"reason {reason}"),
    )
