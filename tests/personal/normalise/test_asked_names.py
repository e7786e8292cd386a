"""Names as they are asked for: the spellings in which a certificate may hold them, in both directions."""

from __future__ import annotations

import pytest

from ctscan.personal.identifiers import parse_identifier
from ctscan.personal.normalise.name_tokens import (
    LONGEST_RESPELLED,
    asked_forms,
    name_keys,
    respelled,
    share_of_words,
    spelled_words,
)


def is_found(asked: str, written: str) -> bool:
    tokens = frozenset(key.key for key in name_keys(written))
    return share_of_words(asked_forms(parse_identifier(f"name:{asked}")), tokens) == 1


PAIRS = [
    ("Günter", "Gunter"),
    ("Günter", "Guenter"),
    ("Jürgen Weißbrodt", "JUERGEN WEISSBRODT"),
    ("Müller Özil", "mueller oezil"),
    ("Søren", "Soren"),
    ("Søren", "Soeren"),
    ("Åse", "Aase"),
    ("Åse", "Ase"),
    ("Ægir", "Aegir"),
    ("Kjærgård", "Kjaergaard"),
    ("Kjærgård", "Kjærgaard"),
    ("Kjærgård", "Kjaergard"),
    ("Weiß", "Weiss"),
    ("Weiß", "WEIẞ"),
    ("Cœur", "Coeur"),
    ("İpek", "Ipek"),
    ("Işık", "Isik"),
    ("Işık", "IŞIK"),
    ("Łukasz", "Lukasz"),
    ("Zoë", "Zoe"),
    ("O’Neill", "ONeill"),
    ("Мария", "Mariya"),
]


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_both_spellings_find_each_other(one: str, other: str) -> None:
    assert is_found(one, other)
    assert is_found(other, one)


@pytest.mark.parametrize(("one", "other"), [("Gunter", "Guenter"), ("Ase", "Aase"), ("Soren", "Soeren")])
def test_two_spellings_without_an_accent_are_two_names(one: str, other: str) -> None:
    """Each may stand for the name with an accent, which finds both; but Manuel isn't Manul."""
    assert not is_found(one, other)
    assert not is_found(other, one)


def test_a_word_keeps_its_own_forms_only() -> None:
    forms = asked_forms(parse_identifier("name:Günter Möller"))
    assert forms == (("gunter", "guenter"), ("moller", "moeller"))
    assert asked_forms(parse_identifier("name:Jane Roe")) == (("jane",), ("roe",))


def test_words_come_in_the_order_given_with_their_accents() -> None:
    assert spelled_words(parse_identifier("name: ROE, Günter")) == (("roe",), ("günter", "gunter", "guenter"))
    assert spelled_words(parse_identifier("Zoë Żak")) == (("zoë", "zoe"), ("żak", "zak"))
    assert spelled_words(parse_identifier("Roe Jane Roe")) == (("roe",), ("jane",))


def test_other_spellings_change_one_vowel() -> None:
    assert respelled("guenter") == ("gunter",)
    assert respelled("gunter") == ("guenter",)
    assert set(respelled("aase")) == {"ase"}
    assert set(respelled("mueller")) == {"muller"}
    assert set(respelled("maria")) == {"maeria", "maaria", "mariae", "mariaa"}
    assert respelled("x" * LONGEST_RESPELLED) == respelled("u" * (LONGEST_RESPELLED + 1)) == ()
