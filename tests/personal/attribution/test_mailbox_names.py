"""Mailbox names made from names of people."""

from __future__ import annotations

from contextlib import suppress
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctscan.errors import UsageError
from ctscan.personal.attribution.mailbox import is_personal_shape, is_role, resembles
from ctscan.personal.attribution.mailbox_names import MOST, MailboxNames, mailbox_names
from ctscan.personal.identifiers import parse_identifier
from ctscan.personal.normalise.name_tokens import mailbox_tokens, respelled, spelled_words


def names_of(name: str) -> MailboxNames:
    return mailbox_names(spelled_words(parse_identifier(f"name:{name}")))


FULL = ("jane.roe", "roe.jane", "jane_roe", "roe_jane", "jane-roe", "roe-jane", "janeroe", "roejane")
WITH_INITIAL = ("j.roe", "jroe", "j_roe", "roe.j", "roej", "jane.r", "janer", "r.jane", "rjane", "r_jane", "j-roe")


@pytest.mark.parametrize("name", ["Jane Roe", "ROE, Jane", "roe jane"])
def test_two_words(name: str) -> None:
    found = names_of(name)
    assert set(FULL) == set(found.full)
    assert set(WITH_INITIAL) < set(found.with_initial)
    assert "j.r" not in chain(*found)


def test_middle_names_are_left_out_shortened_or_written() -> None:
    found = names_of("Jane Quinn Roe")
    full = {
        "jane.roe",
        "jane.quinn.roe",
        "jane.q.roe",
        "jane_q_roe",
        "janequinnroe",
        "roe.jane.quinn",
        "jane.quinn-roe",
    }
    assert full <= set(found.full)
    assert {"jqroe", "j.q.roe", "roejq", "jroe", "j.quinn"} <= set(found.with_initial)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Günter Roe", {"günter.roe", "gunter.roe", "guenter_roe", "guenterroe"}),
        ("Jürgen Weißbrodt", {"juergen.weissbrodt", "jurgen.weissbrodt"}),
        ("Søren Bæksted", {"søren.bæksted", "soeren.baeksted", "soren.baeksted"}),
        ("Łukasz Gęślarz", {"lukasz.geslarz", "łukasz.geslarz"}),
        ("Мария Примерова", {"mariya.primerova", "мария.примерова"}),
        ("Chloë van den Voorbeelt", {"chloe.voorbeelt", "chloe.vandenvoorbeelt", "chloe.van.den.voorbeelt"}),
        ("Seán O'Neill", {"sean.oneill"}),
        ("Anne-Marie Roe", {"anne-marie.roe", "annemarie.roe", "annemarieroe", "anne.roe"}),
        ("Maria del Carmen Garcia Lopez", {"maria.garcia", "maria.lopez", "garcia.maria", "mariagarcialopez"}),
        ("王 小梅", {"xiaomei.wang", "wangxiaomei"}),
    ],
)
def test_spellings_particles_and_long_names(name: str, expected: set[str]) -> None:
    assert expected <= set(names_of(name).full)


@pytest.mark.parametrize("name", ["Jane Roe", "Günter Roe", "Jane Quinn Roe"])
def test_the_rules_know_the_forms(name: str) -> None:
    """Every mailbox name resembles the name, and the rules recognise its usual forms as a person's."""
    found = names_of(name)
    assert all(resembles(f"{one}@example.org", name) for one in chain(*found))
    assert all(
        is_personal_shape(one) for one in found.full if one.count(".") == 1 and "-" not in one and "_" not in one
    )


def test_particles_initials_and_functions_are_no_mailboxes_by_themselves() -> None:
    found = names_of("Chloë van den Voorbeelt")
    assert not {"van.den", "vanden", "d.van", "vand"} & {*found.full, *found.with_initial}
    assert not any(is_role(one) for one in chain(*names_of("Max Support")))
    assert "liwu" in names_of("Li Wu").full
    assert "lwu" not in names_of("Li Wu").with_initial
    assert "l.wu" in names_of("Li Wu").with_initial


@pytest.mark.parametrize("name", ["Jane", "J. Roe"])
def test_a_single_word_makes_none(name: str) -> None:
    assert names_of(name) == MailboxNames((), ())


def test_the_number_of_combinations_is_limited() -> None:
    words = [tuple(f"{letter}{number}" for number in range(20)) for letter in "abcd"]
    found = mailbox_names(words)
    assert len({one.translate(str.maketrans("", "", "._-")) for one in found.full}) == MOST
    assert len(found.full) == MOST * 4  # the likeliest, of two words
    assert len(found.with_initial) <= MOST * 64


@given(st.text(max_size=60))
def test_any_name_that_can_be_typed_is_made_into_few_names_without_an_error(text: str) -> None:
    with suppress(UsageError):
        words = spelled_words(parse_identifier(f"name:{text}"))
        made = mailbox_names(words)
        assert max(map(len, made)) <= MOST * 64
        assert all(chain(*made))
        assert all(form not in respelled(form) for word in words for form in word)


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("yulia.h@example.org", "Юлия Хомякова"),
        ("iuliia@example.org", "Юлия Хомякова"),
        ("gildong@example.org", "홍길동"),
        ("cohen.y@example.org", "יעל כהן"),
        ("papadopoulos@example.org", "Νίκος Παπαδόπουλος"),
    ],
)
def test_mailboxes_are_made_of_latin_spellings(address: str, name: str) -> None:
    assert resembles(address, name)


@pytest.mark.parametrize(("address", "name"), [("info@example.org", "Юлия Хомякова"), ("pavel@example.org", "홍길동")])
def test_other_mailboxes_do_not_resemble_a_name_in_another_script(address: str, name: str) -> None:
    assert not resembles(address, name)


def test_tokens_for_mailboxes_are_few() -> None:
    assert len(mailbox_tokens(" ".join(["хмельницкий"] * 3 + [f"щюя{chr(0x430 + n)}" for n in range(30)]))) <= 64
