"""Names of a requester and of a certificate: which agree, in many alphabets."""

from __future__ import annotations

from itertools import permutations

import pytest
from support.people import JANE, PEOPLE, Person

from ctscan.dsar.name_agreement import MAX_WORDS, has_words, names_agree

EVERYBODY = (JANE, *PEOPLE)

ALIKE = [
    ("Jane Roe", "ROE, Jane M."),
    ("Jane Roe", "Dr. Jane Roe, PhD"),
    ("Jane Roe", "Roe"),
    ("Jane Roe", "Jane"),
    ("J. Roe", "Jane Roe"),
    ("J R", "Jane Roe"),
    ("Jane Roe", "ROE JANE 12345678Z"),
    ("Jane Ann Roe", "JaneAnn Roe"),
    ("Jane-Ann Roe", "Jane Ann Roe"),
    ("Jane Roe geb. Doe", "Jane Doe"),
    ("Jörg Müller", "Joerg Mueller"),
    ("Jörg Müller", "Jorg Muller"),
    ("Seán O'Brien", "SEAN OBRIEN"),
    ("Sean O'Brien", "Sean O Brien"),
    ("Anna van Dijk", "Anna VanDijk"),
    ("Łukasz Żak", "Lukasz Zak"),
    ("Иван Петров", "Petrov, Ivan"),
    ("И. Петров", "Ivan Petrov"),
    ("Я. Петрова", "Yana Petrova"),
    ("Γιώργος Παπαδόπουλος", "Giorgos Papadopoulos"),
    ("דוד כהן", "David Cohen"),
    ("محمد علی", "Mohammad Ali"),
    ("दीपा शर्मा", "Deepa Sharma"),
    ("王小明", "Wang Xiaoming"),
    ("王小明", "Xiaoming Wang"),
    ("王小明", "王 小明"),
    ("김철수", "Kim Cheol-su"),
    ("김철수", "Kim Chulsoo"),
    ("山田太郎", "Taro Yamada"),
    ("山田 太郎", "Yamada"),
    ("タナカ ハナコ", "Tanaka Hanako"),
    ("", "Jane Roe"),
    ("12345678Z", "Jane Roe"),
]

OTHERS = [
    ("Jane Roe", "Jane Doe"),
    ("Jane Roe", "Max Roe"),
    ("K. Roe", "Jane Roe"),
    ("Jane", "Roe"),
    ("J R", "Max Doe"),
    ("M. R.", "Ma Do"),
    ("Иван Петров", "Ivan Sidorov"),
    ("Иван Петров", "Olga Petrova"),
    ("王小明", "Wang Li"),
    ("王小明", "王小红"),
    ("王小明", "Li Xiaoming"),
    ("김철수", "김영희"),
    ("山田 太郎", "Yamada Hanako"),
    ("Müller", "Möller"),
    ("דוד כהן", "Sarah Cohen"),
]


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_names_that_agree(one: str, other: str) -> None:
    assert names_agree(one, other)
    assert names_agree(other, one)


@pytest.mark.parametrize(("one", "other"), OTHERS)
def test_names_that_differ(one: str, other: str) -> None:
    assert not names_agree(one, other)
    assert not names_agree(other, one)


@pytest.mark.parametrize("person", EVERYBODY, ids=lambda person: person.mailbox)
def test_everybody_agrees_with_the_own_name_in_any_order_and_case(person: Person) -> None:
    for form in (f"{person.given} {person.family}", f"{person.family}, {person.given}", person.full.upper()):
        assert names_agree(person.full, form)
        assert names_agree(form, person.full)


def test_no_two_people_agree() -> None:
    pairs = [(a.full, b.full) for a, b in permutations(EVERYBODY, 2) if names_agree(a.full, b.full)]
    assert pairs == []


@pytest.mark.parametrize(
    ("text", "has"), [("Jane", True), ("王", True), ("J. R.", False), ("", False), ("12345678Z", False), ("***", False)]
)
def test_words_to_compare(text: str, has: bool) -> None:
    assert has_words(text) == has


def test_hostile_names_take_no_long_time() -> None:
    long = " ".join(f"word{chr(97 + n % 26)}{chr(97 + n // 26)}" for n in range(400))
    assert names_agree(long, long)
    assert not names_agree(long, "Jane Roe")
    many = [f"name{chr(97 + n)}" for n in range(MAX_WORDS + 1)]
    assert names_agree(" ".join(many), " ".join(reversed(many)))
    assert not names_agree(" ".join(many), " ".join(many[1:]))  # too many words to compare in part
