"""National numbers: check digits, the facts that they disclose, and the words before them."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctscan.model import Qualifier
from ctscan.personal.parsers.disclosed import BIRTH_DATES, CHECKS, EMBEDDED, GENDERS
from ctscan.personal.parsers.numbers import (
    OTHER,
    VALID,
    WRONG_CHECK,
    check,
    country_values,
    disclosed,
    is_hash,
    is_placeholder,
    national_values,
    satisfied,
    satisfied_surely,
)
from ctscan.personal.parsers.schemes import SCHEMES, TELLING
from ctscan.personal.parsers.semantics import Bearer, read_semantics, semantics_in

EVERY_SCHEME = sorted(
    {scheme for schemes in (*SCHEMES.values(), *TELLING.values()) for scheme in schemes} | {*BIRTH_DATES, *GENDERS}
)


def test_every_scheme_of_the_tables_exists() -> None:
    assert len(SCHEMES) > 60
    for scheme in EVERY_SCHEME:
        assert check("1", scheme)[0] in (VALID, WRONG_CHECK, OTHER), scheme


@pytest.mark.parametrize(
    ("text", "scheme", "born", "gender"),
    [
        ("48001010005", "ee.ik", "1980-01-01", "female"),
        ("38001010009", "lt.asmens", "1980-01-01", "male"),
        ("80010100000", "pl.pesel", "1980-01-01", "female"),
        ("800101-0027", "se.personnummer", "1980-01-01", "female"),
        ("80.01.01-002.06", "be.nn", "1980-01-01", "female"),
        ("010180-0025", "fi.hetu", "1980-01-01", "female"),
        ("8051010000", "sk.rc", "1980-01-01", "female"),
        ("SMPMRA80A41H501N", "it.codicefiscale", "1980-01-01", "female"),
        ("900515450010", "kz.iin", "1990-05-15", "female"),
        ("A123456789", "tw.nid", None, "male"),
    ],
)
def test_numbers_tell_birth_and_gender(text: str, scheme: str, born: str | None, gender: str) -> None:
    first, *more = national_values(text, scheme)
    assert first.marks == ()
    told = {value.category.rpartition(".")[2]: value.canonical for value in more}
    assert told.get("date_of_birth") == born
    assert told["gender"] == gender
    assert all(value.marks == (Qualifier.DERIVED,) and value.value == text for value in more)


def test_a_wrong_check_digit_is_marked_and_what_follows_from_it_too() -> None:
    values = list(national_values("48001010009", "ee.ik"))
    assert [value.marks for value in values] == [
        (Qualifier.INVALID,),
        (Qualifier.DERIVED, Qualifier.INVALID),
        (Qualifier.DERIVED, Qualifier.INVALID),
    ]


def test_a_number_of_another_form_is_kept_without_a_mark() -> None:
    (value,) = national_values("no number 17", "ee.ik")
    assert (value.canonical, value.marks) == ("NONUMBER17", ())
    assert check("320000-12345", "lv.pvn")[0] == OTHER


def test_a_number_is_found_however_its_digits_are_grouped_and_with_or_without_a_century() -> None:
    keys = {key.key for value in national_values("19800101-0027", "se.personnummer") for key in value.keys}
    assert {"198001010027", "8001010027"} <= keys
    keys = {key.key for value in national_values("800101-0027", "se.personnummer") for key in value.keys}
    assert {"198001010027", "8001010027"} <= keys


@pytest.mark.parametrize("text", ["", "0000000000", "000-000", "N/A", "none", "---", "XXXX", "Not available"])
def test_placeholders_are_no_numbers(text: str) -> None:
    assert is_placeholder(text)
    assert not list(national_values(text, "ee.ik"))


def test_hashes_are_told_by_their_length() -> None:
    digest = "5b3c0f0e7d1a4c2b9e8f7a6d5c4b3a291807f6e5d4c3b2a19080706050403020"
    assert is_hash(digest)
    assert not is_hash(digest[:-1])
    assert not is_hash("1" * 32)
    (value,) = national_values(digest, "br.cpf")
    assert value.marks == (Qualifier.HASHED,)


@pytest.mark.parametrize(
    ("text", "scheme", "inside"),
    [
        ("20-00000012-5", "ar.cuit", "00000012"),
        ("27AAAPX0012A1ZG", "in_.gstin", "AAAPX0012A"),
        ("10100000127", "pe.ruc", "10000012"),
    ],
)
def test_numbers_of_taxpayers_tell_the_number_of_the_person(text: str, scheme: str, inside: str) -> None:
    assert scheme in EMBEDDED
    (value,) = disclosed(check(text, scheme)[1], scheme)
    assert (value.canonical, value.marks) == (inside, (Qualifier.DERIVED,))


@pytest.mark.parametrize(
    ("text", "country", "scheme"),
    [
        ("12345678Z", "ES", "es.dni"),
        ("80010100206", "BE", "be.nn"),
        ("12000012-8", "CL", "cl.rut"),
        ("100.000.012-52", "BR", "br.cpf"),
        ("8001010027", "SE", "se.personnummer"),
    ],
)
def test_a_bare_number_may_be_that_of_a_person(text: str, country: str, scheme: str) -> None:
    assert satisfied(text, country) == (scheme,)
    assert satisfied_surely(text, country)


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("B00000125", "ES"),  # a company
        ("00000120154", "IT"),
        ("30-00000012-0", "AR"),
        ("76000012-4", "CL"),
        ("80010100207", "BE"),  # a wrong check digit
        ("12345678Z", "XX"),
        ("17", "DE"),
    ],
)
def test_numbers_of_others_are_not_those_of_people(text: str, country: str) -> None:
    assert satisfied(text, country) == ()


def test_a_country_with_several_schemes_takes_the_one_that_fits() -> None:
    values = list(country_values("8501010", "ES"))
    assert values[0].marks == ()
    assert [value.marks for value in country_values("X1234567L", "ES")] == [()]
    assert [value.marks for value in country_values("12345678A", "ES")] == [(Qualifier.INVALID,)]


@pytest.mark.parametrize(
    ("text", "bearer", "number"),
    [
        ("PNOEE-48001010005", Bearer.PERSON, "48001010005"),
        ("pno:lt-38001010009", Bearer.PERSON, "38001010009"),
        ("IDCES12345678Z", Bearer.PERSON, "12345678Z"),
        ("EI:SE-198001010027", Bearer.PERSON, "198001010027"),
        ("IIN900515450010", Bearer.PERSON, "900515450010"),
        ("PESEL: 80010100000", Bearer.PERSON, "80010100000"),
        ("CVR:12345678-RID:17", Bearer.PERSON, "CVR:12345678-RID:17"),
        ("NIP: 5260000005", Bearer.EITHER, "5260000005"),
        ("NTRUS+CA-12345", Bearer.ORGANISATION, "12345"),
        ("TINIT-00000120154", Bearer.ORGANISATION, "00000120154"),
        ("Nr wpisu: 17", Bearer.ORGANISATION, "17"),
    ],
)
def test_words_before_a_number_say_whose_it_is(text: str, bearer: Bearer, number: str) -> None:
    found = read_semantics(text)
    assert found is not None
    assert (found.bearer, found.number) == (bearer, number)


@pytest.mark.parametrize("text", ["", "17", "BINDING 1", "Example", "TINPOT-1", "ABC1234567", "00000012"])
def test_other_text_says_nothing(text: str) -> None:
    assert read_semantics(text) is None


def test_numbers_in_running_text_need_their_word() -> None:
    text = "RFC 5280, order 12345678, DNI 12345678Z; BINARY 900515450010; CUIT 30-00000012-0; CUIT 20-00000012-5"
    assert [found.number for found in semantics_in(text)] == ["12345678Z", "20-00000012-5"]


@given(st.text(max_size=120), st.sampled_from([*EVERY_SCHEME, ""]))
def test_no_text_is_too_odd(text: str, scheme: str) -> None:
    for value in national_values(text, scheme):
        assert value.value == text
        assert value.canonical


@given(st.text(alphabet="0123456789ABCXYZ-./ +", max_size=30), st.sampled_from(sorted(SCHEMES)))
def test_what_looks_like_a_number_never_fails(text: str, country: str) -> None:
    satisfied(text, country)
    assert all(value.value == text for value in country_values(text, country))
    read_semantics(text, country)
    list(semantics_in(text, country))


@given(st.sampled_from(sorted(CHECKS)), st.text(alphabet="0123456789A", min_size=10, max_size=12))
def test_schemes_of_our_own_say_one_of_three(scheme: str, text: str) -> None:
    status, compact = check(text, scheme)
    assert status in (VALID, WRONG_CHECK, OTHER)
    assert compact == text


def test_rules_load_without_the_libraries_for_numbers() -> None:
    code = "import sys, ctscan.personal.rules as r; r.all_rules(); print({m.split('.')[0] for m in sys.modules})"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert "'ctscan'" in out
    assert "stdnum" not in out
    assert "phonenumbers" not in out
