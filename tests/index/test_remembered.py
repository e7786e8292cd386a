"""Memory of an open index: a look-up sees every change of the file at once, whoever made it, and all damage again."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path

import pytest
from support.crossing import crossed
from support.kept import (
    AT,
    LOG,
    NEWER_RULES,
    a_head,
    a_hit,
    a_repository_hit,
    a_revocation,
    an_advance,
    an_authority,
    commit,
    digest,
    email_finding,
    in_chain,
    name_finding,
    pending_advance,
    save_head,
    searching,
    started,
    with_result,
)
from support.suppressing import forgetting

from ctscan.index.open import open_index
from ctscan.index.protocols import Index
from ctscan.model import AuthorityList, FailureKind, LookupKey
from ctscan.model.keep import KeepKind, KeptRule, Limits, Period, Unit

Opener = Callable[[], Awaitable[Index]]
Change = Callable[[Index], Awaitable[object]]

ADDRESS = "jane.roe@example.org"
IDENTITY = digest("identity", 1)


async def everything(index: Index) -> tuple[object, ...]:
    """Read in one snapshot what an index remembers, and what it finds."""
    async with index.snapshot():
        return (
            await index.basis(),
            await index.log_states(),
            await index.rule_sets(),
            await index.authority_list(),
            await index.kept_limits(),
            await index.partly_read(5),
            await index.searches(["domain:example.org"]),
            await index.find_keys([LookupKey("email", ADDRESS)], 10),
        )


async def seen_in_a_chain(index: Index) -> None:
    step = with_result(an_advance(4096, 8192), chain_hits=(in_chain(4097, 2, ADDRESS),))
    await commit(index, await started(index), step)


async def seen_by_a_repository(index: Index) -> None:
    await index.keep_found(await searching(index), [a_repository_hit(3, email_finding(ADDRESS))])


async def reindexed(index: Index) -> None:
    await index.replace_findings(IDENTITY, [name_finding("Jane Roe"), email_finding(ADDRESS)], "rules-1")


YEAR = Limits((KeptRule(KeepKind.EVIDENCE, Period(1, Unit.YEARS), AT),))

CHANGES: dict[str, Change] = {
    "head": lambda index: save_head(index, a_head(9_000), AT),
    "failure": lambda index: index.record_error(LOG.id, AT, "no answer", FailureKind.UNAVAILABLE),
    "authorities": lambda index: index.save_authorities([an_authority()], AuthorityList(AT, "a list", 1)),
    "revocation": lambda index: index.save_revocations([(IDENTITY, a_revocation())]),
    "mark": lambda index: index.mark_partly_read(IDENTITY, True),
    "search": searching,
    "chain": seen_in_a_chain,
    "repository": seen_by_a_repository,
    "findings": reindexed,
    "basis and rules": lambda index: started(index, rules=NEWER_RULES),
    "limits": lambda index: index.note_limits(YEAR),
    "restriction": lambda index: index.forget(forgetting(ADDRESS, restrict=True)),
}


@pytest.mark.parametrize(("change", "is_own"), crossed(CHANGES, [False, True]))
def test_the_next_look_up_sees_a_change(opener: Opener, change: str, *, is_own: bool) -> None:
    async def work() -> None:
        async with await opener() as index, await opener() as other:
            jane = a_hit(1, email_finding(ADDRESS), authority_key_id=b"key id")
            await commit(index, await started(index), an_advance(0, 4096, jane))
            before = await everything(index)
            assert await everything(index) == before
            await CHANGES[change](index if is_own else other)
            after = await everything(index)
            async with await opener() as new:
                is_seen = await everything(new) == after != before
            assert is_seen  # a comparison of all that was read would take minutes to print

    asyncio.run(work())


def test_pending_entries_are_read_each_time(opener: Opener) -> None:
    async def work() -> None:
        async with await opener() as index:
            await commit(index, await started(index), pending_advance(0, 256, a_hit(1, email_finding(ADDRESS))))
            assert await everything(index) == await everything(index)

    asyncio.run(work())


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE basis SET who = 'nobody'",
        "UPDATE log SET name = 'another'",
        "DELETE FROM table_total WHERE name = 'basis'",
        "UPDATE certificate SET partly = 1",
        "UPDATE trait SET rule = 'another'",
        "INSERT INTO damage (part, at) VALUES ('finding', 'then')",
    ],
)
def test_damage_is_noted_by_every_look_up(damage: str, tmp_path: Path) -> None:
    path = tmp_path / "ctscan.db"

    async def work() -> None:
        async with await open_index(path, create=True) as index:
            await commit(index, await started(index), an_advance(0, 4096, a_hit(1, email_finding(ADDRESS))))
            await everything(index)
            with closing(sqlite3.connect(path)) as connection:
                connection.execute(damage)
                connection.commit()
            noted = []
            for _ in range(3):
                with index.noted_damage() as parts:
                    await everything(index)
                noted.append(sorted(parts))
            assert noted[0]
            assert noted == [noted[0]] * 3

    asyncio.run(work())
