"""Contract of an index for look-ups page by page: lists, pages, counts, estimates, and the state that they share."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from support.kept import (
    a_hit,
    an_advance,
    commit,
    email_finding,
    name_finding,
    started,
)

from ctscan.errors import IndexFault
from ctscan.index.protocols import Index
from ctscan.model import Finding, LookupKey

RunScenario = Callable[[Callable], None]

DOMAIN = [LookupKey("domain", "org.example.")]


async def holding(index: Index, *findings: Finding) -> None:
    run_id = await started(index)
    await commit(index, run_id, an_advance(0, 4096, *(a_hit(i, one) for i, one in enumerate(findings))))


def test_pages_are_what_a_look_up_finds_in_its_order(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        await holding(index, *(email_finding(f"person{i}@example.org") for i in range(30)))
        async with index.snapshot():
            listed = await index.list_keys(DOMAIN, 20)
            pages = [await index.listed(some, DOMAIN) for some in (listed[:7], listed[7:])]
        assert pages[0] + pages[1] == await index.find_keys(DOMAIN, 20)
        assert (len(listed), len(pages[0])) == (20, 7)

    scenario(work)


def test_an_estimate_counts_what_came_last_and_loses_nobody(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        names = ["Jane Roe", *["Jane Doe"] * 1_001, *["Mary Roe"] * 1_001]
        await holding(index, *map(name_finding, names))
        assert await index.estimate_name([("jane",), ("roe",)], 9) == (1, True)
        assert await index.estimate_name([("jane",), ("doe",)], 9) == (9, True)
        assert await index.estimate_name([("jane",), ("mary",)], 9) == (0, False)
        assert await index.estimate_name([("nobody",), ("roe",)], 9) == (0, False)
        assert await index.estimate_name([], 9) == (0, False)

    scenario(work)


def test_an_estimate_of_few_is_exact(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        await holding(index, *map(name_finding, ("Jane Roe", "Roe Jane Maria", "Jane", "Roe", "Jane Muller")))
        assert await index.estimate_name([("jane",), ("roe", "roh")], 9) == (2, False)
        assert await index.estimate_name([("jane",)], 9) == (4, False)
        assert await index.estimate_name([("jane",)], 2) == (2, True)

    scenario(work)


def test_nothing_is_written_in_a_snapshot_and_again_behind_it(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        await holding(index, email_finding("person@example.org"))
        async with index.snapshot():
            assert await index.list_keys(DOMAIN, 9)
            with pytest.raises(IndexFault):
                await index.save_key_ids([])
        await index.save_key_ids([])

    scenario(work)
