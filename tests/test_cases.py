"""Use cases of the register: a request becomes a case, its history grows, all is recorded without identifiers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from support.killing import kill_often

import ctscan.app as app
from ctscan.clock import Clock
from ctscan.config import Config
from ctscan.errors import CtscanError, IndexFault, UsageError
from ctscan.index.open import open_index, open_trail
from ctscan.model import AuditAction, AuditEvent, AuditState, IdentifierKind
from ctscan.model.case import CaseAction, CaseIdentifier, CaseKind, CaseRequest

NOW = datetime(2026, 3, 2, 9, 15, tzinfo=UTC)
CLOCK = Clock(now=lambda: NOW)


def at(moment: datetime) -> Clock:
    return Clock(now=lambda: moment)


def a_request(*identifiers: str, **given: Any) -> CaseRequest:
    found = tuple(app.parse_identifier(text) for text in identifiers or ("Jane@Example.org", "Jane Roe"))
    return replace(CaseRequest(found, "eu", date(2026, 2, 27)), **given)


def make_index(folder: Path) -> None:
    """Make an empty index."""

    async def make() -> None:
        async with await open_index(folder / "ctscan.db", create=True):
            pass

    asyncio.run(make())


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """Give the settings of a new index."""
    make_index(tmp_path)
    return Config(db=str(tmp_path / "ctscan.db"))


def events_of(config: Config) -> list[AuditEvent]:
    """Return the events of the trail, oldest first."""

    async def work() -> list[AuditEvent]:
        async with await open_trail(Path(f"{config.db}.audit"), create=False) as trail:
            return (await trail.events(1_000))[::-1]

    return asyncio.run(work())


def everything_in(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if not path.name.endswith(("-wal", "-shm"))}


def opened(config: Config, **given: Any) -> str:
    return asyncio.run(app.open_case(config, a_request(**given), "john", CLOCK)).number


# --- open ----------------------------------------------------------------------------------------------------------


def test_a_request_becomes_a_case(config: Config) -> None:
    request = a_request(
        kind=CaseKind.ERASURE, channel=" letter ", requester="  Jane Roe ", since=date(2019, 1, 1), lang="en"
    )
    case = asyncio.run(app.open_case(config, request, "john", CLOCK))
    assert (case.number, case.kind, case.regime, case.received) == (
        "C-2026-0001", CaseKind.ERASURE, "eu", date(2026, 2, 27),
    )  # fmt: skip
    assert (case.channel, case.requester, case.since, case.lang) == ("letter", "Jane Roe", date(2019, 1, 1), "en")
    assert case.identifiers == (
        CaseIdentifier("Jane@Example.org", IdentifierKind.EMAIL, "jane@example.org"),
        CaseIdentifier("Jane Roe", IdentifierKind.NAME, "jane roe"),
    )
    assert [(e.at, e.recorded, e.who, e.action, e.detail) for e in case.events] == [
        (NOW, NOW, "john", CaseAction.OPENED, ())
    ]
    assert asyncio.run(app.case(config, "c-2026-0001")) == case


def test_an_objection_restricts_at_once_and_the_history_says_so(config: Config) -> None:
    case = asyncio.run(app.open_case(config, a_request(kind=CaseKind.OBJECTION), "john", CLOCK))
    assert case.events[0].get("restriction") == "objection"


def test_an_identifier_that_is_given_twice_is_kept_once_as_it_was_typed_first(config: Config) -> None:
    request = a_request("Jane@Example.org", "Jane Roe", "jane@example.org", "Dr. Jane Roe")
    case = asyncio.run(app.open_case(config, request, "john", CLOCK))
    assert [one.text for one in case.identifiers] == ["Jane@Example.org", "Jane Roe"]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"identifiers": ()}, "expected at least one identifier"),
        ({"received": date(2026, 3, 4)}, "--received: expected a day up to today, got 2026-03-04"),
        ({"received": date(1226, 2, 27)}, "--received: expected a day from 1990-01-01 on"),
        ({"since": date(2026, 3, 4)}, "--since: expected a day up to today"),
        ({"requester": "Jane\x1b]0;owned\x07Roe"}, "--requester: expected a line of text without control"),
        ({"requester": "Jane\nRoe"}, "got U+000A as character 5"),
        ({"requester": "eoR \u202eenaJ"}, "got U+202E as character 5"),
        ({"requester": "J" * 201}, "--requester: expected at most 200 characters, got 201"),
        ({"channel": "a\x00b"}, "--channel: expected a line of text without control"),
    ],
)
def test_a_request_that_cannot_be_is_refused_and_nothing_is_written(
    given: dict[str, Any], words: str, config: Config, tmp_path: Path
) -> None:
    before = everything_in(tmp_path)
    with pytest.raises(UsageError) as caught:
        asyncio.run(app.open_case(config, a_request(**given), "john", CLOCK))
    assert words in str(caught.value)
    assert "Jane" not in str(caught.value) and "\n" not in str(caught.value)
    assert everything_in(tmp_path) == before


def test_a_request_may_be_of_today(config: Config) -> None:
    here = NOW.astimezone().date()
    assert opened(config, received=here)
    with pytest.raises(UsageError):
        opened(config, received=here + timedelta(days=1))


@pytest.mark.parametrize("requester", ["<script>alert(1)</script>", "張偉", "Zoë O’Hara", "محمد‌رضا"])
def test_a_requester_of_any_spelling_is_kept_as_given(requester: str, config: Config) -> None:
    number = opened(config, requester=requester)
    assert asyncio.run(app.case(config, number)).requester == requester


def test_a_purpose_that_names_the_person_is_refused(config: Config) -> None:
    with pytest.raises(UsageError, match="doesn't name the person"):
        opened(replace(config, purpose="request of jane roe"))
    assert asyncio.run(app.cases(config)) == []


def test_without_an_index_nothing_is_made(tmp_path: Path) -> None:
    with pytest.raises(IndexFault, match="there is no index here"):
        opened(Config(db=str(tmp_path / "ctscan.db")))
    assert list(tmp_path.iterdir()) == []


# --- the record ----------------------------------------------------------------------------------------------------


def test_opening_showing_and_adding_are_recorded_with_the_number_and_without_identifiers(config: Config) -> None:
    number = opened(config, requester="Jane Roe")
    asyncio.run(app.show_case(config, number, "jim", CLOCK))
    noted = app.new_event(CaseAction.NOTED, "john", NOW, text="Jane Roe called from jane@example.org")
    asyncio.run(app.add_events(config, number, [noted], "john", CLOCK))
    found = events_of(config)
    assert {event.action for event in found} == {AuditAction.CASE}
    assert [(event.state, event.who, event.case, event.detail) for event in found] == [
        (AuditState.INTENDED, "john", "", ""),
        (AuditState.DONE, "john", number, "opened"),
        (AuditState.DONE, "jim", number, "shown"),
        (AuditState.INTENDED, "john", number, ""),
        (AuditState.DONE, "john", number, "noted"),
    ]
    assert b"jane" not in Path(f"{config.db}.audit").read_bytes().lower()


def test_a_search_is_recorded_with_the_digests_of_its_identifiers(config: Config) -> None:
    opened(config)
    wanted = [app.parse_identifier(text) for text in ("jane@example.org", "nobody@example.org")]
    asyncio.run(app.find_cases(config, wanted, "john", CLOCK))
    first, second = events_of(config)[-2:]
    assert (first.kind, first.detail, first.case) == (second.kind, second.detail, second.case) == (
        "email", "searched", "",
    )  # fmt: skip
    assert len({first.digest, second.digest, b""}) == 3
    assert b"example.org" not in Path(f"{config.db}.audit").read_bytes()


# --- find ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wanted", "numbers"),
    [
        (("JANE@example.org",), [1, 3]),
        (("roe",), [1, 2]),
        (("Roe, Jane",), [1]),
        (("+49 30 1234567",), [2]),
        (("name:Zoë",), [3]),
        (("zoe@example.com", "+49 (30) 1234567"), [2, 3]),
        (("nobody@example.org",), []),
    ],
)
def test_a_case_is_found_by_any_identity(wanted: tuple[str, ...], numbers: list[int], config: Config) -> None:
    requests = [
        a_request("jane@example.org", "Jane Roe"),
        a_request("+49 30 1234567", requester="Richard Roe"),
        a_request("zoe@example.com", "jane@example.org", requester="Zoë"),
    ]
    for request in requests:
        asyncio.run(app.open_case(config, request, "john", CLOCK))
    found = asyncio.run(app.find_cases(config, [app.parse_identifier(text) for text in wanted], "john", CLOCK))
    assert [case.number for case in found] == [f"C-2026-{number:04d}" for number in numbers]


def test_a_search_without_identifiers_is_refused(config: Config) -> None:
    with pytest.raises(UsageError, match="expected an identifier"):
        asyncio.run(app.find_cases(config, [], "john", CLOCK))


# --- history -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "number", ["171", "C-2026-17", "C-26-0001", "jane@example.org", "", "C-2026-0001;--", "Ⅽ-2026-0001"]
)
def test_what_is_no_number_is_refused_without_repeating_it(number: str, config: Config) -> None:
    with pytest.raises(UsageError, match="expected the number of a case, such as C-2026-0017") as caught:
        asyncio.run(app.case(config, number))
    assert not number or number not in str(caught.value)


@pytest.mark.parametrize("use", [
    lambda config: app.case(config, "C-2026-0099"),
    lambda config: app.show_case(config, "C-2026-0099", "john", CLOCK),
    lambda config: app.add_events(config, "C-2026-0099", [app.new_event(CaseAction.NOTED, "x", NOW)], "john", CLOCK),
])  # fmt: skip
def test_a_number_without_a_case_is_refused(use: Callable[[Config], Coroutine[Any, Any, Any]], config: Config) -> None:
    opened(config)
    known = len(events_of(config))
    with pytest.raises(UsageError, match="case C-2026-0099: not in the register; 'ctscan case list --all'"):
        asyncio.run(use(config))
    assert len(events_of(config)) == known


def test_an_event_that_rests_on_an_older_history_is_refused_and_the_record_says_so(config: Config) -> None:
    number = opened(config)
    noted = app.new_event(CaseAction.NOTED, "john", NOW, at=NOW - timedelta(hours=1), text="called")
    case = asyncio.run(app.add_events(config, number, [noted], "john", CLOCK, known=1))
    assert case.events[1:] == (noted,)
    with pytest.raises(CtscanError, match=f"case {number}: another command has added to it meanwhile"):
        asyncio.run(app.add_events(config, number, [noted], "john", CLOCK, known=1))
    assert asyncio.run(app.case(config, number)) == case
    assert [(e.state, e.detail) for e in events_of(config)][-1] == (AuditState.FAILED, "noted IndexFault")


def test_identifiers_come_to_a_case(config: Config) -> None:
    number = opened(config)
    added = CaseIdentifier("jroe@example.com", IdentifierKind.EMAIL, "jroe@example.com")
    event = app.new_event(CaseAction.IDENTIFIER_ADDED, "john", NOW, kind="email")
    case = asyncio.run(app.add_events(config, number, [event], "john", CLOCK, identifiers=(added,)))
    assert case.identifiers[-1] == added


# --- killed --------------------------------------------------------------------------------------------------------


def open_and_note(folder: Path) -> None:
    """Open cases and add to them, and say what was confirmed."""
    config = Config(db=str(folder / "ctscan.db"))
    for _ in range(3):
        number = opened(config)
        (folder / f"{number} opened").touch()
        noted = app.new_event(CaseAction.NOTED, "john", NOW, text="called")
        asyncio.run(app.add_events(config, number, [noted], "john", CLOCK))
        (folder / f"{number} noted").touch()


@pytest.mark.parametrize("kills", [6, pytest.param(40, marks=pytest.mark.long)])
def test_what_was_confirmed_stays_and_what_was_begun_is_recorded(kills: int, tmp_path: Path) -> None:
    folders = [tmp_path / str(number) for number in range(kills + 1)]
    for folder in folders:
        folder.mkdir()
        make_index(folder)
    assert not all(kill_often("test_cases:open_and_note", folders))
    for folder in folders:
        config = Config(db=str(folder / "ctscan.db"))
        last = opened(config)
        found = {case.number: case for case in asyncio.run(app.cases(config))}
        assert list(found) == [f"C-2026-{number:04d}" for number in range(1, int(last[-4:]) + 1)]
        assert {path.name.split()[0] for path in folder.glob("* opened")} <= set(found)
        assert all(len(found[path.name.split()[0]].events) == 2 for path in folder.glob("* noted"))
        events = events_of(config)
        ended = {event.intent for event in events if event.intent}
        assert {event.id for event in events if event.state is AuditState.INTENDED} == ended
        written = sum(len(case.events) for case in found.values())
        assert sum(event.state is AuditState.DONE for event in events) in (written, written - 1)
