"""Terms of a scope as given: public suffixes, short names, places of bad terms, and the lines of a file."""

from __future__ import annotations

import pytest

from ctscan.errors import UsageError
from ctscan.personal.public_suffixes import is_public_suffix
from ctscan.personal.scope import parse_scope, scope_from_text, scope_of
from ctscan.personal.scope_terms import MAX_TERMS, numbered, read_terms, wide_terms


@pytest.mark.parametrize(
    "domain",
    [
        "com",
        "co.uk",
        "github.io",  # private section
        "kawasaki.jp",  # root of a wildcard
        "anything.kawasaki.jp",
        "xn--55qx5d.cn",
        "corp",  # of no list: a name that a network uses
    ],
)
def test_public_suffixes(domain: str) -> None:
    assert is_public_suffix(domain)


@pytest.mark.parametrize(
    "domain",
    [
        "example.org",
        "example.co.uk",
        "jane.github.io",
        "city.kawasaki.jp",
        "www.ck",
        "xn--bcher-kva.example",
        "xn--a.b",
    ],
)
def test_domains_of_their_own(domain: str) -> None:
    assert not is_public_suffix(domain)


@pytest.mark.parametrize(
    ("text", "is_wide"),
    [
        ("*.co.uk", True),
        ("@Com.", True),
        ("公司.cn", True),
        ("example.org", False),
        ("jane@co.uk", False),  # a single address, whatever the host
        ("organisation:HP", True),
        ("organisation:3-M.", True),
        ("organisation:X.", True),
        ("organisation:IBM", False),
        ("organisation:A B C", False),
        ("everything", False),  # is its own consent
    ],
)
def test_wide_terms(text: str, is_wide: bool) -> None:
    assert bool(wide_terms(numbered([text], "--scope"))) is is_wide


def test_a_wide_term_says_where_it_stands_and_why() -> None:
    found = wide_terms(numbered(["example.org", "github.io", "organisation:HP"], "--scope"))
    assert [(one.term.place, one.value) for one in found] == [
        ("--scope, term 2", "github.io"),
        ("--scope, term 3", "hp"),
    ]
    assert "public suffix" in found[0].reason
    assert "organisation" in found[1].reason


def test_a_stored_scope_with_a_wide_term_is_still_read() -> None:
    text = "domain:co.uk, organisation:hp"
    assert scope_from_text(text).text == text


def test_a_bad_term_is_named_by_its_place_and_its_text_kept_apart() -> None:
    with pytest.raises(UsageError) as caught:
        scope_of(numbered(["example.org", "email:jane.doe@exa mple.org"], "--scope"))
    assert str(caught.value).startswith("--scope, term 2: expected an address")
    assert "jane" not in str(caught.value)
    assert caught.value.given == "email:jane.doe@exa mple.org"


def test_the_places_of_all_bad_terms_are_named_at_once() -> None:
    with pytest.raises(UsageError) as caught:
        parse_scope([*["exa mple"] * 13, "example.org"])
    assert str(caught.value).startswith("scope, term 1: ")
    places = ", ".join(f"term {number}" for number in range(2, 12))
    assert str(caught.value).endswith(f"; not understood either: {places} and 2 more")


FILE = """\
# people whom we answer for\r
example.org   # the company\r
\r
[ HR department ]
organisation:Example #1 Ltd\t# since 2019
organisation:Sample Ltd #
[Other] # people
  jane.roe@example.com
[]
*.example.net#not-a-comment
"""


def test_lines_of_a_file_with_comments_and_labels() -> None:
    assert [tuple(term) for term in read_terms(FILE, "scope.txt")] == [
        ("example.org", "scope.txt, line 2", "the company"),
        ("organisation:Example #1 Ltd", "scope.txt, line 5", "since 2019"),
        ("organisation:Sample Ltd", "scope.txt, line 6", "HR department"),
        ("jane.roe@example.com", "scope.txt, line 8", "Other"),
        ("*.example.net#not-a-comment", "scope.txt, line 10", ""),
    ]


def test_lines_are_counted_as_an_editor_counts_them() -> None:
    (term,) = read_terms("# a\x0bb\u2028c\n\n\nexample.org", "scope.txt")
    assert term.place == "scope.txt, line 4"


def test_a_bad_line_is_shown_with_its_label() -> None:
    with pytest.raises(UsageError) as caught:
        scope_of(read_terms("[HR]\nexa mple", "scope.txt"))
    assert str(caught.value).startswith("scope.txt, line 2: expected domain:")
    assert caught.value.given == "exa mple [HR]"


@pytest.mark.parametrize("text", ["", "# nothing\n[label]\n", "a.example\n" * (MAX_TERMS + 1)])
def test_too_few_or_too_many_terms(text: str) -> None:
    with pytest.raises(UsageError, match=r"^scope.txt: expected 1 to 10,000 terms, one a line, got "):
        read_terms(text, "scope.txt")


def test_thousands_of_terms_are_reduced_in_linear_time() -> None:
    names = [f"n{number}.example.org" for number in range(MAX_TERMS)]
    scope = parse_scope(names)
    assert len(scope.domains) == MAX_TERMS
    assert parse_scope([*names, "example.org", "jane@n7.example.org"]).text == "domain:example.org"
