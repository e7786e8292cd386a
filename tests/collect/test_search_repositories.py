"""The worker of a search: the record before the first request, the kept certificates, and the ends of a search."""

from __future__ import annotations

import asyncio
import random
import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import pytest
from msgspec.structs import replace
from support.crossing import quick
from support.repositories import FAKE, FakeSource, Item, entry, host_of, kept_rows, mailbox, named, submitted

from ctscan.answer.lookup import answer
from ctscan.clock import Clock
from ctscan.collect import search as asking
from ctscan.collect.questions import plan_questions, plan_scope_questions
from ctscan.collect.search import OpenSource, SearchRequest, run_search
from ctscan.errors import IndexFault, Refused, SourceError
from ctscan.index.open import open_index
from ctscan.index.protocols import Index
from ctscan.model import LEGACY, Answer, Disclosure, Incompleteness, Message, Remark, Search
from ctscan.model.results import SearchResult, SearchResults
from ctscan.personal.identifiers import parse_identifier
from ctscan.views.search_words import shortfalls
from ctscan.views.text import texts

T = TypeVar("T")
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
JANE, MARY = "jane@example.org", "mary@example.com"
HOSTS = replace(FAKE, name="hosts", finds=("host",))


@dataclass
class Heard:
    """Reporter that records events and calls `on_came` for each certificate."""

    ended: list[SearchResult] = field(default_factory=list)
    started: list[tuple[str, str]] = field(default_factory=list)
    counts: list[tuple[int, int]] = field(default_factory=list)
    on_came: Callable[[], None] = lambda: None

    def search_started(self, repository: str, kind: str) -> None:
        self.started.append((repository, kind))

    def search_progressed(self, repository: str, results: int, kept: int) -> None:
        self.counts.append((results, kept))
        self.on_came()

    def search_ended(self, outcome: SearchResult) -> None:
        self.ended.append(outcome)


def lost(reason: str) -> Incompleteness:
    return Incompleteness(Message(LEGACY, (("text", reason),)))


def said(search: Search | SearchResult) -> str:
    return shortfalls(search.detail, texts("en"))


def about(*identifiers: str) -> SearchRequest:
    asked = tuple(one for text in identifiers for one in plan_questions(parse_identifier(text)))
    return SearchRequest(asked, who="tester", purpose="case 17")


def with_index(db: Path, use: Callable[[Index], Awaitable[T]]) -> T:
    async def run() -> T:
        async with await open_index(db, create=True) as index:
            return await use(index)

    return asyncio.run(run())


def search(
    db: Path,
    request: SearchRequest,
    *sources: FakeSource,
    heard: Heard | None = None,
    stop: asyncio.Event | None = None,
    clock: Callable[[], float] = lambda: 0.0,
) -> SearchResults:
    opened = [OpenSource(source, f"{source.repository.name} (host)") for source in sources]
    times = Clock(now=lambda: NOW, monotonic=clock)
    return with_index(db, lambda i: run_search(i, opened, request, heard or Heard(), stop or asyncio.Event(), times))


def look_up(db: Path, text: str) -> Answer:
    return with_index(db, lambda i: answer(i, parse_identifier(text), now=NOW))


def recorded(db: Path) -> list[Search]:
    return with_index(db, lambda i: i.newest_searches(100))


def shapes(outcome: SearchResults) -> list[tuple[str, int, int]]:
    return [(search.outcome, search.results, search.certificates) for search in outcome.searches]


# --- certificates kept and disclosures recorded ---------------------------------------------------------------------


def test_matching_certificates_are_kept_and_found(tmp_path: Path) -> None:
    db = tmp_path / "db"
    source = FakeSource([mailbox("7", JANE), mailbox("8", "mary-jane@example.org"), mailbox("9", "Jane@Example.org")])
    heard = Heard()
    outcome = search(db, about(JANE), source, heard=heard)
    assert (shapes(outcome), outcome.exit_code) == ([("whole", 3, 2)], 0)
    assert heard.started == [(FAKE.name, "email")]
    assert heard.counts == [(1, 1), (2, 1), (3, 2)]
    assert heard.ended == list(outcome.searches)
    found = look_up(db, JANE)
    assert sorted(s.reference for m in found.matches for s in m.repositories) == ["7", "9"]
    assert not any(s.confirmed for m in found.matches for s in m.repositories)
    assert [(s.repository, s.outcome, s.results, s.certificates) for s in found.searches] == [
        (FAKE.name, "whole", 3, 2)
    ]
    assert look_up(db, "mary-jane@example.org").matches == ()


def test_the_disclosure_is_recorded_before_anything_is_sent(tmp_path: Path) -> None:
    db = tmp_path / "db"
    made: list[Disclosure] = []
    begun: list[Search] = []

    async def before() -> None:
        async with await open_index(db, create=False) as index:
            made.extend(await index.disclosures(10))
            begun.extend(await index.newest_searches(10))

    search(db, about(JANE), FakeSource([mailbox("1", JANE)], before=before))
    (disclosure,), (running,) = made, begun
    assert (disclosure.at, disclosure.who, disclosure.kind, disclosure.purpose) == (NOW, "tester", "email", "case 17")
    assert (disclosure.recipient, disclosure.command) == ("example repository (host)", "search")
    assert (running.outcome, running.kind, running.question, running.who) == ("running", "email", "", "tester")


def test_nothing_is_sent_when_it_cannot_be_recorded(tmp_path: Path) -> None:
    db, source = tmp_path / "db", FakeSource([mailbox("1", JANE)])
    with_index(db, lambda i: i.disclosures(1))
    with sqlite3.connect(db) as connection:
        connection.execute("DROP TABLE disclosure")
    connection.close()
    with pytest.raises(IndexFault):
        search(db, about(JANE), source)
    assert source.asked == []


def test_a_disclosure_is_recorded_per_question_and_repository(tmp_path: Path) -> None:
    db = tmp_path / "db"
    hosts_only = FakeSource(repository=HOSTS)
    everything = FakeSource()
    outcome = search(db, about(JANE, "@example.org"), hosts_only, everything)
    assert (hosts_only.asked, everything.asked) == (
        ["host:example.org"],
        ["email:jane@example.org", "domain:example.org"],
    )
    made = with_index(db, lambda i: i.disclosures(10))
    assert [(d.recipient, d.kind) for d in reversed(made)] == [
        ("hosts (host)", "host"),
        ("example repository (host)", "email"),
        ("example repository (host)", "domain"),
    ]
    assert [s.outcome for s in outcome.searches] == ["whole"] * 3


def test_a_search_by_host_keeps_addresses_and_records_its_kind(tmp_path: Path) -> None:
    db = tmp_path / "db"
    host, others = host_of("1", "www.example.org"), host_of("2", "www.example.org", MARY)
    beside = host_of("3", "www.example.org", "jane@mail.example.org")
    given = FakeSource([host, others, beside], repository=HOSTS)
    assert shapes(search(db, about("@example.org"), given)) == [("whole", 3, 1)]
    domain, jane = look_up(db, "@example.org"), look_up(db, "jane@mail.example.org")
    assert [s.reference for m in domain.matches for s in m.repositories] == ["3"]
    assert len(jane.matches) == 1
    assert [s.question for s in domain.searches] == ["host:example.org"]
    assert jane.searches == ()  # a search by host doesn't show how many certificates of an address were found
    assert Remark.ONLY_HOSTS() in domain.remarks
    assert Remark.NO_REPOSITORY() in jane.remarks
    search(db, about("@example.org"), FakeSource())
    both = look_up(db, "@mail.example.org")
    assert [s.question for s in both.searches] == ["domain:example.org", "host:example.org"]
    assert not {Remark.NO_REPOSITORY(), Remark.ONLY_HOSTS()} & set(both.remarks)


def test_of_a_scope_hosts_are_kept_as_a_scan_would_keep_them(tmp_path: Path) -> None:
    request = SearchRequest(tuple(plan_scope_questions(("example.org",))), "tester", "audit", "scan --repository")
    given = FakeSource([host_of("1", "www.example.org"), host_of("2", "www.example.org", JANE)], repository=HOSTS)
    assert shapes(search(tmp_path / "db", request, given)) == [("whole", 2, 1)]
    (made,) = recorded(tmp_path / "db")
    assert (made.kind, made.question, made.scope) == ("host", "host:example.org", "domain:example.org")


def test_no_row_about_searches_holds_the_identifier(tmp_path: Path) -> None:
    db = tmp_path / "db"
    forms = {f"email:{JANE}": "JANE%40example.org", "name:Jane Roe": "jane+roe", f"email:{MARY}": MARY}
    bad = {text: SourceError(f"https://repository.example.net/?q={form}: failed") for text, form in forms.items()}
    source = FakeSource(answers={text: [lost(f"lost for {forms[text]}"), bad[text]] for text in forms})
    incomplete_reasons = FakeSource(answers={text: [lost(f"lost for {forms[text]}")] for text in forms})
    outcome = search(db, about(JANE, "Jane Roe", MARY), source, incomplete_reasons)
    assert [s.outcome for s in outcome.searches] == ["failed"] * 3 + ["incomplete"] * 3
    assert all("withheld" in said(s) for s in outcome.searches)
    with sqlite3.connect(db) as connection:
        rows = [connection.execute(f"SELECT * FROM {table}").fetchall() for table in ("search", "disclosure")]  # noqa: S608
    connection.close()
    text = repr(rows).casefold()
    assert "withheld" in text
    assert not [word for word in ("jane", "roe", "mary") if word in text]


@pytest.mark.parametrize(
    ("text", "form"),
    [
        (f"email:{JANE}", "JANE%2540example.org"),
        ("name:Jane Roe", "to_tsquery('roe' & 'JANE')"),
        ("name:Jane Roe", "J%61ne, Roe"),
    ],
)
def test_a_question_in_another_form_is_withheld_too(tmp_path: Path, text: str, form: str) -> None:
    source = FakeSource(answers={text: [lost(f"lost for {form}"), SourceError(f"failed: {form}")]})
    whole = FakeSource(answers={text: [lost("a row that janet and roebuck can't read")]})
    first, second = search(tmp_path / "db", about(text.partition(":")[2]), source, whole).searches
    assert "withheld" in said(first)
    assert "withheld" not in said(second)


def test_a_scope_is_kept_as_a_scan_would_keep_it(tmp_path: Path) -> None:
    db = tmp_path / "db"
    request = SearchRequest(tuple(plan_scope_questions(("example.org", MARY))), "tester", "audit", "scan --repository")
    domain, email = mailbox("1", JANE), mailbox("2", MARY)
    source = FakeSource(
        answers={"domain:example.org": [domain, mailbox("3", "x@example.net")], f"email:{MARY}": [email]}
    )
    assert shapes(search(db, request, source)) == [("whole", 2, 1), ("whole", 1, 1)]
    assert len(look_up(db, JANE).matches) == len(look_up(db, MARY).matches) == 1
    first, second = recorded(db)
    assert ((first.scope, first.scope_emails), second.question) == (("domain:example.org", 1), "domain:example.org")
    assert MARY not in repr((first, second))


def test_a_precertificate_and_its_certificate_are_a_single_match(tmp_path: Path) -> None:
    db = tmp_path / "db"
    assert shapes(search(db, about(JANE), FakeSource([submitted("1", JANE), mailbox("2", JANE, like="1")]))) == [
        ("whole", 2, 1)
    ]
    (match,) = look_up(db, JANE).matches
    assert sorted(s.reference for s in match.repositories) == ["1", "2"]


def test_names_are_kept_when_every_word_is_there(tmp_path: Path) -> None:
    db = tmp_path / "db"
    source = FakeSource([named("1", "Jané Ann", "Roe"), named("2", "Jane", "Doe")])
    assert shapes(search(db, about("Jane Roe"), source)) == [("whole", 2, 1)]
    assert [s.reference for m in look_up(db, "Roe Jane").matches for s in m.repositories] == ["1"]
    assert len(look_up(db, "Roe Jane").searches) == 1


def test_certificates_of_other_people_by_their_names_are_not_fetched(tmp_path: Path) -> None:
    source = FakeSource(
        [mailbox("1", JANE), mailbox("2", "mary-jane@example.org")],
        names={"1": [JANE], "2": ["mary-jane@example.org"]},
    )
    search(tmp_path / "db", about(JANE), source)
    assert source.fetched == ["1"]


def test_kept_certificates_are_not_fetched_again_and_count(tmp_path: Path) -> None:
    db = tmp_path / "db"
    first = FakeSource([mailbox("1", JANE)])
    again = FakeSource([mailbox("1", JANE), mailbox("2", JANE)])
    search(db, about(JANE), first)
    assert shapes(search(db, about(JANE), again)) == [("whole", 2, 1)]
    assert again.fetched == ["2"]


# --- ends of a search -----------------------------------------------------------------------------------------------


def test_an_incompleteness_makes_a_search_incomplete_with_its_reason(tmp_path: Path) -> None:
    source = FakeSource(
        [
            lost("one is gone"),
            mailbox("1", JANE),
            lost("another"),
            lost("one is gone"),
        ]
    )
    outcome = search(tmp_path / "db", about(JANE), source)
    assert (shapes(outcome), outcome.exit_code) == ([("incomplete", 1, 1)], 4)
    assert said(outcome.searches[0]) == "one is gone (2 times); another"
    assert said(recorded(tmp_path / "db")[0]) == said(outcome.searches[0])


def test_many_reasons_are_shortened(tmp_path: Path) -> None:
    outcome = search(tmp_path / "db", about(JANE), FakeSource([lost(f"{i} " + "x" * 3000) for i in range(50)]))
    assert len(said(outcome.searches[0])) == 5 * 300 + len("; " * 5 + "and 45 other reasons")
    few = search(
        tmp_path / "db",
        about(JANE),
        FakeSource([lost(f"reason {i}") for i in range(8)]),
    )
    assert said(few.searches[0]).endswith("reason 4; and 3 other reasons")


def test_unreadable_certificates_are_searched_as_text_and_reported(tmp_path: Path) -> None:
    db = tmp_path / "db"
    source = FakeSource([entry("1", b"\x30\x82\xff\xff jane@example.org"), entry("2", b"\x30\x82\xff\xff nobody")])
    outcome = search(db, about(JANE), source)
    assert shapes(outcome) == [("incomplete", 2, 1)]
    assert "can't be read" in said(outcome.searches[0])
    assert [s.reference for m in look_up(db, JANE).matches for s in m.repositories] == ["1"]
    assert shapes(search(tmp_path / "other", about(JANE), FakeSource(source.items[:1]))) == [("whole", 1, 1)]


@pytest.mark.parametrize(
    ("error", "detail"),
    [
        (Refused("https://repository.example.net/: 403 Forbidden"), "https://repository.example.net/: 403 Forbidden"),
        (ValueError("jane@example.org is no number"), "unexpected error ValueError at repositories.py:"),
    ],
)
def test_a_failure_ends_only_its_own_search(tmp_path: Path, error: Exception, detail: str) -> None:
    db = tmp_path / "db"
    failing = FakeSource(answers={f"email:{JANE}": [mailbox("1", JANE), error], f"email:{MARY}": [mailbox("2", MARY)]})
    other = FakeSource([mailbox("3", JANE)], repository=replace(FAKE, name="another"))
    outcome = search(db, about(JANE, MARY), failing, other)
    assert [s.outcome for s in outcome.searches] == ["failed", "whole", "whole", "whole"]
    assert outcome.exit_code == 1
    assert said(outcome.searches[0]).startswith(detail)
    assert JANE not in said(outcome.searches[0])
    assert len(look_up(db, JANE).matches) == 2  # certificates that came before the failure are kept
    assert failing.closed == 2


def test_a_fault_of_the_index_ends_all(tmp_path: Path) -> None:
    db = tmp_path / "db"
    source = FakeSource([IndexFault("disk full"), mailbox("1", JANE)])
    with pytest.raises(IndexFault):
        search(db, about(JANE, MARY), source)
    assert len(source.asked) == 1
    assert [s.outcome for s in recorded(db)] == ["running"]


def test_stopping_keeps_the_results_so_far_and_sends_no_more_requests(tmp_path: Path) -> None:
    db, stop = tmp_path / "db", asyncio.Event()
    source = FakeSource([mailbox(str(i), JANE) for i in range(500)])
    heard = Heard(on_came=lambda: stop.set() if len(heard.counts) == 5 else None)
    outcome = search(db, about(JANE, MARY), source, heard=heard, stop=stop)
    (ended,) = outcome.searches
    assert (ended.outcome, outcome.stopped, outcome.exit_code) == ("interrupted", True, 1)
    assert 5 <= ended.results < 500
    assert ended.results == ended.certificates == len(look_up(db, JANE).matches)
    assert (len(source.asked), source.closed) == (1, 1)


def test_stopping_does_not_wait_for_a_repository_that_is_silent(tmp_path: Path) -> None:
    stop = asyncio.Event()

    async def silence() -> None:
        stop.set()
        await asyncio.Event().wait()

    outcome = search(tmp_path / "db", about(JANE), FakeSource([mailbox("1", JANE)], before=silence), stop=stop)
    assert [s.outcome for s in outcome.searches] == ["interrupted"]


def test_stopping_before_the_first_question_sends_no_request(tmp_path: Path) -> None:
    stop, source = asyncio.Event(), FakeSource()
    stop.set()
    outcome = search(tmp_path / "db", about(JANE), source, stop=stop)
    assert (outcome.searches, outcome.exit_code, source.asked) == ((), 1, [])
    assert with_index(tmp_path / "db", lambda i: i.disclosures(5)) == []


def test_a_crash_leaves_the_kept_certificates_and_a_running_search(tmp_path: Path) -> None:
    db = tmp_path / "db"
    heard = Heard(on_came=lambda: die() if len(heard.counts) == 120 else None)

    def die() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        search(db, about(JANE), FakeSource([mailbox(str(i), JANE) for i in range(200)]), heard=heard)
    assert [(s.outcome, s.ended) for s in recorded(db)] == [("running", None)]
    assert len(look_up(db, JANE).matches) == 2 * asking.BATCH


def test_slow_results_are_kept_at_once(tmp_path: Path) -> None:
    db, seconds = tmp_path / "db", iter(range(1_000_000))
    found: list[int] = []

    def count() -> None:
        with sqlite3.connect(db) as connection:
            found.extend(connection.execute("SELECT count(*) FROM repository_sighting").fetchone())
        connection.close()

    slow = FakeSource([mailbox(str(i), JANE) for i in range(3)])
    search(db, about(JANE), slow, heard=Heard(on_came=count), clock=lambda: 2.0 * next(seconds))
    assert found == [1, 2, 3]


def test_a_repository_without_end_is_left(tmp_path: Path, items: int = 300) -> None:
    db = tmp_path / "db"
    request = about(JANE)
    source = FakeSource([entry(str(i), b"x") for i in range(items)])

    async def run(index: Index) -> SearchResults:
        opened, clock = [OpenSource(source, "r")], Clock(now=lambda: NOW, monotonic=lambda: 0.0)
        return await run_search(index, opened, request, Heard(), asyncio.Event(), clock, max_results=200)

    outcome = with_index(db, run)
    assert shapes(outcome) == [("incomplete", 200, 0)]
    assert "more than 200 certificates" in said(outcome.searches[0])
    assert len(source.fetched) < items


# --- disturbances ---------------------------------------------------------------------------------------------------


def disturbed(honest: Sequence[Item], chance: random.Random) -> list[Item]:
    """Disturb an answer: drop items and report their loss, and perhaps cut the answer off with an error."""
    items: list[Item] = []
    for item in honest:
        match chance.randrange(8):
            case 0:
                items.append(lost("a certificate could not be had"))
            case 1:
                items += [item, item]
            case 2 if chance.random() < 0.4:
                return [*items, chance.choice((SourceError("gone"), Refused("429"), RuntimeError("x")))]
            case _:
                items.append(item)
    return items


@pytest.mark.parametrize("seed", quick(range(6), range(2)))
def test_mixed_failures_end_with_the_same_index(tmp_path: Path, seed: int) -> None:
    honest: list[Item] = [
        *(mailbox(str(i), JANE) for i in range(40)),
        *(submitted(str(i), JANE, like=str(i - 40)) for i in range(40, 60)),
        entry("60", b"\x30\x82\xff\xff jane@example.org"),
    ]
    undisturbed, db = tmp_path / "undisturbed", tmp_path / "disturbed"
    search(undisturbed, about(JANE), FakeSource(honest))
    chance = random.Random(seed)
    for _ in range(6):
        stop, heard = asyncio.Event(), Heard()
        last = chance.randrange(80)
        heard.on_came = lambda heard=heard, stop=stop, last=last: stop.set() if len(heard.counts) == last else None  # type: ignore[misc]
        items = disturbed(chance.sample(honest, k=len(honest) // 2), chance)
        search(db, about(JANE), FakeSource(items), heard=heard, stop=stop)
    assert {s.outcome for s in recorded(db)} & {"incomplete", "failed", "interrupted"}
    assert search(db, about(JANE), FakeSource(honest)).searches[0].results == len(honest)
    assert kept_rows(db) == kept_rows(undisturbed)
    assert len(look_up(db, JANE).matches) == len(look_up(undisturbed, JANE).matches) == 41
