"""Telephone numbers as certificates write them."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.certs import make_certificate, name

from ctscan.model import Qualifier
from ctscan.personal.parsers.phones import fax, phone, phone_values, region_of
from ctscan.personal.view import View
from ctscan.x509.certificate import read_certificate


def digits(text: str, region: str = "") -> list[str]:
    return [value.canonical for value in phone_values(text, region)]


@pytest.mark.parametrize(
    ("text", "region", "expected"),
    [
        ("+34 910 123 456", "", ["34910123456"]),
        ("910 123 456", "ES", ["34910123456"]),
        ("0034 910123456", "ES", ["34910123456"]),
        ("34910123456", "", ["34910123456"]),
        ("(030) 23125-000", "DE", ["493023125000"]),
        ("Tel.: +49 30 23125 000", "", ["493023125000"]),
        ("+49 30 23125-001; +49 30 23125-002", "", ["493023125001", "493023125002"]),
        ("+34 910 123 456 / 910 123 457", "ES", ["34910123456", "34910123457"]),
        ("4711-0815", "", ["47110815"]),
        ("", "", []),
        ("17", "DE", []),
        ("0000000", "DE", []),
        ("ask at the desk", "DE", []),
    ],
)
def test_numbers_are_e164_digits(text: str, region: str, expected: list[str]) -> None:
    assert digits(text, region) == expected


def test_a_number_is_found_by_its_digits_and_told_as_written() -> None:
    (value,) = phone_values("Tel. 910 123 456", "ES")
    assert value.value == "Tel. 910 123 456"
    assert [(key.kind, key.key) for key in value.keys] == [("phone", "34910123456")]


def test_a_hash_of_a_number_is_told_as_one() -> None:
    text = hashlib.sha256(b"+15550100").hexdigest().upper()
    (value,) = phone_values(text, "IN")
    assert value.marks == (Qualifier.HASHED,)
    assert not value.keys
    assert value.canonical == text.lower()


def test_the_region_is_that_of_the_name_then_of_the_subject_then_of_the_issuer() -> None:
    inner = name([("C", "fr"), ("telephoneNumber", "01 70 18 00 00")])
    for subject, issuer, expected in (
        ([("C", "ES"), ("telephoneNumber", "1")], [("C", "DE")], "ES"),
        ([("telephoneNumber", "1")], [("C", "DE")], "DE"),
        ([("C", "Spain"), ("telephoneNumber", "1")], [("CN", "Example")], ""),
        ([("C", "ES"), ("2.5.4.32", inner, "raw")], [("C", "DE")], "FR"),
    ):
        view = View(read_certificate(make_certificate(subject, issuer=issuer)))
        assert region_of(view, next(iter(view.of("2.5.4.20")))) == expected


def test_a_fax_is_a_fax() -> None:
    view = View(read_certificate(make_certificate([("C", "ES"), ("2.5.4.23", "910 123 457")])))
    place = next(iter(view.of("2.5.4.23")))
    assert [value.category for value in fax()(view, place)] == ["user.contact.fax_number"]
    assert [value.canonical for value in phone("FR")(view, place)] == ["33910123457"]


@given(st.text(max_size=300), st.sampled_from(["", "DE", "US", "ZZ"]))
def test_no_text_is_too_odd(text: str, region: str) -> None:
    for value in phone_values(text, region):
        assert value.canonical
        assert value.value == text
