"""Contract of an index for names: matches by words, their order, and the cut of long answers."""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Sequence

from support.kept import a_hit, an_advance, commit, name_finding, started

from ctscan.index.protocols import Index
from ctscan.index.sqlite.ranking import RANKED, RANKED_WHOLE
from ctscan.model import Finding, Hit, Match

RunScenario = Callable[[Callable], None]

Words = Sequence[Collection[str]]


def indexes(matches: list[Match]) -> list[int]:
    return [match.sightings[0].index for match in matches]


def held(words: Words, findings: Sequence[Finding]) -> int:
    tokens = {key.key for finding in findings for key in finding.keys}
    return sum(not tokens.isdisjoint(word) for word in words)


def in_order(words: Words, hits: Sequence[Hit]) -> list[tuple[int, int]]:
    """Compute the promised order by its definition: `(words held, index)` of every hit with a word."""
    ranked = sorted(
        (-held(words, h.findings), -max(held(words, [f]) for f in h.findings), -h.entry.index) for h in hits
    )
    return [(-all_of_it, -index) for all_of_it, _, index in ranked if all_of_it]


def test_the_order_is_that_of_the_definition(scenario: RunScenario) -> None:
    draw = random.Random(11)
    tokens = ("jane", "maria", "roe", "muller", "mueller", "doe")

    def findings() -> list[Finding]:
        names = (" ".join(draw.choices(tokens, k=draw.randint(1, 3))) for _ in range(draw.randint(1, 3)))
        return [name_finding(name, f"subject.{i}.commonName") for i, name in enumerate(names)]

    hits = [a_hit(i, *findings()) for i in draw.sample(range(300), 120)]
    asked: list[Words] = [
        [("jane",), ("roe",)],
        [("jane",), ("muller", "mueller")],
        [("jane",), ("maria",), ("roe",), ("doe", "doo")],
        [("muller", "mueller")],
        [("jane",), ("nobody",)],
        [("nobody",), ("noone",)],
    ]

    async def work(index: Index) -> None:
        run_id = await started(index)
        await commit(index, run_id, an_advance(0, 300, *hits))
        for words in asked:
            every = in_order(words, hits)
            whole = [i for number, i in every if number == len(words)]
            partly = [i for number, i in every if number < len(words)]
            assert indexes(await index.find_name(words, 500, 500)) == whole + partly
            assert indexes(await index.find_name(words, 500, 7)) == whole + partly[:7]
            assert indexes(await index.find_name(words, 500, 0)) == whole
            if len(whole) > 2:
                assert indexes(await index.find_name(words, 2, 50)) == whole[:2]
        assert await index.find_name([], 10, 10) == []

    scenario(work)


def test_the_score_is_the_share_of_the_words_in_one_finding(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        run_id = await started(index)
        split = a_hit(1, name_finding("Jane"), name_finding("Mueller", "subject.1.surname"))
        await commit(index, run_id, an_advance(0, 256, split, a_hit(2, name_finding("Jane Muller"))))
        found = await index.find_name([("jane",), ("muller", "mueller")], 10, 10)
        assert [(match.sightings[0].index, match.score) for match in found] == [(2, 1.0), (1, 0.5)]

    scenario(work)


def test_a_name_may_have_more_words_than_one_statement_joins_tables(scenario: RunScenario) -> None:
    async def work(index: Index) -> None:
        words = [f"word{letter}" for letter in "abcdefghijklmnopqrstuvwxyz"] * 3
        names = [" ".join(dict.fromkeys(f"{word}{i // 26}" for i, word in enumerate(words))), "worda0 wordb0"]
        await commit(index, await started(index), an_advance(0, 4096, *map(a_hit, range(2), map(name_finding, names))))
        asked = [(word,) for word in names[0].split()]
        assert len(asked) == 78
        assert [match.findings[0].value for match in await index.find_name(asked, 9, 0)] == names[:1]
        assert await index.count_name(asked, 9) == 1
        assert await index.estimate_name(asked, 9) == (1, False)

    scenario(work)


def test_of_very_many_those_are_ranked_that_came_last_and_a_short_answer_is_all(scenario: RunScenario) -> None:
    """Only the RANKED or RANKED_WHOLE matches stored last are ranked; here these have the lowest indexes."""
    many = RANKED + 50

    async def work(index: Index) -> None:
        run_id = await started(index)
        hits = [a_hit(i, name_finding("Jane" if i % 50 else "Jane Roe")) for i in reversed(range(many))]
        await commit(index, run_id, an_advance(0, many, *hits))
        words = [("jane",), ("roe",)]
        whole = list(range(0, many, 50))[::-1]
        others = [i for i in reversed(range(many)) if i % 50]
        assert indexes(await index.find_name(words[:1], 2, 0)) == [RANKED_WHOLE - 1, RANKED_WHOLE - 2]
        assert indexes(await index.find_name(words[:1], many, 0)) == list(reversed(range(many)))
        found = indexes(await index.find_name(words, 100, 3))
        assert found[: len(whole)] == whole
        assert set(found[len(whole) :]) < set(others)
        assert len(found) == len(whole) + 3
        assert set(indexes(await index.find_name(words, 100, many))) == set(range(many))

    scenario(work)
