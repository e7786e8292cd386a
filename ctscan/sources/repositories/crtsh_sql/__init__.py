"""crt.sh, asked in SQL: its database is open to everybody, and tells more of a certificate than its web pages do.

With each certificate come the log entries that crt.sh knows, whether it saw it revoked, and who runs the CA. How it is
connected, asked and halved is in `sources/crtsh_sql/`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from ctscan.errors import BadAnswer, SourceError, UsageError
from ctscan.model import (
    Coordinate,
    Incompleteness,
    Question,
    QuestionKind,
    Repository,
    RepositoryEntry,
    Revocation,
    RevocationState,
)
from ctscan.sources import Concerns, Known
from ctscan.sources.repositories import Opening
from ctscan.sources.repositories.crtsh.escape_text import readings
from ctscan.sources.repositories.crtsh_sql.limits import Limits
from ctscan.sources.repositories.crtsh_sql.schema_probe import PROBED, check, probe
from ctscan.sources.repositories.crtsh_sql.sql_session import Rows, Session, Statement, TooLong
from ctscan.sources.repositories.crtsh_sql.statements import DETAILED, LISTED, Asking, askings, details, listing
from ctscan.sources.repositories.crtsh_sql.validity_ranges import Range

URL = "postgresql://guest@crt.sh:5432/certwatch"
RATE = 0.5  # statements a second

REPOSITORY = Repository(
    name="crt.sh-sql",
    title="crt.sh over PostgreSQL",
    url=URL,
    finds=(QuestionKind.EMAIL, QuestionKind.DOMAIN, QuestionKind.NAME, QuestionKind.ORGANISATION),
    limits=(
        "Only subjects and subject alternative names are indexed: what stands in other extensions is not found.",
        "Names in UTF-16 (BMPString) are not found, names in Latin-1 (TeletexString) only by words of ASCII letters.",
        "Names are found with the accents they are asked for, a name with a hyphen by its parts.",
        "A domain finds certificates with an address in emailAddress or rfc822Name, or with a host there; an address "
        "that stands alone in a common name or another name is found by the address itself.",
        "Statements that take longer than a minute are ended; then the question is halved by the end of validity, and "
        "what still takes too long is reported.",
        "It holds what the logs it watches held when it read them; a copy of its database that answers may lag behind.",
        "That a certificate was revoked is what crt.sh saw on a CRL; that it says nothing of it means nothing.",
        "Nothing that it gives is proven: a log has to confirm it.",
    ),
    needs="pip install 'ctscan[postgres]'; not on Windows, whose event loop psycopg can't use",
    tells="whoever runs crt.sh (Sectigo) sees the identifier, your network address and which certificates you fetch; "
    "so does whoever reads along, where its database server offers no TLS",
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


def open_source(opening: Opening) -> CrtshSql:
    """Nothing is asked yet. UsageError when psycopg isn't installed, or the URL isn't one of PostgreSQL."""
    return CrtshSql(opening)


@dataclass(slots=True)
class _Progress:
    """How far one search is."""

    done: set[int] = field(default_factory=set)  # ids that were fetched or are known
    answered: bool = False  # whether any listing was
    statements: int = 0
    failures: int = 0  # in a row
    size: int = 0


class _Over(Exception):
    """The search ends here; the text is the reason, for an Incompleteness."""


class CrtshSql:
    """A `SearchSource`. Not for several searches at once: it holds one connection."""

    repository = REPOSITORY

    def __init__(self, opening: Opening, limits: Limits | None = None) -> None:
        self._opening = opening
        self._limits = limits or Limits()
        self._session = Session(opening.url or URL, opening, opening.rate or RATE, self._limits)
        self._is_checked = False

    async def aclose(self) -> None:
        """Close the connection."""
        await self._session.aclose()

    async def search(
        self, question: Question, known: Known, concerns: Concerns
    ) -> AsyncIterator[RepositoryEntry | Incompleteness]:
        """See `SearchSource.search`."""
        if question.kind not in REPOSITORY.finds:
            raise UsageError(f"{REPOSITORY.name} finds {', '.join(REPOSITORY.finds)}, not {question.kind}")
        asked = askings(question)
        if not asked:
            yield Incompleteness("the question holds no letter or digit, which is all that the index of crt.sh knows")
            return
        await self._check_schema()
        progress = _Progress()
        try:
            for asking in asked:
                async for item in self._ranges(asking, known, concerns, progress):
                    yield item
        except _Over as over:
            yield Incompleteness(str(over))

    async def _check_schema(self) -> None:
        if not self._is_checked:
            check(self._session.server, await self._session.rows(Statement(*probe(), PROBED, 1000, 1 << 20)))
            self._is_checked = True

    async def _ranges(
        self, asking: Asking, known: Known, concerns: Concerns, progress: _Progress
    ) -> AsyncIterator[RepositoryEntry | Incompleteness]:
        """All that answers, in one range or in as many as it takes, the latest first."""
        waiting = [Range()]
        while waiting:
            within = waiting.pop()
            try:
                rows = await self._listed(asking, within, progress)
            except TooLong as error:
                halves = within.halved_by_calendar()
                if halves is None:
                    yield Incompleteness(f"certificates {within}: {error}")
                    self._count_failure(progress)
                waiting += reversed(halves or ())
                continue
            except SourceError as error:
                if not progress.answered:
                    raise
                yield Incompleteness(f"certificates {within}: {error}")
                self._count_failure(progress)
                continue
            halves = within.halved(time for _, time, _ in rows) if len(rows) > self._limits.rows else None
            if halves is None and len(rows) > self._limits.rows:
                yield Incompleteness(
                    f"certificates {within}: more than {self._limits.rows} names with one end of validity"
                )
            waiting += reversed(halves or ())
            async for item in self._wanted(rows, known, concerns, progress):
                yield item

    async def _listed(self, asking: Asking, within: Range, progress: _Progress) -> Rows:
        if progress.statements == self._limits.statements:
            raise _Over(f"not whole after {progress.statements} statements; ask for less")
        progress.statements += 1
        self._opening.progress(f"{REPOSITORY.name}: listing certificates {within}")
        most = self._limits.rows + 1
        size = most * self._limits.name * 4
        rows = await self._session.rows(Statement(*listing(asking, within, self._limits), LISTED, most, size))
        progress.answered, progress.failures = True, 0
        return rows

    async def _wanted(
        self, rows: Rows, known: Known, concerns: Concerns, progress: _Progress
    ) -> AsyncIterator[RepositoryEntry | Incompleteness]:
        """Of certificates that were listed those that may be meant and aren't known, fetched."""
        listed = [id for id in _concerning(rows, concerns, self._limits) if id not in progress.done]
        for start in range(0, len(listed), self._limits.batch):
            batch = listed[start : start + self._limits.batch]
            already = await known([str(id) for id in batch])
            progress.done.update(id for id in batch if str(id) in already)
            wanted = [id for id in batch if str(id) not in already]
            if not wanted:
                continue
            self._opening.progress(f"{REPOSITORY.name}: fetching {len(wanted)} certificates")
            try:
                found = await self._fetched(wanted)
            except SourceError as error:
                yield Incompleteness(f"{len(wanted)} certificates that were listed: {error}")
                self._count_failure(progress)
                continue
            progress.failures = 0
            progress.done.update(wanted)
            for item in found:
                progress.size += len(item.der) if isinstance(item, RepositoryEntry) else 0
                if progress.size > self._limits.total:
                    raise _Over(f"more than {self._limits.total} bytes of certificates; ask for less")
                yield item

    async def _fetched(self, ids: list[int]) -> list[RepositoryEntry | Incompleteness]:
        most = len(ids) * (self._limits.certificate + 65536)
        rows = await self._session.rows(Statement(*details(ids, self._limits), DETAILED, len(ids), most))
        try:
            return list(_entries(ids, rows, self._limits))
        except ValueError:
            raise BadAnswer(f"{self._session.server}: coordinates that are none") from None

    def _count_failure(self, progress: _Progress) -> None:
        progress.failures += 1
        if progress.failures == self._limits.failures:
            raise _Over(f"gave up after {progress.failures} failures in a row; search again later")


def _concerning(rows: Rows, concerns: Concerns, limits: Limits) -> list[int]:
    """Ids of certificates whose names may be those that are asked for, in the order in which they came."""
    names: dict[int, list[str]] = {}
    doubtful = set()
    for id, _, name in rows:
        names.setdefault(id, []).extend(readings(name))
        if len(name) >= limits.name:  # cut, so what is asked for may stand in the rest
            doubtful.add(id)
    return [id for id, shown in names.items() if id in doubtful or concerns(shown)]


def _entries(ids: Iterable[int], rows: Rows, limits: Limits) -> Iterable[RepositoryEntry | Incompleteness]:
    """What was fetched, in the order in which it was asked for. ValueError where it is malformed."""
    found = {row[0]: row for row in rows}
    for id in ids:
        if id not in found:
            yield Incompleteness("a certificate that was listed is gone")
        elif found[id][1] is None:
            yield Incompleteness(f"a certificate of more than {limits.certificate} bytes was left out")
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
    """ "index ms log"; the log may be empty. ValueError for anything else."""
    index, at, log = line.split(" ", 2)
    return Coordinate(log, int(index), int(at))


def _revocation(reason: int | None, revoked_at: datetime | None, last_seen: datetime) -> Revocation | None:
    """What crt.sh saw on a CRL; None when that took a revocation back."""
    if reason == _REMOVED_FROM_CRL:
        return None
    return Revocation(
        RevocationState.REVOKED,
        source="crt.sh",  # the same claim, however it was asked for
        checked=last_seen.replace(tzinfo=UTC),
        revoked_at=revoked_at.replace(tzinfo=UTC) if revoked_at else None,
        reason="" if reason is None else _REASONS.get(reason, f"reason {reason}"),
    )
