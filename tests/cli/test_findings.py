"""Findings in tables: separate people, marks and reasons in plain words, narrow terminals, endless values."""

from __future__ import annotations

import io

import pytest
from msgspec.structs import replace
from support.kept import email_finding, name_finding, number_finding

from ctscan.model import LEGACY, Confidence, Finding, Message, Qualifier, Sensitivity, SubjectKind
from ctscan.views import answers, tables
from ctscan.views import json as shapes
from ctscan.views.console import Console
from ctscan.views.text import ENGLISH, texts

JANE = name_finding("Jane Roe")
NUMBER = replace(number_finding("12345678Z"), category="user.government_id.national_identification_number")


def page(*findings: Finding, width: int = 200) -> str:
    out = io.StringIO()
    tables.findings(Console(file=out, width=width), findings, texts(ENGLISH))
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines())


def test_each_value_once_with_its_reason_and_all_its_places() -> None:
    elsewhere = replace(JANE, path="san.0.directoryName.0.commonName")
    for_another_reason = replace(
        JANE, path="issuer.0.commonName", why=Message(LEGACY, (("text", "as another test says"),))
    )
    assert page(JANE, elsewhere, for_another_reason, JANE).split("\n") == [
        "    Jane Roe  name, person (likely)",
        "        as a test says; in subject.0.commonName, san.0.directoryName.0.commonName",
        "        as another test says; in issuer.0.commonName",
    ]


def test_people_stand_apart_the_subject_first_and_the_issuer_last() -> None:
    contact = replace(email_finding("pki@example.net"), person="ca contact", subject_kind=SubjectKind.ROLE)
    acting = replace(name_finding("Max Mustermann"), person="representative")
    second = replace(name_finding("Erika Mustermann"), person="subject 2")
    assert [line.strip() for line in page(contact, acting, JANE, second).split("\n") if "; in " not in line] == [
        "About the subject",
        "Jane Roe  name, person (likely)",
        "About a representative",
        "Max Mustermann  name, person (likely)",
        "About another person (subject 2)",
        "Erika Mustermann  name, person (likely)",
        "About a contact of the certification authority",
        "pki@example.net  e-mail address, role (likely)",
    ]


@pytest.mark.parametrize(
    ("mark", "said"),
    [
        (Qualifier.DERIVED, "derived"),
        (Qualifier.HASHED, "a hash of it"),
        (Qualifier.PARTIAL, "part of it"),
        (Qualifier.INVALID, "check digit wrong"),
    ],
)
def test_marks_in_plain_words(mark: Qualifier, said: str) -> None:
    assert answers.what(replace(NUMBER, qualifiers=(mark,), sensitivity=Sensitivity.ORDINARY), texts("en")) == (
        f"national identity number, {said}, person (likely)"
    )


def test_every_mark_sensitivity_and_kind_of_person_has_its_words() -> None:
    assert set(answers.QUALIFIERS) == set(Qualifier)
    assert set(answers.SENSITIVITIES) == set(Sensitivity) - {Sensitivity.ORDINARY}
    assert answers.what(NUMBER, texts("en")).endswith("person (likely), specially protected: national identifier")
    for kind in SubjectKind:
        said = answers.what(replace(JANE, subject_kind=kind, confidence=Confidence.POSSIBLE), texts("en"))
        assert said == f"name, {kind.value} (possible)"
    assert answers.category("user.of_a_later_version", texts("en")) == "user.of_a_later_version"


def test_what_follows_from_a_number_stands_before_the_number() -> None:
    born = replace(JANE, value="9001311234", canonical="1990-01-31", qualifiers=(Qualifier.DERIVED,))
    assert answers.shown_value(born, texts("en")) == "1990-01-31 (from 9001311234)"
    written = replace(born, category="user.demographic.date_of_birth", value="31011990", qualifiers=())
    assert answers.shown_value(written, texts("en")) == "31011990 (1990-01-31)"
    assert answers.shown_value(replace(written, value="1990-01-31"), texts("en")) == "1990-01-31"
    assert answers.shown_value(replace(JANE, value="JosÃ©", repaired="José"), texts("en")) == "JosÃ© (meant: José)"


def test_an_endless_value_is_cut_for_eyes_and_whole_in_json() -> None:
    endless = replace(JANE, value="x" * 100_000)
    assert len(page(endless)) < 1000
    assert "100,000 characters" in page(endless)
    assert shapes.finding(endless)["value"] == endless.value


def test_thousands_of_values_and_places_are_summed_up() -> None:
    many = page(*(name_finding(f"Jane {number}") for number in range(1000)))
    assert many.endswith("    and 800 more values; --format json shows them all")
    repeated = page(*(replace(JANE, path=f"subject.{number}.commonName") for number in range(1000)))
    assert repeated.endswith("subject.19.commonName and 980 more places")


def test_a_narrow_terminal_holds_every_word() -> None:
    narrow = page(JANE, replace(NUMBER, person="representative"), width=30)
    assert max(map(len, narrow.split("\n"))) <= 30
    whole = page(JANE, replace(NUMBER, person="representative"))
    assert "".join(narrow.split()) == "".join(whole.split())


def test_shape_of_a_finding() -> None:
    shape = shapes.finding(NUMBER)
    assert {key: shape[key] for key in ("person", "sensitivity", "marks", "repaired", "tag", "raw")} == {
        "person": "subject",
        "sensitivity": "national identifier",
        "marks": ["partial", "invalid"],
        "repaired": "12",
        "tag": 30,
        "raw": "1e040031d800",
    }
    usual = shapes.finding(replace(JANE, tag=0))
    assert (usual["raw"], usual["repaired"], usual["tag"], usual["marks"]) == (None, None, None, [])
    assert usual["sensitivity"] == "ordinary"
