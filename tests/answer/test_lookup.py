"""Remarks of an answer that shows fewer certificates than the index holds."""

from __future__ import annotations

import asyncio
from pathlib import Path

from support.kept import a_head, a_hit, an_advance, commit, later, name_finding, save_head, started, verified

from ctscan.answer.lookup import answer
from ctscan.answer.matching import PARTLY
from ctscan.index.open import open_index
from ctscan.model import Answer, Remark
from ctscan.personal.identifiers import parse_identifier
from ctscan.personal.rule_set import rule_set


def answered(tmp_path: Path, names: list[str], asked: str, limit: int = 10_000, *, partly: bool = False) -> Answer:
    """Answer from an index of a completely read log with these names in it."""
    rules = rule_set()

    async def work() -> Answer:
        async with await open_index(tmp_path / "ctscan.db", create=True) as index:
            run_id = await started(index, rules=rules)
            hits = [a_hit(i, name_finding(name)) for i, name in enumerate(names)]
            step = an_advance(0, 1000, *hits, verified=verified(0, 1000, rules=rules.version))
            await commit(index, run_id, step)
            head = a_head(1000, timestamp=int(later(0).timestamp() * 1000))
            await save_head(index, head, later(0))
            await index.record_success(head.log_id, later(0), None)
            return await answer(index, parse_identifier(asked), now=later(1), limit=limit, partly=partly)

    return asyncio.run(work())


def test_a_name_with_few_namesakes_is_answered_whole(tmp_path: Path) -> None:
    told = answered(tmp_path, ["Jane Roe", *["Jane Doe"] * PARTLY], "Jane Roe", partly=True)
    assert (told.complete, len(told.matches), told.matches[0].score) == (True, 1 + PARTLY, 1.0)


def test_partial_matches_of_a_name_are_cut_with_a_remark(tmp_path: Path) -> None:
    told = answered(tmp_path, ["Jane Roe", *["Jane Doe"] * (PARTLY + 1), "Roe Jane"], "Jane Roe", partly=True)
    assert not told.complete
    assert [match.score for match in told.matches] == [1.0] * 2 + [0.5] * PARTLY
    assert Remark.CUT_PARTLY(shown=PARTLY, whole=2) in told.remarks


def test_a_remark_says_when_no_certificate_holds_the_whole_name(tmp_path: Path) -> None:
    told = answered(tmp_path, ["Jane Doe"] * (PARTLY + 1), "Jane Roe")
    assert Remark.CUT_PARTLY_NO_WHOLE(shown=PARTLY) in told.remarks


def test_too_many_matches_of_a_name_are_cut_with_a_remark(tmp_path: Path) -> None:
    told = answered(tmp_path, ["Jane Roe"] * 6 + ["Jane Doe"], "Jane Roe", limit=5)
    assert (told.complete, len(told.matches)) == (False, 5)
    assert Remark.CUT(limit=5) in told.remarks
