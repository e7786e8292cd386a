"""Distinguished names as a line of text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctscan.model import Attribute, DecodedString, Name
from ctscan.x509.name_text import LIMIT, render_name


def a_name(*attributes: tuple[int, str, str | bytes], repaired: str | None = None) -> Name:
    """Build a Name from attributes: (RDN, OID, text or raw TLV)."""
    built = [
        Attribute(rdn, oid, 4, value, None)
        if isinstance(value, bytes)
        else Attribute(rdn, oid, 12, b"", DecodedString(b"", 12, value, repaired))
        for rdn, oid, value in attributes
    ]
    return Name(b"", tuple(built))


CN, C, O, EMAIL = "2.5.4.3", "2.5.4.6", "2.5.4.10", "1.2.840.113549.1.9.1"  # noqa: E741


def test_an_empty_name_is_an_empty_text() -> None:
    assert render_name(Name(b"0\0", ())) == ""


def test_the_last_rdn_comes_first_and_several_values_are_joined_by_plus() -> None:
    name = a_name((0, C, "IE"), (1, O, "Example"), (2, CN, "Jane Roe"), (2, EMAIL, "jane@example.org"))
    assert render_name(name) == "CN=Jane Roe+emailAddress=jane@example.org,O=Example,C=IE"


def test_an_unknown_type_is_dotted_and_a_value_that_is_no_text_is_hex() -> None:
    assert render_name(a_name((0, "1.2.3.4", "x"), (1, CN, b"\x04\x02\xab\xcd"))) == "CN=#0402abcd,1.2.3.4=x"


def test_a_repaired_value_is_shown_repaired() -> None:
    assert render_name(a_name((0, CN, "ZoÃ«"), repaired="Zoë")) == "CN=Zoë"
    assert render_name(a_name((0, CN, "x"), repaired="")) == "CN="


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Roe, Jane", "Roe\\, Jane"),
        ('a+b;c<d>e"f\\g', 'a\\+b\\;c\\<d\\>e\\"f\\\\g'),
        (" both ", "\\ both\\ "),
        (" ", "\\ "),
        ("#1", "\\#1"),
        ("a#1 b", "a#1 b"),
        ("", ""),
        ("nul\0", "nul\\00"),
        ("line\nbreak\x1b[31m", "line\\0abreak\\1b[31m"),
        ("right\u202eleft", "right\\e2\\80\\aeleft"),
        ("\ud800", "\\ed\\a0\\80"),
        ("Ирина 佐藤 Παπαδόπουλος", "Ирина 佐藤 Παπαδόπουλος"),
    ],
)
def test_special_characters_are_escaped_and_scripts_are_not(value: str, expected: str) -> None:
    assert render_name(a_name((0, CN, value))) == f"CN={expected}"


def test_a_huge_name_is_cut() -> None:
    for name in (
        a_name((0, CN, "x" * 10_000_000)),
        a_name((0, CN, b"\4" * 10_000_000)),
        a_name(*((i, CN, "y" * 30) for i in range(10_000))),
        a_name(*((0, CN, "y" * 30) for _ in range(10_000))),
    ):
        text = render_name(name)
        assert len(text) == LIMIT
        assert text.endswith("…")


@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from([CN, O, "1.2.3"]), st.text() | st.binary(max_size=9))))
def test_every_name_renders_as_one_printable_line(attributes: list[tuple[int, str, str | bytes]]) -> None:
    text = render_name(a_name(*attributes))
    assert text.isprintable()
    assert len(text) <= LIMIT
