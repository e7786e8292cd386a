"""Search of repositories: puts questions to them and keeps the certificates that match.

    for each repository and question: record the disclosure -> ask -> analyse -> keep, batch by batch -> record the end

A failure of a question or a repository is its own outcome; the search goes on with the next. A search interrupted by a
crash stays "running" in the index, with everything kept before.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from functools import partial
from typing import Protocol

from msgspec import Struct, field

from ctscan.clock import Clock, unless_stopped
from ctscan.collect.interruptible import InterruptibleStream
from ctscan.collect.questions import PlannedQuestion
from ctscan.collect.result_filter import may_match, repository_hit
from ctscan.collect.safe_reasons import describe_error, describe_incompleteness
from ctscan.errors import IndexFault
from ctscan.index.protocols import Disclosures, Searches
from ctscan.model import (
    Disclosure,
    Incompleteness,
    Message,
    Repository,
    RepositoryEntry,
    RepositoryHit,
    Search,
    SearchShortfall,
    SearchState,
)
from ctscan.model.results import SearchResult, SearchResults
from ctscan.personal.rule_set import rule_set
from ctscan.sources import SearchSource

BATCH = 50  # certificates kept per transaction
MAX_RESULTS = 100_000  # certificates taken in one search
PATIENCE = 1.0  # seconds that found certificates wait for further ones before they are kept


class OpenSource(Struct, frozen=True):
    """Open repository, and the recipient of its questions for the record: name and host."""

    source: SearchSource
    recipient: str


class SearchRequest(Struct, frozen=True):
    """Questions, person and purpose of a search. `command` for the record: "search" or "scan --repository"."""

    asked: tuple[PlannedQuestion, ...]
    who: str
    purpose: str
    command: str = "search"


class Reporter(Protocol):
    """Listener to searches; no event holds an identifier."""

    def search_started(self, repository: str, kind: str) -> None:
        """A question of this kind is put to a repository."""
        ...

    def search_progressed(self, repository: str, results: int, kept: int) -> None:
        """`results` certificates arrived so far, of which `kept` were kept."""
        ...

    def search_ended(self, outcome: SearchResult) -> None:
        """A search ended."""
        ...


class SearchIndex(Searches, Disclosures, Protocol):
    """Index in the roles that a search needs."""


async def run_search(
    index: SearchIndex,
    opened: Sequence[OpenSource],
    request: SearchRequest,
    reporter: Reporter,
    stop: asyncio.Event,
    clock: Clock | None = None,
    max_results: int = MAX_RESULTS,
    disclosures: Disclosures | None = None,
) -> SearchResults:
    """Put every question to every repository that answers its kind, in sequence, until `stop` is set.

    Args:
        index: keeps the certificates, and records searches and disclosures
        opened: repositories
        request: questions, person and purpose
        reporter: receives progress without identifiers
        stop: ends the search when set
        max_results: most certificates of a question
        disclosures: record of disclosures, by default that of the index

    Returns:
        The outcome of each question; failures of a repository are recorded there.

    Raises:
        IndexFault: the index failed
    """
    outcomes: list[SearchResult] = []
    pairs = [(o, a) for o in opened for a in request.asked if a.question.kind in o.source.repository.finds]
    for each, asked in pairs:
        if stop.is_set():
            break
        record = disclosures or index
        searching = _Searching(index, record, each, asked, request, reporter, clock or Clock(), max_results)
        outcomes.append(await searching.run(stop))
        reporter.search_ended(outcomes[-1])
    return SearchResults(tuple(outcomes), stopped=len(outcomes) < len(pairs))


class _Searching(Struct):
    """Question that is being put to a repository."""

    index: SearchIndex
    disclosures: Disclosures
    opened: OpenSource
    asked: PlannedQuestion
    request: SearchRequest
    reporter: Reporter
    clock: Clock
    max_results: int
    search_id: int = 0
    results: int = 0
    certificates: int = 0
    kept: int = 0
    known: set[str] = field(default_factory=set)
    incomplete_reasons: Counter[Message] = field(default_factory=Counter)
    batch: list[RepositoryHit] = field(default_factory=list)
    kept_at: float = 0.0

    @property
    def repository(self) -> Repository:
        return self.opened.source.repository

    async def run(self, stop: asyncio.Event) -> SearchResult:
        await self._begin()
        try:
            read = await unless_stopped(self._read(stop), stop)
            outcome = read[0] if read else SearchState.INTERRUPTED
            detail = describe_incompleteness(self.incomplete_reasons, self.asked.question)
        except IndexFault:
            raise
        except Exception as error:  # of any kind: the search goes on with the next repository
            outcome, detail = SearchState.FAILED, describe_error(error, self.asked.question)
        await self._keep()
        results = self.results + len(self.known)
        await self.index.end_search(self.search_id, self.clock.now(), outcome, detail, results)
        kind = self.asked.question.kind
        return SearchResult(
            self.repository.name, kind, outcome, detail, results, self.certificates, number=self.search_id
        )

    async def _begin(self) -> None:
        """Record the disclosure before anything is sent."""
        now, kind, request, rules = self.clock.now(), self.asked.question.kind, self.request, rule_set()
        self.kept_at = self.clock.monotonic()
        await self.disclosures.record_disclosure(
            Disclosure(0, now, request.who, kind, self.opened.recipient, request.purpose, request.command)
        )
        search = Search(
            id=0,
            repository=self.repository.name,
            kind=kind,
            question=self.asked.text,
            who=request.who,
            purpose=request.purpose,
            scope=self.asked.result_filter.scope_text,
            scope_emails=self.asked.result_filter.scope_emails,
            rules=rules.version,
            started=now,
        )
        self.search_id = await self.index.start_search(search, rules)
        self.reporter.search_started(self.repository.name, kind)

    async def _read(self, stop: asyncio.Event) -> SearchState:
        """Take the results as they arrive; returns the final state."""
        question = self.asked.question
        items = self.opened.source.search(question, self._known, partial(may_match, question))
        async with InterruptibleStream(items, stop) as stream:
            async for item in stream:
                if isinstance(item, Incompleteness):
                    self.incomplete_reasons[item.reason] += 1
                elif self.results >= self.max_results:
                    self.incomplete_reasons[SearchShortfall.TOO_MANY_RESULTS(number=self.results)] += 1
                    break
                else:
                    await self._take(item)
        if stream.was_stopped:
            return SearchState.INTERRUPTED
        return SearchState.INCOMPLETE if self.incomplete_reasons else SearchState.WHOLE

    async def _take(self, entry: RepositoryEntry) -> None:
        self.results += 1
        hit, analysis = await asyncio.to_thread(repository_hit, entry, self.asked.result_filter)
        if hit is not None:
            self.batch.append(hit)
            self.kept += 1
        elif analysis.unreadable:
            self.incomplete_reasons[SearchShortfall.UNREADABLE()] += 1
        if len(self.batch) >= BATCH or self.clock.monotonic() - self.kept_at > PATIENCE:
            await self._keep()
        self.reporter.search_progressed(self.repository.name, self.results + len(self.known), self.kept)

    async def _keep(self) -> None:
        if self.batch:
            self.certificates += await self.index.keep_found(self.search_id, tuple(self.batch))
            self.batch.clear()
        self.kept_at = self.clock.monotonic()

    async def _known(self, references: Sequence[str]) -> set[str]:
        """Find references kept by an earlier search; they count as results of this search too."""
        found = await self.index.known_references(self.repository.name, references)
        self.known |= found
        return found
