"""Contract of an index for the register of cases: numbers are given once, histories only grow, identities are found."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from msgspec.structs import replace
from support import forked
from support.cases import JANE, NAME, OPENED, a_case, an_event
from support.killing import kill_often

from ctscan.index.open import open_index
from ctscan.index.protocols import Index
from ctscan.model.case import Case, CaseAction, CaseEvent, CaseIdentifier
from ctscan.model.identifier import IdentifierKind

Scenario = Callable[[Callable[[Index], Awaitable[None]]], None]
EMAIL = IdentifierKind.EMAIL

HOSTILE = "<script>alert(1)</script>\x1b]0;title\x07\u202eeoR\x00\ud800 '); DROP TABLE subject_case; --"
KEPT = HOSTILE.replace("\ud800", "\ufffd")  # a lone surrogate has no UTF-8 form


def test_a_case_is_kept_with_all_it_says_and_gets_the_next_number_of_its_year(scenario: Scenario) -> None:
    async def work(index: Index) -> None:
        assert await index.cases() == []
        saved = await index.save_case(a_case())
        assert saved == replace(a_case(), number="C-2026-0001")
        assert await index.case("C-2026-0001") == saved
        later = an_event(CaseAction.OPENED, minutes=60 * 24 * 365)
        assert (await index.save_case(a_case(events=(later,)))).number == "C-2027-0001"
        assert (await index.save_case(a_case())).number == "C-2026-0002"
        assert [case.number for case in await index.cases()] == ["C-2026-0001", "C-2027-0001", "C-2026-0002"]
        assert await index.case("C-2026-0003") is None

    scenario(work)


def test_identifiers_are_kept_once_each(scenario: Scenario) -> None:
    async def work(index: Index) -> None:
        again = replace(JANE, text="jane@EXAMPLE.org")
        saved = await index.save_case(a_case(JANE, NAME, again))
        assert saved.identifiers == (JANE, NAME)
        added = CaseIdentifier("jroe@example.com", EMAIL, "jroe@example.com")
        assert await index.add_events(saved.number, 1, (an_event(CaseAction.IDENTIFIER_ADDED),), (again, added))
        assert (await reread(index, saved)).identifiers == (JANE, NAME, added)

    scenario(work)


async def reread(index: Index, case: Case) -> Case:
    found = await index.case(case.number)
    assert found is not None
    return found


def test_a_history_grows_in_its_order_and_only_behind_what_its_writer_has_read(scenario: Scenario) -> None:
    first, second = an_event(text="called"), an_event(CaseAction.CLOSED, minutes=-5, outcome="answered", zz="", a="1")

    async def work(index: Index) -> None:
        saved = await index.save_case(a_case())
        assert await index.add_events(saved.number, 1, (first, second))
        assert (await reread(index, saved)).events == (*saved.events, first, second)
        for known in (0, 1, 2, 4):
            assert not await index.add_events(saved.number, known, (first,), (NAME,))
        assert not await index.add_events("C-2026-0999", 3, (first,))
        assert (await reread(index, saved)).events == (*saved.events, first, second)
        assert await index.add_events(saved.number, 3, ())
        assert await index.add_events(saved.number, 3, (first,))

    scenario(work)


def test_a_time_keeps_its_offset_which_decides_its_day(scenario: Scenario) -> None:
    there = datetime(2026, 3, 3, 0, 30, tzinfo=timezone(timedelta(hours=13)))
    event = CaseEvent(there, there, "jane", CaseAction.OPENED)

    async def work(index: Index) -> None:
        saved = await index.save_case(a_case(events=(event,)))
        assert saved.events[0].at.date() == date(2026, 3, 3)
        with pytest.raises(ValueError, match="without a zone"):
            await index.save_case(a_case(events=(replace(event, at=there.replace(tzinfo=None)),)))

    scenario(work)


def test_a_long_history_is_kept_whole(scenario: Scenario) -> None:
    events = tuple(an_event(minutes=number, text=f"note {number}") for number in range(3_000))

    async def work(index: Index) -> None:
        saved = await index.save_case(a_case())
        assert await index.add_events(saved.number, 1, events)
        assert (await reread(index, saved)).events == (*saved.events, *events)

    scenario(work)


def test_every_kind_of_event_is_kept(scenario: Scenario) -> None:
    events = tuple(an_event(action, text="x") for action in CaseAction)

    async def work(index: Index) -> None:
        saved = await index.save_case(a_case(events=events))
        assert saved.events == events

    scenario(work)


def test_hostile_texts_come_back_as_they_were(scenario: Scenario) -> None:
    async def work(index: Index) -> None:
        hostile = CaseIdentifier(HOSTILE, IdentifierKind.NAME, HOSTILE)
        event = an_event(who=HOSTILE, **{HOSTILE: HOSTILE})
        saved = await index.save_case(replace(a_case(hostile, requester=HOSTILE), channel=HOSTILE))
        assert await index.add_events(saved.number, 1, (event,))
        kept = await reread(index, saved)
        assert (kept.requester, kept.channel) == (KEPT, KEPT)
        assert kept.identifiers == (CaseIdentifier(KEPT, IdentifierKind.NAME, KEPT),)
        assert kept.events[1] == replace(event, who=KEPT, detail=((KEPT, KEPT),))
        assert [case.number for case in await index.find_cases([(IdentifierKind.NAME, HOSTILE)])] == [saved.number]
        assert [case.number for case in await index.find_cases_of(KEPT.upper())] == [saved.number]

    scenario(work)


def test_cases_are_found_by_any_of_their_identities(scenario: Scenario) -> None:
    other = CaseIdentifier("张伟@example.com", EMAIL, "张伟@example.com")

    async def work(index: Index) -> None:
        first = await index.save_case(a_case())
        second = await index.save_case(a_case(JANE, other, requester="Zoë Straße"))
        assert await index.find_cases([(EMAIL, "jane@example.org")]) == [first, second]
        assert await index.find_cases([(IdentifierKind.NAME, "jane roe")]) == [first]
        keys = [(EMAIL, other.canonical), (EMAIL, "nobody@example.org"), (IdentifierKind.NAME, "jane roe")]
        assert await index.find_cases(keys) == [first, second]
        assert await index.find_cases([(IdentifierKind.ACCOUNT, "jane@example.org")]) == []
        assert await index.find_cases([]) == []

    scenario(work)


@pytest.mark.parametrize("text", ["zoë", "STRASSE", "oe\u0308  str", "Zoë Straße", "straße zo", "Müller", "anna müll"])
def test_cases_are_found_by_words_of_the_requester_and_of_names(text: str, scenario: Scenario) -> None:
    name = CaseIdentifier("Anna Müller-Lüdenscheidt", IdentifierKind.NAME, "anna muller ludenscheidt")

    async def work(index: Index) -> None:
        await index.save_case(a_case(JANE, requester="Jane Roe"))
        await index.save_case(a_case(JANE, requester=""))
        found = await index.save_case(a_case(JANE, name, requester="Zo\u00eb   Straße"))
        assert await index.find_cases_of(text) == [found]
        assert await index.find_cases_of("") == await index.find_cases_of("  ") == []
        assert await index.find_cases_of("%") == await index.find_cases_of(f"{text} Roe") == []

    scenario(work)


# --- several processes ---------------------------------------------------------------------------------------------


def test_of_two_writers_one_extends_a_history(opener: Callable[[], Awaitable[Index]]) -> None:
    async def work() -> None:
        async with await opener() as one, await opener() as other:
            saved = await one.save_case(a_case())
            events = [an_event(CaseAction.EXTENDED, who=who, reason="complex") for who in ("jane", "john")]
            added = await asyncio.gather(
                one.add_events(saved.number, 1, events[:1]), other.add_events(saved.number, 1, events[1:])
            )
            assert sorted(added) == [False, True]
            assert await one.case(saved.number) == replace(saved, events=(*saved.events, events[added.index(True)]))

    asyncio.run(work())


EACH = 25


def open_many(url: str, who: str, key: str) -> None:
    """Open cases one after the other, and print their numbers."""

    async def work() -> None:
        async with await open_index(url, create=True, key_file=Path(key) if key else None) as index:
            for _ in range(EACH):
                saved = await index.save_case(a_case(events=(an_event(CaseAction.OPENED, who=who),)))
                print(saved.number)  # noqa: T201

    asyncio.run(work())


def test_processes_that_open_cases_at_once_get_different_numbers(
    index_url: str, index_key: Path | None, opener: Callable[[], Awaitable[Index]]
) -> None:
    code = "import sys; from index.test_contract_cases import open_many; open_many(*sys.argv[1:])"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[1]), *sys.path])}
    started = [
        forked.popen(
            [sys.executable, "-c", code, index_url, who, str(index_key or "")], stdout=subprocess.PIPE, env=environment
        )
        for who in ("jane", "john", "zoë")
    ]
    given = [process.communicate(timeout=120)[0].decode().split() for process in started]
    assert [process.returncode for process in started] == [0, 0, 0]
    numbers = [number for one in given for number in one]
    assert sorted(numbers) == [f"C-2026-{number:04d}" for number in range(1, 3 * EACH + 1)]

    async def work() -> None:
        async with await opener() as index:
            by_who = {who: [] for who in ("jane", "john", "zoë")}
            for case in await index.cases():
                by_who[case.events[0].who].append(case.number)
            assert list(by_who.values()) == given

    asyncio.run(work())


def open_and_extend(folder: Path) -> None:
    """Open cases, and extend each; say what was confirmed."""

    async def work() -> None:
        async with await open_index(folder / "ctscan.db", create=True) as index:
            for number in range(1, 13):
                saved = await index.save_case(a_case())
                (folder / f"{saved.number} 1").touch()
                assert await index.add_events(saved.number, 1, HISTORY, (ADDED,))
                (folder / f"{saved.number} {1 + len(HISTORY)}").touch()
                assert saved.number == f"C-2026-{number:04d}"

    asyncio.run(work())


HISTORY = tuple(an_event(minutes=minutes, text="x" * 2_000) for minutes in range(4))
ADDED = CaseIdentifier("jroe@example.com", EMAIL, "jroe@example.com")


@pytest.mark.parametrize("kills", [8, pytest.param(60, marks=pytest.mark.long)])
def test_a_register_whose_writer_is_killed_holds_whole_cases_and_histories(kills: int, tmp_path: Path) -> None:
    folders = [tmp_path / str(number) for number in range(kills + 1)]
    for folder in folders:
        folder.mkdir()
    ended = kill_often("index.test_contract_cases:open_and_extend", folders)
    assert not all(ended)
    for folder in folders:
        confirmed: dict[str, int] = {}
        for path in sorted(folder.glob("C-*")):
            number, events = path.name.split()
            confirmed[number] = max(int(events), confirmed.get(number, 0))
        asyncio.run(_check_register(folder / "ctscan.db", confirmed))


async def _check_register(path: Path, confirmed: dict[str, int]) -> None:
    async with await open_index(path, create=True) as index:
        found = {case.number: case for case in await index.cases()}
        assert list(found) == [f"C-2026-{number:04d}" for number in range(1, len(found) + 1)]
        for case in found.values():
            events: tuple[CaseEvent, ...] = case.events[1:]
            assert case.events[0].at == OPENED
            assert (events, case.identifiers[2:]) in (((), ()), (HISTORY, (ADDED,)))
        assert all(len(found[number].events) >= events for number, events in confirmed.items())
        assert (await index.save_case(a_case())).number == f"C-2026-{len(found) + 1:04d}"
