"""Searches of crt.sh under faults: they end with the same index as undisturbed searches."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest
from support.fake_crtsh import FakeCrtsh, Held, held
from support.patience import FakeTime
from support.repositories import kept_rows, mailbox, submitted

from ctscan.clock import Clock
from ctscan.collect.questions import plan_questions, plan_scope_questions
from ctscan.collect.search import OpenSource, SearchRequest, run_search
from ctscan.http.client import Client
from ctscan.index.open import open_index
from ctscan.model import Search
from ctscan.model.results import SearchResult, SearchResults
from ctscan.personal.identifiers import parse_identifier
from ctscan.sources.repositories import SourceOptions, open_repository
from ctscan.views.search_words import shortfalls
from ctscan.views.text import texts

JANE = "jane@example.org"
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Silent:
    """Reporter that shows nothing."""

    def search_started(self, repository: str, kind: str) -> None:
        """Show nothing."""

    def search_progressed(self, repository: str, results: int, kept: int) -> None:
        """Show nothing."""

    def search_ended(self, outcome: SearchResult) -> None:
        """Show nothing."""


def holding() -> list[Held]:
    mailboxes = [mailbox(str(i), JANE if i % 3 else f"mary-{JANE}") for i in range(12)]
    twins = [submitted(str(i), JANE, like=str(i)) for i in (1, 2)]
    other = mailbox("other", "jane@example.com")
    return [held(one.der, id=100 + at) for at, one in enumerate([*mailboxes, *twins, other])]


def searched(db: Path, app: FakeCrtsh, request: SearchRequest) -> tuple[SearchResults, list[Search]]:
    time = FakeTime()
    client = Client(
        "ct@example.org",
        transport=app.transport,
        clock=time.clock,
        wall=time.wall,
        sleep=time.sleep,
        random=lambda: 0.5,
    )

    async def run() -> tuple[SearchResults, list[Search]]:
        async with await open_index(db, create=True) as index:
            source = open_repository("crt.sh", SourceOptions(client, sleep=time.sleep))
            opened, clock = [OpenSource(source, "crt.sh")], Clock(now=lambda: NOW)
            outcome = await run_search(index, opened, request, Silent(), asyncio.Event(), clock)
            await client.aclose()
            return outcome, await index.newest_searches(50)

    return asyncio.run(run())


def of_jane() -> SearchRequest:
    return SearchRequest(plan_questions(parse_identifier(JANE)), "tester", "case 17")


@pytest.mark.parametrize("seed", range(6))
def test_mixed_failures_end_with_the_same_index(tmp_path: Path, seed: int) -> None:
    whole, _ = searched(tmp_path / "undisturbed", FakeCrtsh(holding()), of_jane())
    outcomes = []
    for run in range(20):
        outcome, _ = searched(tmp_path / "disturbed", FakeCrtsh(holding(), seed=100 * seed + run), of_jane())
        outcomes.append(outcome.searches[0].outcome)
        if outcomes[-1] == "whole":
            break
    assert outcomes[-1] == "whole"
    assert whole.searches[0].results == 10
    assert kept_rows(tmp_path / "disturbed") == kept_rows(tmp_path / "undisturbed")


def test_a_lost_certificate_is_reported_and_fetched_by_the_next_search(tmp_path: Path) -> None:
    losing = FakeCrtsh(holding(), broken=lambda query: "503" if query in ("d=101", "d=104") else None)
    first, _ = searched(tmp_path / "db", losing, of_jane())
    assert [(s.outcome, s.results, s.certificates) for s in first.searches] == [("incomplete", 8, 7)]
    assert "certificate 101 is missing" in shortfalls(first.searches[0].detail, texts("en"))
    sound = FakeCrtsh(holding())
    again, recorded = searched(tmp_path / "db", sound, of_jane())
    assert [(s.outcome, s.results) for s in again.searches] == [("whole", 10)]
    assert sound.fetched == ["101", "104"]
    assert [s.outcome for s in recorded] == ["whole", "incomplete"]


def test_a_domain_of_the_scope_finds_every_address_at_it(tmp_path: Path) -> None:
    request = SearchRequest(tuple(plan_scope_questions(("example.org",))), "tester", "audit", "scan --repository")
    outcome, _ = searched(tmp_path / "db", FakeCrtsh(holding()), request)
    assert [(s.outcome, s.results) for s in outcome.searches] == [("whole", 14)]
