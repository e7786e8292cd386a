"""Whole names and parts of names: the answer compared with a search of every certificate, and what it claims."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from support.answering import answered, certificates

from ctscan.answer.matching import PARTLY
from ctscan.model import Answer, Hit, IdentifierKind, Remark
from ctscan.personal.identifiers import parse_identifier
from ctscan.personal.normalise.name_tokens import asked_forms, share_of_words
from ctscan.views.answers import verdict
from ctscan.views.text import texts

WORDS = ("Jane", "Maria", "Roe", "Doe", "Müller", "Mueller", "Юлия", "Iuliia", "Хомякова", "Homyakova")
ASKED = ("Jane Roe", "roe JANE", "Jane Maria Roe", "Jane Müller", "Maria Mueller", "Yulia Homyakova", "Юлия Doe")


def invented(draw: random.Random, number: int) -> list[Hit]:
    """Make certificates with one to three values of one to three words: whole names, and names in several fields."""
    return certificates(
        *(
            tuple(" ".join(draw.sample(WORDS, draw.randint(1, 3))) for _ in range(draw.randint(1, 3)))
            for _ in range(number)
        )
    )


def scores(hits: list[Hit], asked: str) -> dict[int, float]:
    """Score every certificate by its look-up keys, by index; leave out those without any word."""
    words = asked_forms(parse_identifier(asked))
    found = {}
    for hit in hits:
        keys = {key.key for one in hit.findings for key in one.keys if key.kind is IdentifierKind.NAME}
        found[hit.entry.index] = share_of_words(words, frozenset(keys))
    return {index: score for index, score in found.items() if score}


def told(given: Answer) -> dict[int, float]:
    return {match.sightings[0].index: match.score for match in given.matches}


@pytest.mark.parametrize("seed", range(4))
def test_an_answer_holds_just_the_certificates_that_a_search_of_all_of_them_finds(seed: int, tmp_path: Path) -> None:
    hits = invented(random.Random(seed), 90)
    shown = answered(tmp_path, hits, *ASKED)
    (tmp_path / "partly").mkdir()
    every = answered(tmp_path / "partly", hits, *ASKED, partly=True)
    for asked, given, all_of_it in zip(ASKED, shown, every, strict=True):
        found = scores(hits, asked)
        whole = {index: score for index, score in found.items() if score == 1}
        assert told(given) == (whole or found)
        assert told(all_of_it) == found
        assert (given.only_whole, all_of_it.only_whole) == (bool(whole), False)
        assert given.complete and all_of_it.complete


def test_an_answer_about_the_whole_name_claims_no_more_and_says_how_to_ask(tmp_path: Path) -> None:
    hits = certificates("Jane Roe", ("Roe", "Jane"), *["Jane Doe"] * (PARTLY + 1))
    (given,) = answered(tmp_path, hits, "Jane Roe")
    assert (told(given), given.complete) == ({0: 1.0, 1: 1.0}, True)
    assert Remark.ONLY_WHOLE_NAME() in given.remarks
    assert "--partly" in texts("en")(Remark.ONLY_WHOLE_NAME())
    assert "searched for this name, as a whole" in verdict(given, texts("en"))


def test_an_answer_with_parts_claims_all_of_the_name(tmp_path: Path) -> None:
    (asked,) = answered(tmp_path, certificates("Jane Roe", "Jane Doe"), "Jane Roe", partly=True)
    (tmp_path / "other").mkdir()
    (alone,) = answered(tmp_path / "other", certificates("Jane Doe"), "Jane Roe")
    for given in (asked, alone):
        assert given.complete and not given.only_whole
        assert Remark.ONLY_WHOLE_NAME() not in given.remarks
        assert "as a whole" not in verdict(given, texts("en"))
    assert (told(asked), told(alone)) == ({0: 1.0, 1: 0.5}, {0: 0.5})


@pytest.mark.parametrize("asked", ["name:Roe", "jane.roe@example.org", "@example.org"])
def test_an_identifier_without_parts_leaves_nothing_out(asked: str, tmp_path: Path) -> None:
    (given,) = answered(tmp_path, certificates("Jane Roe", "jane.roe@example.org"), asked)
    assert len(given.matches) == 1 and not given.only_whole
