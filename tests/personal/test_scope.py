"""Scope: the data kept, its notation, and the people that a range read with it covers."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.certs import make_certificate

from ctscan.errors import UsageError
from ctscan.personal.identifiers import parse_identifier
from ctscan.personal.rules import find_personal_data
from ctscan.personal.scope import Scope, parse_scope, scope_covers, scope_from_text, scope_includes
from ctscan.x509.certificate import read_certificate


def keeps(scope: Scope, der: bytes) -> bool:
    certificate = read_certificate(der)
    return scope.keeps(find_personal_data(certificate)[0], certificate)


@pytest.mark.parametrize(
    ("values", "text"),
    [
        (["Example.org"], "domain:example.org"),
        (["domain:Example.ORG."], "domain:example.org"),
        (["@example.org"], "domain:example.org"),
        (["*.example.org"], "domain:example.org"),
        (["bücher.example"], "domain:xn--bcher-kva.example"),
        (["Jane@Example.org"], "email:jane@example.org"),
        (["E-Mail: jane@example.org"], "email:jane@example.org"),
        (["organisation: Exämple, Ltd."], "organisation:example ltd"),
        (["organization:Example Ltd"], "organisation:example ltd"),
        (["organisation:ООО Пример"], "organisation:ооо пример"),
        (["b.example", "a.example", "a.example"], "domain:a.example, domain:b.example"),
        (["mail.example.org", "example.org", "jane@mail.example.org"], "domain:example.org"),
        (["EVERYTHING"], "everything"),
        (["everything", "Everything"], "everything"),
    ],
)
def test_canonical_text(values: list[str], text: str) -> None:
    scope = parse_scope(values)
    assert scope.text == text
    assert scope_from_text(text) == scope


def test_everything_as_an_option() -> None:
    assert parse_scope([], everything=True).text == "everything"
    with pytest.raises(UsageError, match="expected"):
        parse_scope(["exa mple"], everything=True)


@pytest.mark.parametrize(
    "value",
    [
        "",
        " ",
        "exa mple",
        "jane@",
        "domain:",
        "domain:a..b",
        "email:jane",
        "organisation:",
        "organisation:!",
        "a" * 2000,
    ],
)
def test_what_is_no_scope(value: str) -> None:
    with pytest.raises(UsageError, match=r"^scope, term 1: expected .* got ") as caught:
        parse_scope([value])
    assert len(str(caught.value)) < 250


def test_no_scope_is_a_usage_error_that_says_what_to_give() -> None:
    with pytest.raises(UsageError, match="--everything"):
        parse_scope([])


def test_an_address_is_not_repeated_in_an_error() -> None:
    with pytest.raises(UsageError) as caught:
        parse_scope(["email:jane.doe@exa mple.org"])
    assert "jane" not in str(caught.value)


JANE = [("email", "jane@mail.example.org")]


@pytest.mark.parametrize(
    ("scope", "subject", "san", "kept"),
    [
        ("everything", [], [], True),
        ("example.org", [], JANE, True),
        ("mail.example.org", [], JANE, True),
        ("ample.org", [], JANE, False),
        ("smtp.mail.example.org", [], JANE, False),
        ("email:JANE@mail.example.org", [], JANE, True),
        ("email:john@mail.example.org", [], JANE, False),
        ("example.org", [], [("dns", "www.example.org")], True),
        ("example.org", [], [("dns", "*.example.org")], True),
        ("example.org", [], [("dns", "WWW.EXAMPLE.ORG")], True),
        ("example.org", [], [("dns", "www.badexample.org")], False),
        ("example.org", [], [("dns", "www.example.org\0.evil.example")], True),
        ("evil.example", [], [("dns", "www.example.org\0.evil.example")], True),
        ("example.org", [("CN", "www.example.org\0.evil.example")], [], True),
        ("example.org", [("emailAddress", "x@example.org\0.evil.example")], [], True),
        ("bücher.example", [], [("dns", "www.xn--bcher-kva.example")], True),
        ("example.org", [("CN", "*.www.example.org")], [], True),
        ("example.org", [("CN", "Example org")], [], False),
        ("example.org", [("OU", "www.example.org")], [], False),
        ("organisation:Example Ltd", [("O", "EXAMPLE  LTD.")], [], True),
        ("organisation:Example Ltd", [("O", "Example Ltd Branch")], [], False),
        ("organisation:Example Ltd", [("OU", "Example Ltd")], [], False),
        ("organisation:Exämple", [("O", "Exämple".encode(), "printable")], [], True),
        ("organisation:Example Ltd", [], [("dir", [("O", "Example Ltd")])], True),
        ("organisation:Example Ltd", [("O", "Other")], [("dns", "example.org")], False),
    ],
)
def test_what_is_kept(scope: str, subject: list[tuple[str, ...]], san: list[tuple[str, ...]], kept: bool) -> None:
    assert keeps(parse_scope([scope]), make_certificate(subject, san)) is kept


@pytest.mark.parametrize(
    ("scope", "string", "kept"),
    [
        ("everything", "", True),
        ("example.org", "mail jane@example.org now", True),
        ("example.org", "http://www.example.org:8080/x", True),
        ("example.org", "*.example.org", True),
        ("example.org", "www.badexample.org", False),
        ("example.org", "example.org.example.com", False),
        ("email:jane@example.org", "Jane <JANE@example.org>", True),
        ("email:jane@example.org", "john@example.org", False),
        ("organisation:Example Ltd", "by EXAMPLE Ltd. of", True),
        ("organisation:Example Ltd", "Counterexample Ltd", False),
    ],
)
def test_salvaged_strings(scope: str, string: str, kept: bool) -> None:
    assert parse_scope([scope]).keeps((), None, ["other", string]) is kept


@pytest.mark.parametrize(
    ("scope", "identifier", "covered"),
    [
        ("everything", "jane@example.org", True),
        ("everything", "Jane Doe", True),
        ("everything", "serial:1", True),
        ("everything", "ab" * 32, True),
        ("domain:example.org", "jane@example.org", True),
        ("domain:example.org", "jane@mail.example.org", True),
        ("domain:mail.example.org", "jane@example.org", False),
        ("domain:example.org", "@example.org", True),
        ("domain:example.org", "@mail.example.org", True),
        ("domain:mail.example.org", "@example.org", False),
        ("email:jane@example.org", "Jane@Example.org", True),
        ("email:jane@example.org", "jane+x@example.org", False),
        ("email:jane@example.org", "@example.org", False),
        ("organisation:example ltd", "jane@example.org", False),
        ("domain:example.org", "Jane Doe", False),
        ("domain:example.org", "serial:1", False),
        ("domain:a.example, domain:example.org", "jane@example.org", True),
        ("domain:example.org", "root@[192.0.2.1]", False),
    ],
)
def test_whom_a_range_covers(scope: str, identifier: str, covered: bool) -> None:
    assert scope_covers(scope, parse_identifier(identifier)) is covered


@pytest.mark.parametrize(
    ("wider", "narrower", "included"),
    [
        ("everything", "domain:example.org", True),
        ("domain:example.org", "everything", False),
        ("everything", "everything", True),
        ("domain:example.org", "domain:mail.example.org", True),
        ("domain:mail.example.org", "domain:example.org", False),
        ("domain:example.org", "email:jane@example.org", True),
        ("email:jane@example.org", "domain:example.org", False),
        ("domain:a.example, organisation:x ltd", "organisation:x ltd", True),
        ("organisation:x ltd", "domain:a.example, organisation:x ltd", False),
    ],
)
def test_one_scope_within_another(wider: str, narrower: str, included: bool) -> None:
    assert scope_includes(wider, narrower) is included


TERMS = ["example.org", "mail.example.org", "jane@example.org", "x@a.example", "organisation:A, domain:b.example"]
VALUES = st.lists(st.sampled_from([*TERMS, "bücher.example"]), min_size=1, max_size=5)


@given(VALUES, VALUES)
def test_texts_come_back_and_inclusion_is_an_order(one: list[str], other: list[str]) -> None:
    a, b = parse_scope(one), parse_scope(other)
    assert scope_from_text(a.text) == a
    assert scope_includes(a.text, a.text)
    assert scope_includes(parse_scope(one + other).text, b.text)
    if scope_includes(a.text, b.text) and scope_includes(b.text, a.text):
        assert a == b


def test_what_the_wider_scope_misses_the_narrower_misses_too() -> None:
    scopes = [parse_scope([v]) for v in ("example.org", "mail.example.org", "jane@mail.example.org", "organisation:A")]
    certificates = [
        make_certificate([("O", o)] if o else [], san)
        for o, san in itertools.product(("", "A"), ([], JANE, [("dns", "mail.example.org")], [("dns", "example.org")]))
    ]
    for wider, narrower in itertools.product(scopes, scopes):
        if scope_includes(wider.text, narrower.text):
            assert all(keeps(wider, der) for der in certificates if keeps(narrower, der))


def test_a_covered_address_is_kept_wherever_a_rule_finds_it() -> None:
    places = [make_certificate([("emailAddress", "jane@mail.example.org")]), make_certificate([], JANE)]
    places.append(make_certificate([("CN", "Jane <jane@mail.example.org>")]))
    for value in ("example.org", "jane@mail.example.org"):
        scope = parse_scope([value])
        assert scope_covers(scope.text, parse_identifier("jane@mail.example.org"))
        assert all(keeps(scope, der) for der in places)
