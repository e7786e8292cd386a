"""Contract of an index for certificates of which only a part could be read."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from msgspec.structs import replace
from support.kept import (
    LOG,
    NEWER_RULES,
    RULES,
    a_hit,
    a_repository_hit,
    a_search,
    an_advance,
    an_unreadable,
    commit,
    digest,
    email_finding,
    in_chain,
    pending_advance,
    rewind,
    started,
)

from ctscan.index.protocols import Index
from ctscan.model import PartlyRead

RunScenario = Callable[[Callable[[Index], Awaitable[None]]], None]


async def named(index: Index, limit: int = 10) -> list[tuple[bytes | None, str, int]]:
    count, found = await index.partly_read(limit)
    assert count >= len(found)
    return [(one.identity, one.log, one.index) for one in found]


def test_it_is_kept_without_findings_and_named(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        run_id = await started(index)
        await commit(index, run_id, an_advance(0, 9, replace(a_hit(4, label="part"), findings=(), partly_read=True)))
        assert await index.partly_read(1) == (
            1,
            [PartlyRead(digest("identity", "part"), None, LOG.name, 4)],
        )
        (match,) = await index.find_identity(digest("identity", "part"))
        assert match.certificate.partly_read
        assert match.findings == ()

    scenario(work)


def test_every_origin_carries_the_mark(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        run_id = await started(index)
        step = an_advance(0, 9, a_hit(1), replace(a_hit(2), partly_read=True))
        chain = replace(in_chain(1), findings=(), partly_read=True)
        broken = replace(an_unreadable(5, email_finding("x@example.org")), partly_read=True)
        lost = replace(an_unreadable(6), partly_read=True)
        result = replace(step.result, chain_hits=(chain,), unreadable=(broken, lost, an_unreadable(7)))
        await commit(index, run_id, replace(step, result=result))
        search = await index.start_search(a_search(), RULES)
        await index.keep_found(search, [replace(a_repository_hit("file"), findings=(), partly_read=True)])
        found = await named(index)
        assert sorted(at for _, _, at in found) == [0, 1, 2, 5, 6]
        assert (None, LOG.name, 6) in found
        assert (digest("identity", "file"), "", 0) in found
        assert (await index.partly_read(2))[0] == 5

    scenario(work)


def test_a_mark_without_findings_takes_no_findings_away_and_findings_come_back(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        run_id = await started(index)
        hit = a_hit(4, label="part")
        await commit(index, run_id, an_advance(0, 9, hit))
        newer = await started(index, rules=NEWER_RULES)
        await commit(index, newer, an_advance(0, 9, replace(hit, findings=(), partly_read=True)))
        (match,) = await index.find_identity(digest("identity", "part"))
        assert match.findings == hit.findings
        assert match.certificate.partly_read
        await commit(index, newer, an_advance(10, 19, replace(a_hit(14, label="other"), findings=(), partly_read=True)))
        await commit(index, newer, an_advance(10, 19, replace(a_hit(14, label="other"), partly_read=True)))
        (match,) = await index.find_identity(digest("identity", "other"))
        assert len(match.findings) == 1

    scenario(work)


def test_reading_the_whole_clears_the_mark(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        run_id = await started(index)
        hits = [replace(a_hit(at, label=at), partly_read=True) for at in range(4)]
        await commit(index, run_id, an_advance(0, 9, *hits))
        await index.replace_findings(digest("identity", 0), hits[0].findings, RULES.version)
        await index.replace_findings(digest("identity", 1), (), RULES.version)
        await index.replace_findings(digest("identity", 2), (), RULES.version, partly_read=True)
        await index.mark_partly_read(digest("identity", 3), False)
        assert await named(index) == [(digest("identity", 2), LOG.name, 2)]
        assert [len(await index.find_identity(digest("identity", at))) for at in range(4)] == [1, 0, 1, 1]

    scenario(work)


def test_a_rewound_range_takes_its_marks_along(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        run_id = await started(index)
        await commit(index, run_id, pending_advance(0, 9, replace(a_hit(4), findings=(), partly_read=True)))
        assert len(await named(index)) == 1
        await rewind(index, LOG.id, 0)
        assert await index.partly_read(10) == (0, [])

    scenario(work)


def test_an_index_without_any_names_none(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        await asyncio.sleep(0)
        assert await index.partly_read(10) == (0, [])

    scenario(work)
