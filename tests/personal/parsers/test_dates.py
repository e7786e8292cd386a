"""Dates of birth and genders, as certificates write them."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctscan.model import Qualifier
from ctscan.personal.parsers.dates import birth_values, gender_values, iso_date, read_date, utc_time_date


@pytest.mark.parametrize(
    ("text", "order", "iso"),
    [
        ("19800229120000Z", "ymd", "1980-02-29"),
        ("198002291200Z", "ymd", "1980-02-29"),
        ("19800229000000.0+0100", "ymd", "1980-02-29"),
        ("19800229", "ymd", "1980-02-29"),
        ("1980-02-29", "ymd", "1980-02-29"),
        ("1980-02-29T12:00:00Z", "ymd", "1980-02-29"),
        ("1980/2/9", "ymd", "1980-02-09"),
        ("29.02.1980", "ymd", "1980-02-29"),
        ("29/02/1980", "dmy", "1980-02-29"),
        ("02/29/1980", "mdy", "1980-02-29"),
        ("29021980", "dmy", "1980-02-29"),
        ("02291980", "mdy", "1980-02-29"),
        ("19800229", "dmy", "1980-02-29"),
    ],
)
def test_a_date_is_read_in_every_order(text: str, order: str, iso: str) -> None:
    assert read_date(text, order) == iso


@pytest.mark.parametrize("text", ["", "19810229", "spring", "1980-13-01", "99999999", "19800229X", "8.2.80", "1" * 500])
def test_what_is_no_date_is_none(text: str) -> None:
    assert read_date(text) is None


def test_a_year_or_a_month_is_part_of_a_date() -> None:
    assert [(value.canonical, value.marks) for value in birth_values("1980")] == [("1980", (Qualifier.PARTIAL,))]
    assert [(value.canonical, value.marks) for value in birth_values("1980-02")] == [("1980-02", (Qualifier.PARTIAL,))]


def test_what_can_not_be_read_is_kept_as_written() -> None:
    (value,) = birth_values(" Spring 1980 ")
    assert (value.value, value.canonical, value.marks) == (" Spring 1980 ", "spring 1980", ())


@pytest.mark.parametrize("text", ["", "  ", "00000000", "0000-00-00", "00.00.0000"])
def test_zeros_stand_for_an_unknown_date(text: str) -> None:
    assert not list(birth_values(text))


def test_a_utc_time_has_its_century_from_the_year() -> None:
    assert utc_time_date("800229120000Z") == "1980-02-29"
    assert utc_time_date("010101000000Z") == "2001-01-01"
    assert utc_time_date("no time") is None


def test_nobody_was_born_outside_of_the_years_of_people() -> None:
    assert iso_date(1849, 12, 31) is None
    assert iso_date(1850, 1, 1) == "1850-01-01"
    assert iso_date(2101, 1, 1) is None


@pytest.mark.parametrize(
    ("text", "gender"),
    [
        ("F", "female"),
        ("m", "male"),
        ("Female", "female"),
        ("männlich", "male"),
        ("2", "female"),
        ("X", "other"),
        ("q", "q"),
    ],
)
def test_genders_have_one_word(text: str, gender: str) -> None:
    assert [value.canonical for value in gender_values(text)] == [gender]


@given(st.text(max_size=80), st.sampled_from(["ymd", "dmy", "mdy"]))
def test_no_text_is_too_odd(text: str, order: str) -> None:
    for value in (*birth_values(text, order), *gender_values(text)):
        assert value.value == text
        assert value.canonical


@given(st.dates(min_value=datetime.date(1850, 1, 1), max_value=datetime.date(2100, 12, 31)))
def test_every_date_survives_its_forms(day: datetime.date) -> None:
    iso = str(day)
    year, month, date = iso.split("-")
    assert read_date(iso) == read_date(f"{year}{month}{date}") == read_date(f"{date}.{month}.{year}") == iso
