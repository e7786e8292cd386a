"""Titles beside names."""

from __future__ import annotations

import pytest

from ctscan.personal.identifiers import parse_identifier
from ctscan.personal.pasted.titles import without_titles
from ctscan.personal.question_coverage import given_name


@pytest.mark.parametrize(
    ("name", "bare"),
    [
        ("Dr. Jane Roe", "Jane Roe"),
        ("Prof. Dr.-Ing. Jane Roe", "Jane Roe"),
        ("Dr. rer. nat. Jane Roe", "Jane Roe"),
        ("Jane Roe, Ph.D., MBA", "Jane Roe"),
        ("Jane Roe LL.M.", "Jane Roe"),
        ("Roe, Jane (CEO)", "Roe Jane"),
        ("Mr. John Roe III", "John Roe"),
        ("Sra. Dña. Juana Roe", "Juana Roe"),
        ("Mme Jane Roe", "Jane Roe"),
        ("M. Jean Roe", "Jean Roe"),
        ("Jane Roe, MA", "Jane Roe"),
        ("Ма Янь", "Ма Янь"),
        ("Ma Li", "Ma Li"),
        ("Nat Roe", "Nat Roe"),
        ("Roe, Ma", "Roe Ma"),
        ("Dr", "Dr"),
        ("Herr Dr.", "Herr Dr."),
        ("(Jane)", "(Jane)"),
        ("", ""),
    ],
)
def test_titles_are_dropped_unless_nothing_is_left(name: str, bare: str) -> None:
    assert without_titles(name) == bare


def test_the_canonical_form_shows_what_is_searched() -> None:
    identifier = parse_identifier("Dr. Zoë Roe (CEO)")
    assert (identifier.canonical, identifier.guessed) == ("roe zoe", False)
    assert given_name(identifier) == "Zoë Roe"
    assert parse_identifier("name:Dr/Roe").canonical == "roe"


def test_a_name_is_asked_for_as_it_stands_in_the_text() -> None:
    for text in ("CN=Dr. Zoë Roe, E=zoe@example.org", "ROE Zoë - NIF:12345678Z", "CN=Serial Number"):
        for reading in parse_identifier(text).readings:
            if reading.kind == "name":
                assert given_name(reading) in ("Zoë Roe", "ROE Zoë", "Serial Number")


@pytest.mark.parametrize("name", ["Dr. J.", "J. (CEO)", "J, PhD", "name:Dr/J"])
def test_an_initial_is_no_name_that_is_left(name: str) -> None:
    assert parse_identifier(name).keys
