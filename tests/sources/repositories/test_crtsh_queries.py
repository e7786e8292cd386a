"""Queries of crt.sh: they find every matching certificate, and no value acts as an operator."""

from __future__ import annotations

from urllib.parse import parse_qsl

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from support import certwatch

from ctscan.errors import UsageError
from ctscan.model import Question
from ctscan.sources.repositories.crtsh.queries import MAX_QUERY, Query, below, queries_for


def asked(kind: str, value: str) -> list[tuple[str, str, str]]:
    return [(query.parameter, query.value, query.match) for query in queries_for(Question(kind, value))]


@pytest.mark.parametrize("value", ["jane.roe@example.org", "o'brien+x_y@my-corp.example", "example.org", "a-b.example"])
def test_addresses_and_domains_are_compared_as_they_are(value: str) -> None:
    kind = "email" if "@" in value else "domain"
    assert asked(kind, value) == [("rfc822Name", value, "ILIKE"), ("E", value, "ILIKE")]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("jürgen@example.org", "jürgen example.org"),
        ("jürgen@my-corp.example", "jürgen example"),
        ("jürgen.müller@example.org", "jürgen example.org"),
        ("用户@例子.example", "用户 例子 example"),
        ("gęś@example.org", "gęś example.org"),
    ],
)
def test_addresses_in_other_letters_are_asked_for_by_their_words(value: str, words: str) -> None:
    assert asked("email", value)[:2] == [("rfc822Name", words, "any"), ("E", words, "any")]


def test_addresses_in_latin_1_are_asked_for_by_their_escape_text() -> None:
    (value,) = {value for _, value, match in asked("email", "jürgen@my-corp.example") if match == "ILIKE"}
    assert value == r"j\\374rgen@my-corp.example"
    there = "jürgen@my-corp.example".encode("latin-1")
    assert certwatch.plain(value, certwatch.identities([("san:rfc822Name", there)]))
    assert certwatch.ilike(f"%{value}%", certwatch.escaped(there))
    assert [match for _, _, match in asked("email", "gęś@example.org")] == ["any", "any"]


@pytest.mark.parametrize("value", ["a%b@my-corp.example", "a\\b@my-corp.example", "a.ö@my-corp.example"])
def test_addresses_without_a_sure_word_are_asked_for_by_their_domain(value: str) -> None:
    assert asked("email", value) == [("rfc822Name", "my-corp.example", "ILIKE"), ("E", "my-corp.example", "ILIKE")]


def test_a_label_is_asked_for_in_its_letters_too() -> None:
    assert asked("domain", "xn--bcher-kva.example") == [
        ("rfc822Name", "xn--bcher-kva.example", "ILIKE"),
        ("E", "xn--bcher-kva.example", "ILIKE"),
        ("rfc822Name", "bücher example", "any"),
        ("E", "bücher example", "any"),
        ("rfc822Name", r"b\\374cher.example", "ILIKE"),
        ("E", r"b\\374cher.example", "ILIKE"),
    ]
    assert {value for _, value, _ in asked("domain", "xn--abc-.example")} == {"xn--abc-.example"}


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("Jane Roe", ["Jane Roe"]),
        ("Anne-Marie O'Hara", ["Anne Marie O Hara"]),
        ("John Or Smith", ['John "or" Smith']),
        ("J.R. Smith", ["J.R Smith", "J R Smith"]),
        ("Łukasz Gęślarz", ["Łukasz Gęślarz"]),
        ("Müller-Lüdenscheidt", ["Müller Lüdenscheidt", "M 374ller L 374denscheidt"]),
        ("दीपक कुमार", ["दीपक कुमार"]),
    ],
)
def test_names_are_asked_for_by_their_words(value: str, words: list[str]) -> None:
    assert asked("name", value) == [("Identity", text, "any") for text in words]
    assert asked("organisation", value) == [("O", text, "any") for text in words]


def test_numbers_behind_a_hyphen_are_compared_as_they_are() -> None:
    assert ("O", "Route 12-34 Ltd", "ILIKE") in asked("organisation", "Route 12-34 Ltd")


WRITTEN = st.text(st.characters(categories=["Lu", "Ll", "Nd", "Zs", "Po", "Pd", "Ps", "Pe", "Sm", "Mn"]), max_size=40)
OPERATORS = st.sampled_from([" or ", " OR ", " -", '"', "|", "!", "&", "(", ")", ":*", "<->", "\\", "%", " AND ", "'"])


VALUES = st.lists(st.one_of(WRITTEN, OPERATORS, st.sampled_from(["Roe", "ö", "x.org", "@"])), max_size=8).map("".join)


@given(VALUES, st.sampled_from(["name", "organisation", "email", "domain"]))
@example("J.R. OR x.org", "domain")
def test_no_value_is_an_operator(value: str, kind: str) -> None:
    """Each word of a query is literal and required: a text with all words matches, a text without a word doesn't."""
    try:
        queries = queries_for(Question(kind, value))
    except UsageError:
        return
    for query in (query for query in queries if query.match == "any"):
        assert not set(query.value) & set("-%!&|():\\*<'")
        words = query.value.replace('"or"', "or").split()
        assert '"' not in "".join(words)
        lexemes = [lexeme for word in words for lexeme in certwatch.lexemes(word)]
        if all(len(certwatch.lexemes(word)) == 1 for word in words):
            assert certwatch.websearch(query.value, frozenset(lexemes))
        for missing in set(lexemes):
            assert not certwatch.websearch(query.value, frozenset(lexemes) - {missing})


@given(st.text(st.characters(codec="utf-8"), max_size=40), st.sampled_from(["email", "domain", "name", "organisation"]))
def test_a_value_stays_in_its_parameter(value: str, kind: str) -> None:
    try:
        queries = queries_for(Question(kind, value))
    except UsageError:
        return
    for query in queries:
        text = query.text([1, 2], unexpired=True)
        assert text.isascii()
        assert parse_qsl(text, keep_blank_values=True) == [
            (query.parameter, query.value),
            ("match", query.match),
            ("output", "json"),
            ("exclude", "expired"),
            ("excludeCAs", "1,2"),
        ]
        assert len(text) < MAX_QUERY


WORDS = ("Jürgen", "O'Hara", "Dell’Esempio", "Anne-Marie", "Łukasz", "J.R.", "Or", "Ltd.", "d’Ys")


@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=6))
def test_a_name_finds_itself(words: list[str]) -> None:
    name = " ".join(words)
    there = certwatch.identities([("2.5.4.3", name.encode())])
    queries = queries_for(Question("name", name))
    assert any(certwatch.websearch(query.value, there) for query in queries)


@pytest.mark.parametrize("letters", ["Jürgen Weißbrodt", "Åsa Bæk"])
def test_a_name_in_latin_1_is_found(letters: str) -> None:
    there = certwatch.identities([("2.5.4.3", letters.encode("latin-1"))])
    assert any(certwatch.websearch(query.value, there) for query in queries_for(Question("name", letters)))


@pytest.mark.parametrize("kind", ["number", "phone", ""])
def test_other_kinds_are_refused(kind: str) -> None:
    with pytest.raises(UsageError, match="kind"):
        queries_for(Question(kind, "1"))


@pytest.mark.parametrize(
    ("kind", "value"), [("name", "- % '"), ("name", "Jane " * 200), ("email", "x" * 501), ("name", "\udcff")]
)
def test_impossible_questions_are_reported_without_the_value(kind: str, value: str) -> None:
    with pytest.raises(UsageError) as raised:
        queries_for(Question(kind, value))
    assert value.strip() not in str(raised.value)


def test_a_domain_below_makes_the_same_query() -> None:
    query = queries_for(Question("domain", "example.org"))[0]
    assert below(query, "a.example.org") == Query("rfc822Name", "a.example.org", "ILIKE", "a.example.org")
