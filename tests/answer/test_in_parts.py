"""Answers in parts: they hold what the whole answer holds, and claim nothing before the end."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import aclosing, closing
from pathlib import Path
from typing import TypeVar

import pytest
from msgspec.structs import replace
from support.cli import copy_index
from support.kept import a_hit, an_advance, commit, later, started
from support.many import DOMAIN, many

from ctscan.answer.in_parts import FIRST_PAGE, answer_in_parts
from ctscan.answer.lookup import STALE_AFTER, answer
from ctscan.index.open import open_index
from ctscan.index.protocols import Index
from ctscan.model import Answer, AnswerBegun, AnswerHeader, AnswerPart, Match, MatchPage, MatchTally, Remark
from ctscan.personal.identifiers import parse_identifier
from ctscan.views import json

T = TypeVar("T")

NUMBER = 700
ASKED = parse_identifier(f"@{DOMAIN}")
HEADER = AnswerHeader("0" * 32, later(1), "1", "rules", "somebody")


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return many(tmp_path_factory.mktemp("many"), NUMBER)


def opened(db: Path, work: Callable[[Index], Awaitable[T]]) -> T:
    async def run() -> T:
        async with await open_index(db, create=False) as index:
            return await work(index)

    return asyncio.run(run())


async def parts_of(index: Index, *, shown: int | None = None) -> list[AnswerPart]:
    given = answer_in_parts(index, ASKED, now=later(1), stale_after=STALE_AFTER, shown=shown)
    async with aclosing(given):
        return [part async for part in given]


async def whole(index: Index) -> Answer:
    return await answer(index, ASKED, now=later(1))


def joined(parts: list[AnswerPart]) -> list[Match]:
    return [match for part in parts if isinstance(part, MatchPage) for match in part.matches]


def test_the_parts_are_the_whole_answer(db: Path) -> None:
    parts, given = opened(db, parts_of), opened(db, whole)
    begun, *pages, ended = parts
    assert isinstance(begun, AnswerBegun) and isinstance(ended, Answer)
    assert [page.first for page in pages if isinstance(page, MatchPage)][:2] == [1, FIRST_PAGE + 1]
    assert tuple(joined(parts)) == given.matches
    assert len(given.matches) == NUMBER
    sums = replace(MatchTally.of(given.matches), shown=NUMBER)
    assert ended == replace(given, matches=(), tally=sums)
    assert ended.complete


def test_the_beginning_claims_nothing(db: Path) -> None:
    begun = opened(db, parts_of)[0]
    assert isinstance(begun, AnswerBegun)
    assert (begun.answer.complete, begun.answer.digest, begun.answer.matches) == (False, "", ())


def test_the_digest_that_grew_is_that_of_the_whole_answer(db: Path) -> None:
    parts, given = opened(db, parts_of), opened(db, whole)
    begun, ended = parts[0], parts[-1]
    assert isinstance(begun, AnswerBegun) and isinstance(ended, Answer)
    growing = json.GrowingAnswerDigest(replace(begun.answer, header=HEADER))
    growing.add(joined(parts))
    for complete in (True, False):
        end, all_of_it = (replace(one, header=HEADER, complete=complete) for one in (ended, given))
        assert growing.end(end) == json.answer_digest(all_of_it) == json.digest(json.answer(all_of_it))
    with pytest.raises(KeyError):
        growing.end(replace(ended, header=replace(HEADER, id="1" * 32)))


def test_damage_behind_the_first_page_is_in_the_verdict(db: Path, tmp_path: Path) -> None:
    last = opened(db, whole).matches[-1].certificate.identity
    copy = tmp_path / "ctscan.db"
    copy.write_bytes(db.read_bytes())
    with closing(sqlite3.connect(copy)) as connection:
        sql = "UPDATE finding SET value = 'x' WHERE certificate = (SELECT id FROM certificate WHERE identity = ?)"
        assert connection.execute(sql, (last,)).rowcount == 1
        connection.commit()
    parts = opened(copy, parts_of)
    ended = parts[-1]
    assert isinstance(ended, Answer)
    assert (ended.complete, ended.damaged, ended.number_found) == (False, ("finding",), NUMBER)
    assert joined(parts)[-1].findings == ()


def test_a_row_that_is_gone_is_damage_and_is_counted(db: Path, tmp_path: Path) -> None:
    last = opened(db, whole).matches[-1].certificate.identity
    copy = tmp_path / "ctscan.db"
    copy.write_bytes(db.read_bytes())
    with closing(sqlite3.connect(copy)) as connection:
        connection.execute("DELETE FROM certificate WHERE identity = ?", (last,))  # without foreign keys
        connection.commit()
    parts = opened(copy, parts_of)
    ended = parts[-1]
    assert isinstance(ended, Answer)
    assert (len(joined(parts)), ended.number_found, ended.complete) == (NUMBER - 1, NUMBER, False)
    assert "certificate" in ended.damaged[0]


def test_pages_come_from_one_state_of_the_index(tmp_path: Path) -> None:
    db = many(tmp_path, 300)

    async def work(index: Index) -> list[AnswerPart]:
        parts: list[AnswerPart] = []
        given = answer_in_parts(index, ASKED, now=later(1), stale_after=STALE_AFTER)
        async with aclosing(given), await open_index(db, create=False) as other:
            run_id = await started(other)
            async for part in given:
                if isinstance(part, AnswerBegun):
                    await commit(other, run_id, an_advance(300, 400, a_hit(399)))
                    await other.save_revocations([])
                parts.append(part)
        return parts

    before = opened(db, whole)
    parts = opened(db, work)
    assert tuple(joined(parts)) == before.matches
    assert isinstance(parts[-1], Answer)
    assert parts[-1].coverage == before.coverage


def test_an_index_is_written_to_again_behind_an_answer_that_was_left(tmp_path: Path) -> None:
    db = many(tmp_path, 300)

    async def work(index: Index) -> None:
        given = answer_in_parts(index, ASKED, now=later(1), stale_after=STALE_AFTER)
        async with aclosing(given):
            assert isinstance(await anext(given), AnswerBegun)
        await index.save_revocations([])

    opened(db, work)


@pytest.mark.parametrize("shown", [1, 50, 51, 200, 300])
def test_a_limit_shows_less_and_reads_all(db: Path, shown: int) -> None:
    async def work(index: Index) -> tuple[list[AnswerPart], Answer]:
        return await parts_of(index, shown=shown), await whole(index)

    parts, all_of_it = opened(db, work)
    ended = parts[-1]
    assert isinstance(ended, Answer)
    assert tuple(joined(parts)) == all_of_it.matches[:shown]
    assert (ended.number_found, ended.number_shown, ended.complete, ended.is_found) == (NUMBER, shown, True, True)
    assert ended.remarks == all_of_it.remarks
    assert replace(ended.sums, shown=0) == all_of_it.sums


@pytest.mark.parametrize("damage", ["UPDATE certificate SET is_ca = 1", "UPDATE certificate SET id = id + 1000000"])
def test_damage_among_what_a_limit_hides_is_in_its_verdict(db: Path, tmp_path: Path, damage: str) -> None:
    copied = tmp_path / "damaged.db"
    copy_index(db, copied)
    with closing(sqlite3.connect(copied)) as connection, connection:
        connection.execute(f"{damage} WHERE id = 3")  # certificates of the last page are the first in the index

    async def work(index: Index) -> list[AnswerPart]:
        return await parts_of(index, shown=1)

    ended = opened(copied, work)[-1]
    assert isinstance(ended, Answer)
    assert not ended.complete and ended.remarks[0].code == Remark.DAMAGED


def test_more_than_the_most_is_said(db: Path) -> None:
    async def work(index: Index) -> list[AnswerPart]:
        given = answer_in_parts(index, ASKED, now=later(1), stale_after=STALE_AFTER, limit=400)
        return [part async for part in given]

    ended = opened(db, work)[-1]
    assert isinstance(ended, Answer)
    assert (ended.number_found, ended.complete) == (400, False)
    assert Remark.CUT(limit=400) in ended.remarks
