"""Contract of an index for the basis: revisions are kept whole, follow each other, and each has one author."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from msgspec.structs import replace
from support.kept import AT, digest, later

from ctscan.index.protocols import Index
from ctscan.model import Basis, BasisChange, BasisLog, BasisSource, LogChoice, LogListEdition, SkippedLog, SkipReason

Scenario = Callable[[Callable[[Index], Awaitable[None]]], None]

MEMBER = BasisLog(digest("one"), "Example 2031", "Example Operator")
GONE = BasisLog(digest("two"), "Beispiel ’30", "Überall", SkipReason.NO_LONGER_LISTED(since="2031-05-06"), later(1))
FIRST = Basis(
    revision=1,
    at=AT,
    who="jane",
    change=BasisChange.FIRST_SCAN(),
    note="",
    source=BasisSource.CONFIGURATION,
    choice=LogChoice(("/srv/list.json",), ("Example 2031", "file:///srv/caf\udce9/")),
    keys=LogChoice((), ("Example 2031",)),
    logs=(MEMBER, GONE),
    outside=(
        SkippedLog(digest("three"), "Example 2019", "Example Operator", SkipReason.RETIRED_SINCE(since="2020-01-01")),
        SkippedLog(b"", "Broken", "", SkipReason.MALFORMED(detail="no key")),
        SkippedLog(b"", "Broken, too", "", SkipReason.MALFORMED(detail="no key")),
    ),
)


def test_a_new_index_has_no_basis(scenario: Scenario) -> None:
    async def work(index: Index) -> None:
        assert await index.basis() is None
        assert await index.basis_history() == []

    scenario(work)


def test_a_revision_is_kept_with_all_it_says(scenario: Scenario) -> None:
    async def work(index: Index) -> None:
        assert await index.save_basis(FIRST)
        assert await index.basis() == FIRST

    scenario(work)


EDITION = LogListEdition(later(-60), "85.92", AT)


def test_a_later_edition_of_the_list_takes_the_place_of_an_earlier_one(scenario: Scenario) -> None:
    dated = replace(FIRST, edition=EDITION)
    undated = LogListEdition(None, "", later(60))

    async def work(index: Index) -> None:
        assert await index.save_basis(dated)
        assert await index.basis() == dated
        await index.note_edition(1, undated)
        assert await index.basis() == replace(FIRST, edition=undated)
        second = replace(FIRST, revision=2)
        assert await index.save_basis(second)
        await index.note_edition(1, EDITION)  # somebody else recorded a revision meanwhile
        assert await index.basis_history() == [second, replace(FIRST, edition=undated)]
        await index.note_edition(2, EDITION)
        assert await index.basis() == replace(second, edition=EDITION)

    scenario(work)


def test_the_newest_revision_counts_and_the_others_stay(scenario: Scenario) -> None:
    second = replace(
        FIRST, revision=2, at=later(60), who="john", change=BasisChange.DROPPED(), note="gone for good",
        source=BasisSource.LAST_RUN, choice=None, keys=None, logs=(MEMBER,), outside=(),
    )  # fmt: skip

    async def work(index: Index) -> None:
        assert await index.save_basis(FIRST) and await index.save_basis(second)
        assert await index.basis() == second
        assert await index.basis_history() == [second, FIRST]

    scenario(work)


def test_a_revision_that_does_not_follow_the_newest_is_refused(scenario: Scenario) -> None:
    async def work(index: Index) -> None:
        assert not await index.save_basis(replace(FIRST, revision=2))
        assert await index.save_basis(FIRST)
        assert not await index.save_basis(replace(FIRST, who="john"))
        assert not await index.save_basis(replace(FIRST, revision=3))
        assert await index.basis_history() == [FIRST]

    scenario(work)


def test_of_two_processes_one_records_a_revision(opener: Callable[[], Awaitable[Index]]) -> None:
    async def work() -> None:
        async with await opener() as one, await opener() as other:
            saved = await asyncio.gather(one.save_basis(FIRST), other.save_basis(replace(FIRST, who="john")))
            assert sorted(saved) == [False, True]
            assert await one.basis() == await other.basis()

    asyncio.run(work())
